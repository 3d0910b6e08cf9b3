//! A router, path or handler could not be resolved, so routes may be missing from the answer.
//!
//! ## What it does
//!
//! Reports every place where the evaluation of routers had to stop: a path that is known only when the program runs, a router from code that isn't part of the tree, a handler that can't be followed. As
//! notes it also lists services that can't be looked into, and routers that nothing mounts, whose routes are left out because no program serves them.
//!
//! ## Why it matters
//!
//! A linter that silently leaves out what it can't follow gives false comfort. What is listed here is what has to be read by a person.
//!
//! ## Bad
//!
//! ```rs
//! let path = std::env::var("ADMIN_PATH")?;
//! Router::new().nest(&path, admin::router())
//! ```
//!
//! ## Good
//!
//! ```rs
//! const ADMIN_PATH: &str = "/admin";
//! Router::new().nest(ADMIN_PATH, admin::router())
//! ```
//!
//! ## How to fix
//!
//! State the path or the router where it can be read: a constant, a literal, a function of the tree. Mount a router that nothing mounts, or delete it.
//!
//! ## How to suppress
//!
//! At the place that is reported, or accept all gaps of a run with `--allow-incomplete`:
//!
//! ```rs
//! // route-role: allow(unresolved-route) -- the plug-in's routes are checked in its own repository
//! ```

use super::{Check, Context, Finding, Rule, Severity, Subject};
use crate::resolve::{Note, NoteKind};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "unresolved-route",
    subject: Subject::Coverage,
    severity: Severity::Warning,
    needs_policy: false,
    since: "0.1.0",
    source: include_str!("unresolved_route.rs"),
    check: Check::Surface(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.inventory().notes.iter().filter_map(report).collect()
}

fn report(note: &Note) -> Option<Finding> {
    let (severity, label) = match note.kind {
        NoteKind::Unresolved => (Severity::Warning, "not resolved"),
        NoteKind::Opaque => (Severity::Note, "can't be looked into"),
        NoteKind::DeadRouter => (Severity::Note, "nothing mounts this"),
        NoteKind::SyntaxError | NoteKind::InvalidAttribute => return None,
    };
    let finding = Finding::new(&RULE, note.message.clone()).severity(severity);
    let finding = match note.span {
        Some(span) => finding.at(span, label),
        None => finding,
    };
    Some(match &note.help {
        Some(help) => finding.help(help.clone()),
        None => finding,
    })
}
