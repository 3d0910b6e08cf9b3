//! The matrix as comma-separated values.

use std::io::{self, Write};

use super::{Fleet, matrix};
use crate::report::csv::write_record;

/// Writes a heading, and a line per route. A service that doesn't know a kind of caller lets it do what everyone may.
pub fn write(out: &mut dyn Write, fleet: &Fleet) -> io::Result<()> {
    let kinds = fleet.principals();
    let mut heading = vec!["service", "program", "method", "path"];
    heading.extend(&kinds);
    heading.extend(["findings", "handler", "file", "line"]);
    write_record(out, &heading)?;
    for service in fleet.services() {
        for route in &service.routes {
            let mut record =
                vec![service.name.clone(), route.program.clone(), route.method.clone(), route.path.clone()];
            record.extend(kinds.iter().map(|kind| matrix::cell(route, &service.ladders, kind)));
            record.push(route.open_findings().count().to_string());
            record.push(route.handler.name.clone());
            record.push(route.handler.place.file.clone());
            record.push(route.handler.place.line.to_string());
            write_record(out, &record.iter().map(String::as_str).collect::<Vec<_>>())?;
        }
    }
    Ok(())
}
