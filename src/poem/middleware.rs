//! The middleware that an application puts around its routes.

use std::fmt;
use std::sync::Arc;

use poem::{Endpoint, IntoResponse, Middleware, Request, Response};

use super::context::{Context, ResolvePrincipal, Setup};
use super::guard::Rejection;
use super::render::RenderAnswer;
use crate::Answer;
use crate::unguarded::Unguarded;

/// Tells the guards inside it who calls and how refusals look.
///
/// Put it around the whole service. A guard without it refuses everyone.
#[derive(Clone)]
pub struct RouteRole {
    setup: Setup,
    unguarded: Unguarded,
}

impl RouteRole {
    /// A middleware that asks `resolver` who calls and answers with problem documents.
    pub fn new(resolver: impl ResolvePrincipal) -> Self {
        Self { setup: Setup::new(resolver), unguarded: Unguarded::LetThrough }
    }

    /// Answers in the application's own way.
    #[must_use]
    pub fn with_answers(self, renderer: impl RenderAnswer) -> Self {
        Self { setup: self.setup.with_renderer(renderer), ..self }
    }

    /// Lets no route answer without a guard, except at the paths `except` and below them.
    ///
    /// What such a route answers is thrown away, the caller gets a 500, and the log says which route it was. The handler
    /// has run by then: this finds a forgotten attribute in the first test that asks the route, it doesn't replace it.
    #[must_use]
    pub fn only_guarded(self, except: &'static [&'static str]) -> Self {
        Self { unguarded: Unguarded::RefusedExcept(except), ..self }
    }
}

impl<E: Endpoint> Middleware<E> for RouteRole {
    type Output = RouteRoleEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        RouteRoleEndpoint { inner, route_role: self.clone() }
    }
}

/// The endpoint that [`RouteRole`] makes.
pub struct RouteRoleEndpoint<E> {
    inner: E,
    route_role: RouteRole,
}

impl<E: Endpoint> Endpoint for RouteRoleEndpoint<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let RouteRole { setup, unguarded } = &self.route_role;
        let context = Context::new(setup.clone());
        let passage = Arc::clone(context.passage());
        request.extensions_mut().insert(context);
        let (method, uri) = (request.method().clone(), request.original_uri().clone());
        let response = self.inner.call(request).await?.into_response();
        let is_guarded = passage.granted.get().is_some();
        if !is_guarded && unguarded.refuses(response.status().as_u16(), method.as_str(), uri.path()) {
            return Err(Rejection::new(Answer::Undecided, setup.renderer()).into());
        }
        Ok(response)
    }
}

impl fmt::Debug for RouteRole {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RouteRole")
    }
}

impl<E> fmt::Debug for RouteRoleEndpoint<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RouteRoleEndpoint")
    }
}
