//! The guard as an extractor.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{self, Poll, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError};

use route_role_policy::path::actix_template;

use super::context::{Check, Context};
use super::render::RenderAnswer;
use super::shared::Shared;
use crate::gate::{self, Granted};
use crate::{Guard, Protected, Protection, rejection};

/// A refused request, which the application's [`RenderAnswer`] turns into a response.
pub type Rejection = crate::Rejection<dyn RenderAnswer>;

/// A guard that finds out whether to let the caller in.
pub struct Checking<P> {
    check: Check,
    protected: PhantomData<fn() -> P>,
}

impl<P: Protected> FromRequest for Guard<P> {
    type Error = Rejection;
    type Future = Checking<P>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Checking<P> {
        Checking { check: begin(request, P::PROTECTION), protected: PhantomData }
    }
}

impl<P: Protected> Future for Checking<P> {
    type Output = Result<Guard<P>, Rejection>;

    fn poll(mut self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<Self::Output> {
        let granted = ready!(Pin::new(&mut self.check.finding).poll(context));
        self.check.tell();
        Poll::Ready(granted.map(|_| Guard::granted()))
    }
}

/// Begins a check, and lets the middleware know, in case that another extractor is done before.
fn begin(request: &HttpRequest, protection: &'static Protection) -> Check {
    let context = Context::of(request);
    let path = request.match_pattern().map(|pattern| actix_template(&pattern));
    let granted = Granted::at(protection, path.as_deref());
    let finding = match &context {
        _ if gate::is_open(protection) => Shared::ready(Ok(granted)),
        None => Shared::ready(Err(rejection::without_layer())),
        Some(context) => Shared::new(check(context, request, protection, granted)),
    };
    let check = Check::new(finding);
    if let Some(context) = context {
        context.register(check.clone());
    }
    check
}

fn check(
    context: &Context,
    request: &HttpRequest,
    protection: &'static Protection,
    granted: Granted,
) -> impl Future<Output = Result<Granted, Rejection>> + 'static {
    let (caller, renderer, request) = (context.caller(request), context.renderer(), request.clone());
    async move {
        let refuse = |answer| Rejection::new(answer, renderer);
        let principal = match caller.await {
            Ok(principal) => principal,
            Err(answer) => return Err(refuse(answer)),
        };
        let tenant = |name: &str| request.match_info().get(name).map(str::to_owned);
        match gate::check(protection, granted.denial, &principal, request.method().as_str(), tenant) {
            Ok(()) => Ok(granted),
            Err(answer) => Err(refuse(answer)),
        }
    }
}

impl ResponseError for Rejection {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.answer().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        self.renderer().render(self.answer())
    }
}
