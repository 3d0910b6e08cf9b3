//! What the linter reads from a fixture's source.

use std::path::{Path, PathBuf};

use route_role_lint::resolve::{GuardKind, Route};
use route_role_lint::source::{ScanOptions, SourceMap};
use route_role_lint::surface::{self, Certainty, RouteSurface, Surface};
use route_role_policy::file::{self, RustConstants};
use route_role_policy::lock::Lock;

/// Reads `fixtures/<folder>` with its policy.
///
/// # Panics
///
/// If the fixture or its policy can't be read, which fails the test.
pub fn read(folder: &str) -> Surface {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(folder);
    let text = std::fs::read_to_string(root.join(file::FILE_NAME)).expect("every fixture has a policy");
    let loaded = file::load(&text, &mut RustConstants::new(&root));
    assert_eq!(loaded.problems, [], "the policy of {folder}");
    scan(root, &loaded.policy)
}

fn scan(root: PathBuf, policy: &route_role_policy::Policy) -> Surface {
    let options = ScanOptions { roots: vec![root], ..ScanOptions::default() };
    let inventory =
        route_role_lint::scan(&options, &mut SourceMap::default(), Some(policy)).expect("a readable folder");
    assert_eq!(inventory.notes, [], "nothing of a fixture is hidden from the linter");
    surface::build(inventory, Some(policy))
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
