//! Findings as a code quality report of GitLab.

use std::io::{self, Write};

use serde::Serialize;

use super::escape::visible;
use super::{Results, plain};
use crate::rule::{Finding, Severity};

#[derive(Serialize)]
struct Issue {
    #[serde(rename = "type")]
    kind: &'static str,
    check_name: &'static str,
    description: String,
    categories: [&'static str; 1],
    severity: &'static str,
    fingerprint: String,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Writes the findings that stand.
pub fn write(out: &mut dyn Write, all: &[Results<'_>]) -> io::Result<()> {
    let issues: Vec<Issue> = all.iter().flat_map(issues).collect();
    serde_json::to_writer_pretty(&mut *out, &issues).map_err(io::Error::from)?;
    writeln!(out)
}

fn issues(results: &Results<'_>) -> Vec<Issue> {
    let findings = results.outcome.findings.iter().zip(results.fingerprints());
    findings.map(|(finding, fingerprint)| issue(finding, fingerprint, results)).collect()
}

fn issue(finding: &Finding, fingerprint: String, results: &Results<'_>) -> Issue {
    let help = finding.help.iter().map(|help| format!("; {}", visible(help)));
    Issue {
        kind: "issue",
        check_name: finding.rule,
        description: std::iter::once(plain::headline(finding)).chain(help).collect(),
        categories: ["Security"],
        severity: severity(finding.severity),
        fingerprint,
        location: location(finding, results),
    }
}

fn location(finding: &Finding, results: &Results<'_>) -> Location {
    match results.place(finding) {
        Some(span) => Location {
            path: visible(&results.path(span.file)).into_owned(),
            lines: Lines { begin: results.start(span).line, end: results.end(span).line },
        },
        // Every issue has to lie somewhere.
        None => Location { path: ".".to_owned(), lines: Lines { begin: 1, end: 1 } },
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "info",
        Severity::Warning => "major",
        Severity::Error => "critical",
    }
}
