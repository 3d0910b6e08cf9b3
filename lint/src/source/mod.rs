//! From a folder to text: walking, filtering, reading.

mod file;
mod manifest;
pub mod map;
mod narrow;
mod options;
mod packages;
mod problem;
mod read;
mod search;
mod services;
pub mod suspect;
mod targets;
#[cfg(test)]
mod tests;
mod walk;

use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuilder};

pub use file::{MARKER, SourceFile};
pub use map::{FileId, Position, SourceMap, Span};
pub use options::{Overlay, ScanError, ScanOptions};
pub use packages::{Package, PackageIndex, Target};
pub use problem::SourceProblem;
pub use read::MAX_FILE_SIZE;
pub use search::Needles;
pub use services::{ROOT, Scope, Service, Services, services};

/// The stack of each thread. Parsers recurse; with this much they can afford the nesting that the front end lets through.
const STACK_SIZE: usize = 16 * 1024 * 1024;

/// Everything that a scan found.
#[derive(Debug, Default)]
pub struct Sources {
    /// The Rust files, sorted by path and by number. None of them was read yet.
    pub files: Vec<SourceFile>,
    /// The packages that they belong to, sorted by folder.
    pub packages: Vec<Package>,
    /// What could not be read or understood. The rest was.
    pub problems: Vec<SourceProblem>,
}

impl Sources {
    /// Whether a file is only read because something else depends on its package.
    pub fn is_foreign(&self, file: &SourceFile) -> bool {
        let package = self.package_of(file).and_then(|package| self.packages.get(package));
        package.is_some_and(|package| !package.is_own)
    }

    /// Index of the package in whose folder a file stands, the innermost of them.
    pub fn package_of(&self, file: &SourceFile) -> Option<usize> {
        let above = |dir: &str| dir.is_empty() || file.path.strip_prefix(dir).is_some_and(|rest| rest.starts_with('/'));
        let around = self.packages.iter().enumerate().filter(|(_, package)| above(&package.dir));
        around.max_by_key(|(_, package)| package.dir.len()).map(|(index, _)| index)
    }

    /// The file of a number.
    pub fn file(&self, id: FileId) -> Option<&SourceFile> {
        let at = self.files.binary_search_by_key(&id, |file| file.id).ok()?;
        self.files.get(at)
    }
}

/// Walks the roots. The same tree gives the same numbers to files, whatever the order of the file system.
pub fn collect(options: &ScanOptions, map: &mut SourceMap) -> Result<Sources, ScanError> {
    let found = walk::walk(options)?;
    let manifests = packages::read_manifests(&found.manifests);
    let mut problems = found.problems;
    if let Some(overlay) =
        options.overlay.as_ref().filter(|overlay| !found.files.values().any(|at| *at == overlay.path))
    {
        return Err(ScanError::NotRead(overlay.path.clone()));
    }
    let mut files = Vec::with_capacity(found.files.len());
    for (path, location) in found.files {
        let path: Arc<str> = path.into();
        // Few texts are ever shown: they are put in when it is known which.
        let id = map.add(Arc::clone(&path), "");
        let overlay = options.overlay.as_ref().filter(|overlay| overlay.path == location);
        let file = SourceFile::new(id, path, location);
        if let Some(overlay) = overlay {
            file.keep(&overlay.text);
        }
        files.push(file);
    }
    let packages = packages::packages(manifests, &found.base, &files, map, &mut problems);
    problems.sort();
    let mut sources = Sources { files, packages, problems };
    if let Some(scope) = &options.scope {
        narrow::narrow(&mut sources, scope, &found.base);
    }
    Ok(sources)
}

/// The threads that reading and parsing run on, with a stack for parsers.
pub fn pool(options: &ScanOptions) -> Result<ThreadPool, ScanError> {
    let threads = options.threads.map_or(0, |threads| threads.get());
    let builder = ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK_SIZE);
    builder.build().map_err(|error| ScanError::Threads(error.to_string()))
}
