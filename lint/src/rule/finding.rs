//! What a rule reports.

use crate::source::Span;

/// One thing that a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name, `api-key-rejected`.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Index of the route in the inventory, for a finding about a route.
    pub route: Option<usize>,
    /// The place to look at first; `None` for a finding about the run as a whole.
    pub primary: Option<Label>,
    /// Every other place involved.
    pub related: Vec<Label>,
    /// The concrete change that would settle it.
    pub help: Option<String>,
}

/// A place with a remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there.
    pub text: String,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Probably wrong.
    Warning,
    /// Wrong.
    Error,
}

/// How sure a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Something the rule could not see might explain it.
    Low,
    /// Probably so.
    Medium,
    /// Proven from what was read.
    High,
}
