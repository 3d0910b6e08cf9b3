//! Applying every rule.

use std::collections::BTreeMap;

use route_role_policy::file::Problem;
use route_role_policy::policy::RuleLevel;

use super::context::Context;
use super::definition::{Check, Rule, Subject};
use super::finding::{Finding, Severity};
use super::suppression::{self, Suppressed};

/// What the rules have to say.
#[derive(Debug)]
pub struct Outcome {
    /// The findings that stand, worst first, those of a rule together.
    pub findings: Vec<Finding>,
    /// The findings that suppressions took away, in the same order.
    pub suppressed: Vec<Suppressed>,
    /// How many findings a baseline knows already.
    pub known: usize,
    /// The rules that were applied, in the order of the registry.
    pub applied: Vec<&'static str>,
    /// Rules that had nothing to go by because there is no policy.
    pub waiting_for_policy: Vec<&'static str>,
}

/// Applies `rules`, each at the level that the policy gives it. With `strict`, what the linter could not see counts like
/// any other finding.
pub fn run(rules: &[&'static Rule], context: &Context<'_>, strict: bool) -> Outcome {
    let levels = levels(context);
    let is_on = |rule: &&&'static Rule| levels.get(rule.name) != Some(&RuleLevel::Off);
    let can_run = |rule: &&&'static Rule| context.policy.is_some() || !rule.needs_policy;
    let (running, waiting): (Vec<_>, Vec<_>) = rules.iter().filter(is_on).copied().partition(|rule| can_run(&rule));

    let surface_findings = running.iter().flat_map(|rule| match rule.check {
        Check::Surface(check) => check(context),
        Check::Suppressions(_) => Vec::new(),
    });
    let settled = suppression::settle(
        context,
        &suppression::collect(context.sources),
        surface_findings.collect(),
        &running.iter().map(|rule| rule.name).collect(),
        &rules.iter().map(|rule| rule.name).collect(),
    );
    let mut findings = settled.standing;
    findings.extend(running.iter().flat_map(|rule| match rule.check {
        Check::Surface(_) => Vec::new(),
        Check::Suppressions(check) => check(&settled.unsettled),
    }));

    let misunderstood = context.policy.is_some_and(|stated| stated.problems.iter().any(Problem::is_error));
    let mut suppressed = settled.suppressed;
    for finding in findings.iter_mut().chain(suppressed.iter_mut().map(|known| &mut known.finding)) {
        // What the policy says isn't known in full, so nothing that follows from it is sure.
        finding.fix = finding.fix.take().filter(|_| !misunderstood);
        finding.severity = severity(rules, &levels, strict, finding);
    }
    findings.sort_by_cached_key(|finding| order(context, finding));
    suppressed.sort_by_cached_key(|known| order(context, &known.finding));
    Outcome {
        findings,
        suppressed,
        known: 0,
        applied: running.iter().map(|rule| rule.name).collect(),
        waiting_for_policy: waiting.into_iter().map(|rule| rule.name).collect(),
    }
}

fn levels<'a>(context: &Context<'a>) -> BTreeMap<&'a str, RuleLevel> {
    let settings = context.policy.iter().flat_map(|stated| stated.policy.rules.values());
    settings.map(|setting| (setting.name.as_str(), setting.level.value)).collect()
}

/// A level in the policy replaces the rule's own severity; findings that are milder than their rule are made no worse by it.
fn severity(rules: &[&'static Rule], levels: &BTreeMap<&str, RuleLevel>, strict: bool, finding: &Finding) -> Severity {
    let Some(rule) = rules.iter().find(|rule| rule.name == finding.rule) else { return finding.severity };
    let set = levels.get(rule.name).and_then(|level| match level {
        RuleLevel::Off => None,
        RuleLevel::Note => Some(Severity::Note),
        RuleLevel::Warn => Some(Severity::Warning),
        RuleLevel::Deny => Some(Severity::Error),
    });
    match set {
        Some(set) if finding.severity == rule.severity => set,
        Some(set) => finding.severity.min(set),
        None if strict && rule.subject == Subject::Coverage => finding.severity.max(Severity::Warning),
        None => finding.severity,
    }
}

/// Worst first, then by rule, then by route or place, so that the order tells nothing about how the findings were made.
fn order(context: &Context<'_>, finding: &Finding) -> impl Ord + use<> {
    let place = finding
        .primary
        .as_ref()
        .map(|label| (context.sources.path(label.span.file).to_owned(), label.span.start, label.span.end));
    (std::cmp::Reverse(finding.severity), finding.rule, finding.route, place, finding.message.clone())
}
