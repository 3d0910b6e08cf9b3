//! From two surfaces to what changed between them.
//!
//! A [`Snapshot`] is what is compared: it is made of a surface or of a lock. [`compare`] says what has become of each route, of
//! what may be granted, and of the coverage. [`git`] has the surfaces of old commits to offer.

mod assertion;
mod change;
mod compare;
mod effect;
pub mod git;
mod judge;
mod matching;
mod relation;
mod renaming;
mod sentence;
mod service;
mod snapshot;

pub use assertion::{Asserted, AssertionChange, AssertionEvent};
pub use change::{Change, Class, CoverageChange, Drift, LayerChange, ScopeChange};
pub use compare::compare;
pub(crate) use effect::caller;
pub use effect::{Direction, Effect};
pub use relation::{Relation, relation};
pub use sentence::{Part, Sentence};
pub use service::{Fate, ServiceDrift};
pub use snapshot::{RouteState, Snapshot};
