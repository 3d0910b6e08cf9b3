//! From a folder to text: walking, filtering, reading.

mod manifest;
pub mod map;
mod options;
mod packages;
mod problem;
mod read;
mod search;
pub mod suspect;
mod targets;
#[cfg(test)]
mod tests;
mod walk;

use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuilder};

pub use map::{FileId, Position, SourceMap, Span};
pub use options::{ScanError, ScanOptions};
pub use packages::{Package, PackageIndex, Target};
pub use problem::SourceProblem;
pub use read::MAX_FILE_SIZE;
pub use search::Needles;

/// The stack of each thread. Parsers recurse; with this much they can afford the nesting that the front end lets through.
const STACK_SIZE: usize = 16 * 1024 * 1024;

/// Everything that a scan read.
#[derive(Debug, Default)]
pub struct Sources {
    /// The Rust files, sorted by path.
    pub files: Vec<SourceText>,
    /// The packages that they belong to, sorted by folder.
    pub packages: Vec<Package>,
    /// What could not be read or understood. The rest was.
    pub problems: Vec<SourceProblem>,
}

/// A Rust file.
#[derive(Debug, Clone)]
pub struct SourceText {
    /// Its number in the [`SourceMap`].
    pub id: FileId,
    /// Its path as shown, relative to the root.
    pub path: Arc<str>,
    /// What it says.
    pub text: Arc<str>,
}

impl Sources {
    /// The file at a path as shown.
    pub fn file(&self, path: &str) -> Option<&SourceText> {
        let at = self.files.binary_search_by(|file| (*file.path).cmp(path)).ok()?;
        self.files.get(at)
    }
}

/// Walks the roots and reads what is there. The same tree gives the same numbers to files, whatever the order of the file system.
pub fn collect(options: &ScanOptions, map: &mut SourceMap) -> Result<Sources, ScanError> {
    let found = walk::walk(options)?;
    let manifests = packages::read_manifests(&found.manifests);
    let mut problems = found.problems;
    let mut files = Vec::with_capacity(found.files.len());
    let outcomes = pool(options)?.install(|| read::read_all(found.files));
    for outcome in outcomes {
        match outcome {
            Ok((path, text)) => {
                let path: Arc<str> = path.into();
                let id = map.add(Arc::clone(&path), Arc::clone(&text));
                files.push(SourceText { id, path, text });
            }
            Err(problem) => problems.push(problem),
        }
    }
    let packages = packages::packages(manifests, &found.base, &files, map, &mut problems);
    problems.sort();
    Ok(Sources { files, packages, problems })
}

/// The threads that reading and parsing run on, with a stack for parsers.
pub fn pool(options: &ScanOptions) -> Result<ThreadPool, ScanError> {
    let threads = options.threads.map_or(0, |threads| threads.get());
    let builder = ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK_SIZE);
    builder.build().map_err(|error| ScanError::Threads(error.to_string()))
}
