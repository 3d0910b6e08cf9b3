//! rwf: which macros, functions and methods make handlers of controllers, and how.

use super::segment::{self, Segment};

/// What a value of rwf that has routes is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A `Handler`, a list of them, or the server that got one.
    Routes,
    /// `Engine`: routes that are mounted below a path, with one check for all of them.
    Engine,
    /// `StaticFiles`, before it is a handler: the paths that it will serve.
    Files,
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
    /// `Handler::route("/x", controller)`, `Handler::rest("/x", controller)`, `Handler::wildcard("/x", controller)`
    Handler(Mount),
    /// `Handler::new("/x", controller, PathType::Rest)`
    HandlerOfType,
    /// `StaticFiles::serve("static")`, `StaticFiles::cached("static", duration)`
    Files,
    /// `StaticFiles::new("static")`
    FilesBuilder,
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
    "PathType::",
    "Handler::rest(",
    "Handler::route(",
    "Handler::wildcard(",
    "StaticFiles::new(",
    "StaticFiles::serve(",
    "StaticFiles::cached(",
];

/// The methods that a `RestController` or a `ModelController` answers (the latter's `delete` since what follows version 0.2.1): its function's name, the request's method, whether an `id` is in the path.
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
        ("Server", "new") | ("Router", "new" | "default") => Some(Function::Routes),
        ("Engine", "new" | "default") => Some(Function::Engine),
        ("Handler", "new") => Some(Function::HandlerOfType),
        ("Handler", "route") => Some(Function::Handler(Mount::Route)),
        ("Handler", "rest") => Some(Function::Handler(Mount::Rest)),
        ("Handler", "wildcard") => Some(Function::Handler(Mount::Wildcard)),
        ("StaticFiles", "serve" | "cached") => Some(Function::Files),
        ("StaticFiles", "new") => Some(Function::FilesBuilder),
        _ => None,
    }
}

/// How `Handler::new` puts a controller at a path, from the `PathType` that it is given.
pub fn path_type(path: &[String]) -> Option<Mount> {
    match path.split_last() {
        Some((name, owner)) if is_rwf(path) && owner.last().is_some_and(|last| last == "PathType") => {
            Some(match name.as_str() {
                "Route" => Mount::Route,
                "Rest" => Mount::Rest,
                "Wildcard" => Mount::Wildcard,
                _ => return None,
            })
        }
        _ => None,
    }
}

/// The traits of controllers that answer for `Controller`, which a derive or a line in `handle` connects.
pub const TRAITS: &[&str] = &["PageController", "RestController", "ModelController", "WebsocketController"];

/// Whether a name is that of a controller or of a trait of controllers.
fn is_controller_name(name: &str) -> bool {
    TRAITS.contains(&name)
        || matches!(
            name,
            "Controller"
                | "Engine"
                | "OidcController"
                | "OpenApiController"
                | "RackController"
                | "StaticFiles"
                | "TurboStream"
                | "WsgiController"
        )
}

/// Whether a path leads to a controller that the framework brings along, or to what makes one of it.
pub fn is_own_controller(path: &[String]) -> bool {
    let mut names = path.iter().rev().take(2).map(String::as_str);
    is_rwf(path) && names.any(is_controller_name)
}

/// Whether a controller that the framework brings along answers below its path too, however it is mounted.
pub fn answers_below(path: &[String]) -> bool {
    is_rwf(path) && path.iter().any(|name| name == "OpenApiController")
}

/// Whether a path that a foreign glob import could bring in is something that rwf exports. Services name their own controllers `…Controller`, so
/// the names are listed one by one.
pub fn exports(path: &[String]) -> bool {
    is_rwf(path)
        && path.last().is_some_and(|last| {
            is_controller_name(last)
                || matches!(
                    last.as_str(),
                    "AuthHandler"
                        | "Authentication"
                        | "Handler"
                        | "MiddlewareSet"
                        | "Request"
                        | "Response"
                        | "Server"
                        | "SessionAuth"
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
    is_rwf(path)
        && path
            .iter()
            .any(|name| matches!(name.as_str(), "StaticFiles" | "TurboStream" | "OidcController" | "OpenApiController"))
}

/// Whether a handler is what a trait of the framework does where a controller says nothing else.
pub fn is_default_action(path: &[String]) -> bool {
    is_rwf(path) && path.iter().any(|name| matches!(name.as_str(), "ModelController" | "WebsocketController"))
}

/// Whether a call only wraps what it is given into the handler or the set that a controller hands out.
pub fn is_wrapper(path: &[String]) -> bool {
    let mut last = path.iter().rev().map(String::as_str);
    is_rwf(path)
        && matches!(
            (last.next(), last.next()),
            (Some("new"), Some("AuthHandler" | "MiddlewareHandler" | "MiddlewareSet"))
                | (Some("without_default"), Some("MiddlewareSet"))
        )
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
        assert!(is_wrapper(&path("rwf::controller::MiddlewareSet::without_default")));
        assert!(!is_wrapper(&path("own::AuthHandler::new")));
        assert_eq!(function(&path("rwf::http::Handler::rest")), Some(Function::Handler(Mount::Rest)));
        assert_eq!(path_type(&path("rwf::http::path::PathType::Wildcard")), Some(Mount::Wildcard));
    }

    #[test]
    fn a_service_s_own_controllers_aren_t_exported() {
        assert!(exports(&path("rwf::prelude::RestController")));
        assert!(!exports(&path("rwf::prelude::LoginController")));
        assert!(is_own_controller(&path("rwf::controller::WsgiController::new")));
        assert!(!is_own_controller(&path("rwf::controller::auth::Token")));
        assert!(answers_below(&path("rwf::controller::OpenApiController")));
    }
}
