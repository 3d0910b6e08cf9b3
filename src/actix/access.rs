//! `Access` as an extractor, and its answers as errors.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError};

use super::context::Context;
use super::guard::Rejection;
use super::render::RenderAnswer;
use crate::{Answer, gate, rejection};

/// An extractor for handlers behind a guard: who calls, and one answer for *not there* and *not yours*.
pub type Access = crate::Access<dyn RenderAnswer>;

/// The object isn't there, or isn't there for this caller: nobody can tell which.
pub type Absent = crate::Absent<dyn RenderAnswer>;

/// The caller may not do this to the object; what it is told is what the route's `denial` says.
pub type Denied = crate::Denied<dyn RenderAnswer>;

impl FromRequest for Access {
    type Error = Rejection;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Rejection>>>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        Box::pin(of(request.clone()))
    }
}

pub(super) async fn of(request: HttpRequest) -> Result<Access, Rejection> {
    let context = Context::of(&request).ok_or_else(rejection::without_layer)?;
    let refuse = |answer| Rejection::new(answer, context.renderer());
    let mut granted = None;
    // The guard was asked before, but it may still wait for an answer.
    for check in context.checks() {
        granted = Some(check.finding.await?);
    }
    let Some(granted) = granted else {
        gate::log_missing_guard();
        return Err(refuse(Answer::Undecided));
    };
    let principal = context.caller(&request).await.map_err(refuse)?;
    Ok(Access::new(principal, granted, context.renderer()))
}

impl ResponseError for Absent {
    fn status_code(&self) -> StatusCode {
        self.0.status_code()
    }

    fn error_response(&self) -> HttpResponse {
        self.0.error_response()
    }
}

impl ResponseError for Denied {
    fn status_code(&self) -> StatusCode {
        self.0.status_code()
    }

    fn error_response(&self) -> HttpResponse {
        self.0.error_response()
    }
}
