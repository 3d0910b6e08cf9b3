//! Patterns over guard terms.

use std::fmt;

/// A pattern in the language's own look: `Authorized<Or<$A, $B>>`, `require_scope($...SCOPES)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// The name, matched by its last segments.
    pub path: Vec<String>,
    /// The arguments; `None` if the pattern doesn't care.
    pub args: Option<Vec<PatternArgument>>,
    /// The pattern as written.
    pub text: String,
}

/// One argument of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternArgument {
    /// Its keyword, if it has one.
    pub name: Option<String>,
    /// What its value must be.
    pub value: PatternValue,
}

/// What the value of an argument must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatternValue {
    /// Anything, bound to a name; `$_` binds nothing.
    One(String),
    /// All arguments that are left, bound to a name; `$...` binds nothing.
    Rest(String),
    /// A term.
    Term(Pattern),
    /// This text.
    Str(String),
    /// This number.
    Int(i64),
    /// This truth value.
    Bool(bool),
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.text)
    }
}
