//! The path binds a tenant that the guards don't ask for, or the guards rely on a tenant that the path doesn't bind.
//!
//! ## What it does
//!
//! A level with `tenant: workspace_id` belongs to one tenant, and `{workspace_id}` in a path says which. The rule fires on a route whose path has the parameter although some way in isn't at that level: whoever gets in
//! can put any tenant there. It also fires the other way round, where the route's attribute says `tenant = "workspace_id"` and the path has no such parameter, and, with medium confidence, on a route at the level
//! without the parameter when nearly all other routes at that level have it.
//!
//! It stays silent on routes that address the tenant itself (`/workspaces/{workspace_id}`), on kinds of caller that the policy places at no level with a tenant, on open and public routes, and on services that
//! take the tenant from the session or key: there is no parameter to miss.
//!
//! ## Why it matters
//!
//! A path that names a tenant looks as if the tenant were checked. If the guard doesn't compare the two, changing one segment of the path is all that it takes to read another tenant's data.
//!
//! ## Bad
//!
//! ```rs
//! // Operator: { accepts: [user], level: organization }
//! #[route_role(Operator)]
//! async fn list_cases(Path(workspace_id): Path<Uuid>) { /* GET /workspaces/{workspace_id}/cases */ }
//! ```
//!
//! ## Good
//!
//! ```rs
//! // Member: { accepts: [user], level: workspace }
//! #[route_role(Member)]
//! async fn list_cases(Path(workspace_id): Path<Uuid>) { /* GET /workspaces/{workspace_id}/cases */ }
//! ```
//!
//! ## How to fix
//!
//! Give the route a role at the level that the path names. Where the path should bind the tenant, add the parameter; where it doesn't have to, remove `tenant` from the attribute.
//!
//! ## How to suppress
//!
//! Above the handler or its registration:
//!
//! ```rs
//! // route-role: allow(tenant-mismatch) -- operators of the platform work on every workspace
//! ```

use std::collections::{BTreeMap, BTreeSet};

use route_role_policy::policy::{LevelDefinition, Policy};
use route_role_policy::{Alternative, Level, PrincipalKind, Principals};

use super::engine::attribute_text::AttributeText;
use super::engine::callers::{all_described, is_internal};
use super::engine::list::counted;
use super::engine::segments::{Segment, binds, has_unknown, segments};
use super::{Check, Confidence, Context, Finding, PolicyInFile, RouteView, Rule, Severity, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "tenant-mismatch",
    subject: Subject::Routes,
    severity: Severity::Warning,
    needs_policy: true,
    since: "0.1.0",
    source: include_str!("tenant_mismatch.rs"),
    check: Check::Surface(check),
};

/// How many routes must bind the tenant in their paths before one that doesn't is odd.
const BINDING: usize = 4;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(stated) = context.policy else { return Vec::new() };
    let tenants = Tenants::of(stated.policy);
    if tenants.levels.is_empty() {
        return Vec::new();
    }
    let judged: Vec<RouteView<'_>> = context.routes().filter(is_judged).collect();
    let usual = levels_bound_by_paths(&tenants, &judged);
    judged
        .iter()
        .filter_map(|view| {
            unrequired(&stated, &tenants, view)
                .or_else(|| stated_but_unbound(context, view))
                .or_else(|| usually_bound(&stated, &tenants, &usual, view))
        })
        .collect()
}

fn is_judged(view: &RouteView<'_>) -> bool {
    view.is_readable() && view.row.public.is_none() && !view.access().is_open() && !has_unknown(&view.route.path)
}

/// What the policy says of tenants.
struct Tenants<'a> {
    /// The levels with a tenant, each with its parameter.
    levels: BTreeMap<&'a Level, (&'a LevelDefinition, &'a str)>,
    /// The kinds of caller that act at such a level.
    kinds: BTreeSet<&'a PrincipalKind>,
}

impl<'a> Tenants<'a> {
    fn of(policy: &'a Policy) -> Self {
        let bound = policy.levels.values().filter_map(|level| Some((level, level.tenant.as_ref()?.value.as_str())));
        let levels: BTreeMap<_, _> = bound.map(|(level, parameter)| (&level.name.value, (level, parameter))).collect();
        let ways = policy.roles.values().flat_map(|role| role.access.alternatives.iter());
        let at_tenants = ways.filter(|way| way.levels.iter().any(|level| levels.contains_key(level)));
        let kinds = at_tenants.filter_map(|way| match &way.principals {
            Principals::Only(kinds) => Some(kinds.iter()),
            Principals::Everyone => None,
        });
        Self { kinds: kinds.flatten().collect(), levels }
    }

    /// The innermost tenant that a path binds: the parameter, and the level that it binds.
    fn in_path<'p>(&self, path: &'p str) -> Option<(&'p str, &'a LevelDefinition)> {
        let parts = segments(path);
        let (at, found) = parts.iter().enumerate().rev().find_map(|(at, segment)| {
            let Segment::Parameter(name) = segment else { return None };
            let (level, _) = self.levels.values().find(|(_, parameter)| parameter == name)?;
            Some((at, (*name, *level)))
        })?;
        // Behind it must be something that belongs to the tenant: otherwise the tenant itself is addressed.
        let belongs = parts.iter().skip(at + 1).any(|segment| *segment != Segment::Literal(""));
        belongs.then_some(found)
    }

    /// Whether this way in is at a level that the parameter binds.
    fn is_at(&self, way: &Alternative, parameter: &str) -> bool {
        way.levels.iter().any(|level| self.levels.get(level).is_some_and(|(_, bound_by)| *bound_by == parameter))
    }

    fn concerns(&self, way: &Alternative) -> bool {
        match &way.principals {
            Principals::Everyone => false,
            Principals::Only(kinds) => kinds.iter().any(|kind| self.kinds.contains(kind)),
        }
    }
}

/// The path binds a tenant, and somebody gets in who needn't belong to it.
fn unrequired(stated: &PolicyInFile<'_>, tenants: &Tenants<'_>, view: &RouteView<'_>) -> Option<Finding> {
    let (parameter, level) = tenants.in_path(&view.route.path)?;
    let declared = view.route.attribute.as_ref().and_then(|attribute| attribute.declaration.tenant.as_deref());
    let mut roles = view.row.roles.iter().filter_map(|name| stated.policy.roles.get(name));
    if declared == Some(parameter) || roles.any(|role| role.tenant_parameter(stated.policy) == Some(parameter)) {
        return None;
    }
    let ways = view.access().alternatives.iter().filter(|way| way.can_be_met() && !is_internal(way));
    let strangers: Vec<&Alternative> =
        ways.filter(|way| tenants.concerns(way) && !tenants.is_at(way, parameter)).collect();
    if strangers.is_empty() {
        return None;
    }
    let who = all_described(strangers.iter().copied());
    let finding = Finding::new(
        &RULE,
        format!("the path of `{}` names a tenant, but {who} get in whatever their tenant is", view.title()),
    )
    .about_route(view.index)
    .confidence(view.confidence(if view.route.attribute.is_some() {
        Confidence::High
    } else {
        Confidence::Medium
    }));
    let asking =
        view.restrictions().filter(|(_, access)| access.alternatives.iter().any(|way| !tenants.is_at(way, parameter)));
    let finding = match asking.last() {
        Some((guard, _)) => finding
            .at(guard.span, format!("doesn't ask for level `{}`", level.name.value))
            .also(view.handler().span, "the handler"),
        None => finding.at(view.handler().span, format!("nothing asks for level `{}`", level.name.value)),
    };
    let finding = finding
        .also_at(view.registration(), "registered here")
        .also_at(level.tenant.as_ref().map(|tenant| stated.span(tenant)), "the parameter that binds the tenant");
    Some(finding.help(format!("give the route a role at level `{}`", level.name.value)))
}

/// The attribute says which parameter binds the tenant, and the path doesn't have it.
fn stated_but_unbound(context: &Context<'_>, view: &RouteView<'_>) -> Option<Finding> {
    let attribute = view.route.attribute.as_ref()?;
    let parameter = attribute.declaration.tenant.as_deref()?;
    if binds(&view.route.path, parameter) {
        return None;
    }
    let written = AttributeText::read(context.sources, attribute.span)?;
    let argument = written.syntax.tenant.as_ref()?;
    let finding = Finding::new(
        &RULE,
        format!("`{}` takes its tenant from `{parameter}`, which its path doesn't have", view.title()),
    );
    let finding = finding
        .severity(Severity::Error)
        .about_route(view.index)
        .confidence(Confidence::High)
        .at(written.span_of(argument.value.span()), "no parameter of the path is called so: every request is refused")
        .also(view.handler().span, "the handler")
        .also_at(view.registration(), "registered here");
    Some(finding.help(format!("mount the route under `{{{parameter}}}`, or remove `tenant` from the attribute")))
}

/// The levels whose tenant nearly every path binds, with the number of paths that do.
fn levels_bound_by_paths<'a>(tenants: &Tenants<'a>, views: &[RouteView<'_>]) -> BTreeMap<&'a Level, usize> {
    let mut usual = BTreeMap::new();
    for (level, (_, parameter)) in &tenants.levels {
        let at_level = views.iter().filter(|view| view.row.levels.contains(level));
        let (bound, unbound): (Vec<&RouteView<'_>>, Vec<&RouteView<'_>>) =
            at_level.partition(|view| binds(&view.route.path, parameter));
        if bound.len() >= BINDING && bound.len() >= unbound.len() * 3 {
            usual.insert(*level, bound.len());
        }
    }
    usual
}

fn usually_bound(
    stated: &PolicyInFile<'_>,
    tenants: &Tenants<'_>,
    usual: &BTreeMap<&Level, usize>,
    view: &RouteView<'_>,
) -> Option<Finding> {
    let mut at_level = view.row.levels.iter().filter_map(|level| tenants.levels.get(level));
    let (level, parameter) = at_level
        .find(|(level, parameter)| usual.contains_key(&level.name.value) && !binds(&view.route.path, parameter))?;
    // A role with a parameter of its own doesn't need the level's.
    let mut roles = view.row.roles.iter().filter_map(|name| stated.policy.roles.get(name));
    let mut ways = view.access().alternatives.iter();
    if roles.any(|role| role.tenant.is_some()) || ways.all(is_internal) {
        return None;
    }
    let others = usual.get(&level.name.value).copied().unwrap_or_default();
    let finding = Finding::new(
        &RULE,
        format!(
            "the path of `{}` doesn't say which `{}` is meant, unlike {} at this level",
            view.title(),
            level.name.value,
            counted(others, "other route")
        ),
    );
    let finding = finding
        .about_route(view.index)
        .confidence(view.confidence(Confidence::Medium))
        .at(view.registration().unwrap_or(view.handler().span), format!("no `{{{parameter}}}` in this path"))
        .also(view.handler().span, "the handler")
        .also_at(level.tenant.as_ref().map(|tenant| stated.span(tenant)), "the parameter that binds the tenant");
    Some(finding.help(format!(
        "mount the route under `{{{parameter}}}`, or suppress with the reason why the session or key says enough"
    )))
}
