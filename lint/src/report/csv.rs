//! The inventory as comma-separated values (RFC 4180).

use std::borrow::Cow;
use std::io::{self, Write};

use super::Lines;
use super::access;
use super::escape::visible;
use super::table::guards;
use crate::surface::Surface;

/// Writes a heading and a line per route.
pub fn write(out: &mut dyn Write, surface: &Surface, lines: &Lines<'_>) -> io::Result<()> {
    write_record(out, &["program", "method", "path", "access", "guards", "handler", "file", "line"])?;
    for (route, row) in surface.inventory.routes.iter().zip(&surface.rows) {
        let span = route.handler.span;
        let program = surface.inventory.programs.get(route.program).map_or("", |program| program.name.as_str());
        write_record(
            out,
            &[
                program,
                &route.method,
                &route.path,
                &access::of_row(row),
                &guards(&route.guards),
                &route.handler.name,
                lines.sources().path(span.file),
                &lines.position(span).line.to_string(),
            ],
        )?;
    }
    Ok(())
}

pub(super) fn write_record(out: &mut dyn Write, fields: &[&str]) -> io::Result<()> {
    let fields: Vec<String> = fields.iter().map(|text| field(text)).collect();
    write!(out, "{}\r\n", fields.join(","))
}

fn field(text: &str) -> String {
    let text = visible(text);
    // Spreadsheets run what begins like a formula.
    let text = if text.starts_with(['=', '+', '-', '@']) { Cow::Owned(format!("'{text}")) } else { text };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        assert_eq!(field("a"), "a");
        assert_eq!(field("a, \"b\""), "\"a, \"\"b\"\"\"");
    }

    #[test]
    fn a_field_is_never_a_formula() {
        assert_eq!(field("=1+1"), "'=1+1");
        assert_eq!(field("@x"), "'@x");
    }
}
