//! Rust: from the text of a file to its items, and no further.
//!
//! A file is parsed once. What stays are plain facts: names, types, and for every body, attribute and initialiser the
//! range of text where it stands. A body is parsed only when the evaluation of routers asks for it.

pub mod actix;
pub mod attributes;
pub mod axum;
pub mod expand;
pub mod facts;
pub mod gotham;
mod limits;
pub mod loco;
pub mod meta;
pub mod parse;
pub mod poem;
pub mod rocket;
pub mod rwf;
pub mod salvo;
pub mod segment;
pub mod tide;
pub mod types;
pub mod warp;

/// A resolved path, as the names of frameworks are looked up.
#[cfg(test)]
fn path(text: &str) -> Vec<String> {
    text.split("::").map(str::to_owned).collect()
}
