//! What all rules share: their description, what they may look at, what they report, and the run that puts them together.

pub mod allowlist_fix;
pub mod area;
pub mod assignable;
pub mod attribute_fix;
pub mod attribute_text;
pub mod callers;
pub mod context;
pub mod definition;
pub mod documented;
pub mod evidence;
pub mod family;
pub mod finding;
pub mod fix;
pub mod gate;
pub mod list;
pub mod page;
pub mod run;
pub mod segments;
pub mod shared;
pub mod suppression;
pub mod verdict;
