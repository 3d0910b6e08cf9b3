//! The first look at every file: which ones to parse, and which ones are broken.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aho_corasick::AhoCorasick;
use rayon::prelude::*;

use crate::frontend::rust::facts::{Extent, FileFacts};
use crate::frontend::rust::parse::{self, ParseOptions};
use crate::frontend::rust::{actix, axum, gotham, loco, poem, rocket, rwf, salvo, tide, warp};
use crate::source::{FileId, MARKER, ScanOptions, SourceFile, SourceProblem, Sources, suspect};

use super::inventory::{Note, NoteKind};

/// As much text of files that don't matter is kept, because reading it again takes time. Larger trees have to do without, so that their size isn't what the linter needs.
const SPARE: usize = 4 * 1024 * 1024;

/// What a first look at all files found.
#[derive(Debug, Default)]
pub(super) struct FirstLook {
    /// The facts of the files that can matter.
    pub(super) parsed: HashMap<FileId, FileFacts>,
    /// The paths of the files that can matter.
    pub(super) relevant: BTreeSet<String>,
    /// What isn't Rust in any file.
    pub(super) notes: Vec<Note>,
    /// The files that say what types implement, by the names of the types.
    pub(super) implementations: HashMap<String, Vec<String>>,
}

/// Reads every file, in parallel, and parses those that can matter. `roots` are the files that always do, `own` the texts that the policy adds. The text of a file that doesn't matter is let go of unless there
/// is room to spare; a file that can't be read is taken from the list and becomes a problem.
pub(super) fn look(
    sources: &mut Sources,
    roots: &BTreeSet<String>,
    own: &[String],
    options: &ScanOptions,
    parse_options: ParseOptions,
) -> FirstLook {
    let known = axum::NEEDLES.iter().chain(actix::NEEDLES).chain(rocket::NEEDLES);
    let known = known
        .chain(poem::NEEDLES)
        .chain(salvo::NEEDLES)
        .chain(warp::NEEDLES)
        .chain(loco::NEEDLES)
        .chain(rwf::NEEDLES)
        .chain(gotham::NEEDLES)
        .chain(tide::NEEDLES);
    let needles = AhoCorasick::new(known.copied().chain(own.iter().map(String::as_str))).ok();
    let matters = |file: &SourceFile, text: &str| {
        options.no_filter
            || roots.contains(&*file.path)
            || needles.as_ref().is_none_or(|needles| needles.is_match(text))
    };
    let spare = AtomicUsize::new(SPARE);
    let fits = |text: &str| {
        spare.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(text.len())).is_ok()
    };
    let look_at = |file: &SourceFile| -> Result<Seen, SourceProblem> {
        let text = file.read()?;
        let (facts, note) = facts_and_note(file, &text, matters(file, &text), options.strict, parse_options);
        if facts.is_some() || note.is_some() || text.contains(MARKER) || fits(&text) {
            file.keep(&text);
        }
        let implements = if options.skips_bodies { BTreeSet::new() } else { implemented_types(&text) };
        Ok((facts, note, implements))
    };
    let seen: Vec<_> = sources.files.par_iter().map(|file| (file.id, look_at(file))).collect();
    let mut first = FirstLook::default();
    let mut unread = BTreeSet::new();
    for (file, outcome) in seen {
        match outcome {
            Ok((facts, note, implements)) => {
                for name in implements {
                    if let Some(file) = sources.file(file) {
                        first.implementations.entry(name).or_default().push(file.path.to_string());
                    }
                }
                if let Some(facts) = facts {
                    first.relevant.extend(sources.file(file).map(|file| file.path.to_string()));
                    first.parsed.insert(file, facts);
                }
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

/// What one file shows: its facts if it matters, what is wrong with it, the types that it implements something for.
type Seen = (Option<FileFacts>, Option<Note>, BTreeSet<String>);

/// The names of the types that a text has an `impl` for, as far as a look at its lines tells: what it names too much is only read
/// for nothing.
fn implemented_types(text: &str) -> BTreeSet<String> {
    let is_name = |letter: &char| letter.is_alphanumeric() || *letter == '_';
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices("impl") {
        let begins_line = text[..at].rsplit('\n').next().is_some_and(|before| before.trim().is_empty());
        let Some(line) = text[at..].split('{').next().filter(|_| begins_line) else { continue };
        let of = match line.rsplit_once(" for ") {
            Some((_, of)) => of,
            None => line.trim_start_matches("impl").trim_start(),
        };
        let path: String = of.chars().take_while(|letter| is_name(letter) || *letter == ':').collect();
        if let Some(name) = path.rsplit(':').next().filter(|name| !name.is_empty()) {
            found.insert(name.to_owned());
        }
    }
    found
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
    let facts = matters.then(|| parse::items_of_file(text, &shape, options));
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::num::NonZeroUsize;

    use super::*;
    use crate::source::SourceMap;

    #[test]
    fn only_texts_that_somebody_may_need_are_kept_when_there_is_no_room_to_spare() {
        let folder = tempfile::tempdir().unwrap();
        let filler = " ".repeat(SPARE);
        let files = [
            ("a_fills_the_room.rs", filler.as_str()),
            ("b_plain.rs", "fn f() {}"),
            ("c_comment.rs", "// route-role: allow(unmapped-guard) -- why not"),
            ("d_router.rs", "fn f() { Router::new() }"),
            ("e_broken.rs", "fn f() { ) }"),
            ("f_root.rs", "fn main() {}"),
            ("g_plain.rs", ""),
        ];
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        // With one thread, the files come in their order.
        let options = ScanOptions {
            roots: vec![folder.path().to_owned()],
            threads: NonZeroUsize::new(1),
            ..ScanOptions::default()
        };
        let mut sources = crate::source::collect(&options, &mut SourceMap::default()).unwrap();
        let roots = BTreeSet::from(["f_root.rs".to_owned()]);
        let pool = crate::source::pool(&options).unwrap();
        let first = pool.install(|| look(&mut sources, &roots, &[], &options, ParseOptions::default()));
        let names = |wanted: &dyn Fn(&SourceFile) -> bool| {
            let found = sources.files.iter().filter(|file| wanted(file));
            found.map(|file| file.path.chars().take(1).collect::<String>()).collect::<String>()
        };
        assert_eq!(names(&|file| file.kept().is_some()), "acdefg");
        assert_eq!(names(&|file| first.parsed.contains_key(&file.id)), "df");
        assert_eq!(first.notes.len(), 1);
    }
}
