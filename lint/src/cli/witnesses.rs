//! `check --openapi`, and `openapi` of the policy: reading API descriptions and comparing them with the routes.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use route_role_policy::file::{self, Problem};
use route_role_policy::policy::DescriptionFile;
use route_role_policy::{Placed, suggest};

use super::project::{Project, shown_path};
use super::{CliError, InputArgs, output};
use crate::description::{self, Comparison, Prefix, Testimony, Unheard, Witness};
use crate::report::escape::visible;
use crate::rule::engine::list::counted;

/// API descriptions that the routes are compared with.
#[derive(Debug, Clone, Args)]
pub struct WitnessArgs {
    /// An API description (Swagger 2, OpenAPI 3.0 or 3.1, in JSON or YAML) to compare the routes with; may be repeated. [default: `openapi` of the policy]
    #[arg(long, value_name = "FILE")]
    openapi: Vec<PathBuf>,
}

impl WitnessArgs {
    /// Compares the routes with the descriptions that are named here, or else with those of the policy.
    pub(super) fn hear(&self, project: &mut Project, input: &InputArgs) -> Result<(), CliError> {
        if self.openapi.is_empty() {
            of_policy(project, input);
            return Ok(());
        }
        if project.service().is_some() {
            return Err(CliError::SharedDescription);
        }
        let mut known: Vec<&PathBuf> = Vec::new();
        for path in &self.openapi {
            if !known.contains(&path) {
                known.push(path);
                let text = fs::read(path).map_err(|error| CliError::Description(path.clone(), error))?;
                hear(project, input, path, text, None, None);
            }
        }
        Ok(())
    }
}

/// Compares the routes with the descriptions that the policy names.
pub(super) fn of_policy(project: &mut Project, input: &InputArgs) {
    let Some(policy) = &project.policy else { return };
    let folder = policy.path().parent().unwrap_or(Path::new(".")).to_owned();
    for entry in policy.policy().openapi.clone() {
        if let Err((place, message, help)) = of_entry(project, input, &folder, &entry) {
            let Some(stated) = project.context().policy else { return };
            let place = stated.span(&place);
            project.unheard.push(Unheard { message, help, place });
        }
    }
}

type Refusal = (Placed<String>, String, Option<String>);

fn of_entry(project: &mut Project, input: &InputArgs, folder: &Path, entry: &DescriptionFile) -> Result<(), Refusal> {
    let refused = |reason: String| {
        let help = "`check --openapi FILE` takes a file from anywhere".to_owned();
        (entry.file.clone(), format!("the API description `{}` can't be read: {reason}", entry.file.value), Some(help))
    };
    file::inside(folder, &entry.file).map_err(refused)?;
    let path = folder.join(entry.file.as_str());
    let text = fs::read(&path).map_err(|error| refused(error.to_string()))?;
    let programs = &project.surface.inventory.programs;
    let program = match &entry.program {
        None => None,
        Some(name) => Some(programs.iter().position(|program| program.name == name.value).ok_or_else(|| {
            let known = programs.iter().map(|program| program.name.as_str());
            (name.clone(), format!("there is no program `{}`", name.value), suggest::help(&name.value, known))
        })?),
    };
    hear(project, input, &path, text, entry.prefix.as_ref().map(|prefix| prefix.as_str()), program);
    Ok(())
}

fn hear(
    project: &mut Project,
    input: &InputArgs,
    path: &Path,
    text: Vec<u8>,
    prefix: Option<&str>,
    program: Option<usize>,
) {
    let shown = shown_path(path, input.paths.first().map_or(Path::new("."), PathBuf::as_path));
    let mut problems = Vec::new();
    let text = String::from_utf8(text).unwrap_or_else(|error| {
        let at = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
        let problem = Problem::error(at..at, "this isn't UTF-8").with_help("save the file as UTF-8".to_owned());
        problems.push(problem);
        text
    });
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    };
    let file = project.sources.add(shown, text);
    let is_text = problems.is_empty();
    let read = is_text.then(|| description::read(project.sources.text(file), file, &mut problems)).flatten();
    let testimony = read.map(|description| {
        let comparison = description::compare(&description, &project.surface, prefix, program);
        Testimony { description, comparison }
    });
    project.witnesses.push(Witness { file, problems, testimony });
}

/// Says how much of each description was compared, and how.
pub(super) fn remark(project: &Project) {
    for witness in &project.witnesses {
        let Some(Testimony { description, comparison }) = &witness.testimony else { continue };
        let file = visible(project.sources.path(witness.file));
        let operations = counted(description.operations.len(), "operation");
        let mut said = format!("note: `{file}`: {} of {operations} compared with routes", comparison.matches.len());
        if let Some(prefix) = unstated(comparison) {
            said += &format!(
                ", under `{}`, which it doesn't state; say so in its `servers`, or in the policy with `prefix`",
                visible(&prefix)
            );
        }
        output::say(&said);
        if let Some(left) = left(description, comparison) {
            output::say(&format!("note: `{file}`: {left}"));
        }
    }
}

fn unstated(comparison: &Comparison) -> Option<String> {
    match &comparison.prefix {
        Prefix::Found(prefix) => Some(prefix.to_string()),
        Prefix::Stated(_) => None,
    }
}

/// What couldn't be compared.
fn left(description: &description::Description, comparison: &Comparison) -> Option<String> {
    let by_end = comparison.matches.iter().filter(|found| found.by == description::By::End).count();
    let unproven = description.operations.iter().filter(|one| one.security == description::Security::Unproven).count();
    let parts = [
        (by_end, "matched by the end of a path whose beginning isn't known"),
        (comparison.unclear.len(), "not compared, because it isn't known which route answers"),
        (unproven, "with a remark that the security isn't known"),
    ];
    let mut said: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", counted(*count, "operation")))
        .collect();
    let elsewhere = description.elsewhere.len();
    if elsewhere > 0 {
        said.push(format!(
            "{} not compared, because what describes them stands in another file, or nowhere",
            counted(elsewhere, "path")
        ));
    }
    let routes = comparison.unclear_routes.len();
    if routes > 0 {
        said.push(format!("{} not compared, because a part of the path isn't known", counted(routes, "route")));
    }
    (!said.is_empty()).then(|| said.join("; "))
}
