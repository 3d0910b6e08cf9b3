//! What becomes of routes that have no guard, where no type can say that they have one.

use crate::log_once;

/// What becomes of an answer that no guard let anybody in to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unguarded {
    /// It is given to the caller.
    LetThrough,
    /// It is thrown away, except at and below these paths.
    RefusedExcept(&'static [&'static str]),
}

impl Unguarded {
    /// Whether an answer is thrown away, which is logged.
    ///
    /// Answers that are errors anyway come from routers, too, which find no path, or not the method.
    pub(crate) fn refuses(self, status: u16, method: &str, path: &str) -> bool {
        let Self::RefusedExcept(except) = self else { return false };
        if status >= 400 || except.iter().any(|above| is_at_or_below(path, above)) {
            return false;
        }
        log_once::error(format!("{method} {path} is refused: its handler has no `#[route_role(…)]`"));
        true
    }
}

/// Whether the segments of a path begin with those of another.
fn is_at_or_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above.trim_end_matches('/')).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_at_and_below_the_named_paths_are_let_through() {
        let refused = |path| Unguarded::RefusedExcept(&["/static/", "/docs"]).refuses(200, "GET", path);
        assert!(!refused("/static/logo.svg") && !refused("/static") && !refused("/docs"));
        assert!(refused("/") && refused("/statics") && refused("/docs-of-others"));
    }

    #[test]
    fn errors_are_let_through() {
        let refused = |status| Unguarded::RefusedExcept(&[]).refuses(status, "GET", "/cases");
        assert!(!refused(404) && !refused(405) && refused(204) && refused(302));
        assert!(!Unguarded::LetThrough.refuses(200, "GET", "/cases"));
    }
}
