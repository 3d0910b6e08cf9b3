//! Accesses that are never to be granted, and whether a route or a list grants one.
//!
//! Who is let in is for [`decide`](fn@crate::decide) to say: an assertion makes up the strongest caller that it speaks of, and asks.

use std::collections::BTreeSet;
use std::fmt;

use crate::policy::{Assignable, Policy};
use crate::{
    Access, Alternative, Level, PathGlob, Placed, Principal, PrincipalKind, ResourceName, Scope, ScopePattern, Tier,
    decide,
};

/// An entry under `assert`: a named access that is never granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// Its name, for people.
    pub name: Option<Placed<String>>,
    /// The access.
    pub never: Placed<NamedAccess>,
    /// Why it is never granted.
    pub reason: Option<Placed<String>>,
}

/// Some callers on some routes. What isn't said doesn't matter; an empty list stands for all.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct NamedAccess {
    /// The kinds of caller.
    pub principals: Vec<Placed<PrincipalKind>>,
    /// Scopes that the caller uses: a way in counts if it asks for one of them.
    pub scopes: Vec<Placed<ScopePattern>>,
    /// The highest tier that the caller has reached. Of other ladders it has no tier.
    pub tier: Option<Placed<Tier>>,
    /// The level at which the caller acts: a way in counts if it asks for it.
    pub level: Option<Placed<Level>>,
    /// The kind of object that the route addresses.
    pub resource: Option<Placed<ResourceName>>,
    /// Where the route is.
    pub paths: Vec<Placed<PathGlob>>,
    /// Its method.
    pub methods: Vec<Placed<String>>,
}

/// A route as an assertion looks at it.
#[derive(Debug, Clone, Copy)]
pub struct AssertedRoute<'a> {
    /// Its method; `ANY` serves each.
    pub method: &'a str,
    /// Its path.
    pub path: &'a str,
    /// The kind of object that it addresses.
    pub resource: Option<&'a ResourceName>,
    /// Whom it lets in, as far as that is known.
    pub access: &'a Access,
    /// How much of the truth that is.
    pub knowledge: Knowledge,
}

/// How much is known of the access of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knowledge {
    /// All of it.
    All,
    /// Some guard isn't known, so that fewer may be let in.
    UpperBound,
    /// Next to nothing.
    Little,
}

/// A route that lets in whom an assertion keeps out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The kinds of caller.
    pub principals: BTreeSet<PrincipalKind>,
    /// How sure that is.
    pub proof: Proof,
}

/// How sure it is that a route breaks an assertion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// Everything that matters is known.
    Proven,
    /// The known guards let such callers in; one that isn't known may refuse them.
    UnlessRefused,
    /// It can't be said whether the assertion speaks of this route, or of the scopes that it asks for.
    Open,
}

impl NamedAccess {
    /// Whether it names nothing: then it would be every access.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it speaks of callers only, and never of routes.
    fn is_about_callers_alone(&self) -> bool {
        self.paths.is_empty() && self.methods.is_empty() && self.resource.is_none()
    }

    /// How a route breaks it; `None` if it doesn't.
    pub fn breach(&self, policy: &Policy, route: &AssertedRoute<'_>) -> Option<Breach> {
        let is_meant = self.means(route)?;
        let mut found: Option<Breach> = None;
        for kind in policy.principal_kinds().filter(|kind| self.names(kind)) {
            let proofs = route.access.accepting(kind).filter_map(|way| self.proof(policy, kind, way, route.knowledge));
            let Some(proof) = proofs.min().map(|proof| proof.max(is_meant)) else { continue };
            match &mut found {
                Some(breach) if breach.proof == proof => drop(breach.principals.insert(kind.clone())),
                Some(breach) if breach.proof < proof => {}
                _ => found = Some(Breach { principals: BTreeSet::from([kind.clone()]), proof }),
            }
        }
        found
    }

    /// The entries of assignable lists that grant one of the scopes, each with the entry.
    ///
    /// Who may hold a scope is all that a list says: where the route or the caller's tier matters too, the routes tell.
    pub fn granted_by<'p>(&self, policy: &'p Policy) -> Vec<(&'p Assignable, &'p Placed<ScopePattern>)> {
        if !self.is_about_callers_alone() || self.tier.is_some() {
            return Vec::new();
        }
        let is_meant = |entry: &&Assignable| {
            let levels = self.level.as_ref().zip(entry.level.as_ref());
            self.names(&entry.principal) && levels.is_none_or(|(own, other)| own.value == other.value)
        };
        let entries = policy.assignable.values().filter(is_meant);
        let pairs = entries.flat_map(|entry| entry.scopes.iter().map(move |granted| (entry, granted)));
        pairs.filter(|(_, granted)| self.scopes.iter().any(|own| share_a_scope(policy, own, granted))).collect()
    }

    /// Whether it names every access that `other` names. A *yes* is certain.
    pub fn covers(&self, other: &Self) -> bool {
        let names = |own: &[Placed<ScopePattern>], other: &Placed<ScopePattern>| {
            own.iter().any(|pattern| pattern.covers(other.as_str()))
        };
        is_any_or(&self.principals, &other.principals, holds)
            && is_any_or(&self.scopes, &other.scopes, names)
            && is_any_or(&self.paths, &other.paths, holds)
            && is_any_or(&self.methods, &other.methods, holds)
            && is_same_or_any(self.level.as_ref(), other.level.as_ref())
            && is_same_or_any(self.resource.as_ref(), other.resource.as_ref())
            && self.tier.as_ref().is_none_or(|own| other.tier.as_ref().is_some_and(|other| own.satisfies(other)))
    }

    fn names(&self, kind: &PrincipalKind) -> bool {
        self.principals.is_empty() || self.principals.iter().any(|named| named.value == *kind)
    }

    /// Whether it speaks of a route, and how sure that is.
    pub fn means(&self, route: &AssertedRoute<'_>) -> Option<Proof> {
        let method = self.methods.is_empty()
            || route.method == "ANY"
            || self.methods.iter().any(|method| matches!(method.as_str(), "ANY") || method.value == route.method);
        let resource = self.resource.as_ref().is_none_or(|wanted| route.resource == Some(&wanted.value));
        if !method || !resource {
            return None;
        }
        if self.paths.is_empty() || self.paths.iter().any(|glob| glob.matches(route.path)) {
            return Some(Proof::Proven);
        }
        self.paths.iter().any(|glob| glob.may_match(route.path)).then_some(Proof::Open)
    }

    /// Whether a way in lets in the strongest caller of a kind that this is about.
    fn proof(&self, policy: &Policy, kind: &PrincipalKind, way: &Alternative, knowledge: Knowledge) -> Option<Proof> {
        let caller = self.caller(policy, kind, way);
        if !decide(&Access::one(way.clone()), &caller).is_allowed() {
            return None;
        }
        let asked = self.level_asked(way).max(self.scope_asked(&caller));
        match (asked, knowledge) {
            (_, Knowledge::Little) => Some(Proof::Open),
            (Asked::Yes, Knowledge::All) => Some(Proof::Proven),
            (Asked::Yes, Knowledge::UpperBound) => Some(Proof::UnlessRefused),
            (Asked::Perhaps, _) => Some(Proof::Open),
            // The guard that isn't known may be the one that asks.
            (Asked::No, Knowledge::UpperBound) => Some(Proof::Open),
            (Asked::No, Knowledge::All) => None,
        }
    }

    fn caller(&self, policy: &Policy, kind: &PrincipalKind, way: &Alternative) -> Principal {
        if *kind == PrincipalKind::ANONYMOUS {
            return Principal::anonymous();
        }
        let scopes = way.named_scopes().filter(|scope| policy.may_be_granted(kind, &way.levels, scope));
        Principal {
            scopes: scopes.cloned().collect(),
            tiers: match &self.tier {
                Some(tier) => BTreeSet::from([tier.value.clone()]),
                None => way.tiers.iter().cloned().collect(),
            },
            levels: way.levels.iter().cloned().collect(),
            features: way.features.iter().cloned().collect(),
            ..Principal::new(kind.clone())
        }
    }

    fn level_asked(&self, way: &Alternative) -> Asked {
        let is_asked = self.level.as_ref().is_none_or(|level| way.levels.contains(&level.value));
        if is_asked { Asked::Yes } else { Asked::No }
    }

    fn scope_asked(&self, caller: &Principal) -> Asked {
        if self.scopes.is_empty() {
            return Asked::Yes;
        }
        let of_scope = |scope: &Scope| {
            let text = scope.as_str();
            match () {
                () if self.scopes.iter().any(|own| own.covers(text)) => Asked::Yes,
                // Put together when the program runs: it may come to be one of them.
                () if self.scopes.iter().any(|own| own.meets(&ScopePattern::new(text))) => Asked::Perhaps,
                () => Asked::No,
            }
        };
        caller.scopes.iter().map(of_scope).min().unwrap_or(Asked::No)
    }
}

/// Whether a way in asks for something. The worst of several counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Asked {
    Yes,
    Perhaps,
    No,
}

/// Whether some declared scope is meant by both patterns.
fn share_a_scope(policy: &Policy, own: &ScopePattern, granted: &ScopePattern) -> bool {
    if let Some(scope) = granted.as_scope() {
        return own.covers(scope.as_str());
    }
    policy.scopes.iter().any(|declared| match declared.as_scope() {
        Some(scope) => own.covers(scope.as_str()) && granted.covers(scope.as_str()),
        None => own.meets(granted) && declared.meets(own) && declared.meets(granted),
    })
}

fn is_any_or<T>(own: &[T], other: &[T], names: impl Fn(&[T], &T) -> bool) -> bool {
    own.is_empty() || !other.is_empty() && other.iter().all(|other| names(own, other))
}

fn holds<T: PartialEq>(list: &[Placed<T>], one: &Placed<T>) -> bool {
    list.iter().any(|known| known.value == one.value)
}

fn is_same_or_any<T: PartialEq>(own: Option<&Placed<T>>, other: Option<&Placed<T>>) -> bool {
    own.is_none_or(|own| other.is_some_and(|other| own.value == other.value))
}

impl Assertion {
    /// What people call it: its name, or what it says.
    pub fn title(&self) -> String {
        self.name.as_ref().map_or_else(|| self.never.to_string(), |name| name.value.clone())
    }
}

/// As the policy says it: `never: { principal: api_key, scope: org:secret:* }`.
impl fmt::Display for NamedAccess {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |items: Vec<&str>| match items.as_slice() {
            [only] => (*only).to_owned(),
            all => format!("[{}]", all.join(", ")),
        };
        let ladder = |tier: &Tier| match tier.ladder() {
            Tier::DEFAULT_LADDER => tier.name().to_owned(),
            ladder => format!("{ladder}.{}", tier.name()),
        };
        let parts = [
            ("principal", list(self.principals.iter().map(|kind| kind.as_str()).collect())),
            ("scope", list(self.scopes.iter().map(|scope| scope.as_str()).collect())),
            ("tier", self.tier.as_ref().map_or_else(String::new, |tier| ladder(tier))),
            ("level", self.level.as_ref().map_or_else(String::new, |level| level.to_string())),
            ("resource", self.resource.as_ref().map_or_else(String::new, |resource| resource.to_string())),
            ("method", list(self.methods.iter().map(|method| method.as_str()).collect())),
            ("path", list(self.paths.iter().map(|path| path.as_str()).collect())),
        ];
        let said = parts.iter().filter(|(_, value)| !value.is_empty() && value != "[]");
        let said: Vec<String> = said.map(|(key, value)| format!("{key}: {value}")).collect();
        write!(formatter, "never: {{ {} }}", said.join(", "))
    }
}
