//! One module per section of the policy file.
//!
//! Sections are read in the order in which they build on each other, so that every name is checked against what is
//! already there, whatever their order in the file.

mod assertions;
mod assignable;
mod credentials;
mod guards;
mod levels;
mod names;
mod openapi;
mod patterns;
mod resources;
mod roles;
mod routers;
mod routes;
mod scopes;
mod settings;
mod tiers;

use super::keys;
use super::problem::Problem;
use super::reader::{Fields, Reader};
use super::tree::{Kind, Node};
use crate::Policy;

/// The only version of the format.
const VERSION: &str = "1";

pub(super) fn read(reader: &mut Reader<'_>, root: &Node) -> Policy {
    let mut policy = Policy::default();
    let Some(fields) = reader.fields(root, &keys::POLICY) else { return policy };
    version(reader, &fields);
    levels::read(reader, &fields, &mut policy);
    tiers::read(reader, &fields, &mut policy);
    names::principals(reader, &fields, &mut policy);
    names::features(reader, &fields, &mut policy);
    scopes::read(reader, &fields, &mut policy);
    roles::read(reader, &fields, &mut policy);
    assignable::read(reader, &fields, &mut policy);
    resources::read(reader, &fields, &mut policy);
    credentials::read(reader, &fields, &mut policy);
    routes::data(reader, &fields, &mut policy);
    routes::restrictions(reader, &fields, &mut policy);
    routes::public(reader, &fields, &mut policy);
    assertions::read(reader, &fields, &mut policy);
    guards::read(reader, &fields, &mut policy);
    routers::read(reader, &fields, &mut policy);
    patterns::outcomes(reader, &fields, &mut policy);
    settings::read(reader, &fields, &mut policy);
    openapi::read(reader, &fields, &mut policy);
    policy
}

fn version(reader: &mut Reader<'_>, fields: &Fields<'_>) {
    match fields.get("version") {
        None => {
            let start = fields.node.range.start;
            let problem = Problem::error(start..start, "the policy doesn't state its version");
            reader.report(problem.with_help("begin with `version: 1`".to_owned()));
        }
        Some(node) => {
            let is_known = matches!(&node.kind, Kind::Scalar { text, .. } if text == VERSION);
            if !is_known {
                let problem = Problem::error(node.range.clone(), "this version of the format is unknown");
                reader.report(problem.with_help(format!("this release reads `version: {VERSION}`")));
            }
        }
    }
}
