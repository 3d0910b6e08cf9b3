//! What files say: each is parsed once, by whoever needs it first.
//!
//! Programs are evaluated on one thread, and what their handlers do is read there as well. Meanwhile another thread parses what the
//! files of the routers import, and what is imported there: that is mostly what the handlers lead to. Where it is wrong, a file
//! was parsed for nothing; where it is late, the evaluator parses for itself. The result is the same.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::frontend::rust::facts::{FileFacts, ItemKind};
use crate::frontend::rust::parse::{self, ParseOptions};
use crate::source::{FileId, SourceFile, Sources, suspect};

/// Imports are followed so far: behind more of them, most files are never needed.
const MAX_STEPS: usize = 2;

/// The facts of all files, as far as somebody asked.
pub(crate) struct Shelf<'s> {
    sources: &'s Sources,
    options: ParseOptions,
    slots: HashMap<FileId, OnceLock<FileFacts>>,
}

impl<'s> Shelf<'s> {
    /// A shelf on which the facts of some files stand already.
    pub(super) fn new(sources: &'s Sources, options: ParseOptions, mut parsed: HashMap<FileId, FileFacts>) -> Self {
        let slot = |file: &SourceFile| (file.id, parsed.remove(&file.id).map_or_else(OnceLock::new, OnceLock::from));
        let slots = sources.files.iter().map(slot).collect();
        Self { sources, options, slots }
    }

    /// What a file says, of which this is the text.
    pub(crate) fn facts(&self, file: FileId, text: &str) -> Option<&FileFacts> {
        self.slots.get(&file).map(|slot| slot.get_or_init(|| self.facts_again(text)))
    }

    /// What a file says, for a second module that it is: items are told apart by where they stand in memory.
    pub(crate) fn facts_again(&self, text: &str) -> FileFacts {
        parse::items_of_file(text, &suspect::shape(text), self.options)
    }

    /// Parses what the files on the shelf import, and so on, until that is done or everything else is.
    pub(super) fn read_ahead(&self, is_over: &AtomicBool) {
        let layout = Layout::of(self.sources);
        let mut seen: BTreeSet<FileId> = self.sources.files.iter().map(|file| file.id).collect();
        seen.retain(|file| self.slots.get(file).is_some_and(|slot| slot.get().is_some()));
        // Crate by crate, as they are evaluated.
        let mut crates: BTreeMap<&str, VecDeque<(&SourceFile, usize)>> = BTreeMap::new();
        for file in seen.iter().filter_map(|file| self.sources.file(*file)) {
            crates.entry(layout.root(&file.path)).or_default().push_back((file, 0));
        }
        for open in crates.into_values() {
            if is_over.load(Ordering::Relaxed) {
                return;
            }
            self.read_from(open, &layout, &mut seen, is_over);
        }
    }

    fn read_from<'f>(
        &'f self,
        mut open: VecDeque<(&'f SourceFile, usize)>,
        layout: &Layout<'f>,
        seen: &mut BTreeSet<FileId>,
        is_over: &AtomicBool,
    ) {
        while let Some((file, steps)) = open.pop_front() {
            let facts = match self.slots.get(&file.id).and_then(OnceLock::get) {
                Some(facts) => Some(facts),
                // What can't be read is the business of whoever needs it.
                None => file.read().ok().and_then(|text| self.facts(file.id, &text)),
            };
            // The tokens are gone; without this, the copy of the text that their places need stays.
            proc_macro2::extra::invalidate_current_thread_spans();
            let Some(facts) = facts.filter(|_| steps < MAX_STEPS) else { continue };
            for item in &facts.items {
                let ItemKind::Use(imports) = &item.kind else { continue };
                for import in imports {
                    let fresh = layout.files(&file.path, &import.path).into_iter().filter(|file| seen.insert(file.id));
                    open.extend(fresh.map(|file| (file, steps + 1)));
                }
            }
            if is_over.load(Ordering::Relaxed) {
                return;
            }
        }
    }
}

/// Where the modules of crates are, if every module is in the file that its name says.
struct Layout<'s> {
    files: HashMap<&'s str, &'s SourceFile>,
    /// The folders of crates, by the names of the crates.
    crates: HashMap<String, &'s str>,
}

impl<'s> Layout<'s> {
    fn of(sources: &'s Sources) -> Self {
        let targets = sources.packages.iter().flat_map(|package| package.lib.iter().chain(&package.binaries));
        Self {
            files: sources.files.iter().map(|file| (&*file.path, file)).collect(),
            crates: targets.map(|target| (target.name.replace('-', "_"), parent(&target.path))).collect(),
        }
    }

    /// The modules on the way to what a file imports.
    fn files(&self, from: &str, import: &[String]) -> Vec<&'s SourceFile> {
        let stem = from.trim_end_matches(".rs");
        let own = match stem.rsplit('/').next() {
            Some("mod" | "lib" | "main") => parent(from),
            _ => stem,
        };
        let Some((first, rest)) = import.split_first() else { return Vec::new() };
        let (mut folder, mut rest) = match first.as_str() {
            "crate" => (self.root(from).to_owned(), rest),
            "super" => (parent(own).to_owned(), rest),
            "self" => (own.to_owned(), rest),
            name => match self.crates.get(name) {
                Some(root) => ((*root).to_owned(), rest),
                None => (own.to_owned(), import),
            },
        };
        while let Some((_, further)) = rest.split_first().filter(|(first, _)| *first == "super") {
            folder = parent(&folder).to_owned();
            rest = further;
        }
        let mut found = Vec::new();
        for name in rest {
            folder = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            let candidates = [format!("{folder}.rs"), format!("{folder}/mod.rs")];
            let Some(file) = candidates.iter().find_map(|path| self.files.get(path.as_str())) else { break };
            found.push(*file);
        }
        found
    }

    /// The folder of the innermost crate that a file lies in.
    fn root(&self, file: &str) -> &'s str {
        let holds =
            |folder: &str| folder.is_empty() || file.strip_prefix(folder).is_some_and(|in_it| in_it.starts_with('/'));
        self.crates
            .values()
            .copied()
            .filter(|folder| holds(folder))
            .max_by_key(|folder| folder.len())
            .unwrap_or_default()
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
