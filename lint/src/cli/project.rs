//! What the commands that read code begin with: the policy and the surface.

use std::fs;
use std::path::{Component, Path, PathBuf};

use route_role_policy::Policy;
use route_role_policy::file::{self, Loaded, Problem, RustConstants};
use serde::Deserialize;

use super::part::Part;
use super::progress::Progress;
use super::{CliError, CommonArgs, InputArgs};
use crate::description::{Unheard, Witness};
use crate::drift::Snapshot;
use crate::fix::Territory;
use crate::report::escape::visible;
use crate::rule::{Context, PolicyInFile};
use crate::source::{FileId, Overlay, ScanOptions, SourceMap};
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
    /// The API descriptions that the routes are compared with.
    pub(super) witnesses: Vec<Witness>,
    /// Those of the policy that can't be looked at.
    pub(super) unheard: Vec<Unheard>,
    /// What of the tree it is.
    pub(super) part: Part,
    /// The folder that shown paths are relative to.
    base: PathBuf,
    /// The way from the repository's folder to `base`, with `/` between its parts.
    pub(super) way_from_repository: String,
}

/// A policy that was read.
#[derive(Debug)]
pub(super) struct PolicyFile {
    file: FileId,
    path: PathBuf,
    loaded: Loaded,
}

impl Project {
    /// Reads a part of what was named, with one file's text from somewhere else.
    pub(super) fn read_with(
        input: &InputArgs,
        part: Part,
        common: &CommonArgs,
        strict: bool,
        overlay: Option<&Overlay>,
    ) -> Result<Self, CliError> {
        Self::read_all(input, part, overlay, common.quiet, |options| ScanOptions { strict, ..options })
    }

    /// Reads the routes of a part, and not what their handlers do.
    pub(super) fn read_routes(input: &InputArgs, part: Part, common: &CommonArgs) -> Result<Self, CliError> {
        Self::read_by(input, part, common.quiet, |options| ScanOptions { skips_bodies: true, ..options })
    }

    /// Reads the policy, and no code.
    pub(super) fn read_policy(input: &InputArgs) -> Result<Option<PolicyFile>, CliError> {
        let root = input.paths.first().map_or(Path::new("."), PathBuf::as_path);
        let read = |path: PathBuf| PolicyFile::read(&path, root, &mut SourceMap::default(), None);
        Part::whole(input).policy.map(read).transpose()
    }

    /// Reads a part of the code in its own way.
    pub(super) fn read_by(
        input: &InputArgs,
        part: Part,
        quiet: bool,
        adjust: impl FnOnce(ScanOptions) -> ScanOptions,
    ) -> Result<Self, CliError> {
        Self::read_all(input, part, None, quiet, adjust)
    }

    fn read_all(
        input: &InputArgs,
        part: Part,
        overlay: Option<&Overlay>,
        quiet: bool,
        adjust: impl FnOnce(ScanOptions) -> ScanOptions,
    ) -> Result<Self, CliError> {
        let mut sources = SourceMap::default();
        let root = input.paths.first().map_or(Path::new("."), PathBuf::as_path);
        let policy = part.policy.as_deref();
        let policy = policy.map(|path| PolicyFile::read(path, root, &mut sources, overlay)).transpose()?;
        let progress = Progress::start("reading", quiet);
        let stated = policy.as_ref().map(|policy| &policy.loaded.policy);
        let is_policy = |overlay: &&Overlay| policy.as_ref().is_some_and(|policy| overlay.is_for(&policy.path));
        let mut options = adjust(ScanOptions { scope: part.scope.clone(), ..scan_options(input, stated) });
        options.overlay = overlay.filter(|overlay| !is_policy(overlay)).cloned();
        let inventory = crate::scan(&options, &mut sources, stated)?;
        let surface = surface::build(inventory, stated);
        drop(progress);
        let base = Territory::new(&input.paths).map(|territory| territory.base().to_owned()).unwrap_or_default();
        let way_from_repository = way_from_repository(&base);
        let (witnesses, unheard) = (Vec::new(), Vec::new());
        Ok(Self { policy, surface, sources, witnesses, unheard, part, base, way_from_repository })
    }

    /// The file that lies at a path, which has no links in it.
    pub(super) fn file_at(&self, path: &Path) -> Option<FileId> {
        let lies_there = |policy: &&PolicyFile| fs::canonicalize(&policy.path).is_ok_and(|real| real == path);
        if let Some(policy) = self.policy.as_ref().filter(lies_there) {
            return Some(policy.file);
        }
        let shown = slashed(path.strip_prefix(&self.base).ok()?);
        let count = u32::try_from(self.sources.len()).unwrap_or(u32::MAX);
        (0..count).map(FileId).find(|file| self.sources.path(*file) == shown)
    }

    /// The service's name, where there are several.
    pub(super) fn service(&self) -> Option<&str> {
        self.part.service.as_deref()
    }

    /// ` in the service `x``: which one a remark is about, where there are several.
    pub(super) fn in_service(&self) -> String {
        self.service().map(|name| format!(" in the service `{}`", visible(name))).unwrap_or_default()
    }

    /// What rules look at.
    pub(super) fn context(&self) -> Context<'_> {
        let policy = self.policy.as_ref().map(|policy| PolicyInFile {
            policy: &policy.loaded.policy,
            file: policy.file,
            problems: &policy.loaded.problems,
        });
        let Self { surface, sources, witnesses, unheard, .. } = self;
        Context { surface, policy, witnesses, unheard, sources }
    }

    /// What reports call it, where nobody says so: the name of the package at its root, else that of its folder.
    pub(super) fn name(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Manifest {
            package: Package,
        }
        #[derive(Deserialize)]
        struct Package {
            name: String,
        }
        let manifest = fs::read_to_string(self.base.join("Cargo.toml")).ok();
        let stated =
            manifest.and_then(|text| toml::from_str::<Manifest>(&text).ok()).map(|manifest| manifest.package.name);
        stated.or_else(|| Some(self.base.file_name()?.to_string_lossy().into_owned()))
    }

    /// What is compared with other surfaces.
    pub(super) fn snapshot(&self) -> Snapshot {
        let policy = self.policy.as_ref().map(|policy| &policy.loaded.policy);
        Snapshot::of_surface(&self.surface, policy, &self.sources)
    }

    /// Whether a part of the policy, or of an API description, can't be used.
    pub(super) fn has_policy_errors(&self) -> bool {
        let mut mistakes = self.witnesses.iter().flat_map(|witness| &witness.problems);
        let is_misheard = !self.unheard.is_empty() || mistakes.any(Problem::is_error);
        is_misheard || self.policy.as_ref().is_some_and(PolicyFile::has_errors)
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

    /// Where it lies, seen from what is read.
    pub(super) fn shown(&self, input: &InputArgs) -> String {
        shown_path(&self.path, input.paths.first().map_or(Path::new("."), PathBuf::as_path))
    }

    /// What it says.
    pub(super) fn policy(&self) -> &Policy {
        &self.loaded.policy
    }

    /// Whether a part of it can't be used.
    pub(super) fn has_errors(&self) -> bool {
        self.loaded.has_errors()
    }

    fn read(path: &Path, root: &Path, sources: &mut SourceMap, overlay: Option<&Overlay>) -> Result<Self, CliError> {
        let text = match overlay.filter(|overlay| overlay.is_for(path)) {
            Some(overlay) => overlay.text.to_string(),
            None => fs::read_to_string(path).map_err(|error| CliError::Policy(path.to_owned(), error))?,
        };
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

/// The way from the folder that stands for the repository, for systems that know nothing else: the one with `.git` in it, or else the current one if what is linted lies in it.
fn way_from_repository(base: &Path) -> String {
    let repository = base.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned);
    let here = || std::env::current_dir().and_then(fs::canonicalize).ok();
    let way = repository.or_else(here).and_then(|root| base.strip_prefix(root).ok().map(slashed));
    way.unwrap_or_default()
}

fn slashed(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// A path as reports show it: relative to the root that is linted, so that the same tree gives the same report wherever it lies.
pub(super) fn shown_path(path: &Path, root: &Path) -> String {
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
