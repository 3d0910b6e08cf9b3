//! The crates of a package: the ones that its manifest names, and the ones that cargo finds by their place.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::manifest::{Manifest, TargetTable};
use super::packages::{EDITION_IF_UNKNOWN, Package, Target, code_name, folder_name, join, parent};

/// All crates of one package.
#[derive(Debug, Default)]
pub(super) struct Targets {
    pub(super) lib: Option<Target>,
    pub(super) binaries: Vec<Target>,
    pub(super) tests: Vec<Target>,
    pub(super) examples: Vec<Target>,
    pub(super) benches: Vec<Target>,
}

/// The crates that a manifest makes of the files.
pub(super) fn of_manifest(dir: &str, name: &str, manifest: &Manifest, files: &BTreeSet<&str>) -> Targets {
    let finder = Finder { dir, files };
    let off = manifest.package.as_ref().map(|package| &package.no_auto);
    let auto = |off: Option<bool>| off != Some(true);
    let main = finder.existing("src/main.rs").map(|path| Target { name: name.to_owned(), path });
    let binaries = finder.in_folder("src/bin").into_iter().chain(main).collect();
    Targets {
        lib: finder.lib(name, manifest.lib.as_ref(), auto(off.map(|off| off.lib))),
        binaries: finder.list(
            &manifest.binaries,
            auto(off.map(|off| off.binaries)),
            binaries,
            &["src/bin"],
            Some(name),
        ),
        tests: finder.kind(&manifest.tests, auto(off.map(|off| off.tests)), "tests"),
        examples: finder.kind(&manifest.examples, auto(off.map(|off| off.examples)), "examples"),
        benches: finder.kind(&manifest.benches, auto(off.map(|off| off.benches)), "benches"),
    }
}

struct Finder<'a> {
    dir: &'a str,
    files: &'a BTreeSet<&'a str>,
}

impl Finder<'_> {
    /// The shown path of a file of the package, if there is one.
    fn existing(&self, path: &str) -> Option<String> {
        join(self.dir, path).filter(|path| self.files.contains(path.as_str()))
    }

    fn lib(&self, package: &str, table: Option<&TargetTable>, auto: bool) -> Option<Target> {
        let path = match table.and_then(|table| table.path.as_ref()) {
            Some(path) => self.existing(path),
            None if auto || table.is_some() => self.existing("src/lib.rs"),
            None => None,
        };
        let name = table.and_then(|table| table.name.as_deref()).unwrap_or(package);
        path.map(|path| Target { name: code_name(name), path })
    }

    fn kind(&self, tables: &[TargetTable], auto: bool, folder: &str) -> Vec<Target> {
        self.list(tables, auto, self.in_folder(folder), &[folder], None)
    }

    /// The targets that the manifest names, and those found that aren't among them.
    fn list(
        &self,
        tables: &[TargetTable],
        auto: bool,
        found: Vec<Target>,
        folders: &[&str],
        package: Option<&str>,
    ) -> Vec<Target> {
        let mut targets: Vec<Target> = tables.iter().filter_map(|table| self.named(table, folders, package)).collect();
        if auto {
            let is_new =
                |found: &Target| targets.iter().all(|known| known.name != found.name && known.path != found.path);
            let new: Vec<Target> = found.into_iter().filter(is_new).collect();
            targets.extend(new);
        }
        targets.sort();
        targets.dedup();
        targets
    }

    fn named(&self, table: &TargetTable, folders: &[&str], package: Option<&str>) -> Option<Target> {
        let name = table.name.as_deref()?;
        let path = match &table.path {
            Some(path) => self.existing(path),
            None => {
                let usual = folders.iter().find_map(|folder| {
                    let file = self.existing(&format!("{folder}/{name}.rs"));
                    file.or_else(|| self.existing(&format!("{folder}/{name}/main.rs")))
                });
                usual.or_else(|| package.and_then(|_| self.existing("src/main.rs")))
            }
        };
        path.map(|path| Target { name: name.to_owned(), path })
    }

    /// `folder/*.rs` and `folder/*/main.rs`.
    fn in_folder(&self, folder: &str) -> Vec<Target> {
        let Some(folder) = join(self.dir, folder) else { return Vec::new() };
        let prefix = format!("{folder}/");
        let inside =
            self.files.range(prefix.as_str()..).map_while(|path| path.strip_prefix(&prefix).map(|rest| (path, rest)));
        let targets = inside.filter_map(|(path, rest)| {
            let name = rest.strip_suffix("/main.rs").or_else(|| rest.strip_suffix(".rs"))?;
            (!name.contains('/')).then(|| Target { name: name.to_owned(), path: (*path).to_owned() })
        });
        targets.collect()
    }
}

/// Packages made up for files that no manifest covers: one for each folder that looks like a crate, or else one for all of them.
pub(super) fn without_manifest(packages: &[Package], base: &Path, files: &BTreeSet<&str>) -> Vec<Package> {
    let covered: BTreeSet<&str> = packages.iter().map(|package| package.dir.as_str()).collect();
    let stray: BTreeSet<&str> = files.iter().copied().filter(|path| !is_under(path, &covered)).collect();
    let mut crates: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in &stray {
        if matches!(path.rsplit('/').next(), Some("lib.rs" | "main.rs")) {
            let folder = parent(path);
            let dir = if folder == "src" || folder.ends_with("/src") { parent(folder) } else { folder };
            crates.entry(dir).or_default().push(path);
        }
    }
    let dirs: BTreeSet<&str> = crates.keys().copied().collect();
    // `src/routes/main.rs` below a crate is a module of it.
    crates.retain(|dir, _| dir.is_empty() || !is_under(dir, &dirs));
    if crates.is_empty() && packages.is_empty() {
        let depth = |path: &&str| path.matches('/').count();
        let top = stray.iter().map(depth).min();
        crates.insert("", stray.iter().filter(|path| Some(depth(path)) == top).copied().collect());
    }
    crates.retain(|_, roots| !roots.is_empty());
    crates.into_iter().map(|(dir, roots)| pseudo(dir, &roots, base)).collect()
}

fn pseudo(dir: &str, roots: &[&str], base: &Path) -> Package {
    let name = folder_name(dir, base);
    let target = |name: &str, path: &str| Target { name: name.to_owned(), path: path.to_owned() };
    let is_lib = |path: &&&str| path.rsplit('/').next() == Some("lib.rs");
    let stem = |path: &str| path.rsplit('/').next().and_then(|file| file.strip_suffix(".rs")).map(str::to_owned);
    let binaries = roots.iter().filter(|path| !is_lib(path)).map(|path| match stem(path).as_deref() {
        None | Some("main") => target(&name, path),
        Some(stem) => target(stem, path),
    });
    Package {
        dir: dir.to_owned(),
        is_own: true,
        has_manifest: false,
        edition: EDITION_IF_UNKNOWN.to_owned(),
        lib: roots.iter().find(is_lib).map(|path| target(&code_name(&name), path)),
        binaries: binaries.collect(),
        tests: Vec::new(),
        examples: Vec::new(),
        benches: Vec::new(),
        dependencies: BTreeMap::new(),
        versions: BTreeMap::new(),
        name,
    }
}

/// Whether a path is below one of the folders.
fn is_under(path: &str, dirs: &BTreeSet<&str>) -> bool {
    let mut dir = path;
    while !dir.is_empty() {
        dir = parent(dir);
        if dirs.contains(dir) {
            return true;
        }
    }
    false
}
