//! From sources to the inventory: which files to parse, which programs there are, what each of them serves.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use aho_corasick::AhoCorasick;
use rayon::prelude::*;
use route_role_policy::Policy;

use crate::frontend::rust::axum;
use crate::frontend::rust::facts::{Extent, FileFacts};
use crate::frontend::rust::parse::{self, ParseOptions};
use crate::source::{FileId, ScanError, ScanOptions, SourceMap, SourceText, Sources, Target, suspect};

use super::evaluate::builders;
use super::evaluate::{Builders, Evaluator};
use super::inventory::{Inventory, Note, NoteKind};
use super::modules::{CrateId, Modules};
use super::programs::Programs;
use super::{routes, unreached};

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

/// A program that is evaluated from its `main`.
pub(super) struct Entry<'s> {
    krate: CrateId,
    pub(super) package: usize,
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
    let mut programs = Programs::new(policy);
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
        programs.describe(&mut evaluator, || program_name(sources, entry));
    }
    unreached::run(&mut evaluator, &functions, sources, &entries, &relevant, &mut programs);

    let mut inventory = programs.into_inventory();
    routes::note_dead(&mut evaluator, &inventory);
    finish(&mut inventory, &evaluator, sources, &relevant);
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

fn finish(inventory: &mut Inventory, evaluator: &Evaluator<'_, '_>, sources: &Sources, relevant: &BTreeSet<String>) {
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
