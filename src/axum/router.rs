//! A router that remembers its routes.

use std::convert::Infallible;
use std::fmt;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::response::IntoResponse;
use axum::routing::Route as AxumRoute;
use tower_layer::Layer;
use tower_service::Service;

use super::routing::{GuardFirst, MethodRouter};
use crate::{Mismatch, Route};

/// An [`axum::Router`] that takes only guarded handlers and remembers each route with its declaration.
///
/// Routes are recorded as they are added, in the same call that gives them to axum, so the list can't miss one.
#[must_use = "it serves nothing until `into_router`"]
pub struct PolicyRouter<S = ()> {
    inner: Router<S>,
    routes: Vec<Route>,
}

impl<S: Clone + Send + Sync + 'static> PolicyRouter<S> {
    /// A router without routes.
    pub fn new() -> Self {
        Self { inner: Router::new(), routes: Vec::new() }
    }

    /// Adds the handlers of a path; see [`axum::Router::route`].
    ///
    /// # Panics
    ///
    /// As axum does: if the path is malformed, or overlaps with one that is there.
    pub fn route(mut self, path: &str, methods: MethodRouter<S>) -> Self {
        let (methods, entries) = methods.into_parts();
        self.routes.extend(entries.into_iter().map(|entry| Route {
            method: entry.method,
            path: path.to_owned(),
            handler: entry.handler,
            protection: entry.protection,
        }));
        Self { inner: self.inner.route(path, methods), routes: self.routes }
    }

    /// Adds the routes of another router under a prefix; see [`axum::Router::nest`].
    ///
    /// # Panics
    ///
    /// As axum does: if the prefix is empty or malformed, or if a route is there already.
    pub fn nest(mut self, prefix: &str, router: Self) -> Self {
        let nested = router.routes.into_iter().map(|route| Route { path: nested_path(prefix, &route.path), ..route });
        self.routes.extend(nested);
        Self { inner: self.inner.nest(prefix, router.inner), routes: self.routes }
    }

    /// Adds the routes of another router; see [`axum::Router::merge`].
    ///
    /// # Panics
    ///
    /// As axum does: if a route is there already.
    pub fn merge(mut self, router: Self) -> Self {
        self.routes.extend(router.routes);
        Self { inner: self.inner.merge(router.inner), routes: self.routes }
    }

    /// Answers what no route answers; see [`axum::Router::fallback`].
    ///
    /// The handler is guarded like any other. It is no route: neither the list nor the lock has it.
    pub fn fallback<H, T>(self, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: GuardFirst + 'static,
    {
        Self { inner: self.inner.fallback(handler), routes: self.routes }
    }

    /// Puts a layer around everything added so far; see [`axum::Router::layer`].
    pub fn layer<L>(self, layer: L) -> Self
    where
        L: Layer<AxumRoute> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        Self { inner: self.inner.layer(layer), routes: self.routes }
    }

    /// Puts a layer around the routes added so far; see [`axum::Router::route_layer`].
    ///
    /// # Panics
    ///
    /// As axum does: if there are no routes yet.
    pub fn route_layer<L>(self, layer: L) -> Self
    where
        L: Layer<AxumRoute> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        Self { inner: self.inner.route_layer(layer), routes: self.routes }
    }

    /// Gives the handlers their state; see [`axum::Router::with_state`].
    pub fn with_state<S2>(self, state: S) -> PolicyRouter<S2> {
        PolicyRouter { inner: self.inner.with_state(state), routes: self.routes }
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

    /// The axum router, to be served, or to add what has no guard: static files, an API description.
    pub fn into_router(self) -> Router<S> {
        self.inner
    }
}

/// The path of a nested route, joined as axum joins it.
fn nested_path(prefix: &str, path: &str) -> String {
    if prefix.ends_with('/') {
        format!("{prefix}{}", path.trim_start_matches('/'))
    } else if path == "/" {
        prefix.to_owned()
    } else {
        format!("{prefix}{path}")
    }
}

impl<S: Clone + Send + Sync + 'static> Default for PolicyRouter<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> From<PolicyRouter<S>> for Router<S> {
    fn from(router: PolicyRouter<S>) -> Self {
        router.inner
    }
}

impl<S> Clone for PolicyRouter<S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), routes: self.routes.clone() }
    }
}

impl<S> fmt::Debug for PolicyRouter<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PolicyRouter").field("routes", &self.routes).finish_non_exhaustive()
    }
}
