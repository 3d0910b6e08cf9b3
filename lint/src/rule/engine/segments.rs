//! Paths of routes, segment by segment.

/// One segment of a route's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Segment<'a> {
    /// Text that a request must have.
    Literal(&'a str),
    /// `{id}`.
    Parameter(&'a str),
    /// `{*rest}`.
    CatchAll(&'a str),
    /// `{*}`, or text around a parameter: what it stands for isn't known, or not compared.
    Other(&'a str),
}

/// The segments of a path. A slash at the end is a segment of its own, since routers tell the two apart.
pub fn segments(path: &str) -> Vec<Segment<'_>> {
    path.strip_prefix('/').unwrap_or(path).split('/').map(segment).collect()
}

fn segment(text: &str) -> Segment<'_> {
    let inner = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    match inner {
        Some("*") => Segment::Other(text),
        Some(name) => match name.strip_prefix('*') {
            Some(name) => Segment::CatchAll(name),
            None if name.contains(['{', '}', ':']) => Segment::Other(text),
            None => Segment::Parameter(name),
        },
        None if text.contains('{') => Segment::Other(text),
        None => Segment::Literal(text),
    }
}

/// Whether a path has a parameter of this name.
pub fn binds(path: &str, parameter: &str) -> bool {
    segments(path).iter().any(|segment| matches!(segment, Segment::Parameter(name) if *name == parameter))
}

/// Whether a part of the path isn't known.
pub fn has_unknown(path: &str) -> bool {
    segments(path).iter().any(|segment| matches!(segment, Segment::Other(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_segment_by_segment() {
        assert_eq!(
            segments("/a/{id}/x{n}/{*rest}"),
            [Segment::Literal("a"), Segment::Parameter("id"), Segment::Other("x{n}"), Segment::CatchAll("rest")]
        );
        assert_eq!(segments("/a/"), [Segment::Literal("a"), Segment::Literal("")]);
        assert!(has_unknown("/a/{*}"));
        assert!(binds("/w/{workspace_id}/x", "workspace_id") && !binds("/w/{*workspace_id}", "workspace_id"));
    }
}
