//! `check --fix` and `--diff`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use clap::Args;

use super::project::Project;
use super::{CliError, InputArgs, output};
use crate::fix::{Place, Plan, Refusal, Territory, diff, plan};
use crate::replace::replace;
use crate::report::escape::visible;
use crate::rule::Outcome;
use crate::rule::engine::list::counted;
use crate::source::FileId;

/// Fixes can make others possible, but not without end.
pub(super) const ROUNDS: usize = 10;

/// What is done about findings that can be settled without thinking.
#[derive(Debug, Clone, Copy, Args)]
pub struct FixArgs {
    /// Change the files so that findings with a sure remedy are settled, until none is left, and report the others.
    #[arg(long)]
    pub(super) fix: bool,
    /// Print what `--fix` would change first, as a unified diff, and change nothing.
    #[arg(long, conflicts_with = "fix")]
    pub(super) diff: bool,
}

/// What was changed in all rounds.
#[derive(Debug, Default)]
pub(super) struct Changes {
    fixes: usize,
    files: BTreeSet<PathBuf>,
    refused: BTreeMap<String, Refusal>,
}

/// Makes the edits of one round. Tells whether anything changed.
pub(super) fn apply(
    input: &InputArgs,
    project: &Project,
    outcome: &Outcome,
    changes: &mut Changes,
) -> Result<bool, CliError> {
    let (plan, places) = prepare(input, project, outcome, &mut changes.refused);
    for (file, revision) in &plan.revisions {
        let Some(place) = places.get(file) else { continue };
        let text = format!("{}{}", place.lead, revision.apply(project.sources.text(*file)));
        replace(&place.path, &text).map_err(|error| CliError::Write(place.path.clone(), error))?;
        changes.files.insert(place.path.clone());
    }
    changes.fixes += plan.fixes;
    Ok(plan.fixes > 0)
}

/// Prints the edits of one round.
pub(super) fn preview(input: &InputArgs, project: &Project, outcome: &Outcome) -> Result<(), CliError> {
    let mut changes = Changes::default();
    let (plan, _) = prepare(input, project, outcome, &mut changes.refused);
    output::print(|out| {
        let texts = plan
            .revisions
            .iter()
            .map(|(file, revision)| diff::unified(project.sources.path(*file), project.sources.text(*file), revision));
        let mut texts: Vec<String> = texts.collect();
        texts.sort();
        texts.iter().try_for_each(|text| std::io::Write::write_all(out, text.as_bytes()))
    })?;
    changes.remark_refusals();
    Ok(())
}

fn prepare(
    input: &InputArgs,
    project: &Project,
    outcome: &Outcome,
    refused: &mut BTreeMap<String, Refusal>,
) -> (Plan, BTreeMap<FileId, Place>) {
    let mut places = BTreeMap::new();
    let Some(territory) = territory(input, project) else { return (Plan::default(), places) };
    let wanted = outcome.findings.iter().filter_map(|finding| finding.fix.as_ref()).flat_map(|fix| &fix.edits);
    for file in wanted.map(|edit| edit.span.file) {
        if places.contains_key(&file) {
            continue;
        }
        match territory.open(file, &project.sources) {
            Ok(place) => {
                places.insert(file, place);
            }
            Err(refusal) => {
                refused.insert(project.sources.path(file).to_owned(), refusal);
            }
        }
    }
    (plan(&outcome.findings, &project.sources, |file| places.contains_key(&file)), places)
}

fn territory(input: &InputArgs, project: &Project) -> Option<Territory> {
    let territory = Territory::new(&input.paths)?;
    Some(match project.policy.as_ref() {
        Some(policy) => territory.with_policy(policy.file(), policy.path(), input.policy.is_some()),
        None => territory,
    })
}

impl Changes {
    /// Says what was changed, and what wasn't.
    pub(super) fn remark(&self) {
        if self.fixes > 0 {
            output::say(&format!("fixed {} in {}", counted(self.fixes, "place"), counted(self.files.len(), "file")));
        }
        self.remark_refusals();
    }

    fn remark_refusals(&self) {
        for (path, refusal) in &self.refused {
            let why = match refusal {
                Refusal::Outside => "it lies outside of what is linted".to_owned(),
                Refusal::Changed => "it has changed meanwhile, or isn't what was read".to_owned(),
                Refusal::Unreadable(error) => format!("it can't be read: {error}"),
            };
            output::say(&format!("note: `{}` was left alone: {}", visible(path), visible(&why)));
        }
    }
}
