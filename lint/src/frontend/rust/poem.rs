//! poem and poem-openapi: which names build routes, and how.

use super::actix;

/// What a type of poem that gathers routes is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `Route`
    Route,
    /// `RouteDomain`, which tells requests apart by the host that they are for.
    Domain,
    /// `RouteScheme`, which tells `http` and `https` apart.
    Scheme,
    /// `OpenApiService` of poem-openapi, whose routes stand in the `impl` of its types.
    Service,
}

/// What a function of poem makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Something that gathers routes.
    Router(Kind),
    /// `RouteMethod::new()`
    Methods,
    /// `get(endpoint)` and the like.
    Method {
        /// Upper case.
        method: &'static str,
    },
    /// `make(function)` and `make_sync(function)`: an endpoint of a function.
    Make,
}

/// What a method of something that gathers routes does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `at(path, endpoint)`
    At,
    /// `nest(path, endpoint)`
    Nest {
        /// Whether what is below sees its own part of the path only.
        strips: bool,
    },
    /// `https(endpoint)`, `http(endpoint)`, `fallback(endpoint)` of a `RouteScheme`.
    Scheme,
    /// A page or text that describes the API.
    Description,
    /// Looks at it, which stays where it is.
    Look,
}

/// What a method of any endpoint puts around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Around {
    /// Sees requests first: `with(middleware)`, `around(function)`, `before(function)`.
    Layer,
    /// The same if its first argument says so: `with_if(enabled, middleware)`.
    LayerIf,
    /// Looks at answers only, or hands data to the handler.
    Keep,
}

/// Crates whose names count as poem's own.
const CRATES: &[&str] = &["poem", "poem_openapi", "poem_openapi_derive", "poem_derive"];

/// Texts without which a file can't have anything to do with poem.
pub const NEEDLES: &[&str] = &["poem"];

/// Texts that make a function worth evaluating.
pub const BUILDER_NEEDLES: &[&str] = &[
    "RouteMethod::new(",
    "RouteDomain::new(",
    "RouteScheme::new(",
    "OpenApiService::new(",
    ".nest_no_strip(",
    ".nest(\"",
    ".at(\"",
];

/// Types in a signature that make a function worth evaluating.
pub const BUILDER_TYPES: &[&str] = &["RouteMethod", "RouteDomain", "RouteScheme", "OpenApiService", "IntoEndpoint"];

fn is_poem(path: &[String]) -> bool {
    path.first().is_some_and(|first| CRATES.contains(&first.as_str()))
}

/// What gathers routes under a type's path.
pub fn kind(path: &[String]) -> Option<Kind> {
    if !is_poem(path) {
        return None;
    }
    Some(match path.last()?.as_str() {
        "Route" => Kind::Route,
        "RouteDomain" => Kind::Domain,
        "RouteScheme" => Kind::Scheme,
        "OpenApiService" => Kind::Service,
        _ => return None,
    })
}

/// What a function makes that is called by a path.
pub fn function(path: &[String]) -> Option<Function> {
    let (name, owner) = path.split_last()?;
    if !is_poem(path) {
        return None;
    }
    if matches!(name.as_str(), "new" | "default") {
        return match owner.last().map(String::as_str) {
            Some("RouteMethod") => Some(Function::Methods),
            _ => kind(owner).map(Function::Router),
        };
    }
    match name.as_str() {
        "make" | "make_sync" => Some(Function::Make),
        name if name.starts_with(char::is_lowercase) => actix::method(name).map(|method| Function::Method { method }),
        _ => None,
    }
}

/// What a method does to what gathers routes; `None` for one that only an endpoint has, or that isn't poem's.
pub fn operation(kind: Kind, name: &str) -> Option<Operation> {
    Some(match (kind, name) {
        (Kind::Route | Kind::Domain, "at" | "try_at" | "add") => Operation::At,
        (Kind::Route, "nest" | "try_nest") => Operation::Nest { strips: true },
        (Kind::Route, "nest_no_strip" | "try_nest_no_strip") => Operation::Nest { strips: false },
        (Kind::Scheme, "https" | "http" | "fallback" | "custom") => Operation::Scheme,
        (
            Kind::Service,
            "swagger_ui" | "rapidoc" | "redoc" | "openapi_explorer" | "stoplight_elements" | "scalar" | "spec_endpoint"
            | "spec_endpoint_yaml",
        ) => Operation::Description,
        (Kind::Service, "spec" | "spec_yaml" | "swagger_ui_html" | "redoc_html" | "rapidoc_html") => Operation::Look,
        _ => return None,
    })
}

/// What a method of `EndpointExt` does; `None` for one that isn't among them.
pub fn around(name: &str) -> Option<Around> {
    Some(match name {
        "with" | "around" | "before" => Around::Layer,
        "with_if" => Around::LayerIf,
        "data" | "after" | "boxed" | "into_endpoint" | "map" | "map_ok" | "and_then" | "map_to_response"
        | "to_response" | "catch_error" | "catch_all_error" | "inspect_err" | "inspect_all_err" | "clone" => {
            Around::Keep
        }
        _ => return None,
    })
}

/// What a method of `OpenApiService` says about the description, and not about the routes.
pub fn describes(name: &str) -> bool {
    matches!(
        name,
        "server"
            | "summary"
            | "description"
            | "terms_of_service"
            | "contact"
            | "license"
            | "extra_response_header"
            | "extra_request_header"
            | "external_document"
            | "webhooks"
            | "cookie_key"
            | "url_prefix"
            | "title"
            | "version"
            | "operation_id_prefix"
    )
}

/// Whether a path that a foreign glob import could bring in is something that poem exports.
pub fn exports(path: &[String]) -> bool {
    is_poem(path)
        && path
            .last()
            .is_some_and(|last| last.starts_with(char::is_uppercase) || last == "handler" || function(path).is_some())
}

/// Whether an attribute of a function makes it a handler or an operation.
pub fn is_handler_attribute(path: &[String]) -> bool {
    match path {
        // `#[OpenApi]` reads it, so nothing imports it.
        [name] => name == "oai",
        [.., name] => is_poem(path) && matches!(name.as_str(), "handler" | "oai"),
        [] => false,
    }
}

/// Whether an attribute makes an `impl` a list of operations.
pub fn is_api_attribute(path: &[String]) -> bool {
    is_poem(path) && path.last().is_some_and(|last| last == "OpenApi")
}

/// Whether a derived trait says that a type is data of the request: the body and its parts.
pub fn derives_data(derived: &str) -> bool {
    matches!(derived, "ApiRequest" | "Multipart" | "Object" | "Union")
}

/// Whether a parameter of this type holds data that says nothing about who may call.
pub fn carries_data(path: &[String]) -> bool {
    is_poem(path)
        && path
            .last()
            .is_some_and(|last| matches!(last.as_str(), "Data" | "Form" | "Json" | "Path" | "Query" | "Xml" | "Yaml"))
}

/// Whether a path names something of poem that answers requests.
pub fn is_endpoint(path: &[String]) -> bool {
    is_poem(path)
}

/// Whether a service is known to answer whoever asks: files, a page that shows an API description.
pub fn serves_everyone(path: &[String]) -> bool {
    is_poem(path)
        && path.iter().any(|name| {
            matches!(
                name.as_str(),
                "StaticFilesEndpoint" | "StaticFileEndpoint" | "EmbeddedFilesEndpoint" | "EmbeddedFileEndpoint"
            ) || operation(Kind::Service, name) == Some(Operation::Description)
        })
}

/// Where a description of the API answers, behind the path that it is nested at; `None` for anything else. A page that lets people sign in
/// has a second one for that.
pub fn pages(path: &[String]) -> Option<&'static [&'static str]> {
    let name = path.last().filter(|name| operation(Kind::Service, name) == Some(Operation::Description))?;
    let signs_in = matches!(name.as_str(), "swagger_ui" | "rapidoc");
    Some(if signs_in { &["", "/oauth-receiver.html"] } else { &[""] })
}

/// A pattern of poem in the notation of inventories: `:id` is `{id}`, `*rest` is `{*rest}`, `:id<\d+>` is `{id}`, and a regular
/// expression without a name is `{_}`.
pub fn template(pattern: &str) -> String {
    let segments: Vec<String> = segments(pattern)
        .into_iter()
        .map(|segment| match segment.as_bytes() {
            [b':', _, ..] => format!("{{{}}}", segment[1..].split('<').next().unwrap_or_default()),
            [b'*', _, ..] => format!("{{*{}}}", &segment[1..]),
            [b'*'] => "{*_}".to_owned(),
            [b'<', .., b'>'] => "{_}".to_owned(),
            _ => segment.to_owned(),
        })
        .collect();
    let path = segments.join("/");
    if path.starts_with('/') { path } else { format!("/{path}") }
}

/// The parts of a pattern between slashes, except for those in regular expressions.
fn segments(pattern: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    for (at, character) in pattern.char_indices() {
        match character {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            '/' if depth == 0 => {
                found.push(&pattern[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&pattern[start..]);
    found
}

/// The path of an operation, below the prefix of its `impl`: poem-openapi leaves empty segments out.
pub fn operation_path(prefix: &str, path: &str) -> String {
    let parts: Vec<&str> = [prefix, path].into_iter().flat_map(segments).filter(|part| !part.is_empty()).collect();
    template(&parts.join("/"))
}

/// The path under which a route of a nested endpoint is served.
pub fn nested_path(prefix: &str, path: &str) -> String {
    let below = path.trim_start_matches('/');
    match prefix.trim_end_matches('/') {
        prefix if below.is_empty() && !prefix.is_empty() => prefix.to_owned(),
        prefix => format!("{prefix}/{below}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::path;
    use super::*;

    #[test]
    fn patterns_become_templates() {
        assert_eq!(template("/a/:id/*rest"), "/a/{id}/{*rest}");
        assert_eq!(template(r"/a/:id<\d+>/<[^/]+>"), "/a/{id}/{_}");
        assert_eq!(template("a/{id}"), "/a/{id}");
        assert_eq!(template(""), "/");
        assert_eq!(operation_path("/x/", "/"), "/x");
        assert_eq!(operation_path("/:a", "/b//:c"), "/{a}/b/{c}");
        assert_eq!(operation_path("", "/"), "/");
    }

    #[test]
    fn nesting_joins_paths_the_way_poem_does() {
        assert_eq!(nested_path("/api", "/"), "/api");
        assert_eq!(nested_path("/api/", "/x"), "/api/x");
        assert_eq!(nested_path("/", "/x"), "/x");
        assert_eq!(nested_path("/", "/"), "/");
        assert_eq!(nested_path("", "/x"), "/x");
    }

    #[test]
    fn only_the_framework_s_own_names_count() {
        assert_eq!(kind(&path("poem::Route")), Some(Kind::Route));
        assert_eq!(kind(&path("poem_openapi::OpenApiService")), Some(Kind::Service));
        assert_eq!(kind(&path("Route")), None);
        assert_eq!(kind(&path("leptos_router::Route")), None);
        assert_eq!(function(&path("poem::get")), Some(Function::Method { method: "GET" }));
        assert_eq!(function(&path("axum::routing::get")), None);
        assert!(is_handler_attribute(&path("poem::handler")));
        assert!(is_handler_attribute(&path("oai")));
        assert!(!is_handler_attribute(&path("handler")));
        assert!(!is_handler_attribute(&path("salvo::handler")));
    }
}
