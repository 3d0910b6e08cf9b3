//! What guards do, as requests and the answers to them: the same list for every framework.
//!
//! Each framework has a service of its own with the same routes, and is asked over the network.

pub mod cases;
pub mod client;
pub mod documentation;
pub mod log;
pub mod principals;
mod table;

pub use table::{collapses, holds, refuses_without_layer};
