//! A route as JSON.

use serde::Serialize;

use super::access::Access;
use super::{Lines, Place};
use crate::resolve::{self, Documentation, GuardKind, Operation};
use crate::surface::{GuardMeaning, RouteSurface, Surface};

#[derive(Serialize)]
pub(super) struct Route<'a> {
    program: &'a str,
    method: &'a str,
    path: &'a str,
    handler: Handler<'a>,
    guards: Vec<Guard<'a>>,
    access: Access<'a>,
    public: Option<&'a str>,
    documented: Option<bool>,
    documentation: Option<OperationView<'a>>,
    mounts: Vec<Place<'a>>,
    conditions: Vec<Condition<'a>>,
}

#[derive(Serialize)]
struct Handler<'a> {
    name: &'a str,
    file: &'a str,
    line: u32,
}

#[derive(Serialize)]
struct Guard<'a> {
    kind: &'static str,
    text: &'a str,
    term: String,
    meaning: Meaning,
    file: &'a str,
    line: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Meaning {
    Neutral,
    Unmapped,
    #[serde(untagged)]
    Access(String),
}

#[derive(Serialize)]
struct OperationView<'a> {
    operation_id: Option<&'a str>,
    /// As the operation or the document states it: any one of these, of each all schemes.
    security: Option<Vec<Vec<&'a str>>>,
    accidental: bool,
}

#[derive(Serialize)]
struct Condition<'a> {
    text: &'a str,
    holds: bool,
    #[serde(flatten)]
    place: Place<'a>,
}

impl<'a> Route<'a> {
    pub(super) fn of(
        route: &'a resolve::Route,
        row: &'a RouteSurface,
        surface: &'a Surface,
        lines: &Lines<'a>,
    ) -> Self {
        let handler = Place::of(route.handler.span, lines);
        Self {
            program: surface.inventory.programs.get(route.program).map_or("", |program| &program.name),
            method: &route.method,
            path: &route.path,
            handler: Handler { name: &route.handler.name, file: handler.file, line: handler.line },
            guards: route
                .guards
                .iter()
                .zip(&row.guards)
                .map(|(guard, mapped)| Guard::of(guard, &mapped.meaning, lines))
                .collect(),
            access: Access::of(row),
            public: row.public.as_deref(),
            documented: documented(&route.documentation),
            documentation: OperationView::of(&route.documentation),
            mounts: route.mounts.iter().map(|span| Place::of(*span, lines)).collect(),
            conditions: route
                .conditions
                .iter()
                .map(|condition| Condition {
                    text: &condition.text,
                    holds: condition.holds,
                    place: Place::of(condition.span, lines),
                })
                .collect(),
        }
    }
}

impl<'a> Guard<'a> {
    fn of(guard: &'a resolve::Guard, meaning: &GuardMeaning, lines: &Lines<'a>) -> Self {
        let place = Place::of(guard.span, lines);
        Self {
            kind: match guard.kind {
                GuardKind::Layer => "layer",
                GuardKind::Attribute => "attribute",
                GuardKind::Extractor => "extractor",
                GuardKind::Call => "call",
                GuardKind::RouteRole => "route_role",
            },
            text: &guard.text,
            term: guard.term.to_string(),
            meaning: match meaning {
                GuardMeaning::Access { access, .. } => Meaning::Access(crate::report::access::describe(access)),
                GuardMeaning::Neutral => Meaning::Neutral,
                GuardMeaning::Unmapped => Meaning::Unmapped,
            },
            file: place.file,
            line: place.line,
        }
    }
}

fn documented(documentation: &Documentation) -> Option<bool> {
    match documentation {
        Documentation::None => None,
        Documentation::Documented(_) => Some(true),
        Documentation::Undocumented { .. } | Documentation::Accidental { .. } => Some(false),
    }
}

impl<'a> OperationView<'a> {
    fn of(documentation: &'a Documentation) -> Option<Self> {
        let (operation, accidental) = match documentation {
            Documentation::None | Documentation::Undocumented { operation: None } => return None,
            Documentation::Documented(operation) | Documentation::Undocumented { operation: Some(operation) } => {
                (operation, false)
            }
            Documentation::Accidental { operation } => (operation, true),
        };
        Some(Self { operation_id: operation.id.as_deref(), security: security(operation), accidental })
    }
}

fn security(operation: &Operation) -> Option<Vec<Vec<&str>>> {
    let stated = operation.security.as_ref().or(operation.default_security.as_ref())?;
    Some(stated.iter().map(|requirement| requirement.schemes.iter().map(|(name, _)| name.as_str()).collect()).collect())
}
