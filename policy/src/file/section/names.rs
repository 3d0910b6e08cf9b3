//! `principals` and `features`, and looking up what other sections declared.

use super::super::problem::Problem;
use super::super::reader::{Fields, Reader};
use super::super::tree::Node;
use crate::{DataClass, Denial, Feature, Level, Placed, Policy, PrincipalKind};

pub(super) fn principals(reader: &mut Reader<'_>, fields: &Fields<'_>, policy: &mut Policy) {
    let Some(node) = fields.get("principals") else { return };
    for name in reader.texts(node, "`principals`") {
        let kind = name.map(PrincipalKind::new);
        if PrincipalKind::BUILT_IN.contains(&kind.value) {
            let message = format!("`{}` is built in: it needs no declaration", kind.value);
            reader.report(Problem::warning(kind.range(), message));
            continue;
        }
        policy.principals.push(kind);
    }
}

pub(super) fn features(reader: &mut Reader<'_>, fields: &Fields<'_>, policy: &mut Policy) {
    let Some(node) = fields.get("features") else { return };
    policy.features = reader.texts(node, "`features`").into_iter().map(|name| name.map(Feature::new)).collect();
}

/// A declared kind of principal.
pub(super) fn principal(
    reader: &mut Reader<'_>,
    policy: &Policy,
    name: Placed<String>,
) -> Option<Placed<PrincipalKind>> {
    if !policy.principal_kinds().any(|kind| kind.as_str() == name.value) {
        reader.unknown(&name, "principal", "principals", policy.principal_kinds().map(PrincipalKind::as_str));
        return None;
    }
    Some(name.map(PrincipalKind::new))
}

/// A list of declared kinds of principal.
pub(super) fn accepts(reader: &mut Reader<'_>, policy: &Policy, node: &Node) -> Vec<Placed<PrincipalKind>> {
    let names = reader.texts(node, "`accepts`");
    names.into_iter().filter_map(|name| principal(reader, policy, name)).collect()
}

/// A declared level.
pub(super) fn level(reader: &mut Reader<'_>, policy: &Policy, node: &Node) -> Option<Placed<Level>> {
    let name = reader.text(node, "`level`")?;
    level_named(reader, policy, name)
}

/// The declared level of a name.
pub(super) fn level_named(reader: &mut Reader<'_>, policy: &Policy, name: Placed<String>) -> Option<Placed<Level>> {
    let level = name.clone().map(Level::new);
    if !policy.levels.contains_key(&level.value) {
        reader.unknown(&name, "level", "levels", policy.levels.keys().map(Level::as_str));
        return None;
    }
    Some(level)
}

/// A declared feature.
pub(super) fn feature(reader: &mut Reader<'_>, policy: &Policy, name: Placed<String>) -> Option<Placed<Feature>> {
    if policy.feature(&name.value).is_none() {
        reader.unknown(&name, "feature", "features", policy.features.iter().map(|feature| feature.as_str()));
        return None;
    }
    Some(name.map(Feature::new))
}

/// A declared class of data.
pub(super) fn data_class(reader: &mut Reader<'_>, policy: &Policy, name: Placed<String>) -> Option<Placed<DataClass>> {
    let class = name.map(DataClass::new);
    if !policy.data.contains_key(&class.value) {
        let text = class.map(|name| name.to_string());
        reader.unknown(&text, "data class", "data", policy.data.keys().map(DataClass::as_str));
        return None;
    }
    Some(class)
}

/// A word for a denial.
pub(super) fn denial(reader: &mut Reader<'_>, node: &Node) -> Option<Placed<Denial>> {
    let words: Vec<(&'static str, Denial)> = Denial::ALL.iter().map(|denial| (denial.keyword(), *denial)).collect();
    reader.keyword(node, "`denial`", &words)
}
