//! gotham: which names build routers, and how.

use super::segment::{self, Segment};

/// What a value of gotham that has routes is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The `route` that a function or closure is lent, in place of which it adds routes; and the router that comes of it.
    Builder,
    /// What `route.get("/x")` gives: a path and methods that wait for their handler.
    Single,
    /// What `route.associate("/x", |assoc| …)` lends: a path that waits for methods.
    Association,
    /// What `route.delegate("/x")` gives: a path that waits for a router.
    Delegation,
    /// A pipeline of middleware, while it is built and after.
    Pipeline,
    /// The set that pipelines are added to.
    PipelineSet,
}

/// What a function of gotham does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `build_simple_router(|route| …)`
    SimpleRouter,
    /// `build_router(chain, pipelines, |route| …)`
    Router,
    /// `new_pipeline()`
    Pipeline,
    /// `single_middleware(middleware)`: a pipeline of it.
    SingleMiddleware,
    /// `single_pipeline(pipeline)`: a chain of it, and the set that it is in.
    SinglePipeline,
    /// `new_pipeline_set()`
    PipelineSet,
    /// `finalize_pipeline_set(set)`
    Finalize,
    /// `start(address, router)`, `start_with_tls(address, router, config)`, `bind_server(listener, router, wrap)`
    Start,
    /// `MethodOnlyRouteMatcher::new(vec![Method::GET])`
    MethodMatcher,
    /// A matcher that asks for other things than a method: `AcceptHeaderRouteMatcher::new(…)`
    Matcher,
    /// `AndRouteMatcher::new(one, other)`
    BothMatchers,
    /// `FileHandler::new("x")`, `DirHandler::new("x")`
    Files,
}

/// What a method of a builder does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `get("/x")`, `get_or_head("/x")`
    Methods(&'static [&'static str]),
    /// `request(vec![Method::GET], "/x")`, `request(matcher, "/x")`
    Request,
    /// `add_route_matcher(matcher)`
    Match,
    /// `scope("/x", |route| …)`
    Scope,
    /// `with_pipeline_chain(chain, |route| …)`
    Chain,
    /// `associate("/x", |assoc| …)`
    Associate,
    /// `delegate("/x")`, `delegate_without_pipelines("/x")`
    Delegate {
        /// Whether middleware around it runs before the router's own.
        is_covered: bool,
    },
    /// `to(handler)`, `to_async(handler)`, `to_async_borrowing(handler)`
    To,
    /// `to_new_handler(|| Ok(handler))`
    ToNew,
    /// `to_dir("x")`, `to_file("x")`
    Files {
        /// Whether anything below the path is served.
        is_folder: bool,
    },
    /// `to_router(router)`
    ToRouter,
    /// `add(middleware)`
    Add,
    /// `add(pipeline)` of a set
    AddPipeline,
    /// Changes nothing about who may call.
    Keep,
}

/// Texts without which a file can't have anything to do with gotham.
pub const NEEDLES: &[&str] = &["gotham"];

/// Texts that make a function worth evaluating.
pub const BUILDER_NEEDLES: &[&str] = &[
    "build_simple_router(",
    "build_router(",
    "new_pipeline(",
    "new_pipeline_set(",
    "single_middleware(",
    "gotham::start",
    "gotham::init_server",
    "gotham::bind_server",
    "gotham::plain::",
    "gotham::tls::",
    "start_with_tls(",
    "bind_server(",
];

/// Whether a type that a function is lent, or gives back, is one that gathers routes: a name that is gotham's alone.
pub fn is_lent(name: &str) -> bool {
    matches!(name, "RouterBuilder" | "ScopeBuilder" | "DrawRoutes" | "AssociatedRouteBuilder")
}

/// Whether a resolved path leads into gotham, which gotham_restful hands on too.
pub fn is_gotham(path: &[String]) -> bool {
    let path = path.strip_prefix(&["gotham_restful".to_owned()]).unwrap_or(path);
    path.first().is_some_and(|first| first == "gotham")
}

/// Whether a path that a foreign glob import could bring in is something that gotham exports.
pub fn exports(path: &[String]) -> bool {
    function(path).is_some()
        || is_gotham(path)
            && path
                .last()
                .is_some_and(|last| is_lent(last) || matches!(last.as_str(), "State" | "Method" | "DefineSingleRoute"))
}

/// What a function does that is called by a path.
pub fn function(path: &[String]) -> Option<Function> {
    if !is_gotham(path) {
        return None;
    }
    let mut last = path.iter().rev().map(String::as_str);
    Some(match (last.next()?, last.next()?) {
        ("build_simple_router", _) => Function::SimpleRouter,
        ("build_router", _) => Function::Router,
        ("new_pipeline", _) => Function::Pipeline,
        ("single_middleware", _) => Function::SingleMiddleware,
        ("single_pipeline", _) => Function::SinglePipeline,
        ("new_pipeline_set", _) => Function::PipelineSet,
        ("finalize_pipeline_set", _) => Function::Finalize,
        // Version 0.4 and before could start on an executor.
        (
            "start" | "start_with_tls" | "start_with_num_threads" | "start_on_executor" | "init_server" | "bind_server",
            _,
        ) => Function::Start,
        ("new", "FileHandler" | "DirHandler") => Function::Files,
        ("new", "MethodOnlyRouteMatcher") => Function::MethodMatcher,
        ("new", "AndRouteMatcher") => Function::BothMatchers,
        (
            "new" | "default",
            "AcceptHeaderRouteMatcher"
            | "AccessControlRequestMethodMatcher"
            | "AnyRouteMatcher"
            | "ContentTypeHeaderRouteMatcher",
        ) => Function::Matcher,
        _ => return None,
    })
}

/// What a method does that is called on a value of this kind; `None` for one that isn't gotham's.
pub fn operation(kind: Kind, name: &str) -> Option<Operation> {
    Some(match (kind, name) {
        (Kind::Single | Kind::Association, "with_path_extractor" | "with_query_string_extractor") => Operation::Keep,
        (Kind::Single | Kind::Association | Kind::Delegation, "add_route_matcher") => Operation::Match,
        (Kind::Builder, "add_response_extender") => Operation::Keep,
        (Kind::Builder | Kind::Association, "get_or_head") => Operation::Methods(&["GET", "HEAD"]),
        (Kind::Builder | Kind::Association, "request") => Operation::Request,
        (Kind::Builder, "scope") => Operation::Scope,
        (Kind::Builder, "with_pipeline_chain") => Operation::Chain,
        (Kind::Builder, "associate") => Operation::Associate,
        (Kind::Builder, "delegate") => Operation::Delegate { is_covered: true },
        (Kind::Builder, "delegate_without_pipelines") => Operation::Delegate { is_covered: false },
        (Kind::Builder | Kind::Association, "get") => Operation::Methods(&["GET"]),
        (Kind::Builder | Kind::Association, "head") => Operation::Methods(&["HEAD"]),
        (Kind::Builder | Kind::Association, "post") => Operation::Methods(&["POST"]),
        (Kind::Builder | Kind::Association, "put") => Operation::Methods(&["PUT"]),
        (Kind::Builder | Kind::Association, "patch") => Operation::Methods(&["PATCH"]),
        (Kind::Builder | Kind::Association, "delete") => Operation::Methods(&["DELETE"]),
        (Kind::Builder | Kind::Association, "options") => Operation::Methods(&["OPTIONS"]),
        (Kind::Single, "to" | "to_async" | "to_async_borrowing") => Operation::To,
        (Kind::Single, "to_new_handler") => Operation::ToNew,
        (Kind::Single, "to_dir") => Operation::Files { is_folder: true },
        (Kind::Single, "to_file") => Operation::Files { is_folder: false },
        (Kind::Delegation, "to_router") => Operation::ToRouter,
        (Kind::Pipeline, "add") => Operation::Add,
        (Kind::PipelineSet, "add") => Operation::AddPipeline,
        (Kind::Pipeline, "build" | "clone") | (Kind::Builder, "clone") => Operation::Keep,
        _ => return None,
    })
}

/// Whether a service answers whoever asks.
pub fn serves_everyone(path: &[String]) -> bool {
    is_gotham(path) && path.iter().any(|name| matches!(name.as_str(), "FileHandler" | "DirHandler"))
}

/// A path of gotham in the notation of inventories, without a slash at the end: `/users/:id:[0-9]+` is `/users/{id}`, `/x/*` is `/x/{*_}`.
pub fn template(pattern: &str) -> String {
    segment::template(pattern, |segment| match segment.as_bytes().first() {
        Some(b':') => Segment::Parameter(segment[1..].split(':').next().unwrap_or_default()),
        Some(b'*') => Segment::Rest(&segment[1..]),
        // A backslash takes the meaning of the next sign away.
        Some(b'\\') => Segment::Text(&segment[1..]),
        _ => Segment::Text(segment),
    })
}

#[cfg(test)]
mod tests {
    use super::super::path;
    use super::*;

    #[test]
    fn segments_become_templates() {
        assert_eq!(template("/users/:id:[0-9]+/"), "/users/{id}");
        assert_eq!(template("/files/*"), "/files/{*_}");
        assert_eq!(template("/files/*rest"), "/files/{*rest}");
        assert_eq!(template(r"/a/\:b"), "/a/:b");
        assert_eq!(template("/{*}/x"), "/{*}/x");
        assert_eq!(template("/"), "");
    }

    #[test]
    fn only_the_framework_s_own_names_count() {
        assert_eq!(function(&path("gotham::router::builder::build_simple_router")), Some(Function::SimpleRouter));
        assert_eq!(function(&path("gotham_restful::gotham::pipeline::new_pipeline")), Some(Function::Pipeline));
        assert_eq!(function(&path("own::build_simple_router")), None);
        assert_eq!(function(&path("gotham_restful::build_simple_router")), None);
        assert_eq!(function(&path("gotham::start")), Some(Function::Start));
        assert_eq!(function(&path("gotham::start_with_tls")), Some(Function::Start));
        assert_eq!(
            function(&path("gotham::router::route::matcher::MethodOnlyRouteMatcher::new")),
            Some(Function::MethodMatcher)
        );
        assert_eq!(operation(Kind::Builder, "to"), None);
        assert_eq!(operation(Kind::Builder, "any"), None);
        assert_eq!(operation(Kind::Single, "with_path_extractor"), Some(Operation::Keep));
        assert_eq!(operation(Kind::Association, "with_path_extractor"), Some(Operation::Keep));
    }
}
