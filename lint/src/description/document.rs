//! What is read of a description.

use std::collections::BTreeMap;

use super::Template;
use crate::resolve::SecurityRequirement;
use crate::source::Span;

/// What a description says of the routes of a service.
#[derive(Debug, Clone)]
pub struct Description {
    /// Where it says what it is: `openapi: 3.1.0`.
    pub head: Span,
    /// The paths of its servers, each once, without a `/` at their end; an empty one for a server without a path.
    pub bases: Vec<String>,
    /// The schemes that it declares, with their places.
    pub schemes: BTreeMap<String, Span>,
    /// Its operations, in the order of the file.
    pub operations: Vec<Operation>,
    /// Paths whose operations stand in another file.
    pub elsewhere: Vec<Template>,
}

/// One method at one path.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Upper case.
    pub method: String,
    /// The path as it is written.
    pub path: String,
    /// The path without the names of its parameters.
    pub template: Template,
    /// What it asks of its callers.
    pub security: Security,
    /// Where it stands: its method.
    pub span: Span,
}

/// What an operation asks of its callers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Security {
    /// Something that is written down, for it or for all operations.
    Stated(StatedSecurity),
    /// Nothing is written down.
    Nothing,
    /// It is written down that it isn't known: `x-route-role: { unproven: … }`.
    Unproven,
}

/// Alternatives of what a caller has to show, where a description states them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedSecurity {
    /// The alternatives.
    pub requirements: Vec<SecurityRequirement>,
    /// Where they stand.
    pub span: Span,
    /// Whether they are those of all operations that have none of their own.
    pub is_default: bool,
}

impl Operation {
    /// `GET /cases/{id}`.
    pub fn title(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

impl Description {
    /// Whether it never says who may call.
    pub fn says_nothing_of_callers(&self) -> bool {
        self.operations.iter().any(|operation| operation.security == Security::Nothing)
            && !self.operations.iter().any(|operation| matches!(operation.security, Security::Stated(_)))
    }
}
