//! Crates and their modules, loaded when somebody asks for them.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use foldhash::HashMap as FastMap;

use crate::frontend::rust::expand::Rules;
use crate::frontend::rust::facts::{Extent, Item, ItemKind, TextId};
use crate::frontend::rust::parse::ParseOptions;
use crate::source::{FileId, Span};

use super::names::NameMemory;
use super::names::{Resolved, Space};
use super::shelf::Shelf;
use super::texts::Texts;

/// A crate: the library of a package, or one of its binaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct CrateId(pub(crate) usize);

/// A module of some crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ModuleId(pub(crate) usize);

/// An item, with the text that its extents refer to and the module that it stands in.
#[derive(Debug, Clone)]
pub(crate) struct Definition {
    pub(crate) module: ModuleId,
    pub(crate) text: TextId,
    pub(crate) item: Arc<Item>,
}

impl PartialEq for Definition {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.item, &other.item)
    }
}

impl Eq for Definition {}

#[derive(Debug)]
pub(crate) struct Crate {
    /// The name in `use` paths.
    pub(crate) name: String,
    pub(crate) root: ModuleId,
    /// Crates of the tree that `use` paths may begin with.
    pub(crate) externs: BTreeMap<String, CrateId>,
    /// The versions that it wants of crates outside of the tree, as written.
    pub(crate) versions: BTreeMap<String, String>,
}

#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) krate: CrateId,
    /// Names from the crate root down, without `crate`.
    pub(crate) path: Vec<String>,
    pub(crate) parent: Option<ModuleId>,
    /// For the items inside a function body: names that aren't found here are looked up there.
    pub(crate) encloses: Option<ModuleId>,
    /// The folder in which the files of child modules stand.
    folder: String,
    /// The folder that `#[path]` is relative to.
    path_folder: String,
    pub(crate) definitions: Vec<Definition>,
    pub(crate) by_name: FastMap<String, Vec<usize>>,
    pub(crate) imports: FastMap<String, Vec<Vec<String>>>,
    pub(crate) globs: Vec<Vec<String>>,
    /// Macro calls in item position that haven't been expanded.
    pub(crate) pending_calls: Vec<Definition>,
    children: HashMap<String, Option<ModuleId>>,
}

/// A file that isn't wholly Rust.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BrokenText {
    pub(crate) span: Span,
    pub(crate) message: String,
}

/// Every crate of the tree; modules appear as they are needed.
pub(crate) struct Modules<'s> {
    pub(crate) texts: Texts,
    files: &'s HashMap<Arc<str>, FileId>,
    sources: &'s dyn Fn(FileId) -> Arc<str>,
    shelf: &'s Shelf<'s>,
    pub(crate) options: ParseOptions,
    pub(crate) crates: Vec<Crate>,
    pub(crate) modules: Vec<Module>,
    /// The first module that each file was loaded as.
    pub(crate) loaded_files: BTreeMap<FileId, ModuleId>,
    pub(crate) broken: Vec<BrokenText>,
    /// Every `impl`, by the last name of the type that it is for.
    implementations: HashMap<String, Vec<Definition>>,
    /// Every `impl` of a trait, by the last name of the trait.
    implementations_of: HashMap<String, Vec<Definition>>,
    /// The files that say what types implement, by the names of the types, as long as nobody asked.
    pub(crate) implemented_in: HashMap<String, Vec<String>>,
    /// What crates see of each other; settled once all of them are known.
    visible: OnceCell<HashMap<CrateId, BTreeSet<CrateId>>>,
    /// Every `macro_rules!`, by name.
    macros: HashMap<String, Vec<Definition>>,
    /// What the globs of a module say of a name, during one resolution.
    pub(super) glob_lookups: FastMap<(ModuleId, String, Space), Option<Resolved>>,
    pub(crate) names: NameMemory,
    /// Macros whose rules were read.
    pub(crate) rules: HashMap<*const Item, Rc<Rules>>,
}

impl<'s> Modules<'s> {
    pub(crate) fn new(
        files: &'s HashMap<Arc<str>, FileId>,
        sources: &'s dyn Fn(FileId) -> Arc<str>,
        shelf: &'s Shelf<'s>,
        options: ParseOptions,
    ) -> Self {
        Self {
            texts: Texts::default(),
            files,
            sources,
            shelf,
            options,
            crates: Vec::new(),
            modules: Vec::new(),
            loaded_files: BTreeMap::new(),
            broken: Vec::new(),
            implementations: HashMap::new(),
            implementations_of: HashMap::new(),
            implemented_in: HashMap::new(),
            visible: OnceCell::new(),
            macros: HashMap::new(),
            glob_lookups: FastMap::default(),
            names: NameMemory::default(),
            rules: HashMap::new(),
        }
    }

    /// Adds a crate whose root module is this file; `None` if there is no such file.
    pub(crate) fn add_crate(&mut self, name: &str, root_file: &str) -> Option<CrateId> {
        let file = *self.files.get(root_file)?;
        let krate = CrateId(self.crates.len());
        let folder = folder_of(root_file).to_owned();
        let root = self.load_file(krate, Vec::new(), None, file, folder.clone(), folder);
        self.crates.push(Crate { name: name.to_owned(), root, externs: BTreeMap::new(), versions: BTreeMap::new() });
        Some(krate)
    }

    pub(crate) fn module(&self, id: ModuleId) -> &Module {
        &self.modules[id.0]
    }

    pub(crate) fn span(&self, definition: &Definition) -> Span {
        self.texts.span(definition.text, definition.item.extent)
    }

    pub(crate) fn span_of(&self, text: TextId, extent: Extent) -> Span {
        self.texts.span(text, extent)
    }

    /// The text of a file.
    pub(crate) fn file_text(&self, file: FileId) -> Arc<str> {
        (self.sources)(file)
    }

    /// The file that a module is, if it is one.
    pub(crate) fn file_of(&self, module: ModuleId) -> Option<FileId> {
        self.loaded_files.iter().find(|(_, loaded)| **loaded == module).map(|(file, _)| *file)
    }

    /// Code outside of functions that may still name one: initialisers of constants and arguments of macros.
    pub(crate) fn other_code(&self) -> Vec<(TextId, Extent)> {
        let mut found = Vec::new();
        for module in &self.modules {
            for definition in module.definitions.iter().chain(&module.pending_calls) {
                match &definition.item.kind {
                    ItemKind::Constant { value: Some(extent) } | ItemKind::MacroCall { tokens: extent, .. } => {
                        found.push((definition.text, *extent));
                    }
                    _ => {}
                }
            }
        }
        found
    }

    /// The full name of something in a module.
    pub(crate) fn full_name(&self, module: ModuleId, name: &str) -> Vec<String> {
        let module = self.module(module);
        let mut full = vec!["crate".to_owned()];
        full.extend(module.path.iter().filter(|name| !name.is_empty()).cloned());
        full.push(name.to_owned());
        full
    }

    /// The child module of this name, loading its file if there is one.
    pub(crate) fn child(&mut self, parent: ModuleId, name: &str) -> Option<ModuleId> {
        if let Some(known) = self.module(parent).children.get(name) {
            return *known;
        }
        let candidates = self.module(parent).by_name.get(name).cloned().unwrap_or_default();
        let definition = candidates
            .into_iter()
            .map(|index| self.module(parent).definitions[index].clone())
            .find(|definition| matches!(definition.item.kind, ItemKind::InlineModule(_) | ItemKind::FileModule))?;
        // Registered before it is loaded: a module that includes itself finds nothing.
        self.modules[parent.0].children.insert(name.to_owned(), None);
        let child = match &definition.item.kind {
            ItemKind::InlineModule(items) => Some(self.load_inline(parent, name, &definition, items.clone())),
            _ => self.load_child_file(parent, name, &definition),
        };
        self.modules[parent.0].children.insert(name.to_owned(), child);
        child
    }

    fn load_inline(
        &mut self,
        parent: ModuleId,
        name: &str,
        definition: &Definition,
        items: Vec<Arc<Item>>,
    ) -> ModuleId {
        let outer = self.module(parent);
        let folder = join(&outer.folder, name);
        let mut path = outer.path.clone();
        path.push(name.to_owned());
        let krate = outer.krate;
        let id = self.add_module(krate, path, Some(parent), folder.clone(), folder);
        self.fill(id, definition.text, items);
        id
    }

    fn load_child_file(&mut self, parent: ModuleId, name: &str, definition: &Definition) -> Option<ModuleId> {
        let outer = self.module(parent);
        let explicit = definition.item.attributes.iter().find(|attribute| attribute.is(&["path"])).map(|attribute| {
            let literal = self.texts.slice(definition.text, attribute.arguments);
            normalised(&join(&outer.path_folder, literal.trim().trim_matches('"')))
        });
        let candidates = match explicit {
            Some(path) => vec![path],
            None => vec![join(&outer.folder, &format!("{name}.rs")), join(&outer.folder, &format!("{name}/mod.rs"))],
        };
        let mut path = outer.path.clone();
        path.push(name.to_owned());
        let krate = outer.krate;
        let found = candidates.into_iter().find_map(|path| self.files.get(path.as_str()).map(|file| (path, *file)));
        let (file_path, file) = found?;
        // A file that is its own ancestor would load itself without end.
        if self.is_ancestor_file(parent, file) {
            return None;
        }
        let path_folder = folder_of(&file_path).to_owned();
        let folder = match file_path.rsplit('/').next() {
            Some("mod.rs") => path_folder.clone(),
            _ if definition.item.attributes.iter().any(|attribute| attribute.is(&["path"])) => path_folder.clone(),
            _ => file_path.trim_end_matches(".rs").to_owned(),
        };
        Some(self.load_file(krate, path, Some(parent), file, folder, path_folder))
    }

    fn is_ancestor_file(&self, from: ModuleId, file: FileId) -> bool {
        let mut at = Some(from);
        let mut depth = 0;
        while let Some(id) = at {
            if self.loaded_files.get(&file) == Some(&id) || depth > 256 {
                return true;
            }
            at = self.module(id).parent;
            depth += 1;
        }
        false
    }

    fn load_file(
        &mut self,
        krate: CrateId,
        path: Vec<String>,
        parent: Option<ModuleId>,
        file: FileId,
        folder: String,
        path_folder: String,
    ) -> ModuleId {
        let source = (self.sources)(file);
        let id = self.add_module(krate, path, parent, folder, path_folder);
        let text = self.texts.add_file(file, source.clone());
        if self.loaded_files.insert(file, id).is_some() {
            self.fill(id, text, self.shelf.facts_again(&source).items);
            return id;
        }
        let Some(facts) = self.shelf.facts(file, &source) else { return id };
        for error in &facts.errors {
            let span = self.texts.span(text, error.extent);
            self.broken.push(BrokenText { span, message: error.message.clone() });
        }
        self.fill(id, text, facts.items.clone());
        id
    }

    fn add_module(
        &mut self,
        krate: CrateId,
        path: Vec<String>,
        parent: Option<ModuleId>,
        folder: String,
        path_folder: String,
    ) -> ModuleId {
        let id = ModuleId(self.modules.len());
        self.modules.push(Module {
            krate,
            path,
            parent,
            encloses: None,
            folder,
            path_folder,
            definitions: Vec::new(),
            by_name: FastMap::default(),
            imports: FastMap::default(),
            globs: Vec::new(),
            pending_calls: Vec::new(),
            children: HashMap::new(),
        });
        id
    }

    /// A module for the items of a function body: it sees all that its function sees.
    pub(crate) fn add_body_module(&mut self, around: ModuleId, text: TextId, items: Vec<Arc<Item>>) -> ModuleId {
        let outer = self.module(around);
        let (krate, path, parent) = (outer.krate, outer.path.clone(), outer.parent);
        let (folder, path_folder) = (outer.folder.clone(), outer.path_folder.clone());
        let id = self.add_module(krate, path, parent, folder, path_folder);
        self.modules[id.0].encloses = Some(around);
        self.fill(id, text, items);
        id
    }

    /// Adds items to a module: its own, or those that one of its macro calls expanded to.
    pub(crate) fn fill(&mut self, id: ModuleId, text: TextId, items: Vec<Arc<Item>>) {
        let module = &mut self.modules[id.0];
        for item in items {
            match &item.kind {
                ItemKind::Use(imports) => {
                    for import in imports {
                        match &import.name {
                            Some(name) => module.imports.entry(name.clone()).or_default().push(import.path.clone()),
                            None => module.globs.push(import.path.clone()),
                        }
                    }
                }
                ItemKind::ExternCrate { original } => {
                    let path = vec![String::new(), original.clone()];
                    module.imports.entry(item.name.clone()).or_default().push(path);
                }
                ItemKind::MacroCall { .. } => module.pending_calls.push(Definition { module: id, text, item }),
                _ => {
                    let definition = Definition { module: id, text, item };
                    if let ItemKind::Impl { self_type, of_trait, .. } = &definition.item.kind {
                        if let Some(path) = self_type.as_path() {
                            self.implementations.entry(path.last().to_owned()).or_default().push(definition.clone());
                        }
                        if let Some(path) = of_trait {
                            let known = self.implementations_of.entry(path.last().to_owned()).or_default();
                            known.push(definition.clone());
                        }
                    }
                    if let ItemKind::MacroRules(_) = definition.item.kind {
                        self.macros.entry(definition.item.name.clone()).or_default().push(definition.clone());
                    }
                    module.by_name.entry(definition.item.name.clone()).or_default().push(module.definitions.len());
                    module.definitions.push(definition);
                }
            }
        }
    }

    /// The `impl`s for types of this name that are loaded, in the crates from which this type can be seen.
    pub(crate) fn implementations(&self, of: &Definition) -> Vec<Definition> {
        self.seeing(of, self.implementations.get(&of.item.name))
    }

    fn seeing(&self, of: &Definition, known: Option<&Vec<Definition>>) -> Vec<Definition> {
        let of = self.module(of.module).krate;
        let sees = |definition: &&Definition| self.sees(self.module(definition.module).krate, of);
        known.into_iter().flatten().filter(sees).cloned().collect()
    }

    /// Whether code of a crate can name things of another one, or of itself.
    pub(crate) fn sees(&self, from: CrateId, of: CrateId) -> bool {
        from == of || self.visible.get_or_init(|| visible(&self.crates)).get(&from).is_some_and(|all| all.contains(&of))
    }

    /// Loads the files of a crate that have an `impl` for a type of this name.
    pub(crate) fn load_implementations(&mut self, krate: CrateId, type_name: &str) {
        let Some(files) = self.implemented_in.remove(type_name) else { return };
        let is_unread =
            |path: &String| self.files.get(path.as_str()).is_some_and(|file| !self.loaded_files.contains_key(file));
        let files: Vec<String> = files.into_iter().filter(is_unread).collect();
        if files.is_empty() {
            return;
        }
        self.load_down_to(krate, &|stem| {
            files.iter().any(|file| file.strip_prefix(stem).is_some_and(|rest| rest == ".rs" || rest.starts_with('/')))
        });
    }

    /// The `impl`s of traits of this name that are loaded, in the crates from which this trait can be seen.
    pub(crate) fn implementations_of(&self, of: &Definition) -> Vec<Definition> {
        self.seeing(of, self.implementations_of.get(&of.item.name))
    }

    /// The first macro of this name in a crate, or else in any.
    pub(crate) fn macro_anywhere(&self, krate: CrateId, name: &str) -> Option<Definition> {
        let known = self.macros.get(name)?;
        let distance = |definition: &&Definition| {
            let module = definition.module;
            (self.module(module).krate != krate, module)
        };
        known.iter().min_by_key(distance).cloned()
    }

    /// Loads every module of a crate that its `mod` declarations reach and that is in one of these files or above one.
    pub(crate) fn load_down_to(&mut self, krate: CrateId, wanted: &dyn Fn(&str) -> bool) {
        let mut open = vec![self.crates[krate.0].root];
        while let Some(id) = open.pop() {
            let declared: Vec<(String, bool)> = self
                .module(id)
                .definitions
                .iter()
                .filter_map(|definition| match &definition.item.kind {
                    ItemKind::InlineModule(_) => Some((definition.item.name.clone(), true)),
                    ItemKind::FileModule => {
                        let has_path = definition.item.attributes.iter().any(|attribute| attribute.is(&["path"]));
                        let stem = join(&self.module(id).folder, &definition.item.name);
                        Some((definition.item.name.clone(), has_path || wanted(&stem)))
                    }
                    _ => None,
                })
                .collect();
            for (name, load) in declared {
                if load && let Some(child) = self.child(id, &name) {
                    open.push(child);
                }
            }
        }
    }
}

/// The crates that each crate can name things of: those that it depends on, and what they may re-export.
fn visible(crates: &[Crate]) -> HashMap<CrateId, BTreeSet<CrateId>> {
    let beyond = |from: usize| {
        let mut seen = BTreeSet::new();
        let mut open = vec![CrateId(from)];
        while let Some(krate) = open.pop() {
            let externs = crates.get(krate.0).into_iter().flat_map(|krate| krate.externs.values().copied());
            open.extend(externs.filter(|found| seen.insert(*found)));
        }
        (CrateId(from), seen)
    };
    (0..crates.len()).map(beyond).collect()
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Takes `.` and `..` out of a path; one that leaves the root keeps its `..` and so names no file of the tree.
fn normalised(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
