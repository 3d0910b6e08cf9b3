//! The lock: the surface of a service as a text file that people review and that a running service is compared with.
//!
//! One line per fact, sorted, so that a change of access is a change of one line:
//!
//! ```text
//! # route-role lock 1
//! program service
//! GET /cases user case:read; handler service::cases::list; documented
//! GET /cases/{id} api_key,user @workspace case:read => not_found; handler service::cases::get; documented
//! DELETE /cases/{id} user @workspace >=admin case:delete | service => not_found; handler service::cases::delete
//! GET /healthz everyone; handler service::health; undeclared
//! assignable api_key @workspace case:*
//! reachable api_key @workspace case:read GET /cases/{id}
//! ```
//!
//! After the method and the path stands the access, its alternatives divided by ` | `. An alternative is the kinds of
//! caller (`everyone` if any kind will do), then `@level`, `>=tier` (`>=ladder/tier` where the policy has several
//! ladders), scopes (`a|b` where one of several suffices) and `+feature`. `nobody` is the access that admits none. `=>`
//! introduces what a refused caller of an object route sees.
//!
//! Behind `;` stands what only the source tells ([`Facts`]). A running program writes and compares the rest, so that one
//! file serves both: the linter writes all of it, and a service is held against what it can know.
//!
//! `assignable` lines say which scopes a kind of caller may be granted, `reachable` lines which routes a scope is good for.

mod entry;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use entry::{Entry, Facts, Uncertainty};
pub use words::{access_text, parse_access};

use crate::{Access, Denial};

/// The first line of every lock.
pub const HEADER: &str = "# route-role lock 1";

/// The surface as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    programs: BTreeMap<String, BTreeMap<Key, BTreeSet<Entry>>>,
    grants: BTreeSet<Grant>,
    reaches: BTreeSet<Reach>,
}

/// A method at a path; sorted by path first, so that what belongs together stands together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The full path.
    pub path: String,
    /// The method in upper case; `ANY` where every method is served.
    pub method: String,
}

/// A scope, or a pattern for scopes, that a kind of caller may be granted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// The kind of caller.
    pub principal: String,
    /// The level; `None` if it holds everywhere.
    pub level: Option<String>,
    /// The scope or pattern.
    pub scope: String,
}

/// A route that a granted scope is good for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reach {
    /// The scope.
    pub grant: Grant,
    /// The route.
    pub route: Key,
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
    /// Adds a route of a program that doesn't know its own name, without what only the source tells.
    pub fn insert(&mut self, method: &str, path: &str, access: &Access, denial: Option<Denial>) {
        let access = with_denial(access, denial);
        self.add("", Key::new(method, path), Entry { access, facts: Facts::default() });
    }

    /// Adds a route. If there is one already at this method and path, each is there under a condition.
    pub fn add(&mut self, program: &str, key: Key, mut entry: Entry) {
        let entries = self.programs.entry(words::word(program)).or_default().entry(key).or_default();
        if !entries.is_empty() && !entries.contains(&entry) {
            entry.facts.conditional = true;
            *entries = std::mem::take(entries).into_iter().map(Entry::under_a_condition).collect();
        }
        entries.insert(entry);
    }

    /// Adds a scope that may be granted.
    pub fn add_grant(&mut self, grant: Grant) {
        self.grants.insert(grant);
    }

    /// Adds a route that a scope is good for.
    pub fn add_reach(&mut self, reach: Reach) {
        self.reaches.insert(reach);
    }

    /// Every route with its program.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Key, &Entry)> {
        self.programs.iter().flat_map(|(program, routes)| {
            routes
                .iter()
                .flat_map(move |(key, entries)| entries.iter().map(move |entry| (program.as_str(), key, entry)))
        })
    }

    /// Every scope that may be granted.
    pub fn grants(&self) -> &BTreeSet<Grant> {
        &self.grants
    }

    /// Every route that a granted scope is good for.
    pub fn reaches(&self) -> &BTreeSet<Reach> {
        &self.reaches
    }

    /// Reads a lock. Empty lines and lines that begin with `#` say nothing.
    ///
    /// # Errors
    ///
    /// The first line that is no entry, or that repeats a route.
    pub fn parse(text: &str) -> Result<Self, MalformedLine> {
        let mut lock = Self::default();
        let mut program = String::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let read = match line.split_once(' ') {
                Some(("program", name)) => {
                    program = name.to_owned();
                    lock.programs.entry(program.clone()).or_default();
                    Ok(())
                }
                Some(("assignable", grant)) => lock.read_grant(grant),
                Some(("reachable", reach)) => lock.read_reach(reach),
                _ => lock.read_route(&program, line),
            };
            read.map_err(|problem| MalformedLine { line: index + 1, problem })?;
        }
        Ok(lock)
    }

    fn read_route(&mut self, program: &str, line: &str) -> Result<(), &'static str> {
        let mut words = line.splitn(3, ' ');
        let (Some(method), Some(path), Some(rest)) = (words.next(), words.next(), words.next()) else {
            return Err("expected a method, a path and an access");
        };
        let key = Key { path: path.to_owned(), method: method.to_owned() };
        let entry = Entry::parse(rest)?;
        let entries = self.programs.entry(program.to_owned()).or_default().entry(key).or_default();
        let is_alone = |entry: &Entry| !entry.facts.conditional;
        if entries.iter().any(is_alone) || (!entries.is_empty() && is_alone(&entry)) || !entries.insert(entry) {
            return Err("this method and path have an entry already");
        }
        Ok(())
    }

    fn read_grant(&mut self, text: &str) -> Result<(), &'static str> {
        let words: Vec<&str> = text.split(' ').collect();
        self.grants.insert(Grant::parse(&words).ok_or("expected a kind of caller, a level and a scope")?);
        Ok(())
    }

    fn read_reach(&mut self, text: &str) -> Result<(), &'static str> {
        let words: Vec<&str> = text.split(' ').collect();
        let expected = "expected a kind of caller, a level, a scope, a method and a path";
        let [grant @ .., method, path] = words.as_slice() else { return Err(expected) };
        let route = Key { path: (*path).to_owned(), method: (*method).to_owned() };
        self.reaches.insert(Reach { grant: Grant::parse(grant).ok_or(expected)?, route });
        Ok(())
    }

    /// On which routes a running program, `other`, isn't what this lock says, in the order of the paths.
    ///
    /// A lock may have several programs, and a running one doesn't know which of them it is: it has to be all of one of
    /// them, and is told how it differs from the nearest.
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        let running = other.programs.values().flatten();
        let running: BTreeMap<&Key, &str> =
            running.flat_map(|(key, entries)| entries.iter().map(move |entry| (key, entry.declared()))).collect();
        let compared = self.programs.values().map(|committed| differences(committed, &running));
        let nearest = compared.min_by_key(Vec::len);
        nearest.unwrap_or_else(|| differences(&BTreeMap::new(), &running))
    }
}

fn differences(committed: &BTreeMap<Key, BTreeSet<Entry>>, running: &BTreeMap<&Key, &str>) -> Vec<Difference> {
    let mut found = Vec::new();
    for (key, entries) in committed {
        let Some(first) = entries.first() else { continue };
        match running.get(key) {
            None if entries.iter().all(Entry::is_optional) => {}
            None => found.push(Difference::Missing { key: key.clone(), access: first.declared().to_owned() }),
            Some(after) if !entries.iter().any(|entry| entry.declared() == *after) => found.push(Difference::Changed {
                key: key.clone(),
                before: first.declared().to_owned(),
                after: (*after).to_owned(),
            }),
            Some(_) => {}
        }
    }
    let added = running.iter().filter(|(key, _)| !committed.contains_key(**key));
    found.extend(added.map(|(key, access)| Difference::Added { key: (*key).clone(), access: (*access).to_owned() }));
    found.sort_by(|left, right| left.key().cmp(right.key()));
    found
}

/// An access with what a refused caller sees.
pub fn with_denial(access: &Access, denial: Option<Denial>) -> String {
    let mut text = access_text(access);
    if let Some(denial) = denial {
        text.push_str(" => ");
        text.push_str(denial.keyword());
    }
    text
}

impl Key {
    /// A route. A blank would end the path when the line is read back, so it is spelt `%20`.
    pub fn new(method: &str, path: &str) -> Self {
        Self { path: words::word(path), method: words::word(method) }
    }
}

impl Grant {
    fn parse(words: &[&str]) -> Option<Self> {
        let (principal, level, scope) = match words {
            [principal, level, scope] => (principal, Some(words::decoded(level.strip_prefix('@')?)), scope),
            [principal, scope] => (principal, None, scope),
            _ => return None,
        };
        Some(Self { principal: words::decoded(principal), level, scope: words::decoded(scope) })
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
        for (program, routes) in &self.programs {
            if !program.is_empty() {
                writeln!(formatter, "program {program}")?;
            }
            for (key, entry) in routes.iter().flat_map(|(key, entries)| entries.iter().map(move |entry| (key, entry))) {
                writeln!(formatter, "{}", entry.line(key))?;
            }
        }
        self.grants.iter().try_for_each(|grant| writeln!(formatter, "assignable {grant}"))?;
        self.reaches.iter().try_for_each(|reach| writeln!(formatter, "reachable {} {}", reach.grant, reach.route))
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&words::name(&self.principal))?;
        if let Some(level) = &self.level {
            write!(formatter, " @{}", words::name(level))?;
        }
        write!(formatter, " {}", words::name(&self.scope))
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

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::{Alternative, Feature, Level, PrincipalKind, Principals, Scope, ScopeClause, Tier};

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

    #[test]
    fn what_only_the_source_tells_is_read_back_and_not_compared() {
        let facts = Facts {
            handler: Some("service::cases::<impl A; B>::get".to_owned()),
            declares: Some("user case:read".to_owned()),
            certainty: Some(Uncertainty::AtMost),
            unmapped: vec!["from_fn(a; b)".to_owned()],
            documented: Some(false),
            ..Facts::default()
        };
        let mut lock = Lock::default();
        lock.add("service", Key::new("GET", "/a"), Entry { access: "user @workspace case:read".to_owned(), facts });
        let open = Facts { undeclared: true, ..Facts::default() };
        lock.add("service", Key::new("GET", "/health"), Entry { access: "everyone".to_owned(), facts: open });
        let grant = Grant { principal: "api_key".to_owned(), level: None, scope: "case:*".to_owned() };
        lock.add_reach(Reach { grant: grant.clone(), route: Key::new("GET", "/a") });
        lock.add_grant(grant);
        assert_eq!(Lock::parse(&lock.to_string()), Ok(lock.clone()), "{lock}");
        let running = Lock::parse("GET /a user case:read").expect("an entry");
        assert_eq!(lock.differences(&running), []);
        let other = Lock::parse("GET /a user @workspace case:read\nGET /b user").expect("two entries");
        assert_eq!(lock.differences(&other).len(), 2);
    }

    #[test]
    fn a_running_program_has_to_be_one_of_the_locked_ones() {
        let lock =
            Lock::parse("program a\nGET /a user\nGET /x user\nprogram b\nGET /a everyone").expect("two programs");
        let running = |text| Lock::parse(text).expect("a lock");
        assert_eq!(lock.differences(&running("GET /a everyone")), []);
        assert_eq!(lock.differences(&running("GET /a user\nGET /x user")), []);
        assert_eq!(lock.differences(&running("GET /a everyone\nGET /x user")).len(), 1);
        assert_eq!(Lock::default().differences(&running("GET /a everyone")).len(), 1);
    }

    #[test]
    fn routes_of_one_key_are_there_under_conditions() {
        let mut lock = Lock::default();
        lock.insert("GET", "/a", &Access::EVERYONE, None);
        lock.insert("GET", "/a", &Access::NOBODY, None);
        let text = lock.to_string();
        assert_eq!(text, "# route-role lock 1\nGET /a everyone; conditional\nGET /a nobody; conditional\n");
        assert_eq!(Lock::parse(&text), Ok(lock.clone()));
        assert_eq!(lock.differences(&Lock::default()), []);
        assert_eq!(lock.differences(&Lock::parse("GET /a user").expect("an entry")).len(), 1);
    }

    #[test]
    fn an_access_is_read_back_from_its_words() {
        let ladders = [Tier::literal("", 2, "admin"), Tier::literal("key", 1, "read_write")];
        for access in
            [Access::EVERYONE, Access::NOBODY, admins_with_a_scope().or(&Access::EVERYONE), admins_with_a_scope()]
        {
            let read = parse_access(&access_text(&access), &ladders).expect("an access");
            assert_eq!(read.normalised(), access.normalised());
        }
        assert_eq!(parse_access("user >=owner", &ladders), None);
        let odd = Access::one(Alternative {
            scopes: Cow::Owned(vec![ScopeClause::one(Scope::new("@a | b;\n,%"))]),
            ..Alternative::UNRESTRICTED
        });
        assert_eq!(parse_access(&access_text(&odd), &[]), Some(odd));
    }
}
