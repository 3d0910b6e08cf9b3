//! A small service: cases that belong to workspaces, each route with a guard.

pub mod cases;
pub mod client;
pub mod principals;

use axum::Router;
use route_role::axum::routing::{any, get, post};
use route_role::axum::{PolicyRouter, RouteRoleLayer};

/// The routes, without the layer that says who calls.
pub fn routes() -> PolicyRouter {
    let workspaces = PolicyRouter::new().route("/cases/{id}", get(cases::in_workspace));
    PolicyRouter::new()
        .route("/healthz", get(cases::health))
        .route("/me", get(cases::me))
        .route("/whoami", any(cases::whoami))
        .route("/export", get(cases::export))
        .route("/search", get(cases::search))
        .route("/plain/{id}", get(cases::plain))
        .route("/cases", get(cases::list).merge(post(cases::create)))
        .route("/cases/{id}", get(cases::read).put(cases::update).delete(cases::delete))
        .route("/cases/{id}/notes", post(cases::add_note))
        .route("/notes/{id}", get(cases::note))
        .route("/unbound/cases/{id}", get(cases::without_its_tenant))
        .nest("/workspaces/{workspace_id}", workspaces)
}

/// The whole service.
pub fn app() -> Router {
    routes().layer(RouteRoleLayer::new(principals::resolve)).into_router()
}
