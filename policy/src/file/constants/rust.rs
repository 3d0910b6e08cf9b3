//! Constants in Rust files below the policy's own folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::ConstantSource;
use super::evaluate::evaluate;
use super::items::Items;
use crate::file::inside;

/// A file of constants is small; a larger one is refused rather than parsed.
const MAX_BYTES: u64 = 256 * 1024;
/// Nesting and length of expressions beyond which the parser would need too much stack.
const MAX_DEPTH: usize = 64;
const MAX_EXPRESSION: usize = 2_000;

/// Evaluates constants in Rust files below one folder, without compiling them.
#[derive(Debug)]
pub struct RustConstants {
    folder: PathBuf,
    parsed: BTreeMap<String, Result<Items, String>>,
    read: BTreeSet<PathBuf>,
}

impl RustConstants {
    /// Files are looked for below `folder`: the folder of the policy file.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), parsed: BTreeMap::new(), read: BTreeSet::new() }
    }

    fn items(&mut self, file: &str) -> Result<&Items, String> {
        if !self.parsed.contains_key(file) {
            let parsed = self.parse(file);
            self.parsed.insert(file.to_owned(), parsed);
        }
        match self.parsed.get(file) {
            Some(parsed) => parsed.as_ref().map_err(Clone::clone),
            None => Err(format!("{file} can't be read")),
        }
    }

    fn parse(&mut self, file: &str) -> Result<Items, String> {
        let path = inside(&self.folder, file)?;
        let extension = path.extension().and_then(|extension| extension.to_str());
        match extension {
            Some("rs") => {}
            Some("py") => return Err("Python sources aren't supported yet: list the values here".to_owned()),
            _ => return Err("only Rust sources (`.rs`) can be read".to_owned()),
        }
        let size = std::fs::metadata(&path).map_err(|error| error.to_string())?.len();
        if size > MAX_BYTES {
            return Err(format!("the file has {size} bytes; more than {MAX_BYTES} are not read"));
        }
        let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
        self.read.insert(path);
        let tokens: TokenStream = text.parse().map_err(|error| format!("the file isn't valid Rust: {error}"))?;
        within_limits(&tokens)?;
        let parsed = syn::parse2(tokens).map_err(|error| format!("the file isn't valid Rust: {error}"))?;
        Ok(Items::of(parsed))
    }
}

impl ConstantSource for RustConstants {
    fn texts(&mut self, file: &str, name: &str) -> Result<Vec<String>, String> {
        evaluate(self.items(file)?, name)
    }

    fn files_read(&self) -> Vec<PathBuf> {
        self.read.iter().cloned().collect()
    }
}

/// Refuses what the recursive parser can't take: deep nesting, and expressions of thousands of tokens.
fn within_limits(tokens: &TokenStream) -> Result<(), String> {
    let mut pending = vec![(tokens.clone(), 0)];
    while let Some((stream, depth)) = pending.pop() {
        if depth > MAX_DEPTH {
            return Err(format!("the file is nested more than {MAX_DEPTH} levels deep"));
        }
        let mut length = 0;
        for token in stream {
            length += 1;
            match token {
                TokenTree::Group(group) => {
                    if group.delimiter() == Delimiter::Brace {
                        length = 0;
                    }
                    pending.push((group.stream(), depth + 1));
                }
                TokenTree::Punct(punct) if matches!(punct.as_char(), ',' | ';') => length = 0,
                _ => {}
            }
            if length > MAX_EXPRESSION {
                return Err(format!("the file has an expression of more than {MAX_EXPRESSION} tokens"));
            }
        }
    }
    Ok(())
}
