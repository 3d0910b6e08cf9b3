//! From sources to the inventory: which files to parse, which programs there are, what each of them serves.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aho_corasick::AhoCorasick;
use route_role_policy::Policy;

use crate::frontend::rust::parse::ParseOptions;
use crate::source::{FileId, ScanError, ScanOptions, SourceFile, SourceMap, Sources, Target};

use super::evaluate::{Builders, Evaluator};
use super::evaluate::{builders, spelling};
use super::inventory::{Inventory, Note, NoteKind};
use super::library::Library;
use super::look::{FirstLook, look};
use super::modules::{CrateId, Modules};
use super::own_routers::{self, OwnRouters};
use super::programs::Programs;
use super::reach::Reach;
use super::shelf::Shelf;
use super::{body_guards, rocket, routes, unreached};

/// The evaluator recurses along the program's own calls and expressions.
const EVALUATOR_STACK: usize = 256 * 1024 * 1024;

/// Reads the routes of everything below the roots.
///
/// # Errors
///
/// When a root doesn't exist or can't be read at all. Everything else that goes wrong is a note in the inventory.
pub fn scan(options: &ScanOptions, map: &mut SourceMap, policy: Option<&Policy>) -> Result<Inventory, ScanError> {
    let only_checks = options.skips_bodies;
    // Who may call what can depend on what handlers do.
    let names_calls = policy.is_some_and(body_guards::are_named);
    let options = &ScanOptions { skips_bodies: only_checks && !names_calls, ..options.clone() };
    let mut sources = crate::source::collect(options, map)?;
    let pool = crate::source::pool(options)?;
    let parse_options = ParseOptions { include_tests: options.include_tests };
    let roots = targets(&sources, options).map(|(_, target)| target.path.clone()).collect();
    let own = OwnRouters::of(policy).needles();
    let mut first = pool.install(|| look(&mut sources, &roots, &own, options, parse_options));
    let shelf = Shelf::new(&sources, parse_options, std::mem::take(&mut first.parsed));
    let library = || Library::new(&sources, &pool);
    let run = || resolve(&library(), &shelf, (options, only_checks), parse_options, first, policy);
    let is_over = AtomicBool::new(false);
    let evaluate = || {
        std::thread::scope(|scope| {
            std::thread::Builder::new()
                .name("evaluate".to_owned())
                .stack_size(EVALUATOR_STACK)
                .spawn_scoped(scope, run)
                .map(|thread| thread.join())
        })
    };
    let result = pool.in_place_scope(|scope| {
        // What routers are made of was parsed; more is needed for what their handlers do.
        if !options.skips_bodies && pool.current_num_threads() > 1 {
            scope.spawn(|_| shelf.read_ahead(&is_over));
        }
        let result = evaluate();
        is_over.store(true, Ordering::Relaxed);
        result
    });
    // Whatever points into a file had to be learned from it, and its text was kept then.
    for file in &sources.files {
        if let Some(text) = file.kept() {
            map.set_text(file.id, Arc::clone(text));
        }
    }
    match result {
        Ok(Ok(inventory)) => Ok(inventory),
        Ok(Err(panic)) => std::panic::resume_unwind(panic),
        Err(error) => Err(ScanError::Threads(error.to_string())),
    }
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
    library: &Library<'_>,
    shelf: &Shelf<'_>,
    (options, only_checks): (&ScanOptions, bool),
    parse_options: ParseOptions,
    first: FirstLook,
    policy: Option<&Policy>,
) -> Inventory {
    let sources = library.sources;
    let files: HashMap<Arc<str>, FileId> = sources.files.iter().map(|file| (file.path.clone(), file.id)).collect();
    let text = |id: FileId| library.text(id);
    let mut relevant: BTreeSet<String> = first.relevant;
    let mut modules = Modules::new(&files, &text, shelf, parse_options);
    modules.implemented_in = first.implementations;
    let (entries, reach) = add_crates(&mut modules, sources, options);
    load(&mut modules, &relevant);

    let own = OwnRouters::of(policy);
    // Names that the first round found may be used in files that it left out.
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let (functions, builders) = loop {
        let functions = builders::functions(&modules);
        let builders = Builders::find(&mut modules, &functions, &own);
        // A name that another crate has too may be used where the first one isn't known.
        let is_fresh = |name: &&String| known.get(*name).is_none_or(|homes| *homes < builders.homes_of(name));
        let fresh: Vec<&String> = builders.names.iter().filter(is_fresh).collect();
        let more = mentioning(library, &relevant, &fresh, |file, name| {
            reach.may(sources, file, |krate| builders.may_name(&modules, krate, name))
        });
        if more.is_empty() {
            break (functions, builders);
        }
        known = builders.names.iter().map(|name| (name.clone(), builders.homes_of(name))).collect();
        relevant.extend(more);
        load(&mut modules, &relevant);
    };

    let mut evaluator = Evaluator::new(&mut modules, builders, own);
    evaluator.memory.only_checks = only_checks;
    evaluator.notes.extend(first.notes);
    let mut programs = Programs::new(policy);
    for entry in &entries {
        let root = evaluator.modules.crates[entry.krate.0].root;
        let mains: Vec<_> = functions
            .iter()
            .filter(|function| {
                function.owner.is_none()
                    && function.definition.module == root
                    && (function.definition.item.name == "main" || rocket::is_launched(function))
            })
            .collect();
        for main in mains {
            let value = evaluator.run(&main.definition, None);
            evaluator.serve(&value);
        }
        programs.describe(&mut evaluator, || program_name(sources, entry));
    }
    for (krate, sinks) in own_routers::collect(&mut evaluator, &functions) {
        unreached::describe(&mut evaluator, sources, CrateId(krate), sinks, &mut programs);
    }
    unreached::run(&mut evaluator, &functions, library, (&entries, &reach), &relevant, &mut programs);

    let mut inventory = programs.into_inventory();
    routes::note_dead(&mut evaluator, &inventory);
    rocket::note_unmounted(&mut evaluator, &functions, &inventory);
    finish(&mut inventory, &evaluator, library, &relevant);
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

/// The programs, and the crates that files can be code of.
fn add_crates<'s>(modules: &mut Modules<'_>, sources: &'s Sources, options: &ScanOptions) -> (Vec<Entry<'s>>, Reach) {
    let mut reach = Reach::default();
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
        reach.add(package, krate);
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
        modules.crates[krate.0].versions.clone_from(&sources.packages[package].versions);
    }
    (entries, reach)
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

/// Files outside the first choice that use one of these names, where their code can mean it.
fn mentioning(
    library: &Library<'_>,
    relevant: &BTreeSet<String>,
    names: &[&String],
    can_mean: impl Fn(&SourceFile, &str) -> bool,
) -> Vec<String> {
    let Ok(needles) = AhoCorasick::new(names) else { return Vec::new() };
    if names.is_empty() {
        return Vec::new();
    }
    let found = library.look_through(relevant, |file, text| {
        let called: BTreeSet<usize> = spelling::called(&needles, text).collect();
        (!called.is_empty()).then_some((file, called))
    });
    let matters =
        |(file, called): &(&SourceFile, BTreeSet<usize>)| called.iter().any(|name| can_mean(file, names[*name]));
    found.into_iter().flatten().filter(matters).map(|(file, _)| file.path.to_string()).collect()
}

fn finish(
    inventory: &mut Inventory,
    evaluator: &Evaluator<'_, '_>,
    library: &Library<'_>,
    relevant: &BTreeSet<String>,
) {
    let sources = library.sources;
    let mut notes = evaluator.notes.clone();
    for broken in &evaluator.modules.broken {
        notes.insert(Note {
            kind: NoteKind::SyntaxError,
            message: broken.message.clone(),
            help: None,
            span: Some(broken.span),
        });
    }
    for problem in sources.problems.iter().chain(&library.lost()) {
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
    inventory.foreign = sources.files.iter().filter(|file| sources.is_foreign(file)).map(|file| file.id).collect();
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
