//! Which findings make a run fail. The exit status follows from it, and every report that tells failures from remarks.

use super::definition::Subject;
use super::finding::{Finding, Severity};
use crate::rule;

/// What is demanded of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demands {
    /// The mildest severity that fails.
    pub denied: Severity,
    /// Whether what couldn't be seen counts like any other finding.
    pub strict: bool,
    /// Whether what couldn't be seen is accepted.
    pub allow_incomplete: bool,
}

/// What a finding does to the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The run fails because of it.
    Fails,
    /// Because of it, the run isn't the whole answer.
    Incomplete,
    /// It is there to be read.
    Passes,
}

impl Demands {
    /// What a finding does to the run.
    pub fn verdict(&self, finding: &Finding) -> Verdict {
        let counts = self.strict || !is_about_coverage(finding);
        if counts && finding.severity >= self.denied {
            Verdict::Fails
        } else if is_gap(finding) && !self.allow_incomplete {
            Verdict::Incomplete
        } else {
            Verdict::Passes
        }
    }
}

/// Whether a finding says that something couldn't be seen that nobody has accounted for. Notes (a service that can't be looked into, a router that nothing mounts) leave nothing out that is
/// served and could be read.
pub fn is_gap(finding: &Finding) -> bool {
    finding.severity >= Severity::Warning && is_about_coverage(finding)
}

fn is_about_coverage(finding: &Finding) -> bool {
    rule::by_name(finding.rule).is_some_and(|rule| rule.subject == Subject::Coverage)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(rule: &str, severity: Severity) -> Finding {
        Finding::new(rule::by_name(rule).expect("a rule"), "x").severity(severity)
    }

    #[test]
    fn findings_fail_from_the_denied_severity_on() {
        let demands = Demands { denied: Severity::Warning, strict: false, allow_incomplete: false };
        assert_eq!(demands.verdict(&finding("undeclared-route", Severity::Warning)), Verdict::Fails);
        assert_eq!(demands.verdict(&finding("undeclared-route", Severity::Note)), Verdict::Passes);
    }

    #[test]
    fn what_could_not_be_seen_makes_a_run_incomplete_unless_it_is_accepted_or_counts_in_full() {
        let demands = Demands { denied: Severity::Warning, strict: false, allow_incomplete: false };
        let gap = finding("unmapped-guard", Severity::Warning);
        assert_eq!(demands.verdict(&gap), Verdict::Incomplete);
        assert_eq!(Demands { allow_incomplete: true, ..demands }.verdict(&gap), Verdict::Passes);
        assert_eq!(Demands { strict: true, allow_incomplete: true, ..demands }.verdict(&gap), Verdict::Fails);
        assert_eq!(Demands { strict: true, denied: Severity::Error, ..demands }.verdict(&gap), Verdict::Incomplete);
        assert_eq!(demands.verdict(&finding("unmapped-guard", Severity::Note)), Verdict::Passes);
    }
}
