//! Scopes and the patterns that stand for many of them.

use std::borrow::Cow;
use std::fmt;

use crate::name::name_type;

name_type! {
    /// A permission string that a caller must hold, such as `case:read`.
    Scope
}

/// A scope with wildcards: `*` stands for any run of characters.
///
/// Braces (`case:{read,create}`) are a shorthand of policy files and are expanded when the file is read, so a pattern
/// here only ever has wildcards.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopePattern(String);

impl ScopePattern {
    /// A pattern from its text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The one scope that a pattern without wildcards stands for.
    pub fn as_scope(&self) -> Option<Scope> {
        (!self.0.contains('*')).then(|| Scope::new(self.0.clone()))
    }

    /// Whether the pattern stands for `scope`, among others.
    ///
    /// A `*` in `scope` itself is taken literally, so `case:*` covers the wildcard scope `case:*` of a generated name
    /// such as `action:*:execute` only when the pattern is at least as wide.
    pub fn covers(&self, scope: &str) -> bool {
        wildcard_matches(&self.0, scope)
    }
}

impl fmt::Display for ScopePattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// Whether `text` is what `pattern` stands for, `*` in the pattern being any run of characters.
///
/// Only the last `*` ever needs to be revisited, so a hostile pattern costs at most pattern times text.
pub(crate) fn wildcard_matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at_pattern, mut at_text) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(wanted) = text.get(at_text) {
        match pattern.get(at_pattern) {
            Some(b'*') => {
                retry = Some((at_pattern, at_text));
                at_pattern += 1;
            }
            Some(byte) if byte == wanted => {
                at_pattern += 1;
                at_text += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    retry = Some((star, from + 1));
                    at_pattern = star + 1;
                    at_text = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(at_pattern).all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_stands_for_any_run_of_characters() {
        let pattern = ScopePattern::new("case:*");
        assert!(pattern.covers("case:read"));
        assert!(pattern.covers("case:"));
        assert!(!pattern.covers("cases:read"));
        assert!(ScopePattern::new("*:read").covers("a:b:read"));
        assert!(ScopePattern::new("a*b*c").covers("a-b-b-c"));
        assert!(!ScopePattern::new("a*b*c").covers("a-c-b"));
    }

    #[test]
    fn a_pattern_without_wildcard_is_one_scope() {
        assert_eq!(ScopePattern::new("case:read").as_scope(), Some(Scope::literal("case:read")));
        assert_eq!(ScopePattern::new("case:*").as_scope(), None);
    }
}
