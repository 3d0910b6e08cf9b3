//! An OpenAPI Overlay 1.0.

use std::fmt::Write as _;

use super::operation::Operations;
use super::{EXTENSION, LeftAlone, provenance};
use crate::codegen::Origin;
use crate::codegen::json::Json;

/// An overlay that sets `security` and `x-required-scopes` of every operation of which they are known, and what it leaves alone.
pub fn overlay(operations: &Operations, origin: &Origin) -> (String, Vec<LeftAlone>) {
    let left_alone = operations.left_alone();
    let mut actions = Vec::new();
    for (path, method, security) in operations.known() {
        let operation = format!("$.paths[{}].{}", segment(path), method.to_lowercase());
        // An update adds to the lists that are there.
        actions.push(Json::object([
            ("target", Json::text(format!("{operation}['security','x-required-scopes']"))),
            ("remove", Json::Plain(true.into())),
        ]));
        let mut update = Json::object([("security", security.requirements())]);
        update.set("x-required-scopes", security.required_scopes());
        actions.push(Json::object([("target", Json::text(operation)), ("update", update)]));
    }
    let overlay = Json::object([
        ("overlay", Json::text("1.0.0")),
        ("info", Json::object([("title", Json::text("What the guards accept")), ("version", Json::text("1.0.0"))])),
        (EXTENSION, provenance(origin, &left_alone)),
        ("actions", Json::List(actions)),
    ]);
    (overlay.document(), left_alone)
}

/// A name in a path, as RFC 9535 quotes it.
fn segment(name: &str) -> String {
    let mut segment = String::from("'");
    for character in name.chars() {
        match character {
            '\'' | '\\' => {
                segment.push('\\');
                segment.push(character);
            }
            character if character.is_control() => {
                let _ = write!(segment, "\\u{:04x}", u32::from(character));
            }
            character => segment.push(character),
        }
    }
    segment.push('\'');
    segment
}

#[cfg(test)]
mod tests {
    use super::segment;

    #[test]
    fn a_path_stays_within_its_quotes() {
        assert_eq!(segment("/a/{id}"), "'/a/{id}'");
        assert_eq!(segment("/it's\\\n"), "'/it\\'s\\\\\\u000a'");
    }
}
