//! loco: what gathers routes, and what its methods do. Handlers, extractors and layers are axum's.

/// What gathers routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `Routes`: those of one controller.
    Routes,
    /// `AppRoutes`: those of the application.
    App,
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
    /// `cli::main::<App>()`: serves what the hooks of a type say.
    Main,
}

/// What a method of routes does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `add("/x", get(h))`
    Add,
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
pub const NEEDLES: &[&str] = &["loco_rs", "Routes::new", "Routes::at", "AppRoutes"];

/// Texts that make a function worth evaluating.
pub const BUILDER_NEEDLES: &[&str] = &["Routes::new", "Routes::at", "AppRoutes::"];

/// Types in a signature that make a function worth evaluating.
pub const BUILDER_TYPES: &[&str] = &["Routes", "AppRoutes"];

/// The routes that `with_default_routes()` begins with, each with the function of loco's that answers it.
pub const DEFAULTS: &[(&str, &str)] = &[("/_ping", "ping"), ("/_health", "health"), ("/_readiness", "readiness")];

/// The module of the functions that answer the default routes.
const MONITORING: [&str; 3] = ["loco_rs", "controller", "monitoring"];

fn is_loco(path: &[String]) -> bool {
    path.first().is_some_and(|first| first == "loco_rs")
}

/// Whether a module is the prelude, which hands on axum's `get` and its like.
pub fn is_prelude(module: &[String]) -> bool {
    matches!(module, [krate, name] if krate == "loco_rs" && name == "prelude")
}

/// Whether a path that a foreign glob import could bring in is a module of the prelude. Types and functions count as axum's.
pub fn exports(path: &[String]) -> bool {
    matches!(path.split_last(), Some((last, module)) if is_prelude(module) && matches!(last.as_str(), "auth" | "format"))
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
        (Some(Kind::App), "empty" | "default") => Function::New(Kind::App),
        (Some(Kind::App), "with_default_routes") => Function::WithDefaults,
        (None, "main") if is_loco(path) && owner.last().is_some_and(|last| last == "cli") => Function::Main,
        _ => return None,
    })
}

/// What a method does; `None` for one that isn't loco's.
pub fn operation(kind: Kind, method: &str) -> Option<Operation> {
    Some(match (kind, method) {
        (Kind::Routes, "add") => Operation::Add,
        (Kind::Routes, "layer") => Operation::Layer,
        (_, "prefix") => Operation::Prefix,
        (Kind::App, "nest_prefix") => Operation::NestPrefix,
        (Kind::App, "add_route" | "add_routes" | "add_app_routes") => Operation::AddRoutes,
        (Kind::App, "nest_route" | "nest_routes") => Operation::NestRoutes,
        (_, "clone") => Operation::Keep,
        _ => return None,
    })
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
        assert_eq!(function(&path("loco_rs::cli::main")), Some(Function::Main));
        assert_eq!(function(&path("rocket::Routes::new")), None);
        assert_eq!(function(&path("clap::cli::main")), None);
    }

    #[test]
    fn slashes_are_written_once() {
        assert_eq!(joined("/api/", "/notes/"), "/api/notes");
        assert_eq!(joined("api", "{id}"), "/api/{id}");
        assert_eq!(joined("", "/"), "");
    }
}
