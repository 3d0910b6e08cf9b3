//! Which scopes a kind of principal may be granted, and what to call that kind.

use route_role_policy::policy::{Assignable, Policy};
use route_role_policy::{Alternative, Level, Placed, PrincipalKind, Scope, ScopeClause, ScopePattern};

use std::collections::BTreeSet;

/// An interactive session, where a reference is needed.
pub static USER: PrincipalKind = PrincipalKind::USER;
/// An API key, where a reference is needed.
pub static API_KEY: PrincipalKind = PrincipalKind::API_KEY;

/// The kinds of principal that the policy grants scopes to: API keys, unless it names others.
pub fn grantable_kinds(policy: &Policy) -> BTreeSet<&PrincipalKind> {
    policy.assignable.values().map(|entry| &entry.principal.value).collect()
}

/// `an API key`, `a daemon`: one of a kind, for a message.
pub fn one_of(kind: &PrincipalKind) -> String {
    match kind.as_str() {
        "api_key" => "an API key".to_owned(),
        "user" => "a user session".to_owned(),
        name => format!("a principal of kind `{name}`"),
    }
}

/// `API keys`, `daemons`: all of a kind, for a message.
pub fn many_of(kind: &PrincipalKind) -> String {
    match kind.as_str() {
        "api_key" => "API keys".to_owned(),
        "user" => "user sessions".to_owned(),
        "anonymous" => "callers without credentials".to_owned(),
        name => format!("principals of kind `{name}`"),
    }
}

/// What one kind of principal may be granted where an alternative applies.
#[derive(Debug)]
pub struct Grants<'a> {
    entries: Vec<&'a Assignable>,
}

impl<'a> Grants<'a> {
    /// The grants that count for an alternative: those of its levels, or of every level if it names none.
    pub fn at_levels(policy: &'a Policy, kind: &'a PrincipalKind, levels: &[Level]) -> Self {
        let counts = |entry: &&Assignable| {
            levels.is_empty() || entry.level.as_ref().is_none_or(|level| levels.contains(&level.value))
        };
        Self { entries: policy.assignable_to(kind, None).filter(counts).collect() }
    }

    /// The place that makes a scope assignable.
    pub fn place_of(&self, scope: &Scope) -> Option<&'a Placed<ScopePattern>> {
        self.entries.iter().flat_map(|entry| &entry.scopes).find(|pattern| pattern.covers(scope.as_str()))
    }

    /// Whether a clause can be met with assignable scopes.
    pub fn can_meet(&self, clause: &ScopeClause) -> bool {
        clause.any_of.iter().any(|scope| self.place_of(scope).is_some())
    }

    /// The clauses of an alternative that no assignable scope meets.
    pub fn unmet<'b>(&self, alternative: &'b Alternative) -> Vec<&'b ScopeClause> {
        alternative.scopes.iter().filter(|clause| !self.can_meet(clause)).collect()
    }

    /// The entries that were asked.
    pub fn entries(&self) -> &[&'a Assignable] {
        &self.entries
    }
}
