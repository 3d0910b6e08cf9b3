//! A small service on poem: cases that belong to workspaces, each route with a guard.

pub mod handlers;
pub mod server;

use poem::{Request, Route, get, post};
use route_role::Principal;
use route_role::poem::{ResolveError, ResolvePrincipal, RouteRole};
use route_role_tests_behavior::principals;

/// Says who calls, at once or after a while.
#[derive(Debug, Clone, Copy)]
pub struct Resolver {
    /// How often it waits.
    pub waits: usize,
}

impl ResolvePrincipal for Resolver {
    async fn resolve(&self, request: &Request) -> Result<Option<Principal>, ResolveError> {
        principals::resolve(request.header("authorization"), self.waits).await.map_err(ResolveError::new)
    }
}

/// The middleware.
pub fn guards(waits: usize) -> RouteRole {
    RouteRole::new(Resolver { waits })
}

/// The routes, without the middleware that says who calls.
pub fn routes() -> Route {
    let case = get(handlers::read).put(handlers::update).delete(handlers::remove);
    Route::new()
        .at("/healthz", get(handlers::health))
        .at("/search", get(handlers::search))
        .at("/plain/:id", get(handlers::plain))
        .at("/forgotten", get(handlers::forgotten))
        .at("/me", get(handlers::me))
        .at("/whoami", handlers::whoami)
        .at("/export", get(handlers::export))
        .at("/cases", get(handlers::list).post(handlers::create))
        .at("/cases/:id", case)
        .at("/cases/:id/notes", post(handlers::add_note))
        .at("/notes/:id<[0-9]+>", get(handlers::note))
        .at("/unbound/cases/:id", get(handlers::without_its_tenant))
        .nest("/workspaces", Route::new().at("/:workspace_id/cases/:id", get(handlers::in_workspace)))
}
