//! `Access` as an extractor, and its answers as responses.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::context::Context;
use super::guard::Rejection;
use super::render::RenderAnswer;
use crate::gate::{self, Granted};
use crate::{Answer, rejection};

/// An extractor for handlers behind a guard: who calls, and one answer for *not there* and *not yours*.
pub type Access = crate::Access<dyn RenderAnswer>;

/// The object isn't there, or isn't there for this caller: nobody can tell which.
pub type Absent = crate::Absent<dyn RenderAnswer>;

/// The caller may not do this to the object; what it is told is what the route's `denial` says.
pub type Denied = crate::Denied<dyn RenderAnswer>;

impl<S: Send + Sync> FromRequestParts<S> for Access {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        let context = Context::of(parts).ok_or_else(rejection::without_layer)?;
        let Some(granted) = parts.extensions.get::<Granted>().copied() else {
            gate::log_missing_guard();
            return Err(Rejection::new(Answer::Undecided, context.renderer()));
        };
        match context.principal(parts).await {
            Ok(principal) => Ok(Self::new(principal, granted, context.renderer())),
            Err(answer) => Err(Rejection::new(answer, context.renderer())),
        }
    }
}

impl IntoResponse for Absent {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}
