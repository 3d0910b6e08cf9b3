//! From the inventory and the policy to the surface: the table of all routes and their access.

mod asserted;
mod build;
pub mod neutral;
mod object;
pub mod table;
#[cfg(test)]
mod tests;
mod variant;

pub use asserted::asserted;
pub use build::build;
pub use object::{Object, collection_of, object_of};
pub use table::{Certainty, DenialSource, Gap, GuardMeaning, MappedGuard, RouteSurface, Surface};
