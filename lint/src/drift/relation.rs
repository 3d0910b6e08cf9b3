//! Which of two accesses lets in whom the other refuses.

use std::borrow::Cow;

use route_role_policy::{Access, Alternative, Principals, ScopeClause};

/// An access of more simple alternatives than this isn't compared: nobody writes one.
const MAX_ALTERNATIVES: usize = 512;

/// How an access compares with an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Both let in the same callers.
    Same,
    /// The later one lets in more.
    Wider,
    /// The later one lets in fewer.
    Narrower,
    /// Each lets in callers whom the other refuses.
    Crossed,
    /// Nobody can tell.
    Unclear,
}

/// How `after` compares with `before`.
pub fn relation(before: &Access, after: &Access) -> Relation {
    let (Some(before), Some(after)) = (simple(before), simple(after)) else { return Relation::Unclear };
    match (after.covers(&before), before.covers(&after)) {
        (true, true) => Relation::Same,
        (true, false) => Relation::Wider,
        (false, true) => Relation::Narrower,
        (false, false) => Relation::Crossed,
    }
}

/// The same access, each way in with one kind of caller and without choices among scopes. What an alternative lets in is
/// then let in by one alternative of a wider access, never by several together, so that `covers` tells the whole truth.
fn simple(access: &Access) -> Option<Access> {
    let mut alternatives = Vec::new();
    for alternative in access.alternatives.iter().filter(|alternative| alternative.can_be_met()) {
        let kinds = match &alternative.principals {
            Principals::Everyone => vec![Principals::Everyone],
            Principals::Only(kinds) => {
                kinds.iter().map(|kind| Principals::Only(Cow::Owned(vec![kind.clone()]))).collect()
            }
        };
        for scopes in choices(&alternative.scopes)? {
            for principals in &kinds {
                alternatives.push(Alternative {
                    principals: principals.clone(),
                    scopes: Cow::Owned(scopes.clone()),
                    ..alternative.clone()
                });
            }
        }
        if alternatives.len() > MAX_ALTERNATIVES {
            return None;
        }
    }
    Some(Access { alternatives: Cow::Owned(alternatives) })
}

/// Every way to meet all clauses with one scope each.
fn choices(clauses: &[ScopeClause]) -> Option<Vec<Vec<ScopeClause>>> {
    let mut ways: Vec<Vec<ScopeClause>> = vec![Vec::new()];
    for clause in clauses {
        if ways.len().saturating_mul(clause.any_of.len()) > MAX_ALTERNATIVES {
            return None;
        }
        ways = ways
            .iter()
            .flat_map(|way| {
                clause.any_of.iter().map(move |scope| {
                    let mut longer = way.clone();
                    longer.push(ScopeClause::one(scope.clone()));
                    longer
                })
            })
            .collect();
    }
    Some(ways)
}

#[cfg(test)]
mod tests {
    use route_role_policy::Tier;
    use route_role_policy::lock::parse_access;

    use super::*;

    fn compared(before: &str, after: &str) -> Relation {
        let tiers = [Tier::literal("", 0, "viewer"), Tier::literal("", 1, "admin")];
        relation(&parse_access(before, &tiers).unwrap(), &parse_access(after, &tiers).unwrap())
    }

    #[test]
    fn an_access_is_compared_by_whom_it_lets_in() {
        assert_eq!(compared("user", "api_key,user"), Relation::Wider);
        assert_eq!(compared("everyone", "user"), Relation::Narrower);
        assert_eq!(compared("user >=admin", "user >=viewer"), Relation::Wider);
        assert_eq!(compared("user a:b", "user a:b a:c"), Relation::Narrower);
        assert_eq!(compared("user", "api_key"), Relation::Crossed);
        assert_eq!(compared("nobody", "everyone"), Relation::Wider);
    }

    #[test]
    fn the_same_said_otherwise_is_the_same() {
        assert_eq!(compared("api_key,user", "api_key | user"), Relation::Same);
        assert_eq!(compared("user a|b", "user b | user a"), Relation::Same);
        assert_eq!(compared("user a|b c|d", "user a c | user a d | user b c | user b d"), Relation::Same);
        assert_eq!(compared("user >=viewer >=admin", "user >=admin"), Relation::Same);
    }

    #[test]
    fn what_is_too_large_is_unclear() {
        let clause = "a|b|c|d|e|f|g|h|i";
        assert_eq!(compared(&format!("user {clause} {clause} {clause} {clause}"), "user"), Relation::Unclear);
    }
}
