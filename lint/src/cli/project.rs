//! What the commands that read code begin with: the policy and the surface.

use std::path::{Component, Path, PathBuf};

use route_role_policy::Policy;
use route_role_policy::file::{self, Loaded, RustConstants};

use super::progress::Progress;
use super::{CliError, CommonArgs, InputArgs};
use crate::drift::Snapshot;
use crate::rule::{Context, PolicyInFile};
use crate::source::{FileId, ScanOptions, SourceMap};
use crate::surface::{self, Surface};

/// A project that was read.
#[derive(Debug)]
pub(super) struct Project {
    /// The policy, if there is one.
    pub(super) policy: Option<PolicyFile>,
    /// Every route with its access.
    pub(super) surface: Surface,
    /// Every file that was read.
    pub(super) sources: SourceMap,
}

/// A policy that was read.
#[derive(Debug)]
pub(super) struct PolicyFile {
    file: FileId,
    path: PathBuf,
    loaded: Loaded,
}

impl Project {
    /// Reads the policy, then the code.
    pub(super) fn read(input: &InputArgs, common: &CommonArgs, strict: bool) -> Result<Self, CliError> {
        Self::read_with(input, common, |options| ScanOptions { strict, ..options })
    }

    /// Reads the routes, and not what their handlers do.
    pub(super) fn read_routes(input: &InputArgs, common: &CommonArgs) -> Result<Self, CliError> {
        Self::read_with(input, common, |options| ScanOptions { skips_bodies: true, ..options })
    }

    fn read_with(
        input: &InputArgs,
        common: &CommonArgs,
        adjust: impl FnOnce(ScanOptions) -> ScanOptions,
    ) -> Result<Self, CliError> {
        let root = input.paths.first().map_or(Path::new("."), PathBuf::as_path);
        let policy = input.policy.clone().or_else(|| file::find(root));
        Self::read_by(input, policy.as_deref(), common.quiet, adjust)
    }

    /// Reads the code by a policy that was found already.
    pub(super) fn read_by(
        input: &InputArgs,
        policy: Option<&Path>,
        quiet: bool,
        adjust: impl FnOnce(ScanOptions) -> ScanOptions,
    ) -> Result<Self, CliError> {
        let mut sources = SourceMap::default();
        let root = input.paths.first().map_or(Path::new("."), PathBuf::as_path);
        let policy = policy.map(|path| PolicyFile::read(path, root, &mut sources)).transpose()?;
        let progress = Progress::start("reading", quiet);
        let stated = policy.as_ref().map(|policy| &policy.loaded.policy);
        let inventory = crate::scan(&adjust(scan_options(input, stated)), &mut sources, stated)?;
        let surface = surface::build(inventory, stated);
        drop(progress);
        Ok(Self { policy, surface, sources })
    }

    /// What rules look at.
    pub(super) fn context(&self) -> Context<'_> {
        let policy = self.policy.as_ref().map(|policy| PolicyInFile {
            policy: &policy.loaded.policy,
            file: policy.file,
            problems: &policy.loaded.problems,
        });
        Context { surface: &self.surface, policy, sources: &self.sources }
    }

    /// What is compared with other surfaces.
    pub(super) fn snapshot(&self) -> Snapshot {
        let policy = self.policy.as_ref().map(|policy| &policy.loaded.policy);
        Snapshot::of_surface(&self.surface, policy, &self.sources)
    }

    /// Whether a part of the policy can't be used.
    pub(super) fn has_policy_errors(&self) -> bool {
        self.policy.as_ref().is_some_and(|policy| policy.loaded.has_errors())
    }
}

impl PolicyFile {
    /// Its number among the files.
    pub(super) fn file(&self) -> FileId {
        self.file
    }

    /// Where it lies.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn read(path: &Path, root: &Path, sources: &mut SourceMap) -> Result<Self, CliError> {
        let text = std::fs::read_to_string(path).map_err(|error| CliError::Policy(path.to_owned(), error))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let loaded = file::load(&text, &mut RustConstants::new(folder));
        let file = sources.add(shown_path(path, root), text);
        Ok(Self { file, path: path.to_owned(), loaded })
    }
}

fn scan_options(input: &InputArgs, policy: Option<&Policy>) -> ScanOptions {
    let texts = |globs: &[route_role_policy::Placed<route_role_policy::PathGlob>]| {
        globs.iter().map(|glob| glob.as_str().to_owned()).collect()
    };
    ScanOptions {
        roots: input.paths.clone(),
        include: policy.map_or_else(Vec::new, |policy| texts(&policy.paths.include)),
        exclude: policy.map_or_else(Vec::new, |policy| texts(&policy.paths.exclude)),
        include_tests: input.include_tests,
        threads: input.threads,
        ..ScanOptions::default()
    }
}

/// A path as reports show it: relative to the root that is linted, so that the same tree gives the same report wherever it lies.
fn shown_path(path: &Path, root: &Path) -> String {
    let (Ok(path), Ok(root)) = (std::path::absolute(path), std::path::absolute(root)) else {
        return path.display().to_string();
    };
    let root = if root.is_file() { root.parent().map(Path::to_path_buf).unwrap_or_default() } else { root };
    let path: Vec<Component<'_>> = path.components().collect();
    let root: Vec<Component<'_>> = root.components().collect();
    let common = path.iter().zip(&root).take_while(|(left, right)| left == right).count();
    let up = root.iter().skip(common).map(|_| "..".to_owned());
    let down = path.iter().skip(common).map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_relative_to_the_root() {
        assert_eq!(shown_path(Path::new("a/b/route-role.yaml"), Path::new("a/b")), "route-role.yaml");
        assert_eq!(shown_path(Path::new("a/route-role.yaml"), Path::new("a/b/c")), "../../route-role.yaml");
        assert_eq!(shown_path(Path::new("x/p.yaml"), Path::new("a")), "../x/p.yaml");
    }
}
