//! Which functions may build routers: only these are run.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use aho_corasick::AhoCorasick;

use crate::frontend::rust::facts::{Function, Item, ItemKind};
use crate::frontend::rust::{actix, axum, gotham, loco, poem, rocket, rwf, salvo, tide, warp};
use crate::resolve::modules::{CrateId, Definition, ModuleId, Modules};
use crate::resolve::own_routers::OwnRouters;
use crate::source::FileId;

/// Whether a function has a parameter of this name, which hides any function of the name.
fn binds(modules: &Modules<'_>, function: &KnownFunction, name: &str) -> bool {
    let text = function.definition.text;
    signature(function).is_some_and(|signature| {
        signature.parameters.iter().any(|parameter| {
            let pattern = modules.texts.slice(text, parameter.pattern).trim();
            pattern.strip_prefix("mut ").unwrap_or(pattern).trim() == name
        })
    })
}

/// Whether a text ends in `Type::`.
fn is_of_a_type(before: &str) -> bool {
    let Some(path) = before.strip_suffix("::") else { return false };
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let owner = path.rsplit(|character| !is_word(character)).next().unwrap_or_default();
    owner.starts_with(char::is_uppercase)
}

/// The functions whose bodies mention routers, or functions that do, and so on.
#[derive(Debug, Default)]
pub(crate) struct Builders {
    functions: HashSet<*const Item>,
    /// By name, for calls whose receiver isn't known: the function and the `impl` or `trait` around it.
    methods: HashMap<String, Vec<(Definition, Definition)>>,
    /// How code that uses them speaks of them: functions by name, methods by the type or trait that has them.
    pub(crate) names: BTreeSet<String>,
    /// The types and traits whose methods are spelled this way in a call.
    owners: HashMap<String, BTreeSet<String>>,
    /// The crates whose free functions have this name: only what depends on one of them can call it.
    homes: HashMap<String, BTreeSet<CrateId>>,
}

/// A function of the tree.
#[derive(Debug, Clone)]
pub(crate) struct KnownFunction {
    pub(crate) definition: Definition,
    /// The `impl` or `trait` that it stands in.
    pub(crate) owner: Option<Definition>,
}

/// How code may call a function.
enum Call {
    /// By a name that says enough: `create_router`, `App::new`.
    Named(String),
    /// By a name that only says enough where its owner is spoken of: `.build`, `Self::new`.
    Inside { spelling: String, owner: String },
}

impl KnownFunction {
    fn calls(&self) -> Vec<Call> {
        let name = &self.definition.item.name;
        let ItemKind::Function(signature) = &self.definition.item.kind else { return Vec::new() };
        if self.owner.is_none() {
            return vec![Call::Named(name.clone())];
        }
        let mut calls = Vec::new();
        for owner in self.owner_names() {
            calls.push(Call::Named(format!("{owner}::{name}")));
            calls.push(Call::Inside { spelling: format!("Self::{name}"), owner: owner.clone() });
            if signature.has_receiver {
                calls.push(Call::Inside { spelling: format!(".{name}"), owner });
            }
        }
        calls
    }

    /// The type and the trait around a function.
    fn owner_names(&self) -> Vec<String> {
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

/// Whether a function stands in an owner, or names it in its signature or body.
fn speaks_of(function: &KnownFunction, signature: &Function, body: &str, owner: &str) -> bool {
    let is_owner = |name: &str| name == owner;
    let is_word = |at: Option<char>| at.is_some_and(|next| next.is_alphanumeric() || next == '_');
    function.owner_names().iter().any(|name| name == owner)
        || signature
            .result
            .iter()
            .chain(signature.parameters.iter().map(|parameter| &parameter.ty))
            .any(|ty| ty.mentions(&is_owner))
        || body.match_indices(owner).any(|(at, _)| {
            !is_word(body[..at].chars().next_back()) && !is_word(body[at + owner.len()..].chars().next())
        })
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
    pub(crate) fn find(modules: &Modules<'_>, functions: &[KnownFunction], own: &OwnRouters) -> Self {
        let mut builders = Self::default();
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
        let mut speaks_actix = |function: &KnownFunction, body: &str| {
            let file = modules.span(&function.definition).file;
            let speaks = || modules.file_text(file).contains(actix::SPOKEN);
            actix::SPOKEN_NEEDLES.iter().any(|needle| body.contains(needle))
                && *speaking.entry(file).or_insert_with(speaks)
        };
        let mut speaking_tide: HashMap<FileId, bool> = HashMap::new();
        let mut speaks_tide = |function: &KnownFunction, signature: &Function, body: &str| {
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
            let mentions = direct.as_ref().is_some_and(|needles| mentions_registration(needles, body))
                || speaks_actix(function, body)
                || speaks_tide(function, signature, body);
            if mentions
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

    fn add(&mut self, modules: &Modules<'_>, function: &KnownFunction, fresh: &mut BTreeSet<String>) {
        let definition = &function.definition;
        self.functions.insert(Arc::as_ptr(&definition.item));
        if let Some(owner) = &function.owner {
            self.methods.entry(definition.item.name.clone()).or_default().push((definition.clone(), owner.clone()));
        }
        if definition.item.name == "main" {
            return;
        }
        for call in function.calls() {
            match call {
                Call::Named(name) => {
                    let home = modules.module(definition.module).krate;
                    let is_new_here =
                        function.owner.is_none() && self.homes.entry(name.clone()).or_default().insert(home);
                    if self.names.insert(name.clone()) || is_new_here {
                        fresh.insert(name);
                    }
                }
                Call::Inside { spelling, owner } => {
                    self.names.insert(owner.clone());
                    if self.owners.entry(spelling.clone()).or_default().insert(owner) {
                        fresh.insert(spelling);
                    }
                }
            }
        }
    }

    /// Whether a function calls one of these builders. That it calls a method `build` says nothing by itself: the type or trait
    /// that the method belongs to has to be named as well.
    fn are_called_by(
        &self,
        modules: &Modules<'_>,
        function: &KnownFunction,
        needles: &AhoCorasick,
        names: &[String],
    ) -> bool {
        let Some(signature) = signature(function) else { return false };
        let krate = modules.module(function.definition.module).krate;
        let body = body_text(modules, function, signature);
        named(needles, body).any(|found| {
            let name = &names[found.name];
            // What a type has is no free function.
            let before = &body[..found.start];
            if !self.may_name(modules, krate, name) {
                return false;
            }
            if !name.contains("::")
                && (is_of_a_type(before) || !before.ends_with("::") && binds(modules, function, name))
            {
                return false;
            }
            match self.owners.get(name) {
                Some(owners) => owners.iter().any(|owner| speaks_of(function, signature, body, owner)),
                None => may_name_function(body, found.start, found.start + name.len()),
            }
        })
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

/// Whether a word of a body may be the name of a free function: it isn't called like a method, it isn't the name of a field, and it
/// doesn't stand in a comment.
fn may_name_function(body: &str, start: usize, end: usize) -> bool {
    let (before, after) = (&body[..start], &body[end..]);
    let is_field = after.starts_with(':') && !after.starts_with("::");
    let line = before.rsplit('\n').next().unwrap_or_default();
    !before.ends_with('.') && !is_field && !line.trim_start().starts_with("//")
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

fn signature(function: &KnownFunction) -> Option<&Function> {
    match &function.definition.item.kind {
        ItemKind::Function(signature) => Some(signature),
        _ => None,
    }
}

fn body_text<'m>(modules: &'m Modules<'_>, function: &KnownFunction, signature: &Function) -> &'m str {
    signature.body.map_or("", |body| modules.texts.slice(function.definition.text, body))
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

/// The names that a text uses in a way in which it may call them.
pub(crate) fn called<'t>(needles: &'t AhoCorasick, text: &'t str) -> impl Iterator<Item = usize> + 't {
    // A free function isn't called like a method.
    let bytes = text.as_bytes();
    let may_call = move |found: &Named| {
        let begins_with_word = bytes.get(found.start).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        !begins_with_word || found.start.checked_sub(1).and_then(|at| bytes.get(at)) != Some(&b'.')
    };
    named(needles, text).filter(may_call).map(|found| found.name)
}

/// A name that a text uses.
pub(crate) struct Named {
    /// Index of the name.
    pub(crate) name: usize,
    /// Where it begins.
    pub(crate) start: usize,
}

/// The body of a function as text.
pub(crate) fn body_of<'m>(modules: &'m Modules<'_>, function: &KnownFunction) -> Option<&'m str> {
    signature(function).map(|signature| body_text(modules, function, signature))
}

/// The names that a text uses as whole words.
pub(crate) fn named<'t>(needles: &'t AhoCorasick, text: &'t str) -> impl Iterator<Item = Named> + 't {
    let bytes = text.as_bytes();
    let is_word = |at: Option<&u8>| at.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    needles
        .find_overlapping_iter(text)
        .filter(move |found| {
            let before = found.start().checked_sub(1).and_then(|at| bytes.get(at));
            let starts_with_word = is_word(bytes.get(found.start()));
            !(is_word(bytes.get(found.end())) || starts_with_word && is_word(before))
        })
        .map(|found| Named { name: found.pattern().as_usize(), start: found.start() })
}
