//! The vocabulary of route-role.
//!
//! Everything that an application, the attribute and the linter must agree on stands here: what an [`Access`] is, what a
//! [`Principal`] brings, and [`decide`], the one function that says whether the second satisfies the first. Without
//! features the crate has no dependencies.

pub mod access;
#[cfg(feature = "attribute")]
pub mod attribute;
pub mod decide;
pub mod declaration;
#[cfg(feature = "file")]
pub mod glob;
pub mod name;
#[cfg(feature = "file")]
pub mod pattern;
#[cfg(feature = "file")]
pub mod placed;
#[cfg(feature = "file")]
pub mod policy;
pub mod principal;
pub mod scope;
#[cfg(feature = "file")]
pub mod suggest;
pub mod term;
pub mod tier;

pub use access::{Access, Alternative, Principals, ScopeClause};
pub use decide::{Decision, Refusal, decide};
pub use declaration::{Credential, Declaration, Denial};
#[cfg(feature = "file")]
pub use glob::PathGlob;
pub use name::{DataClass, Feature, Level, PrincipalKind, ResourceName, RoleName};
#[cfg(feature = "file")]
pub use pattern::Pattern;
#[cfg(feature = "file")]
pub use placed::Placed;
#[cfg(feature = "file")]
pub use policy::Policy;
pub use principal::Principal;
pub use scope::{Scope, ScopePattern};
pub use tier::Tier;
