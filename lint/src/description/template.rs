//! Paths without the names of their parameters, of descriptions and of routes alike.

/// The methods that an API description knows.
pub const METHODS: [&str; 8] = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"];

/// A path without the names of its parameters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Template {
    segments: Vec<Segment>,
}

/// What stands between two slashes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Segment {
    /// Text alone.
    Literal(String),
    /// The texts around and between parameters: two empty ones around a parameter that stands alone.
    Parameter(Vec<String>),
    /// `{*rest}`: one segment or more.
    Rest,
    /// `{*}`: nobody knows what, or how many.
    Unknown,
}

impl Template {
    /// The template of a path. A slash at its end makes no difference, and neither does what a description writes behind `?` or `#`.
    pub fn of(path: &str) -> Self {
        let segments = split(path);
        Self { segments: segments.iter().filter(|text| !text.is_empty()).map(|text| Segment::of(text)).collect() }
    }

    /// The same with another one before it.
    #[must_use]
    pub fn behind(&self, prefix: &Self) -> Self {
        Self { segments: prefix.segments.iter().chain(&self.segments).cloned().collect() }
    }

    /// What has to stand before another template so that both are one; `None` if nothing does.
    pub(super) fn before(&self, end: &Self) -> Option<Self> {
        let segments = self.segments.strip_suffix(end.segments.as_slice())?.to_vec();
        Some(Self { segments })
    }

    /// Whether all of it is text.
    pub(super) fn is_literal(&self) -> bool {
        self.segments.iter().all(|segment| matches!(segment, Segment::Literal(_)))
    }

    /// Whether a part of it isn't known.
    pub fn is_unknown(&self) -> bool {
        self.segments.contains(&Segment::Unknown)
    }

    /// Whether it stands for any number of segments, which a description can't say.
    pub fn has_rest(&self) -> bool {
        self.segments.contains(&Segment::Rest)
    }

    /// How many segments are nothing but text.
    pub(super) fn literals(&self) -> usize {
        self.segments.iter().filter(|segment| matches!(segment, Segment::Literal(_))).count()
    }

    /// How many segments it has.
    pub fn len(&self) -> usize {
        self.segments.len()
    }

    /// Whether it is the root.
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// Its first segments, catch-all parameters taken for plain ones.
    #[must_use]
    pub fn first(&self, count: usize) -> Self {
        let plain = |segment: &Segment| match segment {
            Segment::Rest => Segment::Parameter(vec![String::new(), String::new()]),
            segment => segment.clone(),
        };
        Self { segments: self.segments.iter().take(count).map(plain).collect() }
    }

    /// The same with catch-all parameters taken for plain ones, as descriptions write them.
    #[must_use]
    pub fn described(&self) -> Self {
        self.first(self.len())
    }

    /// Whether every path of another template is one of its own.
    pub(super) fn covers(&self, other: &Self) -> bool {
        // reached[n]: whether the segments so far stand for the first n of the other.
        let mut reached = vec![false; other.segments.len() + 1];
        reached[0] = true;
        for segment in &self.segments {
            let mut next = vec![false; reached.len()];
            for (at, theirs) in other.segments.iter().enumerate() {
                let before = reached[at];
                next[at + 1] = match segment {
                    Segment::Literal(_) | Segment::Parameter(_) => before && segment.covers(theirs),
                    Segment::Rest => before || next[at],
                    Segment::Unknown => before || reached[at + 1] || next[at],
                };
            }
            if *segment == Segment::Unknown {
                next[0] = reached[0];
            }
            reached = next;
        }
        reached.last().copied().unwrap_or_default()
    }
}

impl std::fmt::Display for Template {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.segments.is_empty() {
            return formatter.write_str("/");
        }
        self.segments.iter().try_for_each(|segment| match segment {
            Segment::Literal(text) => write!(formatter, "/{text}"),
            Segment::Parameter(texts) => write!(formatter, "/{}", texts.join("{…}")),
            Segment::Rest => formatter.write_str("/{*…}"),
            Segment::Unknown => formatter.write_str("/{*}"),
        })
    }
}

impl Segment {
    fn of(text: &str) -> Self {
        if text == "{*}" {
            return Self::Unknown;
        }
        let mut texts = vec![String::new()];
        let mut depth = 0_usize;
        let mut parameter = String::new();
        for character in text.chars() {
            match character {
                '{' => {
                    depth += 1;
                    if depth > 1 {
                        parameter.push('{');
                    }
                }
                '}' if depth == 1 => {
                    depth = 0;
                    texts.push(String::new());
                }
                '}' if depth > 1 => {
                    depth -= 1;
                    parameter.push('}');
                }
                _ if depth > 0 => parameter.push(character),
                _ => texts.last_mut().into_iter().for_each(|text| text.push(character)),
            }
        }
        let is_whole = texts.len() == 2 && texts.iter().all(String::is_empty);
        match texts.len() {
            // A brace that nothing closes is text.
            _ if depth > 0 => Self::Literal(text.to_owned()),
            1 => Self::Literal(text.to_owned()),
            _ if is_whole
                && (parameter.starts_with('*') || parameter.ends_with(":.*") || parameter.ends_with(":.+")) =>
            {
                Self::Rest
            }
            _ => Self::Parameter(texts),
        }
    }

    fn covers(&self, other: &Self) -> bool {
        let Self::Parameter(texts) = self else { return self == other };
        let (first, last) = (texts.first().map_or("", String::as_str), texts.last().map_or("", String::as_str));
        match other {
            Self::Literal(text) => {
                text.len() >= first.len() + last.len() && text.starts_with(first) && text.ends_with(last)
            }
            Self::Parameter(_) => self == other || (first.is_empty() && last.is_empty()),
            Self::Rest | Self::Unknown => false,
        }
    }
}

/// What stands between slashes that aren't within braces, up to a query or fragment.
fn split(path: &str) -> Vec<&str> {
    let mut segments = Vec::new();
    let (mut start, mut depth, mut end) = (0, 0_usize, path.len());
    for (at, character) in path.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '/' if depth == 0 => {
                segments.push(&path[start..at]);
                start = at + 1;
            }
            '?' | '#' if depth == 0 => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    segments.push(&path[start..end]);
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(one: &str, other: &str) -> bool {
        Template::of(one).covers(&Template::of(other))
    }

    #[test]
    fn names_of_parameters_and_the_last_slash_make_no_difference() {
        assert_eq!(Template::of("/cases/{id}/x-{name}.json"), Template::of("/cases/{case_id}/x-{n}.json/"));
        assert_eq!(Template::of("/cases/{id:[0-9]{2}/?}"), Template::of("/cases/{id}?full=true"));
        assert_ne!(Template::of("/cases/{id}"), Template::of("/cases/id"));
        assert_ne!(Template::of("/odd/{"), Template::of("/odd/{x}"));
        assert_eq!(Template::of("/assets/{*path}").described(), Template::of("/assets/{path}"));
        assert!(Template::of("/assets/{tail:.*}").has_rest());
    }

    #[test]
    fn a_parameter_stands_for_one_segment_and_a_catch_all_for_several() {
        assert!(covers("/users/{id}", "/users/me"));
        assert!(!covers("/users/me", "/users/{id}"));
        assert!(!covers("/users/{id}", "/users/me/x"));
        assert!(covers("/files/{*path}", "/files/{a}/b"));
        assert!(!covers("/files/{*path}", "/files"));
        assert!(covers("/v{major}/x", "/v1/x"));
        assert!(!covers("/v{major}/x", "/w1/x"));
        assert!(covers("/", "/"));
    }

    #[test]
    fn what_is_not_known_may_be_anything() {
        assert!(covers("/{*}/cases", "/cases"));
        assert!(covers("/{*}/cases/{id}", "/api/v1/cases/{case}"));
        assert!(!covers("/{*}/cases", "/api/hosts"));
        assert!(covers("/a/{*}/b/{*}", "/a/x/y/b"));
    }

    #[test]
    fn what_stands_before_a_path_is_found() {
        let before = Template::of("/api/v1/cases/{id}").before(&Template::of("/cases/{x}"));
        assert_eq!(before.map(|prefix| prefix.to_string()).as_deref(), Some("/api/v1"));
        assert_eq!(Template::of("/api/cases").before(&Template::of("/hosts")), None);
    }
}
