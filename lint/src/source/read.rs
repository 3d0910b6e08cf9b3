//! From paths to text.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use super::SourceProblem;

/// The largest file that is read. Nobody writes code of that size; what is larger is generated data.
pub const MAX_FILE_SIZE: u64 = 4 * 1024 * 1024;

/// What tells a file apart from what it is later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    size: u64,
    /// `None` where the file system doesn't say.
    modified: Option<SystemTime>,
}

/// Reads one file.
pub(super) fn read(shown: &str, path: &Path) -> Result<(Arc<str>, Stamp), SourceProblem> {
    let unread = |message: String| SourceProblem::unread(shown.to_owned(), message);
    let (bytes, stamp) = match read_limited(path) {
        Ok(Some(read)) => read,
        Ok(None) => {
            let limit = MAX_FILE_SIZE / (1024 * 1024);
            return Err(unread(format!("this file is larger than {limit} MiB and wasn't read"))
                .help("leave it out in the policy's `paths: { exclude: […] }`, or split it"));
        }
        Err(error) => {
            return Err(unread(format!("this file can't be read: {}", error.kind()))
                .help("make it readable, or leave it out in the policy's `paths: { exclude: […] }`"));
        }
    };
    match std::str::from_utf8(&bytes) {
        // Offsets count from behind a byte order mark, as every parser has it.
        Ok(text) => Ok((Arc::from(text.strip_prefix('\u{feff}').unwrap_or(text)), stamp)),
        Err(error) => {
            let offset = u32::try_from(error.valid_up_to()).unwrap_or(u32::MAX);
            let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
            Err(unread(format!("this file isn't UTF-8: invalid byte in line {line}"))
                .at(offset)
                .help("save it as UTF-8; Rust source has to be"))
        }
    }
}

/// A file's bytes; `None` if there are too many.
fn read_limited(path: &Path) -> io::Result<Option<(Vec<u8>, Stamp)>> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    let stamp = Stamp { size: metadata.len(), modified: metadata.modified().ok() };
    if stamp.size > MAX_FILE_SIZE {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(stamp.size).unwrap_or(0) + 1);
    // The size may have been a lie, or have changed since.
    file.take(MAX_FILE_SIZE + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= MAX_FILE_SIZE).then_some((bytes, stamp)))
}
