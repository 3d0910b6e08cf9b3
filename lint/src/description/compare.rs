//! Which routes answer which operations.

use std::collections::{BTreeMap, BTreeSet};

use super::prefix::prefixes;
use super::{Description, METHODS, Operation, Prefix, Template};
use crate::resolve::{HandlerKind, Route};
use crate::source::Span;
use crate::surface::Surface;

/// How a description fits the routes of a service.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The programs that it describes: those whose routes fit it best, or the one that was named.
    pub programs: BTreeSet<usize>,
    /// What stands before its paths.
    pub prefix: Prefix,
    /// The operations that routes answer, in their order.
    pub matches: Vec<Match>,
    /// The operations that no route answers.
    pub missing: Vec<usize>,
    /// The operations of which that isn't known.
    pub unclear: Vec<usize>,
    /// The routes that no operation speaks of.
    pub undocumented: Vec<usize>,
    /// The routes of which that isn't known, because a part of their path isn't.
    pub unclear_routes: Vec<usize>,
}

/// An operation and what answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Index of the operation.
    pub operation: usize,
    /// Indices of the routes, of which there is at least one.
    pub routes: Vec<usize>,
    /// By what they were found.
    pub by: By,
}

/// By what the routes of an operation were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// Both have one path.
    Path,
    /// The route has a parameter where the description has text.
    Parameter,
    /// The end of the path: its beginning isn't known.
    End,
}

/// What is known of a route before anything is compared.
struct Served<'a> {
    index: usize,
    route: &'a Route,
    template: Template,
    described: Template,
    is_repeated: bool,
}

/// Finds out which routes answer which operations. Without a program, those count whose routes fit the description best.
pub fn compare(
    description: &Description,
    surface: &Surface,
    stated: Option<&str>,
    program: Option<usize>,
) -> Comparison {
    let rows = surface.inventory.routes.iter().zip(&surface.rows).enumerate();
    let served = rows.filter(|(_, (route, _))| program.is_none_or(|program| route.program == program));
    let served: Vec<Served<'_>> =
        served.map(|(index, (route, row))| Served::of(index, route, row.is_repeated)).collect();
    let table = Table::of(&served);
    let prefixes = prefixes(
        description,
        stated,
        |method, path| !table.at(method, path).is_empty(),
        |method, path| {
            let able = served.iter().filter(|served| served.answers(method));
            able.filter_map(|served| served.described.before(path)).collect()
        },
    );
    let found: Vec<Found> =
        description.operations.iter().map(|operation| find(operation, &prefixes, &served, &table)).collect();
    let programs = best_programs(&found, &served);
    let found = found.into_iter().map(|found| found.within(&programs, &served)).collect();
    let prefix = prefixes.into_iter().next().unwrap_or(Prefix::Stated(Template::default()));
    settle(description, found, prefix, &served, &programs)
}

impl<'a> Served<'a> {
    fn of(index: usize, route: &'a Route, is_repeated: bool) -> Self {
        let template = Template::of(&route.path);
        Self { index, route, described: template.described(), template, is_repeated }
    }

    /// Frameworks answer `HEAD` where they answer `GET`.
    fn answers(&self, method: &str) -> bool {
        self.route.method == method || self.route.method == "ANY" || (method == "HEAD" && self.route.method == "GET")
    }

    /// Whether it is there for requests that nothing else answers, or for files: no operation.
    fn is_operation(&self) -> bool {
        matches!(self.route.handler.kind, HandlerKind::Function | HandlerKind::Closure | HandlerKind::Unknown)
    }

    /// What a route has in common with its repetition under the opposite condition.
    fn origin(&self) -> (usize, &str, Span, Option<&Span>) {
        (self.route.program, &self.route.method, self.route.handler.span, self.route.mounts.first())
    }

    /// Whether an API description would have it if it had everything.
    fn is_describable(&self) -> bool {
        let has_method = METHODS.contains(&self.route.method.as_str()) || self.route.method == "ANY";
        has_method && self.route.method != "OPTIONS" && self.is_operation() && !self.template.has_rest()
    }
}

/// Routes by their paths.
struct Table<'s> {
    by_path: BTreeMap<&'s Template, Vec<&'s Served<'s>>>,
}

impl<'s> Table<'s> {
    fn of(served: &'s [Served<'s>]) -> Self {
        let mut by_path: BTreeMap<&Template, Vec<&Served<'_>>> = BTreeMap::new();
        for served in served.iter().filter(|served| !served.template.is_unknown()) {
            by_path.entry(&served.described).or_default().push(served);
        }
        Self { by_path }
    }

    /// The routes that answer a method at a path; one for the method alone goes before one for any.
    fn at(&self, method: &str, path: &Template) -> Vec<usize> {
        let all = self.by_path.get(path).map(Vec::as_slice).unwrap_or_default();
        let own = all.iter().filter(|served| served.route.method == method);
        let own: Vec<usize> = own.map(|served| served.index).collect();
        if !own.is_empty() {
            return own;
        }
        all.iter().filter(|served| served.answers(method)).map(|served| served.index).collect()
    }

    fn is_path(&self, path: &Template) -> bool {
        self.by_path.contains_key(path)
    }
}

/// What answers an operation, as far as that is known.
enum Found {
    Routes(Vec<usize>, By),
    Nothing,
    Unclear,
}

fn find(operation: &Operation, prefixes: &[Prefix], served: &[Served<'_>], table: &Table<'_>) -> Found {
    let paths: Vec<Template> = prefixes.iter().map(|prefix| operation.template.behind(prefix.template())).collect();
    for path in &paths {
        let routes = table.at(&operation.method, path);
        if !routes.is_empty() {
            return Found::Routes(routes, By::Path);
        }
    }
    // What answers `OPTIONS` is a layer more often than a route.
    if operation.method == "OPTIONS" && paths.iter().any(|path| table.is_path(path)) {
        return Found::Unclear;
    }
    for path in &paths {
        let able = served.iter().filter(|served| served.answers(&operation.method) && !served.template.is_unknown());
        let covering: Vec<&Served<'_>> =
            able.filter(|served| served.template.literals() > 0 && served.template.covers(path)).collect();
        if covering.iter().any(|served| !served.is_operation()) && covering.iter().all(|served| !served.is_operation())
        {
            return Found::Unclear;
        }
        let closest =
            covering.iter().filter(|served| served.is_operation()).map(|served| served.template.literals()).max();
        let routes = covering.iter().filter(|served| Some(served.template.literals()) == closest);
        let routes: Vec<usize> = routes.map(|served| served.index).collect();
        if !routes.is_empty() {
            return Found::Routes(routes, By::Parameter);
        }
    }
    for path in &paths {
        let able = served.iter().filter(|served| served.answers(&operation.method) && served.template.is_unknown());
        let possible: Vec<&Served<'_>> = able.filter(|served| served.template.covers(path)).collect();
        match possible.as_slice() {
            [] => {}
            [only] if only.template.literals() > 0 && only.is_operation() => {
                return Found::Routes(vec![only.index], By::End);
            }
            _ => return Found::Unclear,
        }
    }
    Found::Nothing
}

impl Found {
    /// The same without the routes of other programs, unless nothing else answers.
    fn within(self, programs: &BTreeSet<usize>, served: &[Served<'_>]) -> Self {
        let Self::Routes(routes, by) = self else { return self };
        let is_within = |index: &usize| {
            let found = served.iter().find(|served| served.index == *index);
            found.is_some_and(|served| programs.contains(&served.route.program))
        };
        let within: Vec<usize> = routes.iter().copied().filter(is_within).collect();
        Self::Routes(if within.is_empty() { routes } else { within }, by)
    }
}

/// The programs that answer the most operations.
fn best_programs(found: &[Found], served: &[Served<'_>]) -> BTreeSet<usize> {
    let program_of: BTreeMap<usize, usize> = served.iter().map(|served| (served.index, served.route.program)).collect();
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for found in found {
        if let Found::Routes(routes, _) = found {
            let programs: BTreeSet<usize> = routes.iter().filter_map(|route| program_of.get(route).copied()).collect();
            programs.into_iter().for_each(|program| *counts.entry(program).or_default() += 1);
        }
    }
    let most = counts.values().copied().max().unwrap_or_default();
    counts.into_iter().filter(|(_, count)| *count == most).map(|(program, _)| program).collect()
}

fn settle(
    description: &Description,
    found: Vec<Found>,
    prefix: Prefix,
    served: &[Served<'_>],
    programs: &BTreeSet<usize>,
) -> Comparison {
    let mut claims: BTreeMap<usize, usize> = BTreeMap::new();
    for route in found.iter().flat_map(|found| match found {
        Found::Routes(routes, By::End) => routes.as_slice(),
        _ => &[],
    }) {
        *claims.entry(*route).or_default() += 1;
    }
    let mut comparison = Comparison {
        programs: programs.clone(),
        prefix,
        matches: Vec::new(),
        missing: Vec::new(),
        unclear: Vec::new(),
        undocumented: Vec::new(),
        unclear_routes: Vec::new(),
    };
    for (operation, found) in found.into_iter().enumerate() {
        match found {
            // One route doesn't answer two operations.
            Found::Routes(routes, By::End) if routes.iter().any(|route| claims.get(route) != Some(&1)) => {
                comparison.unclear.push(operation);
            }
            Found::Routes(routes, by) => comparison.matches.push(Match { operation, routes, by }),
            Found::Nothing => comparison.missing.push(operation),
            Found::Unclear => comparison.unclear.push(operation),
        }
    }
    let spoken_of = SpokenOf::by(description, &comparison, served);
    for served in served.iter().filter(|served| programs.contains(&served.route.program)) {
        if served.is_repeated || !served.is_describable() || spoken_of.has(served) {
            continue;
        }
        let list =
            if served.template.is_unknown() { &mut comparison.unclear_routes } else { &mut comparison.undocumented };
        list.push(served.index);
    }
    comparison
}

/// What a description speaks of, directly or not.
struct SpokenOf<'s> {
    routes: BTreeSet<usize>,
    origins: BTreeSet<(usize, &'s str, Span, Option<&'s Span>)>,
    /// Paths at which `GET`, and so `HEAD`, is documented.
    gets: BTreeSet<&'s Template>,
    /// Paths at which anything is.
    paths: BTreeSet<&'s Template>,
    /// Paths of which nobody knows what is documented there.
    elsewhere: BTreeSet<Template>,
}

impl<'s> SpokenOf<'s> {
    fn by(description: &Description, comparison: &Comparison, served: &'s [Served<'s>]) -> Self {
        let routes: BTreeSet<usize> =
            comparison.matches.iter().flat_map(|found| found.routes.iter().copied()).collect();
        let matched = || served.iter().filter(|served| routes.contains(&served.index));
        let prefix = comparison.prefix.template();
        Self {
            origins: matched().filter(|served| served.is_repeated).map(Served::origin).collect(),
            paths: matched().map(|served| &served.described).collect(),
            gets: matched().filter(|served| served.route.method == "GET").map(|served| &served.described).collect(),
            elsewhere: description.elsewhere.iter().map(|path| path.behind(prefix)).collect(),
            routes,
        }
    }

    fn has(&self, served: &Served<'_>) -> bool {
        self.routes.contains(&served.index)
            || self.origins.iter().any(|origin| *origin == served.origin())
            || (served.route.method == "ANY" && self.paths.contains(&served.described))
            || (served.route.method == "HEAD" && self.gets.contains(&served.described))
            || self.elsewhere.contains(&served.described)
    }
}
