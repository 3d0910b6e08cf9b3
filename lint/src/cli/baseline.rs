//! `check --baseline` and `--write-baseline`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use route_role_policy::policy::RuleLevel;

use super::project::Project;
use super::{CliError, output};
use crate::baseline::{self, Fingerprint};
use crate::replace::replace;
use crate::report::escape::visible;
use crate::rule::engine::list::{counted, joined};
use crate::rule::{self, Outcome};

/// Where findings are recorded when nothing else is said.
const FILE_NAME: &str = "route-role-baseline.json";
/// How many entries that nothing matches are named.
const NAMED: usize = 5;

/// What is known already.
#[derive(Debug, Clone, Args)]
pub struct BaselineArgs {
    /// Findings that are known already: they are counted, and neither shown nor a reason to fail.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Record what is found now in the file that `--baseline` names. [default: `route-role-baseline.json`]
    #[arg(long)]
    write_baseline: bool,
}

impl BaselineArgs {
    /// Takes away what is known, unless it is about to be recorded anew. The answer is what nothing matches any more.
    pub(super) fn hold_back(&self, project: &Project, outcome: &mut Outcome) -> Result<Vec<Fingerprint>, CliError> {
        if self.baseline.is_none() || self.write_baseline {
            return Ok(Vec::new());
        }
        let path = self.place(project)?;
        let text = fs::read_to_string(&path).map_err(|error| CliError::Baseline(path.clone(), error))?;
        let known = baseline::parse(&text).map_err(|error| CliError::InvalidBaseline(path.clone(), error))?;
        Ok(settle(&known, project, outcome))
    }

    /// Where what is known is recorded. Each of several services has a file of its own, in its folder.
    fn place(&self, project: &Project) -> Result<PathBuf, CliError> {
        let named = self.baseline.clone().unwrap_or_else(|| PathBuf::from(FILE_NAME));
        match &project.part.folder {
            Some(_) if named.is_absolute() => Err(CliError::SharedBaseline(named)),
            Some(folder) => Ok(folder.join(named)),
            None => Ok(named),
        }
    }

    /// Records what was found, or says what nothing matches any more.
    pub(super) fn record(
        &self,
        project: &Project,
        outcome: &mut Outcome,
        stale: &[Fingerprint],
        quiet: bool,
    ) -> Result<(), CliError> {
        if self.write_baseline {
            return self.write(project, outcome, quiet);
        }
        if !quiet && !stale.is_empty() {
            output::say(&remark(&self.place(project)?, stale));
        }
        Ok(())
    }

    fn write(&self, project: &Project, outcome: &mut Outcome, quiet: bool) -> Result<(), CliError> {
        let path = self.place(project)?;
        // Half an answer is nothing to be measured by.
        if project.has_policy_errors() || project.surface.inventory.routes.is_empty() {
            return Ok(());
        }
        let found = baseline::fingerprints(&outcome.findings, &project.surface.inventory, &project.sources);
        replace(&path, &baseline::render(&found)).map_err(|error| CliError::Write(path.clone(), error))?;
        if !quiet {
            let path = path.display().to_string();
            output::say(&format!("wrote {} to `{}`", counted(found.len(), "finding"), visible(&path)));
        }
        settle(&found, project, outcome);
        Ok(())
    }
}

/// Takes away what is known. What is left over is what nothing matches any more, as far as its rule was applied.
fn settle(known: &[Fingerprint], project: &Project, outcome: &mut Outcome) -> Vec<Fingerprint> {
    let findings = std::mem::take(&mut outcome.findings);
    let compared = baseline::compare(known, findings, &project.surface.inventory, &project.sources);
    outcome.findings = compared.new;
    outcome.known = compared.known;
    let mut stale = compared.stale;
    stale.retain(|entry| was_applied(&entry.rule, project, outcome));
    stale
}

/// A rule that doesn't exist any more will never match, so its entries count as applied.
fn was_applied(name: &str, project: &Project, outcome: &Outcome) -> bool {
    let context = project.context();
    let setting = context.policy.and_then(|stated| stated.policy.rules.get(name));
    let is_off = setting.is_some_and(|setting| setting.level.value == RuleLevel::Off);
    rule::by_name(name).is_none() || !(is_off || outcome.waiting_for_policy.contains(&name))
}

fn remark(path: &Path, stale: &[Fingerprint]) -> String {
    let named = stale.iter().take(NAMED).map(|entry| match (&entry.route, &entry.file) {
        (Some(route), _) => format!("{} on `{}`", visible(&entry.rule), visible(route)),
        (None, Some(file)) => format!("{} in `{}`", visible(&entry.rule), visible(file)),
        (None, None) => visible(&entry.rule).into_owned(),
    });
    let rest = stale.len().saturating_sub(NAMED);
    let rest = (rest > 0).then(|| format!("{rest} more"));
    let entries = if stale.len() == 1 { "1 entry".to_owned() } else { format!("{} entries", stale.len()) };
    format!(
        "note: nothing matches {entries} of `{}` any more: {}; `--write-baseline` takes them out",
        visible(&path.display().to_string()),
        joined(named.chain(rest))
    )
}
