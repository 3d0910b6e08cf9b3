//! What makes a finding the same finding in another run.

use serde::{Deserialize, Serialize};

use crate::resolve::Inventory;
use crate::rule::Finding;
use crate::source::SourceMap;

/// What makes a finding the same finding in another run: no line numbers, so that code may move.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fingerprint {
    /// The rule.
    pub rule: String,
    /// Method and path of the route, for a finding about a route.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// The route's handler.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
    /// The file, for a finding that isn't about a route.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// What the finding says, numbers left out: it tells several findings of a rule on one route apart.
    pub says: String,
}

impl Fingerprint {
    /// The fingerprint of a finding.
    pub fn of(finding: &Finding, inventory: &Inventory, sources: &SourceMap) -> Self {
        let route = finding.route.and_then(|index| inventory.routes.get(index));
        let file = finding.primary.as_ref().filter(|_| route.is_none());
        Self {
            rule: finding.rule.to_owned(),
            route: route.map(|route| format!("{} {}", route.method, route.path)),
            handler: route.map(|route| route.handler.name.clone()),
            file: file.map(|label| sources.path(label.span.file).to_owned()),
            says: without_numbers(&finding.message),
        }
    }

    /// Whether two fingerprints differ only in what a finding about a route says.
    pub(super) fn is_reworded(&self, other: &Self) -> bool {
        self.route.is_some() && (&self.rule, &self.route, &self.handler) == (&other.rule, &other.route, &other.handler)
    }
}

/// Numbers count things that come and go: siblings, routes, lines. Digits within a word are part of a name.
fn without_numbers(message: &str) -> String {
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    message.split(' ').map(|word| if is_number(word) { "#" } else { word }).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_left_out_and_names_are_not() {
        assert_eq!(without_numbers("`GET /v1/a` differs from 12 siblings"), "`GET /v1/a` differs from # siblings");
    }
}
