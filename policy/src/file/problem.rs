//! What is wrong with a policy file.

use std::ops::Range;

/// One thing that is wrong with a policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The bytes that are to blame.
    pub primary: Range<usize>,
    /// What stands there; may be empty.
    pub label: String,
    /// Other places that matter, each with a remark.
    pub related: Vec<(Range<usize>, String)>,
    /// What to do about it.
    pub help: Option<String>,
}

/// How bad a problem of a policy file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The policy means what it says, but says it oddly.
    Warning,
    /// A part of the policy can't be used.
    Error,
}

impl Problem {
    /// An error at a place.
    pub fn error(primary: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            message: message.into(),
            primary,
            label: String::new(),
            related: Vec::new(),
            help: None,
        }
    }

    /// A warning at a place.
    pub fn warning(primary: Range<usize>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(primary, message) }
    }

    /// Whether a part of the policy can't be used.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Says what stands at the place.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Points to another place.
    #[must_use]
    pub fn with_related(mut self, place: Range<usize>, remark: impl Into<String>) -> Self {
        self.related.push((place, remark.into()));
        self
    }

    /// Adds advice, if there is any.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<Option<String>>) -> Self {
        self.help = help.into();
        self
    }
}
