//! The guard as an extractor.

use poem::error::ResponseError;
use poem::http::StatusCode;
use poem::{FromRequest, PathPattern, Request, RequestBody, Response};

use super::context::Context;
use super::render::RenderAnswer;
use crate::gate::{self, Granted};
use crate::{Guard, Protected, Protection, rejection};

/// A refused request, which the application's [`RenderAnswer`] turns into a response.
pub type Rejection = crate::Rejection<dyn RenderAnswer>;

impl<'a, P: Protected> FromRequest<'a> for Guard<P> {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        let granted = check(request, P::PROTECTION).await?;
        if let Some(context) = Context::of(request) {
            // A guard that asked before has granted the same request.
            context.passage().granted.get_or_init(|| granted);
        }
        Ok(Self::granted())
    }
}

async fn check(request: &Request, protection: &'static Protection) -> Result<Granted, Rejection> {
    let granted = Granted::at(protection, pattern(request).as_deref());
    if gate::is_open(protection) {
        return Ok(granted);
    }
    let context = Context::of(request).ok_or_else(rejection::without_layer)?;
    let refuse = |answer| Rejection::new(answer, context.renderer());
    let principal = context.caller(request).await.map_err(refuse)?;
    let tenant = |name: &str| request.raw_path_param(name).map(str::to_owned);
    gate::check(protection, granted.denial, &principal, request.method().as_str(), tenant).map_err(refuse)?;
    Ok(granted)
}

/// The matched route's path as it is written everywhere else, `/cases/{id}`.
fn pattern(request: &Request) -> Option<String> {
    let PathPattern(pattern) = request.data::<PathPattern>()?;
    let segments = pattern.split('/').skip(1).map(|segment| match segment.split_at_checked(1) {
        Some((":", parameter)) => {
            // A regular expression may follow the name: `:id<[0-9]+>`.
            format!("/{{{}}}", parameter.split('<').next().unwrap_or(parameter))
        }
        Some(("*", rest)) => format!("/{{*{rest}}}"),
        _ => format!("/{segment}"),
    });
    Some(segments.collect())
}

impl ResponseError for Rejection {
    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.answer().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn as_response(&self) -> Response {
        self.renderer().render(self.answer())
    }
}
