//! Tests for Rust: the running service is the committed lock, and every caller gets the answer that the policy gives.
//!
//! Which answer that is says [`decide`](route_role_policy::decide()) while the matrix is written, so that a change of it is a change of a line that somebody reviews. What asks is `route_role::axum::matrix`.

mod answer;
mod caller;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write};

use route_role_policy::Policy;

use self::answer::{Answer, answer, obstacle};
use self::caller::{Caller, callers};
use super::identifier::{identifiers, joined};
use super::origin::{ADVICE, Origin, comment};
use super::rust::literal;
use crate::resolve::Route;
use crate::surface::{RouteSurface, Surface};

/// The tests of one program.
#[derive(Debug)]
pub struct Matrix {
    rows: Vec<Row>,
    /// Routes that aren't asked for, each with the reason.
    left_out: Vec<String>,
    /// Kinds of caller.
    kinds: Vec<String>,
    /// Callers with everything, by their kinds.
    full: BTreeMap<String, Caller>,
    /// Whether there are routes in the router's own list.
    is_declared: bool,
}

/// A route and the answers that its callers get.
#[derive(Debug)]
struct Row {
    method: String,
    path: String,
    answers: BTreeMap<Answer, BTreeSet<Caller>>,
}

impl Matrix {
    /// The matrix of the routes of a program.
    pub fn of(surface: &Surface, policy: &Policy, program: usize) -> Self {
        let routes = || {
            let rows = surface.inventory.routes.iter().zip(&surface.rows);
            rows.filter(|(route, _)| route.program == program)
        };
        let kinds: Vec<String> = policy.principal_kinds().map(ToString::to_string).collect();
        let mut everything = Caller::with_all_of(policy);
        routes().for_each(|(_, row)| everything.add_scopes(&row.access));
        let full =
            kinds.iter().filter(|kind| *kind != "anonymous").map(|kind| (kind.clone(), everything.of_kind(kind)));
        let mut matrix = Self {
            rows: Vec::new(),
            left_out: Vec::new(),
            full: full.collect(),
            kinds,
            is_declared: routes().any(|(route, _)| route.attribute.is_some()),
        };
        for (route, row) in routes() {
            match obstacle(route, row) {
                Some(reason) => matrix.left_out.push(format!("{} {}: {reason}", route.method, route.path)),
                None => matrix.add(route, row, policy),
            }
        }
        matrix.left_out.sort();
        matrix.left_out.dedup();
        matrix
    }

    fn add(&mut self, route: &Route, row: &RouteSurface, policy: &Policy) {
        let mut answers: BTreeMap<Answer, BTreeSet<Caller>> = BTreeMap::new();
        let common = self.kinds.iter().map(|kind| Caller::nothing(kind)).chain(self.full.values().cloned());
        for caller in common.chain(callers(&row.access, policy)) {
            answers.entry(answer(route, row, &caller.principal())).or_default().insert(caller);
        }
        // Every method is served: one is as good as another.
        let method = if route.method == "ANY" { "GET" } else { &route.method };
        self.rows.push(Row { method: method.to_owned(), path: route.path.clone(), answers });
    }

    /// Whether there is nothing to ask for.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether the running service has a list to be compared with the lock.
    pub fn is_declared(&self) -> bool {
        self.is_declared
    }

    /// Routes that aren't asked for, each with the reason.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// The file. `lock` is the way from the folder of the package's manifest to the lock.
    pub fn generate(&self, lock: &str, origin: &Origin) -> String {
        let mut text = String::new();
        // Nothing that is written to a text fails.
        let _ = self.write(&mut text, lock, origin);
        text
    }

    fn write(&self, out: &mut String, lock: &str, origin: &Origin) -> fmt::Result {
        writeln!(
            out,
            "//! Whether the running service is what was reviewed.\n//!\n//! {}\n//! {ADVICE}",
            origin.sentence()
        )?;
        writeln!(
            out,
            "//! The module around it has a function `application`, which gives a `route_role::axum::matrix::Application`.\n"
        )?;
        let used: BTreeSet<&str> =
            self.rows.iter().flat_map(|row| row.answers.keys()).map(|answer| answer.variant()).collect();
        let used: Vec<&str> = used.into_iter().collect();
        match used.as_slice() {
            [only] => writeln!(out, "use route_role::axum::matrix::Expected::{only};")?,
            several => writeln!(out, "use route_role::axum::matrix::Expected::{{{}}};", several.join(", "))?,
        }
        let application = if self.is_declared { "Application, " } else { "" };
        writeln!(out, "use route_role::axum::matrix::{{{application}Caller, Row, check}};\n\nuse super::application;")?;
        if self.is_declared {
            self.write_lock_test(out, lock)?;
        }
        writeln!(out, "\n/// Every caller gets the answer that the policy gives.\n#[tokio::test]")?;
        writeln!(out, "async fn every_caller_gets_the_answer_that_the_policy_gives() {{")?;
        writeln!(
            out,
            "    if let Err(unexpected) = check(&application(), matrix()).await {{\n        panic!(\"{{unexpected}}\");\n    }}\n}}"
        )?;
        let names = self.names();
        self.write_callers(out, &names)?;
        self.write_rows(out, &names)
    }

    fn write_lock_test(&self, out: &mut String, lock: &str) -> fmt::Result {
        let lock = literal(&format!("/{lock}"));
        writeln!(out, "\n/// The routes of the running service are those of the lock.\n#[rustfmt::skip]\n#[test]")?;
        writeln!(out, "fn the_routes_are_those_of_the_lock() {{")?;
        writeln!(out, "    let lock = include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {lock}));")?;
        writeln!(out, "    if let Err(mismatch) = route_role::verify(&application().routes(), lock) {{")?;
        writeln!(out, "        panic!(\"{{mismatch}}\");\n    }}\n}}")
    }

    /// The constants of callers who hold nothing or everything.
    fn names(&self) -> BTreeMap<Caller, String> {
        let bare = self.kinds.iter().map(|kind| (Caller::nothing(kind), joined(&[kind])));
        let full = self.full.values().map(|caller| (caller.clone(), joined(&["full", caller.kind()])));
        // Where there is nothing to hold, both are the same caller.
        let callers: BTreeMap<Caller, String> = full.chain(bare).collect();
        let constants = identifiers(callers.values().map(String::as_str));
        callers.iter().map(|(caller, text)| (caller.clone(), constants[text.as_str()].clone())).collect()
    }

    fn write_callers(&self, out: &mut String, names: &BTreeMap<Caller, String>) -> fmt::Result {
        let by_name: BTreeMap<&str, &Caller> = names.iter().map(|(caller, name)| (name.as_str(), caller)).collect();
        for (name, caller) in by_name {
            let kind = comment(caller.kind());
            let about = if *caller == Caller::nothing(caller.kind()) {
                format!("A caller of kind `{kind}` who holds nothing.")
            } else {
                format!("A caller of kind `{kind}` who holds everything.")
            };
            writeln!(out, "\n/// {about}\n#[rustfmt::skip]\nconst {name}: Caller = {};", caller.expression(None))?;
        }
        Ok(())
    }

    fn write_rows(&self, out: &mut String, names: &BTreeMap<Caller, String>) -> fmt::Result {
        writeln!(out)?;
        if !self.left_out.is_empty() {
            writeln!(out, "// Nobody asks for these:")?;
            self.left_out.iter().try_for_each(|route| writeln!(out, "// * {}", comment(route)))?;
            writeln!(out)?;
        }
        // A kind of caller may have any name in upper case.
        writeln!(out, "#[rustfmt::skip]\nfn matrix() -> &'static [Row] {{\n    const {{ &[")?;
        for Row { method, path, answers } in &self.rows {
            writeln!(out, "        Row {{ method: {}, path: {}, answers: &[", literal(method), literal(path))?;
            for (answer, callers) in answers {
                let callers: Vec<String> = callers
                    .iter()
                    .map(|caller| match names.get(caller) {
                        Some(name) => name.clone(),
                        None => caller.expression(names.get(&Caller::nothing(caller.kind())).map(String::as_str)),
                    })
                    .collect();
                writeln!(out, "            ({}, &[{}]),", answer.variant(), callers.join(", "))?;
            }
            writeln!(out, "        ] }},")?;
        }
        writeln!(out, "    ] }}\n}}")
    }
}
