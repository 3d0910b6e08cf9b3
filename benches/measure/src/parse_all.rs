//! The yardstick.

use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

/// What was parsed.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    pub(crate) files: usize,
    pub(crate) failed: usize,
    pub(crate) bytes: usize,
}

/// Parses every Rust file below a folder.
pub(crate) fn parse_all(folder: &Path, threads: NonZeroUsize) -> io::Result<Parsed> {
    let files: Vec<PathBuf> = WalkBuilder::new(folder)
        .require_git(false)
        .build()
        .filter_map(Result::ok)
        .map(ignore::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    let pool = ThreadPoolBuilder::new().num_threads(threads.get()).stack_size(64 * 1024 * 1024).build();
    let parsed = pool
        .map_err(io::Error::other)?
        .install(|| files.par_iter().map(|path| parse(path)).reduce(Parsed::default, add));
    Ok(parsed)
}

fn parse(path: &Path) -> Parsed {
    match fs::read_to_string(path) {
        Ok(text) => Parsed { files: 1, failed: usize::from(syn::parse_file(&text).is_err()), bytes: text.len() },
        Err(_) => Parsed { files: 1, failed: 1, bytes: 0 },
    }
}

fn add(left: Parsed, right: Parsed) -> Parsed {
    Parsed { files: left.files + right.files, failed: left.failed + right.failed, bytes: left.bytes + right.bytes }
}
