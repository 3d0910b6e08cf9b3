//! A route is served, but missing from the API description by accident of its registration.
//!
//! ## What it does
//!
//! Looks at routes whose handler has an operation for the API description. It fires on routes that exist only because a registration crosses methods and paths, which nobody
//! wrote down, and on routes that mount a documented handler a second time with other guards. A second mount with the same guards is a note.
//!
//! With `--openapi FILE`, or `openapi` in the policy, it also fires on routes of which that description says nothing. Routes of a part of the service of which it says nothing at all are one finding, and a note: leaving out a whole part is a decision more often than not.
//!
//! It stays silent about programs without an API description and about handlers without an operation. Of a description it wants no `OPTIONS`, no `HEAD` beside a `GET`, no catch-all
//! paths, no fallbacks and no folders of files.
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

use std::collections::BTreeSet;

use super::engine::area::areas;
use super::engine::list::{counted, quoted};
use super::{Check, Context, Finding, RouteView, Rule, Severity, Subject};
use crate::description::{Template, Testimony};
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

/// More routes than that are only counted.
const MAX_MARKED: usize = 5;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let by_attributes = by_attributes(context);
    let known: BTreeSet<Option<usize>> = by_attributes.iter().map(|finding| finding.route).collect();
    let by_documents = by_documents(context, &known);
    by_attributes.into_iter().chain(by_documents).collect()
}

fn by_attributes(context: &Context<'_>) -> Vec<Finding> {
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

/// Routes of which no description of their program says anything, without those that are reported already.
fn by_documents(context: &Context<'_>, known: &BTreeSet<Option<usize>>) -> Vec<Finding> {
    let fitting = context.testimonies().filter(|testimony| !testimony.comparison.matches.is_empty());
    let fitting: Vec<&Testimony> = fitting.collect();
    let mut findings = Vec::new();
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    for testimony in &fitting {
        let undocumented = testimony.comparison.undocumented.iter().filter(|index| !known.contains(&Some(**index)));
        let missing: Vec<(Template, RouteView<'_>)> = undocumented
            .filter_map(|index| context.route(*index))
            .filter(|view| fitting.iter().all(|other| says_nothing_of(other, view)) && seen.insert(view.index))
            .map(|view| (Template::of(&view.route.path), view))
            .collect();
        let all = fitting.iter().flat_map(|testimony| {
            let prefix = testimony.comparison.prefix.template();
            let operations = testimony.description.operations.iter();
            operations.map(|operation| operation.template.behind(prefix).described())
        });
        let areas = areas(missing, &all.collect()).into_iter();
        findings.extend(areas.filter_map(|(area, views)| not_described(context, testimony, &area, &views)));
    }
    findings
}

fn says_nothing_of(testimony: &Testimony, view: &RouteView<'_>) -> bool {
    let comparison = &testimony.comparison;
    !comparison.programs.contains(&view.route.program) || comparison.undocumented.contains(&view.index)
}

fn not_described(
    context: &Context<'_>,
    testimony: &Testimony,
    area: &Template,
    views: &[RouteView<'_>],
) -> Option<Finding> {
    let first = views.first()?;
    let head = testimony.description.head;
    let descriptions = context.testimonies().filter(|other| other.comparison.programs.contains(&first.route.program));
    let by = match descriptions.count() {
        1 => format!("`{}` doesn't describe", context.sources.path(head.file)),
        _ => "no API description describes".to_owned(),
    };
    let finding = match views {
        [only] => Finding::new(&RULE, format!("`{}` is served, but {by} it", only.title())),
        several if is_one_path(several) => {
            let methods = quoted(several.iter().map(|view| view.route.method.as_str()));
            Finding::new(&RULE, format!("{methods} are served at `{area}`, but {by} them"))
        }
        several => {
            let count = counted(several.len(), "route");
            Finding::new(&RULE, format!("{count} are served at and below `{area}`, but {by} them"))
                .severity(Severity::Note)
        }
    };
    let finding = finding.about_route(first.index).at(first.handler().span, "the handler");
    let finding = finding.also_at(first.registration(), "registered here");
    let finding = views
        .iter()
        .skip(1)
        .take(MAX_MARKED - 1)
        .fold(finding, |finding, view| finding.also(view.handler().span, format!("answers `{}`", view.title())));
    let finding = finding.also(head, "the API description");
    Some(match &first.route.documentation {
        Documentation::Documented(operation) => finding.also(operation.span, "its operation").help(
            "its operation stands in the code: generate the description anew, or leave it out on purpose and say so in a suppression",
        ),
        _ => finding.help("describe it, or leave it out on purpose and say so in a suppression"),
    })
}

fn is_one_path(views: &[RouteView<'_>]) -> bool {
    views.windows(2).all(|pair| pair.first().map(|view| &view.route.path) == pair.last().map(|view| &view.route.path))
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
