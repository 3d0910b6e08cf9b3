//! The words of a policy, as far as other programs need them.

use std::collections::{BTreeMap, BTreeSet};

use route_role_policy::policy::{EntryMeaning, NameOrVariable};
use route_role_policy::{Level, Policy, PrincipalKind, ScopePattern};

use super::identifier::joined;
use crate::report::access::describe;

/// The words of a policy. Lists are sorted, but for tiers, whose order means something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// The scopes that exist.
    pub scopes: ScopeList,
    /// Roles.
    pub roles: Vec<RoleWords>,
    /// Ladders of tiers.
    pub ladders: Vec<LadderWords>,
    /// Levels.
    pub levels: Vec<String>,
    /// Kinds of caller, built-in ones first.
    pub principals: Vec<String>,
    /// Features.
    pub features: Vec<String>,
    /// What may be granted, by principal and level; what holds at every level comes first.
    pub assignable: Vec<Assignable>,
}

/// Scopes that can be named, and patterns for those that can't.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScopeList {
    /// Scopes that the policy names.
    pub named: Vec<String>,
    /// Patterns for scopes that the policy leaves open.
    pub open: Vec<String>,
}

/// A role in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleWords {
    /// Its name.
    pub name: String,
    /// Whom it lets in.
    pub access: String,
}

/// A ladder of tiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LadderWords {
    /// Its name; empty for the only one of a policy.
    pub name: String,
    /// Its tiers, lowest first.
    pub tiers: Vec<String>,
}

/// What a kind of caller may be granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignable {
    /// The kind of caller.
    pub principal: String,
    /// The level at which; `None` for what may be granted whatever the level. What a level has includes that.
    pub level: Option<String>,
    /// The scopes.
    pub scopes: ScopeList,
}

impl Vocabulary {
    /// The words of a policy.
    pub fn of(policy: &Policy) -> Self {
        let scopes = scopes(policy);
        Self {
            roles: policy
                .roles
                .values()
                .map(|role| RoleWords { name: role.name.value.to_string(), access: describe(&role.access) })
                .collect(),
            ladders: policy
                .ladders
                .iter()
                .map(|ladder| LadderWords {
                    name: ladder.name.value.clone(),
                    tiers: ladder.tiers.iter().map(|tier| tier.name().to_owned()).collect(),
                })
                .collect(),
            levels: policy.levels.keys().map(ToString::to_string).collect(),
            principals: policy.principal_kinds().map(ToString::to_string).collect(),
            features: policy
                .features
                .iter()
                .map(|feature| feature.as_str().to_owned())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            assignable: assignable(policy, &scopes),
            scopes,
        }
    }

    /// Who may be granted a scope, in words: `api_key at workspace`.
    pub(super) fn holders(&self, scope: &str) -> Vec<String> {
        let lists = self.assignable.iter().filter(|list| list.scopes.named.iter().any(|named| named == scope));
        lists.map(Assignable::holder).collect()
    }
}

impl Assignable {
    /// Whose list it is, as a text that no other list has.
    pub(super) fn key(&self) -> String {
        match &self.level {
            Some(level) => joined(&[&self.principal, "at", level]),
            None => joined(&[&self.principal]),
        }
    }

    /// Whose list it is, in words.
    pub(super) fn holder(&self) -> String {
        match &self.level {
            Some(level) => format!("{} at {level}", self.principal),
            None => self.principal.clone(),
        }
    }
}

/// Every scope that the policy writes out, wherever it does, and the declared patterns.
fn scopes(policy: &Policy) -> ScopeList {
    let declared = policy.scopes.iter().map(|scope| scope.as_str());
    let granted = policy.assignable.values().flat_map(|entry| entry.scopes.iter().map(|scope| scope.as_str()));
    let demanded = policy.guards.iter().filter_map(|entry| match &entry.meaning {
        EntryMeaning::Demand(demand) => demand.scopes.as_ref(),
        _ => None,
    });
    let demanded = demanded.flat_map(|demand| &demand.scopes).filter_map(|scope| match &scope.value {
        NameOrVariable::Name(name) => Some(name.as_str()),
        NameOrVariable::Variable(_) => None,
    });
    let of_parents = policy.resources.values().filter_map(|resource| Some(resource.parent_scope.as_ref()?.as_str()));
    let written: BTreeSet<&str> = declared.chain(granted).chain(demanded).chain(of_parents).collect();
    let named = written.into_iter().filter(|scope| !scope.contains('*') && policy.scope(scope).is_some());
    let open = policy.scopes.iter().map(|scope| scope.as_str()).filter(|scope| scope.contains('*'));
    ScopeList {
        named: named.map(str::to_owned).collect(),
        open: open.map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect(),
    }
}

fn assignable(policy: &Policy, scopes: &ScopeList) -> Vec<Assignable> {
    let mut granted: BTreeMap<(&PrincipalKind, Option<&Level>), BTreeSet<&ScopePattern>> = BTreeMap::new();
    for entry in policy.assignable.values() {
        let level = entry.level.as_ref().map(|level| &level.value);
        let patterns = entry.scopes.iter().map(|scope| &scope.value);
        granted.entry((&entry.principal.value, level)).or_default().extend(patterns);
    }
    let mut lists = granted.clone();
    for ((principal, _), everywhere) in granted.iter().filter(|((_, level), _)| level.is_none()) {
        for level in policy.levels.keys() {
            lists.entry((principal, Some(level))).or_default().extend(everywhere);
        }
    }
    let list =
        |((principal, level), patterns): ((&PrincipalKind, Option<&Level>), BTreeSet<&ScopePattern>)| Assignable {
            principal: principal.to_string(),
            level: level.map(ToString::to_string),
            scopes: scopes.within(&patterns),
        };
    lists.into_iter().map(list).collect()
}

impl ScopeList {
    /// The part of it that some patterns stand for.
    fn within(&self, patterns: &BTreeSet<&ScopePattern>) -> Self {
        let granted = |scope: &&String| patterns.iter().any(|pattern| pattern.covers(scope));
        let open: BTreeSet<&str> = patterns.iter().flat_map(|pattern| self.left_open_by(pattern)).collect();
        Self {
            named: self.named.iter().filter(granted).cloned().collect(),
            open: open.into_iter().map(str::to_owned).collect(),
        }
    }

    /// Of scopes that nobody names, those that a pattern grants: the narrower of it and of each declared pattern.
    fn left_open_by<'a>(&'a self, pattern: &'a ScopePattern) -> impl Iterator<Item = &'a str> {
        let wide = self.open.iter().filter(|_| pattern.as_scope().is_none());
        wide.filter_map(|declared| match ScopePattern::new(declared.as_str()) {
            declared if declared.covers(pattern.as_str()) => Some(pattern.as_str()),
            _ if pattern.covers(declared) => Some(declared.as_str()),
            declared if overlap(pattern.as_str(), declared.as_str()) => Some(pattern.as_str()),
            _ => None,
        })
    }
}

/// Whether some text is what both patterns stand for.
fn overlap(left: &str, right: &str) -> bool {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    // Whether what is left of each, from a place in `right` on, can be the same text; for one place in `left` after the other, from behind.
    let mut behind: Vec<bool> = Vec::new();
    for at in (0..=left.len()).rev() {
        let ours = left.get(at);
        let mut row = vec![false; right.len() + 1];
        for other in (0..=right.len()).rev() {
            let next = |row: &[bool], at: usize| row.get(at).copied().unwrap_or(false);
            row[other] = match (ours, right.get(other)) {
                (None, None) => true,
                // A star stands for nothing, or for one more character of the other.
                (Some('*'), theirs) => next(&behind, other) || (theirs.is_some() && next(&row, other + 1)),
                (_, Some('*')) => next(&row, other + 1) || (ours.is_some() && next(&behind, other)),
                (Some(ours), Some(theirs)) => ours == theirs && next(&behind, other + 1),
                _ => false,
            };
        }
        behind = row;
    }
    behind.first().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use route_role_policy::file::{NoConstants, load};

    use super::*;

    fn vocabulary(policy: &str) -> Vocabulary {
        let loaded = load(policy, &mut NoConstants);
        assert_eq!(loaded.problems, []);
        Vocabulary::of(&loaded.policy)
    }

    #[test]
    fn patterns_overlap_if_one_text_is_both() {
        for (left, right) in [("a:*", "*:b"), ("*", "*"), ("a*c", "ab*"), ("a", "*a*"), ("", "*"), ("a**b", "a*b")] {
            assert!(overlap(left, right) && overlap(right, left), "{left} {right}");
        }
        for (left, right) in [("a:*", "b:*"), ("*:read", "a:*x"), ("a", "b"), ("", "a*")] {
            assert!(!overlap(left, right) && !overlap(right, left), "{left} {right}");
        }
    }

    #[test]
    fn what_a_wildcard_grants_is_named_as_far_as_the_policy_names_it() {
        let words = vocabulary(
            "version: 1\nlevels: { org: {} }\nscopes: [\"case:{read,update}\", \"action:*:execute\", \"org:read\"]\n\
             assignable:\n  keys: { principal: api_key, level: org, scopes: [\"case:*\", \"action:*\", \"action:mail:execute\"] }\n",
        );
        assert_eq!(words.scopes.named, ["action:mail:execute", "case:read", "case:update", "org:read"]);
        assert_eq!(words.scopes.open, ["action:*:execute"]);
        let [keys] = words.assignable.as_slice() else { panic!("{:?}", words.assignable) };
        assert_eq!(keys.scopes.named, ["action:mail:execute", "case:read", "case:update"]);
        assert_eq!(keys.scopes.open, ["action:*:execute"]);
        assert_eq!(words.holders("case:read"), ["api_key at org"]);
        assert!(words.holders("org:read").is_empty());
    }

    #[test]
    fn a_level_has_what_may_be_granted_everywhere() {
        let words = vocabulary(
            "version: 1\nlevels: { org: {}, team: {} }\nscopes: [\"a\", \"b\"]\n\
             assignable:\n  all: { principal: api_key, scopes: [\"a\"] }\n  team: { principal: api_key, level: team, scopes: [\"b\"] }\n",
        );
        let lists: Vec<(String, Vec<String>)> =
            words.assignable.iter().map(|list| (list.holder(), list.scopes.named.clone())).collect();
        let expected = [("api_key", vec!["a"]), ("api_key at org", vec!["a"]), ("api_key at team", vec!["a", "b"])];
        assert_eq!(
            lists,
            expected.map(|(whose, scopes)| (whose.to_owned(), scopes.into_iter().map(str::to_owned).collect()))
        );
    }
}
