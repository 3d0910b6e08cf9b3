//! One route of a family accepts other callers than its siblings, or lacks the feature gate that they have.
//!
//! ## What it does
//!
//! A family is the routes on one resource: `/cases`, `/cases/{id}`, `/cases/{id}/export`. Where no path has a parameter, it is the routes beside each other that the same
//! module answers. Two things are compared.
//!
//! *Callers.* Among the routes of a family that require the same scopes, it looks at which of users and API keys (and other kinds with an allowlist) get in. It fires on a route that differs
//! from a majority of at least three routes which are at least two thirds of the family.
//!
//! *Feature gates.* It fires on a route without a gate that at least three siblings have, when those are at least three quarters of the family.
//!
//! It stays silent about internal callers (a service or daemon that is let in besides), about a route that requires a higher tier than its siblings, about routes for internal
//! callers only, about open routes, which are the business of `undeclared-route`, and about gates that the policy demands by name, which are that of `feature-gate-missing`.
//!
//! ## Why it matters
//!
//! Nobody decides that one export in eight should skip the licence check, or that keys may read, create and delete but not list. Such gaps come from copying a handler and
//! changing one line too few.
//!
//! ## Bad
//!
//! ```rs
//! async fn list(auth: Authorized<Viewer>) {}     // users and API keys
//! async fn get_one(auth: Authorized<Viewer>) {}  // users and API keys
//! async fn update(auth: Authorized<Viewer>) {}   // users and API keys
//! async fn delete(auth: SessionOnly) {}          // users
//! ```
//!
//! ## Good
//!
//! ```rs
//! async fn delete(auth: Authorized<Viewer>) {}
//! ```
//!
//! ## How to fix
//!
//! Give the route the guard of its siblings, or say why it differs.
//!
//! ## How to suppress
//!
//! Above the handler or its registration:
//!
//! ```rs
//! // route-role: allow(sibling-mismatch) -- keys must not delete, agreed with security
//! ```

use std::collections::{BTreeMap, BTreeSet};

use route_role_policy::policy::Policy;
use route_role_policy::{Feature, Level, PrincipalKind, ScopeClause, Tier};

use super::engine::assignable::{API_KEY, USER, grantable_kinds, many_of};
use super::engine::attribute_fix::accept;
use super::engine::family::families;
use super::engine::gate::demanded;
use super::engine::list::{counted, joined, quoted};
use super::{Check, Confidence, Context, Finding, Fix, RouteView, Rule, Severity, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "sibling-mismatch",
    subject: Subject::Routes,
    severity: Severity::Warning,
    needs_policy: true,
    since: "0.1.0",
    source: include_str!("sibling_mismatch.rs"),
    check: Check::Surface(check),
};

/// How many routes must agree before one that doesn't is odd.
const AGREEING: usize = 3;
/// How many siblings are marked.
const SHOWN: usize = 8;

type Kinds<'a> = BTreeSet<&'a PrincipalKind>;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(stated) = context.policy else { return Vec::new() };
    let mut compared = grantable_kinds(stated.policy);
    compared.extend([&USER, &API_KEY]);
    let comparable = context.routes().filter(|view| is_comparable(view, &compared));
    let families = families(comparable);
    families.iter().flat_map(|family| check_family(context, stated.policy, family, &compared)).collect()
}

/// Open routes and routes for internal callers only have no siblings.
fn is_comparable(view: &RouteView<'_>, compared: &Kinds<'_>) -> bool {
    view.is_readable() && view.row.public.is_none() && !view.access().is_open() && !callers(view, compared).is_empty()
}

fn check_family(
    context: &Context<'_>,
    policy: &Policy,
    family: &[RouteView<'_>],
    compared: &Kinds<'_>,
) -> Vec<Finding> {
    let mut mismatches: BTreeMap<usize, Mismatch<'_>> = BTreeMap::new();
    for (odd, siblings) in odd_callers(family, compared) {
        mismatches.entry(odd.index).or_insert_with(|| Mismatch::of(odd)).callers = Some(siblings);
    }
    // What the policy demands needs no majority: `feature-gate-missing` speaks of it.
    let is_demanded = |view: &RouteView<'_>, gate: &Feature| {
        demanded(policy, view).is_some_and(|(_, feature)| feature.value == *gate)
    };
    let missing = missing_gates(family).into_iter().filter(|(odd, gate, _)| !is_demanded(odd, gate));
    for (odd, feature, siblings) in missing {
        mismatches.entry(odd.index).or_insert_with(|| Mismatch::of(odd)).gates.push((feature, siblings));
    }
    mismatches.values().map(|mismatch| mismatch.report(compared).fix(mismatch.fix(context, compared))).collect()
}

/// The kinds of caller that get in, of those that are compared. An access that doesn't care about kinds lets all of them in.
fn callers<'a>(view: &RouteView<'_>, compared: &Kinds<'a>) -> Kinds<'a> {
    compared.iter().copied().filter(|kind| view.access().accepting(kind).next().is_some()).collect()
}

fn odd_callers<'a>(family: &[RouteView<'a>], compared: &Kinds<'_>) -> Vec<(RouteView<'a>, Vec<RouteView<'a>>)> {
    let mut odd = Vec::new();
    for class in classes(family) {
        let mut by_callers: BTreeMap<Kinds<'_>, Vec<RouteView<'a>>> = BTreeMap::new();
        for view in &class {
            by_callers.entry(callers(view, compared)).or_default().push(*view);
        }
        let Some((usual, agreeing)) = by_callers.iter().max_by_key(|(_, views)| views.len()) else { continue };
        if agreeing.len() < AGREEING || agreeing.len() * 3 < class.len() * 2 {
            continue;
        }
        let highest = tiers_of(agreeing);
        let others = by_callers.iter().filter(|(kinds, _)| *kinds != usual).flat_map(|(_, views)| views);
        odd.extend(others.filter(|view| !stands_higher(view, &highest)).map(|view| (*view, agreeing.clone())));
    }
    odd
}

/// The routes that require the same scopes, at the same level as far as they name one.
fn classes<'a>(family: &[RouteView<'a>]) -> Vec<Vec<RouteView<'a>>> {
    let mut by_scopes: BTreeMap<BTreeSet<&ScopeClause>, Vec<RouteView<'a>>> = BTreeMap::new();
    for view in family {
        by_scopes.entry(scopes_of(view)).or_default().push(*view);
    }
    by_scopes.into_values().flat_map(split_by_level).collect()
}

/// A route without a level is compared with the others unless those are at several: then nobody knows where it belongs.
fn split_by_level(class: Vec<RouteView<'_>>) -> Vec<Vec<RouteView<'_>>> {
    let levels: BTreeSet<&[Level]> =
        class.iter().map(|view| view.row.levels.as_slice()).filter(|levels| !levels.is_empty()).collect();
    if levels.len() <= 1 {
        return vec![class];
    }
    let at = |wanted: &[Level]| class.iter().filter(|view| view.row.levels == wanted).copied().collect();
    levels.into_iter().map(at).collect()
}

fn scopes_of<'a>(view: &RouteView<'a>) -> BTreeSet<&'a ScopeClause> {
    view.access().alternatives.iter().flat_map(|alternative| alternative.scopes.iter()).collect()
}

fn tiers_of<'a>(views: &[RouteView<'a>]) -> BTreeSet<&'a Tier> {
    views
        .iter()
        .flat_map(|view| view.access().alternatives.iter().flat_map(|alternative| alternative.tiers.iter()))
        .collect()
}

/// A route that demands a higher tier than its siblings is different for a reason.
fn stands_higher(view: &RouteView<'_>, siblings: &BTreeSet<&Tier>) -> bool {
    let own = tiers_of(&[*view]);
    own.iter().any(|tier| !siblings.is_empty() && !siblings.iter().any(|other| other.satisfies(tier)))
}

fn features_of<'a>(view: &RouteView<'a>) -> BTreeSet<&'a Feature> {
    let mut alternatives = view.access().alternatives.iter().map(|alternative| alternative.features.iter().collect());
    let first: BTreeSet<&Feature> = alternatives.next().unwrap_or_default();
    alternatives.fold(first, |common, features: BTreeSet<&Feature>| common.intersection(&features).copied().collect())
}

fn missing_gates<'a>(family: &[RouteView<'a>]) -> Vec<(RouteView<'a>, &'a Feature, Vec<RouteView<'a>>)> {
    let gates: BTreeSet<&Feature> = family.iter().flat_map(features_of).collect();
    let mut missing = Vec::new();
    for gate in gates {
        let (having, lacking): (Vec<RouteView<'a>>, Vec<_>) =
            family.iter().partition(|view| features_of(view).contains(gate));
        if having.len() >= AGREEING && having.len() * 4 >= family.len() * 3 {
            missing.extend(lacking.into_iter().map(|view| (view, gate, having.clone())));
        }
    }
    missing
}

/// In what one route differs from its siblings.
struct Mismatch<'a> {
    odd: RouteView<'a>,
    /// The siblings that agree on other callers.
    callers: Option<Vec<RouteView<'a>>>,
    /// The gates that it lacks, with the siblings that have them.
    gates: Vec<(&'a Feature, Vec<RouteView<'a>>)>,
}

impl<'a> Mismatch<'a> {
    fn of(odd: RouteView<'a>) -> Self {
        Self { odd, callers: None, gates: Vec::new() }
    }

    fn report(&self, compared: &Kinds<'_>) -> Finding {
        let own = callers(&self.odd, compared);
        let mut differences = Vec::new();
        let mut changes = Vec::new();
        if let Some(siblings) = &self.callers {
            let usual = siblings.first().map(|sibling| callers(sibling, compared)).unwrap_or_default();
            let refused: Vec<_> = usual.difference(&own).collect();
            let added: Vec<_> = own.difference(&usual).collect();
            let many = |kinds: &[&&PrincipalKind]| joined(kinds.iter().map(|kind| many_of(kind)));
            if !refused.is_empty() {
                differences.push(format!(
                    "refuses {}, which {} on the same resource accept",
                    many(&refused),
                    counted(siblings.len(), "sibling")
                ));
                changes.push(format!("accept {}", many(&refused)));
            }
            if !added.is_empty() {
                differences.push(format!(
                    "accepts {}, which {} on the same resource refuse",
                    many(&added),
                    counted(siblings.len(), "sibling")
                ));
                changes.push(format!("refuse {}", many(&added)));
            }
        }
        for (gate, siblings) in &self.gates {
            differences
                .push(format!("lacks the feature gate `{gate}`, which {} have", counted(siblings.len(), "sibling")));
            changes.push(format!("require the feature {}", quoted([gate])));
        }
        let finding = Finding::new(&RULE, format!("`{}` {}", self.odd.title(), differences.join("; and it ")))
            .about_route(self.odd.index)
            .confidence(self.odd.confidence(Confidence::Medium))
            .help(format!("{}, or suppress with the reason why this route differs", joined(&changes)));
        self.with_places(finding)
    }

    /// Sure is only to let in whom all siblings let in, where nothing else differs.
    fn fix(&self, context: &Context<'_>, compared: &Kinds<'_>) -> Option<Fix> {
        let usual = callers(self.callers.as_ref()?.first()?, compared);
        let own = callers(&self.odd, compared);
        if !self.gates.is_empty() || !own.is_subset(&usual) {
            return None;
        }
        accept(context, &self.odd, &usual.difference(&own).copied().collect())
    }

    fn with_places(&self, finding: Finding) -> Finding {
        let finding = finding.at(self.odd.handler().span, "the odd one out");
        let finding =
            self.odd.restrictions().fold(finding, |finding, (guard, _)| finding.also(guard.span, "its guard"));
        let siblings: BTreeMap<usize, RouteView<'_>> = self
            .callers
            .iter()
            .flatten()
            .chain(self.gates.iter().flat_map(|(_, siblings)| siblings))
            .map(|view| (view.index, *view))
            .collect();
        siblings.values().take(SHOWN).fold(finding, |finding, sibling| {
            finding.also(sibling.handler().span, format!("its sibling `{}`", sibling.title()))
        })
    }
}
