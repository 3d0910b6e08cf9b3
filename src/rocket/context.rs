//! Who calls: asked of the application once per request, when the first guard needs to know.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rocket::Request;
use route_role_policy::Principal;

use super::guard::Rejection;
use super::render::RenderAnswer;
use crate::gate::{self, Granted};
use crate::rejection::Renderer;
use crate::resolve::{self, Caller, ResolveError};

/// Finds out who calls.
///
/// It is asked at most once per request, by the first guard or [`Access`](super::Access) that needs to know, after
/// routing. Routes that are declared `public` never ask, so a health probe works while the session store doesn't.
///
/// Implement it for a type of your own, as an `async fn`, or give a plain function of `&Request` that needs no waiting.
pub trait ResolvePrincipal: Send + Sync + 'static {
    /// The caller; `None` for a request without credentials.
    ///
    /// Credentials that are there but wrong (expired, unknown) are no caller either: the answer is 401.
    ///
    /// # Errors
    ///
    /// When it can't be found out, because a store doesn't answer for example. The request is refused.
    fn resolve(&self, request: &Request<'_>) -> impl Future<Output = Result<Option<Principal>, ResolveError>> + Send;
}

impl<F> ResolvePrincipal for F
where
    F: Fn(&Request<'_>) -> Result<Option<Principal>, ResolveError> + Send + Sync + 'static,
{
    async fn resolve(&self, request: &Request<'_>) -> Result<Option<Principal>, ResolveError> {
        self(request)
    }
}

/// What the fairing gives Rocket to manage, for guards to find.
#[derive(Clone)]
pub(super) struct Context {
    resolver: Arc<dyn BoxedResolver>,
    renderer: Arc<dyn RenderAnswer>,
}

/// The outcome of asking who calls, kept for the rest of the request.
struct Resolved(Caller);

/// What became of a request, for those who come after the guard.
#[derive(Default)]
pub(super) struct Passage {
    /// At which route a guard lets the caller do what.
    granted: Mutex<Option<(RouteAddress, Granted)>>,
    /// What the caller is told instead of what it asked for.
    pub(super) told: OnceLock<Rejection>,
}

/// Tells one route of the service from all others, as long as it runs.
type RouteAddress = Option<usize>;

impl Context {
    pub(super) fn new(resolver: impl ResolvePrincipal) -> Self {
        Self { resolver: Arc::new(resolver), renderer: <dyn RenderAnswer>::problem_documents() }
    }

    pub(super) fn with_renderer(self, renderer: impl RenderAnswer) -> Self {
        Self { renderer: Arc::new(renderer), ..self }
    }

    /// The context of a request; `None`, which is logged, if the fairing isn't attached.
    pub(super) fn of<'r>(request: &'r Request<'_>) -> Option<&'r Self> {
        let context = request.rocket().state::<Self>();
        if context.is_none() {
            gate::log_missing_layer("route_role::rocket::RouteRole");
        }
        context
    }

    pub(super) fn renderer(&self) -> Arc<dyn RenderAnswer> {
        Arc::clone(&self.renderer)
    }

    /// Who calls; an answer if that can't be found out.
    pub(super) async fn caller(&self, request: &Request<'_>) -> Caller {
        let ask = async { Resolved(resolve::caller(self.resolver.resolve(request).await)) };
        request.local_cache_async(ask).await.0.clone()
    }
}

impl Passage {
    pub(super) fn of<'r>(request: &'r Request<'_>) -> &'r Self {
        request.local_cache(Self::default)
    }

    /// Remembers what a guard of the route grants at which the request is.
    pub(super) fn grant(&self, request: &Request<'_>, granted: Granted) {
        *self.granted.lock().unwrap_or_else(PoisonError::into_inner) = Some((address(request), granted));
    }

    /// What was granted at the route at which the request is: it may have been forwarded since.
    pub(super) fn granted(&self, request: &Request<'_>) -> Option<Granted> {
        let granted = *self.granted.lock().unwrap_or_else(PoisonError::into_inner);
        granted.filter(|(at, _)| *at == address(request)).map(|(_, granted)| granted)
    }
}

fn address(request: &Request<'_>) -> RouteAddress {
    request.route().map(|route| std::ptr::from_ref(route).addr())
}

/// [`ResolvePrincipal`] with its future boxed, so that the type of the resolver doesn't spread over every guard.
trait BoxedResolver: Send + Sync {
    fn resolve<'a>(
        &'a self,
        request: &'a Request<'_>,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Principal>, ResolveError>> + Send + 'a>>;
}

impl<R: ResolvePrincipal> BoxedResolver for R {
    fn resolve<'a>(
        &'a self,
        request: &'a Request<'_>,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Principal>, ResolveError>> + Send + 'a>> {
        Box::pin(ResolvePrincipal::resolve(self, request))
    }
}
