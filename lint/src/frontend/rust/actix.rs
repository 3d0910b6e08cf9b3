//! actix-web and the crates that speak its language: which names build applications, and how.

/// What the run time records must be what is read here, so paths are rewritten by one function.
pub use route_role_policy::path::{actix_template as template, with_slash};

/// What a type of actix-web that gathers routes is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `App`
    App,
    /// `Scope`, made by `web::scope(path)`.
    Scope,
    /// `Resource`, made by `web::resource(path)`.
    Resource,
    /// `ServiceConfig`, which a function is lent by `configure`.
    Config,
    /// `route_role::actix::PolicyRouter`, which remembers what it is given.
    Recorder,
}

/// What a function of actix-web makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Something that gathers routes.
    Router(Kind),
    /// `web::get()`, `web::route()`: a route whose handler comes later.
    Route {
        /// Upper case; `ANY` for every method.
        method: &'static str,
    },
    /// `web::method(Method::GET)`
    Method,
    /// `web::to(handler)`
    To,
    /// `HttpServer::new(factory)`
    Server,
    /// An application that only a test talks to.
    Test,
}

/// What a method of something that gathers routes does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `service(…)`
    Service,
    /// `route(path, route)`
    Route,
    /// `route(route)` of a resource.
    OwnRoute,
    /// `to(handler)`, `get(handler)` of a resource.
    Handler {
        /// Upper case; `ANY` for every method.
        method: &'static str,
    },
    /// `configure(function)`
    Configure,
    /// `wrap(middleware)`, `wrap_fn(closure)`
    Wrap,
    /// `guard(guard)`
    Guard,
    /// `default_service(…)`
    Default,
    /// `map(closure)`
    Map,
    /// `openapi_service(closure)` of utoipa-actix-web.
    DescribedService,
    /// `nest(prefix, router)` of a recorder.
    Nest,
    /// `configure(config)` of a recorder: what it has is added to what it is lent.
    Lend,
    /// `into_scope(path)` of a recorder.
    IntoScope,
    /// Says something of the routes.
    Look,
    /// Takes the application apart into itself and its API description.
    Split,
    /// Changes nothing about the routes.
    Keep,
}

/// Crates whose names count as actix-web's own.
const CRATES: &[&str] =
    &["actix_web", "actix_web_lab", "actix_web_codegen", "utoipa_actix_web", "paperclip", "apistos"];

/// Texts without one of which a file can't register a route.
pub const NEEDLES: &[&str] = &[
    "actix",
    "ServiceConfig",
    "HttpServer",
    "HttpServiceFactory",
    "web::scope",
    "web::resource",
    "web::route",
    "web::get",
    "web::post",
    "web::put",
    "web::patch",
    "web::delete",
    ".configure(",
];

/// Texts that make a function worth evaluating.
pub const BUILDER_NEEDLES: &[&str] = &[
    "HttpServer::new",
    "web::ServiceConfig",
    "&mut ServiceConfig",
    "web::scope(",
    "web::resource(",
    "web::route(",
    "web::method(",
    "web::get()",
    "web::post()",
    "web::put()",
    "web::patch()",
    "web::delete()",
    "web::head()",
    "web::trace()",
    "Scope::new(",
    "Resource::new(",
    "scope(\"",
    "resource(\"",
];

/// Texts that make a function worth evaluating in a file that [speaks](SPOKEN) of actix-web: elsewhere they are said of much else.
pub const SPOKEN_NEEDLES: &[&str] = &["App::new()", "scope(", "resource("];

/// What a file says that has to do with actix-web.
pub const SPOKEN: &str = "actix";

/// Types that a function is lent to add routes.
pub fn is_lent(name: &str) -> bool {
    matches!(name, "ServiceConfig" | "UtoipaServiceConfig")
}

fn is_actix(path: &[String]) -> bool {
    match path {
        [first, module, ..] if first == "route_role" => module == "actix",
        [first, ..] => CRATES.contains(&first.as_str()),
        [] => false,
    }
}

/// What gathers routes under a type's path.
pub fn kind(path: &[String]) -> Option<Kind> {
    let last = path.last()?.as_str();
    let is_bare = path.len() == 1;
    match last {
        "ServiceConfig" | "UtoipaServiceConfig" if is_bare || is_actix(path) => Some(Kind::Config),
        "App" | "UtoipaApp" if is_actix(path) => Some(Kind::App),
        "Scope" if is_actix(path) => Some(Kind::Scope),
        "Resource" if is_actix(path) => Some(Kind::Resource),
        "PolicyRouter" if is_actix(path) => Some(Kind::Recorder),
        _ => None,
    }
}

/// What a function makes that is called with so many arguments.
pub fn function(path: &[String], arguments: usize) -> Option<Function> {
    let (last, owner) = path.split_last()?;
    let is_new = matches!(last.as_str(), "new" | "default");
    if is_new && owner.last().is_some_and(|owner| owner == "HttpServer") && (owner.len() == 1 || is_actix(owner)) {
        return Some(Function::Server);
    }
    if is_new && let Some(kind) = kind(owner) {
        return Some(Function::Router(kind));
    }
    if is_new && is_actix(path) && owner.last().is_some_and(|owner| owner == "Route") {
        return Some(Function::Route { method: "ANY" });
    }
    if last == "init_service" || path.first().is_some_and(|first| first == "actix_test") {
        return Some(Function::Test);
    }
    // A module `web` that nothing in the tree declares most likely comes from a prelude.
    let from_web = is_actix(path) || owner.len() == 1 && owner[0] == "web";
    if !from_web {
        return None;
    }
    match (last.as_str(), arguments) {
        ("scope", 1) => Some(Function::Router(Kind::Scope)),
        ("resource", 1) => Some(Function::Router(Kind::Resource)),
        ("route", 0) => Some(Function::Route { method: "ANY" }),
        ("method", 1) => Some(Function::Method),
        ("to", 1) => Some(Function::To),
        (name, 0) if name.starts_with(char::is_lowercase) => Some(Function::Route { method: method(name)? }),
        _ => None,
    }
}

/// The method that a function of `web`, an attribute or a guard is named after.
pub fn method(name: &str) -> Option<&'static str> {
    Some(match name {
        "get" | "Get" => "GET",
        "post" | "Post" => "POST",
        "put" | "Put" => "PUT",
        "patch" | "Patch" => "PATCH",
        "delete" | "Delete" => "DELETE",
        "head" | "Head" => "HEAD",
        "options" | "Options" => "OPTIONS",
        "trace" | "Trace" => "TRACE",
        "connect" | "Connect" => "CONNECT",
        _ => return None,
    })
}

/// What a method does that is called with so many arguments; `None` for one that isn't actix-web's.
pub fn operation(kind: Kind, name: &str, arguments: usize) -> Option<Operation> {
    let of_resource = kind == Kind::Resource;
    if kind == Kind::Recorder {
        return Some(match name {
            "route" => Operation::Route,
            "nest" => Operation::Nest,
            "configure" => Operation::Lend,
            "into_scope" => Operation::IntoScope,
            "routes" | "lock" | "verify" => Operation::Look,
            _ => return None,
        });
    }
    Some(match name {
        "service" => Operation::Service,
        "route" if of_resource => Operation::OwnRoute,
        "route" => Operation::Route,
        "configure" => Operation::Configure,
        "wrap" | "wrap_fn" => Operation::Wrap,
        "guard" => Operation::Guard,
        "default_service" => Operation::Default,
        "map" => Operation::Map,
        "openapi_service" => Operation::DescribedService,
        "split_for_parts" => Operation::Split,
        "to" | "to_async" if of_resource => Operation::Handler { method: "ANY" },
        name if of_resource && arguments == 1 && method(name).is_some() => Operation::Handler { method: method(name)? },
        "app_data"
        | "data"
        | "data_factory"
        | "name"
        | "external_resource"
        | "case_insensitive_routing"
        | "openapi"
        | "into_utoipa_app"
        | "into_app"
        | "wrap_api"
        | "wrap_api_with_spec"
        | "with_json_spec_at"
        | "with_json_spec_v3_at"
        | "with_swagger_ui_at"
        | "build"
        | "clone"
        | "boxed"
        | "into" => Operation::Keep,
        _ => return None,
    })
}

/// Whether an attribute of a handler says which requests it answers.
pub fn is_route_attribute(path: &[String]) -> bool {
    let Some((last, owner)) = path.split_last() else { return false };
    let known = method(last).is_some_and(|_| last.starts_with(char::is_lowercase));
    (known || matches!(last.as_str(), "route" | "routes")) && (owner.is_empty() || is_actix(path))
}

/// Whether a path that a foreign glob import could bring in is something that actix-web exports.
pub fn exports(path: &[String]) -> bool {
    is_actix(path)
        && path.last().is_some_and(|last| {
            last.starts_with(char::is_uppercase)
                || matches!(
                    last.as_str(),
                    "web" | "guard" | "middleware" | "route" | "routes" | "scope" | "resource" | "redirect"
                )
                || matches!(path, [.., module, _] if module == "web") && matches!(last.as_str(), "to" | "method")
                || method(last).is_some()
        })
}

/// Whether a service is known to answer whoever asks: files of a folder, a redirection.
pub fn serves_everyone(path: &[String]) -> bool {
    is_files(path) || is_redirection(path) || path.iter().any(|name| matches!(name.as_str(), "Files" | "NamedFile"))
}

/// Whether a path makes a service of a folder's files.
pub fn is_files(path: &[String]) -> bool {
    path.ends_with(&["Files".to_owned(), "new".to_owned()])
}

/// Whether a path makes a redirection.
pub fn is_redirection(path: &[String]) -> bool {
    path.len() > 1
        && (path.ends_with(&["Redirect".to_owned(), "new".to_owned()])
            || path.last().is_some_and(|last| last == "redirect"))
}

/// Whether a handler's path is that of a plain response, which demands nothing: `HttpResponse::Ok`.
pub fn is_response(path: &[String]) -> bool {
    path.iter().rev().nth(1).is_some_and(|owner| owner == "HttpResponse")
}

/// Whether a path wraps another middleware that is there under a condition only.
pub fn is_conditional(path: &[String]) -> bool {
    let is = |words: [&str; 2]| path.iter().rev().map(String::as_str).take(2).eq(words);
    is(["new", "Condition"]) || is(["from_option", "Condition"])
}

/// Whether a path makes middleware of a function of the application: what it is given says more than its own name.
pub fn runs_function(path: &[String]) -> bool {
    path.iter().rev().nth(1).is_some_and(|owner| matches!(owner.as_str(), "HttpAuthentication" | "GrantsMiddleware"))
}

/// Whether an extractor hands the handler data whose type says nothing about who may call.
pub fn carries_data(path: &[String]) -> bool {
    let first = path.first().map(String::as_str);
    let last = path.last().map(String::as_str);
    matches!(
        (first, last),
        (
            Some("actix_web" | "actix_web_lab" | "actix_web_validator" | "paperclip" | "apistos"),
            Some("Path" | "Query" | "Json" | "Form" | "Data" | "ThinData" | "Header" | "Either" | "QsQuery")
        ) | (Some("actix_multipart"), Some("MultipartForm"))
    )
}

#[cfg(test)]
mod tests {
    use super::super::path;
    use super::*;

    #[test]
    fn only_the_framework_s_own_names_count() {
        assert_eq!(kind(&path("actix_web::App")), Some(Kind::App));
        assert_eq!(kind(&path("actix_web::web::ServiceConfig")), Some(Kind::Config));
        assert_eq!(kind(&path("route_role::actix::Scope")), Some(Kind::Scope));
        assert_eq!(kind(&path("route_role::Scope")), None);
        assert_eq!(kind(&path("clap::App")), None);
        assert_eq!(kind(&path("App")), None);
        assert_eq!(function(&path("actix_web::web::get"), 0), Some(Function::Route { method: "GET" }));
        assert_eq!(function(&path("actix_web::guard::Get"), 0), None);
        assert_eq!(function(&path("reqwest::get"), 1), None);
        assert_eq!(function(&path("dropshot::HttpServer::new"), 1), None);
        assert_eq!(function(&path("std::thread::scope"), 1), None);
    }

    #[test]
    fn attributes_of_other_crates_aren_t_routes() {
        assert!(is_route_attribute(&path("get")));
        assert!(is_route_attribute(&path("actix_web::post")));
        assert!(is_route_attribute(&path("routes")));
        assert!(!is_route_attribute(&path("serde::get")));
        assert!(!is_route_attribute(&path("Get")));
    }
}
