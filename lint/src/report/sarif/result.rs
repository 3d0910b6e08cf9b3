//! Findings.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Text;
use super::location::{ArtifactLocation, Location, Region};
use crate::report::{Results, plain};
use crate::rule::{self, Finding, Fix, Outcome, Suppressed};
use crate::source::FileId;

/// What this format calls a result.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Fault<'a> {
    rule_id: &'a str,
    rule_index: Option<usize>,
    level: &'static str,
    message: Text,
    locations: Vec<Location<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Change>,
    suppressions: Vec<Suppression<'a>>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "routeRole/v1")]
    digest: String,
}

#[derive(Serialize)]
struct Properties<'a> {
    confidence: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    program: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    description: Text,
    artifact_changes: Vec<ArtifactChange>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    /// As it is: this is what is put into the file.
    inserted_content: Text,
}

#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    status: &'static str,
    justification: String,
    location: Location<'a>,
}

/// Something about the run as a whole.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Notification {
    level: &'static str,
    message: Text,
    associated_rule: RuleReference,
}

#[derive(Serialize)]
struct RuleReference {
    id: &'static str,
    index: Option<usize>,
}

/// The findings that have a place; services that read this format refuse others.
pub(super) fn results<'a>(results: &Results<'a>) -> Vec<Fault<'a>> {
    let Outcome { findings, suppressed, .. } = results.outcome;
    let mut digests = results.fingerprints();
    let of_suppressed = digests.split_off(findings.len().min(digests.len()));
    let standing = findings.iter().zip(digests).filter_map(|(finding, digest)| fault(finding, digest, results));
    let suppressed = suppressed.iter().zip(of_suppressed).filter_map(|(known, digest)| {
        let fault = fault(&known.finding, digest, results)?;
        Some(Fault { suppressions: vec![suppression(known, results)], ..fault })
    });
    standing.chain(suppressed).collect()
}

/// The findings without a place.
pub(super) fn notifications(results: &Results<'_>) -> Vec<Notification> {
    let placeless = results.outcome.findings.iter().filter(|finding| results.place(finding).is_none());
    placeless
        .map(|finding| Notification {
            level: finding.severity.keyword(),
            message: message(finding),
            associated_rule: RuleReference { id: finding.rule, index: index_of(finding.rule) },
        })
        .collect()
}

fn fault<'a>(finding: &'a Finding, digest: String, results: &Results<'a>) -> Option<Fault<'a>> {
    let route = finding.route.and_then(|index| results.surface.inventory.routes.get(index));
    let program = route.and_then(|route| results.surface.inventory.programs.get(route.program));
    let mut place = Location::at(results.place(finding)?, results);
    if let Some(label) = &finding.primary {
        place = place.saying(&label.text);
    }
    if let Some(route) = route {
        place = place.in_function(&route.handler.name);
    }
    let related = finding.related.iter().enumerate();
    Some(Fault {
        rule_id: finding.rule,
        rule_index: index_of(finding.rule),
        level: finding.severity.keyword(),
        message: message(finding),
        locations: vec![place],
        related_locations: related.map(|(index, label)| Location::related(index + 1, label, results)).collect(),
        partial_fingerprints: Fingerprints { digest },
        fixes: finding.fix.iter().map(|fix| change(fix, results)).collect(),
        suppressions: Vec::new(),
        properties: Properties {
            confidence: finding.confidence.keyword(),
            method: route.map(|route| route.method.as_str()),
            path: route.map(|route| route.path.as_str()),
            program: program.map(|program| program.name.as_str()),
        },
    })
}

fn index_of(name: &str) -> Option<usize> {
    rule::ALL.iter().position(|rule| rule.name == name)
}

fn message(finding: &Finding) -> Text {
    let help = finding.help.iter().map(|help| format!("\nhelp: {help}"));
    Text::of(&std::iter::once(plain::headline(finding)).chain(help).collect::<String>())
}

fn change(fix: &Fix, results: &Results<'_>) -> Change {
    let mut by_file: BTreeMap<FileId, Vec<Replacement>> = BTreeMap::new();
    for edit in &fix.edits {
        by_file.entry(edit.span.file).or_default().push(Replacement {
            deleted_region: Region::of(edit.span, results),
            inserted_content: Text::ours(edit.replacement.as_str()),
        });
    }
    let changes = by_file.into_iter().map(|(file, replacements)| ArtifactChange {
        artifact_location: ArtifactLocation::of(file, results),
        replacements,
    });
    Change { description: Text::of(&fix.title), artifact_changes: changes.collect() }
}

fn suppression<'a>(known: &Suppressed, results: &Results<'_>) -> Suppression<'a> {
    Suppression {
        kind: "inSource",
        status: "accepted",
        justification: Text::of(&known.reason).text,
        location: Location::at(known.by, results),
    }
}
