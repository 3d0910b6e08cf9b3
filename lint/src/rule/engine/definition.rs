//! What a rule is.

use super::context::Context;
use super::finding::{Finding, Severity};
use super::page::Page;
use super::suppression::Unsettled;

/// A rule: its description and the function that applies it.
#[derive(Debug)]
pub struct Rule {
    /// Its name, which is its file's name with dashes. It reads well behind "allow".
    pub name: &'static str,
    /// What its findings speak about.
    pub subject: Subject,
    /// How bad its findings are where the policy doesn't say otherwise.
    pub severity: Severity,
    /// Whether it has nothing to say without a policy.
    pub needs_policy: bool,
    /// The release that brought it.
    pub since: &'static str,
    /// The text of its own source file; the comment at its top is the rule's page.
    pub source: &'static str,
    /// What it looks at, and how it decides.
    pub check: Check,
}

/// What the findings of a rule speak about. The exit status depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The routes of the service.
    Routes,
    /// What the linter could not see.
    Coverage,
    /// The policy file and the suppressions.
    Configuration,
}

/// How a rule is applied.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// To the surface and the policy.
    Surface(fn(&Context<'_>) -> Vec<Finding>),
    /// To the suppressions that are left when every other rule has run.
    Suppressions(fn(&[Unsettled]) -> Vec<Finding>),
}

impl Rule {
    /// The rule's page.
    pub fn page(&self) -> Page {
        Page::of_source(self.source)
    }
}
