//! Functions that build routers and that no program's `main` was seen to call: the library's own offer, code whose
//! caller can't be followed, or dead.

use std::collections::BTreeSet;
use std::sync::Arc;

use aho_corasick::AhoCorasick;

use crate::frontend::rust::facts::Item;
use crate::source::{SourceFile, Sources, Span};

use super::evaluate::builders::KnownFunction;
use super::evaluate::spelling;
use super::evaluate::{Evaluator, Sink};
use super::inventory::{Note, NoteKind};
use super::library::Library;
use super::modules::CrateId;
use super::names::{Resolved, Space};
use super::programs::Programs;
use super::reach::Reach;
use super::scan::Entry;

/// Runs them, and lists what they build with the paths that it has there.
pub(super) fn run(
    evaluator: &mut Evaluator<'_, '_>,
    functions: &[KnownFunction],
    library: &Library<'_>,
    (entries, reach): (&[Entry<'_>], &Reach),
    relevant: &BTreeSet<String>,
    programs: &mut Programs<'_>,
) {
    let sources = library.sources;
    // A file may be a module of several crates: what one program serves isn't left over in the others.
    let run = functions.iter().filter(|function| evaluator.was_run(&function.definition));
    let known: BTreeSet<Span> = run.map(|function| evaluator.modules.span(&function.definition)).collect();
    let left: Vec<&KnownFunction> = functions
        .iter()
        .filter(|function| evaluator.is_builder(&function.definition) && !evaluator.was_run(&function.definition))
        .filter(|function| !known.contains(&evaluator.modules.span(&function.definition)))
        .collect();
    if left.is_empty() {
        return;
    }
    let uses = Uses::find(evaluator, functions, (library, reach), relevant, &left);
    // Those that nobody calls come first, then those that none of these calls: they run the others.
    let (uncalled, called): (Vec<_>, Vec<_>) = left.into_iter().partition(|function| !uses.has(function));
    let (outer, inner): (Vec<_>, Vec<_>) = called.into_iter().partition(|function| !uses.is_inner(function));
    for function in uncalled.into_iter().chain(outer).chain(inner) {
        if evaluator.was_run(&function.definition) {
            continue;
        }
        let krate = evaluator.modules.module(function.definition.module).krate;
        let package = package_of(evaluator, sources, krate);
        // What a library offers to others is theirs to answer for.
        if package.and_then(|package| sources.packages.get(package)).is_some_and(|package| !package.is_own) {
            continue;
        }
        let has_binary = entries.iter().any(|entry| Some(entry.package) == package && !programs.is_empty());
        let used = uses.has(function);
        let is_api = function.definition.item.is_public && !has_binary;
        let self_type = function.owner.as_ref().and_then(|owner| evaluator.owner_type(owner));
        {
            let value = evaluator.run(&function.definition, self_type);
            evaluator.release(&value);
        }
        // What a program was seen to serve needs no second telling.
        if !(used || is_api) || programs.have(&evaluator.sinks) {
            evaluator.take_served();
            evaluator.forget();
            continue;
        }
        let span = evaluator.modules.span(&function.definition);
        if used && !is_api {
            let name = &function.definition.item.name;
            let serves = evaluator.sinks.iter().all(|sink| sink.serves || sink.router.entries.is_empty());
            evaluator.notes.insert(Note {
                kind: NoteKind::Unresolved,
                message: if serves {
                    format!("`{name}` serves a router, but how a program gets there could not be followed; its routes are listed as it serves them")
                } else {
                    format!("`{name}` builds a router, but how a program mounts it could not be followed; its routes are listed with the paths that they have here")
                },
                help: None,
                span: Some(span),
            });
        }
        let name = program_name(evaluator, sources, krate, package);
        programs.describe(evaluator, || name);
    }
}

/// Lists routes that need no call to be registered with the program of their crate.
pub(super) fn describe(
    evaluator: &mut Evaluator<'_, '_>,
    sources: &Sources,
    krate: CrateId,
    sinks: Vec<Sink>,
    programs: &mut Programs<'_>,
) {
    let package = package_of(evaluator, sources, krate);
    if package.and_then(|package| sources.packages.get(package)).is_none_or(|package| package.is_own) {
        let name = program_name(evaluator, sources, krate, package);
        evaluator.sinks.extend(sinks);
        programs.describe(evaluator, || name);
    }
}

/// The program that the code of a crate most likely runs in.
fn program_name(evaluator: &Evaluator<'_, '_>, sources: &Sources, krate: CrateId, package: Option<usize>) -> String {
    match package.and_then(|package| sources.packages.get(package)) {
        Some(package) if package.binaries.len() == 1 => package.binaries[0].name.clone(),
        Some(package) => package.name.clone(),
        None => evaluator.modules.crates[krate.0].name.clone(),
    }
}

fn package_of(evaluator: &Evaluator<'_, '_>, sources: &Sources, krate: CrateId) -> Option<usize> {
    let root = evaluator.modules.crates[krate.0].root;
    let file = evaluator.modules.file_of(root)?;
    let path = &sources.files.iter().find(|source| source.id == file)?.path;
    sources.packages.iter().position(|package| {
        package
            .lib
            .iter()
            .chain(&package.binaries)
            .chain(&package.tests)
            .chain(&package.examples)
            .any(|target| *target.path == **path)
    })
}

/// Which functions are named outside their own bodies.
struct Uses {
    used: BTreeSet<*const Item>,
    /// Those that another one of the functions in question names.
    inner: BTreeSet<*const Item>,
}

impl Uses {
    fn find(
        evaluator: &mut Evaluator<'_, '_>,
        functions: &[KnownFunction],
        (library, reach): (&Library<'_>, &Reach),
        relevant: &BTreeSet<String>,
        wanted: &[&KnownFunction],
    ) -> Self {
        let mut used = BTreeSet::new();
        let mut inner = BTreeSet::new();
        let names: Vec<String> = wanted
            .iter()
            .map(|function| function.definition.item.name.clone())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let Ok(needles) = AhoCorasick::new(&names) else { return Self { used, inner } };
        let in_question: BTreeSet<*const Item> =
            wanted.iter().map(|function| Arc::as_ptr(&function.definition.item)).collect();
        // Outside of bodies that were read, a name alone counts; methods are always called by name alone.
        let mut named: BTreeSet<&str> = BTreeSet::new();
        let mut called: BTreeSet<&str> = BTreeSet::new();
        let elsewhere = library.look_through(relevant, |file, text| {
            (file, spelling::named(&needles, text).map(|found| found.name).collect::<BTreeSet<usize>>())
        });
        let modules = &*evaluator.modules;
        let can_mean = |file: &SourceFile, name: &str| {
            let of_name = || wanted.iter().filter(|function| function.definition.item.name == name);
            reach.may(library.sources, file, |krate| {
                of_name().any(|function| modules.sees(krate, modules.module(function.definition.module).krate))
            })
        };
        for (file, found) in elsewhere {
            named.extend(found.into_iter().map(|name| names[name].as_str()).filter(|name| can_mean(file, name)));
        }
        for (text, extent) in evaluator.modules.other_code() {
            let text = evaluator.modules.texts.slice(text, extent);
            named.extend(spelling::named(&needles, text).map(|found| names[found.name].as_str()));
        }
        for function in functions {
            let Some(body) = spelling::body_of(evaluator.modules, function) else { continue };
            let found: Vec<(usize, Vec<String>)> = spelling::named(&needles, body)
                .map(|found| (found.name, spelling::path_before(body, found.start, &names[found.name])))
                .collect();
            for (name, path) in found {
                if path.is_empty() {
                    if function.definition.item.name != names[name] {
                        called.insert(names[name].as_str());
                    }
                } else if let Resolved::Item(target) | Resolved::Member(target, _) =
                    evaluator.modules.resolve(function.definition.module, &path, Space::Value)
                {
                    let target = match evaluator.associated(&target, &names[name]) {
                        Some(member) if path.len() > 1 => member,
                        _ => target,
                    };
                    if target != function.definition {
                        used.insert(Arc::as_ptr(&target.item));
                        if in_question.contains(&Arc::as_ptr(&function.definition.item)) {
                            inner.insert(Arc::as_ptr(&target.item));
                        }
                    }
                } else if function.owner.is_some() && path.first().is_some_and(|first| first == "Self") {
                    called.insert(names[name].as_str());
                }
            }
        }
        let by_name = wanted.iter().filter(|function| {
            let name = function.definition.item.name.as_str();
            named.contains(name) || function.owner.is_some() && called.contains(name)
        });
        used.extend(by_name.map(|function| Arc::as_ptr(&function.definition.item)));
        Self { used, inner }
    }

    fn is_inner(&self, function: &KnownFunction) -> bool {
        self.inner.contains(&Arc::as_ptr(&function.definition.item))
    }

    fn has(&self, function: &KnownFunction) -> bool {
        // An attribute macro may call a function by its name.
        function.definition.item.attributes.iter().any(|attribute| attribute.is(&["main"]))
            || self.used.contains(&Arc::as_ptr(&function.definition.item))
    }
}
