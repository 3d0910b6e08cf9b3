//! From a folder to text: walking, filtering, reading.

pub mod map;

pub use map::{FileId, Position, SourceMap, Span};
