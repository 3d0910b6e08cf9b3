//! Ordered permission levels.

use std::borrow::Cow;
use std::fmt;

/// A step of an ordered ladder of permissions, such as `member` in `viewer < member < admin < owner`.
///
/// A policy may have several ladders (one for people, one for keys); tiers of different ladders can't be compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tier {
    ladder: Cow<'static, str>,
    rank: u16,
    name: Cow<'static, str>,
}

impl Tier {
    /// The name of the only ladder of a policy that has one.
    pub const DEFAULT_LADDER: &'static str = "";

    /// A tier known when the program is compiled.
    pub const fn literal(ladder: &'static str, rank: u16, name: &'static str) -> Self {
        Self { ladder: Cow::Borrowed(ladder), rank, name: Cow::Borrowed(name) }
    }

    /// A tier read at run time.
    pub fn new(ladder: impl Into<String>, rank: u16, name: impl Into<String>) -> Self {
        Self { ladder: Cow::Owned(ladder.into()), rank, name: Cow::Owned(name.into()) }
    }

    /// The ladder on which this tier stands.
    pub fn ladder(&self) -> &str {
        &self.ladder
    }

    /// The position on the ladder, lowest first.
    pub fn rank(&self) -> u16 {
        self.rank
    }

    /// The tier's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a caller who holds `self` meets a demand for `required`.
    pub fn satisfies(&self, required: &Tier) -> bool {
        self.ladder == required.ladder && self.rank >= required.rank
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.name)
    }
}
