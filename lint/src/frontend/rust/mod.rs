//! Rust.

pub mod expand;
