//! A file, or a part of it, is no valid source text and was left out.
//!
//! ## What it does
//!
//! Reports every source file that could not be read or parsed: a syntax error, bytes that aren't UTF-8, a file over the size limit. The rest of the tree is linted.
//!
//! ## Why it matters
//!
//! Routes and guards in such a file are missing from the answer.
//!
//! ## Bad
//!
//! ```rs
//! async fn list_cases( -> Json<Vec<Case>> { /* … */ }
//! ```
//!
//! ## Good
//!
//! ```rs
//! async fn list_cases() -> Json<Vec<Case>> { /* … */ }
//! ```
//!
//! ## How to fix
//!
//! Correct the file. If it isn't meant to be compiled, leave it out with `paths: { exclude: [...] }` in the policy. If the compiler accepts it, the linter is
//! behind the language: please report it.
//!
//! ## How to suppress
//!
//! Comments in a file that can't be parsed are still read:
//!
//! ```rs
//! // route-role: allow(syntax-error) -- a template, filled in when the project is generated
//! ```

use super::{Check, Context, Finding, Rule, Severity, Subject};
use crate::resolve::NoteKind;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "syntax-error",
    subject: Subject::Coverage,
    severity: Severity::Warning,
    needs_policy: false,
    since: "0.1.0",
    source: include_str!("syntax_error.rs"),
    check: Check::Surface(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let notes = context.inventory().notes.iter().filter(|note| note.kind == NoteKind::SyntaxError);
    notes
        .map(|note| {
            let finding = Finding::new(&RULE, note.message.clone()).help(
                note.help
                    .clone()
                    .unwrap_or_else(|| "routes and guards in this file are not part of the answer".to_owned()),
            );
            match note.span {
                Some(span) => finding.at(span, "here"),
                None => finding,
            }
        })
        .collect()
}
