//! The table of all routes and their access.

use std::sync::Arc;

use route_role_policy::term::Term;
use route_role_policy::{Access, Denial, Level, ResourceName, RoleName};

use crate::resolve::Inventory;

/// Every route with what its guards add up to.
#[derive(Debug, Clone)]
pub struct Surface {
    /// The routes as they were found.
    pub inventory: Inventory,
    /// One row per route, in the order of [`Inventory::routes`].
    pub rows: Vec<RouteSurface>,
}

/// What the guards of one route add up to.
#[derive(Debug, Clone)]
pub struct RouteSurface {
    /// The conjunction of all guards whose meaning is known.
    pub access: Access,
    /// Whether `access` is all there is to say.
    pub certainty: Certainty,
    /// Each guard of the route with its meaning, in the order of `Route::guards`.
    pub guards: Vec<Arc<MappedGuard>>,
    /// Why the route is public, if the policy or its attribute says so.
    pub public: Option<String>,
    /// What a refused caller of the object sees, as declared by the attribute, the guard's pattern or the policy's default.
    pub denial: Option<Denial>,
    /// Who says so.
    pub denial_source: Option<DenialSource>,
    /// The kind of object that the route addresses, if it addresses one.
    pub resource: Option<ResourceName>,
    /// Whether the path addresses one object by id or name.
    pub is_object_route: bool,
    /// The levels that the access names.
    pub levels: Vec<Level>,
    /// Roles that the guards name.
    pub roles: Vec<RoleName>,
    /// Whether another route is the same one, which the program mounts in one way or the other. Rules look at one of them.
    pub is_repeated: bool,
}

/// Who says what a refused caller of an object sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DenialSource {
    /// The route's `#[route_role]`, or the role that it names.
    Attribute,
    /// The meaning of the guard at this index of `Route::guards`.
    Guard(usize),
    /// The policy's `defaults`.
    Default,
}

/// One guard with its meaning.
#[derive(Debug, Clone)]
pub struct MappedGuard {
    /// What it means.
    pub meaning: GuardMeaning,
    /// What keeps an unmapped guard from having a meaning; `None` for any other.
    pub gap: Option<Gap>,
    /// Why the policy ignores the guard, if it does.
    pub ignored: Option<String>,
    /// Scopes that it demands though the policy doesn't declare them.
    pub unknown_scopes: Vec<String>,
    /// Index of the policy's guard entry that takes it for a restriction, though it lets every request pass.
    pub overruled: Option<usize>,
}

impl MappedGuard {
    /// A guard of which nothing but its meaning is to be said.
    pub fn of(meaning: GuardMeaning) -> Self {
        Self { meaning, gap: None, ignored: None, unknown_scopes: Vec::new(), overruled: None }
    }
}

/// What a guard means.
#[derive(Debug, Clone)]
pub enum GuardMeaning {
    /// It restricts the route to this access; the index is that of the policy's guard entry, if one said so.
    Access {
        /// What it admits.
        access: Access,
        /// Index of the policy's guard entry.
        entry: Option<usize>,
    },
    /// It is known and restricts nothing: a plain extractor, a tracing layer, an entry of the policy that says so.
    Neutral,
    /// What it means isn't known: [`MappedGuard::gap`] says why.
    Unmapped,
}

/// What keeps a guard from having a meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gap {
    /// No pattern knows this term: the guard, or a part of it.
    UnknownTerm(Term),
    /// A pattern knows the guard, but needs a value that isn't known from the source.
    UnknownValue {
        /// The guard, or the part of it with that value.
        term: Term,
        /// Index of the policy's guard entry that needs the value.
        entry: usize,
    },
    /// The policy's entries lead round in a circle.
    Circle,
    /// A `#[route_role]` that can't be read against the policy.
    UnreadableAttribute,
    /// It is there only under conditions, so what it admits is no promise.
    Conditional {
        /// The conditions, in words.
        when: String,
        /// Index of the policy's guard entry that knows it, if one does.
        entry: Option<usize>,
    },
}

/// How much of the truth a value holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// All guards are known.
    Proven,
    /// Some guard is unmapped or conditional: the real access can only be narrower.
    AtMost,
    /// The handler or its guards couldn't be read.
    Unknown,
}

impl GuardMeaning {
    /// Whether the linter knows what the guard does.
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Unmapped)
    }
}
