//! The matrix as comma-separated values.

use std::io::{self, Write};

use super::{Permissions, matrix};
use crate::report::csv::write_record;

/// Writes a heading, and a line per route.
pub fn write(out: &mut dyn Write, permissions: &Permissions<'_>) -> io::Result<()> {
    let Permissions { surface, lines, .. } = *permissions;
    let kinds = matrix::kinds(surface);
    let mut heading = vec!["program", "method", "path"];
    heading.extend(kinds.iter().map(|kind| kind.as_str()));
    heading.extend(["findings", "handler", "file", "line"]);
    write_record(out, &heading)?;
    for (index, (route, row)) in surface.inventory.routes.iter().zip(&surface.rows).enumerate() {
        let program = surface.inventory.programs.get(route.program).map_or("", |program| program.name.as_str());
        let span = route.handler.span;
        let mut record = vec![program.to_owned(), route.method.clone(), route.path.clone()];
        record.extend(kinds.iter().map(|kind| matrix::cell(row, kind)));
        record.push(permissions.findings_of(index).to_string());
        record.push(route.handler.name.clone());
        record.push(lines.sources().path(span.file).to_owned());
        record.push(lines.position(span).line.to_string());
        write_record(out, &record.iter().map(String::as_str).collect::<Vec<_>>())?;
    }
    Ok(())
}
