//! An access in words short enough for a table.

use route_role_policy::{Access, Alternative, Principals, ScopeClause};

use crate::surface::{Certainty, RouteSurface};

/// What a route's guards add up to, and how sure that is.
pub fn of_row(row: &RouteSurface) -> String {
    match row.certainty {
        Certainty::Proven if row.public.is_some() => "public".to_owned(),
        Certainty::Proven => describe(&row.access),
        Certainty::AtMost => format!("at most {}", describe(&row.access)),
        Certainty::Unknown => "unknown".to_owned(),
    }
}

/// `user|api_key, case:read, member+, @workspace, feature export`; several ways in are joined by `or`.
pub fn describe(access: &Access) -> String {
    if access.alternatives.is_empty() {
        return "nobody".to_owned();
    }
    access.alternatives.iter().map(alternative).collect::<Vec<_>>().join(" or ")
}

fn alternative(alternative: &Alternative) -> String {
    let mut parts = vec![principals(&alternative.principals)];
    parts.extend(demands(alternative));
    parts.join(", ")
}

/// What an alternative asks of those whom it accepts.
pub(super) fn demands(alternative: &Alternative) -> Vec<String> {
    let mut parts: Vec<String> = alternative.scopes.iter().map(clause).collect();
    parts.extend(alternative.tiers.iter().map(|tier| format!("{tier}+")));
    parts.extend(alternative.levels.iter().map(|level| format!("@{level}")));
    parts.extend(alternative.features.iter().map(|feature| format!("feature {feature}")));
    parts
}

fn principals(principals: &Principals) -> String {
    match principals {
        Principals::Everyone => "everyone".to_owned(),
        Principals::Only(kinds) => kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join("|"),
    }
}

fn clause(clause: &ScopeClause) -> String {
    let scopes: Vec<&str> = clause.any_of.iter().map(|scope| scope.as_str()).collect();
    match scopes.as_slice() {
        [] => "a scope that nobody holds".to_owned(),
        scopes => scopes.join("|"),
    }
}

#[cfg(test)]
mod tests {
    use route_role_policy::{Feature, Level, PrincipalKind, Scope, Tier};

    use super::*;

    #[test]
    fn an_access_is_read_from_left_to_right() {
        let keys = Alternative {
            principals: Principals::Only(vec![PrincipalKind::USER, PrincipalKind::API_KEY].into()),
            scopes: vec![
                ScopeClause::one(Scope::new("a:b")),
                ScopeClause { any_of: vec!["c".into(), "d".into()].into() },
            ]
            .into(),
            tiers: vec![Tier::new("", 1, "member")].into(),
            levels: vec![Level::new("workspace")].into(),
            features: vec![Feature::new("export")].into(),
        };
        let access = Access { alternatives: vec![keys, Alternative::UNRESTRICTED].into() };
        assert_eq!(describe(&access), "user|api_key, a:b, c|d, member+, @workspace, feature export or everyone");
        assert_eq!(describe(&Access::NOBODY), "nobody");
    }
}
