//! Path parameters of object routes.

use poem::web::Path;
use poem::{FromRequest, Request, RequestBody};
use serde::de::DeserializeOwned;

use super::access;
use crate::Answer;

/// Like [`Path`], for handlers behind a guard: an id that can't be read is an object that isn't there.
///
/// An answer of its own would tell well-formed ids of absent objects from malformed ones, and would be the only one of the
/// route that doesn't look like the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectPath<T>(pub T);

impl<'a, T> FromRequest<'a> for ObjectPath<T>
where
    T: DeserializeOwned + Send,
{
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        let access = access::of(request).await?;
        match Path::from_request(request, body).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(_) => Err(access.rejection(Answer::Absent).into()),
        }
    }
}
