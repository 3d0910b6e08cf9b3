//! The inventory as a table to read.

use std::io::{self, Write};
use std::sync::Arc;

use super::Lines;
use super::access;
use super::escape::visible;
use crate::resolve::{Condition, Documentation, Guard, Route};
use crate::surface::{RouteSurface, Surface};

const HEADINGS: [&str; COLUMNS] = ["METHOD", "PATH", "ACCESS", "GUARDS", "HANDLER", "PLACE"];
const COLUMNS: usize = 6;
/// A cell that is wider doesn't widen its column: one long path must not push everything else out of sight.
const WIDEST: usize = 60;

/// Writes one table per program.
pub fn write(out: &mut dyn Write, surface: &Surface, lines: &Lines<'_>) -> io::Result<()> {
    let programs = &surface.inventory.programs;
    for (index, program) in programs.iter().enumerate() {
        let rows: Vec<[String; COLUMNS]> = surface
            .inventory
            .routes
            .iter()
            .zip(&surface.rows)
            .filter(|(route, _)| route.program == index)
            .map(|(route, row)| cells(route, row, lines))
            .collect();
        if programs.len() > 1 {
            let separator = if index > 0 { "\n" } else { "" };
            writeln!(
                out,
                "{separator}{} ({})",
                visible(&program.name),
                crate::rule::engine::list::counted(rows.len(), "route")
            )?;
        }
        write_table(out, &rows)?;
    }
    Ok(())
}

fn cells(route: &Route, row: &RouteSurface, lines: &Lines<'_>) -> [String; COLUMNS] {
    let span = route.handler.span;
    let place = format!("{}:{}", lines.sources().path(span.file), lines.position(span).line);
    let mark = match route.documentation {
        Documentation::Accidental { .. } => " (accidental)",
        _ => "",
    };
    let cells = [
        route.method.clone(),
        format!("{}{mark}", route.path),
        access::of_row(row),
        guards(&route.guards),
        route.handler.name.clone(),
        place,
    ];
    cells.map(|cell| visible(&cell).into_owned())
}

/// The texts of guards, in their order, with the conditions under which they are there.
pub fn guards(guards: &[Arc<Guard>]) -> String {
    let described = |guard: &Arc<Guard>| match guard.conditions.as_slice() {
        [] => guard.text.clone(),
        conditions => format!("{} {}", guard.text, Condition::in_words(conditions)),
    };
    guards.iter().map(described).collect::<Vec<_>>().join("; ")
}

fn write_table(out: &mut dyn Write, rows: &[[String; COLUMNS]]) -> io::Result<()> {
    let headings = HEADINGS.map(str::to_owned);
    let mut widths = [0; COLUMNS];
    for row in std::iter::once(&headings).chain(rows) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count().min(WIDEST));
        }
    }
    for row in std::iter::once(&headings).chain(rows) {
        let line: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        writeln!(out, "{}", line.join("  ").trim_end())?;
    }
    Ok(())
}
