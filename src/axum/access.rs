//! What a handler's body learns of its caller, and how it says *absent* and *denied*.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use route_role_policy::{Declaration, Denial, Principal};

use super::context::Context;
use super::guard::{Granted, Rejection};
use super::log_once;
use super::render::RenderAnswer;
use crate::{Answer, admission};

/// An extractor for handlers behind a guard: who calls, and one answer for *not there* and *not yours*.
///
/// Without a guard in front of it, it refuses.
#[derive(Clone)]
pub struct Access {
    principal: Arc<Principal>,
    declaration: &'static Declaration,
    denial: Option<Denial>,
    renderer: Arc<dyn RenderAnswer>,
}

/// The object isn't there, or isn't there for this caller: nobody can tell which.
#[derive(Debug, Clone)]
pub struct Absent(Rejection);

/// The caller may not do this to the object; what it is told is what the route's `denial` says.
#[derive(Debug, Clone)]
pub struct Denied(Rejection);

impl Access {
    /// What a handler would get from a request of `principal`, to call it in a unit test.
    ///
    /// Answers are rendered as problem documents.
    #[cfg(feature = "test-util")]
    pub fn for_test(principal: Principal, declaration: &'static Declaration) -> Self {
        let renderer = Arc::new(super::render::ProblemDocuments::default());
        Self { principal: Arc::new(principal), declaration, denial: declaration.denial, renderer }
    }

    /// Who calls; the anonymous principal on a public route that nobody in particular calls.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// What the handler's `#[route_role]` says.
    pub fn declaration(&self) -> &'static Declaration {
        self.declaration
    }

    /// The object, if it was found and belongs to the caller's tenant.
    ///
    /// `tenant` is compared by its text, so ids of any type will do. A caller without a tenant sees nothing.
    ///
    /// # Errors
    ///
    /// [`Absent`], whether nothing was found or it belongs to another tenant.
    pub fn visible<T, K: ToString>(&self, found: Option<T>, tenant: impl FnOnce(&T) -> K) -> Result<T, Absent> {
        self.visible_if(found, |object, principal| {
            principal.tenant.as_ref().is_some_and(|own| *own == tenant(object).to_string())
        })
    }

    /// The object, if it was found and `may_see` says that the caller may know of it.
    ///
    /// # Errors
    ///
    /// [`Absent`], whether nothing was found or it is not for this caller.
    pub fn visible_if<T>(&self, found: Option<T>, may_see: impl FnOnce(&T, &Principal) -> bool) -> Result<T, Absent> {
        found.filter(|object| may_see(object, &self.principal)).ok_or_else(|| self.absent())
    }

    /// The answer for an object that isn't there.
    pub fn absent(&self) -> Absent {
        Absent(self.rejection(Answer::Absent))
    }

    /// The answer for a caller who may not do this, and of whom it isn't known that it may read the object.
    pub fn denied(&self) -> Denied {
        Denied(self.rejection(admission::denied(self.denial)))
    }

    /// The answer for a caller who may read the object, but not do this to it.
    ///
    /// It differs from [`denied`](Self::denied) where the route says `denial = not_found_unless_readable`.
    pub fn denied_to_reader(&self) -> Denied {
        Denied(self.rejection(admission::denied_to_reader(self.denial)))
    }

    pub(super) fn rejection(&self, answer: Answer) -> Rejection {
        Rejection::new(answer, Arc::clone(&self.renderer))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Access {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        let context = Context::of(parts).ok_or_else(Rejection::without_layer)?;
        let renderer = context.renderer();
        let Some(Granted { declaration, denial }) = parts.extensions.get::<Granted>().copied() else {
            log_once::error("a handler that takes `Access` is refused: it has no `#[route_role(…)]`".into());
            return Err(Rejection::new(Answer::Undecided, renderer));
        };
        match context.principal(parts).await {
            Ok(principal) => Ok(Self { principal, declaration, denial, renderer }),
            Err(answer) => Err(Rejection::new(answer, renderer)),
        }
    }
}

impl std::fmt::Debug for Access {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Access").field("principal", &self.principal).finish_non_exhaustive()
    }
}

impl From<Absent> for Denied {
    fn from(absent: Absent) -> Self {
        Self(absent.0)
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
