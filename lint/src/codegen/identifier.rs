//! Names of constants.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Several names as one text that no other names make.
pub(super) fn joined(names: &[&str]) -> String {
    let escaped: Vec<String> = names.iter().map(|name| name.replace('\\', "\\\\").replace('\0', "\\0")).collect();
    escaped.join("\0")
}

/// A name of a constant for each of several texts, no two of them alike.
///
/// `case:read` becomes `CASE_READ`. Where that would name two texts, each of them is spelt out instead (`CASE_3A_READ`, `CASE_2D_READ`): a new scope may then take a name away, which
/// the compiler notices, and never gives a known name another meaning.
pub(super) fn identifiers<'t>(texts: impl IntoIterator<Item = &'t str>) -> BTreeMap<&'t str, String> {
    let mut names: BTreeMap<&str, String> = texts.into_iter().map(|text| (text, plain(text))).collect();
    loop {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        names.values().for_each(|name| *seen.entry(name).or_default() += 1);
        let ambiguous: BTreeSet<String> =
            seen.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name.to_owned()).collect();
        if ambiguous.is_empty() {
            return names;
        }
        // No two texts are spelt alike, so this comes to an end.
        for (text, name) in names.iter_mut().filter(|(_, name)| ambiguous.contains(*name)) {
            *name = spelt(text);
        }
    }
}

/// Letters and digits in upper case, everything else a line, and one where a word begins with a capital.
fn plain(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    let mut ends_word = false;
    for character in text.chars() {
        if ends_word && character.is_ascii_uppercase() {
            name.push('_');
        }
        ends_word = character.is_ascii_lowercase() || character.is_ascii_digit();
        name.push(if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' });
    }
    match name.chars().find(|c| *c != '_') {
        None => spelt(text),
        Some(_) if name.starts_with(|c: char| c.is_ascii_digit()) => format!("_{name}"),
        Some(_) => name,
    }
}

/// Lower case letters and digits in upper case, everything else by its number, between lines.
fn spelt(text: &str) -> String {
    if text.is_empty() {
        return "__".to_owned();
    }
    let mut name = String::new();
    for (at, character) in text.char_indices() {
        match character {
            'a'..='z' => name.push(character.to_ascii_uppercase()),
            '0'..='9' if at > 0 => name.push(character),
            character => {
                let _ = write!(name, "_{:X}_", u32::from(character));
            }
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(texts: &[&str]) -> Vec<String> {
        let names = identifiers(texts.iter().copied());
        texts.iter().map(|text| names[text].clone()).collect()
    }

    #[test]
    fn a_scope_is_named_after_its_letters() {
        assert_eq!(names(&["case:read", "org:secret-key:read"]), ["CASE_READ", "ORG_SECRET_KEY_READ"]);
        assert_eq!(names(&["2fa:reset", "self", "OrganizationAdmin"]), ["_2FA_RESET", "SELF", "ORGANIZATION_ADMIN"]);
    }

    #[test]
    fn texts_that_would_share_a_name_are_all_spelt_out() {
        assert_eq!(names(&["case:read", "case-read", "a"]), ["CASE_3A_READ", "CASE_2D_READ", "A"]);
        assert_eq!(names(&["a", "A"]), ["A", "_41_"]);
        // What is spelt out may in turn be somebody's name.
        assert_eq!(
            names(&["case:read", "case-read", "case:3a:read"]),
            ["CASE_3A_READ", "CASE_2D_READ", "CASE_3A_3A_3A_READ"]
        );
    }

    #[test]
    fn names_that_are_joined_stay_apart() {
        let all = [joined(&["a", "b.c"]), joined(&["a.b", "c"]), joined(&["a\0b", "c"]), joined(&["a", "b\0c"])];
        assert_eq!(identifiers(all.iter().map(String::as_str)).len(), all.len());
        assert_eq!(names(&[&joined(&["key", "at", "workspace"])]), ["KEY_AT_WORKSPACE"]);
    }

    #[test]
    fn every_text_has_a_name() {
        assert_eq!(names(&["", ":", "読む", "1", "_1"]), ["__", "_3A_", "_8AAD__3080_", "_31_", "_5F_1"]);
    }
}
