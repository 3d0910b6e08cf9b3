//! From a folder to text: walking, filtering, reading.

pub mod map;
pub mod options;

pub use map::{FileId, Position, SourceMap, Span};
pub use options::{ScanError, ScanOptions};
