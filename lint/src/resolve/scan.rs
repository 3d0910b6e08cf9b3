//! From sources to the inventory: which files to parse, which programs there are, what each of them serves.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use aho_corasick::AhoCorasick;
use rayon::prelude::*;
use route_role_policy::Policy;

use crate::frontend::rust::axum;
use crate::frontend::rust::facts::{Extent, FileFacts, Item};
use crate::frontend::rust::parse::{self, ParseOptions};
use crate::source::{FileId, ScanError, ScanOptions, SourceMap, SourceText, Sources, Target, suspect};

use super::evaluate::builders::{self, KnownFunction};
use super::evaluate::{Builders, Evaluator, Sink};
use super::inventory::{Inventory, Note, NoteKind, Program};
use super::modules::{CrateId, Modules};
use super::names::{Resolved, Space};
use super::routes;

/// The evaluator recurses along the program's own calls and expressions.
const EVALUATOR_STACK: usize = 256 * 1024 * 1024;

/// Reads the routes of everything below the roots.
///
/// # Errors
///
/// When a root doesn't exist or can't be read at all. Everything else that goes wrong is a note in the inventory.
pub fn scan(options: &ScanOptions, map: &mut SourceMap, policy: Option<&Policy>) -> Result<Inventory, ScanError> {
    let sources = crate::source::collect(options, map)?;
    let pool = crate::source::pool(options)?;
    let parse_options = ParseOptions { include_tests: options.include_tests };
    let (parsed, broken) = pool.install(|| parse_relevant(&sources, options, parse_options));
    let run = || resolve(&sources, options, parse_options, parsed, broken, policy);
    let result = std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("evaluate".to_owned())
            .stack_size(EVALUATOR_STACK)
            .spawn_scoped(scope, run)
            .map(|thread| thread.join())
    });
    match result {
        Ok(Ok(inventory)) => Ok(inventory),
        Ok(Err(panic)) => std::panic::resume_unwind(panic),
        Err(error) => Err(ScanError::Threads(error.to_string())),
    }
}

/// The files that can matter, parsed in parallel, and what isn't Rust in any file.
fn parse_relevant(
    sources: &Sources,
    options: &ScanOptions,
    parse_options: ParseOptions,
) -> (HashMap<FileId, FileFacts>, Vec<Note>) {
    let needles = AhoCorasick::new(axum::NEEDLES).ok();
    let roots: BTreeSet<&str> = targets(sources, options).map(|(_, target)| target.path.as_str()).collect();
    let read: Vec<(FileId, Option<FileFacts>, Option<Note>)> = sources
        .files
        .par_iter()
        .map(|file| {
            let shape = suspect::shape(&file.text);
            if shape.is_too_deep() {
                let message = format!("this file nests {} levels deep and was not read", shape.depth);
                return (file.id, Some(FileFacts::default()), Some(syntax_note(file.id, Extent::default(), message)));
            }
            let is_relevant = options.no_filter
                || roots.contains(&*file.path)
                || needles.as_ref().is_none_or(|needles| needles.is_match(&*file.text));
            let facts = is_relevant.then(|| parse::items(&file.text, parse_options));
            // Bodies and irrelevant files stay unparsed unless something in them looks wrong.
            let looked_at = facts.as_ref().is_some_and(|facts| !facts.errors.is_empty());
            let note = if !looked_at && (shape.suspicious || options.strict) { broken_note(file) } else { None };
            // The tokens are gone; without this, the copy of the text that their places need stays.
            proc_macro2::extra::invalidate_current_thread_spans();
            (file.id, facts, note)
        })
        .collect();
    let mut parsed = HashMap::new();
    let mut notes = Vec::new();
    for (file, facts, note) in read {
        parsed.extend(facts.map(|facts| (file, facts)));
        notes.extend(note);
    }
    (parsed, notes)
}

/// What is wrong with a file as a whole, if anything is.
fn broken_note(file: &SourceText) -> Option<Note> {
    let error = parse::whole_file(&file.text)?;
    Some(syntax_note(file.id, error.extent, format!("this isn't Rust: {}", error.message)))
}

fn syntax_note(file: FileId, extent: Extent, message: String) -> Note {
    let span = crate::source::Span { file, start: extent.start, end: extent.end };
    Note { kind: NoteKind::SyntaxError, message, help: None, span: Some(span) }
}

/// The crate roots that count, each with the index of its package: libraries first, since binaries use them.
fn targets<'s>(sources: &'s Sources, options: &ScanOptions) -> impl Iterator<Item = (usize, &'s Target)> {
    let include_tests = options.include_tests;
    sources.packages.iter().enumerate().flat_map(move |(index, package)| {
        let more = [&package.tests, &package.examples, &package.benches];
        let more = more.into_iter().flatten().filter(move |_| include_tests);
        package.lib.iter().chain(&package.binaries).chain(more).map(move |target| (index, target))
    })
}

/// A program's name, with the routers and API descriptions that leave it.
type Served = (String, Vec<Sink>, Vec<std::rc::Rc<super::value::Document>>);

/// A program that is evaluated from its `main`.
struct Entry<'s> {
    krate: CrateId,
    package: usize,
    target: &'s Target,
}

fn resolve(
    sources: &Sources,
    options: &ScanOptions,
    parse_options: ParseOptions,
    parsed: HashMap<FileId, FileFacts>,
    broken: Vec<Note>,
    policy: Option<&Policy>,
) -> Inventory {
    let files: HashMap<Arc<str>, FileId> = sources.files.iter().map(|file| (file.path.clone(), file.id)).collect();
    let by_id: HashMap<FileId, &SourceText> = sources.files.iter().map(|file| (file.id, file)).collect();
    let text = |id: FileId| by_id.get(&id).map_or_else(|| Arc::from(""), |file| file.text.clone());
    let mut relevant: BTreeSet<String> =
        parsed.keys().filter_map(|id| by_id.get(id)).map(|file| file.path.to_string()).collect();
    let mut modules = Modules::new(&files, &text, parsed, parse_options);
    let entries = add_crates(&mut modules, sources, options);
    load(&mut modules, &relevant);

    // Names that the first round found may be used in files that it left out.
    let mut known = BTreeSet::new();
    let (functions, builders) = loop {
        let functions = builders::functions(&modules);
        let builders = Builders::find(&modules, &functions);
        let fresh: Vec<&String> = builders.names.iter().filter(|name| !known.contains(*name)).collect();
        let more = match AhoCorasick::new(&fresh) {
            Ok(needles) if !fresh.is_empty() => mentioning(sources, &relevant, &needles),
            _ => Vec::new(),
        };
        if more.is_empty() {
            break (functions, builders);
        }
        known = builders.names.clone();
        relevant.extend(more);
        load(&mut modules, &relevant);
    };

    let mut evaluator = Evaluator::new(&mut modules, builders);
    evaluator.notes.extend(broken);
    let mut inventory = Inventory::default();
    let mut program_of: BTreeMap<String, usize> = BTreeMap::new();
    let mut served: Vec<Served> = Vec::new();
    for entry in &entries {
        let root = evaluator.modules.crates[entry.krate.0].root;
        let mains: Vec<_> = functions
            .iter()
            .filter(|function| {
                function.owner.is_none()
                    && function.definition.module == root
                    && function.definition.item.name == "main"
            })
            .collect();
        for main in mains {
            let value = evaluator.run(&main.definition, None);
            evaluator.serve(&value);
        }
        let sinks = std::mem::take(&mut evaluator.sinks);
        let documents = std::mem::take(&mut evaluator.documents);
        if !sinks.is_empty() {
            served.push((program_name(sources, entry), sinks, documents));
        }
    }
    unreached(&mut evaluator, &functions, sources, &entries, &relevant, &mut served);

    for (name, sinks, documents) in &served {
        let next = program_of.len();
        let program = *program_of.entry(name.clone()).or_insert(next);
        routes::add(&mut evaluator, &mut inventory, program, sinks, documents, policy);
    }
    routes::note_dead(&mut evaluator, &inventory);
    if std::env::var_os("RR_STAT").is_some() { eprintln!("functions {} summaries {} work {} modules {}", evaluator.memory.functions.len(), evaluator.memory.summary_count(), evaluator.memory.work_done(), evaluator.modules.modules.len()); }
    finish(&mut inventory, program_of, &evaluator, sources, &relevant);
    inventory
}

fn program_name(sources: &Sources, entry: &Entry<'_>) -> String {
    let taken = sources
        .packages
        .iter()
        .flat_map(|package| &package.binaries)
        .filter(|target| target.name == entry.target.name)
        .count();
    // Two packages may have a binary of one name.
    if taken > 1 {
        format!("{}/{}", sources.packages[entry.package].name, entry.target.name)
    } else {
        entry.target.name.clone()
    }
}

fn add_crates<'s>(modules: &mut Modules<'_>, sources: &'s Sources, options: &ScanOptions) -> Vec<Entry<'s>> {
    let mut libraries: BTreeMap<usize, CrateId> = BTreeMap::new();
    let mut entries = Vec::new();
    for (package, target) in targets(sources, options) {
        let is_library = sources.packages[package].lib.as_ref().is_some_and(|lib| std::ptr::eq(lib, target));
        let name = target.name.replace('-', "_");
        let Some(krate) = modules.add_crate(&name, &target.path) else { continue };
        if is_library {
            libraries.insert(package, krate);
        } else {
            entries.push(Entry { krate, package, target });
        }
    }
    let packages_of: Vec<(CrateId, usize)> = libraries
        .iter()
        .map(|(package, krate)| (*krate, *package))
        .chain(entries.iter().map(|entry| (entry.krate, entry.package)))
        .collect();
    for (krate, package) in packages_of {
        let mut externs: BTreeMap<String, CrateId> = sources.packages[package]
            .dependencies
            .iter()
            .filter_map(|(name, dependency)| Some((name.clone(), *libraries.get(&dependency.0)?)))
            .collect();
        if let Some(own) = libraries.get(&package)
            && *own != krate
        {
            externs.insert(modules.crates[own.0].name.clone(), *own);
        }
        modules.crates[krate.0].externs = externs;
    }
    entries
}

/// Loads the modules that the relevant files are, and those above them.
fn load(modules: &mut Modules<'_>, relevant: &BTreeSet<String>) {
    let wanted = |stem: &str| {
        relevant.contains(&format!("{stem}.rs")) || {
            let inside = format!("{stem}/");
            relevant.range(inside.clone()..).next().is_some_and(|path| path.starts_with(&inside))
        }
    };
    for index in 0..modules.crates.len() {
        modules.load_down_to(CrateId(index), &wanted);
    }
}

/// Files outside the first choice that use one of these names.
fn mentioning(sources: &Sources, relevant: &BTreeSet<String>, needles: &AhoCorasick) -> Vec<String> {
    sources
        .files
        .par_iter()
        .filter(|file| !relevant.contains(&*file.path) && builders::calls(needles, &file.text))
        .map(|file| file.path.to_string())
        .collect()
}

/// Functions that build routers and that no program's `main` was seen to call: the library's own offer, code whose
/// caller can't be followed, or dead.
fn unreached(
    evaluator: &mut Evaluator<'_, '_>,
    functions: &[KnownFunction],
    sources: &Sources,
    entries: &[Entry<'_>],
    relevant: &BTreeSet<String>,
    served: &mut Vec<Served>,
) {
    let left: Vec<&KnownFunction> = functions
        .iter()
        .filter(|function| evaluator.is_builder(&function.definition) && !evaluator.was_run(&function.definition))
        .collect();
    if left.is_empty() {
        return;
    }
    let uses = Uses::find(evaluator, functions, sources, relevant, &left);
    // Those that nobody calls come first: they run the others.
    let (uncalled, called): (Vec<_>, Vec<_>) = left.into_iter().partition(|function| !uses.has(function));
    for function in uncalled.into_iter().chain(called) {
        if evaluator.was_run(&function.definition) {
            continue;
        }
        let krate = evaluator.modules.module(function.definition.module).krate;
        let package = package_of(evaluator, sources, krate);
        let has_binary = entries.iter().any(|entry| Some(entry.package) == package && !served.is_empty());
        let used = uses.has(function);
        let is_api = function.definition.item.is_public && !has_binary;
        let self_type = function.owner.as_ref().and_then(|owner| evaluator.owner_type(owner));
        let value = evaluator.run(&function.definition, self_type);
        evaluator.release(&value);
        let sinks = std::mem::take(&mut evaluator.sinks);
        let documents = std::mem::take(&mut evaluator.documents);
        if sinks.iter().all(|sink| sink.router.entries.is_empty()) || !(used || is_api) {
            continue;
        }
        let span = evaluator.modules.span(&function.definition);
        if used && !is_api {
            evaluator.notes.insert(Note {
                kind: NoteKind::Unresolved,
                message: format!(
                    "`{}` builds a router, but how a program mounts it could not be followed; its routes are listed with the paths that they have here",
                    function.definition.item.name
                ),
                help: None,
                span: Some(span),
            });
        }
        let name = match package.and_then(|package| sources.packages.get(package)) {
            Some(package) if package.binaries.len() == 1 => package.binaries[0].name.clone(),
            Some(package) => package.name.clone(),
            None => evaluator.modules.crates[krate.0].name.clone(),
        };
        served.push((name, sinks, documents));
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
}

impl Uses {
    fn find(
        evaluator: &mut Evaluator<'_, '_>,
        functions: &[KnownFunction],
        sources: &Sources,
        relevant: &BTreeSet<String>,
        wanted: &[&KnownFunction],
    ) -> Self {
        let mut used = BTreeSet::new();
        let names: Vec<String> = wanted
            .iter()
            .map(|function| function.definition.item.name.clone())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let Ok(needles) = AhoCorasick::new(&names) else { return Self { used } };
        // Outside of bodies that were read, a name alone counts; methods are always called by name alone.
        let mut named: BTreeSet<&str> = BTreeSet::new();
        let mut called: BTreeSet<&str> = BTreeSet::new();
        for file in sources.files.iter().filter(|file| !relevant.contains(&*file.path)) {
            named.extend(builders::named(&needles, &file.text).map(|found| names[found.name].as_str()));
        }
        for (text, extent) in evaluator.modules.other_code() {
            let text = evaluator.modules.texts.slice(text, extent);
            named.extend(builders::named(&needles, text).map(|found| names[found.name].as_str()));
        }
        for function in functions {
            let Some(body) = builders::body_of(evaluator.modules, function) else { continue };
            let found: Vec<(usize, Vec<String>)> = builders::named(&needles, body)
                .map(|found| (found.name, path_before(body, found.start, &names[found.name])))
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
        Self { used }
    }

    fn has(&self, function: &KnownFunction) -> bool {
        // An attribute macro may call a function by its name.
        function.definition.item.attributes.iter().any(|attribute| attribute.is(&["main"]))
            || self.used.contains(&Arc::as_ptr(&function.definition.item))
    }
}

/// The path in front of a name in a text, with the name: `hosts::handlers::create_router`. Empty for a method.
fn path_before(text: &str, start: usize, name: &str) -> Vec<String> {
    let before = &text[..start];
    if before.ends_with('.') {
        return Vec::new();
    }
    let is_path = |character: char| character.is_alphanumeric() || matches!(character, '_' | ':' | '#');
    let from = before
        .rfind(|character| !is_path(character))
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let mut path: Vec<String> = before[from..]
        .split("::")
        .filter(|part| !part.is_empty())
        .map(|part| part.trim_start_matches("r#").to_owned())
        .collect();
    path.push(name.to_owned());
    path
}

fn finish(
    inventory: &mut Inventory,
    program_of: BTreeMap<String, usize>,
    evaluator: &Evaluator<'_, '_>,
    sources: &Sources,
    relevant: &BTreeSet<String>,
) {
    // Numbers were given in the order of discovery; programs are listed by name.
    let mut renumbered = vec![0; program_of.len()];
    for (index, (name, old)) in program_of.into_iter().enumerate() {
        renumbered[old] = index;
        inventory.programs.push(Program { name });
    }
    for route in &mut inventory.routes {
        route.program = renumbered[route.program];
    }
    inventory.routes.sort_by(|left, right| {
        let key = |route: &super::Route| {
            (route.program, route.path.clone(), route.method.clone(), route.handler.name.clone(), route.mounts.clone())
        };
        key(left).cmp(&key(right))
    });
    let mut notes = evaluator.notes.clone();
    for broken in &evaluator.modules.broken {
        notes.insert(Note {
            kind: NoteKind::SyntaxError,
            message: broken.message.clone(),
            help: None,
            span: Some(broken.span),
        });
    }
    for problem in &sources.problems {
        notes.insert(note_of(problem));
    }
    inventory.notes = notes.into_iter().collect();
    let count = |kind: NoteKind| inventory.notes.iter().filter(|note| note.kind == kind).count();
    let broken_files: BTreeSet<FileId> = inventory
        .notes
        .iter()
        .filter(|note| note.kind == NoteKind::SyntaxError)
        .filter_map(|note| note.span.map(|span| span.file))
        .collect();
    let unplaced =
        inventory.notes.iter().filter(|note| note.kind == NoteKind::SyntaxError && note.span.is_none()).count();
    inventory.coverage.files = sources.files.len();
    inventory.coverage.parsed_files = evaluator.modules.loaded_files.len().max(relevant.len());
    inventory.coverage.unparsed_files = broken_files.len() + unplaced;
    inventory.coverage.unresolved = count(NoteKind::Unresolved);
    inventory.coverage.opaque = count(NoteKind::Opaque);
    inventory.coverage.dead_routers = count(NoteKind::DeadRouter);
}

fn note_of(problem: &crate::source::SourceProblem) -> Note {
    let at = problem.offset.unwrap_or(0);
    Note {
        kind: NoteKind::SyntaxError,
        message: match problem.file {
            Some(_) => problem.message.clone(),
            None => format!("{}: {}", problem.path, problem.message),
        },
        help: problem.help.clone(),
        span: problem.file.map(|file| crate::source::Span { file, start: at, end: at }),
    }
}
