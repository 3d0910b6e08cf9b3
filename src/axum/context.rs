//! Who calls: asked of the application once per request, when the first guard needs to know.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::http::request::Parts;
use route_role_policy::Principal;

use super::log_once;
use super::render::{ProblemDocuments, RenderAnswer};
use crate::Answer;

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

/// Why it can't be found out who calls. It is logged, never shown to the caller.
#[derive(Debug)]
pub struct ResolveError(Box<dyn Error + Send + Sync>);

impl ResolveError {
    /// An error with its cause; a text will do.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

impl fmt::Display for ResolveError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Lets `?` turn any error into "can't be found out".
///
/// For that reason `ResolveError` is not an [`Error`] itself.
impl<E: Error + Send + Sync + 'static> From<E> for ResolveError {
    fn from(cause: E) -> Self {
        Self(Box::new(cause))
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
struct Resolved(Result<Arc<Principal>, Answer>);

impl Context {
    pub(super) fn new(resolver: impl ResolvePrincipal) -> Self {
        Self { resolver: Arc::new(resolver), renderer: Arc::new(ProblemDocuments::default()) }
    }

    pub(super) fn with_renderer(self, renderer: impl RenderAnswer) -> Self {
        Self { renderer: Arc::new(renderer), ..self }
    }

    /// The context of a request; `None`, which is logged, if no layer is around the route.
    pub(super) fn of(parts: &Parts) -> Option<Self> {
        let context = parts.extensions.get::<Self>().cloned();
        if context.is_none() {
            log_once::error(
                "every guarded route is refused: put `route_role::axum::RouteRoleLayer` around the whole router".into(),
            );
        }
        context
    }

    pub(super) fn renderer(&self) -> Arc<dyn RenderAnswer> {
        Arc::clone(&self.renderer)
    }

    /// Who calls; an answer if that can't be found out.
    pub(super) async fn principal(&self, parts: &mut Parts) -> Result<Arc<Principal>, Answer> {
        if let Some(Resolved(known)) = parts.extensions.get::<Resolved>() {
            return known.clone();
        }
        let outcome = match self.resolver.resolve(parts).await {
            Ok(principal) => Ok(Arc::new(principal.unwrap_or_else(Principal::anonymous))),
            Err(error) => {
                log::error!(target: "route_role", "the request is refused: it can't be found out who calls: {error}");
                Err(Answer::Undecided)
            }
        };
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
