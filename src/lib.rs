//! Declare, enforce and list who may call each route of a web service.
//!
//! A handler says who may call it:
//!
//! ```ignore
//! #[route_role(Actor, scopes = ["case:read"], resource = "case", denial = not_found)]
//! async fn get_case(access: Access, Path(id): Path<u64>) -> Result<Json<Case>, Absent> { /* … */ }
//! ```
//!
//! The attribute checks the words against the policy file, `route-role.yaml`, while the program is compiled, and gives
//! the handler a first argument, a [`Guard`], which refuses callers before any other argument is extracted.
//!
//! Without features this crate has the vocabulary and the framework-neutral parts, and nothing but a procedural macro as
//! a dependency.
//!
//! | feature | what it adds |
//! |---|---|
//! | `axum` | the module `axum`: the guard as an extractor, the layer that says who calls, the recording router |
//! | `actix` | the module `actix`: the same for actix-web 4, with a middleware |
//! | `rocket` | the module `rocket`: the guard as a request guard of Rocket 0.5, the fairing that says who calls |
//! | `poem` | the module `poem`: the guard as an extractor of poem 3, the middleware that says who calls |
//! | `test-util` | [`Guard::for_test`] and `Access::for_test`, and for axum `assert_collapsed!` and the matrix of generated tests; only for dev-dependencies |

// The attribute names this crate by the name that the application gave it; in here that is its own.
extern crate self as route_role;

#[cfg(feature = "__framework")]
mod access;
#[cfg(feature = "actix")]
pub mod actix;
#[cfg(any(feature = "__framework", test))]
mod admission;
mod answer;
#[cfg(feature = "axum")]
pub mod axum;
#[cfg(feature = "__framework")]
mod gate;
mod guard;
#[cfg(feature = "__framework")]
mod log_once;
#[cfg(feature = "poem")]
pub mod poem;
#[cfg(feature = "__framework")]
mod problem;
mod protection;
#[cfg(feature = "__framework")]
mod rejection;
#[cfg(feature = "__framework")]
mod resolve;
#[cfg(feature = "rocket")]
pub mod rocket;
mod route;
#[cfg(any(feature = "actix", feature = "poem", feature = "rocket"))]
mod unguarded;

#[cfg(feature = "__framework")]
pub use access::{Absent, Access, Denied};
pub use answer::Answer;
pub use guard::{Guard, Protected, Refused};
#[cfg(feature = "__framework")]
pub use problem::ProblemDocuments;
pub use protection::{Protection, TenantBinding};
#[cfg(feature = "__framework")]
pub use rejection::Rejection;
#[cfg(feature = "__framework")]
pub use resolve::ResolveError;
pub use route::{Mismatch, Route, verify};
pub use route_role_macros::route_role;
/// The vocabulary that the application, the attribute and the linter share.
pub use route_role_policy as policy;
#[doc(no_inline)]
pub use route_role_policy::{
    Credential, DataClass, Decision, Declaration, Denial, Feature, Level, Principal, PrincipalKind, Refusal,
    ResourceName, RoleName, Scope, Tier, decide,
};

/// What the attribute's expansion refers to; not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::guard::require_scope;

    /// The declaration that refuses everyone.
    pub const REFUSED: Declaration = crate::Protection::REFUSED.declaration;
    pub use route_role_policy::*;
    pub use std::borrow::Cow;
}
