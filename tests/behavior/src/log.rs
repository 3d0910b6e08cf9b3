//! What a wrong set-up says in the log.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use log::{Level, Log, Metadata, Record};

use crate::client::{ask, send};

static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Remember;

impl Log for Remember {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= Level::Error
    }

    fn log(&self, record: &Record<'_>) {
        if record.target() == "route_role" {
            SAID.lock().unwrap_or_else(PoisonError::into_inner).push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

/// Remembers from now on what is said. There is one log, so a program has one test of it.
///
/// # Panics
///
/// If the program has another logger.
pub fn remember() {
    log::set_boxed_logger(Box::new(Remember)).unwrap_or_else(|error| panic!("{error}"));
    log::set_max_level(log::LevelFilter::Error);
}

/// What is said while the same is asked three times.
///
/// # Panics
///
/// If there is no answer.
pub async fn said_about(address: SocketAddr, line: &str, token: &str) -> Vec<String> {
    SAID.lock().unwrap_or_else(PoisonError::into_inner).clear();
    for _ in 0..3 {
        send(address, ask(line, token)).await.unwrap_or_else(|error| panic!("{line}: {error}"));
    }
    SAID.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Mistakes of the application are said once, failures with every request, and refused callers never.
///
/// # Panics
///
/// If it isn't so.
pub async fn says_mistakes_once(address: SocketAddr) {
    let said = said_about(address, "GET /cases", "robot").await;
    assert_eq!(said, ["callers of kind `robot` are refused: the policy file declares no such principal"]);

    let said = said_about(address, "GET /unbound/cases/1", "user-of-w1").await;
    assert_eq!(said, ["a GET route is refused: its path has no parameter `workspace_id` to bind the tenant"]);

    let failure = "the request is refused: it can't be found out who calls: the session store doesn't answer";
    assert_eq!(said_about(address, "GET /cases", "broken").await, [failure; 3]);

    let said = said_about(address, "GET /cases", "key-without-scopes").await;
    assert!(said.is_empty(), "a refused caller is no mistake of the application: {said:?}");
}

/// That nothing says who calls is said once; `missing` is what would.
///
/// # Panics
///
/// If it isn't so.
pub async fn says_once_what_is_missing(address: SocketAddr, missing: &str) {
    let said = said_about(address, "GET /cases", "user-of-w1").await;
    assert_eq!(said, [format!("every guarded route is refused: put `{missing}` around the whole service")]);
}

/// That a route has no guard is said once, where only guarded ones may answer.
///
/// # Panics
///
/// If it isn't so.
pub async fn says_once_what_has_no_guard(address: SocketAddr) {
    let said = said_about(address, "GET /forgotten", "user-of-w1").await;
    assert_eq!(said, ["GET /forgotten is refused: its handler has no `#[route_role(…)]`"]);
}
