//! Names: what a path means where it stands.

use foldhash::{HashMap, HashSet};

use crate::frontend::rust::facts::ItemKind;
use crate::frontend::rust::{actix, axum, gotham, loco, poem, rocket, rwf, salvo, tide, warp};

use super::expansion;
use super::modules::{CrateId, Definition, ModuleId, Modules};

/// What a path means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resolved {
    /// A module of the tree.
    Module(ModuleId),
    /// An item of the tree.
    Item(Definition),
    /// Something inside an item: an associated function, a variant.
    Member(Definition, Vec<String>),
    /// Something outside the tree, or a name that nothing declares.
    External(Vec<String>),
}

/// Which of several things with one name is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Space {
    /// Functions and constants.
    Value,
    /// Types, traits, modules.
    Type,
    /// Macros.
    Macro,
}

/// Answers that were given before.
#[derive(Debug, Default)]
pub(crate) struct NameMemory {
    found: HashMap<(ModuleId, String, Space), Resolved>,
    /// Asked since the question began: asking again leads around in circles.
    asked: HashSet<(ModuleId, String, Space)>,
}

/// Imports may go around in circles; no honest path is longer.
const MAX_STEPS: usize = 48;

impl Modules<'_> {
    /// What `names` means in `module`.
    pub(crate) fn resolve(&mut self, module: ModuleId, names: &[String], space: Space) -> Resolved {
        let outer = std::mem::take(&mut self.glob_lookups);
        let found = self.resolve_steps(module, names, space, 0);
        self.glob_lookups = outer;
        found
    }

    fn resolve_steps(&mut self, module: ModuleId, names: &[String], space: Space, steps: usize) -> Resolved {
        let external = || Resolved::External(names.to_vec());
        let Some((first, rest)) = names.split_first() else { return external() };
        if steps > MAX_STEPS {
            return external();
        }
        let krate = self.module(module).krate;
        let here = if rest.is_empty() { space } else { Space::Type };
        let start = match first.as_str() {
            "" => {
                let Some((name, rest)) = rest.split_first() else { return external() };
                return match self.extern_crate(krate, name) {
                    Some(found) => {
                        let root = self.crates[found.0].root;
                        self.walk(Resolved::Module(root), rest, space, steps)
                    }
                    None => Resolved::External(names[1..].to_vec()),
                };
            }
            "crate" => Resolved::Module(self.crates[krate.0].root),
            "self" => Resolved::Module(self.outermost(module)),
            "super" => match self.module(self.outermost(module)).parent {
                Some(parent) => Resolved::Module(parent),
                None => return external(),
            },
            name => match self.lookup(module, name, here, steps + 1) {
                Some(found) => found,
                None => match self.extern_crate(krate, name) {
                    // Crates are names of types, not of values: `use app::*` names one.
                    Some(found) if here == Space::Type => Resolved::Module(self.crates[found.0].root),
                    _ => return external(),
                },
            },
        };
        self.walk(start, rest, space, steps + 1)
    }

    /// A function body's module stands for the module around it.
    fn outermost(&self, module: ModuleId) -> ModuleId {
        let mut id = module;
        while let Some(around) = self.module(id).encloses {
            id = around;
        }
        id
    }

    fn extern_crate(&self, krate: CrateId, name: &str) -> Option<CrateId> {
        self.crates[krate.0].externs.get(name).copied()
    }

    fn walk(&mut self, mut at: Resolved, rest: &[String], space: Space, steps: usize) -> Resolved {
        for (index, name) in rest.iter().enumerate() {
            let last = index + 1 == rest.len();
            at = match at {
                Resolved::Module(module) if name == "super" => match self.module(module).parent {
                    Some(parent) => Resolved::Module(parent),
                    None => return Resolved::External(rest[index..].to_vec()),
                },
                Resolved::Module(module) => {
                    let here = if last { space } else { Space::Type };
                    match self.lookup(module, name, here, steps + 1) {
                        Some(found) => found,
                        None => return Resolved::External(self.full_name(module, &rest[index..].join("::"))),
                    }
                }
                Resolved::Item(definition) => {
                    let target = match &definition.item.kind {
                        // `Alias::new` is `Target::new`.
                        ItemKind::Alias { target, .. } => target.as_path().map(|path| path.names.clone()),
                        _ => None,
                    };
                    match target {
                        Some(mut names) => {
                            names.extend(rest[index..].iter().cloned());
                            return self.resolve_steps(definition.module, &names, space, steps + 1);
                        }
                        None => return Resolved::Member(definition, rest[index..].to_vec()),
                    }
                }
                Resolved::Member(definition, mut names) => {
                    names.push(name.clone());
                    Resolved::Member(definition, names)
                }
                Resolved::External(mut names) => {
                    names.push(name.clone());
                    Resolved::External(names)
                }
            };
        }
        at
    }

    /// What a single name means inside a module.
    ///
    /// Modules that import each other's globs are walked once for each question: what was found is kept for good, since
    /// items are only ever added, and what wasn't found is kept until the question is answered.
    fn lookup(&mut self, module: ModuleId, name: &str, space: Space, steps: usize) -> Option<Resolved> {
        let key = (module, name.to_owned(), space);
        if let Some(known) = self.names.found.get(&key) {
            return Some(known.clone());
        }
        if steps > MAX_STEPS || !self.names.asked.insert(key.clone()) {
            return None;
        }
        let found = self.search(module, name, space, steps)?;
        self.names.found.insert(key, found.clone());
        Some(found)
    }

    fn search(&mut self, module: ModuleId, name: &str, space: Space, steps: usize) -> Option<Resolved> {
        if let Some(found) = self.declared(module, name, space) {
            return Some(found);
        }
        let imports = self.module(module).imports.get(name).cloned().unwrap_or_default();
        let mut external = None;
        for path in imports {
            // `use axum;` names itself: only the outside can be meant.
            if path.len() == 1 && path[0] == name {
                let krate = self.module(module).krate;
                return Some(match self.extern_crate(krate, name) {
                    Some(found) => Resolved::Module(self.crates[found.0].root),
                    None => Resolved::External(path),
                });
            }
            match self.resolve_steps(module, &path, space, steps + 1) {
                Resolved::External(names) => external = external.or(Some(Resolved::External(names))),
                found if fits(&found, space) => return Some(found),
                _ => {}
            }
        }
        if external.is_some() {
            return external;
        }
        if !self.module(module).pending_calls.is_empty() {
            expansion::expand_items(self, module);
            if let Some(found) = self.declared(module, name, space) {
                return Some(found);
            }
        }
        if !self.module(module).globs.is_empty() {
            let key = (module, name.to_owned(), space);
            let found = match self.glob_lookups.get(&key) {
                Some(known) => known.clone(),
                None => {
                    // Until the answer is known there is none: globs whose own paths go through globs would ask without end.
                    self.glob_lookups.insert(key.clone(), None);
                    let found = self.lookup_in_globs(module, name, space, steps);
                    self.glob_lookups.insert(key, found.clone());
                    found
                }
            };
            if found.is_some() {
                return found;
            }
        }
        let around = self.module(module).encloses?;
        self.lookup(around, name, space, steps + 1)
    }

    fn lookup_in_globs(&mut self, module: ModuleId, name: &str, space: Space, steps: usize) -> Option<Resolved> {
        let globs = self.module(module).globs.clone();
        let mut outside = Vec::new();
        for path in globs {
            match self.resolve_steps(module, &path, Space::Type, steps + 1) {
                Resolved::Module(target) if target != module => {
                    if let Some(found) = self.lookup(target, name, space, steps + 2) {
                        return Some(found);
                    }
                }
                Resolved::Item(definition) => return Some(Resolved::Member(definition, vec![name.to_owned()])),
                Resolved::External(mut names) => {
                    names.push(name.to_owned());
                    outside.push(names);
                }
                _ => {}
            }
        }
        // Nothing says which foreign glob brings the name in, except that a framework is known to export it.
        let is_framework_s =
            |names: &Vec<String>| axum::exports(names) || actix::exports(names) || rocket::exports(names);
        let is_framework_s = |names: &Vec<String>| {
            is_framework_s(names)
                || loco::exports(names)
                || poem::exports(names)
                || salvo::exports(names)
                || warp::exports(names)
                || rwf::exports(names)
                || gotham::exports(names)
                || tide::exports(names)
        };
        outside.into_iter().find(is_framework_s).map(Resolved::External)
    }

    fn declared(&mut self, module: ModuleId, name: &str, space: Space) -> Option<Resolved> {
        let indices = self.module(module).by_name.get(name)?.clone();
        for index in indices {
            let definition = &self.module(module).definitions[index];
            match (&definition.item.kind, space) {
                (ItemKind::InlineModule(_) | ItemKind::FileModule, Space::Type) => {
                    if let Some(child) = self.child(module, name) {
                        return Some(Resolved::Module(child));
                    }
                }
                (ItemKind::Function(_) | ItemKind::Constant { .. }, Space::Value)
                | (ItemKind::Type | ItemKind::Alias { .. } | ItemKind::Trait(_), Space::Type)
                | (ItemKind::MacroRules(_), Space::Macro)
                // The constructor of a tuple or unit struct is a value.
                | (ItemKind::Type, Space::Value) => return Some(Resolved::Item(definition.clone())),
                _ => {}
            }
        }
        None
    }

    /// Every function of this name in a module: more than one if `cfg` chooses between them.
    pub(crate) fn alternatives(&self, definition: &Definition) -> Vec<Definition> {
        let module = self.module(definition.module);
        let same_name = module.by_name.get(&definition.item.name).map_or(&[][..], Vec::as_slice);
        let functions: Vec<Definition> = same_name
            .iter()
            .map(|index| &module.definitions[*index])
            .filter(|other| matches!(other.item.kind, ItemKind::Function(_)))
            .cloned()
            .collect();
        if functions.contains(definition) { functions } else { vec![definition.clone()] }
    }
}

fn fits(found: &Resolved, space: Space) -> bool {
    match (found, space) {
        (Resolved::Item(definition), _) => match definition.item.kind {
            ItemKind::Function(_) | ItemKind::Constant { .. } => space == Space::Value,
            ItemKind::MacroRules(_) => space == Space::Macro,
            ItemKind::Alias { .. } | ItemKind::Trait(_) => space == Space::Type,
            _ => space != Space::Macro,
        },
        (Resolved::Module(_), Space::Type) => true,
        (Resolved::Module(_), _) => false,
        (Resolved::Member(..) | Resolved::External(_), _) => true,
    }
}
