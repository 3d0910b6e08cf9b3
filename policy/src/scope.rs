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

    /// Whether some text is what both patterns stand for.
    pub fn meets(&self, other: &Self) -> bool {
        wildcards_meet(&self.0, &other.0)
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

/// Whether some text is what both patterns stand for: all places that can be reached in both at once, one place of `left` after the other.
fn wildcards_meet(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    // Whether the text behind each place of `right` and that behind the current place of `left` have something in common.
    let mut behind: Vec<bool> = Vec::new();
    for at_left in (0..=left.len()).rev() {
        let mut row = vec![false; right.len() + 1];
        for at_right in (0..=right.len()).rev() {
            let below = |at: usize| behind.get(at).copied().unwrap_or(false);
            let beside = row.get(at_right + 1).copied().unwrap_or(false);
            let meets = match (left.get(at_left), right.get(at_right)) {
                (None, None) => true,
                (Some(b'*'), None) => below(at_right),
                (None, Some(b'*')) => beside,
                (Some(b'*'), Some(_)) | (Some(_), Some(b'*')) => below(at_right) || beside,
                (Some(one), Some(other)) => one == other && below(at_right + 1),
                (None, Some(_)) | (Some(_), None) => false,
            };
            if let Some(cell) = row.get_mut(at_right) {
                *cell = meets;
            }
        }
        behind = row;
    }
    behind.first().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_meet_where_some_scope_is_meant_by_both() {
        let meets = |left: &str, right: &str| ScopePattern::new(left).meets(&ScopePattern::new(right));
        for (left, right) in [
            ("org:*", "org:secret:*"),
            ("*:read", "org:secret:*"),
            ("a*c", "ab*"),
            ("case:read", "case:*"),
            ("*", ""),
            ("action:*:execute", "action:secret:*"),
        ] {
            assert!(meets(left, right) && meets(right, left), "{left} {right}");
        }
        for (left, right) in [("org:*", "case:*"), ("*:read", "*:write"), ("case:read", "case:"), ("a*b", "a*c")] {
            assert!(!meets(left, right) && !meets(right, left), "{left} {right}");
        }
    }

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
