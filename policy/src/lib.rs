//! The vocabulary of route-role.
//!
//! Everything that an application, the attribute and the linter must agree on stands here: what an [`Access`] is, what a
//! [`Principal`] brings, and [`decide`], the one function that says whether the second satisfies the first. Without
//! features the crate has no dependencies.

pub mod access;
pub mod decide;
pub mod declaration;
pub mod lock;
pub mod name;
pub mod principal;
pub mod scope;
pub mod term;
pub mod tier;

pub use access::{Access, Alternative, Principals, ScopeClause};
pub use decide::{Decision, Refusal, decide};
pub use declaration::{Credential, Declaration, Denial};
pub use name::{DataClass, Feature, Level, PrincipalKind, ResourceName, RoleName};
pub use principal::Principal;
pub use scope::{Scope, ScopePattern};
pub use tier::Tier;
