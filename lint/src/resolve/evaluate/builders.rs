//! Which functions may build routers: only these are run.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use aho_corasick::AhoCorasick;

use crate::frontend::rust::facts::{Function, Item, ItemKind};
use crate::frontend::rust::{actix, axum, gotham, loco, poem, rocket, rwf, salvo, tide, warp};
use crate::resolve::modules::{CrateId, Definition, ModuleId, Modules};
use crate::resolve::names::{Resolved, Space};
use crate::resolve::own_routers::OwnRouters;
use crate::source::FileId;

use super::spelling::{
    binds, body_text, declares, is_of_a_type, may_name_function, named, path_before, signature, speaks_of,
};

/// The functions whose bodies mention routers, or functions that do, and so on.
#[derive(Debug, Default)]
pub(crate) struct Builders {
    functions: HashSet<*const Item>,
    /// By name, for calls whose receiver isn't known: the function and the `impl` or `trait` around it.
    methods: HashMap<String, Vec<(Definition, Definition)>>,
    /// How code that uses them speaks of them: functions by name, methods by the type or trait that has them.
    pub(crate) names: BTreeSet<String>,
    /// The types and traits whose methods are spelled this way in a call, each with its crate.
    owners: HashMap<String, BTreeSet<(String, CrateId)>>,
    /// The crates where this name is at home: only what depends on one of them can speak of it.
    homes: HashMap<String, BTreeSet<CrateId>>,
    /// Under which other names things are imported, by their own.
    aliases: HashMap<String, BTreeSet<String>>,
}

/// A function of the tree.
#[derive(Debug, Clone)]
pub(crate) struct KnownFunction {
    pub(crate) definition: Definition,
    /// The `impl` or `trait` that it stands in.
    pub(crate) owner: Option<Definition>,
}

/// How code may call a function, and the crate that the code has to see.
enum Call {
    /// By a name that says enough: `create_router`, `App::new`.
    Named(String),
    /// By a name that only says enough where its owner is spoken of: `.build`, `Self::new`, `App::<State>::new`.
    Inside { spelling: String, owner: String },
}

impl KnownFunction {
    fn calls(&self, modules: &mut Modules<'_>, aliases: &HashMap<String, BTreeSet<String>>) -> Vec<(Call, CrateId)> {
        let name = &self.definition.item.name;
        let ItemKind::Function(signature) = &self.definition.item.kind else { return Vec::new() };
        let known_as = |name: &str| {
            let others = aliases.get(name).into_iter().flatten().cloned();
            std::iter::once(name.to_owned()).chain(others).collect::<Vec<_>>()
        };
        if self.owner.is_none() {
            let krate = modules.module(self.definition.module).krate;
            return known_as(name).into_iter().map(|name| (Call::Named(name), krate)).collect();
        }
        let mut calls = Vec::new();
        for (owner, krate) in self.callable_owners(modules) {
            for owner in known_as(&owner) {
                let mut inside =
                    |spelling: String| calls.push((Call::Inside { spelling, owner: owner.clone() }, krate));
                inside(format!("Self::{name}"));
                inside(format!(">::{name}"));
                if signature.has_receiver {
                    inside(format!(".{name}"));
                }
                calls.push((Call::Named(format!("{owner}::{name}")), krate));
            }
        }
        calls
    }

    /// The names in front of which a call of the function can be spelled, with their crates. `Default::default()` doesn't say whose
    /// it is, but a trait of the tree is only called where it is meant.
    fn callable_owners(&self, modules: &mut Modules<'_>) -> Vec<(String, CrateId)> {
        let krate = modules.module(self.definition.module).krate;
        let Some(owner) = &self.owner else { return Vec::new() };
        let ItemKind::Impl { self_type, of_trait, .. } = &owner.item.kind else {
            return vec![(owner.item.name.clone(), krate)];
        };
        let of_type = self_type.as_path().map(|path| (path.last().to_owned(), krate));
        let of_trait =
            of_trait.as_ref().and_then(|path| match modules.resolve(owner.module, &path.names, Space::Type) {
                Resolved::Item(found) => Some((path.last().to_owned(), modules.module(found.module).krate)),
                _ => None,
            });
        of_type.into_iter().chain(of_trait).collect()
    }

    /// The type and the trait around a function.
    pub(super) fn owner_names(&self) -> Vec<String> {
        match self.owner.as_ref().map(|owner| (&owner.item.kind, &owner.item.name)) {
            Some((ItemKind::Impl { self_type, of_trait, .. }, _)) => {
                let of_type = self_type.as_path().map(|path| path.last().to_owned());
                of_type.into_iter().chain(of_trait.iter().map(|path| path.last().to_owned())).collect()
            }
            Some((_, name)) => vec![name.clone()],
            None => Vec::new(),
        }
    }
}

/// Every function of the modules that are loaded, in the order of loading.
pub(crate) fn functions(modules: &Modules<'_>) -> Vec<KnownFunction> {
    let mut found = Vec::new();
    for index in 0..modules.modules.len() {
        for definition in &modules.module(ModuleId(index)).definitions {
            match &definition.item.kind {
                ItemKind::Function(_) => {
                    found.push(KnownFunction { definition: definition.clone(), owner: None });
                }
                ItemKind::Impl { items, .. } | ItemKind::Trait(items) => {
                    let members = items.iter().filter(|item| matches!(item.kind, ItemKind::Function(_)));
                    found.extend(members.map(|item| KnownFunction {
                        definition: Definition { item: item.clone(), ..definition.clone() },
                        owner: Some(definition.clone()),
                    }));
                }
                _ => {}
            }
        }
    }
    found
}

impl Builders {
    /// Finds them among the functions that are loaded.
    pub(crate) fn find(modules: &mut Modules<'_>, functions: &[KnownFunction], own: &OwnRouters) -> Self {
        let mut builders = Self { aliases: aliases(modules), ..Self::default() };
        let texts = axum::BUILDER_NEEDLES.iter().chain(actix::BUILDER_NEEDLES).chain(rocket::BUILDER_NEEDLES);
        let texts = texts.chain(poem::BUILDER_NEEDLES).chain(salvo::BUILDER_NEEDLES).chain(warp::BUILDER_NEEDLES);
        let texts = texts
            .chain(loco::BUILDER_NEEDLES)
            .chain(rwf::BUILDER_NEEDLES)
            .chain(gotham::BUILDER_NEEDLES)
            .chain(tide::BUILDER_NEEDLES);
        let described = own.builder_needles();
        let direct = AhoCorasick::new(texts.copied().chain(described.iter().map(String::as_str))).ok();
        let mut open: Vec<&KnownFunction> = Vec::new();
        let mut fresh: BTreeSet<String> = BTreeSet::new();
        let mut speaking: HashMap<FileId, bool> = HashMap::new();
        let mut speaks_actix = |modules: &Modules<'_>, function: &KnownFunction, body: &str| {
            let file = modules.span(&function.definition).file;
            let speaks = || modules.file_text(file).contains(actix::SPOKEN);
            actix::SPOKEN_NEEDLES.iter().any(|needle| body.contains(needle))
                && *speaking.entry(file).or_insert_with(speaks)
        };
        let mut speaking_tide: HashMap<FileId, bool> = HashMap::new();
        let mut speaks_tide = |modules: &Modules<'_>, function: &KnownFunction, signature: &Function, body: &str| {
            let file = modules.span(&function.definition).file;
            let speaks = || modules.file_text(file).contains(tide::SPOKEN);
            let is_of_builder = matches!(function.owner.as_ref().map(|owner| &owner.item.kind),
                Some(ItemKind::Impl { self_type, of_trait: Some(_), .. }) if tide::is_builder(self_type));
            let mut types = signature.result.iter().chain(signature.parameters.iter().map(|parameter| &parameter.ty));
            (is_of_builder
                || tide::SPOKEN_NEEDLES.iter().any(|needle| body.contains(needle))
                || types.any(tide::is_builder))
                && *speaking_tide.entry(file).or_insert_with(speaks)
        };
        for function in functions {
            let Some(signature) = signature(function).filter(|_| !own.describes(function)) else { continue };
            let body = body_text(modules, function, signature);
            if direct.as_ref().is_some_and(|needles| mentions_registration(needles, body))
                || speaks_actix(modules, function, body)
                || speaks_tide(modules, function, signature, body)
                || signature_mentions_router(signature)
                || signature_mentions(signature, &|name| own.is_type_name(name))
                || is_lent_a_router(modules, function, signature)
            {
                builders.add(modules, function, &mut fresh);
            } else {
                open.push(function);
            }
        }
        // Names spread from callee to caller until nothing new turns up.
        while !fresh.is_empty() {
            let names: Vec<String> = std::mem::take(&mut fresh).into_iter().collect();
            let Ok(needles) = AhoCorasick::new(&names) else { break };
            let (callers, rest): (Vec<_>, Vec<_>) =
                open.into_iter().partition(|function| builders.are_called_by(modules, function, &needles, &names));
            for caller in callers {
                builders.add(modules, caller, &mut fresh);
            }
            open = rest;
        }
        builders
    }

    fn add(&mut self, modules: &mut Modules<'_>, function: &KnownFunction, fresh: &mut BTreeSet<String>) {
        let definition = &function.definition;
        self.functions.insert(Arc::as_ptr(&definition.item));
        if let Some(owner) = &function.owner {
            self.methods.entry(definition.item.name.clone()).or_default().push((definition.clone(), owner.clone()));
        }
        if definition.item.name == "main" {
            return;
        }
        for (call, home) in function.calls(modules, &self.aliases) {
            match call {
                Call::Named(name) => {
                    self.names.insert(name.clone());
                    if self.homes.entry(name.clone()).or_default().insert(home) {
                        fresh.insert(name);
                    }
                }
                Call::Inside { spelling, owner } => {
                    self.names.insert(owner.clone());
                    self.homes.entry(owner.clone()).or_default().insert(home);
                    if self.owners.entry(spelling.clone()).or_default().insert((owner, home)) {
                        fresh.insert(spelling);
                    }
                }
            }
        }
    }

    /// Whether a function calls one of these builders. That it calls a method `build` says nothing by itself: the type or trait
    /// that the method belongs to has to be named as well. What a free function's name means is looked up.
    fn are_called_by(
        &self,
        modules: &mut Modules<'_>,
        function: &KnownFunction,
        needles: &AhoCorasick,
        names: &[String],
    ) -> bool {
        let Some(signature) = signature(function) else { return false };
        let krate = modules.module(function.definition.module).krate;
        let body = body_text(modules, function, signature);
        let mut paths: BTreeSet<Vec<String>> = BTreeSet::new();
        for found in named(needles, body) {
            let name = &names[found.name];
            if let Some(owners) = self.owners.get(name) {
                let is_spoken_of = |(owner, home): &(String, CrateId)| {
                    modules.sees(krate, *home) && speaks_of(function, signature, body, owner)
                };
                if owners.iter().any(is_spoken_of) {
                    return true;
                }
                continue;
            }
            if !self.may_name(modules, krate, name) {
                continue;
            }
            // What a type has is no free function.
            let before = &body[..found.start];
            let is_hidden = !name.contains("::")
                && (is_of_a_type(before) || !before.ends_with("::") && binds(modules, function, name));
            if !is_hidden && may_name_function(body, found.start, found.start + name.len()) {
                paths.insert(path_before(body, found.start, name));
            }
        }
        // What a body declares and imports itself isn't known before it is parsed.
        paths.iter().any(|path| path.first().is_some_and(|first| declares(body, first)))
            || paths.iter().any(|path| self.may_mean_one(modules, function.definition.module, path))
    }

    /// Whether a path in a module can mean a function that builds. The evaluation looks names up in the same way, so that what isn't
    /// found here wouldn't be run either.
    fn may_mean_one(&self, modules: &mut Modules<'_>, module: ModuleId, path: &[String]) -> bool {
        match modules.resolve(module, path, Space::Value) {
            Resolved::Item(found) => match &found.item.kind {
                ItemKind::Function(_) => modules
                    .alternatives(&found)
                    .iter()
                    .any(|function| self.functions.contains(&Arc::as_ptr(&function.item))),
                kind => matches!(kind, ItemKind::Constant { .. }),
            },
            Resolved::Member(owner, names) => {
                let [name] = names.as_slice() else { return false };
                self.methods(name).iter().any(|(_, around)| is_about(modules, around, &owner))
            }
            Resolved::Module(_) | Resolved::External(_) => false,
        }
    }

    /// How many crates have a free function of this name that builds routers.
    pub(crate) fn homes_of(&self, name: &str) -> usize {
        self.homes.get(name).map_or(0, BTreeSet::len)
    }

    /// Whether code of a crate can mean a builder by this name: a free function is only known where its crate is.
    pub(crate) fn may_name(&self, modules: &Modules<'_>, from: CrateId, name: &str) -> bool {
        self.homes.get(name).is_none_or(|homes| homes.iter().any(|home| modules.sees(from, *home)))
    }

    /// Functions that a macro makes, or that stand in another one's body, weren't there to be found; their signatures say enough.
    pub(super) fn contains(&self, definition: &Definition) -> bool {
        self.functions.contains(&Arc::as_ptr(&definition.item))
            || matches!(&definition.item.kind, ItemKind::Function(signature) if signature_mentions_router(signature))
    }

    /// The methods of this name, each with the `impl` or `trait` around it.
    pub(super) fn methods(&self, name: &str) -> &[(Definition, Definition)] {
        self.methods.get(name).map_or(&[], Vec::as_slice)
    }
}

/// Whether an `impl` or `trait` is that of a type or trait.
fn is_about(modules: &mut Modules<'_>, around: &Definition, owner: &Definition) -> bool {
    let ItemKind::Impl { self_type, of_trait, .. } = &around.item.kind else { return around == owner };
    self_type.as_path().into_iter().chain(of_trait.as_ref()).any(|path| {
        matches!(modules.resolve(around.module, &path.names, Space::Type), Resolved::Item(found) if found == *owner)
    })
}

/// The other names under which the modules import things.
fn aliases(modules: &Modules<'_>) -> HashMap<String, BTreeSet<String>> {
    let mut aliases: HashMap<String, BTreeSet<String>> = HashMap::new();
    for (alias, paths) in modules.modules.iter().flat_map(|module| &module.imports) {
        for own in paths.iter().filter_map(|path| path.last()).filter(|own| *own != alias) {
            aliases.entry(own.clone()).or_default().insert(alias.clone());
        }
    }
    aliases
}

/// Whether one of the texts occurs that register routes, and not just as the end of a type's name of the application's own.
/// `request.route()` only asks for the route that was found.
fn mentions_registration(needles: &AhoCorasick, body: &str) -> bool {
    needles.find_overlapping_iter(body).any(|found| {
        let (before, text, after) = (&body[..found.start()], &body[found.range()], &body[found.end()..]);
        let only_asks = text == ".route(" && after.starts_with(')');
        let is_own = text.starts_with("Router")
            && before.ends_with(char::is_alphanumeric)
            && !["OpenApi", "Api", "Policy", "Method"].iter().any(|known| before.ends_with(known));
        !(only_asks || is_own)
    })
}

fn signature_mentions_router(signature: &Function) -> bool {
    let is_router = |name: &str| {
        matches!(
            name,
            "Router" | "OpenApiRouter" | "ApiRouter" | "PolicyRouter" | "MethodRouter" | "HttpServiceFactory"
        ) || rocket::BUILDER_TYPES.contains(&name)
            || poem::BUILDER_TYPES.contains(&name)
            || loco::BUILDER_TYPES.contains(&name)
    };
    signature_mentions(signature, &is_router) || signature.result.as_ref().is_some_and(warp::is_filter)
}

fn signature_mentions(signature: &Function, is_wanted: &dyn Fn(&str) -> bool) -> bool {
    signature
        .result
        .iter()
        .chain(signature.parameters.iter().map(|parameter| &parameter.ty))
        .any(|ty| ty.mentions(&is_wanted))
}

/// Whether a function adds routes to what it is lent, `config: &mut ServiceConfig`. Applications have types of that name themselves.
fn is_lent_a_router(modules: &Modules<'_>, function: &KnownFunction, signature: &Function) -> bool {
    signature.parameters.iter().any(|parameter| {
        (parameter.ty.mentions(&actix::is_lent) || parameter.ty.mentions(&gotham::is_lent))
            && modules.texts.slice(function.definition.text, parameter.extent).starts_with("&mut")
    })
}
