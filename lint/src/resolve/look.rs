//! The first look at every file: which ones to parse, and which ones are broken.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use aho_corasick::AhoCorasick;
use rayon::prelude::*;

use crate::frontend::rust::axum;
use crate::frontend::rust::facts::{Extent, FileFacts};
use crate::frontend::rust::parse::{self, ParseOptions};
use crate::source::{FileId, MARKER, ScanOptions, SourceFile, SourceProblem, Sources, suspect};

use super::inventory::{Note, NoteKind};

/// What a first look at all files found.
#[derive(Debug, Default)]
pub(super) struct FirstLook {
    /// The facts of the files that can matter.
    pub(super) parsed: HashMap<FileId, FileFacts>,
    /// What isn't Rust in any file.
    pub(super) notes: Vec<Note>,
}

/// Reads every file, in parallel, and parses those that can matter. `roots` are the files that always do. The text of a file that doesn't matter is let go of at
/// once; a file that can't be read is taken from the list and becomes a problem.
pub(super) fn look(
    sources: &mut Sources,
    roots: &BTreeSet<String>,
    options: &ScanOptions,
    parse_options: ParseOptions,
) -> FirstLook {
    let needles = AhoCorasick::new(axum::NEEDLES).ok();
    let matters = |file: &SourceFile, text: &str| {
        options.no_filter
            || roots.contains(&*file.path)
            || needles.as_ref().is_none_or(|needles| needles.is_match(text))
    };
    let look_at = |file: &SourceFile| -> Result<(Option<FileFacts>, Option<Note>), SourceProblem> {
        let text = file.read()?;
        let (facts, note) = facts_and_note(file, &text, matters(file, &text), options.strict, parse_options);
        if facts.is_some() || note.is_some() || text.contains(MARKER) {
            file.keep(&text);
        }
        Ok((facts, note))
    };
    let seen: Vec<_> = sources.files.par_iter().map(|file| (file.id, look_at(file))).collect();
    let mut first = FirstLook::default();
    let mut unread = BTreeSet::new();
    for (file, outcome) in seen {
        match outcome {
            Ok((facts, note)) => {
                first.parsed.extend(facts.map(|facts| (file, facts)));
                first.notes.extend(note);
            }
            Err(problem) => {
                unread.insert(file);
                sources.problems.push(problem);
            }
        }
    }
    sources.files.retain(|file| !unread.contains(&file.id));
    first
}

fn facts_and_note(
    file: &SourceFile,
    text: &Arc<str>,
    matters: bool,
    strict: bool,
    options: ParseOptions,
) -> (Option<FileFacts>, Option<Note>) {
    let shape = suspect::shape(text);
    if shape.is_too_deep() {
        let message = format!("this file nests {} levels deep and was not read", shape.depth);
        return (Some(FileFacts::default()), Some(syntax_note(file.id, Extent::default(), message)));
    }
    let facts = matters.then(|| parse::items(text, options));
    // Bodies and files that don't matter stay unparsed unless something in them looks wrong.
    let looked_at = facts.as_ref().is_some_and(|facts| !facts.errors.is_empty());
    let note = if !looked_at && (shape.suspicious || strict) { broken_note(file.id, text) } else { None };
    // The tokens are gone; without this, the copy of the text that their places need stays.
    proc_macro2::extra::invalidate_current_thread_spans();
    (facts, note)
}

/// What is wrong with a file as a whole, if anything is.
fn broken_note(file: FileId, text: &str) -> Option<Note> {
    let error = parse::whole_file(text)?;
    Some(syntax_note(file, error.extent, format!("this isn't Rust: {}", error.message)))
}

fn syntax_note(file: FileId, extent: Extent, message: String) -> Note {
    let span = crate::source::Span { file, start: extent.start, end: extent.end };
    Note { kind: NoteKind::SyntaxError, message, help: None, span: Some(span) }
}
