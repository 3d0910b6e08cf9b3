//! A route of a resource that the policy puts behind a feature doesn't ask for the feature.
//!
//! ## What it does
//!
//! Looks at every route of a resource with `feature: …` in the policy: the routes that the resource's globs list, those whose attribute or guard names it, and object routes whose path says
//! so. It fires when some way in doesn't demand that the feature is switched on.
//!
//! It stays silent on routes that are open (the business of `undeclared-route`) or declared public, and on ways in for internal callers only. Where the policy names no feature,
//! `sibling-mismatch` compares a route with its neighbours.
//!
//! ## Why it matters
//!
//! A feature that a tenant hasn't paid for, or that an administrator has switched off, is still there behind the one route that forgot to ask. It is mostly an export, or a
//! route that came later.
//!
//! ## Bad
//!
//! ```yaml
//! resources:
//!   share: { feature: sharing, path: ["/shares/**"] }
//! ```
//!
//! ```rs
//! #[route_role(Viewer)]
//! async fn export_shares() -> String { /* … */ }
//! ```
//!
//! ## Good
//!
//! ```rs
//! #[route_role(Viewer, features = ["sharing"])]
//! async fn export_shares() -> String { /* … */ }
//! ```
//!
//! ## How to fix
//!
//! Add the feature to the attribute, or the guard that asks for it to the handler. If the route is meant to stay when the feature is off, list it under a resource of its own, whose more specific
//! glob wins.
//!
//! ## How to suppress
//!
//! Above the handler or its registration:
//!
//! ```rs
//! // route-role: allow(feature-gate-missing) -- what was shared can be taken back when the feature is off
//! ```

use route_role_policy::policy::Resource;
use route_role_policy::{Feature, Placed};

use super::engine::callers::is_internal;
use super::engine::gate::demanded;
use super::{Check, Confidence, Context, Finding, PolicyInFile, RouteView, Rule, Severity, Subject};
use crate::surface::GuardMeaning;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "feature-gate-missing",
    subject: Subject::Routes,
    severity: Severity::Warning,
    needs_policy: true,
    since: "0.1.0",
    source: include_str!("feature_gate_missing.rs"),
    check: Check::Surface(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(stated) = context.policy else { return Vec::new() };
    context
        .routes()
        .filter(|view| view.is_readable() && view.row.public.is_none() && !view.access().is_open())
        .filter_map(|view| {
            let (resource, feature) = demanded(stated.policy, &view)?;
            is_open_without(&view, feature).then(|| report(context, &stated, &view, resource, feature))
        })
        .collect()
}

/// Whether somebody gets in while the feature is switched off.
fn is_open_without(view: &RouteView<'_>, feature: &Feature) -> bool {
    let mut ways = view.access().alternatives.iter().filter(|way| way.can_be_met() && !is_internal(way));
    ways.any(|way| !way.features.contains(feature))
}

fn report(
    context: &Context<'_>,
    stated: &PolicyInFile<'_>,
    view: &RouteView<'_>,
    resource: &Resource,
    feature: &Placed<Feature>,
) -> Finding {
    let name = &resource.name.value;
    let finding = Finding::new(
        &RULE,
        format!("`{}` doesn't ask for the feature `{}`, which gates `{name}`", view.title(), feature.value),
    )
    .about_route(view.index)
    .confidence(view.confidence(Confidence::High))
    .at(view.handler().span, "answers while the feature is switched off")
    .also_at(view.registration(), "registered here")
    .also(stated.span(feature), "gates every route of this resource")
    .also_at(
        resource.path.iter().find(|glob| glob.matches(&view.route.path)).map(|glob| stated.span(glob)),
        "lists this route",
    );
    // How others of the same resource ask for it is the shortest answer to "what should I write?".
    let gated = context.routes().find_map(|other| {
        demanded(stated.policy, &other).filter(|(owner, _)| owner.name.value == *name)?;
        let asking = other.guards().find(|(_, meaning)| asks_for(meaning, feature)).map(|(guard, _)| guard.clone());
        asking.map(|guard| (other.title(), guard))
    });
    match (&view.route.attribute, gated) {
        (Some(_), _) => finding.help(format!("add `features = [\"{}\"]` to the attribute", feature.value)),
        (None, Some((title, guard))) => finding
            .also(guard.span, format!("asks for it on `{title}`"))
            .help(format!("add the guard `{}`, as on `{title}`", guard.text)),
        (None, None) => finding.help(format!("add a guard that asks for the feature `{}`", feature.value)),
    }
}

fn asks_for(meaning: &GuardMeaning, feature: &Feature) -> bool {
    match meaning {
        GuardMeaning::Access { access, .. } => {
            !access.alternatives.is_empty() && access.alternatives.iter().all(|way| way.features.contains(feature))
        }
        GuardMeaning::Neutral | GuardMeaning::Unmapped => false,
    }
}
