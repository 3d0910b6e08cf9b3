//! What is compared.

use std::collections::{BTreeMap, BTreeSet};

use route_role_policy::lock::{
    Entry, Facts, Grant, Key, Lock, Reach, Uncertainty, access_text, parse_access, with_denial,
};
use route_role_policy::{Access, Denial, Level, Policy, PrincipalKind, ScopePattern, Tier};

use super::assertion::{self, Asserted};
use crate::report::Coverage;
use crate::resolve::{Documentation, GuardKind, Route};
use crate::source::SourceMap;
use crate::surface::{Certainty, GuardMeaning, RouteSurface, Surface};

/// A surface without places, so that code that only moved looks the same.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// The routes, sorted by program, path, method and handler.
    pub routes: Vec<RouteState>,
    /// What may be granted.
    pub grants: BTreeSet<Grant>,
    /// What granted scopes are good for.
    pub reaches: BTreeSet<Reach>,
    /// What is never granted, and what grants it all the same; `None` where nobody knows.
    pub assertions: Option<Vec<Asserted>>,
    /// Every tier of the policy.
    pub tiers: Vec<Tier>,
    /// What was seen; `None` where nobody knows.
    pub coverage: Option<Coverage>,
}

/// A route as far as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteState {
    /// The program that serves it.
    pub program: String,
    /// Method and path.
    pub key: Key,
    /// The handler's full name; empty where nobody knows.
    pub handler: String,
    /// The handler's file; `None` where nobody knows.
    pub file: Option<String>,
    /// Who may call it; `None` if the words can't be understood.
    pub access: Option<Access>,
    /// The same in the words of the lock.
    pub words: String,
    /// How much of the truth the access is.
    pub certainty: Certainty,
    /// What the handler's `#[route_role]` alone says, where that is less.
    pub declares: Option<String>,
    /// What a refused caller of the object sees.
    pub denial: Option<Denial>,
    /// Whether the API description has it; `None` if there is no description.
    pub documented: Option<bool>,
    /// Whether it is there under a condition only.
    pub conditional: bool,
    /// Whether it has no `#[route_role]`.
    pub undeclared: bool,
    /// Guards whose meaning isn't known, sorted.
    pub unmapped: Vec<String>,
    /// Layers around it that restrict it or may do so, from the outermost in.
    pub layers: Vec<String>,
}

impl Snapshot {
    /// What a surface comes to.
    pub fn of_surface(surface: &Surface, policy: Option<&Policy>, sources: &SourceMap) -> Self {
        let rows = surface.inventory.routes.iter().zip(&surface.rows);
        let mut routes: Vec<RouteState> = rows
            .map(|(route, row)| {
                let program = surface.inventory.programs.get(route.program);
                RouteState::of_row(program.map_or("", |program| &program.name), route, row, sources)
            })
            .collect();
        routes.sort_by(|left, right| left.order().cmp(&right.order()));
        let tiers = policy.map_or_else(Vec::new, |policy| {
            let tiers = policy.ladders.iter().flat_map(|ladder| &ladder.tiers);
            tiers.map(|tier| tier.value.clone()).collect()
        });
        let (grants, reaches) = policy.map(|policy| reach(policy, &routes)).unwrap_or_default();
        let assertions = policy.map(|policy| assertion::of_surface(surface, policy)).unwrap_or_default();
        Self { routes, grants, reaches, assertions: Some(assertions), tiers, coverage: Some(Coverage::of(surface)) }
    }

    /// What a lock says. The ladders of tiers are the policy's: a lock has none.
    pub fn of_lock(lock: &Lock, tiers: &[Tier]) -> Self {
        let mut routes: Vec<RouteState> =
            lock.entries().map(|(program, key, entry)| RouteState::of_entry(program, key, entry, tiers)).collect();
        routes.sort_by(|left, right| left.order().cmp(&right.order()));
        Self {
            routes,
            grants: lock.grants().clone(),
            reaches: lock.reaches().clone(),
            assertions: None,
            tiers: tiers.to_vec(),
            coverage: None,
        }
    }

    /// The lock that describes it.
    pub fn lock(&self) -> Lock {
        let mut lock = Lock::default();
        for route in &self.routes {
            lock.add(&route.program, route.key.clone(), route.entry());
        }
        self.grants.iter().cloned().for_each(|grant| lock.add_grant(grant));
        self.reaches.iter().cloned().for_each(|reach| lock.add_reach(reach));
        lock
    }
}

impl RouteState {
    fn of_row(program: &str, route: &Route, row: &RouteSurface, sources: &SourceMap) -> Self {
        let guards = || route.guards.iter().zip(&row.guards);
        let restricts = |meaning: &GuardMeaning| !matches!(meaning, GuardMeaning::Neutral);
        let mut unmapped: Vec<String> = guards()
            .filter(|(_, mapped)| !mapped.meaning.is_known())
            .map(|(guard, _)| guard.term.to_string())
            .collect();
        unmapped.sort();
        unmapped.dedup();
        let words = access_text(&row.access);
        // A running program knows what the attribute says, and nothing of the layers around it.
        let declared = route.attribute.as_ref().map(|attribute| access_text(&attribute.declaration.access));
        let is_declared = declared.is_some();
        Self {
            program: program.to_owned(),
            key: Key::new(&route.method, &route.path),
            handler: route.handler.name.clone(),
            file: Some(sources.path(route.handler.span.file).to_owned()),
            declares: declared.filter(|declared| *declared != words),
            access: Some(row.access.clone()),
            words,
            certainty: row.certainty,
            denial: row.denial,
            documented: match route.documentation {
                Documentation::None => None,
                Documentation::Documented(_) => Some(true),
                Documentation::Undocumented { .. } | Documentation::Accidental { .. } => Some(false),
            },
            conditional: !route.conditions.is_empty(),
            undeclared: !is_declared,
            unmapped,
            layers: guards()
                .filter(|(guard, mapped)| guard.kind == GuardKind::Layer && restricts(&mapped.meaning))
                .map(|(guard, _)| guard.term.to_string())
                .collect(),
        }
    }

    fn of_entry(program: &str, key: &Key, entry: &Entry, tiers: &[Tier]) -> Self {
        let (words, denial) = entry.parts();
        let facts = &entry.facts;
        let declares = facts.declares.as_deref().map(|text| text.split(" => ").next().unwrap_or(text).to_owned());
        Self {
            program: program.to_owned(),
            key: key.clone(),
            handler: facts.handler.clone().unwrap_or_default(),
            file: None,
            access: parse_access(words, tiers),
            words: words.to_owned(),
            certainty: match facts.certainty {
                None => Certainty::Proven,
                Some(Uncertainty::AtMost) => Certainty::AtMost,
                Some(Uncertainty::Unknown) => Certainty::Unknown,
            },
            declares,
            denial,
            documented: facts.documented,
            conditional: facts.conditional,
            undeclared: facts.undeclared,
            unmapped: facts.unmapped.clone(),
            layers: Vec::new(),
        }
    }

    fn entry(&self) -> Entry {
        let denial = |words: &str| match self.denial {
            Some(denial) => format!("{words} => {denial}"),
            None => words.to_owned(),
        };
        Entry {
            access: match &self.access {
                Some(access) => with_denial(access, self.denial),
                None => denial(&self.words),
            },
            facts: Facts {
                handler: Some(self.handler.clone()),
                declares: self.declares.as_deref().map(denial),
                certainty: match self.certainty {
                    Certainty::Proven => None,
                    Certainty::AtMost => Some(Uncertainty::AtMost),
                    Certainty::Unknown => Some(Uncertainty::Unknown),
                },
                unmapped: self.unmapped.clone(),
                documented: self.documented,
                conditional: self.conditional,
                undeclared: self.undeclared,
            },
        }
    }

    fn order(&self) -> (&str, &Key, &str, &str) {
        (&self.program, &self.key, &self.handler, &self.words)
    }
}

/// What may be granted, and which routes that is good for.
fn reach(policy: &Policy, routes: &[RouteState]) -> (BTreeSet<Grant>, BTreeSet<Reach>) {
    type Whom<'p> = (&'p PrincipalKind, Option<&'p Level>);
    let mut granted: BTreeMap<Whom<'_>, Vec<&ScopePattern>> = BTreeMap::new();
    for entry in policy.assignable.values() {
        let level = entry.level.as_ref().map(|level| &level.value);
        let scopes = entry.scopes.iter().map(|scope| &scope.value);
        granted.entry((&entry.principal.value, level)).or_default().extend(scopes);
    }
    let (mut grants, mut reaches) = (BTreeSet::new(), BTreeSet::new());
    for ((principal, level), scopes) in granted {
        let grant = |scope: &str| Grant {
            principal: principal.to_string(),
            level: level.map(ToString::to_string),
            scope: scope.to_owned(),
        };
        grants.extend(scopes.iter().map(|scope| grant(scope.as_str())));
        let holds = |scope: &str| scopes.iter().any(|pattern| pattern.covers(scope));
        for (route, access) in routes.iter().filter_map(|route| Some((route, route.access.as_ref()?))) {
            let open = access.accepting(principal).filter(|alternative| {
                level.is_none_or(|level| alternative.levels.iter().all(|asked| asked == level))
                    && alternative.scopes.iter().all(|clause| clause.any_of.iter().any(|scope| holds(scope.as_str())))
            });
            let named = open.flat_map(|alternative| alternative.named_scopes()).filter(|scope| holds(scope.as_str()));
            reaches.extend(named.map(|scope| Reach { grant: grant(scope.as_str()), route: route.key.clone() }));
        }
    }
    (grants, reaches)
}
