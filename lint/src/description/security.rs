//! `security`, of a whole description or of an operation.

use std::ops::Range;

use route_role_policy::file::Problem;
use route_role_policy::file::tree::{Kind, Node};

use crate::resolve::SecurityRequirement;

/// The alternatives of a `security`. What can't be read is a problem, and the whole isn't there then: half of it would say something else.
pub(super) fn requirements(node: &Node, problems: &mut Vec<Problem>) -> Option<Vec<SecurityRequirement>> {
    let Kind::List(items) = &node.kind else {
        problems.push(wrong(&node.range, format!("`security` must be a list, not {}", node.describe())));
        return None;
    };
    items.iter().map(|item| requirement(item, problems)).collect()
}

fn requirement(node: &Node, problems: &mut Vec<Problem>) -> Option<SecurityRequirement> {
    let Kind::Map(entries) = &node.kind else {
        problems.push(wrong(&node.range, format!("an entry of `security` must be a mapping, not {}", node.describe())));
        return None;
    };
    let scopes = |value: &Node| value.items().iter().filter_map(Node::as_text).map(str::to_owned).collect();
    let schemes = entries.iter().map(|entry| (entry.key.value.clone(), scopes(&entry.value)));
    Some(SecurityRequirement { schemes: schemes.collect() })
}

fn wrong(range: &Range<usize>, message: String) -> Problem {
    Problem::error(range.clone(), message).with_help(
        "write `[{ \"scheme\": [] }]` for a scheme of the description, `[]` for an operation that is open to everyone"
            .to_owned(),
    )
}
