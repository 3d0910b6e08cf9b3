//! Path parameters of object routes.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;

use super::access::Access;
use super::guard::Rejection;
use crate::{Answer, log_once};

/// Like [`Path`], for handlers behind a guard: an id that can't be read is an object that isn't there.
///
/// A 400 that quotes the id would tell well-formed ids of absent objects from malformed ones, and would be the only
/// answer of the route that doesn't look like the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectPath<T>(pub T);

impl<T, S> FromRequestParts<S> for ObjectPath<T>
where
    S: Send + Sync,
    T: Send,
    Path<T>: FromRequestParts<S, Rejection = PathRejection>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let access = Access::from_request_parts(parts, state).await?;
        match Path::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(rejection) if rejection.status() == StatusCode::BAD_REQUEST => Err(access.rejection(Answer::Absent)),
            Err(rejection) => {
                // Not the caller's mistake: the route and the handler disagree about the parameters.
                log_once::error(format!("`ObjectPath` doesn't fit the path of its route: {}", rejection.body_text()));
                Err(access.rejection(Answer::Undecided))
            }
        }
    }
}
