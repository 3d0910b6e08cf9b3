//! Routes by principals: what each kind of caller needs for each route.

use route_role_policy::{Access, Principal, PrincipalKind, decide};

use super::access::{CertaintyReport, LadderReport};
use super::service::RouteReport;
use crate::report::access::demands;

/// What a kind of caller needs for a route: `yes`, `no`, `perhaps`, `unknown`, or what it has to hold.
pub(super) fn cell(route: &RouteReport, ladders: &[LadderReport], kind: &str) -> String {
    let needs = match route.access.certainty {
        CertaintyReport::Unknown => return "unknown".to_owned(),
        CertaintyReport::Proven | CertaintyReport::AtMost => {
            needs(&route.access.access(ladders), &PrincipalKind::new(kind))
        }
    };
    match route.access.certainty {
        CertaintyReport::AtMost if needs == "yes" => "perhaps".to_owned(),
        CertaintyReport::AtMost if needs != "no" => format!("at least {needs}"),
        _ => needs,
    }
}

fn needs(access: &Access, kind: &PrincipalKind) -> String {
    // Whoever has no credentials can hold nothing either.
    if *kind == PrincipalKind::ANONYMOUS {
        let is_in = decide(access, &Principal::anonymous()).is_allowed();
        return if is_in { "yes" } else { "no" }.to_owned();
    }
    let ways: Vec<String> = access.accepting(kind).map(|way| demands(way).join(", ")).collect();
    if ways.is_empty() {
        "no".to_owned()
    } else if ways.iter().any(String::is_empty) {
        "yes".to_owned()
    } else {
        ways.join(" or ")
    }
}
