//! The table of all routes and their access.

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
    pub guards: Vec<MappedGuard>,
    /// Why the route is public, if the policy or its attribute says so.
    pub public: Option<String>,
    /// What a refused caller of the object sees, as declared by the attribute, the guard's pattern or the policy's default.
    pub denial: Option<Denial>,
    /// The kind of object that the route addresses, if it addresses one.
    pub resource: Option<ResourceName>,
    /// Whether the path addresses one object by id or name.
    pub is_object_route: bool,
    /// The levels that the access names.
    pub levels: Vec<Level>,
    /// Roles that the guards name.
    pub roles: Vec<RoleName>,
}

/// One guard with its meaning.
#[derive(Debug, Clone)]
pub struct MappedGuard {
    /// What it means.
    pub meaning: GuardMeaning,
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
    /// No pattern knows it.
    Unmapped,
}

/// How much of the truth a value holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// All guards are known.
    Proven,
    /// Some guard is unmapped: the real access can only be narrower.
    AtMost,
    /// The handler or its guards couldn't be read.
    Unknown,
}
