//! The report in Markdown, for wikis and pull requests: what was seen, who may call what, what each scope opens, what was found.

use std::collections::BTreeMap;
use std::io::{self, Write};

use route_role_policy::PrincipalKind;

use super::{Permissions, matrix};
use crate::report::markdown::{code, escaped};
use crate::report::{Coverage, plain, terminal};
use crate::rule::engine::list::counted;

/// Writes the report.
pub fn write(out: &mut dyn Write, permissions: &Permissions<'_>) -> io::Result<()> {
    let coverage = Coverage::of(permissions.surface);
    writeln!(out, "# Who may call what\n\n{}.", escaped(&terminal::coverage(&coverage)))?;
    write_routes(out, permissions)?;
    write_scopes(out, permissions)?;
    write_findings(out, permissions)
}

fn write_routes(out: &mut dyn Write, permissions: &Permissions<'_>) -> io::Result<()> {
    let surface = permissions.surface;
    let kinds = matrix::kinds(surface);
    let names: Vec<String> = kinds.iter().map(|kind| code(kind.as_str())).collect();
    for (index, program) in surface.inventory.programs.iter().enumerate() {
        writeln!(out, "\n## {}\n\n| route | {} | findings |", code(&program.name), names.join(" | "))?;
        writeln!(out, "|---|{}---|", "---|".repeat(kinds.len()))?;
        let rows = surface.inventory.routes.iter().zip(&surface.rows).enumerate();
        for (number, (route, row)) in rows.filter(|(_, (route, _))| route.program == index) {
            let cells: Vec<String> = kinds.iter().map(|kind| shown(&matrix::cell(row, kind))).collect();
            let findings = match permissions.findings_of(number) {
                0 => String::new(),
                count => count.to_string(),
            };
            let title = code(&format!("{} {}", route.method, route.path));
            writeln!(out, "| {title} | {} | {findings} |", cells.join(" | "))?;
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

/// For each scope, the routes that an API key may call with it.
fn write_scopes(out: &mut dyn Write, permissions: &Permissions<'_>) -> io::Result<()> {
    let surface = permissions.surface;
    let keys = PrincipalKind::API_KEY;
    let mut by_scope: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (route, row) in surface.inventory.routes.iter().zip(&surface.rows) {
        let title = format!("{} {}", route.method, route.path);
        for scope in row.access.accepting(&keys).flat_map(|way| way.named_scopes()) {
            let titles = by_scope.entry(scope.as_str()).or_default();
            if titles.last() != Some(&title) {
                titles.push(title.clone());
            }
        }
    }
    if by_scope.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## What an API key can do with each scope\n\n| scope | routes that ask for it |\n|---|---|")?;
    for (scope, titles) in by_scope {
        let titles: Vec<String> = titles.iter().map(|title| code(title)).collect();
        writeln!(out, "| {} | {} |", code(scope), titles.join("<br>"))?;
    }
    Ok(())
}

fn write_findings(out: &mut dyn Write, permissions: &Permissions<'_>) -> io::Result<()> {
    let findings = &permissions.outcome.findings;
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## {}\n", counted(findings.len(), "finding"))?;
    let lines = permissions.lines;
    for finding in findings {
        let place = finding.primary.as_ref().map(|label| {
            let path = lines.sources().path(label.span.file);
            format!(" ({})", code(&format!("{path}:{}", lines.position(label.span).line)))
        });
        let message = code(&plain::headline(finding));
        writeln!(out, "* {} {message}{}", code(finding.rule), place.unwrap_or_default())?;
    }
    Ok(())
}
