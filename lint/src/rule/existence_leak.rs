//! A handler answers one way for an object that doesn't exist and another way for one that the caller may not see.
//!
//! ## What it does
//!
//! Follows each handler, through the functions that it calls, to the answers that turn a request down. Where one answer depends on whether the object was found, and another one on what the
//! found object says about the caller, and their statuses differ, it shows both places and the calls that lead there. Two answers with the same status of 500 and more count as well if each of them
//! repeats why.
//!
//! It stays silent where the refusal doesn't depend on the object: a role, a scope or a tier that is checked before anything is looked up, a tenant that is taken from the path or the body. The same check
//! *after* the 404 of an absent object is reported: a caller who may not ask at all learns what exists. It stays silent
//! where the tenant goes into the query, since then a foreign object isn't found. What the linter can't follow is counted as unknown and reported by nobody.
//!
//! An object that is looked up by the body or the query (a list of ids to delete) is reported with medium confidence: ids that don't exist are often passed over in silence there.
//!
//! ## Why it matters
//!
//! Whoever can guess or enumerate ids learns which ones exist, in other tenants too. Some answers even carry the id of the tenant that owns the object.
//!
//! ## Bad
//!
//! ```rs
//! let case = store.case(id).await?.ok_or(ApiError::NotFound)?;
//! if case.workspace_id != caller.workspace_id {
//!     return Err(ApiError::Forbidden);
//! }
//! ```
//!
//! ## Good
//!
//! ```rs
//! let case = store.case_of(id, caller.workspace_id).await?.ok_or(ApiError::NotFound)?;
//! ```
//!
//! ## How to fix
//!
//! Look the object up together with the tenant, or pass what was found through `access.visible(found, |case| case.workspace_id)`, which gives the same 404 for both.
//!
//! ## How to suppress
//!
//! Above the handler or its registration:
//!
//! ```rs
//! // route-role: allow(existence-leak) -- ids of public templates are no secret
//! ```

use std::collections::BTreeSet;

use super::engine::evidence::{self, Pair};
use crate::resolve::{Answer, Behavior, ObjectKey};

use super::{Check, Confidence, Context, Finding, RouteView, Rule, Severity, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "existence-leak",
    subject: Subject::Routes,
    severity: Severity::Warning,
    needs_policy: false,
    since: "0.1.0",
    source: include_str!("existence_leak.rs"),
    check: Check::Surface(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    context
        .routes_documented_first()
        .filter_map(|view| {
            let behavior = view.route.behavior.as_deref()?;
            let pairs = evidence::pairs(behavior);
            let pair = pairs.into_iter().find(|pair| {
                (pair.differs_in_status() || is_told_by_failures(pair))
                    && (matches!(pair.key, ObjectKey::Path(_)) || is_guarded(&view))
            });
            let late = || evidence::late_refusal(behavior);
            // One handler is reported once, however many routes it serves.
            match pair {
                Some(pair) => seen.insert(view.handler().span).then(|| report(context, &view, behavior, &pair)),
                None => {
                    let (absent, refused) = late()?;
                    seen.insert(view.handler().span).then(|| report_late(context, &view, absent, refused))
                }
            }
        })
        .collect()
}

/// Whether the caller of a route is anybody in particular: a sign-in that answers by what it finds is no leak of this kind.
fn is_guarded(view: &RouteView<'_>) -> bool {
    !view.access().is_open() || view.has_unmapped_guard()
}

/// Both answers are failures of the server, and their texts say which is which.
fn is_told_by_failures(pair: &Pair<'_>) -> bool {
    pair.differs_in_body() && pair.denied.status.is_some_and(|status| status >= 500)
}

fn report(context: &Context<'_>, view: &RouteView<'_>, behavior: &Behavior, pair: &Pair<'_>) -> Finding {
    let denied = evidence::status(pair.denied);
    let title = view.title();
    let message = match pair.absent {
        Some(absent) if pair.differs_in_status() => format!(
            "`{title}` answers {} for an object that doesn't exist and {denied} for one that the caller may not see",
            evidence::status(absent)
        ),
        Some(_) => format!(
            "`{title}` answers {denied} both for an object that doesn't exist and for one that the caller may not see, with texts that tell which"
        ),
        None => format!(
            "`{title}` answers {denied} for an object that the caller may not see and passes over one that doesn't exist"
        ),
    };
    // Where the object is looked up twice and not every answer is known, the first lookup may have answered otherwise.
    let is_seen = pair.is_in_order() || behavior.unknown_answers == 0;
    let confidence = match (pair.key, pair.absent) {
        (ObjectKey::Path(_), Some(absent))
            if is_seen && absent.status == Some(404) && matches!(pair.denied.status, Some(401 | 403)) =>
        {
            Confidence::High
        }
        _ => Confidence::Medium,
    };
    let finding = Finding::new(&RULE, message)
        .confidence(confidence)
        .about_route(view.index)
        .at(view.handler().span, format!("looks an object up by {}", evidence::sent_in(pair.key)));
    let finding = evidence::mark_lookup(finding, behavior, pair);
    let finding = match pair.absent {
        Some(absent) => evidence::mark(
            finding,
            &absent.place,
            format!("answers {} if there is no such object", evidence::status(absent)),
        ),
        None => finding,
    };
    let finding = evidence::mark(finding, &pair.denied.place, format!("answers {denied} if it isn't the caller's"));
    let help = match pair.absent {
        Some(_) => {
            "give both the same 404: look the object up together with the caller's tenant, or pass what was found through `Access::visible`"
        }
        None => "treat foreign objects like those that don't exist: look them up together with the caller's tenant",
    };
    helped(context, view, finding, help)
}

/// Who may not ask at all is told only after the object was looked for.
fn report_late(context: &Context<'_>, view: &RouteView<'_>, absent: &Answer, refused: &Answer) -> Finding {
    let (missing, denied) = (evidence::status(absent), evidence::status(refused));
    let finding = Finding::new(
        &RULE,
        format!(
            "`{}` answers {missing} for an object that doesn't exist before it refuses callers with {denied}",
            view.title()
        ),
    )
    .confidence(Confidence::Medium)
    .about_route(view.index)
    .at(view.handler().span, "looks an object up by the path");
    let finding = evidence::mark(finding, &absent.place, format!("answers {missing} if there is no such object"));
    let finding =
        evidence::mark(finding, &refused.place, format!("answers {denied} only then, whatever the object is"));
    helped(context, view, finding, "refuse such callers before anything is looked up")
}

fn helped(context: &Context<'_>, view: &RouteView<'_>, finding: Finding, help: &str) -> Finding {
    finding.help(match super::engine::shared::other_routes(context, view).as_str() {
        "" => help.to_owned(),
        others => format!("{help}; the handler serves {others} as well"),
    })
}
