//! The report in Markdown, for wikis and pull requests: what was seen, who may call what, what each scope opens, what was found.

use std::collections::BTreeMap;
use std::io::{self, Write};

use route_role_policy::PrincipalKind;

use super::service::{ConfidenceReport, FindingReport, ServiceReport};
use super::{Fleet, matrix};
use crate::report::markdown::{code, escaped};
use crate::report::terminal;
use crate::rule::engine::list::counted;

/// Writes the report. With several services each has a chapter, and what their keys can do stands in front.
pub fn write(out: &mut dyn Write, fleet: &Fleet) -> io::Result<()> {
    writeln!(out, "# Who may call what\n")?;
    if let [service] = fleet.services() {
        writeln!(out, "{}.", escaped(&terminal::coverage(&service.coverage)))?;
        write_routes(out, service, "##")?;
        write_scopes(out, fleet)?;
        return write_findings(out, service, "##");
    }
    write_services(out, fleet)?;
    write_scopes(out, fleet)?;
    for service in fleet.services() {
        writeln!(out, "\n## {}\n\n{}.", code(&service.name), escaped(&terminal::coverage(&service.coverage)))?;
        write_routes(out, service, "###")?;
        write_findings(out, service, "###")?;
    }
    Ok(())
}

fn write_services(out: &mut dyn Write, fleet: &Fleet) -> io::Result<()> {
    writeln!(out, "| service | routes | open to everyone | accept API keys | findings |\n|---|---|---|---|---|")?;
    for service in fleet.services() {
        let count = |is_one: &dyn Fn(&route_role_policy::Access) -> bool| {
            service.routes.iter().filter(|route| is_one(&route.access.access(&service.ladders))).count()
        };
        writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            code(&service.name),
            service.routes.len(),
            count(&|access| access.is_open()),
            count(&|access| access.accepting(&PrincipalKind::API_KEY).next().is_some()),
            service.open_findings().len()
        )?;
    }
    Ok(())
}

fn write_routes(out: &mut dyn Write, service: &ServiceReport, level: &str) -> io::Result<()> {
    let kinds = &service.principals;
    let names: Vec<String> = kinds.iter().map(|kind| code(kind)).collect();
    for program in &service.programs {
        writeln!(out, "\n{level} {}\n\n| route | {} | findings |", code(program), names.join(" | "))?;
        writeln!(out, "|---|{}---|", "---|".repeat(kinds.len()))?;
        for route in service.routes.iter().filter(|route| route.program == *program) {
            let cells: Vec<String> =
                kinds.iter().map(|kind| shown(&matrix::cell(route, &service.ladders, kind))).collect();
            let findings = match route.open_findings().count() {
                0 => String::new(),
                count => count.to_string(),
            };
            writeln!(out, "| {} | {} | {findings} |", code(&route.title()), cells.join(" | "))?;
        }
    }
    Ok(())
}

fn shown(cell: &str) -> String {
    match cell {
        "yes" | "no" | "perhaps" | "unknown" => cell.to_owned(),
        needs => code(needs),
    }
}

/// For each scope, the routes that an API key may call with it, service by service.
fn write_scopes(out: &mut dyn Write, fleet: &Fleet) -> io::Result<()> {
    let keys = PrincipalKind::API_KEY;
    let mut by_scope: BTreeMap<String, BTreeMap<&str, Vec<String>>> = BTreeMap::new();
    for service in fleet.services() {
        for route in &service.routes {
            let title = route.title();
            let access = route.access.access(&service.ladders);
            for scope in access.accepting(&keys).flat_map(|way| way.named_scopes()) {
                let titles = by_scope.entry(scope.to_string()).or_default().entry(&service.name).or_default();
                if titles.last() != Some(&title) {
                    titles.push(title.clone());
                }
            }
        }
    }
    if by_scope.is_empty() {
        return Ok(());
    }
    let is_one = fleet.services().len() == 1;
    let heading = if is_one { "| scope | routes" } else { "| scope | service | routes" };
    let rule = if is_one { "|---|---|" } else { "|---|---|---|" };
    writeln!(out, "\n## What an API key can do with each scope\n\n{heading} that ask for it |\n{rule}")?;
    for (scope, services) in by_scope {
        for (service, titles) in services {
            let titles: Vec<String> = titles.iter().map(|title| code(title)).collect();
            let service = if is_one { String::new() } else { format!(" {} |", code(service)) };
            writeln!(out, "| {} |{service} {} |", code(&scope), titles.join("<br>"))?;
        }
    }
    Ok(())
}

fn write_findings(out: &mut dyn Write, service: &ServiceReport, level: &str) -> io::Result<()> {
    let findings = service.open_findings();
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{level} {}\n", counted(findings.len(), "finding"))?;
    for finding in findings {
        let place = finding.places.first().map(|remark| {
            let place = &remark.place;
            format!(" ({})", code(&format!("{}:{}", place.file, place.line)))
        });
        writeln!(out, "* {} {}{}", code(&finding.rule), code(&headline(finding)), place.unwrap_or_default())?;
    }
    Ok(())
}

fn headline(finding: &FindingReport) -> String {
    match finding.confidence {
        ConfidenceReport::Low => format!("{} (low confidence)", finding.message),
        ConfidenceReport::Medium | ConfidenceReport::High => finding.message.clone(),
    }
}
