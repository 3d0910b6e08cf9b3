//! `openapi`: the API descriptions that the routes are compared with.

use super::super::keys;
use super::super::problem::Problem;
use super::super::reader::{Fields, Reader};
use super::super::tree::{Kind, Node};
use super::routes;
use crate::policy::DescriptionFile;
use crate::{Placed, Policy};

pub(super) fn read(reader: &mut Reader<'_>, fields: &Fields<'_>, policy: &mut Policy) {
    let Some(node) = fields.get("openapi") else { return };
    for item in reader.list(node, "`openapi`") {
        let Some(description) = description(reader, item) else { continue };
        let known = policy.openapi.iter().find(|known| known.file.value == description.file.value);
        match known.map(|known| known.file.range()) {
            Some(first) => {
                let message = format!("`openapi` lists `{}` twice", description.file.value);
                reader.report(Problem::error(description.file.range(), message).with_related(first, "the first time"));
            }
            None => policy.openapi.push(description),
        }
    }
}

fn description(reader: &mut Reader<'_>, item: &Node) -> Option<DescriptionFile> {
    if !matches!(item.kind, Kind::Map(_)) {
        let file = reader.text(item, "an entry of `openapi`")?;
        return Some(DescriptionFile { file, program: None, prefix: None });
    }
    let fields = reader.fields(item, &keys::DESCRIPTION)?;
    let file = routes::required(reader, &fields, "file", keys::DESCRIPTION.of);
    let program = fields.get("program").and_then(|node| reader.text(node, "`program`"));
    let prefix = fields.get("prefix").and_then(|node| reader.text(node, "`prefix`"));
    let prefix = prefix.and_then(|prefix| usable_prefix(reader, prefix));
    Some(DescriptionFile { file: file?, program, prefix })
}

/// What stands before each path of a description.
fn usable_prefix(reader: &mut Reader<'_>, prefix: Placed<String>) -> Option<Placed<String>> {
    if prefix.starts_with('/') {
        return Some(prefix.map(|text| text.trim_end_matches('/').to_owned()));
    }
    let problem = Problem::error(prefix.range(), format!("`prefix` must begin with `/`, not be `{}`", prefix.value));
    reader.report(problem.with_help(format!("write `/{}`", prefix.value)));
    None
}
