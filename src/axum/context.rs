//! Who calls: asked of the application once per request, when the first guard needs to know.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::http::request::Parts;
use route_role_policy::Principal;

use super::render::RenderAnswer;
use crate::gate;
use crate::rejection::Renderer;
use crate::resolve::{self, Caller, ResolveError};

/// Finds out who calls.
///
/// It is asked at most once per request, by the first guard or [`Access`](super::Access) that needs to know, after
/// routing: path parameters and what outer layers left in the extensions are there. Routes that are declared `public`
/// never ask, so a health probe works while the session store doesn't.
///
/// Implement it for a type of your own, as an `async fn`, or give a plain function of `&Parts` that needs no waiting.
pub trait ResolvePrincipal: Send + Sync + 'static {
    /// The caller; `None` for a request without credentials.
    ///
    /// Credentials that are there but wrong (expired, unknown) are no caller either: the answer is 401.
    ///
    /// # Errors
    ///
    /// When it can't be found out, because a store doesn't answer for example. The request is refused.
    fn resolve(&self, parts: &mut Parts) -> impl Future<Output = Result<Option<Principal>, ResolveError>> + Send;
}

impl<F> ResolvePrincipal for F
where
    F: Fn(&Parts) -> Result<Option<Principal>, ResolveError> + Send + Sync + 'static,
{
    async fn resolve(&self, parts: &mut Parts) -> Result<Option<Principal>, ResolveError> {
        self(parts)
    }
}

/// What the layer leaves for guards in the extensions of a request.
#[derive(Clone)]
pub(super) struct Context {
    resolver: Arc<dyn BoxedResolver>,
    renderer: Arc<dyn RenderAnswer>,
}

/// The outcome of asking who calls, kept for the rest of the request.
#[derive(Clone)]
struct Resolved(Caller);

impl Context {
    pub(super) fn new(resolver: impl ResolvePrincipal) -> Self {
        Self { resolver: Arc::new(resolver), renderer: <dyn RenderAnswer>::problem_documents() }
    }

    pub(super) fn with_renderer(self, renderer: impl RenderAnswer) -> Self {
        Self { renderer: Arc::new(renderer), ..self }
    }

    /// The context of a request; `None`, which is logged, if no layer is around the route.
    pub(super) fn of(parts: &Parts) -> Option<Self> {
        let context = parts.extensions.get::<Self>().cloned();
        if context.is_none() {
            gate::log_missing_layer("route_role::axum::RouteRoleLayer");
        }
        context
    }

    pub(super) fn renderer(&self) -> Arc<dyn RenderAnswer> {
        Arc::clone(&self.renderer)
    }

    /// Who calls; an answer if that can't be found out.
    pub(super) async fn principal(&self, parts: &mut Parts) -> Caller {
        if let Some(Resolved(known)) = parts.extensions.get::<Resolved>() {
            return known.clone();
        }
        let outcome = resolve::caller(self.resolver.resolve(parts).await);
        parts.extensions.insert(Resolved(outcome.clone()));
        outcome
    }
}

/// [`ResolvePrincipal`] with its future boxed, so that the type of the resolver doesn't spread over every guard.
trait BoxedResolver: Send + Sync {
    fn resolve<'a>(
        &'a self,
        parts: &'a mut Parts,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Principal>, ResolveError>> + Send + 'a>>;
}

impl<R: ResolvePrincipal> BoxedResolver for R {
    fn resolve<'a>(
        &'a self,
        parts: &'a mut Parts,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Principal>, ResolveError>> + Send + 'a>> {
        Box::pin(ResolvePrincipal::resolve(self, parts))
    }
}
