//! Findings that are known and not yet settled: a file of fingerprints, so that only new findings count.

mod digest;
mod file;
mod fingerprint;

pub use digest::digests;
pub use file::{BaselineError, parse, render};
pub use fingerprint::Fingerprint;

use crate::resolve::Inventory;
use crate::rule::{Finding, Severity};
use crate::source::SourceMap;

/// What is left when known findings are taken away.
#[derive(Debug)]
pub struct Compared {
    /// The findings that the baseline doesn't know.
    pub new: Vec<Finding>,
    /// How many it knows.
    pub known: usize,
    /// The entries of the baseline that nothing matches any more.
    pub stale: Vec<Fingerprint>,
}

/// The fingerprints of findings, sorted. A mistake in the policy has none: it is in the way of every run.
pub fn fingerprints(findings: &[Finding], inventory: &Inventory, sources: &SourceMap) -> Vec<Fingerprint> {
    let mut all: Vec<Fingerprint> = findings
        .iter()
        .filter(|finding| can_be_known(finding))
        .map(|finding| Fingerprint::of(finding, inventory, sources))
        .collect();
    all.sort();
    all
}

/// Takes away what the baseline knows. Every entry stands for one finding.
///
/// A finding on a route whose message has changed is still the same finding, as long as the baseline has an entry of its rule, route and handler left.
pub fn compare(known: &[Fingerprint], findings: Vec<Finding>, inventory: &Inventory, sources: &SourceMap) -> Compared {
    let mut left: Vec<Option<&Fingerprint>> = known.iter().map(Some).collect();
    let mut take = |wanted: &dyn Fn(&Fingerprint) -> bool| {
        let found = left.iter_mut().find(|entry| entry.is_some_and(wanted));
        found.and_then(Option::take).is_some()
    };
    let before = findings.len();
    let prints: Vec<Option<Fingerprint>> = findings
        .iter()
        .map(|finding| can_be_known(finding).then(|| Fingerprint::of(finding, inventory, sources)))
        .collect();
    // Those that are exactly as recorded go first, so that none loses its entry to one that only resembles it.
    let exact: Vec<bool> =
        prints.iter().map(|print| print.as_ref().is_some_and(|print| take(&|entry| entry == print))).collect();
    let new: Vec<Finding> = findings
        .into_iter()
        .zip(prints.iter().zip(exact))
        .filter(|(_, (print, exact))| {
            let mut resembles = || print.as_ref().is_some_and(|print| take(&|entry| entry.is_reworded(print)));
            !exact && !resembles()
        })
        .map(|(finding, _)| finding)
        .collect();
    let known = before - new.len();
    Compared { known, new, stale: left.into_iter().flatten().cloned().collect() }
}

fn can_be_known(finding: &Finding) -> bool {
    !(finding.rule == "invalid-policy" && finding.severity == Severity::Error)
}
