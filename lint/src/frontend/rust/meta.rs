//! Conditional compilation: `cfg` predicates with three values.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Whether a `cfg` holds in the build that is linted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cfg {
    /// In every build.
    Always,
    /// In no build that counts.
    Never,
    /// In some builds; the predicate as written.
    Sometimes(String),
}

impl Cfg {
    /// Both must hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Never, _) | (_, Self::Never) => Self::Never,
            (Self::Always, rest) | (rest, Self::Always) => rest,
            (Self::Sometimes(left), Self::Sometimes(right)) => Self::Sometimes(format!("all({left}, {right})")),
        }
    }
}

/// Evaluates a `cfg` predicate. Only `test` has a known value, `count_tests`; features, targets and the rest stay open.
pub fn evaluate(predicate: TokenStream, count_tests: bool) -> Cfg {
    let text = predicate.to_string();
    match truth(predicate, count_tests) {
        Some(true) => Cfg::Always,
        Some(false) => Cfg::Never,
        None => Cfg::Sometimes(text),
    }
}

fn truth(predicate: TokenStream, count_tests: bool) -> Option<bool> {
    let mut tokens = predicate.into_iter();
    let TokenTree::Ident(name) = tokens.next()? else { return None };
    let rest = tokens.next();
    match (name.to_string().as_str(), rest) {
        ("test", None) => Some(count_tests),
        ("true", None) => Some(true),
        ("false", None) => Some(false),
        ("not", Some(TokenTree::Group(group))) => truth(group.stream(), count_tests).map(|value| !value),
        ("all", Some(TokenTree::Group(group))) => {
            let parts: Vec<_> =
                split_at_commas(group.stream()).into_iter().map(|part| truth(part, count_tests)).collect();
            if parts.contains(&Some(false)) {
                Some(false)
            } else {
                parts.iter().all(|part| *part == Some(true)).then_some(true)
            }
        }
        ("any", Some(TokenTree::Group(group))) => {
            let parts: Vec<_> =
                split_at_commas(group.stream()).into_iter().map(|part| truth(part, count_tests)).collect();
            if parts.contains(&Some(true)) {
                Some(true)
            } else {
                parts.iter().all(|part| *part == Some(false)).then_some(false)
            }
        }
        _ => None,
    }
}

/// The parts of a comma-separated list.
pub fn split_at_commas(tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts = Vec::new();
    let mut part: Vec<TokenTree> = Vec::new();
    for token in tokens {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => {
                parts.push(std::mem::take(&mut part).into_iter().collect())
            }
            _ => part.push(token),
        }
    }
    if !part.is_empty() {
        parts.push(part.into_iter().collect());
    }
    parts
}

/// The path at the beginning of an attribute's tokens, and what follows it.
pub fn split_path(tokens: TokenStream) -> (Vec<String>, Vec<TokenTree>) {
    let mut path = Vec::new();
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.peek() {
        match token {
            TokenTree::Ident(ident) => path.push(super::types::ident_text(ident)),
            TokenTree::Punct(punct) if punct.as_char() == ':' => {}
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {}
            _ => break,
        }
        rest.next();
    }
    (path, rest.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cfg(text: &str) -> Cfg {
        evaluate(text.parse().expect("tokens"), false)
    }

    #[test]
    fn test_code_is_out_and_features_stay_open() {
        assert_eq!(cfg("test"), Cfg::Never);
        assert_eq!(cfg("not(test)"), Cfg::Always);
        assert_eq!(cfg("all(test, feature = \"x\")"), Cfg::Never);
        assert_eq!(cfg("any(test, feature = \"x\")"), Cfg::Sometimes("any (test , feature = \"x\")".to_owned()));
        assert!(matches!(cfg("feature = \"x\""), Cfg::Sometimes(_)));
        assert!(matches!(cfg("not(feature = \"x\")"), Cfg::Sometimes(_)));
    }
}
