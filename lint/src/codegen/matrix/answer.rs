//! What a caller of a route is told.

use route_role_policy::{Access, Decision, Denial, Principal, Refusal, decide};

use crate::resolve::{GuardKind, Route};
use crate::surface::{Certainty, GuardMeaning, RouteSurface};

/// What a caller is told; the names are those of `route_role::axum::matrix::Expected`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Answer {
    LetIn,
    Unauthenticated,
    Forbidden,
    Absent,
    Refused,
}

impl Answer {
    /// The name of the variant.
    pub(super) fn variant(self) -> &'static str {
        match self {
            Self::LetIn => "LetIn",
            Self::Unauthenticated => "Unauthenticated",
            Self::Forbidden => "Forbidden",
            Self::Absent => "Absent",
            Self::Refused => "Refused",
        }
    }
}

/// What a route tells a caller.
pub(super) fn answer(route: &Route, row: &RouteSurface, caller: &Principal) -> Answer {
    match decide(&row.access, caller) {
        Decision::Allow { .. } => Answer::LetIn,
        Decision::Deny(Refusal::Unauthenticated) => Answer::Unauthenticated,
        Decision::Deny(_) if !refuses_by_attribute(route, row) => Answer::Refused,
        Decision::Deny(_) => match row.denial {
            None | Some(Denial::Forbidden) => Answer::Forbidden,
            Some(Denial::NotFound | Denial::NotFoundUnlessReadable) => Answer::Absent,
        },
    }
}

/// Whether nothing but `#[route_role]` refuses: what other guards answer is their own business.
fn refuses_by_attribute(route: &Route, row: &RouteSurface) -> bool {
    let mut guards = route.guards.iter().zip(&row.guards);
    guards.all(|(guard, mapped)| match mapped.meaning {
        GuardMeaning::Access { .. } => guard.kind == GuardKind::RouteRole,
        GuardMeaning::Neutral => true,
        GuardMeaning::Unmapped => false,
    })
}

/// Why nothing can be expected of a route.
pub(super) fn obstacle(route: &Route, row: &RouteSurface) -> Option<&'static str> {
    match row.certainty {
        Certainty::Unknown => return Some("its handler can't be read"),
        Certainty::AtMost => return Some("the policy doesn't say what each of its guards means"),
        Certainty::Proven => {}
    }
    if !route.conditions.is_empty() {
        Some("it is there under a condition")
    } else if route.path.contains("{*}") {
        Some("its path isn't known")
    } else if row.access == Access::EVERYONE && row.public.is_none() {
        Some("nothing guards it, and nothing declares it public")
    } else {
        None
    }
}
