//! What has one cause when something is missing: a whole part of a service.

use std::collections::{BTreeMap, BTreeSet};

use crate::description::Template;

/// Puts together what lies in a part of the paths in which nothing else is known, each part under the path that it begins with. What has neighbours stands alone, with all methods of one path.
pub fn areas<T>(
    missing: impl IntoIterator<Item = (Template, T)>,
    known: &BTreeSet<Template>,
) -> Vec<(Template, Vec<T>)> {
    let mut beginnings: BTreeSet<Template> = BTreeSet::new();
    for template in known {
        beginnings.extend((0..=template.len()).map(|count| template.first(count)));
    }
    let mut areas: BTreeMap<Template, Vec<T>> = BTreeMap::new();
    for (template, item) in missing {
        let parts = (1..=template.len()).map(|count| template.first(count));
        let own = parts.into_iter().find(|part| !beginnings.contains(part)).unwrap_or_else(|| template.described());
        areas.entry(own).or_default().push(item);
    }
    areas.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_where_nothing_is_known_is_one() {
        let known: BTreeSet<Template> = ["/api/cases", "/api/cases/{id}"].map(Template::of).into();
        let missing = ["/api/cases/{id}/notes", "/admin/a", "/admin/b/{c}", "/api/cases"];
        let areas = areas(missing.map(|path| (Template::of(path), path)), &known);
        let shown: Vec<(String, Vec<&str>)> = areas.into_iter().map(|(area, all)| (area.to_string(), all)).collect();
        let expected = [
            ("/admin", vec!["/admin/a", "/admin/b/{c}"]),
            ("/api/cases", vec!["/api/cases"]),
            ("/api/cases/{…}/notes", vec!["/api/cases/{id}/notes"]),
        ];
        assert_eq!(shown, expected.map(|(area, all)| (area.to_owned(), all)));
    }
}
