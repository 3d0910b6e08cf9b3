//! Who may call what: the report for reviewers, one file per format. All formats are made of a [`Fleet`], which is data and knows no sources.

pub mod access;
mod build;
pub mod csv;
mod fleet;
pub mod markdown;
mod matrix;
pub mod mermaid;
pub mod service;

pub use build::{Identity, build};
pub use fleet::{Fleet, FleetError, SCHEMA, is_web_address};
