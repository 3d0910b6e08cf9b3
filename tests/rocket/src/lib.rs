//! A small service on Rocket: cases that belong to workspaces, each route with a guard.

pub mod handlers;
pub mod server;

use rocket::{Build, Request, Rocket};
use route_role::Principal;
use route_role::rocket::{ResolveError, ResolvePrincipal, RouteRole};
use route_role_tests_behavior::principals;

/// Says who calls, at once or after a while.
#[derive(Debug, Clone, Copy)]
pub struct Resolver {
    /// How often it waits.
    pub waits: usize,
}

impl ResolvePrincipal for Resolver {
    async fn resolve(&self, request: &Request<'_>) -> Result<Option<Principal>, ResolveError> {
        let header = request.headers().get_one("authorization");
        principals::resolve(header, self.waits).await.map_err(ResolveError::new)
    }
}

/// The fairing.
pub fn guards(waits: usize) -> RouteRole {
    RouteRole::new(Resolver { waits })
}

/// The service without the fairing that says who calls.
pub fn without_fairing() -> Rocket<Build> {
    let config =
        rocket::Config { port: 0, log_level: rocket::config::LogLevel::Off, ..rocket::Config::debug_default() };
    let config = rocket::Config { shutdown: rocket::config::Shutdown { ctrlc: false, ..Default::default() }, ..config };
    rocket::custom(config).mount("/", handlers::routes()).mount("/workspaces", handlers::of_workspaces())
}
