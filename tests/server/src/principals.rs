//! Who calls: a bearer token is the name of a principal.

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use route_role::axum::ResolveError;
use route_role::{Principal, PrincipalKind, Tier};

/// The principal of a request.
pub fn resolve(parts: &Parts) -> Result<Option<Principal>, ResolveError> {
    let token = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(token) = token.and_then(|value| value.strip_prefix("Bearer ")) else { return Ok(None) };
    let of = |kind, tenant: &str| Principal::new(kind).with_level("workspace").with_tenant(tenant);
    let can_all = |principal: Principal| {
        ["read", "create", "update", "delete"]
            .into_iter()
            .fold(principal, |principal, verb| principal.with_scope(format!("case:{verb}").as_str()))
    };
    Ok(match token {
        "user-of-w1" => Some(can_all(of(PrincipalKind::USER, "w1"))),
        "admin-of-w1" => Some(can_all(of(PrincipalKind::USER, "w1")).with_tier(Tier::new("", 2, "admin"))),
        "user-of-w2" => Some(can_all(of(PrincipalKind::USER, "w2"))),
        "exporter" => Some(of(PrincipalKind::USER, "w1").with_feature("export")),
        "key-of-w1" => Some(of(PrincipalKind::API_KEY, "w1").with_scope("case:read")),
        "note-writer" => Some(of(PrincipalKind::API_KEY, "w1").with_scope("note:create")),
        "case-writer" => Some(of(PrincipalKind::API_KEY, "w1").with_scope("case:update")),
        "case-and-note-writer" => {
            Some(of(PrincipalKind::API_KEY, "w1").with_scope("note:create").with_scope("case:update"))
        }
        "key-without-scopes" => Some(of(PrincipalKind::API_KEY, "w1")),
        "robot" => Some(of(PrincipalKind::new("robot"), "w1")),
        "broken" => return Err(ResolveError::new("the session store doesn't answer")),
        _ => None,
    })
}
