//! `scopes`: the scopes that exist.

use super::super::braces;
use super::super::keys;
use super::super::problem::Problem;
use super::super::reader::{Fields, Reader};
use super::super::tree::{Kind, Node};
use crate::{Placed, Policy, ScopePattern};

pub(super) fn read(reader: &mut Reader<'_>, fields: &Fields<'_>, policy: &mut Policy) {
    let Some(node) = fields.get("scopes") else { return };
    policy.scopes = patterns(reader, node, "`scopes`");
}

/// A list of scope patterns, in which any entry may be a reference to source code, or one reference.
pub(super) fn patterns(reader: &mut Reader<'_>, node: &Node, what: &str) -> Vec<Placed<ScopePattern>> {
    let texts = match &node.kind {
        Kind::Map(_) => constant(reader, node),
        _ => reader.list(node, what).iter().flat_map(|item| scopes_of(reader, item, what)).collect(),
    };
    let unique = reader.without_repetition(texts, what);
    unique.into_iter().map(|text| text.map(ScopePattern::new)).collect()
}

fn scopes_of(reader: &mut Reader<'_>, item: &Node, what: &str) -> Vec<Placed<String>> {
    if let Kind::Map(_) = item.kind {
        return constant(reader, item);
    }
    let Some(text) = reader.text(item, &format!("an entry of {what}")) else { return Vec::new() };
    if text.chars().any(char::is_whitespace) {
        reader.report(Problem::error(text.range(), "a scope can't have spaces in it"));
        return Vec::new();
    }
    match braces::expand(&text.value) {
        Ok(scopes) => scopes.into_iter().map(|scope| Placed::new(scope, text.range())).collect(),
        Err(reason) => {
            reader.report(Problem::error(text.range(), format!("this scope pattern can't be used: {reason}")));
            Vec::new()
        }
    }
}

/// `{ from: "src/scopes.rs#ALL" }`. Every scope stands where the reference stands.
fn constant(reader: &mut Reader<'_>, node: &Node) -> Vec<Placed<String>> {
    let Some(fields) = reader.fields(node, &keys::CONSTANT) else { return Vec::new() };
    let Some(from) = fields.get("from") else {
        reader.report(Problem::error(node.range.clone(), "expected `{ from: \"file#NAME\" }`"));
        return Vec::new();
    };
    let Some(reference) = reader.text(from, "`from`") else { return Vec::new() };
    let Some((file, name)) =
        reference.value.split_once('#').filter(|(file, name)| !file.is_empty() && !name.is_empty())
    else {
        let problem = Problem::error(reference.range(), "a reference needs a file and a name");
        reader.report(problem.with_help("write it as `src/scopes.rs#ALL`".to_owned()));
        return Vec::new();
    };
    match reader.constants.texts(file, name) {
        Ok(texts) => {
            if texts.is_empty() {
                reader.report(Problem::warning(reference.range(), format!("`{name}` of {file} holds nothing")));
            }
            let mut unique = std::collections::BTreeSet::new();
            // A constant that lists a scope twice is the source's own affair.
            let first = texts.into_iter().filter(|text| unique.insert(text.clone()));
            first.map(|text| Placed::new(text, reference.range())).collect()
        }
        Err(reason) => {
            reader.report(Problem::error(reference.range(), format!("can't read `{}`: {reason}", reference.value)));
            Vec::new()
        }
    }
}

/// Whether a pattern can stand for a declared scope, or a declared pattern for it.
pub(super) fn meets_declared(policy: &Policy, pattern: &ScopePattern) -> bool {
    policy.scopes.iter().any(|declared| pattern.covers(declared.as_str()) || declared.covers(pattern.as_str()))
}

/// Reports a scope that nothing declares.
pub(super) fn unknown(reader: &mut Reader<'_>, policy: &Policy, pattern: &Placed<ScopePattern>) {
    let name = pattern.clone().map(|pattern| pattern.as_str().to_owned());
    reader.unknown(&name, "scope", "scopes", policy.scopes.iter().map(|scope| scope.as_str()));
}
