//! The list.

use std::net::SocketAddr;

use route_role::Answer;

use crate::client::{Ask, Reply, ask, nobody, send};

/// What comes back.
#[derive(Debug, Clone, Copy)]
enum Expected {
    /// The handler answers with this body.
    LetIn(&'static str),
    /// A guard, or the handler through `Access`, answers, with these bytes on every framework.
    Told(Answer),
    /// The caller is let in, and the framework's own extractor finds fault with the request.
    Faulty,
}

use Expected::{Faulty, LetIn, Told};

const fn with_body<'a>(line: &'a str, token: &'a str, body: &'a str) -> Ask<'a> {
    Ask { body: Some(body), ..ask(line, token) }
}

const TITLE: &str = r#"{"title":"t"}"#;
const CASE: &str = r#"{"id":1,"workspace":"w1","locked":false}"#;

const BEHAVIORS: &[(&str, &[(Ask<'static>, Expected)])] = &[
    ("a caller with everything is let in", &[(ask("GET /cases/1", "user-of-w1"), LetIn(CASE))]),
    (
        "without credentials it is 401 with a challenge",
        &[
            (nobody("GET /cases/1"), Told(Answer::Unauthenticated)),
            (ask("GET /cases/1", "expired"), Told(Answer::Unauthenticated)),
        ],
    ),
    (
        "a key is refused where only sessions are accepted",
        &[(ask("GET /me", "user-of-w1"), LetIn("user")), (ask("GET /me", "key-of-w1"), Told(Answer::Forbidden))],
    ),
    (
        "a missing scope is 403 unless the route hides its object",
        &[
            (ask("GET /cases", "key-without-scopes"), Told(Answer::Forbidden)),
            (ask("GET /cases/1", "key-without-scopes"), Told(Answer::Absent)),
        ],
    ),
    (
        "the policy's default denial holds for object routes",
        &[
            (ask("GET /notes/1", "user-of-w1"), LetIn("note")),
            (ask("GET /notes/2", "user-of-w1"), Told(Answer::Absent)),
            (ask("GET /notes/1", "key-without-scopes"), Told(Answer::Absent)),
            (ask("GET /cases", "key-without-scopes"), Told(Answer::Forbidden)),
        ],
    ),
    (
        "a tier below the role's is refused",
        &[
            (ask("DELETE /cases/1", "admin-of-w1"), LetIn("deleted")),
            (ask("DELETE /cases/1", "user-of-w1"), Told(Answer::Forbidden)),
            (ask("DELETE /cases/2", "admin-of-w1"), Told(Answer::Absent)),
        ],
    ),
    (
        "a feature that is switched off is refused",
        &[
            (ask("GET /export", "exporter"), LetIn("everything")),
            (ask("GET /export", "user-of-w1"), Told(Answer::Forbidden)),
        ],
    ),
    (
        "a change of a child needs the scope on its parent too",
        &[
            (ask("POST /cases/1/notes", "case-and-note-writer"), LetIn("added")),
            (ask("POST /cases/1/notes", "note-writer"), Told(Answer::Absent)),
            (ask("POST /cases/1/notes", "case-writer"), Told(Answer::Absent)),
        ],
    ),
    (
        "the tenant in the path must be the caller's",
        &[
            (ask("GET /workspaces/w1/cases/1", "user-of-w1"), LetIn(CASE)),
            (ask("GET /workspaces/%77%31/cases/1", "user-of-w1"), LetIn(CASE)),
            (ask("GET /workspaces/w2/cases/2", "user-of-w1"), Told(Answer::Absent)),
            (ask("GET /workspaces/w1/cases/2", "user-of-w1"), Told(Answer::Absent)),
        ],
    ),
    (
        "a path without the stated tenant is refused",
        &[(ask("GET /unbound/cases/1", "user-of-w1"), Told(Answer::Undecided))],
    ),
    (
        "absent, not yours and malformed are one answer",
        &[
            (ask("GET /cases/2", "user-of-w1"), Told(Answer::Absent)),
            (ask("GET /cases/99", "user-of-w1"), Told(Answer::Absent)),
            (ask("GET /cases/none", "user-of-w1"), Told(Answer::Absent)),
            (ask("GET /cases/none", "key-without-scopes"), Told(Answer::Absent)),
        ],
    ),
    (
        "a malformed body tells nothing to who may not ask",
        &[
            (with_body("POST /cases", "user-of-w1", TITLE), LetIn("t")),
            (with_body("POST /cases", "user-of-w1", "{"), Faulty),
            (with_body("POST /cases", "expired", "{"), Told(Answer::Unauthenticated)),
            (with_body("POST /cases", "key-of-w1", "{"), Told(Answer::Forbidden)),
            (with_body("POST /cases", "key-of-w1", TITLE), Told(Answer::Forbidden)),
            (with_body("PUT /cases/1", "key-of-w1", "{"), Told(Answer::Absent)),
        ],
    ),
    (
        "a malformed query tells nothing to who may not ask",
        &[
            (ask("GET /search?limit=7", "user-of-w1"), LetIn("7")),
            (ask("GET /search?limit=none", "user-of-w1"), Faulty),
            (ask("GET /search?limit=none", "key-without-scopes"), Told(Answer::Forbidden)),
            (nobody("GET /search?limit=none"), Told(Answer::Unauthenticated)),
        ],
    ),
    (
        "a malformed path tells nothing to who may not ask",
        &[
            (ask("GET /plain/7", "user-of-w1"), LetIn("7")),
            (ask("GET /plain/none", "user-of-w1"), Faulty),
            (ask("GET /plain/none", "key-without-scopes"), Told(Answer::Forbidden)),
            (nobody("GET /plain/none"), Told(Answer::Unauthenticated)),
        ],
    ),
    (
        "a kind of caller that the policy doesn't know is refused",
        &[(ask("GET /cases", "robot"), Told(Answer::Forbidden))],
    ),
    (
        "when it can't be found out who calls, the request is refused",
        &[
            (ask("GET /cases", "broken"), Told(Answer::Undecided)),
            (with_body("POST /cases", "broken", "{"), Told(Answer::Undecided)),
        ],
    ),
    (
        "an open route doesn't ask who calls unless its handler does",
        &[
            (ask("GET /healthz", "broken"), LetIn("up")),
            (ask("GET /whoami", "broken"), Told(Answer::Undecided)),
            (nobody("GET /whoami"), LetIn("anonymous")),
            (ask("GET /whoami", "key-of-w1"), LetIn("api_key")),
        ],
    ),
    (
        "who may read an object may know that it is locked",
        &[
            (with_body("PUT /cases/1", "user-of-w1", TITLE), LetIn("t")),
            (with_body("PUT /cases/3", "user-of-w1", TITLE), Told(Answer::Forbidden)),
            (with_body("PUT /cases/3", "user-of-w2", TITLE), Told(Answer::Absent)),
            (with_body("PUT /cases/3", "key-of-w1", TITLE), Told(Answer::Absent)),
        ],
    ),
];

/// Asks a service everything.
///
/// # Panics
///
/// If an answer isn't the expected one, with all that aren't.
pub async fn holds(address: SocketAddr) {
    let mut wrong = Vec::new();
    for (behavior, requests) in BEHAVIORS {
        for (request, expected) in *requests {
            let reply =
                send(address, *request).await.unwrap_or_else(|error| panic!("{behavior}: {request:?}: {error}"));
            if let Err(problem) = expected.is_met_by(&reply) {
                wrong.push(format!("{behavior}: {request:?}: expected {expected:?}, {problem}: {reply:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Asks a service for an object of somebody else, and for one that isn't there: all bytes must agree.
///
/// # Panics
///
/// If they don't.
pub async fn collapses(address: SocketAddr) {
    let body = |method: &str| (method == "PUT").then_some(TITLE);
    for token in ["user-of-w1", "key-without-scopes"] {
        for method in ["GET", "HEAD", "PUT", "PATCH"] {
            let reply = async |id: u64| {
                let line = format!("{method} /cases/{id}");
                let ask = Ask { line: &line, token: Some(token), body: body(method) };
                send(address, ask).await.unwrap_or_else(|error| panic!("{line}: {error}"))
            };
            let (denied, absent) = (reply(2).await, reply(99).await);
            assert_eq!(denied, absent, "{method} as {token}");
            assert!(denied.status >= 400, "{method} as {token}: {denied:?}");
        }
        let get = send(address, ask("GET /cases/2", token)).await.unwrap_or_else(|error| panic!("{error}"));
        let head = send(address, ask("HEAD /cases/2", token)).await.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((head.status, head.body.as_str()), (get.status, ""), "HEAD is GET without a body");
        assert_eq!(head.headers, get.headers, "HEAD is GET without a body");
    }
}

/// Asks a service around which nothing says who calls: nothing but open routes may be answered.
///
/// # Panics
///
/// If anything else is.
pub async fn refuses_without_layer(address: SocketAddr) {
    for request in [
        ask("GET /cases/1", "user-of-w1"),
        nobody("GET /cases/1"),
        ask("GET /whoami", "user-of-w1"),
        with_body("POST /cases", "user-of-w1", "{"),
    ] {
        let reply = send(address, request).await.unwrap_or_else(|error| panic!("{request:?}: {error}"));
        if let Err(problem) = Told(Answer::Undecided).is_met_by(&reply) {
            panic!("{request:?}: {problem}: {reply:?}");
        }
    }
    let reply = send(address, nobody("GET /healthz")).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(reply.status, 200);
}

impl Expected {
    fn is_met_by(self, reply: &Reply) -> Result<(), &'static str> {
        let is_problem = reply.header("content-type") == Some("application/problem+json");
        match self {
            LetIn(body) if (reply.status, reply.body.as_str()) != (200, body) => Err("got something else"),
            Faulty if !(400..500).contains(&reply.status) || is_problem => Err("got something else"),
            LetIn(_) | Faulty => Ok(()),
            Told(answer) if reply.status != answer.status() => Err("the status differs"),
            Told(answer) if reply.body != answer.problem_document() => Err("the body differs"),
            Told(_) if !is_problem => Err("the content type differs"),
            Told(_) if reply.headers.iter().filter(|line| line.starts_with("content-type:")).count() != 1 => {
                Err("there is more than one content type")
            }
            Told(answer) => {
                let expected = (answer == Answer::Unauthenticated).then_some("Bearer");
                if reply.header("www-authenticate") == expected { Ok(()) } else { Err("the challenge differs") }
            }
        }
    }
}
