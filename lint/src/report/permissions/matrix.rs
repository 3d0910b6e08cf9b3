//! Routes by principals: what each kind of caller needs for each route.

use std::collections::BTreeSet;

use route_role_policy::{Principal, PrincipalKind, Principals, decide};

use crate::report::access::demands;
use crate::surface::{Certainty, RouteSurface, Surface};

/// The kinds of caller that a surface tells apart: callers without credentials, users and keys first, then all others by name.
pub(super) fn kinds(surface: &Surface) -> Vec<PrincipalKind> {
    let first = [PrincipalKind::ANONYMOUS, PrincipalKind::USER, PrincipalKind::API_KEY];
    let named: BTreeSet<&PrincipalKind> = surface
        .rows
        .iter()
        .flat_map(|row| row.access.alternatives.iter())
        .filter_map(|alternative| match &alternative.principals {
            Principals::Everyone => None,
            Principals::Only(kinds) => Some(kinds.iter()),
        })
        .flatten()
        .collect();
    let others = named.into_iter().filter(|kind| !first.contains(kind)).cloned().collect::<Vec<_>>();
    first.iter().cloned().chain(others).collect()
}

/// What a kind of caller needs for a route: `yes`, `no`, `perhaps`, `unknown`, or what it has to hold.
pub(super) fn cell(row: &RouteSurface, kind: &PrincipalKind) -> String {
    let needs = match row.certainty {
        Certainty::Unknown => return "unknown".to_owned(),
        Certainty::Proven | Certainty::AtMost => needs(row, kind),
    };
    match row.certainty {
        Certainty::AtMost if needs == "yes" => "perhaps".to_owned(),
        Certainty::AtMost if needs != "no" => format!("at least {needs}"),
        _ => needs,
    }
}

fn needs(row: &RouteSurface, kind: &PrincipalKind) -> String {
    // Whoever has no credentials can hold nothing either.
    if *kind == PrincipalKind::ANONYMOUS {
        let is_in = decide(&row.access, &Principal::anonymous()).is_allowed();
        return if is_in { "yes" } else { "no" }.to_owned();
    }
    let ways: Vec<String> = row.access.accepting(kind).map(|way| demands(way).join(", ")).collect();
    if ways.is_empty() {
        "no".to_owned()
    } else if ways.iter().any(String::is_empty) {
        "yes".to_owned()
    } else {
        ways.join(" or ")
    }
}
