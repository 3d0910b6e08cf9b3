//! axum and the crates that speak its language: which names build routers, and how.

/// What a method of a router does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouterOperation {
    /// `route(path, method_router)`.
    Route {
        /// Whether the API description learns of it (aide's `api_route`).
        documented: bool,
    },
    /// `routes(routes!(…))` of utoipa-axum.
    Routes,
    /// `typed_get(handler)` of axum-extra: the path stands at the type of the handler's first parameter.
    Typed {
        /// Upper case.
        method: &'static str,
    },
    /// `route_service(path, service)`.
    RouteService,
    /// `nest(path, router)`.
    Nest {
        /// Whether the nested router's documentation comes along.
        documented: bool,
    },
    /// `nest_service(path, service)`.
    NestService,
    /// `merge(router)`.
    Merge,
    /// `layer(layer)` and `route_layer(layer)`.
    Layer {
        /// Whether requests that no route matches pass through it too.
        fallbacks: bool,
    },
    /// `fallback(handler)`, `fallback_service(service)`.
    Fallback {
        /// Whether it takes a service.
        service: bool,
    },
    /// `reset_fallback()`.
    ResetFallback,
    /// Takes the router apart into a plain router and its API description.
    Split,
    /// Hands out the API description alone.
    Document,
    /// Turns a documenting router into a plain one: the documentation is lost.
    Plain,
    /// The router is about to serve.
    Serve,
    /// Looks at the router, which stays where it is.
    Look,
    /// Changes nothing about the routes.
    Keep,
}

/// What kind of router a type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouterKind {
    /// `axum::Router`, `route_role::axum::PolicyRouter`.
    Plain,
    /// `utoipa_axum::router::OpenApiRouter` and `aide::axum::ApiRouter`: routers that collect documentation.
    Documenting,
    /// `rocket::Rocket`.
    Rocket,
    /// `Vec<rocket::Route>`: routes that aren't mounted yet.
    RocketRoutes,
    /// What gathers routes in actix-web.
    Actix(super::actix::Kind),
    /// A filter of warp.
    Warp,
    /// A builder of the application's own, which its policy describes, with the number of its type.
    Described(usize),
    /// What gathers routes in poem.
    Poem(super::poem::Kind),
    /// What gathers routes in loco.
    Loco(super::loco::Kind),
    /// `salvo::Router`, and the service that is made of one.
    Salvo,
    /// Handlers of rwf: one, a list, a server, an engine.
    Rwf(super::rwf::Kind),
    /// What gathers routes or middleware in gotham.
    Gotham(super::gotham::Kind),
    /// A server of tide, or a place in one.
    Tide(super::tide::Kind),
}

/// Crates whose names count as axum's own.
const CRATES: &[&str] = &["axum", "axum_extra", "utoipa_axum", "aide", "route_role", "axum_routing", "loco_rs"];

/// Texts without which a file can neither register a route nor restrict one in a way that has to be found by searching;
/// everything else is found by following names.
pub const NEEDLES: &[&str] = &[
    "Router",
    "routing::",
    "routes!",
    ".route(",
    ".route_service(",
    "axum::serve",
    "into_make_service",
    "macro_rules!",
    "FromRequest",
    "#[openapi",
    "route_role",
];

/// Texts that make a function worth evaluating.
pub const BUILDER_NEEDLES: &[&str] =
    &["Router::", "Router<", "routing::", "routes!", ".route(", ".route_service(", "axum::serve", "into_make_service"];

fn is_axum(path: &[String]) -> bool {
    path.iter().any(|name| CRATES.contains(&name.as_str()))
}

/// The kind of router that a type's path names.
pub fn router_kind(path: &[String]) -> Option<RouterKind> {
    let last = path.last()?.as_str();
    // A bare name that nothing in the tree declares most likely comes from a prelude.
    if path.len() > 1 && !is_axum(path) {
        return None;
    }
    match last {
        "PolicyRouter" if super::actix::kind(path).is_some() => None,
        "Router" | "PolicyRouter" => Some(RouterKind::Plain),
        "OpenApiRouter" | "ApiRouter" => Some(RouterKind::Documenting),
        _ => None,
    }
}

/// Whether a path that a foreign glob import could bring in is something that axum exports.
pub fn exports(path: &[String]) -> bool {
    router_kind(path).is_some() && path.len() > 1
        || routing_function(path).is_some()
        || matches!(path.last().map(String::as_str), Some("routes")) && is_axum(path)
        || is_axum(path)
            && path.last().is_some_and(|last| last.starts_with(char::is_uppercase) || last.starts_with("from_"))
}

/// What a method of a router does when it is given so many arguments; `None` for a method that isn't axum's.
pub fn router_operation(method: &str, arguments: usize) -> Option<RouterOperation> {
    Some(match method {
        // The list of a `PolicyRouter`, and what it is compared with.
        "routes" if arguments == 0 => RouterOperation::Look,
        "verify" | "lock" => RouterOperation::Look,
        "route" | "typed_route" | "route_with_tsr" => RouterOperation::Route { documented: false },
        "api_route" | "api_route_with" => RouterOperation::Route { documented: true },
        "routes" => RouterOperation::Routes,
        "typed_get" => RouterOperation::Typed { method: "GET" },
        "typed_post" => RouterOperation::Typed { method: "POST" },
        "typed_put" => RouterOperation::Typed { method: "PUT" },
        "typed_patch" => RouterOperation::Typed { method: "PATCH" },
        "typed_delete" => RouterOperation::Typed { method: "DELETE" },
        "typed_head" => RouterOperation::Typed { method: "HEAD" },
        "typed_options" => RouterOperation::Typed { method: "OPTIONS" },
        "typed_trace" => RouterOperation::Typed { method: "TRACE" },
        "route_service" | "api_route_service" => RouterOperation::RouteService,
        "nest" => RouterOperation::Nest { documented: true },
        "nest_api_service" => RouterOperation::Nest { documented: true },
        "nest_service" => RouterOperation::NestService,
        "merge" => RouterOperation::Merge,
        "layer" => RouterOperation::Layer { fallbacks: true },
        "route_layer" => RouterOperation::Layer { fallbacks: false },
        "fallback" => RouterOperation::Fallback { service: false },
        "fallback_service" => RouterOperation::Fallback { service: true },
        "reset_fallback" => RouterOperation::ResetFallback,
        "split_for_parts" => RouterOperation::Split,
        "into_openapi" | "to_openapi" | "get_openapi" | "get_openapi_mut" | "finish_api" | "finish_api_with" => {
            RouterOperation::Document
        }
        "into_make_service" | "into_make_service_with_connect_info" | "into_service" | "as_service" => {
            RouterOperation::Serve
        }
        "with_state"
        | "without_v07_checks"
        | "method_not_allowed_fallback"
        | "with_path_items"
        | "with_pending_state"
        | "clone"
        | "to_owned"
        | "boxed"
        | "unwrap"
        | "expect"
        | "unwrap_or_default"
        | "by_ref"
        | "borrow"
        | "as_ref"
        | "into_inner"
        | "has_routes" => RouterOperation::Keep,
        "into" | "into_router" => RouterOperation::Plain,
        _ => return None,
    })
}

/// What a function of `axum::routing` makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoutingFunction {
    /// A handler for one method (or `ANY`).
    Method {
        /// Upper case.
        method: &'static str,
        /// Whether it takes a service instead of a handler.
        service: bool,
    },
    /// `on(filter, handler)`.
    On {
        /// Whether it takes a service instead of a handler.
        service: bool,
    },
}

/// What a path of a function makes, if it is one of `axum::routing` (or of a crate that wraps it).
pub fn routing_function(path: &[String]) -> Option<RoutingFunction> {
    let (name, module) = path.split_last()?;
    let from_routing = module.is_empty()
        || (is_axum(path) && module.last().is_some_and(|last| last == "routing"))
        || super::loco::is_prelude(module);
    if from_routing { method_function(name) } else { None }
}

/// What a method of a method router, or a function of `axum::routing`, adds.
pub fn method_function(name: &str) -> Option<RoutingFunction> {
    let (plain, service) = match name.strip_suffix("_service") {
        Some(plain) => (plain, true),
        None => (name.strip_suffix("_with").unwrap_or(name), false),
    };
    let method = match plain {
        "get" => "GET",
        "post" => "POST",
        "put" => "PUT",
        "patch" => "PATCH",
        "delete" => "DELETE",
        "head" => "HEAD",
        "options" => "OPTIONS",
        "trace" => "TRACE",
        "connect" => "CONNECT",
        "any" => "ANY",
        "on" => return Some(RoutingFunction::On { service }),
        _ => return None,
    };
    Some(RoutingFunction::Method { method, service })
}

/// Methods of a `MethodFilter` expression's name.
pub fn filter_method(name: &str) -> Option<&'static str> {
    match method_function(&name.to_ascii_lowercase())? {
        RoutingFunction::Method { method, service: false } => Some(method),
        _ => None,
    }
}

/// Whether a service is known to answer whoever asks: files of a folder, pages that show an API description.
pub fn serves_everyone(path: &[String]) -> bool {
    path.iter()
        .any(|name| matches!(name.as_str(), "ServeDir" | "ServeFile" | "SwaggerUi" | "Scalar" | "Redoc" | "RapiDoc"))
}

/// Whether a macro makes a layer that refuses requests: those of axum-login say as arguments what they demand.
pub fn is_guard_macro(path: &[String]) -> bool {
    matches!(path, [krate, name] if krate == "axum_login"
        && matches!(name.as_str(), "login_required" | "permission_required" | "predicate_required"))
}

/// Whether an extractor hands the handler data whose type says nothing about who may call.
pub fn carries_data(path: &[String]) -> bool {
    is_axum(path)
        && matches!(
            path.last().map(String::as_str),
            Some("State" | "Path" | "Query" | "Json" | "Form" | "Extension" | "Request" | "Multipart" | "RawQuery")
        )
}

/// The path under which a route of a nested router is served.
pub fn nested_path(prefix: &str, path: &str) -> String {
    if prefix.ends_with('/') {
        format!("{prefix}{}", path.trim_start_matches('/'))
    } else if path == "/" {
        prefix.to_owned()
    } else {
        format!("{prefix}{path}")
    }
}

/// A path in the notation of axum 0.8: older versions wrote `:id` and `*rest`.
pub fn current_notation(path: &str) -> String {
    let segments: Vec<String> = path
        .split('/')
        .map(|segment| match segment.as_bytes() {
            [b':', _, ..] => format!("{{{}}}", &segment[1..]),
            [b'*', _, ..] => format!("{{*{}}}", &segment[1..]),
            _ => segment.to_owned(),
        })
        .collect();
    segments.join("/")
}

#[cfg(test)]
mod tests {
    use super::super::path;
    use super::*;

    #[test]
    fn nesting_joins_paths_the_way_axum_does() {
        assert_eq!(nested_path("/api", "/"), "/api");
        assert_eq!(nested_path("/api", "/x"), "/api/x");
        assert_eq!(nested_path("/api/", "/"), "/api/");
        assert_eq!(nested_path("/api/", "/x"), "/api/x");
    }

    #[test]
    fn old_notation_becomes_current() {
        assert_eq!(current_notation("/a/:id/*rest"), "/a/{id}/{*rest}");
        assert_eq!(current_notation("/a/{id}/:"), "/a/{id}/:");
    }

    #[test]
    fn only_the_framework_s_own_names_count() {
        assert!(router_kind(&path("axum::Router")).is_some());
        assert!(router_kind(&path("tonic::transport::server::Router")).is_none());
        assert!(routing_function(&path("axum::routing::get")).is_some());
        assert!(routing_function(&path("reqwest::get")).is_none());
        assert!(routing_function(&path("cache::routing::get")).is_none());
    }
}
