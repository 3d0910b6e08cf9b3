//! Patterns of guards and expressions, and `outcomes`.

use super::super::keys;
use super::super::problem::Problem;
use super::super::reader::{Fields, Reader};
use super::super::tree::Node;
use crate::{Pattern, Placed, Policy};

pub(super) fn outcomes(reader: &mut Reader<'_>, fields: &Fields<'_>, policy: &mut Policy) {
    let Some(fields) = fields.get("outcomes").and_then(|node| reader.fields(node, &keys::OUTCOMES)) else { return };
    policy.outcomes.absent = fields.get("absent").map(|node| patterns(reader, node, "`absent`")).unwrap_or_default();
    policy.outcomes.denied = fields.get("denied").map(|node| patterns(reader, node, "`denied`")).unwrap_or_default();
}

pub(super) fn patterns(reader: &mut Reader<'_>, node: &Node, what: &str) -> Vec<Placed<Pattern>> {
    let texts = reader.texts(node, what);
    texts.into_iter().filter_map(|text| pattern(reader, text)).collect()
}

pub(super) fn pattern(reader: &mut Reader<'_>, text: Placed<String>) -> Option<Placed<Pattern>> {
    match Pattern::parse(&text.value) {
        Ok(pattern) => Some(text.map(|_| pattern)),
        Err(error) => {
            let read = text.value.get(..error.range.start).unwrap_or_default();
            let problem = Problem::error(text.range(), format!("this pattern can't be read: {error}"));
            let label = if read.is_empty() { String::new() } else { format!("read as far as `{read}`") };
            reader.report(problem.with_label(label));
            None
        }
    }
}
