//! The lock: the surface of a service as a text file that people review and that a running service is compared with.
//!
//! One line per route, sorted, so that a change of access is a change of one line:
//!
//! ```text
//! # route-role lock 1
//! GET /cases user case:read
//! GET /cases/{id} api_key,user @workspace case:read => not_found
//! DELETE /cases/{id} user @workspace >=admin case:delete | service => not_found
//! GET /healthz everyone
//! ```
//!
//! After the method and the path stands the access, its alternatives divided by ` | `. An alternative is the kinds of
//! caller (`everyone` if any kind will do), then `@level`, `>=tier` (`>=ladder/tier` where the policy has several
//! ladders), scopes (`a|b` where one of several suffices) and `+feature`. `nobody` is the access that admits none. `=>`
//! introduces what a refused caller of an object route sees.

use std::collections::BTreeMap;
use std::fmt;

use crate::{Access, Alternative, Denial, Principals, Tier};

/// The first line of every lock.
pub const HEADER: &str = "# route-role lock 1";

/// The access of each route, as text: one line of the lock per entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    entries: BTreeMap<Key, String>,
}

/// A method at a path; sorted by path first, so that what belongs together stands together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The full path.
    pub path: String,
    /// The method in upper case; `ANY` where every method is served.
    pub method: String,
}

/// A line that is not an entry of a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MalformedLine {
    /// Counted from one.
    pub line: usize,
    /// What is wrong with it.
    pub problem: &'static str,
}

/// A route on which two locks don't agree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// Only the first lock has the route.
    Missing {
        /// The route.
        key: Key,
        /// Its access in the first lock.
        access: String,
    },
    /// Only the second lock has the route.
    Added {
        /// The route.
        key: Key,
        /// Its access in the second lock.
        access: String,
    },
    /// The locks disagree about who may call the route.
    Changed {
        /// The route.
        key: Key,
        /// Its access in the first lock.
        before: String,
        /// Its access in the second lock.
        after: String,
    },
}

impl Lock {
    /// Adds a route. A route that is already there is replaced.
    pub fn insert(&mut self, method: &str, path: &str, access: &Access, denial: Option<Denial>) {
        let mut text = access_text(access);
        if let Some(denial) = denial {
            text.push_str(" => ");
            text.push_str(denial.keyword());
        }
        // A blank would end the path when the line is read back.
        let key = Key { path: path.replace(' ', "%20"), method: method.to_owned() };
        self.entries.insert(key, text);
    }

    /// Reads a lock. Empty lines and lines that begin with `#` say nothing.
    ///
    /// # Errors
    ///
    /// The first line that is no entry, or that repeats a route.
    pub fn parse(text: &str) -> Result<Self, MalformedLine> {
        let mut lock = Self::default();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let malformed = |problem| MalformedLine { line: index + 1, problem };
            let mut words = line.splitn(3, ' ');
            let (Some(method), Some(path), Some(access)) = (words.next(), words.next(), words.next()) else {
                return Err(malformed("expected a method, a path and an access"));
            };
            let key = Key { path: path.to_owned(), method: method.to_owned() };
            if lock.entries.insert(key, access.to_owned()).is_some() {
                return Err(malformed("this method and path have an entry already"));
            }
        }
        Ok(lock)
    }

    /// What has to change in `self` to get `other`, in the order of the paths.
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        let gone_or_changed = self.entries.iter().filter_map(|(key, before)| match other.entries.get(key) {
            None => Some(Difference::Missing { key: key.clone(), access: before.clone() }),
            Some(after) if after != before => {
                Some(Difference::Changed { key: key.clone(), before: before.clone(), after: after.clone() })
            }
            Some(_) => None,
        });
        let added = other
            .entries
            .iter()
            .filter(|(key, _)| !self.entries.contains_key(key))
            .map(|(key, access)| Difference::Added { key: key.clone(), access: access.clone() });
        let mut differences: Vec<_> = gone_or_changed.chain(added).collect();
        differences.sort_by(|left, right| left.key().cmp(right.key()));
        differences
    }
}

impl Difference {
    /// The route that it is about.
    pub fn key(&self) -> &Key {
        match self {
            Self::Missing { key, .. } | Self::Added { key, .. } | Self::Changed { key, .. } => key,
        }
    }
}

/// The text of the lock, with its header and a line break at the end.
impl fmt::Display for Lock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{HEADER}")?;
        self.entries.iter().try_for_each(|(key, access)| writeln!(formatter, "{key} {access}"))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method, self.path)
    }
}

impl fmt::Display for MalformedLine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {} of the lock: {}", self.line, self.problem)
    }
}

impl std::error::Error for MalformedLine {}

/// An access in the lock's words; equal for accesses that differ only in the order of their parts.
pub fn access_text(access: &Access) -> String {
    let mut alternatives: Vec<_> = access.alternatives.iter().map(alternative_text).collect();
    alternatives.sort();
    alternatives.dedup();
    if alternatives.is_empty() { "nobody".to_owned() } else { alternatives.join(" | ") }
}

fn alternative_text(alternative: &Alternative) -> String {
    let principals = match &alternative.principals {
        Principals::Everyone => "everyone".to_owned(),
        Principals::Only(kinds) => sorted(kinds.iter().map(ToString::to_string)).join(","),
    };
    let clauses =
        alternative.scopes.iter().map(|clause| sorted(clause.any_of.iter().map(ToString::to_string)).join("|"));
    [principals]
        .into_iter()
        .chain(sorted(alternative.levels.iter().map(|level| format!("@{level}"))))
        .chain(sorted(alternative.tiers.iter().map(tier_text)))
        .chain(sorted(clauses))
        .chain(sorted(alternative.features.iter().map(|feature| format!("+{feature}"))))
        .collect::<Vec<_>>()
        .join(" ")
}

fn tier_text(tier: &Tier) -> String {
    match tier.ladder() {
        Tier::DEFAULT_LADDER => format!(">={tier}"),
        ladder => format!(">={ladder}/{tier}"),
    }
}

fn sorted(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut words: Vec<_> = words.collect();
    words.sort();
    words
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::{Feature, Level, PrincipalKind, Scope, ScopeClause};

    fn admins_with_a_scope() -> Access {
        Access::one(Alternative {
            principals: Principals::Only(Cow::Owned(vec![PrincipalKind::USER, PrincipalKind::API_KEY])),
            scopes: Cow::Owned(vec![ScopeClause {
                any_of: Cow::Owned(vec![Scope::literal("case:update"), Scope::literal("case:create")]),
            }]),
            tiers: Cow::Owned(vec![Tier::literal("", 2, "admin"), Tier::literal("key", 1, "read_write")]),
            levels: Cow::Owned(vec![Level::literal("workspace")]),
            features: Cow::Owned(vec![Feature::literal("cases")]),
        })
    }

    #[test]
    fn a_lock_is_one_sorted_line_per_route() {
        let mut lock = Lock::default();
        lock.insert("POST", "/cases", &admins_with_a_scope(), None);
        lock.insert("GET", "/cases/{id}", &Access::NOBODY, Some(Denial::NotFound));
        lock.insert("GET", "/cases", &Access::EVERYONE, None);
        assert_eq!(
            lock.to_string(),
            "# route-role lock 1\n\
             GET /cases everyone\n\
             POST /cases api_key,user @workspace >=admin >=key/read_write case:create|case:update +cases\n\
             GET /cases/{id} nobody => not_found\n"
        );
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut lock = Lock::default();
        lock.insert("POST", "/odd path", &admins_with_a_scope(), Some(Denial::Forbidden));
        lock.insert("ANY", "/", &Access::EVERYONE, None);
        assert_eq!(Lock::parse(&lock.to_string()), Ok(lock));
    }

    #[test]
    fn the_order_of_alternatives_does_not_matter() {
        let key = Access::one(Alternative {
            principals: Principals::Only(Cow::Owned(vec![PrincipalKind::API_KEY])),
            ..Alternative::UNRESTRICTED
        });
        let both = |first: &Access, second: &Access| Access {
            alternatives: Cow::Owned([first.alternatives.to_vec(), second.alternatives.to_vec()].concat()),
        };
        let admins = admins_with_a_scope();
        assert_eq!(access_text(&both(&key, &admins)), access_text(&both(&admins, &key)));
    }

    #[test]
    fn differences_name_what_is_missing_added_and_changed() {
        let before = Lock::parse("GET /a user\nGET /b user\nGET /c user").expect("three entries");
        let after = Lock::parse("GET /a user\nGET /b everyone\nGET /d user").expect("three entries");
        let found: Vec<_> = before.differences(&after).iter().map(|difference| format!("{difference:?}")).collect();
        assert_eq!(found.len(), 3);
        assert!(found[0].starts_with("Changed") && found[0].contains("everyone"), "{}", found[0]);
        assert!(found[1].starts_with("Missing") && found[1].contains("/c"), "{}", found[1]);
        assert!(found[2].starts_with("Added") && found[2].contains("/d"), "{}", found[2]);
    }

    #[test]
    fn a_line_without_an_access_and_a_repeated_route_are_errors() {
        assert_eq!(Lock::parse("# fine\n\nGET /a").map_err(|error| error.line), Err(3));
        assert_eq!(Lock::parse("GET /a user\nGET /a everyone").map_err(|error| error.line), Err(2));
    }
}
