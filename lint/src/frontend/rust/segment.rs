//! Paths of frameworks whose parameters are whole segments, in the notation of inventories.

/// What a segment of a framework's path stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment<'a> {
    /// Itself.
    Text(&'a str),
    /// Any one segment; the name may be empty.
    Parameter(&'a str),
    /// All that follows, or any number of segments; the name may be empty.
    Rest(&'a str),
}

/// A path with a slash in front of each segment and none at the end; nothing for the root. A parameter without a name is `_`.
pub fn template<'a>(pattern: &'a str, meaning: impl Fn(&'a str) -> Segment<'a>) -> String {
    let mut path = String::with_capacity(pattern.len() + 4);
    for segment in pattern.split('/').filter(|segment| !segment.is_empty()) {
        path.push('/');
        let (open, name) = match meaning(segment) {
            Segment::Text(text) => {
                path.push_str(text);
                continue;
            }
            Segment::Parameter(name) => ("{", name),
            Segment::Rest(name) => ("{*", name),
        };
        path.push_str(open);
        path.push_str(if name.is_empty() { "_" } else { name });
        path.push('}');
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_stand_in_front_of_segments_only() {
        assert_eq!(template("a//b/", Segment::Text), "/a/b");
        assert_eq!(template("/", Segment::Text), "");
    }

    #[test]
    fn parameters_without_a_name_get_one() {
        assert_eq!(template("/x", Segment::Parameter), "/{x}");
        assert_eq!(template("/:", |_| Segment::Parameter("")), "/{_}");
        assert_eq!(template("/*", |_| Segment::Rest("")), "/{*_}");
    }
}
