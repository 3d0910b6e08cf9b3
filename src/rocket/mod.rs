//! Guards and answers for Rocket 0.5.
//!
//! ```
//! use rocket::Request;
//! use route_role::rocket::RouteRole;
//! use route_role::{Principal, PrincipalKind};
//!
//! // Who calls: the application's own business. Here a header says so.
//! let guards = RouteRole::new(|request: &Request<'_>| {
//!     let user = request.headers().get_one("x-user");
//!     Ok(user.map(|tenant| Principal::new(PrincipalKind::USER).with_tenant(tenant)))
//! });
//! let app = rocket::build().attach(guards);
//! ```
//!
//! * [`RouteRole`] is a fairing that says who calls ([`ResolvePrincipal`]) and how refusals look ([`RenderAnswer`]).
//!   Rocket doesn't launch a service that has a guard and not the fairing.
//! * [`Guard`], which `#[route_role]` puts in front of a handler's arguments, refuses before any of them is asked for:
//!   Rocket goes through request guards in their order, and looks at the path, the query and the body after that.
//! * [`Access`] tells a handler's body who calls and turns *not there* and *not yours* into one answer. For ids that can't
//!   be read to be objects that aren't there, too, a handler takes `id: Option<u64>`.
//! * A route is a value without a type that says whether its handler has a guard: [`RouteRole::only_guarded`] finds out
//!   when it answers.

mod access;
mod context;
mod fairing;
mod guard;
mod render;

pub use access::{Absent, Access, Denied};
pub use context::ResolvePrincipal;
pub use fairing::RouteRole;
pub use guard::Rejection;
pub use render::RenderAnswer;

pub use crate::{Guard, ProblemDocuments, ResolveError};
