//! `levels`: where roles apply.

use super::super::keys;
use super::super::reader::{Fields, Reader};
use crate::policy::LevelDefinition;
use crate::{Level, Policy};

pub(super) fn read(reader: &mut Reader<'_>, fields: &Fields<'_>, policy: &mut Policy) {
    let Some(node) = fields.get("levels") else { return };
    for entry in reader.map(node, "`levels`") {
        let Some(fields) = reader.fields(&entry.value, &keys::LEVEL) else { continue };
        let tenant = fields.get("tenant").and_then(|node| reader.text(node, "`tenant`"));
        let name = entry.key.clone().map(Level::new);
        policy.levels.insert(name.value.clone(), LevelDefinition { name, tenant });
    }
}
