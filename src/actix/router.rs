//! Routes that are remembered.

use std::fmt;

use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::web::{self, ServiceConfig};
use actix_web::{Error, Route as ActixRoute, Scope};

use route_role_policy::path::actix_template;

use super::routing::MethodRouter;
use crate::{Mismatch, Route};

/// Routes that have only guarded handlers, each remembered with its declaration.
///
/// Routes are recorded in the same call that adds their handlers, so the list can't miss one. actix-web makes an
/// application per worker, so this is made there, too:
///
/// ```
/// # use actix_web::App;
/// # use route_role::actix::PolicyRouter;
/// fn routes() -> PolicyRouter {
///     PolicyRouter::new()
/// }
///
/// let app = App::new().configure(|config| routes().configure(config));
/// ```
#[must_use = "it serves nothing until it is given to an `App`"]
#[derive(Default)]
pub struct PolicyRouter {
    resources: Vec<(String, Vec<ActixRoute>)>,
    nested: Vec<(String, Self)>,
    routes: Vec<Route>,
}

impl PolicyRouter {
    /// A router without routes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the handlers of a path.
    ///
    /// Handlers of a path that is there already are added to it: actix-web asks only the first resource of a path.
    pub fn route(mut self, path: &str, methods: MethodRouter) -> Self {
        let mut added = Vec::new();
        for entry in methods.into_entries() {
            self.routes.push(Route {
                method: entry.method,
                path: actix_template(path),
                handler: entry.handler,
                protection: entry.protection,
            });
            added.push(entry.route);
        }
        match self.resources.iter_mut().find(|(known, _)| known == path) {
            Some((_, routes)) => routes.extend(added),
            None => self.resources.push((path.to_owned(), added)),
        }
        self
    }

    /// Adds the routes of another router under a prefix; see [`web::scope`].
    pub fn nest(mut self, prefix: &str, router: Self) -> Self {
        let nested = router
            .routes
            .iter()
            .map(|route| Route { path: join(&actix_template(prefix), &route.path), ..route.clone() });
        self.routes.extend(nested);
        self.nested.push((prefix.to_owned(), router));
        self
    }

    /// The routes, in the order in which they were added.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// The text of a lock that describes these routes.
    pub fn lock(&self) -> String {
        crate::route::lock_of(&self.routes).to_string()
    }

    /// Compares the routes with the text of the committed lock, usually `include_str!("../route-role.lock")`.
    ///
    /// # Errors
    ///
    /// A text that is no lock, or each route on which the router and the lock disagree. A service had better not start
    /// then.
    pub fn verify(&self, lock: &str) -> Result<(), Mismatch> {
        crate::verify(&self.routes, lock)
    }

    /// Adds the routes to an application or a scope; see [`App::configure`](actix_web::App::configure).
    pub fn configure(self, config: &mut ServiceConfig) {
        for (path, routes) in self.resources {
            config.service(resource(&path, routes));
        }
        for (prefix, router) in self.nested {
            config.service(router.into_scope(&prefix));
        }
    }

    /// The routes as a scope, around which middleware can be wrapped. Its path isn't part of the list of routes.
    pub fn into_scope(
        self,
        path: &str,
    ) -> Scope<
        impl actix_web::dev::ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse,
            Error = Error,
            InitError = (),
        > + use<>,
    > {
        web::scope(path).configure(|config| self.configure(config))
    }
}

fn resource(path: &str, routes: Vec<ActixRoute>) -> actix_web::Resource {
    routes.into_iter().fold(web::resource(path), actix_web::Resource::route)
}

/// The path of a nested route, joined as actix-web joins it: the prefix ends without a slash.
fn join(prefix: &str, path: &str) -> String {
    format!("{}{path}", prefix.strip_suffix('/').unwrap_or(prefix))
}

impl fmt::Debug for PolicyRouter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PolicyRouter").field("routes", &self.routes).finish_non_exhaustive()
    }
}
