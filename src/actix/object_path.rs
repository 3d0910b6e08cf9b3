//! Path parameters of object routes.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::Path;
use actix_web::{FromRequest, HttpRequest};

use super::access;
use super::guard::Rejection;
use crate::Answer;

/// Like [`Path`], for handlers behind a guard: an id that can't be read is an object that isn't there.
///
/// A 404 that quotes the id would tell well-formed ids of absent objects from malformed ones, and would be the only answer
/// of the route that doesn't look like the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectPath<T>(pub T);

impl<T> FromRequest for ObjectPath<T>
where
    T: 'static,
    Path<T>: FromRequest,
{
    type Error = Rejection;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Rejection>>>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let access = access::of(request.clone()).await?;
            let path = Path::<T>::extract(&request).await;
            path.map(|path| Self(path.into_inner())).map_err(|_| access.rejection(Answer::Absent))
        })
    }
}
