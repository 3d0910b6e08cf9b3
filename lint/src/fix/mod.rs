//! From findings to changed files: which edits go together, where they may be made, and what they look like.

pub mod diff;
mod plan;
mod territory;

pub use plan::{Plan, Revision, plan};
pub use territory::{Place, Refusal, Territory};
