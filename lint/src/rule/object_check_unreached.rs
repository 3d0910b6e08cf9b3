//! A check that should protect the object of a route never reaches it.
//!
//! ## What it does
//!
//! Looks at handlers that look an object up by their path, and fires in two cases:
//!
//! * the caller is compared with something of the body or the query only (a tenant that the request names), while the object that the path names is changed without being compared with anything;
//! * the route declares what a refused caller of its object sees (`denial = …`), its role is bound to a tenant that the path doesn't bind, and nothing in the handler, or in what it calls, compares the object with the
//!   caller.
//!
//! It stays silent where the caller goes into the query, where a refusal or a filter compares the two, where the path itself binds the tenant, and where something that the linter couldn't follow may do so.
//!
//! ## Why it matters
//!
//! The check is there, everybody sees it in the review, and it checks something else. Whoever names their own tenant in the body and a foreign object in the path passes.
//!
//! ## Bad
//!
//! ```rs
//! if !caller.networks().contains(&request.network_id) {
//!     return Err(ApiError::Forbidden);
//! }
//! let topology = store.topology(id).await?.ok_or(ApiError::NotFound)?;
//! store.update(topology.with(request)).await
//! ```
//!
//! ## Good
//!
//! ```rs
//! let topology = store.topology(id).await?.filter(|topology| caller.networks().contains(&topology.network_id));
//! let topology = topology.ok_or(ApiError::NotFound)?;
//! store.update(topology.with(request)).await
//! ```
//!
//! ## How to fix
//!
//! Compare the object that was found with the caller: in the query, with `Access::visible`, or in an `if` that answers as if there were no such object.
//!
//! ## How to suppress
//!
//! Above the handler or its registration:
//!
//! ```rs
//! // route-role: allow(object-check-unreached) -- the layout of a topology is shared by everybody
//! ```

use std::collections::BTreeSet;

use super::engine::evidence;
use crate::resolve::{AnswerKind, Behavior, ObjectKey, ObjectLookup};
use crate::surface::DenialSource;

use super::{Check, Confidence, Context, Finding, RouteView, Rule, Severity, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "object-check-unreached",
    subject: Subject::Routes,
    severity: Severity::Error,
    needs_policy: false,
    since: "0.1.0",
    source: include_str!("object_check_unreached.rs"),
    check: Check::Surface(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    context
        .routes_documented_first()
        .filter_map(|view| {
            let behavior = view.route.behavior.as_deref()?;
            let lookup = unchecked(behavior)?;
            let finding = beside(&view, behavior, lookup).or_else(|| declared(context, &view, behavior, lookup))?;
            seen.insert(view.handler().span).then_some(finding)
        })
        .collect()
}

/// The first lookup by the path of a handler that never compares what it finds with the caller.
fn unchecked(behavior: &Behavior) -> Option<&ObjectLookup> {
    let by_path = |keys: &[ObjectKey]| keys.iter().any(|key| matches!(key, ObjectKey::Path(_)));
    let is_checked = behavior.answers.iter().any(|answer| match answer.kind {
        // What ends as a failure of the server checks what is done with the object, not whose it is.
        AnswerKind::Denied | AnswerKind::Collapsed => {
            by_path(&answer.objects) && answer.status.is_none_or(|status| status < 500)
        }
        AnswerKind::Bound => true,
        _ => false,
    });
    if is_checked || behavior.is_cut {
        return None;
    }
    let first = behavior.lookups.iter().find(|lookup| by_path(&lookup.objects))?;
    (!first.carries_caller).then_some(first)
}

/// The caller is compared with what the request says beside the path.
fn beside(view: &RouteView<'_>, behavior: &Behavior, lookup: &ObjectLookup) -> Option<Finding> {
    let check = behavior
        .answers
        .iter()
        .find(|answer| answer.kind == AnswerKind::Requested && matches!(answer.status, Some(401 | 403 | 404)))?;
    let is_this = |keys: &[ObjectKey]| keys.iter().any(|key| lookup.objects.contains(key));
    let act =
        behavior.acts.iter().find(|act| act.order > lookup.order && (is_this(&act.keys) || is_this(&act.objects)))?;
    if matches!(view.route.method.as_str(), "GET" | "HEAD") {
        return None;
    }
    let finding = Finding::new(
        &RULE,
        format!(
            "`{}` checks what the request says, and changes the object of its path without checking that",
            view.title()
        ),
    )
    // A call that is given both the object and the caller may still compare them.
    .confidence(if behavior.unknown_answers == 0 { Confidence::Medium } else { Confidence::Low })
    .about_route(view.index)
    .at(view.handler().span, "the object isn't compared with the caller");
    let finding = evidence::mark(finding, &check.place, "compares the caller with the request");
    let finding = evidence::mark(finding, &lookup.place, "looks the object up by the path alone");
    let finding = evidence::mark(finding, &act.place, "changes it");
    Some(finding.help("compare the object that was found with the caller before it is changed"))
}

/// The route says what a refused caller sees, and nothing refuses.
fn declared(
    context: &Context<'_>,
    view: &RouteView<'_>,
    behavior: &Behavior,
    lookup: &ObjectLookup,
) -> Option<Finding> {
    let policy = context.policy?.policy;
    let attribute = view.route.attribute.as_ref()?;
    if behavior.unknown_answers > 0
        || view.row.denial_source != Some(DenialSource::Attribute)
        || !view.row.is_object_route
    {
        return None;
    }
    let binds = |parameter: &str| view.route.path.contains(&format!("{{{parameter}}}"));
    let of_levels = view.row.levels.iter().filter_map(|level| policy.levels.get(level)?.tenant.as_ref());
    let mut tenants =
        of_levels.map(|tenant| tenant.value.as_str()).chain(attribute.declaration.tenant.as_deref()).peekable();
    let is_bound_elsewhere = tenants.peek().is_some() && tenants.all(|tenant| !binds(tenant));
    if !is_bound_elsewhere {
        return None;
    }
    let finding = Finding::new(
        &RULE,
        format!(
            "`{}` says what a refused caller of its object sees, but never compares the object with the caller",
            view.title()
        ),
    )
    .confidence(Confidence::Medium)
    .about_route(view.index)
    .at(attribute.span, "declares a denial")
    .also(view.handler().span, "nothing here or in what it calls can deny");
    let finding = evidence::mark(finding, &lookup.place, "looks the object up by the path alone");
    Some(finding.help("pass what was found through `Access::visible`, or look it up together with the caller's tenant"))
}
