//! A small service on actix-web: cases that belong to workspaces, each route with a guard.

pub mod handlers;
pub mod server;

use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpRequest, web};
use route_role::Principal;
use route_role::actix::routing::{any, delete, get, post};
use route_role::actix::{PolicyRouter, ResolveError, ResolvePrincipal, RouteRole};
use route_role_tests_behavior::principals;

/// Says who calls, at once or after a while.
#[derive(Debug, Clone, Copy)]
pub struct Resolver {
    /// How often it waits.
    pub waits: usize,
}

impl ResolvePrincipal for Resolver {
    async fn resolve(&self, request: &HttpRequest) -> Result<Option<Principal>, ResolveError> {
        let header = request.headers().get(AUTHORIZATION).map(|value| value.to_str()).transpose()?;
        principals::resolve(header, self.waits).await.map_err(ResolveError::new)
    }
}

/// The routes of functions, which are remembered.
pub fn routes() -> PolicyRouter {
    let workspaces = PolicyRouter::new().route("/cases/{id}", get(handlers::in_workspace));
    PolicyRouter::new()
        .route("/me", get(handlers::Me::get))
        .route("/whoami", any(handlers::whoami))
        .route("/export", get(handlers::export::<handlers::Everything>))
        .route("/cases", get(handlers::list).merge(post(handlers::create)))
        .route("/cases/{id}", get(handlers::read).head(handlers::read).put(handlers::update))
        .route("/cases/{id}", delete(handlers::delete))
        .route("/cases/{id}/notes", post(handlers::add_note))
        .route("/notes/{id}", get(handlers::note))
        .route("/unbound/cases/{id:[0-9]+}", get(handlers::without_its_tenant))
        .nest("/workspaces/{workspace_id}", workspaces)
}

/// All of the routes, without the middleware that says who calls.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(handlers::health).service(handlers::search).service(handlers::plain);
    config.service(handlers::forgotten).service(handlers::swallowed);
    routes().configure(config);
}

/// The middleware.
pub fn guards(waits: usize) -> RouteRole {
    RouteRole::new(Resolver { waits })
}
