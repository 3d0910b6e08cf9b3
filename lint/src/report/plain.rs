//! A finding in plain text, for formats that have no place for its parts.

use super::Results;
use super::escape::{visible, visible_lines};
use crate::rule::{Confidence, Finding};
use crate::source::Span;

/// What is wrong, on one line.
pub(super) fn headline(finding: &Finding) -> String {
    let message = visible(&finding.message);
    match finding.confidence {
        Confidence::Low => format!("{message} (low confidence)"),
        Confidence::Medium | Confidence::High => message.into_owned(),
    }
}

/// Every place with its remark, then what to do; a line each.
pub(super) fn details(finding: &Finding, results: &Results<'_>) -> Vec<String> {
    let places = finding.labels().map(|label| format!("{}: {}", place(label.span, results), visible(&label.text)));
    let help = finding.help.iter().map(|help| format!("help: {}", visible_lines(help)));
    places.chain(help).collect()
}

/// `src/a.rs:3:7`.
pub(super) fn place(span: Span, results: &Results<'_>) -> String {
    let start = results.start(span);
    format!("{}:{}:{}", visible(&results.path(span.file)), start.line, start.column)
}
