//! A route is served, but missing from the API description by accident of its registration.
//!
//! ## What it does
//!
//! Looks at routes whose handler has an operation for the API description. It fires on routes that exist only because a registration crosses methods and paths, which nobody
//! wrote down, and on routes that mount a documented handler a second time with other guards. A second mount with the same guards is a note.
//!
//! It stays silent about programs without an API description and about handlers without an operation: leaving those out is a decision.
//!
//! ## Why it matters
//!
//! Nobody reviews, rate-limits or retires a route that nobody knows. A second mount outside of a layer is a way around that layer.
//!
//! ## Bad
//!
//! ```rs
//! // Mounts GET and DELETE at both paths.
//! OpenApiRouter::new().routes(routes!(list_at_one_path, delete_at_another))
//! ```
//!
//! ## Good
//!
//! ```rs
//! OpenApiRouter::new().routes(routes!(list_at_one_path)).routes(routes!(delete_at_another))
//! ```
//!
//! ## How to fix
//!
//! Register handlers with different paths one by one. Give a second mount the layers of the first, or remove it.
//!
//! ## How to suppress
//!
//! Above the registration:
//!
//! ```rs
//! // route-role: allow(undocumented-route) -- old path, kept for agents before 2.0
//! ```

use super::engine::list::quoted;
use super::{Check, Context, Finding, RouteView, Rule, Severity, Subject};
use crate::resolve::{Documentation, Operation};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "undocumented-route",
    subject: Subject::Routes,
    severity: Severity::Warning,
    needs_policy: false,
    since: "0.1.0",
    source: include_str!("undocumented_route.rs"),
    check: Check::Surface(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    context
        .routes()
        .filter_map(|view| match &view.route.documentation {
            Documentation::Accidental { operation } => Some(accidental(&view, operation)),
            Documentation::Undocumented { operation: Some(operation) } => Some(left_out(context, &view, operation)),
            Documentation::Undocumented { operation: None } | Documentation::Documented(_) | Documentation::None => {
                None
            }
        })
        .collect()
}

fn accidental(view: &RouteView<'_>, operation: &Operation) -> Finding {
    let finding = Finding::new(
        &RULE,
        format!("`{}` exists only because its registration crosses methods and paths", view.title()),
    )
    .about_route(view.index);
    let finding = match view.registration() {
        Some(registration) => finding.at(registration, "serves every method at every path of its handlers"),
        None => finding.at(view.handler().span, "served at a path of another handler"),
    };
    finding
        .also(operation.span, "documented for its own path only")
        .also(view.handler().span, "the handler")
        .help("register handlers that have different paths one by one")
}

fn left_out(context: &Context<'_>, view: &RouteView<'_>, operation: &Operation) -> Finding {
    let twin = context.routes().find(|other| {
        matches!(other.route.documentation, Documentation::Documented(_))
            && other.route.program == view.route.program
            && other.route.method == view.route.method
            && other.handler().span == view.handler().span
    });
    let finding = match &twin {
        Some(twin) if guards_of(twin) != guards_of(view) => Finding::new(
            &RULE,
            format!("`{}` is `{}` again with other guards, and isn't documented", view.title(), twin.title()),
        )
        .help(difference(twin, view)),
        Some(twin) => {
            Finding::new(&RULE, format!("`{}` is `{}` again, and isn't documented", view.title(), twin.title()))
                .severity(Severity::Note)
                .help("remove the second mount when nobody calls it any more")
        }
        None => {
            Finding::new(&RULE, format!("`{}` has an operation, but isn't part of the API description", view.title()))
                .help("register it on the router that collects the API description")
        }
    };
    // From the inside out, the two ways to the same handler part at one mount: that is where the second one was made.
    let parting = twin.and_then(|twin| view.route.mounts.iter().find(|mount| !twin.route.mounts.contains(mount)));
    let finding = match (parting, view.registration()) {
        (Some(mount), _) => finding.at(*mount, "this mount is not documented"),
        (None, Some(registration)) => finding.at(registration, "registered here"),
        (None, None) => finding.at(view.handler().span, "the handler"),
    };
    finding
        .about_route(view.index)
        .also_at(view.registration(), "registered here")
        .also(view.handler().span, "the handler")
        .also(operation.span, "its operation")
}

fn guards_of(view: &RouteView<'_>) -> Vec<String> {
    view.route.guards.iter().map(|guard| guard.term.to_string()).collect()
}

fn difference(twin: &RouteView<'_>, view: &RouteView<'_>) -> String {
    let (documented, here) = (guards_of(twin), guards_of(view));
    let lacking: Vec<String> = documented.into_iter().filter(|guard| !here.contains(guard)).collect();
    if lacking.is_empty() {
        return "give both mounts the same guards, or remove one".to_owned();
    }
    format!("this mount lacks {}: move it under the same layers, or remove it", quoted(lacking))
}
