//! What there is to know about a rule.

use serde::Serialize;

use super::Text;
use crate::rule::{Rule, Subject};

/// Where the pages of rules are read.
const PAGES: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/rules");

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    id: &'static str,
    name: String,
    short_description: Text,
    full_description: Text,
    help: Help,
    help_uri: String,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Properties {
    tags: Vec<&'static str>,
}

impl Descriptor {
    pub(super) fn of(rule: &Rule) -> Self {
        let page = rule.page();
        Self {
            id: rule.name,
            name: pascal_case(rule.name),
            short_description: Text::ours(format!("{}.", page.summary)),
            full_description: Text::ours(page.section("What it does").unwrap_or_else(|| page.summary.clone())),
            help: Help { text: page.body.clone(), markdown: page.body },
            help_uri: format!("{PAGES}/{}.md", rule.name),
            default_configuration: Configuration { level: rule.severity.keyword() },
            properties: Properties { tags: tags(rule.subject) },
        }
    }
}

/// `ApiKeyRejected`: the form in which this format has names.
fn pascal_case(name: &str) -> String {
    let capitalized = |word: &str| {
        let mut characters = word.chars();
        characters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(characters).collect::<String>()
    };
    name.split('-').map(capitalized).collect()
}

fn tags(subject: Subject) -> Vec<&'static str> {
    match subject {
        Subject::Routes => vec!["security", "authorization"],
        Subject::Coverage => vec!["coverage"],
        Subject::Configuration => vec!["configuration"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_this_format_has_them() {
        assert_eq!(pascal_case("missing-404-collapse"), "Missing404Collapse");
    }
}
