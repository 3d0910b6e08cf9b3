//! Messages about a wrong set-up, which would otherwise repeat with every request.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Beyond this many different messages a set-up is not wrong in a new way; callers must not be able to fill memory.
const LIMIT: usize = 64;

static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Logs an error the first time that this process says it.
pub(crate) fn error(message: String) {
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    if said.len() < LIMIT && !said.contains(&message) {
        log::error!(target: "route_role", "{message}");
        said.insert(message);
    }
}
