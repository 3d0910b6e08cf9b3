//! An object route doesn't hide from a caller of another tenant whether the object exists.
//!
//! ## What it does
//!
//! Looks at every route that addresses one object by id or name at a tenant-bound level, and asks what a caller sees who may not see the object. The answer may come from the
//! attribute (`denial = not_found`), from the guard's entry in the policy, from the role, or from the policy's default. It fires when the answer is `forbidden`; if only the default says so, with medium confidence, and not where the handler proves the opposite. Where nothing gives an answer, it
//! reads the handler: it fires if two different answers are proven there, and, with medium confidence, if nothing is proven either way.
//!
//! It stays silent where the handler proves that absent and foreign objects get one and the same 404: a lookup with the caller's tenant in its query, a filter before the answer, the same answer twice. It stays silent on routes that are open or public, on levels without a tenant, and on lists: only a refusal that depends on the object can tell anything about it.
//!
//! ## Why it matters
//!
//! If an absent object is answered with 404 and a foreign one with 403, whoever can guess ids learns which ones exist, in other tenants too. One and the same 404
//! for both tells nothing.
//!
//! ## Bad
//!
//! ```rs
//! #[route_role(Actor, scopes = ["case:read"], resource = "case", denial = forbidden)]
//! async fn get_case(Path(id): Path<Uuid>) -> Result<Json<Case>, ApiError> { /* … */ }
//! ```
//!
//! ## Good
//!
//! ```rs
//! #[route_role(Actor, scopes = ["case:read"], resource = "case", denial = not_found)]
//! async fn get_case(access: Access, Path(id): Path<Uuid>) -> Result<Json<Case>, ApiError> {
//!     access.visible(find(id).await?, |case| case.workspace_id).map(Json)
//! }
//! ```
//!
//! ## How to fix
//!
//! Look objects up with the tenant in the query, or pass what was found through `Access::visible`, so that absent and denied become the same 404. Then say so: `denial = not_found` on
//! the route, or once for all in the policy with `defaults: { denial: not_found }`.
//!
//! ## How to suppress
//!
//! Above the handler or its registration:
//!
//! ```rs
//! // route-role: allow(missing-404-collapse) -- ids of public templates are no secret
//! ```

use route_role_policy::Denial;
use route_role_policy::policy::Policy;

use super::engine::attribute_fix::deny_as_not_found;
use super::engine::evidence;
use super::engine::list::quoted;
use crate::resolve::ObjectKey;
use crate::source::Span;
use crate::surface::DenialSource;

use super::{Check, Confidence, Context, Finding, PolicyInFile, RouteView, Rule, Severity, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "missing-404-collapse",
    subject: Subject::Routes,
    severity: Severity::Warning,
    needs_policy: true,
    since: "0.1.0",
    source: include_str!("missing_404_collapse.rs"),
    check: Check::Surface(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(stated) = context.policy else { return Vec::new() };
    context
        .routes()
        .filter(|view| addresses_an_object_of_a_tenant(stated.policy, view))
        .filter_map(|view| match view.row.denial {
            Some(denial) if denial.collapses() => None,
            // What holds by default isn't said of this handler.
            Some(_) if view.row.denial_source == Some(DenialSource::Default) && is_proven(&view) => None,
            Some(denial) => Some(report(&stated, &view, Some(denial))),
            None if is_proven(&view) => None,
            // What the handler disproves isn't made true by saying so.
            None if is_disproven(&view) => Some(report(&stated, &view, None)),
            None => Some(report(&stated, &view, None).fix(deny_as_not_found(context, stated.policy, &view))),
        })
        .collect()
}

fn addresses_an_object_of_a_tenant(policy: &Policy, view: &RouteView<'_>) -> bool {
    view.is_readable()
        && view.row.is_object_route
        && view.row.public.is_none()
        && !view.access().is_open()
        && view.row.levels.iter().any(|level| policy.is_tenant_bound(level))
}

/// The handler itself gives one answer for both.
fn is_proven(view: &RouteView<'_>) -> bool {
    view.route.behavior.as_deref().is_some_and(evidence::is_collapsed)
}

fn report(stated: &PolicyInFile<'_>, view: &RouteView<'_>, denial: Option<Denial>) -> Finding {
    let finding = match denial {
        Some(denial) if view.row.denial_source == Some(DenialSource::Default) => Finding::new(
            &RULE,
            format!(
                "by the policy's default, `{}` answers `{denial}` for an object of another tenant, so its existence can be probed",
                view.title()
            ),
        )
        .confidence(view.confidence(Confidence::Medium)),
        Some(denial) => Finding::new(
            &RULE,
            format!(
                "`{}` answers `{denial}` for an object of another tenant, so its existence can be probed",
                view.title()
            ),
        )
        .confidence(view.confidence(Confidence::High)),
        None if is_disproven(view) => Finding::new(
            &RULE,
            format!("`{}` shows by its answers whether an object of another tenant exists", view.title()),
        )
        .confidence(view.confidence(Confidence::High)),
        None => Finding::new(&RULE, format!("nothing says whether `{}` hides objects of other tenants", view.title()))
            .confidence(view.confidence(Confidence::Medium)),
    };
    let tenant_levels: Vec<_> = view.row.levels.iter().filter(|level| stated.policy.is_tenant_bound(level)).collect();
    let finding = match stating_place(stated, view) {
        Some(place) => finding.at(place, "states what is answered").also(view.handler().span, "addresses one object"),
        None => finding.at(view.handler().span, "addresses one object"),
    };
    let finding = with_evidence(finding, view);
    let finding = finding.about_route(view.index).also_at(view.registration(), "registered here");
    let finding = tenant_levels
        .iter()
        .filter_map(|level| stated.policy.levels.get(*level))
        .fold(finding, |finding, definition| {
            finding.also(stated.span(&definition.name), "this level is bound to a tenant")
        });
    let statement = match view.row.denial_source {
        Some(DenialSource::Default) => "state `denial: not_found` here",
        Some(DenialSource::Guard(_)) => "state `denial: not_found` in the guard's entry",
        Some(DenialSource::Attribute) | None => "declare `denial = not_found`",
    };
    finding.help(format!(
        "answer the same 404 for absent objects and for those outside the caller's {}, then {statement}",
        quoted(tenant_levels)
    ))
}

/// The handler gives two answers that can be told apart.
fn is_disproven(view: &RouteView<'_>) -> bool {
    view.route.behavior.as_deref().is_some_and(|behavior| {
        evidence::pairs(behavior)
            .iter()
            .any(|pair| matches!(pair.key, ObjectKey::Path(_)) && (pair.differs_in_status() || pair.differs_in_body()))
    })
}

/// Marks the two answers that the handler gives.
fn with_evidence(finding: Finding, view: &RouteView<'_>) -> Finding {
    let Some(behavior) = view.route.behavior.as_deref() else { return finding };
    let pairs = evidence::pairs(behavior);
    let Some(pair) = pairs.iter().find(|pair| matches!(pair.key, ObjectKey::Path(_))) else { return finding };
    let finding = match pair.absent {
        Some(absent) => {
            evidence::mark(finding, &absent.place, format!("answers {} if there is none", evidence::status(absent)))
        }
        None => finding,
    };
    let text = format!("answers {} if it isn't the caller's", evidence::status(pair.denied));
    evidence::mark(finding, &pair.denied.place, text)
}

/// Where the denial is stated.
fn stating_place(stated: &PolicyInFile<'_>, view: &RouteView<'_>) -> Option<Span> {
    match view.row.denial_source? {
        DenialSource::Attribute => view.route.attribute.as_ref().map(|attribute| attribute.span),
        DenialSource::Guard(index) => view.route.guards.get(index).map(|guard| guard.span),
        DenialSource::Default => stated.policy.defaults.denial.as_ref().map(|denial| stated.span(denial)),
    }
}
