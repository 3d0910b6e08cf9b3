//! Who calls: asked of the application once per request, when the first guard needs to know.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use actix_web::{HttpMessage, HttpRequest};
use route_role_policy::Principal;

use super::guard::Rejection;
use super::render::RenderAnswer;
use super::shared::Shared;
use crate::gate::{self, Granted};
use crate::rejection::Renderer;
use crate::resolve::{self, Caller, ResolveError};

/// Finds out who calls.
///
/// It is asked at most once per request, by the first guard or [`Access`](super::Access) that needs to know, after
/// routing: path parameters and what outer middleware left in the extensions are there. Routes that are declared `public`
/// never ask, so a health probe works while the session store doesn't.
///
/// Implement it for a type of your own, as an `async fn`, or give a plain function of `&HttpRequest` that needs no
/// waiting.
pub trait ResolvePrincipal: Send + Sync + 'static {
    /// The caller; `None` for a request without credentials.
    ///
    /// Credentials that are there but wrong (expired, unknown) are no caller either: the answer is 401.
    ///
    /// # Errors
    ///
    /// When it can't be found out, because a store doesn't answer for example. The request is refused.
    fn resolve(&self, request: &HttpRequest) -> impl Future<Output = Result<Option<Principal>, ResolveError>>;
}

impl<F> ResolvePrincipal for F
where
    F: Fn(&HttpRequest) -> Result<Option<Principal>, ResolveError> + Send + Sync + 'static,
{
    async fn resolve(&self, request: &HttpRequest) -> Result<Option<Principal>, ResolveError> {
        self(request)
    }
}

/// What the application has said, the same for all requests.
#[derive(Clone)]
pub(super) struct Setup {
    resolver: Arc<dyn BoxedResolver>,
    pub(super) renderer: Arc<dyn RenderAnswer>,
}

impl Setup {
    pub(super) fn new(resolver: impl ResolvePrincipal) -> Self {
        Self { resolver: Arc::new(resolver), renderer: <dyn RenderAnswer>::problem_documents() }
    }

    pub(super) fn with_renderer(self, renderer: impl RenderAnswer) -> Self {
        Self { renderer: Arc::new(renderer), ..self }
    }
}

/// What the guards of one request have asked.
#[derive(Default)]
pub(super) struct Inquiry {
    caller: RefCell<Option<Shared<Caller>>>,
    checks: RefCell<Vec<Check>>,
}

/// What one guard finds: whether it lets the caller in.
#[derive(Clone)]
pub(super) struct Check {
    pub(super) finding: Shared<Result<Granted, Rejection>>,
    told: Rc<Cell<bool>>,
}

impl Check {
    pub(super) fn new(finding: Shared<Result<Granted, Rejection>>) -> Self {
        Self { finding, told: Rc::default() }
    }

    /// Remembers that the guard itself has told what it found; if it refuses, that is the answer to the request.
    pub(super) fn tell(&self) {
        self.told.set(true);
    }

    /// Whether another argument's answer may have come before the guard's.
    pub(super) fn is_overtaken(&self) -> bool {
        !self.told.get()
    }
}

impl Inquiry {
    /// What each guard finds that was asked so far.
    pub(super) fn checks(&self) -> Vec<Check> {
        self.checks.borrow().clone()
    }
}

/// What the middleware leaves for guards in the extensions of a request.
///
/// What was asked holds the request, so it belongs to the middleware, and the request only knows of it.
struct Extension {
    setup: Setup,
    inquiry: Weak<Inquiry>,
}

/// Leaves `setup` for the guards of a request, and gives what they are going to ask.
pub(super) fn open_inquiry(request: &impl HttpMessage, setup: &Setup) -> Rc<Inquiry> {
    let inquiry = Rc::new(Inquiry::default());
    request.extensions_mut().insert(Extension { setup: setup.clone(), inquiry: Rc::downgrade(&inquiry) });
    inquiry
}

/// What a guard knows of its request.
pub(super) struct Context {
    setup: Setup,
    inquiry: Rc<Inquiry>,
}

impl Context {
    /// The context of a request; `None`, which is logged, if no middleware is around the route.
    pub(super) fn of(request: &HttpRequest) -> Option<Self> {
        let context = request
            .extensions()
            .get::<Extension>()
            .and_then(|extension| Some(Self { setup: extension.setup.clone(), inquiry: extension.inquiry.upgrade()? }));
        if context.is_none() {
            gate::log_missing_layer("route_role::actix::RouteRole");
        }
        context
    }

    pub(super) fn renderer(&self) -> Arc<dyn RenderAnswer> {
        Arc::clone(&self.setup.renderer)
    }

    /// Lets the middleware know of a guard.
    pub(super) fn register(&self, check: Check) {
        self.inquiry.checks.borrow_mut().push(check);
    }

    /// What the guards find that stand in front of an argument.
    pub(super) fn checks(&self) -> Vec<Check> {
        self.inquiry.checks()
    }

    /// Who calls; an answer if that can't be found out.
    pub(super) fn caller(&self, request: &HttpRequest) -> Shared<Caller> {
        let mut caller = self.inquiry.caller.borrow_mut();
        let ask = || {
            let (resolver, request) = (Arc::clone(&self.setup.resolver), request.clone());
            Shared::new(async move { resolve::caller(resolver.resolve(&request).await) })
        };
        caller.get_or_insert_with(ask).clone()
    }
}

/// [`ResolvePrincipal`] with its future boxed, so that the type of the resolver doesn't spread over every guard.
trait BoxedResolver: Send + Sync {
    fn resolve<'a>(
        &'a self,
        request: &'a HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Principal>, ResolveError>> + 'a>>;
}

impl<R: ResolvePrincipal> BoxedResolver for R {
    fn resolve<'a>(
        &'a self,
        request: &'a HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Principal>, ResolveError>> + 'a>> {
        Box::pin(ResolvePrincipal::resolve(self, request))
    }
}
