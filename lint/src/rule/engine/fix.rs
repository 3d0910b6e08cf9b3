//! What a finding's settlement would change in the files.

use crate::source::Span;

/// A change that settles a finding and that nobody needs to think about. All of its edits belong together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fix {
    /// What it does, for a person: "use the role `Actor`".
    pub title: String,
    /// The edits, none of which overlap.
    pub edits: Vec<Edit>,
}

/// New text in the place of old.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What is replaced; of no length where text is inserted.
    pub span: Span,
    /// The new text.
    pub replacement: String,
}

impl Fix {
    /// A fix of one edit.
    pub fn one(title: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        Self { title: title.into(), edits: vec![Edit { span, replacement: replacement.into() }] }
    }
}
