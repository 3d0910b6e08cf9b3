//! The routes of a running program, and whether they are the ones that were reviewed.

use std::error::Error;
use std::fmt;

use route_role_policy::lock::{self, Difference, Lock, MalformedLine};
use route_role_policy::{Declaration, Denial};

use crate::Protection;

/// One method at one path of the running program.
#[derive(Debug, Clone)]
pub struct Route {
    /// Upper case; `ANY` where every method is served.
    pub method: &'static str,
    /// The full path, `/cases/{id}`.
    pub path: String,
    /// The handler's type name.
    pub handler: &'static str,
    /// What the handler's guard enforces.
    pub protection: &'static Protection,
}

impl Route {
    /// What the handler's `#[route_role]` says.
    pub fn declaration(&self) -> &'static Declaration {
        &self.protection.declaration
    }

    /// What a refused caller sees: the attribute's word, else the policy's if the route addresses an object.
    pub fn denial(&self) -> Option<Denial> {
        self.protection.denial_at(Some(&self.path))
    }
}

/// As a line of the lock, followed by the handler.
impl fmt::Display for Route {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let access = lock::access_text(&self.declaration().access);
        write!(formatter, "{} {} {access} ({})", self.method, self.path, self.handler)
    }
}

/// The lock that describes these routes.
pub(crate) fn lock_of(routes: &[Route]) -> Lock {
    let mut lock = Lock::default();
    for route in routes {
        lock.insert(route.method, &route.path, &route.declaration().access, route.denial());
    }
    lock
}

/// Compares the routes of the running program with the text of the committed lock.
///
/// # Errors
///
/// A text that is no lock, or each route on which the program and the lock disagree.
pub fn verify(routes: &[Route], lock_text: &str) -> Result<(), Mismatch> {
    let committed = Lock::parse(lock_text).map_err(Mismatch::Malformed)?;
    match committed.differences(&lock_of(routes)) {
        differences if differences.is_empty() => Ok(()),
        differences => Err(Mismatch::Different(differences)),
    }
}

/// How the running program and its lock disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mismatch {
    /// The lock can't be read.
    Malformed(MalformedLine),
    /// The routes on which they disagree, the lock being the first of each difference.
    Different(Vec<Difference>),
}

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let differences = match self {
            Self::Malformed(malformed) => return malformed.fmt(formatter),
            Self::Different(differences) => differences,
        };
        writeln!(formatter, "the program's routes are not the ones in the lock:")?;
        for difference in differences {
            let key = difference.key();
            match difference {
                Difference::Missing { access, .. } => writeln!(formatter, "- {key} {access}")?,
                Difference::Added { access, .. } => writeln!(formatter, "+ {key} {access}")?,
                Difference::Changed { before, after, .. } => {
                    writeln!(formatter, "- {key} {before}")?;
                    writeln!(formatter, "+ {key} {after}")?;
                }
            }
        }
        formatter.write_str("run `route-role lock` and review what it changes")
    }
}

impl Error for Mismatch {}
