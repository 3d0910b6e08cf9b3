//! `git cat-file --batch`: many objects from one process.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::thread;

use super::{GitError, command};

/// Hands the bytes of each object to `take`, in the order of the objects.
pub(super) fn read(
    top: &Path,
    objects: &[&str],
    mut take: impl FnMut(&[u8]) -> Result<(), GitError>,
) -> Result<(), GitError> {
    if objects.is_empty() {
        return Ok(());
    }
    let spawned = command(top, ["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut child = spawned.map_err(GitError::start)?;
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(GitError::failed("cat-file", "it has no pipes"));
    };
    let result = thread::scope(|scope| {
        // Git answers while it is asked: who asks for everything first may wait for ever.
        scope.spawn(move || ask(input, objects));
        let mut output = BufReader::new(output);
        let mut bytes = Vec::new();
        objects.iter().try_for_each(|object| {
            next(&mut output, object, &mut bytes)?;
            take(&bytes)
        })
    });
    end(&mut child);
    result
}

/// An error means that git has gone away, which is noticed when its answers end.
fn ask(mut input: ChildStdin, objects: &[&str]) {
    let mut list = objects.join("\n");
    list.push('\n');
    let _ = input.write_all(list.as_bytes());
}

/// `<object> blob <size>`, the bytes, and a line break.
fn next(output: &mut impl BufRead, object: &str, bytes: &mut Vec<u8>) -> Result<(), GitError> {
    let broken = |error: io::Error| GitError::failed("cat-file", &error.to_string());
    let mut head = String::new();
    output.read_line(&mut head).map_err(broken)?;
    let mut words = head.split_ascii_whitespace();
    let size = match (words.next(), words.next(), words.next()) {
        (Some(_), Some("blob"), Some(size)) => size.parse::<u64>().ok(),
        _ => None,
    };
    let size = size.ok_or_else(|| GitError::MissingObject(object.to_owned()))?;
    bytes.clear();
    output.by_ref().take(size).read_to_end(bytes).map_err(broken)?;
    let mut end = [0];
    output.read_exact(&mut end).map_err(broken)
}

/// A process that nobody reads from any more is of no use.
fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}
