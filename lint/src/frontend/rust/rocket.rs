//! Rocket: which names build its routes, and how.

mod attribute;

pub use attribute::{Bound, RouteAttribute, current_notation};

/// What a call of Rocket's own makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RocketFunction {
    /// `rocket::build()`, `rocket::custom(config)`: an application without routes.
    Build,
    /// `Route::new(method, path, handler)` and `Route::ranked(rank, method, path, handler)`: a route whose handler is a service.
    Route {
        /// Whether its first argument is a rank.
        ranked: bool,
    },
}

/// What a method of the application does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RocketOperation {
    /// `mount(base, routes)`.
    Mount,
    /// `attach(fairing)`.
    Attach,
    /// `launch()`.
    Launch,
    /// Looks at the application, which stays where it is.
    Look,
    /// Changes nothing about the routes.
    Keep,
}

/// What a macro stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RocketMacro {
    /// `routes![a, b]`.
    Routes,
    /// `openapi_get_routes![a, b]` of rocket_okapi, which adds the route of the API description.
    DescribedRoutes,
    /// `openapi_get_routes_spec![settings: a, b]` of rocket_okapi: the routes and the API description.
    RoutesAndDescription,
    /// `uri!("/base")`.
    Uri,
}

/// Crates whose names count as Rocket's own.
const CRATES: &[&str] = &["rocket", "rocket_codegen", "rocket_okapi", "rocket_okapi_codegen"];

/// Texts without which a file can't have anything to do with Rocket; those of other frameworks count as well.
pub const NEEDLES: &[&str] = &["rocket::"];

/// Texts that make a function worth evaluating.
pub const BUILDER_NEEDLES: &[&str] = &[
    "rocket::build",
    "rocket::custom",
    "Rocket::build",
    "Rocket::custom",
    "routes!",
    "routes_spec!",
    "Route::new(",
    "Route::ranked(",
];

/// Types in a signature that make a function worth evaluating.
pub const BUILDER_TYPES: &[&str] = &["Rocket"];

/// The name under which a guard is known that answers no request by itself: `Option<Guard>` is `None` where the guard refuses.
pub const INFALLIBLE: [&str; 3] = ["rocket", "request", "Infallible"];

/// Whether a resolved path leads into Rocket.
pub fn is_rocket(path: &[String]) -> bool {
    path.first().is_some_and(|first| CRATES.contains(&first.as_str()))
}

/// Whether a path that a foreign glob import could bring in is something that Rocket exports.
pub fn exports(path: &[String]) -> bool {
    let Some(last) = path.last() else { return false };
    is_rocket(path)
        && (last.starts_with(char::is_uppercase)
            || is_route_attribute(last)
            || matches!(last.as_str(), "build" | "custom" | "launch" | "main")
            || routing_macro(last).is_some())
}

/// Whether an attribute of this name declares a route.
pub fn is_route_attribute(name: &str) -> bool {
    matches!(name, "get" | "put" | "post" | "delete" | "head" | "patch" | "options" | "route")
}

/// What a macro of this name makes.
pub fn routing_macro(name: &str) -> Option<RocketMacro> {
    Some(match name {
        "routes" => RocketMacro::Routes,
        "openapi_get_routes" => RocketMacro::DescribedRoutes,
        "openapi_get_routes_spec" => RocketMacro::RoutesAndDescription,
        "uri" => RocketMacro::Uri,
        _ => return None,
    })
}

/// What a path of a function makes, if it is one of Rocket's.
pub fn function(path: &[String]) -> Option<RocketFunction> {
    let (name, owner) = path.split_last()?;
    if !is_rocket(path) {
        return None;
    }
    match (owner.last()?.as_str(), name.as_str()) {
        ("rocket" | "Rocket", "build" | "custom" | "ignite") => Some(RocketFunction::Build),
        ("Route", "new") => Some(RocketFunction::Route { ranked: false }),
        ("Route", "ranked") => Some(RocketFunction::Route { ranked: true }),
        _ => None,
    }
}

/// What a method of the application does; `None` for a method that isn't Rocket's.
pub fn operation(method: &str) -> Option<RocketOperation> {
    Some(match method {
        "mount" => RocketOperation::Mount,
        "attach" => RocketOperation::Attach,
        "launch" => RocketOperation::Launch,
        "state" | "config" | "figment" | "shutdown" | "routes" | "catchers" | "endpoints" | "metrics" => {
            RocketOperation::Look
        }
        "manage" | "register" | "configure" | "ignite" | "clone" | "unwrap" | "expect" | "into" | "map_err" | "ok"
        | "unwrap_or_else" => RocketOperation::Keep,
        _ => return None,
    })
}

/// Whether a constructor makes a fairing that works while the application starts or stops, and never sees a request.
pub fn is_lifecycle_fairing(path: &[String]) -> bool {
    match path {
        [.., owner, name] => {
            owner == "AdHoc"
                && matches!(name.as_str(), "on_ignite" | "try_on_ignite" | "on_liftoff" | "on_shutdown" | "config")
        }
        _ => false,
    }
}

/// Whether what is mounted answers whoever asks: files of a folder, pages that show an API description.
pub fn serves_everyone(path: &[String]) -> bool {
    path.iter().any(|name| {
        matches!(
            name.as_str(),
            "FileServer" | "StaticFiles" | "OpenApiHandler" | "make_swagger_ui" | "make_rapidoc" | "make_redoc"
        )
    })
}

/// Whether a parameter's type never refuses a request, because it holds what the guard inside it says.
pub fn never_refuses(path: &[String]) -> bool {
    let last = path.last().map(String::as_str);
    match path.first().map(String::as_str) {
        Some("std" | "core") => matches!(last, Some("Option" | "Result")),
        Some("rocket") => last == Some("Outcome"),
        _ => path.len() == 1 && matches!(last, Some("Option" | "Result")),
    }
}

/// Whether a parameter of this type holds data that says nothing about who may call.
pub fn carries_data(path: &[String]) -> bool {
    is_rocket(path) && matches!(path.last().map(String::as_str), Some("State" | "Json" | "Form" | "MsgPack"))
}

#[cfg(test)]
mod tests {
    use super::super::path;
    use super::*;

    #[test]
    fn only_rocket_s_own_names_count() {
        assert_eq!(function(&path("rocket::build")), Some(RocketFunction::Build));
        assert_eq!(function(&path("rocket::Route::ranked")), Some(RocketFunction::Route { ranked: true }));
        assert_eq!(function(&path("space::Rocket::build")), None);
        assert_eq!(function(&path("yew_router::Route::new")), None);
        assert!(exports(&path("rocket::get")));
        assert!(!exports(&path("actix_web::get")));
    }

    #[test]
    fn only_what_holds_the_verdict_of_a_guard_never_refuses() {
        assert!(never_refuses(&path("Option")));
        assert!(never_refuses(&path("std::result::Result")));
        assert!(never_refuses(&path("rocket::request::Outcome")));
        assert!(!never_refuses(&path("crate::auth::Option")));
        assert!(!never_refuses(&path("either::Either")));
    }
}
