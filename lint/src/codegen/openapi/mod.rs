//! `security` and `x-required-scopes` of an API description, as an OpenAPI Overlay 1.0, or in a copy of the description.
//!
//! What an operation's guards accept becomes alternatives of `security`, by the schemes that the policy maps to kinds of caller. An operation of which that isn't known is left alone and listed: it is never guessed.

mod document;
mod operation;
mod overlay;
mod security;

pub use document::{DocumentError, patch};
pub use operation::{LeftAlone, Operations};
pub use overlay::overlay;

use super::Origin;
use super::json::Json;
use super::origin::ADVICE;

/// The extension that says where text comes from, and which operations nobody touched.
const EXTENSION: &str = "x-route-role";

/// Where text comes from, and what isn't in it.
fn provenance(origin: &Origin, left_alone: &[LeftAlone]) -> Json {
    let listed = |one: &LeftAlone| {
        let LeftAlone { method, path, reason } = one;
        Json::object([("operation", Json::text(format!("{method} {path}"))), ("reason", Json::text(reason))])
    };
    Json::object([
        ("generated", Json::text(format!("{} {ADVICE}", origin.sentence()))),
        ("left-alone", Json::List(left_alone.iter().map(listed).collect())),
    ])
}
