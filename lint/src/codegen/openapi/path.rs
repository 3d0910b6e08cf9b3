//! Paths as API descriptions write them.

use std::collections::BTreeSet;

/// A path with the parameters that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DescribedPath {
    /// The path, each parameter as `{name}`.
    pub(super) text: String,
    /// Its parameters, in their order; no two have one name.
    pub(super) parameters: Vec<Parameter>,
}

/// A parameter of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parameter {
    /// Its name.
    pub(super) name: String,
    /// What a description has no words for.
    pub(super) remark: Option<&'static str>,
}

/// What a parameter of one segment can't say.
const REST: &str = "One segment or more.";
const UNKNOWN: &str = "Not known from the source, and neither is how many segments it stands for.";

/// A route's path as descriptions write it: they know no catch-all parameters and no patterns.
pub(super) fn described(path: &str) -> DescribedPath {
    let mut described = DescribedPath { text: String::with_capacity(path.len()), parameters: Vec::new() };
    let mut known = BTreeSet::new();
    if !path.starts_with('/') {
        described.text.push('/');
    }
    let mut rest = path;
    while let Some((before, behind)) = rest.split_once('{') {
        let Some((inside, after)) = parameter(behind) else { break };
        let stated = inside.split(':').next().unwrap_or(inside);
        let (name, remark) = match stated {
            "*" => ("unknown", Some(UNKNOWN)),
            _ if stated.starts_with('*') || inside.ends_with(":.*") || inside.ends_with(":.+") => {
                (stated.trim_start_matches('*'), Some(REST))
            }
            _ => (stated, None),
        };
        let name = if name.is_empty() { "parameter" } else { name };
        let numbered = std::iter::successors(Some(2_usize), |number| number.checked_add(1));
        let mut names = std::iter::once(name.to_owned()).chain(numbered.map(|number| format!("{name}_{number}")));
        let name = names.find(|name| !known.contains(name)).unwrap_or_default();
        known.insert(name.clone());
        described.text.push_str(before);
        described.text.push_str(&format!("{{{name}}}"));
        described.parameters.push(Parameter { name, remark });
        rest = after;
    }
    described.text.push_str(rest);
    described
}

/// What stands within a pair of braces, which may have braces in it, and what stands behind.
fn parameter(text: &str) -> Option<(&str, &str)> {
    let mut depth = 1_usize;
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&text[..at], &text[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(path: &str) -> (String, Vec<String>) {
        let described = described(path);
        (described.text, described.parameters.into_iter().map(|parameter| parameter.name).collect())
    }

    #[test]
    fn every_parameter_has_a_plain_name_of_its_own() {
        let both =
            |path: &str, names: &[&str]| (path.to_owned(), names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(shown("/a/{id}/{*rest}"), both("/a/{id}/{rest}", &["id", "rest"]));
        assert_eq!(shown("/{*}/a/{*}"), both("/{unknown}/a/{unknown_2}", &["unknown", "unknown_2"]));
        assert_eq!(shown("a/{id:[0-9]{2}}.json"), both("/a/{id}.json", &["id"]));
        assert_eq!(shown("/odd/{"), both("/odd/{", &[]));
        assert_eq!(described("/{tail:.*}").parameters[0].remark, Some(REST));
    }
}
