//! The guard as an extractor.

use axum::extract::{FromRequestParts, MatchedPath, RawPathParams};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use route_role_policy::Denial;

use super::context::Context;
use super::render::RenderAnswer;
use crate::gate::{self, Granted};
use crate::{Guard, Protected, Protection, rejection};

/// A refused request, which the application's [`RenderAnswer`] turns into a response.
pub type Rejection = crate::Rejection<dyn RenderAnswer>;

impl<P: Protected, S: Send + Sync> FromRequestParts<S> for Guard<P> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        let protection = P::PROTECTION;
        let granted = Granted::at(protection, parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str));
        if !gate::is_open(protection) {
            check(parts, protection, granted.denial).await?;
        }
        parts.extensions.insert(granted);
        Ok(Self::granted())
    }
}

async fn check(parts: &mut Parts, protection: &'static Protection, denial: Option<Denial>) -> Result<(), Rejection> {
    let context = Context::of(parts).ok_or_else(rejection::without_layer)?;
    let refuse = |answer| Rejection::new(answer, context.renderer());
    let principal = context.principal(parts).await.map_err(refuse)?;
    let tenant = match &protection.declaration.tenant {
        Some(parameter) => path_parameter(parts, parameter).await,
        None => None,
    };
    gate::check(protection, denial, &principal, parts.method.as_str(), |_| tenant).map_err(refuse)
}

async fn path_parameter(parts: &mut Parts, name: &str) -> Option<String> {
    let parameters = RawPathParams::from_request_parts(parts, &()).await.ok()?;
    parameters.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.renderer().render(self.answer())
    }
}
