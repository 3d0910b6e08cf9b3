//! Guards and answers for poem 3.
//!
//! ```
//! use poem::{EndpointExt, Request, Route};
//! use route_role::poem::RouteRole;
//! use route_role::{Principal, PrincipalKind};
//!
//! // Who calls: the application's own business. Here a header says so.
//! let guards = RouteRole::new(|request: &Request| {
//!     let user = request.header("x-user");
//!     Ok(user.map(|tenant| Principal::new(PrincipalKind::USER).with_tenant(tenant)))
//! });
//! let app = Route::new().with(guards);
//! ```
//!
//! * [`RouteRole`] is a middleware around the whole service that says who calls ([`ResolvePrincipal`]) and how refusals
//!   look ([`RenderAnswer`]).
//! * [`Guard`], which `#[route_role]` puts in front of the arguments of a `#[handler]`, refuses before any of them is
//!   extracted: poem extracts them one after the other.
//! * [`Access`] tells a handler's body who calls and turns *not there* and *not yours* into one answer.
//! * An endpoint has no type that says whether its handler has a guard: [`RouteRole::only_guarded`] finds out when it
//!   answers.
//!
//! The operations of poem-openapi take extractors of its own, of which a guard is none.

mod access;
mod context;
mod guard;
mod middleware;
mod object_path;
mod render;

pub use access::{Absent, Access, Denied};
pub use context::ResolvePrincipal;
pub use guard::Rejection;
pub use middleware::{RouteRole, RouteRoleEndpoint};
pub use object_path::ObjectPath;
pub use render::RenderAnswer;

pub use crate::{Guard, ProblemDocuments, ResolveError};
