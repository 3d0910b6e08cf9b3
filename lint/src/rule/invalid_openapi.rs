//! An API description can't be read, or a part of it.
//!
//! ## What it does
//!
//! Reports what is wrong with the API descriptions that `--openapi FILE`, or `openapi` in the policy, names, each mistake at its place: text that is neither JSON nor YAML, a version that isn't Swagger 2, OpenAPI 3.0 or 3.1, paths that don't begin
//! with `/`, `security` that isn't a list of requirements, references that lead nowhere. What stands in a mapping twice is a warning. A file or program that the policy names and that isn't there is reported in the policy.
//!
//! ## Why it matters
//!
//! What can't be read isn't compared with the routes, so the run says less than it seems to.
//!
//! ## Bad
//!
//! ```yaml
//! openapi: 3.1.0
//! paths:
//!   /cases:
//!     get: { security: session }
//! ```
//!
//! ## Good
//!
//! ```yaml
//! openapi: 3.1.0
//! paths:
//!   /cases:
//!     get: { security: [{ session: [] }] }
//! ```
//!
//! ## How to fix
//!
//! Correct the place that is marked.
//!
//! ## How to suppress
//!
//! Errors end the run with status 2, suppressed or not. A warning can be suppressed in a description in YAML, above its line:
//!
//! ```yaml
//! # route-role: allow(invalid-openapi) -- both keys say the same
//! ```

use std::ops::Range;

use route_role_policy::file::problem::{self, Problem};

use super::{Check, Context, Finding, Rule, Severity, Subject};
use crate::source::{FileId, Span};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "invalid-openapi",
    subject: Subject::Configuration,
    severity: Severity::Error,
    needs_policy: false,
    since: "0.1.0",
    source: include_str!("invalid_openapi.rs"),
    check: Check::Surface(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mistakes = context
        .witnesses
        .iter()
        .flat_map(|witness| witness.problems.iter().map(|problem| of_problem(witness.file, problem)));
    let unheard = context.unheard.iter().map(|unheard| {
        let finding = Finding::new(&RULE, unheard.message.clone()).at(unheard.place, "named here");
        unheard.help.iter().fold(finding, |finding, help| finding.help(help.clone()))
    });
    mistakes.chain(unheard).collect()
}

fn of_problem(file: FileId, problem: &Problem) -> Finding {
    let offset = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
    let place = |range: &Range<usize>| Span { file, start: offset(range.start), end: offset(range.end) };
    let severity = match problem.severity {
        problem::Severity::Warning => Severity::Warning,
        problem::Severity::Error => Severity::Error,
    };
    let finding = Finding::new(&RULE, problem.message.clone())
        .at(place(&problem.primary), problem.label.clone())
        .severity(severity);
    let finding = problem.related.iter().fold(finding, |finding, (range, remark)| finding.also(place(range), remark));
    problem.help.iter().fold(finding, |finding, help| finding.help(help.clone()))
}
