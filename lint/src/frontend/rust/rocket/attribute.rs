//! `#[get("/x/<id>?<page>", data = "<body>", format = "json", rank = 2)]`: what a route's own attribute says.

use proc_macro2::{TokenStream, TokenTree};

use crate::frontend::rust::meta::split_at_commas;
use crate::frontend::rust::types::ident_text;

/// What the attribute of a handler says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RouteAttribute {
    /// Upper case; `ANY` where the attribute names none.
    pub method: String,
    /// The path without the query, as `/a/{id}` and `/a/{*rest}`.
    pub path: String,
    /// The names of the parameters that the request binds.
    bound: Vec<(String, Bound)>,
    /// What tells the route from others of its path and method, as written: `rank = 2`, `format = "json"`.
    pub selectors: Vec<String>,
}

/// Where a parameter comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// The path.
    Path,
    /// The query or the body.
    Input,
}

impl RouteAttribute {
    /// Reads the arguments of an attribute of the name. `None` if there is no path in them.
    pub fn read(name: &str, arguments: TokenStream) -> Option<Self> {
        let mut read =
            Self { method: if name == "route" { "ANY".into() } else { name.to_ascii_uppercase() }, ..Self::default() };
        let mut uri = None;
        for part in split_at_commas(arguments) {
            let (key, value) = keyed(part);
            match key.as_deref() {
                None => match text(&value) {
                    Some(text) => uri = uri.or(Some(text)),
                    None => read.method = method(&value).unwrap_or(read.method),
                },
                Some("uri" | "path") => uri = text(&value),
                Some("method") => read.method = method(&value).unwrap_or(read.method),
                Some("data") => read.bind(&text(&value).unwrap_or_default(), Bound::Input),
                Some(key @ ("rank" | "format")) => {
                    let value: TokenStream = value.into_iter().collect();
                    read.selectors.push(format!("{key} = {value}"));
                }
                Some(_) => {}
            }
        }
        let uri = uri?;
        let (path, query) = uri.split_once('?').unwrap_or((&uri, ""));
        for segment in path.split('/') {
            read.bind(segment, Bound::Path);
        }
        for part in query.split('&') {
            read.bind(part, Bound::Input);
        }
        read.path = current_notation(path);
        Some(read)
    }

    /// Where the parameter of the name comes from; `None` if it is a request guard.
    pub fn bound(&self, parameter: &str) -> Option<Bound> {
        self.bound.iter().find(|(name, _)| name == parameter).map(|(_, bound)| *bound)
    }

    /// The position among the dynamic segments of the path of the one that a parameter is bound by.
    pub fn path_position(&self, parameter: &str) -> Option<usize> {
        self.bound.iter().filter(|(_, bound)| *bound == Bound::Path).position(|(name, _)| name == parameter)
    }

    fn bind(&mut self, part: &str, bound: Bound) {
        if let Some((name, _)) = dynamic(part) {
            self.bound.push((name.to_owned(), bound));
        }
    }
}

/// A path with `<id>` and `<rest..>` in the notation of all frameworks.
pub fn current_notation(path: &str) -> String {
    let segments: Vec<String> = path
        .split('/')
        .map(|segment| match dynamic(segment) {
            Some((name, false)) => format!("{{{name}}}"),
            Some((name, true)) => format!("{{*{name}}}"),
            None => segment.to_owned(),
        })
        .collect();
    segments.join("/")
}

/// The name in `<name>` or `<name..>`, and whether it takes all that is left.
fn dynamic(part: &str) -> Option<(&str, bool)> {
    let name = part.strip_prefix('<')?.strip_suffix('>')?;
    Some(name.strip_suffix("..").map_or((name, false), |name| (name, true)))
}

/// `key = value`, or a value alone.
fn keyed(part: TokenStream) -> (Option<String>, Vec<TokenTree>) {
    let mut tokens: Vec<TokenTree> = part.into_iter().collect();
    if let [TokenTree::Ident(key), TokenTree::Punct(punct), ..] = tokens.as_slice()
        && punct.as_char() == '='
    {
        let key = ident_text(key);
        tokens.drain(..2);
        return (Some(key), tokens);
    }
    (None, tokens)
}

fn text(value: &[TokenTree]) -> Option<String> {
    let [TokenTree::Literal(literal)] = value else { return None };
    syn::parse_str::<syn::LitStr>(&literal.to_string()).ok().map(|literal| literal.value())
}

/// `GET`, `Get` or `Method::Get`.
fn method(value: &[TokenTree]) -> Option<String> {
    match value.last()? {
        TokenTree::Ident(name) => Some(name.to_string().to_ascii_uppercase()),
        TokenTree::Literal(_) => text(value).map(|name| name.to_ascii_uppercase()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, arguments: &str) -> RouteAttribute {
        RouteAttribute::read(name, arguments.parse().expect("tokens")).expect("a path")
    }

    #[test]
    fn a_path_loses_its_query_and_keeps_its_parameters() {
        let route = read("get", "\"/cases/<id>/<rest..>?<page>&sort=up&<all..>\", data = \"<body>\"");
        assert_eq!((route.method.as_str(), route.path.as_str()), ("GET", "/cases/{id}/{*rest}"));
        assert_eq!((route.bound("id"), route.bound("rest")), (Some(Bound::Path), Some(Bound::Path)));
        assert_eq!((route.bound("page"), route.bound("all")), (Some(Bound::Input), Some(Bound::Input)));
        assert_eq!((route.bound("body"), route.bound("sort"), route.bound("user")), (Some(Bound::Input), None, None));
        assert_eq!((route.path_position("rest"), route.path_position("page")), (Some(1), None));
    }

    #[test]
    fn rank_and_format_tell_routes_apart() {
        let route = read("post", "\"/\", format = \"multipart/form-data\", rank = 2");
        assert_eq!(route.selectors, ["format = \"multipart/form-data\"", "rank = 2"]);
    }

    #[test]
    fn the_method_may_be_an_argument() {
        assert_eq!(read("route", "GET, uri = \"/x\"").method, "GET");
        assert_eq!(read("route", "\"/x\", method = Method::Put").method, "PUT");
        assert_eq!(read("route", "\"/x\"").method, "ANY");
        assert_eq!(RouteAttribute::read("get", TokenStream::new()), None);
    }
}
