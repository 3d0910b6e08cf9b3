//! A finding as JSON.

use serde::Serialize;

use super::{Lines, Place, Results};
use crate::rule;

#[derive(Serialize)]
pub(super) struct Finding<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<&'a str>,
    rule: &'a str,
    severity: &'static str,
    confidence: &'static str,
    message: &'a str,
    method: Option<&'a str>,
    path: Option<&'a str>,
    handler: Option<&'a str>,
    program: Option<&'a str>,
    file: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    label: Option<&'a str>,
    related: Vec<Related<'a>>,
    help: Option<&'a str>,
    fix: Option<Fix<'a>>,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    start: u32,
    end: u32,
    replacement: &'a str,
}

#[derive(Serialize)]
struct Related<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    message: &'a str,
}

impl<'a> Finding<'a> {
    pub(super) fn of(finding: &'a rule::Finding, results: &Results<'a>) -> Self {
        let Results { surface, lines, service, .. } = *results;
        let route = finding.route.and_then(|index| surface.inventory.routes.get(index));
        let program = route.and_then(|route| surface.inventory.programs.get(route.program));
        let place = finding.primary.as_ref().map(|label| Place::of(label.span, lines));
        Self {
            service,
            rule: finding.rule,
            severity: finding.severity.keyword(),
            confidence: finding.confidence.keyword(),
            message: &finding.message,
            method: route.map(|route| route.method.as_str()),
            path: route.map(|route| route.path.as_str()),
            handler: route.map(|route| route.handler.name.as_str()),
            program: program.map(|program| program.name.as_str()),
            line: place.as_ref().map(|place| place.line),
            column: place.as_ref().map(|place| place.column),
            file: place.map(|place| place.file),
            label: finding.primary.as_ref().map(|label| label.text.as_str()),
            related: finding
                .related
                .iter()
                .map(|label| Related { place: Place::of(label.span, lines), message: &label.text })
                .collect(),
            help: finding.help.as_deref(),
            fix: finding.fix.as_ref().map(|fix| Fix {
                title: &fix.title,
                edits: fix.edits.iter().map(|edit| Edit::of(edit, lines)).collect(),
            }),
        }
    }
}

impl<'a> Edit<'a> {
    fn of(edit: &'a rule::Edit, lines: &Lines<'a>) -> Self {
        let span = edit.span;
        Self { place: Place::of(span, lines), start: span.start, end: span.end, replacement: &edit.replacement }
    }
}
