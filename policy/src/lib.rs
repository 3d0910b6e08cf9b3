//! The vocabulary of route-role.
//!
//! Everything that an application, the attribute and the linter must agree on stands here: what an [`Access`] is, what a
//! [`Principal`] brings, and [`decide()`], the one function that says whether the second satisfies the first. Without
//! features the crate has no dependencies.
//!
//! | feature | module | what it adds |
//! |---|---|---|
//! | | [`access`], [`principal`], [`decide`](mod@decide), [`declaration`], [`term`] | the vocabulary |
//! | `file` | `policy`, `file` | `file::load(text, constants) -> Loaded { policy, problems }`, `file::find(start)` |
//! | | `meaning` | `Policy::meaning(&Term) -> Meaning`: what a guard means, by the policy's `pattern`s |
//! | | `router` | `router::find(entries, form, &Term)`: what attributes and calls of the application's own register |
//! | | `assertion` | `Assertion`: a named access that is never granted, and which routes and lists grant it |
//! | | `schema` | the JSON Schema of the policy file |
//! | `constants` | `file::constants` | `RustConstants`: evaluates `{ from: "src/scopes.rs#ALL" }` |
//! | `attribute` | `attribute` | `parse(tokens) -> AttributeSyntax`, `resolve(syntax, policy, …) -> Resolved`, `Resolved::declaration()` |
//!
//! Values of a policy that a message may point to are `Placed<T>`: they know their bytes in the file.

pub mod access;
#[cfg(feature = "file")]
pub mod assertion;
#[cfg(feature = "attribute")]
pub mod attribute;
pub mod decide;
pub mod declaration;
#[cfg(feature = "file")]
pub mod file;
#[cfg(feature = "file")]
pub mod glob;
pub mod lock;
#[cfg(feature = "file")]
pub mod meaning;
pub mod name;
pub mod path;
#[cfg(feature = "file")]
pub mod pattern;
#[cfg(feature = "file")]
pub mod placed;
#[cfg(feature = "file")]
pub mod policy;
pub mod principal;
#[cfg(feature = "file")]
pub mod router;
#[cfg(feature = "file")]
pub mod schema;
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
#[cfg(feature = "file")]
pub use meaning::Meaning;
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
