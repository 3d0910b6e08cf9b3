//! From source text to facts, one folder per language.

pub mod rust;
