//! What all rules share: their description, what they may look at, what they report, and the run that puts them together.

pub mod assignable;
pub mod context;
pub mod definition;
pub mod evidence;
pub mod family;
pub mod finding;
pub mod list;
pub mod page;
pub mod run;
pub mod shared;
pub mod suppression;
