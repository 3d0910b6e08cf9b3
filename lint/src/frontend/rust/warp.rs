//! warp: which functions make filters, and what its methods do to them.

use super::types::{TypeArgument, TypePath, TypeRef};

/// What a function of warp makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `path("x")`: a segment that is given as text.
    Segment,
    /// `path::param()`: a segment that the request gives.
    Parameter,
    /// `path::tail()`: all that is left of the path.
    Tail,
    /// `get()` and its like.
    Method(&'static str),
    /// A filter that demands nothing of who asks: `any()`, `body::json()`, `path::end()`.
    Neutral,
    /// A filter that asks for something besides path and method: `header::exact(…)`, `host::exact(…)`.
    Condition,
    /// `fs::dir(…)`: files below the path.
    Folder,
    /// `fs::file(…)`: one file.
    File,
    /// `serve(filter)`, `service(filter)`.
    Serve,
}

/// What a method of a filter does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `and(filter)`
    And,
    /// `or(filter)`
    Or,
    /// `map(f)`, `then(f)`: an answer, or a value for what follows.
    Map,
    /// `and_then(f)`: the same, unless it rejects the request.
    AndThen,
    /// `with(wrapper)`
    With,
    /// `or_else(f)`, `recover(f)`: what becomes of a rejection.
    Recover,
    /// Changes nothing about the routes.
    Keep,
}

/// Texts without which a file can't make a filter that matters.
pub const NEEDLES: &[&str] = &["warp::", "BoxedFilter", "impl Filter"];

/// Texts that make a function worth evaluating.
pub const BUILDER_NEEDLES: &[&str] = &["warp::path", "warp::any", "warp::serve", "warp::fs", "warp::filters", "path!("];

/// Whether a type in a signature makes a function worth evaluating: much is called `Filter`, but not much of it extracts.
pub fn is_filter(ty: &TypeRef) -> bool {
    let of_path = |path: &TypePath| {
        let extracts =
            |argument: &TypeArgument| matches!(argument, TypeArgument::Binding(name, _) if name == "Extract");
        path.last() == "BoxedFilter"
            || path.last() == "Filter" && (is_warp(&path.names) || path.arguments.iter().any(extracts))
    };
    match ty {
        TypeRef::Bounds(paths) => paths.iter().any(of_path),
        TypeRef::Path(path) => path.last() == "BoxedFilter",
        _ => false,
    }
}

/// Whether a resolved path leads into warp.
pub fn is_warp(path: &[String]) -> bool {
    path.first().is_some_and(|first| first == "warp")
}

/// Whether a path that a foreign glob import could bring in is something that warp exports.
pub fn exports(path: &[String]) -> bool {
    function(path).is_some() || is_warp(path) && path.last().is_some_and(|last| last == "Filter" || last == "Rejection")
}

/// What a function makes; `None` if it isn't one of warp's filters.
pub fn function(path: &[String]) -> Option<Function> {
    let (first, rest) = path.split_first()?;
    if first != "warp" {
        return None;
    }
    let names: Vec<&str> = rest.iter().map(String::as_str).filter(|name| *name != "filters").collect();
    Some(match names.as_slice() {
        ["path"] | ["path", "path"] => Function::Segment,
        ["path", "param"] => Function::Parameter,
        ["path", "tail"] => Function::Tail,
        ["fs", "dir"] => Function::Folder,
        ["fs", "file"] => Function::File,
        ["serve" | "service"] => Function::Serve,
        ["header", "exact" | "exact_ignore_case"] | ["host", "exact"] => Function::Condition,
        [name] | ["method", name] if method(name).is_some() => Function::Method(method(name)?),
        ["any" | "query" | "header" | "cookie" | "ext" | "body" | "ws" | "method" | "addr"]
        | ["any" | "body" | "query" | "cookie" | "header" | "ext" | "addr" | "multipart" | "method" | "host", _]
        | ["path", "end" | "full" | "peek"]
        | ["ws", "ws"]
        | ["sse", _] => Function::Neutral,
        _ => return None,
    })
}

fn method(name: &str) -> Option<&'static str> {
    Some(match name {
        "get" => "GET",
        "post" => "POST",
        "put" => "PUT",
        "patch" => "PATCH",
        "delete" => "DELETE",
        "head" => "HEAD",
        "options" => "OPTIONS",
        _ => return None,
    })
}

/// What a method of a filter does; `None` for one that isn't warp's.
pub fn operation(method: &str) -> Option<Operation> {
    Some(match method {
        "and" => Operation::And,
        "or" => Operation::Or,
        "map" | "then" => Operation::Map,
        "and_then" => Operation::AndThen,
        "with" => Operation::With,
        "unify" | "boxed" | "clone" | "untuple_one" | "into" => Operation::Keep,
        "recover" | "or_else" => Operation::Recover,
        _ => return None,
    })
}

/// Whether what `with(…)` is given only looks at requests or changes answers.
pub fn is_harmless_wrapper(path: &[String]) -> bool {
    is_warp(path) && path.iter().any(|name| matches!(name.as_str(), "log" | "cors" | "trace" | "compression" | "reply"))
}

/// Whether a path is that of a plain answer, which demands nothing: `warp::reply`.
pub fn is_reply(path: &[String]) -> bool {
    is_warp(path) && path.iter().any(|name| name == "reply")
}

/// Whether a service answers whoever asks.
pub fn serves_everyone(path: &[String]) -> bool {
    matches!(function(path), Some(Function::Folder | Function::File))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<Function> {
        function(&text.split("::").map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn only_warp_s_own_names_count() {
        assert_eq!(of("warp::path"), Some(Function::Segment));
        assert_eq!(of("warp::filters::path::param"), Some(Function::Parameter));
        assert_eq!(of("warp::filters::method::post"), Some(Function::Method("POST")));
        assert_eq!(of("warp::get"), Some(Function::Method("GET")));
        assert_eq!(of("warp::body::json"), Some(Function::Neutral));
        assert_eq!(of("warp::reply::json"), None);
        assert_eq!(of("std::path"), None);
        assert_eq!(of("space::warp::get"), None);
    }
}
