//! The texts of all files, wherever they are kept.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::ThreadPool;
use rayon::prelude::*;

use crate::source::{FileId, SourceFile, SourceProblem, Sources};

/// Gives out the texts of files. Those that the first look let go of are read again; what goes wrong then is remembered, and the text is empty.
pub(super) struct Library<'s> {
    pub(super) sources: &'s Sources,
    /// Where to look through many files at once.
    pool: &'s ThreadPool,
    lost: RefCell<BTreeSet<SourceProblem>>,
}

impl<'s> Library<'s> {
    pub(super) fn new(sources: &'s Sources, pool: &'s ThreadPool) -> Self {
        Self { sources, pool, lost: RefCell::default() }
    }

    /// What a file says. From now on that is kept, because somebody will remember places in it.
    pub(super) fn text(&self, file: FileId) -> Arc<str> {
        let Some(file) = self.sources.file(file) else { return Arc::from("") };
        let text = file.read().unwrap_or_else(|problem| {
            self.lost.borrow_mut().insert(problem);
            Arc::from("")
        });
        file.keep(&text);
        text
    }

    /// Looks through every file but these.
    pub(super) fn look_through<T: Send>(
        &self,
        known: &BTreeSet<String>,
        look: impl Fn(&'s SourceFile, &str) -> T + Sync,
    ) -> Vec<T> {
        let files = &self.sources.files;
        let seen: Vec<Result<T, SourceProblem>> = self.pool.install(|| {
            let unknown = files.par_iter().filter(|file| !known.contains(&*file.path));
            unknown.map(|file| file.read().map(|text| look(file, &text))).collect()
        });
        let mut found = Vec::with_capacity(seen.len());
        for outcome in seen {
            match outcome {
                Ok(seen) => found.push(seen),
                Err(problem) => {
                    self.lost.borrow_mut().insert(problem);
                }
            }
        }
        found
    }

    /// What could be read at first and couldn't be later.
    pub(super) fn lost(&self) -> BTreeSet<SourceProblem> {
        self.lost.borrow().clone()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use crate::source::{ScanOptions, SourceMap};

    use super::Library;

    #[test]
    fn a_file_that_vanishes_is_remembered_once_and_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.rs", "b.rs"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        let options = ScanOptions { roots: vec![folder.path().to_owned()], ..ScanOptions::default() };
        let sources = crate::source::collect(&options, &mut SourceMap::default()).unwrap();
        let pool = crate::source::pool(&options).unwrap();
        let library = Library::new(&sources, &pool);
        let known = BTreeSet::new();
        let texts = || library.look_through(&known, |_, text| text.to_owned());
        assert_eq!(texts(), ["a.rs", "b.rs"]);
        fs::remove_file(folder.path().join("b.rs")).unwrap();
        assert_eq!(texts(), ["a.rs"]);
        assert_eq!(&*library.text(sources.files[1].id), "");
        assert_eq!(library.lost().iter().map(|problem| problem.path.as_str()).collect::<Vec<_>>(), ["b.rs"]);
        assert_eq!(library.look_through(&BTreeSet::from(["a.rs".to_owned()]), |_, text| text.to_owned()), [""]);
    }
}
