//! Which services a tree holds: the folders with a policy.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{ScanError, walk};

/// The name of the service that is the root itself.
pub const ROOT: &str = ".";

/// What cargo calls a manifest.
const MANIFEST: &str = "Cargo.toml";
/// How manifests name the framework whose routes are read.
const FRAMEWORK: &str = "axum";

/// A folder with a policy of its own, and all packages below it that don't belong to a service further down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The way to its folder from the root that was searched, with `/` between its parts; `.` for the root itself.
    pub name: String,
    /// Its folder, as whoever named the root would call it.
    pub folder: PathBuf,
    /// Its policy.
    pub policy: PathBuf,
    /// What of the tree it is.
    pub scope: Scope,
}

/// A part of the tree that is scanned. What lies elsewhere in the tree is read as far as the packages of this part depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The folder, without links.
    pub folder: PathBuf,
    /// Folders below it that are scopes of their own.
    pub others: Vec<PathBuf>,
}

impl Service {
    /// Whether it is the root that was searched.
    pub fn is_root(&self) -> bool {
        self.name == ROOT
    }
}

impl Scope {
    /// Whether a file or folder belongs to it.
    pub fn holds(&self, path: &Path) -> bool {
        path.starts_with(&self.folder) && !self.others.iter().any(|other| path.starts_with(other))
    }
}

/// What a tree holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Services {
    /// The services, sorted by name.
    pub services: Vec<Service>,
    /// The folders of web programs that belong to none, because no policy lies at or above them; sorted.
    pub strays: Vec<String>,
}

/// The services below a root. `own` is the policy of the root itself, wherever that lies: the nearest policy decides.
///
/// One walk, that leaves out what a scan leaves out: what `.gitignore` names, `target`, and the tests, benches and examples of packages.
///
/// # Errors
///
/// The root can't be read.
pub fn services(root: &Path, own: Option<&Path>, policy_name: &str) -> Result<Services, ScanError> {
    let given = root;
    let root = fs::canonicalize(given).map_err(|error| ScanError::Unreadable(given.to_owned(), error))?;
    let mut folders: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
    let found = walk::named(&root, &[policy_name, MANIFEST])?;
    let (manifests, policies): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|path| path.file_name().is_some_and(|name| name == MANIFEST));
    for policy in policies {
        if let Some(folder) = policy.parent().filter(|folder| **folder != *root) {
            // As whoever named the root would call it.
            let shown = policy.strip_prefix(&root).map_or_else(|_| policy.clone(), |way| joined(given, way));
            folders.insert(folder.to_owned(), shown);
        }
    }
    folders.extend(own.map(|policy| (root.clone(), policy.to_owned())));
    let service = |(folder, policy): (&PathBuf, &PathBuf)| {
        let others = folders.keys().filter(|other| *other != folder && other.starts_with(folder));
        let name = way(&root, folder);
        Service {
            folder: if name == ROOT { given.to_owned() } else { joined(given, Path::new(&name)) },
            name,
            policy: policy.clone(),
            scope: Scope { folder: folder.clone(), others: others.cloned().collect() },
        }
    };
    let mut services: Vec<Service> = folders.iter().map(service).collect();
    services.sort_by(|left, right| left.name.cmp(&right.name));
    let strays = manifests.iter().filter_map(|manifest| manifest.parent().filter(|_| is_web_program(manifest)));
    let strays = strays.filter(|folder| !services.iter().any(|service| service.scope.holds(folder)));
    let mut strays: Vec<String> = strays.map(|folder| way(&root, folder)).collect();
    strays.sort();
    Ok(Services { services, strays })
}

/// Whether a manifest is that of a program that uses a framework whose routes are read.
fn is_web_program(manifest: &Path) -> bool {
    let has = |path: &str| manifest.with_file_name("src").join(path).exists();
    (has("main.rs") || has("bin")) && fs::read_to_string(manifest).is_ok_and(|text| text.contains(FRAMEWORK))
}

/// The way from the root to a folder, with `/` between its parts.
fn way(root: &Path, folder: &Path) -> String {
    let way = folder.strip_prefix(root).unwrap_or(folder);
    let parts: Vec<_> = way.iter().map(|part| part.to_string_lossy()).collect();
    if parts.is_empty() { ROOT.to_owned() } else { parts.join("/") }
}

/// A path as somebody would write it who stands in the current folder.
fn joined(given: &Path, way: &Path) -> PathBuf {
    if given == Path::new(".") { way.to_owned() } else { given.join(way) }
}
