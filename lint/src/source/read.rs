//! From paths to text.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::SourceProblem;

/// The largest file that is read. Nobody writes code of that size; what is larger is generated data.
pub const MAX_FILE_SIZE: u64 = 4 * 1024 * 1024;

/// A path as shown with what was read there.
pub(super) type Outcome = Result<(String, Arc<str>), SourceProblem>;

/// Reads files on all threads of the current pool, keeping their order.
pub(super) fn read_all(files: BTreeMap<String, PathBuf>) -> Vec<Outcome> {
    files.into_par_iter().map(|(shown, path)| read(shown, &path)).collect()
}

/// Reads one file.
pub(super) fn read(shown: String, path: &Path) -> Outcome {
    let bytes = match read_limited(path) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => {
            let limit = MAX_FILE_SIZE / (1024 * 1024);
            return Err(SourceProblem::unread(shown, format!("this file is larger than {limit} MiB and wasn't read"))
                .help("leave it out in the policy's `paths: { exclude: […] }`, or split it"));
        }
        Err(error) => {
            return Err(SourceProblem::unread(shown, format!("this file can't be read: {}", error.kind()))
                .help("make it readable, or leave it out in the policy's `paths: { exclude: […] }`"));
        }
    };
    match std::str::from_utf8(&bytes) {
        // Offsets count from behind a byte order mark, as every parser has it.
        Ok(text) => Ok((shown, Arc::from(text.strip_prefix('\u{feff}').unwrap_or(text)))),
        Err(error) => {
            let offset = u32::try_from(error.valid_up_to()).unwrap_or(u32::MAX);
            let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
            Err(SourceProblem::unread(shown, format!("this file isn't UTF-8: invalid byte in line {line}"))
                .at(offset)
                .help("save it as UTF-8; Rust source has to be"))
        }
    }
}

/// A file's bytes; `None` if there are too many.
fn read_limited(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    if size > MAX_FILE_SIZE {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    // The size may have been a lie, or have changed since.
    file.take(MAX_FILE_SIZE + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= MAX_FILE_SIZE).then_some(bytes))
}
