//! What becomes of routes that have no guard, where no type can say that they have one.

use crate::log_once;

/// What becomes of the answer of a route that no guard let anybody in to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unguarded {
    /// It is given to the caller.
    LetThrough,
    /// It is thrown away, except at these path patterns.
    RefusedExcept(&'static [&'static str]),
}

impl Unguarded {
    /// Whether an answer is thrown away, which is logged. `pattern` is that of the matched route, if one matched.
    ///
    /// Answers that are errors anyway come from routers, too, which find a path but not the method.
    pub(crate) fn refuses(self, status: u16, method: &str, pattern: impl FnOnce() -> Option<String>) -> bool {
        let Self::RefusedExcept(except) = self else { return false };
        if status >= 400 {
            return false;
        }
        let Some(pattern) = pattern().filter(|pattern| !except.contains(&pattern.as_str())) else { return false };
        log_once::error(format!("{method} {pattern} is refused: its handler has no `#[route_role(…)]`"));
        true
    }
}
