//! One file, and what it says for as long as somebody needs it.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::read::{self, Stamp};
use super::{FileId, SourceProblem};

/// What a comment to the linter begins with. A file that holds it anywhere is one of those whose text is kept.
pub const MARKER: &str = "route-role:";

/// A Rust file.
///
/// Most files of a tree have nothing to do with its routes. What they say is let go of once it was looked at, and read again in the rare case that somebody asks.
#[derive(Debug)]
pub struct SourceFile {
    /// Its number in the [`super::SourceMap`].
    pub id: FileId,
    /// Its path as shown, relative to the root.
    pub path: Arc<str>,
    location: PathBuf,
    /// What it was when it was read first.
    stamp: OnceLock<Stamp>,
    text: OnceLock<Arc<str>>,
}

impl SourceFile {
    pub(super) fn new(id: FileId, path: Arc<str>, location: PathBuf) -> Self {
        Self { id, path, location, stamp: OnceLock::new(), text: OnceLock::new() }
    }

    /// What it says: the text that was kept, or else what is there now.
    ///
    /// # Errors
    ///
    /// When it can't be read, or isn't any more what it was at first: what was learned from it then may be wrong now.
    pub fn read(&self) -> Result<Arc<str>, SourceProblem> {
        if let Some(text) = self.text.get() {
            return Ok(Arc::clone(text));
        }
        let (text, stamp) = read::read(&self.path, &self.location)?;
        if *self.stamp.get_or_init(|| stamp) == stamp {
            return Ok(text);
        }
        Err(SourceProblem::unread(self.path.to_string(), "this file changed while it was linted".to_owned())
            .help("run the command again when nothing writes to it"))
    }

    /// Keeps its text from now on.
    pub fn keep(&self, text: &Arc<str>) {
        self.text.get_or_init(|| Arc::clone(text));
    }

    /// Its text, if it is kept.
    pub fn kept(&self) -> Option<&Arc<str>> {
        self.text.get()
    }
}
