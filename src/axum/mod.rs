//! Guards, answers and the recording router for axum 0.8.
//!
//! ```
//! use axum::extract::FromRef;
//! use route_role::axum::{PolicyRouter, RouteRoleLayer};
//! use route_role::{Principal, PrincipalKind};
//!
//! // Who calls: the application's own business. Here a header says so.
//! let layer = RouteRoleLayer::new(|parts: &axum::http::request::Parts| {
//!     let user = parts.headers.get("x-user").and_then(|value| value.to_str().ok());
//!     Ok(user.map(|tenant| Principal::new(PrincipalKind::USER).with_tenant(tenant)))
//! });
//! let app: axum::Router = PolicyRouter::new().layer(layer).into_router();
//! ```
//!
//! * [`RouteRoleLayer`] stands around the whole service and says who calls ([`ResolvePrincipal`]) and how refusals look
//!   ([`RenderAnswer`]).
//! * [`Guard`], which `#[route_role]` puts in front of a handler's arguments, refuses before any of them
//!   is extracted.
//! * [`Access`] tells a handler's body who calls and turns *not there* and *not yours* into one answer.
//! * [`routing`] takes only handlers that have a guard, and [`PolicyRouter`] remembers what it was given.

mod access;
mod context;
mod guard;
mod layer;
#[cfg(feature = "test-util")]
pub mod matrix;
mod object_path;
#[cfg(feature = "test-util")]
pub mod probe;
mod render;
mod router;
pub mod routing;

pub use access::{Absent, Access, Denied};
pub use context::ResolvePrincipal;
pub use guard::Rejection;
pub use layer::{RouteRole, RouteRoleLayer};
pub use object_path::ObjectPath;
pub use render::RenderAnswer;
pub use router::PolicyRouter;

pub use crate::{Guard, ProblemDocuments, ResolveError};
