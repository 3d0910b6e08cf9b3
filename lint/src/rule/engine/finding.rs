//! What a rule reports.

use super::definition::Rule;
use super::fix::Fix;
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
    /// The same change as edits, where it is sure.
    pub fix: Option<Fix>,
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

impl Finding {
    /// A certain finding of a rule, at the rule's own severity.
    pub fn new(rule: &Rule, message: impl Into<String>) -> Self {
        Self {
            rule: rule.name,
            severity: rule.severity,
            confidence: Confidence::High,
            message: message.into(),
            route: None,
            primary: None,
            related: Vec::new(),
            help: None,
            fix: None,
        }
    }

    /// The finding is about this route.
    #[must_use]
    pub fn about_route(self, index: usize) -> Self {
        Self { route: Some(index), ..self }
    }

    /// The place to look at first.
    #[must_use]
    pub fn at(self, span: Span, text: impl Into<String>) -> Self {
        Self { primary: Some(Label { span, text: text.into() }), ..self }
    }

    /// Another place involved; a place that is marked already isn't marked twice.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        if self.labels().all(|label| label.span != span) {
            self.related.push(Label { span, text: text.into() });
        }
        self
    }

    /// Another place involved, if it is known.
    #[must_use]
    pub fn also_at(self, span: Option<Span>, text: impl Into<String>) -> Self {
        match span {
            Some(span) => self.also(span, text),
            None => self,
        }
    }

    /// The concrete change that would settle it.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The change as edits, where it is sure.
    #[must_use]
    pub fn fix(self, fix: Option<Fix>) -> Self {
        Self { fix, ..self }
    }

    /// How sure the rule is.
    #[must_use]
    pub fn confidence(self, confidence: Confidence) -> Self {
        Self { confidence, ..self }
    }

    /// How bad it is, where that isn't the rule's own severity.
    #[must_use]
    pub fn severity(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }

    /// Every place involved, the primary one first.
    pub fn labels(&self) -> impl Iterator<Item = &Label> {
        self.primary.iter().chain(&self.related)
    }
}

impl Severity {
    /// The word that reports use.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Confidence {
    /// The word that reports use.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}
