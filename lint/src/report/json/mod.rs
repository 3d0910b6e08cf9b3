//! Reports for programs. The schemas beside this module are the contract; a test checks real output against them.

mod access;
mod finding;
mod route;

use std::io::{self, Write};

use serde::Serialize;

use super::{Coverage, Lines, Results};
use crate::baseline::Fingerprint;
use crate::surface::Surface;

/// The version of both documents. It changes when something that a consumer may rely on does.
const VERSION: u32 = 1;

/// The JSON Schema of what `check --format json` prints.
pub const FINDINGS_SCHEMA: &str = include_str!("../schema/findings.schema.json");
/// The JSON Schema of what `routes --format json` prints.
pub const ROUTES_SCHEMA: &str = include_str!("../schema/routes.schema.json");

#[derive(Serialize)]
struct FindingsDocument<'a> {
    version: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    services: Vec<Service<'a>>,
    findings: Vec<finding::Finding<'a>>,
    suppressed: usize,
    known: usize,
    stale: Vec<&'a Fingerprint>,
    coverage: Coverage,
}

/// One of several services.
#[derive(Serialize)]
struct Service<'a> {
    service: &'a str,
    suppressed: usize,
    known: usize,
    coverage: Coverage,
}

impl<'a> Service<'a> {
    fn of(results: &Results<'a>) -> Option<Self> {
        Some(Self {
            service: results.service?,
            suppressed: results.outcome.suppressed.len(),
            known: results.outcome.known,
            coverage: Coverage::of(results.surface),
        })
    }
}

#[derive(Serialize)]
struct RoutesDocument<'a> {
    version: u32,
    routes: Vec<route::Route<'a>>,
    coverage: Coverage,
}

/// Writes findings, and the entries of a baseline that nothing matches any more. What is counted is counted over all services.
pub fn write_findings(out: &mut dyn Write, all: &[Results<'_>]) -> io::Result<()> {
    let findings = all
        .iter()
        .flat_map(|results| results.outcome.findings.iter().map(|finding| finding::Finding::of(finding, results)));
    write(
        out,
        &FindingsDocument {
            version: VERSION,
            services: all.iter().filter_map(Service::of).collect(),
            findings: findings.collect(),
            suppressed: all.iter().map(|results| results.outcome.suppressed.len()).sum(),
            known: all.iter().map(|results| results.outcome.known).sum(),
            stale: all.iter().flat_map(|results| results.stale).collect(),
            coverage: all.iter().map(|results| Coverage::of(results.surface)).fold(Coverage::default(), Coverage::and),
        },
    )
}

/// Writes the inventory.
pub fn write_routes(out: &mut dyn Write, surface: &Surface, lines: &Lines<'_>) -> io::Result<()> {
    let rows = surface.inventory.routes.iter().zip(&surface.rows);
    let routes = rows.map(|(route, row)| route::Route::of(route, row, surface, lines)).collect();
    write(out, &RoutesDocument { version: VERSION, routes, coverage: Coverage::of(surface) })
}

fn write<T: Serialize>(out: &mut dyn Write, document: &T) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document).map_err(io::Error::from)?;
    writeln!(out)
}

/// A place in a file.
#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    line: u32,
    column: u32,
}

impl<'a> Place<'a> {
    fn of(span: crate::source::Span, lines: &Lines<'a>) -> Self {
        let position = lines.position(span);
        Self { file: lines.sources().path(span.file), line: position.line, column: position.column }
    }
}
