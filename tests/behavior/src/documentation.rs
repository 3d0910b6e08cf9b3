//! What the guide to frameworks shows is compiled somewhere.

/// The guide.
const GUIDE: &str = include_str!("../../../docs/how-to/frameworks.md");

/// Checks that every example of a section of the guide is a part of one of `sources`.
///
/// # Panics
///
/// If one isn't, or if there is none.
pub fn shows_parts_of(section: &str, sources: &[&str]) {
    let heading = format!("\n## {section}\n");
    let text = GUIDE.split_once(heading.as_str()).map(|(_, rest)| rest.split("\n## ").next().unwrap_or(rest));
    let examples: Vec<&str> = text
        .into_iter()
        .flat_map(|text| text.split("\n```rust,ignore\n").skip(1))
        .filter_map(|rest| rest.split_once("```"))
        .flat_map(|(example, _)| example.split("// …\n"))
        .map(str::trim)
        .collect();
    assert!(!examples.is_empty(), "the section `{section}` shows nothing");
    for example in examples {
        assert!(sources.iter().any(|source| source.contains(example)), "not compiled anywhere:\n{example}");
    }
}
