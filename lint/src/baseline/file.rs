//! The baseline as a file.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Fingerprint;

/// The version of the format.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    findings: Vec<Fingerprint>,
}

/// Only the version, to tell a file of another version from a broken one.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// Why a baseline can't be used.
#[derive(Debug)]
pub enum BaselineError {
    /// It isn't what a baseline looks like.
    Malformed(serde_json::Error),
    /// It is of another version.
    Version(u32),
}

/// Reads a baseline.
///
/// # Errors
///
/// The first place that isn't as it should be, or a version that this release doesn't know.
pub fn parse(text: &str) -> Result<Vec<Fingerprint>, BaselineError> {
    match serde_json::from_str::<Versioned>(text) {
        Ok(Versioned { version }) if version != VERSION => return Err(BaselineError::Version(version)),
        _ => {}
    }
    let document: Document = serde_json::from_str(text).map_err(BaselineError::Malformed)?;
    Ok(document.findings)
}

/// The text of a baseline: sorted, and a line per fact, so that a change of it reads well.
pub fn render(fingerprints: &[Fingerprint]) -> String {
    let mut findings = fingerprints.to_vec();
    findings.sort();
    let document = Document { version: VERSION, findings };
    // Texts and numbers can always be written.
    serde_json::to_string_pretty(&document).map(|text| text + "\n").unwrap_or_default()
}

impl fmt::Display for BaselineError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => {
                // The place stands in front, as in every other message; serde's own wording has it at the end.
                let message = error.to_string();
                let what = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
                write!(formatter, "line {}, column {}: {what}", error.line(), error.column())
            }
            Self::Version(version) => {
                write!(formatter, "version {version} of the format is unknown; this release reads version {VERSION}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(rule: &str, says: &str) -> Fingerprint {
        Fingerprint {
            rule: rule.to_owned(),
            route: Some("GET /a".to_owned()),
            handler: Some("crate::a".to_owned()),
            file: None,
            says: says.to_owned(),
        }
    }

    #[test]
    fn what_is_written_is_read_back_sorted() {
        let text = render(&[print("b", "x"), print("a", "\"y\"")]);
        assert_eq!(parse(&text).unwrap(), [print("a", "\"y\""), print("b", "x")]);
    }

    #[test]
    fn a_broken_file_names_the_place() {
        let message = |text: &str| parse(text).unwrap_err().to_string();
        assert_eq!(message("{\n  \"version\": 1,\n  \"findings\": [{}]\n}"), "line 3, column 17: missing field `rule`");
        assert_eq!(
            message("{\"version\": 2, \"findings\": {}}"),
            "version 2 of the format is unknown; this release reads version 1"
        );
        assert!(message("<<<<<<< HEAD").starts_with("line 1, column 1: "));
        assert!(message("").starts_with("line 1, column 0: "));
    }
}
