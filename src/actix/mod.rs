//! Guards, answers and the recording router for actix-web 4.
//!
//! ```
//! use actix_web::{App, HttpRequest};
//! use route_role::actix::RouteRole;
//! use route_role::{Principal, PrincipalKind};
//!
//! // Who calls: the application's own business. Here a header says so.
//! let guards = RouteRole::new(|request: &HttpRequest| {
//!     let user = request.headers().get("x-user").and_then(|value| value.to_str().ok());
//!     Ok(user.map(|tenant| Principal::new(PrincipalKind::USER).with_tenant(tenant)))
//! });
//! let app = App::new().wrap(guards);
//! ```
//!
//! * [`RouteRole`] is wrapped around the whole service and says who calls ([`ResolvePrincipal`]) and how refusals look
//!   ([`RenderAnswer`]). It is the first that is wrapped, so that whatever others add to responses is added to refusals.
//! * [`Guard`], which `#[route_role]` puts in front of a handler's arguments, refuses before any other of them can
//!   answer. actix-web starts all extractors of a handler at once, so while a resolver waits, another may fail first:
//!   its answer doesn't leave [`RouteRole`] unless the guard lets the caller in.
//! * [`Access`] tells a handler's body who calls and turns *not there* and *not yours* into one answer.
//! * [`routing`] takes only handlers that have a guard, and [`PolicyRouter`] remembers what it was given. Handlers with
//!   an attribute of actix-web's (`#[get("/…")]`) are services of which no type says that they have a guard:
//!   [`RouteRole::only_guarded`] finds out when they answer.

mod access;
mod context;
mod guard;
mod middleware;
mod object_path;
mod render;
mod router;
pub mod routing;
mod shared;

pub use access::{Absent, Access, Denied};
pub use context::ResolvePrincipal;
pub use guard::Rejection;
pub use middleware::{RouteRole, RouteRoleMiddleware};
pub use object_path::ObjectPath;
pub use render::RenderAnswer;
pub use router::PolicyRouter;

pub use crate::{Guard, ProblemDocuments, ResolveError};
