//! Sentences in which our words are told from those of the source, so that every format can escape the latter.

use std::fmt;

/// A sentence of ours about names of theirs.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sentence(pub Vec<Part>);

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Our words.
    Ours(String),
    /// A name that came from source or policy.
    Theirs(String),
}

impl Sentence {
    /// Begins with our words.
    pub(super) fn new(words: impl Into<String>) -> Self {
        Self(vec![Part::Ours(words.into())])
    }

    /// The same, not for sure.
    pub(super) fn perhaps(mut self) -> Self {
        self.0.insert(0, Part::Ours("perhaps ".to_owned()));
        self
    }

    /// Goes on with our words.
    pub(super) fn and(mut self, words: impl Into<String>) -> Self {
        self.0.push(Part::Ours(words.into()));
        self
    }

    /// Goes on with a name.
    pub(super) fn name(mut self, name: impl Into<String>) -> Self {
        self.0.push(Part::Theirs(name.into()));
        self
    }
}

/// Names in back quotes; what a terminal might obey is not spelt out yet.
impl fmt::Display for Sentence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Ours(words) => formatter.write_str(words),
            Part::Theirs(name) => write!(formatter, "`{name}`"),
        })
    }
}
