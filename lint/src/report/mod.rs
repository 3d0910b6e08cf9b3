//! From findings to text, one file per output format.
