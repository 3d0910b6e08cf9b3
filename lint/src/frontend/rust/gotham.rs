//! gotham: which names build routers, and how.

use super::actix;

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
    /// `single_pipeline(pipeline)`: a chain of it, and the set that it is in.
    SinglePipeline,
    /// `new_pipeline_set()`
    PipelineSet,
    /// `finalize_pipeline_set(set)`
    Finalize,
    /// `start(address, router)`, `init_server(address, router)`
    Start,
    /// `FileHandler::new("x")`, `DirHandler::new("x")`
    Files,
}

/// What a method of a builder does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `get("/x")`, `get_or_head("/x")`
    Methods(&'static [&'static str]),
    /// `request(vec![Method::GET], "/x")`
    Request,
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
    /// `to(handler)` and its relatives
    To,
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
pub const BUILDER_NEEDLES: &[&str] =
    &["build_simple_router(", "build_router(", "new_pipeline(", "gotham::start", "gotham::init_server"];

/// Whether a type that a function is lent, or gives back, is one that gathers routes: a name that is gotham's alone.
pub fn is_lent(name: &str) -> bool {
    matches!(name, "RouterBuilder" | "ScopeBuilder" | "DrawRoutes" | "AssociatedRouteBuilder")
}

/// Whether a resolved path leads into gotham.
pub fn is_gotham(path: &[String]) -> bool {
    path.first().is_some_and(|first| first == "gotham")
}

/// Whether a path that a foreign glob import could bring in is something that gotham exports.
pub fn exports(path: &[String]) -> bool {
    function(path).is_some()
        || is_gotham(path)
            && path
                .last()
                .is_some_and(|last| is_lent(last) || matches!(last.as_str(), "State" | "Method" | "DrawSingleRoute"))
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
        ("single_pipeline" | "single_middleware", _) => Function::SinglePipeline,
        ("new_pipeline_set", _) => Function::PipelineSet,
        ("finalize_pipeline_set", _) => Function::Finalize,
        ("start" | "init_server" | "start_with_num_threads" | "bind_server" | "start_on_executor", _) => {
            Function::Start
        }
        ("new", "FileHandler" | "DirHandler") => Function::Files,
        _ => return None,
    })
}

/// What a method does that is called on a value of this kind; `None` for one that isn't gotham's.
pub fn operation(kind: Kind, name: &str) -> Option<Operation> {
    Some(match (kind, name) {
        (Kind::Single | Kind::Association, name) if name.starts_with("with_") || name == "add_route_matcher" => {
            Operation::Keep
        }
        (Kind::Builder | Kind::Association, "get_or_head") => Operation::Methods(&["GET", "HEAD"]),
        (Kind::Builder | Kind::Association, "any") => Operation::Methods(&["ANY"]),
        (Kind::Builder | Kind::Association, "request") => Operation::Request,
        (Kind::Builder, "scope") => Operation::Scope,
        (Kind::Builder, "with_pipeline_chain") => Operation::Chain,
        (Kind::Builder, "associate") => Operation::Associate,
        (Kind::Builder, "delegate") => Operation::Delegate { is_covered: true },
        (Kind::Builder, "delegate_without_pipelines") => Operation::Delegate { is_covered: false },
        (Kind::Builder | Kind::Association, name) if name.starts_with(char::is_lowercase) => match actix::method(name)?
        {
            "GET" => Operation::Methods(&["GET"]),
            "HEAD" => Operation::Methods(&["HEAD"]),
            "POST" => Operation::Methods(&["POST"]),
            "PUT" => Operation::Methods(&["PUT"]),
            "PATCH" => Operation::Methods(&["PATCH"]),
            "DELETE" => Operation::Methods(&["DELETE"]),
            "OPTIONS" => Operation::Methods(&["OPTIONS"]),
            _ => return None,
        },
        (Kind::Single, "to" | "to_async" | "to_async_borrowing" | "to_new_handler") => Operation::To,
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
    let mut path = String::with_capacity(pattern.len() + 4);
    for segment in pattern.split('/').filter(|segment| !segment.is_empty()) {
        let (open, name) = match (segment.strip_prefix(':'), segment.strip_prefix('*')) {
            (Some(name), _) => ("{", name),
            (_, Some(name)) => ("{*", name),
            (None, None) => {
                path.push('/');
                // A backslash takes the meaning of the next sign away.
                path.push_str(segment.strip_prefix('\\').unwrap_or(segment));
                continue;
            }
        };
        let name = name.split(':').next().unwrap_or_default();
        path.push('/');
        path.push_str(open);
        path.push_str(if name.is_empty() { "_" } else { name });
        path.push('}');
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<String> {
        text.split("::").map(str::to_owned).collect()
    }

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
        assert_eq!(function(&path("own::build_simple_router")), None);
        assert_eq!(function(&path("gotham::start")), Some(Function::Start));
        assert_eq!(operation(Kind::Builder, "to"), None);
        assert_eq!(operation(Kind::Single, "with_path_extractor"), Some(Operation::Keep));
        assert_eq!(operation(Kind::Association, "with_path_extractor"), Some(Operation::Keep));
    }
}
