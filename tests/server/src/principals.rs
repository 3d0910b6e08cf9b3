//! Who calls: a bearer token is the name of a principal.

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use route_role::Principal;
use route_role::axum::{ResolveError, ResolvePrincipal};
use route_role_tests_behavior::principals;

/// Says who calls, at once or after a while.
#[derive(Debug, Clone, Copy)]
pub struct Resolver {
    /// How often it waits.
    pub waits: usize,
}

impl ResolvePrincipal for Resolver {
    async fn resolve(&self, parts: &mut Parts) -> Result<Option<Principal>, ResolveError> {
        let header = parts.headers.get(AUTHORIZATION).map(|value| value.to_str()).transpose()?;
        principals::resolve(header, self.waits).await.map_err(ResolveError::new)
    }
}

/// The principal of a request.
///
/// # Errors
///
/// If it can't be found out.
pub fn resolve(parts: &Parts) -> Result<Option<Principal>, ResolveError> {
    let token = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    principals::of_token(token.and_then(|value| value.strip_prefix("Bearer "))).map_err(ResolveError::new)
}
