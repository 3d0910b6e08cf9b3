//! Places in files.

use std::fmt::Write;

use serde::Serialize;

use super::Text;
use crate::report::Results;
use crate::rule::Label;
use crate::source::{FileId, Span};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactLocation {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation<'a> {
    fully_qualified_name: &'a str,
    kind: &'static str,
}

impl<'a> Location<'a> {
    pub(super) fn at(span: Span, results: &Results<'_>) -> Self {
        Self {
            id: None,
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation::of(span.file, results),
                region: Region::of(span, results),
            },
            logical_locations: Vec::new(),
            message: None,
        }
    }

    /// A place with its remark, and the number that it is called by.
    pub(super) fn related(id: usize, label: &Label, results: &Results<'_>) -> Self {
        Self { id: Some(id), message: Some(Text::of(&label.text)), ..Self::at(label.span, results) }
    }

    pub(super) fn saying(self, text: &str) -> Self {
        Self { message: Some(Text::of(text)), ..self }
    }

    pub(super) fn in_function(self, name: &'a str) -> Self {
        Self { logical_locations: vec![LogicalLocation { fully_qualified_name: name, kind: "function" }], ..self }
    }
}

impl ArtifactLocation {
    pub(super) fn of(file: FileId, results: &Results<'_>) -> Self {
        Self { uri: uri(&results.path(file)), uri_base_id: "%SRCROOT%" }
    }
}

impl Region {
    pub(super) fn of(span: Span, results: &Results<'_>) -> Self {
        let (start, end) = (results.start(span), results.end(span));
        Self { start_line: start.line, start_column: start.column, end_line: end.line, end_column: end.column }
    }
}

/// A path as a relative reference (RFC 3986). A colon in its first part would make a scheme of what stands before.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("src/a_b-c.rs"), "src/a_b-c.rs");
        assert_eq!(uri("http://é \n?#%.rs"), "http%3A//%C3%A9%20%0A%3F%23%25.rs");
    }
}
