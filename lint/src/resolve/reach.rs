//! Which crates a file can be code of: a name means something only where its crate is known.

use std::collections::BTreeMap;

use crate::source::{SourceFile, Sources};

use super::modules::CrateId;

/// The crates of each package.
#[derive(Debug, Default)]
pub(super) struct Reach {
    crates: BTreeMap<usize, Vec<CrateId>>,
}

impl Reach {
    /// Adds a crate of a package.
    pub(super) fn add(&mut self, package: usize, krate: CrateId) {
        self.crates.entry(package).or_default().push(krate);
    }

    /// Whether this holds for one of the crates that a file in a package's folder is code of. It does where nothing says which they are.
    pub(super) fn may(&self, sources: &Sources, file: &SourceFile, holds: impl Fn(CrateId) -> bool) -> bool {
        let crates = sources.package_of(file).and_then(|package| self.crates.get(&package));
        crates.is_none_or(|crates| crates.iter().any(|krate| holds(*krate)))
    }
}
