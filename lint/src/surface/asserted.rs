//! Routes as assertions of the policy look at them.

use route_role_policy::assertion::{AssertedRoute, Knowledge};

use super::{Certainty, RouteSurface};
use crate::resolve::{HandlerKind, Route};

/// A route as an assertion looks at it; `None` for what answers where there is no route: the files of a front end, or a word that there is nothing here.
pub fn asserted<'a>(route: &'a Route, row: &'a RouteSurface) -> Option<AssertedRoute<'a>> {
    let is_open = matches!(route.handler.kind, HandlerKind::Fallback | HandlerKind::OpenService);
    if is_open && route.path.contains("{*") {
        return None;
    }
    let knowledge = match (row.certainty, &route.handler.kind) {
        (Certainty::Proven, _) => Knowledge::All,
        (Certainty::AtMost, HandlerKind::Function | HandlerKind::Closure | HandlerKind::OpenService) => {
            Knowledge::UpperBound
        }
        (Certainty::AtMost | Certainty::Unknown, _) => Knowledge::Little,
    };
    Some(AssertedRoute {
        method: &route.method,
        path: &route.path,
        resource: row.resource.as_ref(),
        access: &row.access,
        knowledge,
    })
}
