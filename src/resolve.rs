//! The outcome of asking the application who calls.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use route_role_policy::Principal;

use crate::Answer;

/// Why it can't be found out who calls. It is logged, never shown to the caller.
#[derive(Debug)]
pub struct ResolveError(Box<dyn Error + Send + Sync>);

impl ResolveError {
    /// An error with its cause; a text will do.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

impl fmt::Display for ResolveError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Lets `?` turn any error into "can't be found out".
///
/// For that reason `ResolveError` is not an [`Error`] itself.
impl<E: Error + Send + Sync + 'static> From<E> for ResolveError {
    fn from(cause: E) -> Self {
        Self(Box::new(cause))
    }
}

/// Who calls, or the answer if that can't be found out; kept for the rest of the request.
pub(crate) type Caller = Result<Arc<Principal>, Answer>;

/// What the application said of who calls. Nobody in particular is the anonymous principal.
pub(crate) fn caller(resolved: Result<Option<Principal>, ResolveError>) -> Caller {
    match resolved {
        Ok(principal) => Ok(Arc::new(principal.unwrap_or_else(Principal::anonymous))),
        Err(error) => {
            log::error!(target: "route_role", "the request is refused: it can't be found out who calls: {error}");
            Err(Answer::Undecided)
        }
    }
}
