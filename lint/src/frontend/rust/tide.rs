//! tide: which functions make servers, and what the methods of servers and of places in them do.

use super::actix;
use super::types::{TypeArgument, TypeRef};

/// What a value of tide that has routes is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `tide::Server`, in early versions `tide::App`.
    Server,
    /// `tide::Route`: a place in a server, through which the server is changed.
    Route,
    /// A place whose endpoints answer below it too and don't see its own path: after `strip_prefix()`.
    Prefix,
}

/// What a method of a server or place does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `at("/x")`
    At,
    /// `get(endpoint)`, `all(endpoint)`
    Endpoint {
        /// Upper case; `ANY` for every method.
        method: &'static str,
    },
    /// `method(Method::Get, endpoint)`
    Method,
    /// `nest(server)`, in early versions `nest(|route| …)`
    Nest,
    /// `strip_prefix()`
    Strip,
    /// `with(middleware)`
    With,
    /// `reset_middleware()`
    Reset,
    /// `serve_dir("x")`
    Folder,
    /// `serve_file("x")`
    File,
    /// `listen(address)`, `bind(address)`
    Serve,
    /// `state()`, `path()`, `respond(request)`: says something of the server, which stays as it is.
    Look,
    /// Changes nothing about the routes.
    Keep,
}

/// Texts without which a file can't have anything to do with tide.
pub const NEEDLES: &[&str] = &["tide::", "use tide", "extern crate tide"];

/// Texts that make a function worth evaluating.
pub const BUILDER_NEEDLES: &[&str] = &["tide::new(", "tide::with_state(", "tide::Server", "tide::App"];

/// Texts that make a function worth evaluating if its file speaks of tide.
pub const SPOKEN_NEEDLES: &[&str] = &[
    "Server::new()",
    "Server::default()",
    "Server::with_state(",
    "App::new()",
    "App::with_state(",
    ".at(",
    ".listen(",
];

/// What a file says that has to do with tide.
pub const SPOKEN: &str = "tide";

/// Whether a function is lent a value of this type to add routes, or gives one back with routes in it. Applications have types of these names
/// themselves, so a `Request<App>` says nothing.
pub fn is_builder(ty: &TypeRef) -> bool {
    match ty {
        TypeRef::Tuple(parts) => parts.iter().any(is_builder),
        ty => ty.as_path().is_some_and(|path| match path.last() {
            "Server" | "Route" | "App" => true,
            "Result" | "Option" | "Box" | "Arc" => {
                path.arguments.iter().any(|argument| matches!(argument, TypeArgument::Type(inner) if is_builder(inner)))
            }
            _ => false,
        }),
    }
}

/// Whether a resolved path leads into tide.
pub fn is_tide(path: &[String]) -> bool {
    path.first().is_some_and(|first| first == "tide")
}

/// What values of a type are, if they have routes.
pub fn kind(path: &[String]) -> Option<Kind> {
    let [krate, .., name] = path else { return None };
    match name.as_str() {
        _ if krate != "tide" => None,
        "Server" | "App" => Some(Kind::Server),
        "Route" => Some(Kind::Route),
        _ => None,
    }
}

/// Whether a function makes a server.
pub fn makes_server(path: &[String]) -> bool {
    let Some((name, owner)) = path.split_last() else { return false };
    let is_crate = matches!(owner, [krate] if krate == "tide");
    match name.as_str() {
        "new" | "with_state" => is_crate || kind(owner) == Some(Kind::Server),
        "default" => kind(owner) == Some(Kind::Server),
        _ => false,
    }
}

/// Whether a path that a foreign glob import could bring in is something that tide exports.
pub fn exports(path: &[String]) -> bool {
    is_tide(path)
        && (makes_server(path)
            || path.last().is_some_and(|last| {
                matches!(
                    last.as_str(),
                    "Body"
                        | "Endpoint"
                        | "Error"
                        | "Middleware"
                        | "Next"
                        | "Redirect"
                        | "Request"
                        | "Response"
                        | "Route"
                        | "Server"
                        | "StatusCode"
                )
            }))
}

/// What a method does; `None` for one that isn't tide's.
pub fn operation(kind: Kind, name: &str) -> Option<Operation> {
    let is_server = kind == Kind::Server;
    Some(match name {
        "at" => Operation::At,
        "with" => Operation::With,
        "middleware" if is_server => Operation::With,
        "listen" | "bind" | "serve" if is_server => Operation::Serve,
        "state" | "respond" if is_server => Operation::Look,
        "clone" | "into_http_service" if is_server => Operation::Keep,
        _ if is_server => return None,
        "path" => Operation::Look,
        "all" => Operation::Endpoint { method: "ANY" },
        "method" => Operation::Method,
        "nest" => Operation::Nest,
        "strip_prefix" => Operation::Strip,
        "reset_middleware" => Operation::Reset,
        "serve_dir" => Operation::Folder,
        "serve_file" => Operation::File,
        name => Operation::Endpoint { method: actix::method(name).filter(|_| name.starts_with(char::is_lowercase))? },
    })
}

/// Whether a service is known to answer whoever asks: files, a redirection.
pub fn serves_everyone(path: &[String]) -> bool {
    is_tide(path) && path.iter().any(|name| matches!(name.as_str(), "ServeDir" | "ServeFile" | "Redirect" | "redirect"))
}

/// Whether a function only wraps what answers: `tide::sse::endpoint(handler)`, `WebSocket::new(handler)`.
pub fn wraps_endpoint(path: &[String]) -> bool {
    let last = |names: &[&str]| path.iter().rev().take(names.len()).map(String::as_str).eq(names.iter().rev().copied());
    is_tide(path) && last(&["sse", "endpoint"])
        || path.first().is_some_and(|first| first == "tide_websockets") && last(&["WebSocket", "new"])
}

/// The path of `route.at(more)`, where `route` is at `path`: tide only minds the slash where both leave it out.
pub fn below(path: &str, more: &str) -> String {
    let slash = if path.ends_with('/') || more.starts_with('/') { "" } else { "/" };
    let more = if more == "/" { "" } else { more };
    format!("{path}{slash}{more}")
}

/// The path of a route of a server that is nested at `path`, both in the notation of inventories.
pub fn nested(path: &str, inner: &str) -> String {
    match inner.trim_start_matches('/') {
        "" => path.to_owned(),
        inner if path.ends_with('/') => format!("{path}{inner}"),
        inner => format!("{path}/{inner}"),
    }
}

/// The files of a folder that is served at `path`. Where the path itself ends in a wildcard, that stands for them.
pub fn files(path: &str) -> String {
    let has_wildcard = path.rsplit('/').next().is_some_and(|last| last.starts_with('*'));
    if has_wildcard { path.to_owned() } else { below(path, "*") }
}

/// A path of tide in the notation of inventories: `users/:id` is `/users/{id}`, `/x/*` is `/x/{*_}`. A slash at the end is part of it.
pub fn template(pattern: &str) -> String {
    let mut path = String::with_capacity(pattern.len() + 4);
    for segment in pattern.strip_prefix('/').unwrap_or(pattern).split('/') {
        path.push('/');
        let (open, name) = match (segment.strip_prefix(':'), segment.strip_prefix('*')) {
            (Some(name), _) => ("{", name),
            (_, Some(name)) => ("{*", name),
            (None, None) => {
                path.push_str(segment);
                continue;
            }
        };
        path.push_str(open);
        path.push_str(if name.is_empty() { "_" } else { name });
        path.push('}');
    }
    path
}

/// The path of the requests that both patterns let through, in the notation of inventories; `None` if there are none.
pub fn overlap(outer: &str, inner: &str) -> Option<String> {
    let is_rest = |segment: &str| segment.starts_with("{*") && segment != "{*}";
    let is_open = |segment: &str| segment.starts_with('{');
    let mut path = String::new();
    let (mut outer, mut inner) = (outer.split('/').skip(1), inner.split('/').skip(1));
    loop {
        match (outer.next(), inner.next()) {
            (None, None) => return Some(path),
            (Some(rest), Some(segment)) if is_rest(rest) => {
                return Some(inner.fold(format!("{path}/{segment}"), |path, segment| format!("{path}/{segment}")));
            }
            (Some(segment), Some(rest)) if is_rest(rest) => {
                return Some(outer.fold(format!("{path}/{segment}"), |path, segment| format!("{path}/{segment}")));
            }
            (Some(one), Some(other)) if one == other || is_open(one) => path = format!("{path}/{other}"),
            (Some(one), Some(other)) if is_open(other) => path = format!("{path}/{one}"),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::path;
    use super::*;

    #[test]
    fn segments_become_templates() {
        assert_eq!(template("/users/:id"), "/users/{id}");
        assert_eq!(template("users/:id/"), "/users/{id}/");
        assert_eq!(template("/echo/:/:path"), "/echo/{_}/{path}");
        assert_eq!(template("static/*path"), "/static/{*path}");
        assert_eq!(template("/files/:user/*"), "/files/{user}/{*_}");
        assert_eq!(template("/{*}/x"), "/{*}/x");
        assert_eq!(template("//x"), "//x");
        assert_eq!(template(""), "/");
        assert_eq!(template("/"), "/");
    }

    #[test]
    fn places_below_places_join_as_tide_joins_them() {
        assert_eq!(below("/api", "x"), "/api/x");
        assert_eq!(below("/api", "/x"), "/api/x");
        assert_eq!(below("/api/", "x"), "/api/x");
        assert_eq!(below("/api", "/"), "/api");
        // Both slashes stay, and only a request with both is answered.
        assert_eq!(below("/", "/x"), "//x");
        assert_eq!(files("/static"), "/static/*");
        assert_eq!(files("/static/*"), "/static/*");
        assert_eq!(files("/"), "/*");
    }

    #[test]
    fn the_root_of_a_nested_server_is_the_place_itself() {
        assert_eq!(nested("/api", "/"), "/api");
        assert_eq!(nested("/api", "/x/{id}"), "/api/x/{id}");
        assert_eq!(nested("/", "/x"), "/x");
        assert_eq!(nested("/api/", "/x/"), "/api/x/");
    }

    #[test]
    fn a_server_that_is_an_endpoint_answers_where_both_match() {
        assert_eq!(overlap("/api/{*rest}", "/api/x/{id}").as_deref(), Some("/api/x/{id}"));
        assert_eq!(overlap("/{a}/x", "/api/{b}").as_deref(), Some("/api/x"));
        assert_eq!(overlap("/api", "/x"), None);
        assert_eq!(overlap("/api/x", "/{*rest}").as_deref(), Some("/api/x"));
        assert_eq!(overlap("/api", "/api/x"), None);
    }

    #[test]
    fn only_the_framework_s_own_names_count() {
        assert!(makes_server(&path("tide::with_state")));
        assert!(makes_server(&path("tide::Server::new")));
        assert!(makes_server(&path("tide::App::with_state")));
        assert!(!makes_server(&path("hyper::Server::new")));
        assert!(!makes_server(&path("tide::Response::new")));
        assert_eq!(kind(&path("tide::Route")), Some(Kind::Route));
        assert_eq!(kind(&path("Server")), None);
        assert_eq!(operation(Kind::Server, "get"), None);
        assert_eq!(operation(Kind::Route, "listen"), None);
        assert_eq!(operation(Kind::Route, "Get"), None);
        assert_eq!(operation(Kind::Prefix, "get"), Some(Operation::Endpoint { method: "GET" }));
        assert!(wraps_endpoint(&path("tide::sse::endpoint")));
        assert!(!wraps_endpoint(&path("tide::Redirect::new")));
        assert!(serves_everyone(&path("tide::Redirect::permanent")));
    }
}
