//! route-role's linter, as a library: the stages that the command line calls one after the other.
//!
//! Data flows one way, in the order of the folders: files ([`source`]) become facts ([`frontend`]), facts become an inventory of routes ([`resolve`]), the
//! inventory and the policy become a surface ([`surface`]), which API descriptions are compared with ([`description`]), rules read both ([`rule`]), a [`baseline`] takes away what is known, printers show what is left ([`report`]), what is sure is changed ([`fix`]), and two surfaces are compared ([`drift`]).

pub mod baseline;
pub mod cli;
pub mod codegen;
pub mod description;
pub mod drift;
pub mod fix;
pub mod frontend;
pub mod reference;
pub mod replace;
pub mod report;
pub mod resolve;
pub mod rule;
pub mod source;
pub mod surface;

pub use resolve::scan;
