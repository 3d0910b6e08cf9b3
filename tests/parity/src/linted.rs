//! What the linter reads from a fixture's source.

use std::path::Path;

use route_role_lint::drift::Snapshot;
use route_role_lint::report::terminal::Colour;
use route_role_lint::report::{Coverage, Lines, table, terminal};
use route_role_lint::resolve::{GuardKind, Route};
use route_role_lint::rule::{self, Context, PolicyInFile};
use route_role_lint::source::{FileId, ScanOptions, SourceMap};
use route_role_lint::surface::{self, Certainty, RouteSurface, Surface};
use route_role_policy::file::{self, Loaded, RustConstants};
use route_role_policy::lock::Lock;

/// A fixture as the linter knows it.
#[derive(Debug)]
pub struct Fixture {
    /// Its routes.
    pub surface: Surface,
    sources: SourceMap,
    policy: Loaded,
    policy_file: FileId,
}

/// Reads `fixtures/<folder>` with its policy.
///
/// # Panics
///
/// If the fixture or its policy can't be read whole, which fails the test.
pub fn read(folder: &str) -> Fixture {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(folder);
    let text = std::fs::read_to_string(root.join(file::FILE_NAME)).expect("every fixture has a policy");
    let policy = file::load(&text, &mut RustConstants::new(&root));
    assert_eq!(policy.problems, [], "the policy of {folder}");
    let mut sources = SourceMap::default();
    let policy_file = sources.add(file::FILE_NAME, text);
    let options = ScanOptions { roots: vec![root], ..ScanOptions::default() };
    let inventory = route_role_lint::scan(&options, &mut sources, Some(&policy.policy)).expect("a readable folder");
    assert_eq!(inventory.notes, [], "nothing of {folder} is hidden from the linter");
    Fixture { surface: surface::build(inventory, Some(&policy.policy)), sources, policy, policy_file }
}

/// Reads the service `tests/<name>`, whose server is given its routes by whoever starts it.
///
/// # Panics
///
/// If the service or its policy can't be read, which fails the test.
pub fn read_service(name: &str) -> Surface {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    let text = std::fs::read_to_string(root.join(file::FILE_NAME)).expect("the service has a policy");
    let policy = file::load(&text, &mut RustConstants::new(&root));
    assert_eq!(policy.problems, [], "the policy of {name}");
    let options = ScanOptions { roots: vec![root], ..ScanOptions::default() };
    let inventory =
        route_role_lint::scan(&options, &mut SourceMap::default(), Some(&policy.policy)).expect("a readable folder");
    surface::build(inventory, Some(&policy.policy))
}

impl Fixture {
    /// What `route-role check` prints.
    ///
    /// # Panics
    ///
    /// Never: memory takes everything that is written to it.
    pub fn check(&self) -> String {
        let Loaded { policy, problems } = &self.policy;
        let policy = Some(PolicyInFile { policy, file: self.policy_file, problems });
        let context = Context { surface: &self.surface, policy, sources: &self.sources };
        let outcome = rule::run(rule::ALL, &context, false);
        let lines = Lines::new(&self.sources);
        let mut out = Vec::new();
        terminal::write_findings(&mut out, &outcome.findings, &self.surface.inventory, &lines, Colour::Off)
            .expect("memory takes it");
        terminal::write_summary(&mut out, &outcome, &Coverage::of(&self.surface)).expect("memory takes it");
        String::from_utf8_lossy(&out).into_owned()
    }

    /// What `route-role lock` writes.
    pub fn lock(&self) -> String {
        Snapshot::of_surface(&self.surface, Some(&self.policy.policy), &self.sources).lock().to_string()
    }

    /// What `route-role routes` prints.
    ///
    /// # Panics
    ///
    /// Never: memory takes everything that is written to it.
    pub fn routes(&self) -> String {
        let mut out = Vec::new();
        table::write(&mut out, &self.surface, &Lines::new(&self.sources)).expect("memory takes it");
        String::from_utf8_lossy(&out).into_owned()
    }
}

/// Each route with its access.
pub fn rows(surface: &Surface) -> impl Iterator<Item = (&Route, &RouteSurface)> {
    surface.inventory.routes.iter().zip(&surface.rows)
}

/// Whether `#[route_role]` stands on the route's handler.
pub fn is_declared(route: &Route) -> bool {
    route.guards.iter().any(|guard| guard.kind == GuardKind::RouteRole)
}

/// The lock of the declared routes.
pub fn lock(surface: &Surface) -> String {
    let mut lock = Lock::default();
    for (route, row) in rows(surface).filter(|(route, _)| is_declared(route)) {
        lock.insert(&route.method, &route.path, &row.access, row.denial);
    }
    lock.to_string()
}

/// Routes with a guard that the policy doesn't know.
pub fn uncertain(surface: &Surface) -> Vec<String> {
    rows(surface)
        .filter(|(_, row)| row.certainty != Certainty::Proven)
        .map(|(route, _)| {
            let guards: Vec<&str> = route.guards.iter().map(|guard| guard.text.as_str()).collect();
            format!("{} {} {guards:?}", route.method, route.path)
        })
        .collect()
}
