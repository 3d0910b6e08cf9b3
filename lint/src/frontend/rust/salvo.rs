//! salvo: which names build routers, and how.

use super::actix;

/// What a function of salvo makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `Router::new()`
    Router,
    /// `Router::with_path("x")` and the like: a router that the method of this name was called on.
    With(&'static str),
    /// `Service::new(router)`
    Service,
}

/// What a method of a router or service does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `path("x")`
    Path,
    /// `get(handler)`, `goal(handler)`
    Handler {
        /// Upper case; `ANY` for every method.
        method: &'static str,
    },
    /// `push(router)`, `unshift(router)`, `insert(index, router)`, `append(&mut routers)`
    Push,
    /// `hoop(middleware)`
    Hoop,
    /// `hoop_when(middleware, filter)`
    HoopWhen,
    /// `filter(filter)`, `filter_fn(function)`
    Filter,
    /// `host("x")`, `scheme(Scheme::HTTPS)`, `port(80)`
    Selector,
    /// `then(function)`
    Then,
    /// Changes nothing about the routes.
    Keep,
}

/// Texts without which a file can't have anything to do with salvo.
pub const NEEDLES: &[&str] = &["salvo"];

/// Texts that make a function worth evaluating.
pub const BUILDER_NEEDLES: &[&str] = &[".hoop("];

/// Whether a resolved path leads into salvo.
pub fn is_salvo(path: &[String]) -> bool {
    path.first().is_some_and(|first| first == "salvo" || first.starts_with("salvo_"))
}

/// Whether a type's path is that of salvo's router, or of the service that is made of one.
pub fn is_router(path: &[String]) -> bool {
    is_salvo(path) && path.last().is_some_and(|last| last == "Router")
}

/// What a function makes that is called by a path.
pub fn function(path: &[String]) -> Option<Function> {
    let (name, owner) = path.split_last()?;
    if !is_salvo(path) {
        return None;
    }
    match (owner.last()?.as_str(), name.as_str()) {
        ("Router", "new" | "default") => Some(Function::Router),
        ("Router", "with_path" | "try_with_path") => Some(Function::With("path")),
        ("Router", "with_filter") => Some(Function::With("filter")),
        ("Router", "with_filter_fn") => Some(Function::With("filter_fn")),
        ("Router", "with_hoop") => Some(Function::With("hoop")),
        ("Router", "with_hoop_when") => Some(Function::With("hoop_when")),
        ("Router", "with_host") => Some(Function::With("host")),
        ("Router", "with_port") => Some(Function::With("port")),
        ("Service", "new" | "from") => Some(Function::Service),
        _ => None,
    }
}

/// What a method does; `None` for one that isn't salvo's.
pub fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "path" | "try_path" => Operation::Path,
        "goal" | "handle" => Operation::Handler { method: "ANY" },
        "push" | "unshift" | "insert" | "append" => Operation::Push,
        "hoop" => Operation::Hoop,
        "hoop_when" => Operation::HoopWhen,
        "filter" | "filter_fn" => Operation::Filter,
        "host" | "scheme" | "port" => Operation::Selector,
        "then" => Operation::Then,
        "catcher"
        | "allowed_media_types"
        | "oapi_tag"
        | "oapi_tags"
        | "oapi_security"
        | "oapi_securities"
        | "clone"
        | "into"
        | "arc" => Operation::Keep,
        "query" => Operation::Handler { method: "QUERY" },
        name => Operation::Handler { method: actix::method(name).filter(|_| name.starts_with(char::is_lowercase))? },
    })
}

/// Whether a path that a foreign glob import could bring in is something that salvo exports.
pub fn exports(path: &[String]) -> bool {
    is_salvo(path)
        && path.last().is_some_and(|last| {
            last.starts_with(char::is_uppercase)
                || matches!(last.as_str(), "handler" | "endpoint" | "craft" | "filters" | "affix_state")
        })
}

/// Whether an attribute makes a function or `impl` a handler.
pub fn is_handler_attribute(path: &[String]) -> bool {
    is_salvo(path)
        && path.last().is_some_and(|last| matches!(last.as_str(), "handler" | "fn_handler" | "endpoint" | "craft"))
}

/// Whether an attribute makes handlers of the methods of a value.
pub fn is_craft(path: &[String]) -> bool {
    is_salvo(path) && path.last().is_some_and(|last| matches!(last.as_str(), "craft" | "handler" | "endpoint"))
}

/// Whether a derived trait says that a type is data of the request.
pub fn derives_data(derived: &str) -> bool {
    matches!(derived, "Extractible" | "ToParameters")
}

/// Whether a parameter of this type holds data that says nothing about who may call.
pub fn carries_data(path: &[String]) -> bool {
    is_salvo(path)
        && path.last().is_some_and(|last| {
            matches!(
                last.as_str(),
                "CookieParam" | "FormBody" | "FormFile" | "HeaderParam" | "JsonBody" | "PathParam" | "QueryParam"
            )
        })
}

/// Whether a handler is known to answer whoever asks: files, a page that shows an API description.
pub fn serves_everyone(path: &[String]) -> bool {
    is_salvo(path)
        && path.iter().any(|name| {
            matches!(
                name.as_str(),
                "StaticDir"
                    | "StaticFile"
                    | "StaticEmbed"
                    | "static_embed"
                    | "OpenApi"
                    | "SwaggerUi"
                    | "Scalar"
                    | "RapiDoc"
                    | "ReDoc"
            )
        })
}

/// Whether the path of a page that describes the API has others below it.
pub fn has_pages_below(path: &[String]) -> bool {
    path.iter().any(|name| name == "SwaggerUi")
}

/// A pattern of salvo in the notation of inventories, with a slash in front unless it is empty: `users/{id|\d+}` is `/users/{id}`,
/// `{**rest}` is `{*rest}`; older versions wrote `<id>`.
pub fn template(pattern: &str) -> String {
    let mut path = String::with_capacity(pattern.len() + 1);
    let mut segment = String::new();
    let mut rest = pattern;
    let finish = |segment: &mut String, path: &mut String| {
        if !segment.is_empty() {
            path.push('/');
            path.push_str(segment);
            segment.clear();
        }
    };
    while let Some(character) = rest.chars().next() {
        let placeholder = match character {
            '{' => closing(rest, '{', '}'),
            '<' => closing(rest, '<', '>'),
            _ => None,
        };
        match (character, placeholder) {
            (_, Some(end)) => {
                segment.push_str(&parameter(&rest[1..end]));
                rest = &rest[end + 1..];
                continue;
            }
            ('/', None) => finish(&mut segment, &mut path),
            (character, None) => segment.push(character),
        }
        rest = &rest[character.len_utf8()..];
    }
    finish(&mut segment, &mut path);
    path
}

/// What stands between braces: a name, perhaps with a regular expression or the name of a check behind it.
fn parameter(inside: &str) -> String {
    let name = inside.split([':', '|', '[', '(']).next().unwrap_or_default().trim();
    let bare = name.trim_start_matches(['*', '+', '?']);
    match (name.starts_with('*'), bare) {
        // A part that could not be evaluated.
        (true, "") if name == "*" => "{*}".to_owned(),
        (true, "") => "{*_}".to_owned(),
        (true, bare) => format!("{{*{bare}}}"),
        (false, "") => "{_}".to_owned(),
        (false, bare) => format!("{{{bare}}}"),
    }
}

/// Where the group ends that a text begins with.
fn closing(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0_usize;
    text.char_indices().find_map(|(at, character)| {
        if character == open {
            depth += 1;
        } else if character == close {
            depth = depth.saturating_sub(1);
        }
        (depth == 0).then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::super::path;
    use super::*;

    #[test]
    fn patterns_become_templates() {
        assert_eq!(template("users/{id}"), "/users/{id}");
        assert_eq!(template("/users/<id>/<**rest>"), "/users/{id}/{*rest}");
        assert_eq!(template(r"a/{id|\d{3}}/<name:/[a-z]+/>"), "/a/{id}/{name}");
        assert_eq!(template("{id:num(3..)}/{*+rest}"), "/{id}/{*rest}");
        assert_eq!(template("files/{name}.{ext}/"), "/files/{name}.{ext}");
        assert_eq!(template("{**}"), "/{*_}");
        assert_eq!(template("/{*}/x"), "/{*}/x");
        assert_eq!(template("a/{unclosed"), "/a/{unclosed");
        assert_eq!(template("/"), "");
    }

    #[test]
    fn only_the_framework_s_own_names_count() {
        assert_eq!(function(&path("salvo::prelude::Router::with_path")), Some(Function::With("path")));
        assert_eq!(function(&path("salvo_core::Router::new")), Some(Function::Router));
        assert_eq!(function(&path("axum::Router::new")), None);
        assert_eq!(function(&path("Router::with_path")), None);
        assert!(is_handler_attribute(&path("salvo::prelude::endpoint")));
        assert!(!is_handler_attribute(&path("poem::handler")));
        assert_eq!(operation("get"), Some(Operation::Handler { method: "GET" }));
        assert_eq!(operation("layer"), None);
    }
}
