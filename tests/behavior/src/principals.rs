//! Who calls: a bearer token is the name of a principal.

use std::future::poll_fn;
use std::task::Poll;

use route_role::{Principal, PrincipalKind, Tier};

/// The principal that an `authorization` header stands for, at once or after a while.
///
/// # Errors
///
/// For the one token that stands for a session store that doesn't answer.
pub async fn resolve(authorization: Option<&str>, waits: usize) -> Result<Option<Principal>, &'static str> {
    let mut left = waits;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
    of_token(authorization.and_then(|value| value.strip_prefix("Bearer ")))
}

/// The principal of a token.
///
/// # Errors
///
/// As [`resolve`].
pub fn of_token(token: Option<&str>) -> Result<Option<Principal>, &'static str> {
    let Some(token) = token else { return Ok(None) };
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
        "broken" => return Err("the session store doesn't answer"),
        _ => None,
    })
}
