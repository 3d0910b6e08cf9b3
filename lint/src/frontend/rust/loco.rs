//! loco: what gathers routes, and what its methods do. Handlers, extractors and layers are axum's.

/// What gathers routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `Routes`: those of one controller.
    Routes,
    /// `AppRoutes`: those of the application.
    App,
    /// `AppRoutes` of version 0.14 and before, whose prefix covers whatever it has.
    OldApp,
}

/// What a function of loco does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `Routes::new()`, `AppRoutes::empty()`.
    New(Kind),
    /// `Routes::at("/x")`
    At,
    /// `AppRoutes::with_default_routes()`
    WithDefaults,
    /// `cli::main::<App>()`, `create_app::<App>(…)`: serves what the hooks of a type say.
    Main,
    /// `default_middleware_stack(ctx)`: middleware that restricts nobody.
    Stack,
    /// loco-openapi's `openapi(get(h), routes!(h))`: the first of them.
    Documented,
}

/// What a method of routes does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `add("/x", get(h))`
    Add,
    /// `get("/x", h)`
    Method(&'static str),
    /// `merge(routes)`, `merge_all(vec![…])`: their handlers, without their prefixes.
    Merge,
    /// `nest("/x", routes)`: the same, below a path.
    Nest,
    /// `prefix("/x")`, in the place of any other prefix.
    Prefix,
    /// `layer(layer)`
    Layer,
    /// `nest_prefix("/x")`, behind the prefix that is there.
    NestPrefix,
    /// `add_route(routes)`, `add_routes(vec![…])`
    AddRoutes,
    /// `nest_route("/x", routes)`, `nest_routes("/x", vec![…])`
    NestRoutes,
    /// Changes nothing about the routes.
    Keep,
}

/// Texts without which a file can't gather routes of loco's.
pub const NEEDLES: &[&str] = &["loco_rs", "Routes::new", "Routes::at", "Routes::default", "AppRoutes"];

/// Texts that make a function worth evaluating.
pub const BUILDER_NEEDLES: &[&str] = &[
    "Routes::new",
    "Routes::at",
    "Routes::default",
    "AppRoutes::",
    "cli::main::<",
    "create_app::<",
    "run_app::<",
    "default_middleware_stack(",
];

/// Types in a signature that make a function worth evaluating.
pub const BUILDER_TYPES: &[&str] = &["Routes", "AppRoutes"];

/// The routes that `with_default_routes()` begins with, each with the function of loco's that answers it.
const DEFAULTS: &[(&str, &str)] = &[("/_ping", "ping"), ("/_health", "health"), ("/_readiness", "readiness")];

/// Until version 0.16.3, two of them.
const OLD_DEFAULTS: &[(&str, &str)] = &[("/_ping", "ping"), ("/_health", "health")];

/// The crate, as code names it.
pub const CRATE: &str = "loco_rs";

/// The module of the functions that answer the default routes.
const MONITORING: [&str; 3] = [CRATE, "controller", "monitoring"];

fn is_loco(path: &[String]) -> bool {
    path.first().is_some_and(|first| first == CRATE)
}

/// Whether a module is the prelude, which hands on axum's `get` and its like.
pub fn is_prelude(module: &[String]) -> bool {
    matches!(module, [krate, name] if krate == CRATE && name == "prelude")
}

/// Whether a path that a foreign glob import could bring in is a module of the prelude, or loco-openapi's `openapi`. Types and functions count
/// as axum's.
pub fn exports(path: &[String]) -> bool {
    let is_prelude_s = matches!(path.split_last(), Some((last, module)) if is_prelude(module) && matches!(last.as_str(), "auth" | "format"));
    is_prelude_s || is_documenting(path)
}

fn is_documenting(path: &[String]) -> bool {
    matches!(path, [krate, .., name] if krate == "loco_openapi" && name == "openapi")
}

/// The routes that `with_default_routes()` begins with in the version that a manifest wants.
pub fn defaults(version: Option<&str>) -> &'static [(&'static str, &'static str)] {
    match version.and_then(Version::wanted) {
        Some(version) if version < (Version { major: 0, minor: 16, patch: 4 }) => OLD_DEFAULTS,
        _ => DEFAULTS,
    }
}

/// What `AppRoutes` is in the version that a manifest wants.
pub fn app(version: Option<&str>) -> Kind {
    match version.and_then(Version::wanted) {
        Some(version) if version < (Version { major: 0, minor: 15, patch: 0 }) => Kind::OldApp,
        _ => Kind::App,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    major: u32,
    minor: u32,
    patch: u32,
}

impl Version {
    /// The newest version that a requirement such as `0.16` or `=0.13.2` allows, as far as its first comparison says so.
    fn wanted(requirement: &str) -> Option<Self> {
        let first = requirement.split(',').next()?.trim();
        let is_exact = first.starts_with('=');
        let is_open = first.starts_with('>') || first.starts_with('*');
        let mut numbers = first.trim_start_matches(|sign: char| !sign.is_ascii_digit()).split('.').map(|number| {
            let digits: &str = number.split(|sign: char| !sign.is_ascii_digit()).next().unwrap_or_default();
            digits.parse::<u32>().ok()
        });
        let major = numbers.next().flatten().filter(|_| !is_open)?;
        let minor = numbers.next().flatten();
        let patch = numbers.next().flatten();
        // A caret or a tilde leaves the last number open.
        Some(match (minor, patch) {
            (Some(minor), Some(patch)) if is_exact => Self { major, minor, patch },
            (Some(minor), _) => Self { major, minor, patch: u32::MAX },
            (None, _) => Self { major, minor: u32::MAX, patch: u32::MAX },
        })
    }
}

/// What a type gathers.
pub fn kind(path: &[String]) -> Option<Kind> {
    match path.last()?.as_str() {
        "Routes" if is_loco(path) => Some(Kind::Routes),
        "AppRoutes" if is_loco(path) => Some(Kind::App),
        _ => None,
    }
}

/// What a function does; `None` if it isn't one of loco's.
pub fn function(path: &[String]) -> Option<Function> {
    let (name, owner) = path.split_last()?;
    Some(match (kind(owner), name.as_str()) {
        (Some(Kind::Routes), "new" | "default") => Function::New(Kind::Routes),
        (Some(Kind::Routes), "at") => Function::At,
        (Some(Kind::App), "empty") => Function::New(Kind::App),
        (Some(Kind::App), "with_default_routes") => Function::WithDefaults,
        (None, "main") if is_loco(path) && owner.last().is_some_and(|last| last == "cli") => Function::Main,
        (None, "create_app" | "run_app") if is_loco(path) => Function::Main,
        (None, "default_middleware_stack") if is_loco(path) => Function::Stack,
        (None, "openapi") if is_documenting(path) => Function::Documented,
        _ => return None,
    })
}

/// What a method does; `None` for one that isn't loco's.
pub fn operation(kind: Kind, method: &str) -> Option<Operation> {
    Some(match (kind, method) {
        (_, "prefix") => Operation::Prefix,
        (_, "clone") => Operation::Keep,
        (Kind::Routes, "add") => Operation::Add,
        (Kind::Routes, "get") => Operation::Method("GET"),
        (Kind::Routes, "post") => Operation::Method("POST"),
        (Kind::Routes, "put") => Operation::Method("PUT"),
        (Kind::Routes, "delete") => Operation::Method("DELETE"),
        (Kind::Routes, "patch") => Operation::Method("PATCH"),
        (Kind::Routes, "head") => Operation::Method("HEAD"),
        (Kind::Routes, "options") => Operation::Method("OPTIONS"),
        (Kind::Routes, "trace") => Operation::Method("TRACE"),
        (Kind::Routes, "merge" | "merge_all") => Operation::Merge,
        (Kind::Routes, "nest") => Operation::Nest,
        (Kind::Routes, "layer") => Operation::Layer,
        (Kind::Routes, _) => return None,
        (_, "add_route" | "add_routes") => Operation::AddRoutes,
        // Channels were WebSockets beside the routes, until version 0.12.
        (Kind::OldApp, "add_app_channels") => Operation::Keep,
        (Kind::App, "nest_prefix") => Operation::NestPrefix,
        (Kind::App, "nest_route" | "nest_routes") => Operation::NestRoutes,
        _ => return None,
    })
}

/// The path of a handler of routes that are nested: the path above, normalized, with what the handler says behind it, as it is.
pub fn nested(above: &str, path: &str) -> String {
    let trimmed = if above == "/" { above } else { above.strip_suffix('/').unwrap_or(above) };
    let slash = if trimmed.starts_with('/') { "" } else { "/" };
    let below = if path == "/" { "" } else { path };
    format!("{slash}{trimmed}{below}")
}

/// Whether a hook's middleware or initializer is loco's own: none of them restricts anybody.
pub fn is_own(path: &[String]) -> bool {
    is_loco(path)
}

/// A path as loco hands it to axum: one slash between segments, none at the end.
pub fn joined(prefix: &str, path: &str) -> String {
    let segments = prefix.split('/').chain(path.split('/')).filter(|segment| !segment.is_empty());
    segments.flat_map(|segment| ["/", segment]).collect()
}

/// The path of the function that answers a default route.
pub fn monitoring(name: &str) -> Vec<String> {
    MONITORING.iter().chain([&name]).map(ToString::to_string).collect()
}

/// Whether something answers whoever asks: the routes that loco adds by itself.
pub fn serves_everyone(path: &[String]) -> bool {
    path.len() == MONITORING.len() + 1 && path.iter().zip(MONITORING).all(|(name, expected)| name == expected)
}

#[cfg(test)]
mod tests {
    use super::super::path;
    use super::*;

    #[test]
    fn only_loco_s_own_names_count() {
        assert_eq!(function(&path("loco_rs::prelude::Routes::new")), Some(Function::New(Kind::Routes)));
        assert_eq!(function(&path("loco_rs::controller::Routes::at")), Some(Function::At));
        assert_eq!(
            function(&path("loco_rs::controller::AppRoutes::with_default_routes")),
            Some(Function::WithDefaults)
        );
        assert_eq!(function(&path("loco_rs::cli::main")), Some(Function::Main));
        assert_eq!(function(&path("loco_rs::boot::create_app")), Some(Function::Main));
        assert_eq!(function(&path("loco_openapi::prelude::openapi")), Some(Function::Documented));
        assert_eq!(function(&path("rocket::Routes::new")), None);
        assert_eq!(function(&path("clap::cli::main")), None);
        assert_eq!(function(&path("loco_rs::controller::AppRoutes::default")), None);
    }

    #[test]
    fn a_prelude_s_glob_brings_in_what_loco_exports() {
        assert!(exports(&path("loco_rs::prelude::auth")));
        assert!(exports(&path("loco_openapi::prelude::openapi")));
        assert!(!exports(&path("loco_rs::prelude::users")));
        assert!(!exports(&path("own::prelude::auth")));
    }

    #[test]
    fn routes_and_applications_have_methods_of_their_own() {
        assert_eq!(operation(Kind::Routes, "get"), Some(Operation::Method("GET")));
        assert_eq!(operation(Kind::Routes, "add_route"), None);
        assert_eq!(operation(Kind::App, "get"), None);
        assert_eq!(operation(Kind::App, "nest_routes"), Some(Operation::NestRoutes));
        assert_eq!(operation(Kind::OldApp, "nest_routes"), None);
    }

    #[test]
    fn slashes_are_written_once() {
        assert_eq!(joined("/api/", "/notes/"), "/api/notes");
        assert_eq!(joined("api", "{id}"), "/api/{id}");
        assert_eq!(joined("", "/"), "");
    }

    #[test]
    fn nested_paths_are_put_together_as_they_are() {
        assert_eq!(nested("inner/", "/list"), "/inner/list");
        assert_eq!(nested("/inner", "/"), "/inner");
        assert_eq!(nested("/inner", "list"), "/innerlist");
        assert_eq!(nested("/", "/list"), "//list");
    }

    #[test]
    fn old_versions_are_told_apart() {
        assert_eq!(app(Some("0.14")), Kind::OldApp);
        assert_eq!(app(Some("=0.13.2")), Kind::OldApp);
        assert_eq!(app(Some("0.15.0")), Kind::App);
        assert_eq!(app(Some("1")), Kind::App);
        assert_eq!(app(Some(">=0.9")), Kind::App);
        assert_eq!(app(Some("*")), Kind::App);
        assert_eq!(app(None), Kind::App);
        assert_eq!(defaults(Some("0.15")).len(), 2);
        assert_eq!(defaults(Some("=0.16.3")).len(), 2);
        // Cargo takes the newest patch.
        assert_eq!(defaults(Some("0.16.3")).len(), 3);
    }

    #[test]
    fn only_the_routes_that_loco_adds_by_itself_are_open() {
        assert!(serves_everyone(&monitoring("ping")));
        assert!(!serves_everyone(&path("loco_rs::controller::views::ping")));
    }
}
