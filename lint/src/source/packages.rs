//! Packages: which files are the roots of crates, and which crates see each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::manifest::{Dependency, Manifest, Workspace};
use super::read;
use super::targets;
use super::{SourceFile, SourceMap, SourceProblem};

/// A package's place in [`super::Sources::packages`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageIndex(pub usize);

/// A package: a manifest with what cargo would build for it, or a folder of Rust files without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its name in the manifest, or its folder's name.
    pub name: String,
    /// Its folder as shown; empty for the root itself.
    pub dir: String,
    /// Whether it is linted, and not only read because another package depends on it.
    pub is_own: bool,
    /// Whether there is a manifest.
    pub has_manifest: bool,
    /// The edition, `2021`; cargo's default is `2015`.
    pub edition: String,
    /// The library; its name is the one that code uses.
    pub lib: Option<Target>,
    /// The binaries.
    pub binaries: Vec<Target>,
    /// The integration tests; only when a scan includes tests, like the next two.
    pub tests: Vec<Target>,
    /// The examples.
    pub examples: Vec<Target>,
    /// The benchmarks.
    pub benches: Vec<Target>,
    /// The packages of this tree that it depends on, under the names that its code uses.
    pub dependencies: BTreeMap<String, PackageIndex>,
    /// The versions that it wants of packages of a registry, as written, under the names that its code uses.
    pub versions: BTreeMap<String, String>,
}

/// A crate of a package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// Its root file, as shown.
    pub path: String,
}

/// The edition of a package that inherits it from a workspace outside of the tree, or that has no manifest.
pub(super) const EDITION_IF_UNKNOWN: &str = "2024";

/// A manifest's folder, its path as shown, and its text or why it wasn't read.
pub(super) type ManifestText = (String, String, Result<Arc<str>, SourceProblem>);

/// Reads the manifests that a walk found.
pub(super) fn read_manifests(found: &BTreeMap<String, PathBuf>) -> Vec<ManifestText> {
    let read = |shown: &str, path: &Path| read::read(shown, path).map(|(text, _)| text);
    found.iter().map(|(shown, path)| (parent(shown).to_owned(), shown.clone(), read(shown, path))).collect()
}

/// Works out the packages of the files that there are.
pub(super) fn packages(
    manifests: Vec<ManifestText>,
    base: &Path,
    files: &[SourceFile],
    map: &mut SourceMap,
    problems: &mut Vec<SourceProblem>,
) -> Vec<Package> {
    let mut parsed = BTreeMap::new();
    for (dir, path, text) in manifests {
        match text.and_then(|text| parse(path, text, map)) {
            Ok(manifest) => {
                parsed.insert(dir, manifest);
            }
            Err(problem) => {
                problems.push(problem);
                // A package it still is; what cargo finds by itself is found.
                let package = Some(Default::default());
                parsed.insert(dir, Manifest { package, ..Manifest::default() });
            }
        }
    }
    let files: BTreeSet<&str> = files.iter().map(|file| &*file.path).collect();
    let mut packages: Vec<Package> =
        parsed.iter().filter_map(|(dir, manifest)| package(dir, manifest, &parsed, base, &files)).collect();
    packages.extend(targets::without_manifest(&packages, base, &files));
    packages.sort_by(|left, right| left.dir.cmp(&right.dir));
    let by_dir: BTreeMap<String, PackageIndex> =
        packages.iter().enumerate().map(|(at, package)| (package.dir.clone(), PackageIndex(at))).collect();
    for package in &mut packages {
        if let Some(manifest) = parsed.get(&package.dir).filter(|_| package.has_manifest) {
            package.dependencies = dependencies(&package.dir, manifest, &parsed, &by_dir);
            package.versions = versions(&package.dir, manifest, &parsed);
        }
    }
    packages
}

fn parse(path: String, text: Arc<str>, map: &mut SourceMap) -> Result<Manifest, SourceProblem> {
    Manifest::parse(&text).map_err(|malformed| {
        let file = map.add(path.as_str(), text);
        SourceProblem::unread(path, format!("this manifest isn't valid TOML: {}", malformed.reason))
            .of(file)
            .at(malformed.offset.unwrap_or(0))
            .help("correct it; until then the package's crates and dependencies are guessed from its folders")
    })
}

fn package(
    dir: &str,
    manifest: &Manifest,
    all: &BTreeMap<String, Manifest>,
    base: &Path,
    files: &BTreeSet<&str>,
) -> Option<Package> {
    let table = manifest.package.as_ref()?;
    let name = table.name.clone().unwrap_or_else(|| folder_name(dir, base));
    let inherited = || workspace(dir, manifest, all).and_then(|(_, workspace)| workspace.edition.clone());
    let edition = match (&table.edition, table.edition_inherited) {
        (Some(edition), _) => edition.clone(),
        (None, true) => inherited().unwrap_or_else(|| EDITION_IF_UNKNOWN.to_owned()),
        (None, false) => "2015".to_owned(),
    };
    let targets = targets::of_manifest(dir, &name, manifest, files);
    Some(Package {
        name,
        dir: dir.to_owned(),
        is_own: true,
        has_manifest: true,
        edition,
        lib: targets.lib,
        binaries: targets.binaries,
        tests: targets.tests,
        examples: targets.examples,
        benches: targets.benches,
        dependencies: BTreeMap::new(),
        versions: BTreeMap::new(),
    })
}

fn versions(dir: &str, manifest: &Manifest, all: &BTreeMap<String, Manifest>) -> BTreeMap<String, String> {
    let workspace = workspace(dir, manifest, all).map(|(_, workspace)| workspace);
    let wanted = manifest.dependencies.iter().filter_map(|(name, dependency)| {
        let real = if dependency.inherited { workspace?.dependencies.get(name)? } else { dependency };
        Some((code_name(name), real.version.clone()?))
    });
    wanted.collect()
}

fn dependencies(
    dir: &str,
    manifest: &Manifest,
    all: &BTreeMap<String, Manifest>,
    by_dir: &BTreeMap<String, PackageIndex>,
) -> BTreeMap<String, PackageIndex> {
    let workspace = workspace(dir, manifest, all);
    let locate = |name: &str, dependency: &Dependency| {
        if let Some(path) = &dependency.path {
            return by_dir.get(&join(dir, path)?).copied();
        }
        let (root, workspace) = workspace?;
        let mut real = dependency;
        if dependency.inherited {
            real = workspace.dependencies.get(name)?;
            if let Some(path) = &real.path {
                return by_dir.get(&join(root, path)?).copied();
            }
        }
        let patch = workspace.patches.get(real.package.as_deref().unwrap_or(name))?;
        by_dir.get(&join(root, patch.path.as_ref()?)?).copied()
    };
    let located = manifest.dependencies.iter().filter_map(|(name, dependency)| {
        let index = locate(name, dependency)?;
        Some((code_name(name), index))
    });
    located.collect()
}

/// The workspace that a package belongs to, with its folder: the one it names, or the nearest above.
fn workspace<'a>(
    dir: &str,
    manifest: &Manifest,
    all: &'a BTreeMap<String, Manifest>,
) -> Option<(&'a str, &'a Workspace)> {
    let at = |dir: &str| {
        let (dir, manifest) = all.get_key_value(dir)?;
        Some((dir.as_str(), manifest.workspace.as_ref()?))
    };
    if let Some(named) = manifest.package.as_ref().and_then(|package| package.workspace.as_ref()) {
        return at(&join(dir, named)?);
    }
    let mut dir = dir;
    loop {
        if let Some(found) = at(dir) {
            return Some(found);
        }
        if dir.is_empty() {
            return None;
        }
        dir = parent(dir);
    }
}

/// A name as code writes it.
pub(super) fn code_name(name: &str) -> String {
    name.replace('-', "_")
}

/// The folder of a path as shown.
pub(super) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// The last part of a folder's real name.
pub(super) fn folder_name(dir: &str, base: &Path) -> String {
    let full = base.join(dir);
    // A package isn't called `src`; what is above says more.
    let folder = if full.ends_with("src") { full.parent().unwrap_or(&full) } else { &full };
    folder.file_name().map_or_else(|| "root".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// A relative path from a folder; `None` if it leads out of the tree.
pub(super) fn join(dir: &str, path: &str) -> Option<String> {
    let path = path.replace('\\', "/");
    if path.starts_with('/') || path.contains(':') {
        return None;
    }
    let mut parts: Vec<&str> = dir.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
