//! The guard as an extractor.

use std::fmt;
use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath, RawPathParams};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use route_role_policy::{Declaration, Denial};

use super::context::Context;
use super::log_once;
use super::render::{ProblemDocuments, RenderAnswer};
use crate::admission::{self, NotAdmitted};
use crate::{Answer, Guard, Protected, Protection};

/// A refused request, which the application's [`RenderAnswer`] turns into a response.
#[derive(Clone)]
pub struct Rejection {
    answer: Answer,
    renderer: Arc<dyn RenderAnswer>,
}

/// Left in the extensions by a guard that let a caller in.
#[derive(Clone, Copy)]
pub(super) struct Granted {
    pub(super) declaration: &'static Declaration,
    pub(super) denial: Option<Denial>,
}

impl<P: Protected, S: Send + Sync> FromRequestParts<S> for Guard<P> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        let protection = P::PROTECTION;
        let declaration = &protection.declaration;
        let denial = protection.denial_at(parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str));
        // Nothing about the caller matters for an open route, so nothing that can go wrong in finding out does either.
        if !(declaration.access.is_open() && declaration.tenant.is_none()) {
            check(parts, protection, denial).await?;
        }
        parts.extensions.insert(Granted { declaration, denial });
        Ok(Self::granted())
    }
}

async fn check(parts: &mut Parts, protection: &'static Protection, denial: Option<Denial>) -> Result<(), Rejection> {
    let context = Context::of(parts).ok_or_else(Rejection::without_layer)?;
    let refuse = |answer| Rejection { answer, renderer: context.renderer() };
    let principal = context.principal(parts).await.map_err(refuse)?;
    let tenant = match &protection.declaration.tenant {
        Some(parameter) => path_parameter(parts, parameter).await,
        None => None,
    };
    admission::admit(protection, &principal, tenant.as_deref()).map_err(|reason| {
        log_mistake(parts, &protection.declaration, &reason);
        refuse(admission::answer(denial, &reason))
    })
}

async fn path_parameter(parts: &mut Parts, name: &str) -> Option<String> {
    let parameters = RawPathParams::from_request_parts(parts, &()).await.ok()?;
    parameters.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

/// Refusals that come from a mistake in the application, not from the caller.
fn log_mistake(parts: &Parts, declaration: &Declaration, reason: &NotAdmitted) {
    match reason {
        NotAdmitted::Refused(_) | NotAdmitted::WrongTenant => {}
        NotAdmitted::UnknownKind(kind) => {
            log_once::error(format!(
                "callers of kind `{kind}` are refused: the policy file declares no such principal"
            ));
        }
        NotAdmitted::MissingTenantParameter => {
            let parameter = declaration.tenant.as_deref().unwrap_or_default();
            log_once::error(format!(
                "a {} route is refused: its path has no parameter `{parameter}` to bind the tenant",
                parts.method
            ));
        }
    }
}

impl Rejection {
    pub(super) fn new(answer: Answer, renderer: Arc<dyn RenderAnswer>) -> Self {
        Self { answer, renderer }
    }

    /// Without a layer nobody has said how refusals look.
    pub(super) fn without_layer() -> Self {
        Self { answer: Answer::Undecided, renderer: Arc::new(ProblemDocuments::default()) }
    }

    /// What the caller is told.
    pub fn answer(&self) -> Answer {
        self.answer
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.renderer.render(self.answer)
    }
}

impl fmt::Debug for Rejection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Rejection").field(&self.answer).finish()
    }
}
