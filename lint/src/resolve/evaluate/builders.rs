//! Which functions may build routers: only these are run.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use aho_corasick::AhoCorasick;

use crate::frontend::rust::axum;
use crate::frontend::rust::facts::{Function, Item, ItemKind};
use crate::resolve::modules::{Definition, ModuleId, Modules};

/// The functions whose bodies mention routers, or functions that do, and so on.
#[derive(Debug, Default)]
pub(crate) struct Builders {
    functions: HashSet<*const Item>,
    /// By name, for calls whose receiver isn't known: the function and the `impl` or `trait` around it.
    methods: HashMap<String, Vec<(Definition, Definition)>>,
    /// How all of them are called.
    pub(crate) names: BTreeSet<String>,
}

/// A function of the tree.
#[derive(Debug, Clone)]
pub(crate) struct KnownFunction {
    pub(crate) definition: Definition,
    /// The `impl` or `trait` that it stands in.
    pub(crate) owner: Option<Definition>,
}

impl KnownFunction {
    /// How code that calls the function spells it.
    fn calls(&self) -> Vec<String> {
        let name = &self.definition.item.name;
        let ItemKind::Function(signature) = &self.definition.item.kind else { return Vec::new() };
        match self.owner.as_ref().map(|owner| &owner.item.kind) {
            None => vec![name.clone()],
            Some(ItemKind::Impl { self_type, .. }) if !signature.has_receiver => {
                let owner = self_type.as_path().map_or("", |path| path.last());
                vec![format!("{owner}::{name}"), format!("Self::{name}")]
            }
            Some(_) => vec![format!(".{name}"), format!("::{name}")],
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
    pub(crate) fn find(modules: &Modules<'_>, functions: &[KnownFunction]) -> Self {
        let mut builders = Self::default();
        let direct = AhoCorasick::new(axum::BUILDER_NEEDLES).ok();
        let mut open: Vec<&KnownFunction> = Vec::new();
        let mut fresh: BTreeSet<String> = BTreeSet::new();
        for function in functions {
            let Some(signature) = signature(function) else { continue };
            let body = body_text(modules, function, signature);
            let mentions = direct.as_ref().is_some_and(|needles| needles.is_match(body));
            if mentions || signature_mentions_router(signature) {
                builders.add(function, &mut fresh);
            } else {
                open.push(function);
            }
        }
        // Names spread from callee to caller until nothing new turns up.
        while !fresh.is_empty() {
            let names: Vec<String> = std::mem::take(&mut fresh).into_iter().collect();
            let Ok(needles) = AhoCorasick::new(&names) else { break };
            let (callers, rest): (Vec<_>, Vec<_>) = open.into_iter().partition(|function| {
                signature(function).is_some_and(|signature| calls(&needles, body_text(modules, function, signature)))
            });
            for caller in callers {
                builders.add(caller, &mut fresh);
            }
            open = rest;
        }
        builders
    }

    fn add(&mut self, function: &KnownFunction, fresh: &mut BTreeSet<String>) {
        let definition = &function.definition;
        self.functions.insert(Arc::as_ptr(&definition.item));
        if let Some(owner) = &function.owner {
            self.methods.entry(definition.item.name.clone()).or_default().push((definition.clone(), owner.clone()));
        }
        if definition.item.name == "main" {
            return;
        }
        for call in function.calls() {
            if self.names.insert(call.clone()) {
                fresh.insert(call);
            }
        }
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
    let is_router =
        |name: &str| matches!(name, "Router" | "OpenApiRouter" | "ApiRouter" | "PolicyRouter" | "MethodRouter");
    signature
        .result
        .iter()
        .chain(signature.parameters.iter().map(|parameter| &parameter.ty))
        .any(|ty| ty.mentions(&is_router))
}

/// Whether a text uses one of the names as a whole word.
pub(crate) fn calls(needles: &AhoCorasick, text: &str) -> bool {
    // A free function isn't called like a method.
    let bytes = text.as_bytes();
    named(needles, text).any(|found| {
        let begins_with_word = bytes.get(found.start).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        !begins_with_word || found.start.checked_sub(1).and_then(|at| bytes.get(at)) != Some(&b'.')
    })
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
