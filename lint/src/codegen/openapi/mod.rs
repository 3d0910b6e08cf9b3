//! `security` and `x-required-scopes` of an API description, as an OpenAPI Overlay 1.0, or in a copy of the description.
//!
//! [`skeleton`] is a whole description, made of routes alone.
//!
//! What an operation's guards accept becomes alternatives of `security`, by the schemes that the policy maps to kinds of caller. An operation of which that isn't known is left alone and listed: it is never guessed.

mod document;
mod names;
mod operation;
mod overlay;
mod path;
mod security;
mod skeleton;

pub use document::{DocumentError, patch};
pub use operation::{LeftAlone, Operations};
pub use overlay::overlay;
pub use skeleton::skeleton;

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
