//! What could not be read.

use super::FileId;

/// A file, manifest or folder that could not be read or understood.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceProblem {
    /// The path as shown, relative to the root.
    pub path: String,
    /// The byte at which it went wrong, if it is about one.
    pub offset: Option<u32>,
    /// The file, if its text was read.
    pub file: Option<FileId>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl SourceProblem {
    /// A problem with something of which there is no text to show.
    pub(super) fn unread(path: String, message: String) -> Self {
        Self { path, offset: None, file: None, message, help: None }
    }

    pub(super) fn at(mut self, offset: u32) -> Self {
        self.offset = Some(offset);
        self
    }

    pub(super) fn of(mut self, file: FileId) -> Self {
        self.file = Some(file);
        self
    }

    pub(super) fn help(mut self, help: &str) -> Self {
        self.help = Some(help.to_owned());
        self
    }
}
