//! The layer that an application puts around its router.

use std::fmt;
use std::task;

use axum::http::Request;
use tower_layer::Layer;
use tower_service::Service;

use super::context::{Context, ResolvePrincipal};
use super::render::RenderAnswer;

/// Tells the guards inside it who calls and how refusals look.
///
/// Put it around the whole router, after every route was added. A guard without it refuses everyone.
#[derive(Clone)]
pub struct RouteRoleLayer {
    context: Context,
}

impl RouteRoleLayer {
    /// A layer that asks `resolver` who calls and answers with problem documents.
    pub fn new(resolver: impl ResolvePrincipal) -> Self {
        Self { context: Context::new(resolver) }
    }

    /// Answers in the application's own way.
    #[must_use]
    pub fn with_answers(self, renderer: impl RenderAnswer) -> Self {
        Self { context: self.context.with_renderer(renderer) }
    }
}

impl<S> Layer<S> for RouteRoleLayer {
    type Service = RouteRole<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RouteRole { inner, context: self.context.clone() }
    }
}

/// The service that [`RouteRoleLayer`] makes.
#[derive(Clone)]
pub struct RouteRole<S> {
    inner: S,
    context: Context,
}

impl<S, B> Service<Request<B>> for RouteRole<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut task::Context<'_>) -> task::Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        request.extensions_mut().insert(self.context.clone());
        self.inner.call(request)
    }
}

impl fmt::Debug for RouteRoleLayer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RouteRoleLayer")
    }
}

impl<S> fmt::Debug for RouteRole<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RouteRole")
    }
}
