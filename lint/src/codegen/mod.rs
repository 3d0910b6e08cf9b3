//! From the policy and the surface to source text for others: one file per target.
//!
//! [`rust`], [`typescript`] and [`python`] say the words of the policy, which [`Vocabulary`] holds; [`openapi`] says of each operation what its guards accept, and [`matrix`]
//! tests whether the running service agrees.

mod identifier;
mod json;
mod literal;
pub mod matrix;
pub mod openapi;
mod origin;
pub mod python;
pub mod rust;
pub mod typescript;
mod vocabulary;

pub use origin::Origin;
pub use vocabulary::{Assignable, LadderWords, RoleWords, ScopeList, Vocabulary};
