//! Findings for people.

use std::collections::BTreeMap;
use std::io::{self, Write};

use codespan_reporting::diagnostic::{Diagnostic, Label, LabelStyle, Severity as Shown};
use codespan_reporting::term::termcolor::Buffer;
use codespan_reporting::term::{self, Config, Styles, StylesWriter};

use super::Coverage;
use super::escape::{visible, visible_lines};
use super::excerpt::Excerpts;
use super::plain::headline;
use super::{Lines, Results};
use crate::resolve::Inventory;
use crate::rule::engine::list::{counted, joined};
use crate::rule::{Finding, Outcome, Severity};
use crate::source::Span;

/// Whether output is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// With escape sequences.
    On,
    /// Plain text.
    Off,
}

/// How many routes of a group are named.
const NAMED: usize = 8;

/// Writes every finding with the places that it is about. Findings that say the same of several routes at one place are written once, with
/// the other routes named.
pub fn write_findings(
    out: &mut dyn Write,
    findings: &[Finding],
    inventory: &Inventory,
    lines: &Lines<'_>,
    colour: Colour,
) -> io::Result<()> {
    let config = Config::default();
    let styles = Styles::default();
    for group in groups(findings) {
        let mut buffer = match colour {
            Colour::On => Buffer::ansi(),
            Colour::Off => Buffer::no_color(),
        };
        let (excerpts, diagnostic) = diagnostic(&group, inventory, lines);
        term::emit_to_write_style(&mut StylesWriter::new(&mut buffer, &styles), &config, &excerpts, &diagnostic)
            .map_err(io::Error::other)?;
        out.write_all(buffer.as_slice())?;
    }
    Ok(())
}

/// Writes the findings of all services, each with what its run came to; a heading above each where there are several.
pub fn write(out: &mut dyn Write, all: &[Results<'_>], colour: Colour, quiet: bool) -> io::Result<()> {
    for (at, results) in all.iter().enumerate() {
        if let Some(service) = results.service {
            writeln!(out, "{}service {}\n", if at == 0 { "" } else { "\n" }, visible(service))?;
        }
        write_findings(out, &results.outcome.findings, &results.surface.inventory, results.lines, colour)?;
        if !quiet {
            write_summary(out, results.outcome, &Coverage::of(results.surface))?;
        }
    }
    write_total(out, all, quiet)
}

/// Writes what the runs came to, service by service.
pub fn write_summaries(out: &mut dyn Write, all: &[Results<'_>], quiet: bool) -> io::Result<()> {
    for results in all.iter().filter(|_| !quiet) {
        if let Some(service) = results.service {
            writeln!(out, "service {}", visible(service))?;
        }
        write_summary(out, results.outcome, &Coverage::of(results.surface))?;
    }
    write_total(out, all, quiet)
}

fn write_total(out: &mut dyn Write, all: &[Results<'_>], quiet: bool) -> io::Result<()> {
    if quiet || all.iter().all(|results| results.service.is_none()) {
        return Ok(());
    }
    let findings: usize = all.iter().map(|results| results.outcome.findings.len()).sum();
    let found = if findings == 0 { "no findings".to_owned() } else { counted(findings, "finding") };
    writeln!(out, "\n{}: {found}", counted(all.len(), "service"))
}

/// A finding, and those that say the same of other routes.
struct Group<'a> {
    first: &'a Finding,
    others: Vec<&'a Finding>,
}

fn groups(findings: &[Finding]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut by_place = BTreeMap::new();
    for finding in findings {
        let place = finding.route.and(finding.primary.as_ref()).map(|label| label.span);
        let Some(place) = place else {
            groups.push(Group { first: finding, others: Vec::new() });
            continue;
        };
        let said = (finding.rule, finding.severity, finding.confidence, place, &finding.help);
        match by_place.entry(said).or_insert(groups.len()) {
            at if *at == groups.len() => groups.push(Group { first: finding, others: Vec::new() }),
            at => groups.get_mut(*at).into_iter().for_each(|group| group.others.push(finding)),
        }
    }
    groups
}

fn diagnostic(group: &Group<'_>, inventory: &Inventory, lines: &Lines<'_>) -> (Excerpts, Diagnostic<usize>) {
    let finding = group.first;
    let spans: Vec<Span> = finding.labels().map(|label| label.span).collect();
    let (excerpts, places) = Excerpts::of(lines, &spans);
    let labels = finding.labels().zip(places).enumerate().map(|(index, (label, place))| {
        let style = if index == 0 { LabelStyle::Primary } else { LabelStyle::Secondary };
        Label::new(style, place.file, place.range).with_message(visible(&label.text))
    });
    let help = finding.help.iter().map(|help| format!("help: {}", visible_lines(help)));
    let diagnostic = Diagnostic::new(shown_severity(finding.severity))
        .with_code(finding.rule)
        .with_message(headline(finding))
        .with_labels(labels.collect())
        .with_notes(others(group, inventory).into_iter().chain(help).collect());
    (excerpts, diagnostic)
}

fn others(group: &Group<'_>, inventory: &Inventory) -> Option<String> {
    let titles: Vec<String> = group
        .others
        .iter()
        .filter_map(|finding| inventory.routes.get(finding.route?))
        .map(|route| format!("`{} {}`", visible(&route.method), visible(&route.path)))
        .collect();
    if titles.is_empty() {
        return None;
    }
    let unnamed = titles.len().saturating_sub(NAMED);
    let rest =
        if unnamed == 0 { String::new() } else { format!(", and {unnamed} more (`--format json` has them all)") };
    let named: Vec<String> = titles.into_iter().take(NAMED).collect();
    Some(format!("the same: {}{rest}", named.join(", ")))
}

fn shown_severity(severity: Severity) -> Shown {
    match severity {
        Severity::Note => Shown::Note,
        Severity::Warning => Shown::Warning,
        Severity::Error => Shown::Error,
    }
}

/// Writes what the run came to: one line for the findings, one for what was seen and what wasn't.
pub fn write_summary(out: &mut dyn Write, outcome: &Outcome, coverage: &Coverage) -> io::Result<()> {
    let count = |severity| outcome.findings.iter().filter(|finding| finding.severity == severity).count();
    let counts = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")];
    let found: Vec<String> = counts
        .iter()
        .map(|(severity, noun)| (count(*severity), noun))
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| counted(count, noun))
        .collect();
    let found = if found.is_empty() { "no findings".to_owned() } else { joined(found) };
    let beside = [(outcome.suppressed.len(), "suppressed"), (outcome.known, "in the baseline")];
    let beside: Vec<String> =
        beside.iter().filter(|(count, _)| *count > 0).map(|(count, how)| format!("{count} {how}")).collect();
    let beside = if beside.is_empty() { String::new() } else { format!(" ({})", beside.join(", ")) };
    let fixable = outcome.findings.iter().filter(|finding| finding.fix.is_some()).count();
    let fixable = if fixable == 0 { String::new() } else { format!("; {fixable} can be settled with `--fix`") };
    writeln!(out, "{found}{beside}{fixable}")?;
    writeln!(out, "{}", self::coverage(coverage))
}

/// What was seen and what was not, on one line.
pub fn coverage(coverage: &Coverage) -> String {
    let mut parts = vec![
        format!("{} in {}", counted(coverage.routes, "route"), counted(coverage.programs, "program")),
        format!("{} ({} parsed)", counted(coverage.files, "file"), coverage.parsed_files),
        counted(coverage.guards, "guard"),
    ];
    let gaps = [
        (coverage.unparsed_files, "not parsable"),
        (coverage.unmapped_guards, "not mapped"),
        (coverage.unresolved, "unresolved"),
        (coverage.opaque, "opaque"),
        (coverage.dead_routers, "not mounted"),
        (coverage.unknown_answers, "of handlers not known"),
    ];
    let nouns = ["file", "guard", "place", "service", "router", "answer"];
    let missed: Vec<String> = gaps
        .iter()
        .zip(nouns)
        .filter(|((count, _), _)| *count > 0)
        .map(|((count, gap), noun)| format!("{} {gap}", counted(*count, noun)))
        .collect();
    let missed = if missed.is_empty() { "nothing left out".to_owned() } else { missed.join(", ") };
    parts.push(missed);
    parts.join("; ")
}
