//! An access in the lock's words, and back.

use std::borrow::Cow;

use crate::{Access, Alternative, Feature, Level, PrincipalKind, Principals, Scope, ScopeClause, Tier};

/// Characters that mean something in the lock and are spelt `%XX` in names.
const RESERVED: &[char] = &['|', ',', ';', '%'];
/// Characters that mean something at the beginning of a word.
const LEADING: &[char] = &['@', '+', '>', '=', '#'];

/// An access in the lock's words; equal for accesses that differ only in the order of their parts.
pub fn access_text(access: &Access) -> String {
    let mut alternatives: Vec<_> = access.alternatives.iter().map(alternative_text).collect();
    alternatives.sort();
    alternatives.dedup();
    if alternatives.is_empty() { "nobody".to_owned() } else { alternatives.join(" | ") }
}

/// The access that such words stand for. `ladders` says which tiers there are: a tier that isn't among them can't be
/// compared with others, so there is no access then.
pub fn parse_access(text: &str, ladders: &[Tier]) -> Option<Access> {
    if text == "nobody" {
        return Some(Access::NOBODY);
    }
    let alternatives = text.split(" | ").map(|part| parse_alternative(part, ladders)).collect::<Option<Vec<_>>>()?;
    Some(Access { alternatives: Cow::Owned(alternatives) })
}

fn alternative_text(alternative: &Alternative) -> String {
    let principals = match &alternative.principals {
        Principals::Everyone => "everyone".to_owned(),
        Principals::Only(kinds) => sorted(kinds.iter().map(|kind| name(kind.as_str()))).join(","),
    };
    let clauses = alternative
        .scopes
        .iter()
        .map(|clause| sorted(clause.any_of.iter().map(|scope| name(scope.as_str()))).join("|"));
    [principals]
        .into_iter()
        .chain(sorted(alternative.levels.iter().map(|level| format!("@{}", name(level.as_str())))))
        .chain(sorted(alternative.tiers.iter().map(tier_text)))
        .chain(sorted(clauses))
        .chain(sorted(alternative.features.iter().map(|feature| format!("+{}", name(feature.as_str())))))
        .collect::<Vec<_>>()
        .join(" ")
}

fn parse_alternative(text: &str, ladders: &[Tier]) -> Option<Alternative> {
    let mut words = text.split(' ');
    let principals = match words.next()? {
        "everyone" => Principals::Everyone,
        kinds => Principals::Only(kinds.split(',').map(|kind| PrincipalKind::new(decoded(kind))).collect()),
    };
    let (mut scopes, mut tiers, mut levels, mut features) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for word in words {
        if let Some(level) = word.strip_prefix('@') {
            levels.push(Level::new(decoded(level)));
        } else if let Some(tier) = word.strip_prefix(">=") {
            let (ladder, tier) = tier.split_once('/').unwrap_or((Tier::DEFAULT_LADDER, tier));
            let (ladder, tier) = (decoded(ladder), decoded(tier));
            tiers.push(ladders.iter().find(|known| known.ladder() == ladder && known.name() == tier)?.clone());
        } else if let Some(feature) = word.strip_prefix('+') {
            features.push(Feature::new(decoded(feature)));
        } else {
            let any_of = word.split('|').map(|scope| Scope::new(decoded(scope))).collect();
            scopes.push(ScopeClause { any_of });
        }
    }
    Some(Alternative {
        principals,
        scopes: scopes.into(),
        tiers: tiers.into(),
        levels: levels.into(),
        features: features.into(),
    })
}

fn tier_text(tier: &Tier) -> String {
    match tier.ladder() {
        Tier::DEFAULT_LADDER => format!(">={}", name(tier.name())),
        ladder => format!(">={}/{}", name(ladder), name(tier.name())),
    }
}

/// A name as one word that nothing else can be taken for.
pub(super) fn name(text: &str) -> String {
    let mut word = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        let leads = at == 0 && LEADING.contains(&character);
        encode(&mut word, character, leads || RESERVED.contains(&character));
    }
    word
}

/// Text as one word: blanks and what breaks lines are spelt out.
pub(super) fn word(text: &str) -> String {
    let mut word = String::with_capacity(text.len());
    for character in text.chars() {
        encode(&mut word, character, character == ';');
    }
    word
}

/// Text behind a keyword, up to the next `;`. Blanks stay, so that it can be read.
pub(super) fn phrase(text: &str) -> String {
    let mut phrase = String::with_capacity(text.len());
    for character in text.trim().chars() {
        if character == ' ' { phrase.push(' ') } else { encode(&mut phrase, character, character == ';') }
    }
    phrase
}

fn encode(word: &mut String, character: char, is_reserved: bool) {
    if is_reserved || character.is_whitespace() || character.is_control() {
        let mut bytes = [0; 4];
        word.extend(character.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")));
    } else {
        word.push(character);
    }
}

/// What was encoded. Text that nobody encoded stays as it is.
pub(super) fn decoded(word: &str) -> String {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let code = behind.get(..2).filter(|_| *first == b'%').and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn sorted(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut words: Vec<_> = words.collect();
    words.sort();
    words
}
