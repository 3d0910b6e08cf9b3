//! `tiers`: one ladder, or several by name.

use super::super::problem::Problem;
use super::super::reader::{Fields, Reader};
use super::super::tree::{Kind, Node};
use crate::policy::Ladder;
use crate::{Placed, Policy, Tier};

pub(super) fn read(reader: &mut Reader<'_>, fields: &Fields<'_>, policy: &mut Policy) {
    let Some(node) = fields.get("tiers") else { return };
    if let Kind::List(_) = node.kind {
        let name = Placed::new(Tier::DEFAULT_LADDER.to_owned(), node.range.clone());
        policy.ladders.extend(ladder(reader, name, node));
        return;
    }
    for entry in reader.map(node, "`tiers`") {
        policy.ladders.extend(ladder(reader, entry.key.clone(), &entry.value));
    }
}

fn ladder(reader: &mut Reader<'_>, name: Placed<String>, node: &Node) -> Option<Ladder> {
    let steps = reader.texts(node, "a ladder of tiers");
    if steps.len() > usize::from(u16::MAX) {
        reader.report(Problem::error(node.range.clone(), "a ladder can't have that many tiers"));
        return None;
    }
    let step = |(rank, step): (u16, Placed<String>)| step.map(|text| Tier::new(name.value.as_str(), rank, text));
    let tiers = (0..).zip(steps).map(step).collect();
    Some(Ladder { name, tiers })
}

/// The tier of a name, or a problem.
pub(super) fn resolve(reader: &mut Reader<'_>, policy: &Policy, name: &Placed<String>) -> Option<Tier> {
    if let Some(tier) = policy.tier(&name.value) {
        return Some(tier.value.clone());
    }
    let steps = || policy.ladders.iter().flat_map(|ladder| ladder.tiers.iter().map(move |tier| (ladder, tier)));
    let homes: Vec<String> = steps()
        .filter(|(_, tier)| tier.name() == name.value)
        .map(|(ladder, tier)| format!("`{}.{}`", ladder.name.value, tier.name()))
        .collect();
    if homes.is_empty() {
        reader.unknown(name, "tier", "tiers", steps().map(|(_, tier)| tier.name()));
    } else {
        let problem = Problem::error(name.range(), format!("several ladders have a tier `{}`", name.value));
        reader.report(problem.with_help(format!("say which: {}", homes.join(" or "))));
    }
    None
}
