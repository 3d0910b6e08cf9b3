//! The report as one page for the browser: data, style and script in one file that loads nothing.
//!
//! The page is a template without anything from source in it. What came from source stands in one block of JSON, which no browser runs or takes for markup, and
//! the script makes nothing but text of it. The page's own policy lets only this script and this style in, and neither a request nor a form out.

mod data;
mod inline;

use std::io::{self, Write};

use serde_json::Value;

use super::permissions::Fleet;
use data::page_data;
use inline::{data_block, hash_source, line_ends};

const TEMPLATE: &str = include_str!("report.html");
const STYLE: &str = include_str!("report.css");
/// The script, by what its parts are about; together they are one.
const SCRIPT: [&str; 6] = [
    include_str!("decide.js"),
    include_str!("dom.js"),
    include_str!("state.js"),
    include_str!("detail.js"),
    include_str!("table.js"),
    include_str!("report.js"),
];

/// Writes the page.
pub fn write(out: &mut dyn Write, fleet: &Fleet) -> io::Result<()> {
    let style = line_ends(STYLE);
    let script = line_ends(&SCRIPT.concat());
    let policy = format!(
        "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        hash_source(&script),
        hash_source(&style)
    );
    let services = fleet.services().iter().map(|service| Ok(page_data(serde_json::to_value(service)?)));
    let data = data_block(&Value::Array(services.collect::<io::Result<_>>()?));
    let parts = [("policy", policy.as_str()), ("style", &style), ("data", &data), ("script", &script)];
    let mut rest = TEMPLATE;
    // What was put in is never looked at again: it may contain anything.
    while let Some((before, (name, after))) =
        rest.split_once("{{").and_then(|(before, rest)| Some((before, rest.split_once("}}")?)))
    {
        out.write_all(before.as_bytes())?;
        let part = parts.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text);
        out.write_all(part.as_bytes())?;
        rest = after;
    }
    out.write_all(rest.as_bytes())
}
