//! `Access` as an extractor, and its answers as errors.

use poem::error::ResponseError;
use poem::http::StatusCode;
use poem::{FromRequest, Request, RequestBody, Response};

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

impl<'a> FromRequest<'a> for Access {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        Ok(of(request).await?)
    }
}

pub(super) async fn of(request: &Request) -> Result<Access, Rejection> {
    let context = Context::of(request).ok_or_else(rejection::without_layer)?;
    let refuse = |answer| Rejection::new(answer, context.renderer());
    let Some(granted) = context.passage().granted.get().copied() else {
        gate::log_missing_guard();
        return Err(refuse(Answer::Undecided));
    };
    let principal = context.caller(request).await.map_err(refuse)?;
    Ok(Access::new(principal, granted, context.renderer()))
}

impl ResponseError for Absent {
    fn status(&self) -> StatusCode {
        self.0.status()
    }

    fn as_response(&self) -> Response {
        self.0.as_response()
    }
}

impl ResponseError for Denied {
    fn status(&self) -> StatusCode {
        self.0.status()
    }

    fn as_response(&self) -> Response {
        self.0.as_response()
    }
}
