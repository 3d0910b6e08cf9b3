//! Families of routes: those that address the same resource.

use std::collections::{BTreeMap, BTreeSet};

use super::context::RouteView;

/// Groups routes by the resource that they address, each family in the order of the inventory.
///
/// The resource is the path in front of a parameter that names one of its objects: `/cases/{id}`, `/cases`, `/cases/bulk` and `/cases/{id}/export` are one family. A path that
/// has no such prefix belongs with its neighbours that are answered from the same module.
pub fn families<'a>(routes: impl Iterator<Item = RouteView<'a>>) -> Vec<Vec<RouteView<'a>>> {
    let routes: Vec<RouteView<'a>> = routes.collect();
    let resources = resources(&routes);
    let mut families: BTreeMap<(usize, String), Vec<RouteView<'a>>> = BTreeMap::new();
    for view in routes {
        let key = (view.route.program, family_of(&view, &resources));
        families.entry(key).or_default().push(view);
    }
    families.into_values().collect()
}

/// What each route's family is called by its readers: `/orgs/{org}/cases`, or the path and the module that neighbours share.
pub fn family_names<'a>(routes: impl Iterator<Item = RouteView<'a>>) -> Vec<String> {
    let routes: Vec<RouteView<'a>> = routes.collect();
    let resources = resources(&routes);
    let name = |family: String| match family.split_once('|') {
        None => format!("/{family}"),
        Some(("", "" | "crate")) => "/".to_owned(),
        Some(("", module)) => module.to_owned(),
        Some((path, _)) => format!("/{path}"),
    };
    routes.iter().map(|view| name(family_of(view, &resources))).collect()
}

/// Every path in front of a parameter, with the program that serves it.
fn resources<'a>(routes: &[RouteView<'a>]) -> BTreeSet<(usize, Vec<&'a str>)> {
    routes
        .iter()
        .flat_map(|view| prefixes_before_parameters(&view.route.path).map(|prefix| (view.route.program, prefix)))
        .collect()
}

fn family_of(view: &RouteView<'_>, resources: &BTreeSet<(usize, Vec<&str>)>) -> String {
    let segments: Vec<&str> = segments(&view.route.path).collect();
    let longest = (1..=segments.len())
        .rev()
        .filter_map(|length| segments.get(..length))
        .find(|prefix| resources.contains(&(view.route.program, prefix.to_vec())));
    match longest {
        Some(prefix) => prefix.join("/"),
        None => {
            let module = view.route.handler.name.rsplit_once("::").map_or("", |(module, _)| module);
            let parent = segments.split_last().map_or(&[][..], |(_, parent)| parent);
            format!("{}|{module}", parent.join("/"))
        }
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

fn is_parameter(segment: &str) -> bool {
    segment.starts_with('{')
}

fn prefixes_before_parameters(path: &str) -> impl Iterator<Item = Vec<&str>> {
    let segments: Vec<&str> = segments(path).collect();
    (1..segments.len())
        .filter_map(move |at| {
            let (before, rest) = segments.split_at(at);
            let names_an_object = before.last().is_some_and(|segment| !is_parameter(segment))
                && rest.first().is_some_and(|segment| is_parameter(segment));
            names_an_object.then(|| before.to_vec())
        })
        .collect::<Vec<_>>()
        .into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_what_stands_before_a_parameter() {
        let prefixes =
            |path: &'static str| prefixes_before_parameters(path).map(|prefix| prefix.join("/")).collect::<Vec<_>>();
        assert_eq!(prefixes("/orgs/{org}/cases/{id}/notes"), ["orgs", "orgs/{org}/cases"]);
        assert_eq!(prefixes("/cases/bulk"), Vec::<String>::new());
        assert_eq!(prefixes("/{tenant}/cases"), Vec::<String>::new());
    }
}
