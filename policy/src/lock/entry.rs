//! One route in the lock.

use super::Key;
use super::words;
use crate::Denial;

/// What the lock says of a route.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The access and, behind `=>`, the denial.
    pub access: String,
    /// What only the source tells.
    pub facts: Facts,
}

/// What only the source tells of a route: a running program neither knows it nor is compared by it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Facts {
    /// The handler's full name.
    pub handler: Option<String>,
    /// What the handler's `#[route_role]` says, where layers and other guards restrict the route further. A running
    /// program knows this and nothing of the others.
    pub declares: Option<String>,
    /// What is known of the access, where that isn't everything.
    pub certainty: Option<Uncertainty>,
    /// Guards whose meaning isn't known, sorted.
    pub unmapped: Vec<String>,
    /// Whether the API description has it; `None` if there is no description.
    pub documented: Option<bool>,
    /// Whether it is there under a condition only, which a running program may not meet.
    pub conditional: bool,
    /// Whether it has no `#[route_role]`: a running router's list can't have it.
    pub undeclared: bool,
}

/// How much is missing from an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Uncertainty {
    /// A guard whose meaning isn't known restricts it further.
    AtMost,
    /// The handler or its guards couldn't be read.
    Unknown,
}

impl Entry {
    /// What a running program can say of the route.
    pub(super) fn declared(&self) -> &str {
        self.facts.declares.as_deref().unwrap_or(&self.access)
    }

    /// The same, there under a condition only.
    pub(super) fn under_a_condition(mut self) -> Self {
        self.facts.conditional = true;
        self
    }

    /// Whether a running program may be without the route.
    pub(super) fn is_optional(&self) -> bool {
        self.facts.conditional || self.facts.undeclared
    }

    /// The access without the denial, and the denial.
    pub fn parts(&self) -> (&str, Option<Denial>) {
        match self.access.split_once(" => ") {
            Some((access, denial)) => (access, Denial::from_keyword(denial)),
            None => (&self.access, None),
        }
    }

    /// The line of a route.
    pub(super) fn line(&self, key: &Key) -> String {
        let facts = &self.facts;
        let mut line = format!("{key} {}", self.access);
        let mut add = |fact: String| {
            line.push_str("; ");
            line.push_str(&fact);
        };
        if let Some(handler) = &facts.handler {
            add(format!("handler {}", words::phrase(handler)));
        }
        if let Some(declares) = &facts.declares {
            add(format!("declares {declares}"));
        }
        match facts.certainty {
            Some(Uncertainty::AtMost) => add("at_most".to_owned()),
            Some(Uncertainty::Unknown) => add("unknown".to_owned()),
            None => {}
        }
        for guard in &facts.unmapped {
            add(format!("unmapped {}", words::phrase(guard)));
        }
        match facts.documented {
            Some(true) => add("documented".to_owned()),
            Some(false) => add("undocumented".to_owned()),
            None => {}
        }
        if facts.conditional {
            add("conditional".to_owned());
        }
        if facts.undeclared {
            add("undeclared".to_owned());
        }
        line
    }

    /// What stands behind the method and the path.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let mut parts = text.split("; ");
        let access = parts.next().unwrap_or_default().to_owned();
        let mut facts = Facts::default();
        for part in parts {
            match part.split_once(' ').unwrap_or((part, "")) {
                ("handler", handler) => facts.handler = Some(words::decoded(handler)),
                ("declares", access) => facts.declares = Some(access.to_owned()),
                ("at_most", "") => facts.certainty = Some(Uncertainty::AtMost),
                ("unknown", "") => facts.certainty = Some(Uncertainty::Unknown),
                ("unmapped", guard) => facts.unmapped.push(words::decoded(guard)),
                ("documented", "") => facts.documented = Some(true),
                ("undocumented", "") => facts.documented = Some(false),
                ("conditional", "") => facts.conditional = true,
                ("undeclared", "") => facts.undeclared = true,
                _ => return Err("this version doesn't know what stands behind the last `;` that it could read"),
            }
        }
        Ok(Self { access, facts })
    }
}
