//! What changed.

use route_role_policy::lock::{Grant, Key};

use super::{AssertionChange, Effect, RouteState};

/// Everything that changed between two snapshots.
#[derive(Debug, Clone, Default)]
pub struct Drift {
    /// Accesses that are never granted: assertions that are broken now, or gone.
    pub assertions: Vec<AssertionChange>,
    /// The routes that changed, worst first, then by path.
    pub changes: Vec<Change>,
    /// Scopes that may be granted now, or no longer.
    pub scopes: Vec<ScopeChange>,
    /// Guards that are gone from layers, where that may have opened routes.
    pub layers: Vec<LayerChange>,
    /// What is seen less of than before.
    pub coverage: Vec<CoverageChange>,
}

/// What has become of a route's access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Callers are let in, or told more, who weren't before. Others may be refused at the same time.
    Widened,
    /// It can't be said whether callers are let in who weren't before.
    Unknown,
    /// The route is new.
    Added,
    /// The route is gone.
    Removed,
    /// Callers are refused who were let in, and nobody else is let in: this is proven.
    Narrowed,
    /// The access is the same; handler, file, path, program or documentation aren't.
    Moved,
}

/// A route that changed.
#[derive(Debug, Clone)]
pub struct Change {
    /// What has become of its access.
    pub class: Class,
    /// What it was; `None` if it is new.
    pub before: Option<RouteState>,
    /// What it is; `None` if it is gone.
    pub after: Option<RouteState>,
    /// How it changed, in words.
    pub effects: Vec<Effect>,
}

/// A scope that may be granted now, or no longer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScopeChange {
    /// Whether it may be granted now.
    pub is_assignable: bool,
    /// The scope or pattern, and to whom.
    pub grant: Grant,
    /// The routes that can be reached with it now and couldn't before, or the reverse.
    pub routes: Vec<Key>,
}

/// A guard that is gone from a layer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LayerChange {
    /// The guard, as in the source.
    pub guard: String,
    /// The routes that it stood around, and that may be open to more callers without it.
    pub routes: Vec<Key>,
}

/// A number of things that weren't seen, and that has grown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoverageChange {
    /// What they are, in the plural.
    pub what: &'static str,
    /// How many there were.
    pub before: usize,
    /// How many there are.
    pub after: usize,
}

impl Class {
    /// Every class, worst first.
    pub const ALL: [Self; 6] = [Self::Widened, Self::Unknown, Self::Added, Self::Removed, Self::Narrowed, Self::Moved];

    /// The word for it, in every format.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Widened => "widened",
            Self::Unknown => "unknown",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Narrowed => "narrowed",
            Self::Moved => "moved",
        }
    }
}

impl Drift {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.assertions.is_empty() && self.changes.is_empty() && self.scopes.is_empty() && self.coverage.is_empty()
    }

    /// Whether somebody can do more than before, or what was never to be granted may be from now on.
    pub fn is_widened(&self) -> bool {
        self.count(Class::Widened) > 0
            || self.scopes.iter().any(|scope| scope.is_assignable)
            || self.assertions.iter().any(AssertionChange::is_widening)
    }

    /// How many routes there are of a class.
    pub fn count(&self, class: Class) -> usize {
        self.of(class).count()
    }

    /// The routes of a class.
    pub fn of(&self, class: Class) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(move |change| change.class == class)
    }
}

impl Change {
    /// The route as it is, or was.
    pub fn route(&self) -> Option<&RouteState> {
        self.after.as_ref().or(self.before.as_ref())
    }
}
