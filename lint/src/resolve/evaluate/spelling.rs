//! How the text of a function speaks of other functions: what can be told without parsing it.

use aho_corasick::AhoCorasick;

use crate::frontend::rust::facts::{Function, ItemKind};
use crate::resolve::modules::Modules;

use super::builders::KnownFunction;

pub(super) fn signature(function: &KnownFunction) -> Option<&Function> {
    match &function.definition.item.kind {
        ItemKind::Function(signature) => Some(signature),
        _ => None,
    }
}

pub(super) fn body_text<'m>(modules: &'m Modules<'_>, function: &KnownFunction, signature: &Function) -> &'m str {
    signature.body.map_or("", |body| modules.texts.slice(function.definition.text, body))
}

/// Whether a function has a parameter of this name, which hides any function of the name.
pub(super) fn binds(modules: &Modules<'_>, function: &KnownFunction, name: &str) -> bool {
    let text = function.definition.text;
    signature(function).is_some_and(|signature| {
        signature.parameters.iter().any(|parameter| {
            let pattern = modules.texts.slice(text, parameter.pattern).trim();
            pattern.strip_prefix("mut ").unwrap_or(pattern).trim() == name
        })
    })
}

/// Whether a text ends in `Type::`.
pub(super) fn is_of_a_type(before: &str) -> bool {
    let Some(path) = before.strip_suffix("::") else { return false };
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let owner = path.rsplit(|character| !is_word(character)).next().unwrap_or_default();
    owner.starts_with(char::is_uppercase)
}

/// Whether a function stands in an owner, or names it in its signature or body.
pub(super) fn speaks_of(function: &KnownFunction, signature: &Function, body: &str, owner: &str) -> bool {
    let is_owner = |name: &str| name == owner;
    let is_word = |at: Option<char>| at.is_some_and(|next| next.is_alphanumeric() || next == '_');
    function.owner_names().iter().any(|name| name == owner)
        || signature
            .result
            .iter()
            .chain(signature.parameters.iter().map(|parameter| &parameter.ty))
            .any(|ty| ty.mentions(&is_owner))
        || body.match_indices(owner).any(|(at, _)| {
            !is_word(body[..at].chars().next_back()) && !is_word(body[at + owner.len()..].chars().next())
        })
}

/// Whether a word of a body may be the name of a free function: it isn't called like a method, it isn't the name of a field, and it
/// doesn't stand in a comment.
pub(super) fn may_name_function(body: &str, start: usize, end: usize) -> bool {
    let (before, after) = (&body[..start], &body[end..]);
    let is_field = after.starts_with(':') && !after.starts_with("::");
    let line = before.rsplit('\n').next().unwrap_or_default();
    !before.ends_with('.') && !is_field && !line.trim_start().starts_with("//")
}

/// Whether a body has a function or an import of its own that this name may come from.
pub(super) fn declares(body: &str, name: &str) -> bool {
    let until_semicolon = |at: usize| body[at..].split(';').next().unwrap_or_default();
    let is_imported = |text: &str| text.contains(name) || text.contains('*');
    body.match_indices("use ").any(|(at, _)| is_imported(until_semicolon(at)))
        || body.match_indices("fn ").any(|(at, word)| body[at + word.len()..].trim_start().starts_with(name))
}

/// The names that a text uses in a way in which it may call them.
pub(crate) fn called<'t>(needles: &'t AhoCorasick, text: &'t str) -> impl Iterator<Item = usize> + 't {
    // A free function isn't called like a method.
    let bytes = text.as_bytes();
    let may_call = move |found: &Named| {
        let begins_with_word = bytes.get(found.start).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        !begins_with_word || found.start.checked_sub(1).and_then(|at| bytes.get(at)) != Some(&b'.')
    };
    named(needles, text).filter(may_call).map(|found| found.name)
}

/// A name that a text uses.
pub(crate) struct Named {
    /// Index of the name.
    pub(crate) name: usize,
    /// Where it begins.
    pub(crate) start: usize,
}

/// The body of a function as text.
pub(crate) fn body_of<'m>(modules: &'m Modules<'_>, function: &KnownFunction) -> Option<&'m str> {
    signature(function).map(|signature| body_text(modules, function, signature))
}

/// The names that a text uses as whole words.
pub(crate) fn named<'t>(needles: &'t AhoCorasick, text: &'t str) -> impl Iterator<Item = Named> + 't {
    let bytes = text.as_bytes();
    let is_word = |at: Option<&u8>| at.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    needles
        .find_overlapping_iter(text)
        .filter(move |found| {
            let before = found.start().checked_sub(1).and_then(|at| bytes.get(at));
            let starts_with_word = is_word(bytes.get(found.start()));
            !(is_word(bytes.get(found.end())) || starts_with_word && is_word(before))
        })
        .map(|found| Named { name: found.pattern().as_usize(), start: found.start() })
}

/// The path in front of a name in a text, with the name: `hosts::handlers::create_router`. Empty for a method.
pub(crate) fn path_before(text: &str, start: usize, name: &str) -> Vec<String> {
    let before = &text[..start];
    if before.ends_with('.') {
        return Vec::new();
    }
    let is_path = |character: char| character.is_alphanumeric() || matches!(character, '_' | ':' | '#');
    let from = before
        .rfind(|character| !is_path(character))
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let mut path: Vec<String> = before[from..]
        .split("::")
        .filter(|part| !part.is_empty())
        .map(|part| part.trim_start_matches("r#").to_owned())
        .collect();
    path.extend(name.split("::").map(str::to_owned));
    path
}
