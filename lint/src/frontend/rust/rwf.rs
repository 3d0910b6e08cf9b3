//! rwf: which macros, functions and methods make handlers of controllers, and how.

use super::segment::{self, Segment};

/// What a value of rwf that has routes is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A `Handler`, a list of them, or the server that got one.
    Routes,
    /// `Engine`: routes that are mounted below a path, with one check for all of them.
    Engine,
}

/// How a controller is put at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mount {
    /// `route!("/x" => Controller)`, `.route("/x")`
    Route,
    /// `rest!("/x" => Controller)`, `.rest("/x")`
    Rest,
    /// `crud!("/x" => Controller)`, `.crud("/x")`
    Crud,
    /// `.wildcard("/x")`
    Wildcard,
    /// `engine!("/x" => engine)`
    Engine,
}

/// What a function of rwf makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `Server::new(handlers)`, `Router::new(handlers)`
    Routes,
    /// `Engine::new(handlers)`
    Engine,
    /// `StaticFiles::serve("static")`, `StaticFiles::cached("static", duration)`
    Files,
}

/// Texts without which a file can't have anything to do with rwf.
pub const NEEDLES: &[&str] = &["rwf"];

/// Texts that make a function worth evaluating.
pub const BUILDER_NEEDLES: &[&str] = &[
    "route!(",
    "rest!(",
    "crud!(",
    "engine!(",
    ".rest(\"",
    ".crud(\"",
    ".wildcard(\"",
    "Engine::new(",
    "StaticFiles::serve(",
    "StaticFiles::cached(",
];

/// The methods that a `RestController` answers: its function's name, the request's method, whether an `id` is in the path.
pub const REST: &[(&str, &str, bool)] = &[
    ("list", "GET", false),
    ("create", "POST", false),
    ("get", "GET", true),
    ("update", "PUT", true),
    ("patch", "PATCH", true),
    ("delete", "DELETE", true),
];

/// Whether a resolved path leads into rwf.
pub fn is_rwf(path: &[String]) -> bool {
    path.first().is_some_and(|first| matches!(first.as_str(), "rwf" | "rwf_macros"))
}

/// How a macro puts a controller at a path.
pub fn routing_macro(path: &[String]) -> Option<Mount> {
    if !is_rwf(path) {
        return None;
    }
    Some(match path.last()?.as_str() {
        "route" => Mount::Route,
        "rest" => Mount::Rest,
        "crud" => Mount::Crud,
        "engine" => Mount::Engine,
        _ => return None,
    })
}

/// How a method of a controller puts it at a path.
pub fn routing_method(name: &str) -> Option<Mount> {
    Some(match name {
        "route" => Mount::Route,
        "rest" => Mount::Rest,
        "crud" => Mount::Crud,
        "wildcard" => Mount::Wildcard,
        _ => return None,
    })
}

/// What a function makes that is called by a path.
pub fn function(path: &[String]) -> Option<Function> {
    let (name, owner) = path.split_last()?;
    if !is_rwf(path) {
        return None;
    }
    match (owner.last()?.as_str(), name.as_str()) {
        ("Server" | "Router", "new" | "default") => Some(Function::Routes),
        ("Engine", "new" | "default") => Some(Function::Engine),
        ("StaticFiles", "serve" | "cached") => Some(Function::Files),
        _ => None,
    }
}

/// Whether a path that a foreign glob import could bring in is something that rwf exports.
pub fn exports(path: &[String]) -> bool {
    is_rwf(path)
        && path.last().is_some_and(|last| {
            last.ends_with("Controller")
                || matches!(
                    last.as_str(),
                    "AuthHandler"
                        | "Authentication"
                        | "Engine"
                        | "Handler"
                        | "Request"
                        | "Response"
                        | "Server"
                        | "SessionAuth"
                        | "StaticFiles"
                        | "TurboStream"
                        | "controller"
                        | "crud"
                        | "engine"
                        | "rest"
                        | "route"
                )
        })
}

/// Whether an attribute only makes a function a controller.
pub fn is_controller_attribute(path: &[String]) -> bool {
    is_rwf(path) && path.last().is_some_and(|last| last == "controller")
}

/// Whether a controller of the framework answers whoever asks.
pub fn serves_everyone(path: &[String]) -> bool {
    is_rwf(path) && path.iter().any(|name| matches!(name.as_str(), "StaticFiles" | "TurboStream" | "OpenApiController"))
}

/// Whether a handler is what a trait of the framework does where a controller says nothing else.
pub fn is_default_action(path: &[String]) -> bool {
    is_rwf(path) && path.iter().any(|name| name == "ModelController")
}

/// Whether a call only wraps what it is given into the handler or the set that a controller hands out.
pub fn is_wrapper(path: &[String]) -> bool {
    let mut last = path.iter().rev().map(String::as_str);
    is_rwf(path)
        && last.next() == Some("new")
        && matches!(last.next(), Some("AuthHandler" | "MiddlewareHandler" | "MiddlewareSet"))
}

/// A path of rwf in the notation of inventories: `/users/:id/` is `/users/{id}`.
pub fn template(pattern: &str) -> String {
    segment::template(pattern, |segment| match segment.strip_prefix(':') {
        Some(name) => Segment::Parameter(name),
        None => Segment::Text(segment),
    })
}

#[cfg(test)]
mod tests {
    use super::super::path;
    use super::*;

    #[test]
    fn parameters_become_templates() {
        assert_eq!(template("/users/:id/"), "/users/{id}");
        assert_eq!(template("/a/:b/{*}"), "/a/{b}/{*}");
        assert_eq!(template("/"), "");
    }

    #[test]
    fn only_the_framework_s_own_names_count() {
        assert_eq!(routing_macro(&path("rwf::prelude::crud")), Some(Mount::Crud));
        assert_eq!(routing_macro(&path("route")), None);
        assert_eq!(function(&path("rwf::http::Server::new")), Some(Function::Routes));
        assert_eq!(function(&path("hyper::Server::new")), None);
        assert!(is_wrapper(&path("rwf::prelude::AuthHandler::new")));
        assert!(!is_wrapper(&path("own::AuthHandler::new")));
    }
}
