//! Globs over paths, of routes and of files.

use std::collections::BTreeSet;
use std::fmt;

/// A glob over `/`-separated paths: `*` stands for any run of characters within a segment, `**` for any number of
/// segments, `{…}` for any one path parameter, and `{a,b}` for either text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathGlob(String);

impl PathGlob {
    /// A glob from its text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The glob as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the glob stands for `path`. A slash at the start or the end of either makes no difference.
    pub fn matches(&self, path: &str) -> bool {
        let pattern: Vec<&str> = segments(&self.0).collect();
        let path: Vec<&str> = segments(path).collect();
        // As in a wildcard match over characters, only the last `**` ever needs to be revisited.
        let (mut at_pattern, mut at_path) = (0, 0);
        let mut retry: Option<(usize, usize)> = None;
        while let Some(segment) = path.get(at_path) {
            match pattern.get(at_pattern) {
                Some(&"**") => {
                    retry = Some((at_pattern, at_path));
                    at_pattern += 1;
                    continue;
                }
                Some(wanted) if segment_matches(wanted, segment) => {
                    at_pattern += 1;
                    at_path += 1;
                    continue;
                }
                _ => {}
            }
            let Some((star, from)) = retry else { return false };
            retry = Some((star, from + 1));
            at_pattern = star + 1;
            at_path = from + 1;
        }
        pattern.iter().skip(at_pattern).all(|segment| *segment == "**")
    }
}

impl PathGlob {
    /// Whether the glob may stand for `path`, in which a part that isn't known (`{*}`) or a parameter that takes all that
    /// follows (`{*rest}`) could be any number of segments.
    pub fn may_match(&self, path: &str) -> bool {
        let pattern: Vec<&str> = segments(&self.0).collect();
        // How much of the pattern may be used up by what came so far.
        let mut places = beyond_stars(&pattern, BTreeSet::from([0]));
        for segment in segments(path) {
            let next = match places.first() {
                Some(first) if segment.starts_with("{*") => (*first..=pattern.len()).collect(),
                _ => places.iter().filter_map(|place| after(&pattern, *place, segment)).collect(),
            };
            places = beyond_stars(&pattern, next);
        }
        places.contains(&pattern.len())
    }
}

/// The place behind one more segment.
fn after(pattern: &[&str], place: usize, segment: &str) -> Option<usize> {
    match *pattern.get(place)? {
        "**" => Some(place),
        wanted => segment_matches(wanted, segment).then_some(place + 1),
    }
}

/// Places that are reached too, because `**` stands for no segment as well.
fn beyond_stars(pattern: &[&str], mut places: BTreeSet<usize>) -> BTreeSet<usize> {
    for (place, wanted) in pattern.iter().enumerate() {
        if *wanted == "**" && places.contains(&place) {
            places.insert(place + 1);
        }
    }
    places
}

impl fmt::Display for PathGlob {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty() && *segment != ".")
}

fn is_parameter(segment: &str) -> bool {
    segment.starts_with('{') && segment.ends_with('}')
}

/// The first `{a,b}` of a segment, with what stands around it. The name of a parameter has no comma.
fn alternatives(pattern: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(open) = pattern.get(from..)?.find('{') {
        let open = from + open;
        let close = open + pattern.get(open..)?.find('}')?;
        let inside = pattern.get(open + 1..close)?;
        if inside.contains(',') {
            return Some((pattern.get(..open)?, inside, pattern.get(close + 1..)?));
        }
        from = close + 1;
    }
    None
}

fn segment_matches(pattern: &str, segment: &str) -> bool {
    if let Some((before, inside, after)) = alternatives(pattern) {
        return inside.split(',').any(|text| segment_matches(&format!("{before}{}{after}", text.trim()), segment));
    }
    if is_parameter(pattern) {
        return is_parameter(segment);
    }
    crate::scope::wildcard_matches(pattern, segment)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(glob: &str, path: &str) -> bool {
        PathGlob::new(glob).matches(path)
    }

    #[test]
    fn a_star_stays_within_its_segment() {
        assert!(matches("/api/*/keys", "/api/{id}/keys"));
        assert!(matches("src/*.rs", "src/lib.rs"));
        assert!(!matches("/api/*", "/api/a/b"));
    }

    #[test]
    fn two_stars_stand_for_any_number_of_segments() {
        assert!(matches("/external-auth/**", "/external-auth"));
        assert!(matches("/external-auth/**", "/external-auth/{id}/device"));
        assert!(matches("/**/gitsshkey", "/users/{user}/gitsshkey"));
        assert!(matches("**/tests/**", "crates/a/tests/b.rs"));
        assert!(!matches("/**/gitsshkey", "/users/{user}/gitsshkeys"));
        assert!(matches("/a/**/b/**/c", "/a/b/x/b/y/c"));
    }

    #[test]
    fn a_parameter_stands_for_any_parameter() {
        assert!(matches("/cases/{id}", "/cases/{case_id}"));
        assert!(!matches("/cases/{id}", "/cases/new"));
    }

    #[test]
    fn braces_with_commas_stand_for_either_text() {
        assert!(matches("/{cases,tasks}/{id}", "/tasks/{task_id}"));
        assert!(matches("/api/{index.html,*.css}", "/api/site.css"));
        assert!(matches("/{a,b}-{c,d}", "/b-c"));
        assert!(!matches("/{cases,tasks}", "/{id}"));
        assert!(!matches("/{cases,tasks}", "/users"));
        assert!(!matches("/{cases,tasks", "/cases"));
    }

    #[test]
    fn what_is_not_known_of_a_path_could_be_anything() {
        let may = |glob: &str, path: &str| PathGlob::new(glob).may_match(path);
        assert!(may("/admin/**", "/{*}/users"));
        assert!(may("/api/admin/users", "/api/{*}"));
        assert!(may("/**/keys", "/{*rest}"));
        assert!(may("/admin/**", "/admin/users"));
        assert!(!may("/admin/**", "/api/{*}"));
        assert!(!may("/admin/users", "/{*}/keys"));
        assert!(!may("/admin/**", "/{id}/users"));
    }
}
