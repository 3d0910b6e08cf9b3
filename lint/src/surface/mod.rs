//! From the inventory and the policy to the surface: the table of all routes and their access.

pub mod table;

pub use table::{Certainty, GuardMeaning, MappedGuard, RouteSurface, Surface};
