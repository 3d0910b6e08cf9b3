//! A page is cut first and filtered by what the caller may see after; or an empty list of permitted ids filters nothing.
//!
//! ## What it does
//!
//! Follows lists from where they are cut to a page (`limit`, `page`, a query with `LIMIT`) to where they are filtered, and fires where the filter depends on who calls. It also fires on
//! `if !ids.is_empty() { query = query.filter(ids) }` where the ids are those that the caller may see: a caller who may see nothing then sees everything.
//!
//! It stays silent where the filter is part of the query, where it stands before the page is cut, and where an empty list selects nothing (`id IN ()`).
//!
//! ## Why it matters
//!
//! A page that is filtered after it was cut is shorter than it should be: the gaps tell how many foreign objects lie between one's own, and own objects behind the page are never reached. An empty filter that
//! selects everything is the worst case of all: the caller with the fewest rights sees the most.
//!
//! ## Bad
//!
//! ```rs
//! let page = store.schedules(limit, cursor).await?;
//! Ok(Json(page.into_iter().filter(|schedule| caller.may_see(schedule)).collect()))
//! ```
//!
//! ## Good
//!
//! ```rs
//! let page = store.schedules_of(caller.account_id, limit, cursor).await?;
//! Ok(Json(page))
//! ```
//!
//! ## How to fix
//!
//! Put what the caller may see into the query, and let an empty list of ids select nothing.
//!
//! ## How to suppress
//!
//! Above the handler or its registration:
//!
//! ```rs
//! // route-role: allow(post-filtered-page) -- the catalogue is public, the filter is a preference
//! ```

use std::collections::BTreeSet;

use super::engine::evidence;
use crate::resolve::Behavior;

use super::{Check, Confidence, Context, Finding, RouteView, Rule, Severity, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "post-filtered-page",
    subject: Subject::Routes,
    severity: Severity::Warning,
    needs_policy: false,
    since: "0.1.0",
    source: include_str!("post_filtered_page.rs"),
    check: Check::Surface(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    context
        .routes_documented_first()
        .filter_map(|view| {
            let behavior = view.route.behavior.as_deref()?;
            let finding = late(&view, behavior).or_else(|| open(&view, behavior))?;
            seen.insert(view.handler().span).then_some(finding)
        })
        .collect()
}

fn late(view: &RouteView<'_>, behavior: &Behavior) -> Option<Finding> {
    let late = behavior.late_filters.first()?;
    let finding = Finding::new(
        &RULE,
        format!("`{}` cuts a page first and filters by what the caller may see after", view.title()),
    )
    .confidence(Confidence::Medium)
    .about_route(view.index)
    .at(view.handler().span, "gives a page with gaps")
    .also(late.page, "cuts the page");
    Some(
        evidence::mark(finding, &late.filter, "filters what is left")
            .help("put what the caller may see into the query that cuts the page"),
    )
}

fn open(view: &RouteView<'_>, behavior: &Behavior) -> Option<Finding> {
    let open = behavior.open_filters.first()?;
    let finding = Finding::new(&RULE, format!("`{}` filters nothing when the caller may see nothing", view.title()))
        .confidence(Confidence::Medium)
        .about_route(view.index)
        .at(view.handler().span, "may give everything");
    let finding = evidence::mark(finding, &open.condition, "holds unless the list is empty")
        .also(open.filter, "filters only then");
    Some(finding.help("filter always: an empty list of permitted ids must select nothing"))
}
