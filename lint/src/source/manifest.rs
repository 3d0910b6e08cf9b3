//! What a `Cargo.toml` says, as far as the module tree depends on it.

use std::collections::BTreeMap;

use toml::{Table, Value};

/// A manifest; everything in it is optional, and what has an unexpected form counts as absent, since only cargo judges manifests.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    /// The package; `None` for a virtual workspace.
    pub(super) package: Option<PackageTable>,
    /// The dependencies of a `[workspace]`, which members may inherit; `None` if it isn't a workspace.
    pub(super) workspace: Option<Workspace>,
    pub(super) lib: Option<TargetTable>,
    pub(super) binaries: Vec<TargetTable>,
    pub(super) tests: Vec<TargetTable>,
    pub(super) examples: Vec<TargetTable>,
    pub(super) benches: Vec<TargetTable>,
    /// All dependencies, whatever they are needed for.
    pub(super) dependencies: BTreeMap<String, Dependency>,
}

#[derive(Debug, Default)]
pub(super) struct PackageTable {
    pub(super) name: Option<String>,
    pub(super) edition: Option<String>,
    /// Whether the edition is the workspace's.
    pub(super) edition_inherited: bool,
    /// Where the workspace is, if not above.
    pub(super) workspace: Option<String>,
    /// Which kinds of targets cargo must not look for.
    pub(super) no_auto: NoAuto,
}

/// Kinds of targets that count only when the manifest names them.
#[derive(Debug, Default)]
pub(super) struct NoAuto {
    pub(super) lib: bool,
    pub(super) binaries: bool,
    pub(super) tests: bool,
    pub(super) examples: bool,
    pub(super) benches: bool,
}

#[derive(Debug, Default)]
pub(super) struct Workspace {
    pub(super) dependencies: BTreeMap<String, Dependency>,
    /// `[patch]`: a name from a registry that is really a folder of this tree.
    pub(super) patches: BTreeMap<String, Dependency>,
    pub(super) edition: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct TargetTable {
    pub(super) name: Option<String>,
    pub(super) path: Option<String>,
}

/// A dependency, under the name that the code uses.
#[derive(Debug, Default)]
pub(super) struct Dependency {
    pub(super) path: Option<String>,
    pub(super) package: Option<String>,
    pub(super) inherited: bool,
    /// The versions that will do, as written.
    pub(super) version: Option<String>,
}

/// A manifest that isn't TOML.
#[derive(Debug)]
pub(super) struct Malformed {
    pub(super) offset: Option<u32>,
    pub(super) reason: String,
}

impl Manifest {
    pub(super) fn parse(text: &str) -> Result<Self, Malformed> {
        let root: Table = toml::from_str(text).map_err(|error| Malformed {
            offset: error.span().and_then(|span| u32::try_from(span.start).ok()),
            reason: error.message().trim().replace('\n', ", "),
        })?;
        let package = root.get("package").or_else(|| root.get("project")).and_then(Value::as_table);
        Ok(Self {
            package: package.map(PackageTable::new),
            workspace: root.get("workspace").and_then(Value::as_table).map(|table| Workspace::new(table, &root)),
            lib: root.get("lib").and_then(Value::as_table).map(TargetTable::new),
            binaries: targets(&root, "bin"),
            tests: targets(&root, "test"),
            examples: targets(&root, "example"),
            benches: targets(&root, "bench"),
            dependencies: all_dependencies(&root),
        })
    }
}

impl PackageTable {
    fn new(table: &Table) -> Self {
        let off = |key: &str| table.get(key).and_then(Value::as_bool) == Some(false);
        Self {
            name: string(table, "name"),
            edition: string(table, "edition"),
            edition_inherited: table.get("edition").is_some_and(Value::is_table),
            workspace: string(table, "workspace"),
            no_auto: NoAuto {
                lib: off("autolib"),
                binaries: off("autobins"),
                tests: off("autotests"),
                examples: off("autoexamples"),
                benches: off("autobenches"),
            },
        }
    }
}

impl Workspace {
    fn new(table: &Table, root: &Table) -> Self {
        let package = table.get("package").and_then(Value::as_table);
        let sources = root.get("patch").and_then(Value::as_table);
        let patches = sources.into_iter().flat_map(|sources| sources.values()).filter_map(Value::as_table);
        Self {
            dependencies: dependencies(table, "dependencies").collect(),
            patches: patches.flatten().map(|(name, value)| (name.clone(), Dependency::new(value))).collect(),
            edition: package.and_then(|package| string(package, "edition")),
        }
    }
}

impl TargetTable {
    fn new(table: &Table) -> Self {
        Self { name: string(table, "name"), path: string(table, "path") }
    }
}

impl Dependency {
    fn new(value: &Value) -> Self {
        let Some(table) = value.as_table() else {
            return Self { version: value.as_str().map(str::to_owned), ..Self::default() };
        };
        Self {
            path: string(table, "path"),
            version: string(table, "version"),
            package: string(table, "package"),
            inherited: table.get("workspace").and_then(Value::as_bool) == Some(true),
        }
    }
}

fn string(table: &Table, key: &str) -> Option<String> {
    table.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn targets(root: &Table, key: &str) -> Vec<TargetTable> {
    let list = root.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_table).map(TargetTable::new).collect()
}

fn dependencies<'a>(table: &'a Table, key: &str) -> impl Iterator<Item = (String, Dependency)> + 'a {
    let list = table.get(key).and_then(Value::as_table);
    list.into_iter().flatten().map(|(name, value)| (name.clone(), Dependency::new(value)))
}

fn all_dependencies(root: &Table) -> BTreeMap<String, Dependency> {
    let conditional = root.get("target").and_then(Value::as_table);
    let conditional = conditional.into_iter().flat_map(|targets| targets.values()).filter_map(Value::as_table);
    let tables: Vec<&Table> = conditional.chain([root]).collect();
    // What the code proper depends on has the last word.
    let keys = ["dev-dependencies", "dev_dependencies", "build-dependencies", "build_dependencies", "dependencies"];
    keys.iter().flat_map(|key| tables.iter().flat_map(move |table| dependencies(table, key))).collect()
}
