//! Who calls: asked of the application once per request, when the first guard needs to know.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use poem::Request;
use route_role_policy::Principal;

use super::render::RenderAnswer;
use crate::gate::{self, Granted};
use crate::rejection::Renderer;
use crate::resolve::{self, Caller, ResolveError};

/// Finds out who calls.
///
/// It is asked at most once per request, by the first guard or [`Access`](super::Access) that needs to know, after
/// routing: path parameters and what outer middleware left in the extensions are there. Routes that are declared `public`
/// never ask, so a health probe works while the session store doesn't.
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
    fn resolve(&self, request: &Request) -> impl Future<Output = Result<Option<Principal>, ResolveError>> + Send;
}

impl<F> ResolvePrincipal for F
where
    F: Fn(&Request) -> Result<Option<Principal>, ResolveError> + Send + Sync + 'static,
{
    async fn resolve(&self, request: &Request) -> Result<Option<Principal>, ResolveError> {
        self(request)
    }
}

/// What the application has said, the same for all requests.
#[derive(Clone)]
pub(super) struct Setup {
    resolver: Arc<dyn BoxedResolver>,
    renderer: Arc<dyn RenderAnswer>,
}

impl Setup {
    pub(super) fn new(resolver: impl ResolvePrincipal) -> Self {
        Self { resolver: Arc::new(resolver), renderer: <dyn RenderAnswer>::problem_documents() }
    }

    pub(super) fn with_renderer(self, renderer: impl RenderAnswer) -> Self {
        Self { renderer: Arc::new(renderer), ..self }
    }

    pub(super) fn renderer(&self) -> Arc<dyn RenderAnswer> {
        Arc::clone(&self.renderer)
    }
}

/// What the middleware leaves for guards in the extensions of a request.
#[derive(Clone)]
pub(super) struct Context {
    setup: Setup,
    passage: Arc<Passage>,
}

/// What became of a request, for those who come after the guard.
#[derive(Default)]
pub(super) struct Passage {
    caller: OnceLock<Caller>,
    /// What the guard lets the caller do.
    pub(super) granted: OnceLock<Granted>,
}

impl Context {
    pub(super) fn new(setup: Setup) -> Self {
        Self { setup, passage: Arc::default() }
    }

    /// The context of a request; `None`, which is logged, if no middleware is around the route.
    pub(super) fn of(request: &Request) -> Option<&Self> {
        let context = request.extensions().get::<Self>();
        if context.is_none() {
            gate::log_missing_layer("route_role::poem::RouteRole");
        }
        context
    }

    pub(super) fn renderer(&self) -> Arc<dyn RenderAnswer> {
        self.setup.renderer()
    }

    pub(super) fn passage(&self) -> &Arc<Passage> {
        &self.passage
    }

    /// Who calls; an answer if that can't be found out.
    pub(super) async fn caller(&self, request: &Request) -> Caller {
        if let Some(known) = self.passage.caller.get() {
            return known.clone();
        }
        let outcome = resolve::caller(self.setup.resolver.resolve(request).await);
        self.passage.caller.get_or_init(|| outcome).clone()
    }
}

/// [`ResolvePrincipal`] with its future boxed, so that the type of the resolver doesn't spread over every guard.
trait BoxedResolver: Send + Sync {
    fn resolve<'a>(
        &'a self,
        request: &'a Request,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Principal>, ResolveError>> + Send + 'a>>;
}

impl<R: ResolvePrincipal> BoxedResolver for R {
    fn resolve<'a>(
        &'a self,
        request: &'a Request,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Principal>, ResolveError>> + Send + 'a>> {
        Box::pin(ResolvePrincipal::resolve(self, request))
    }
}
