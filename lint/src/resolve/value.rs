//! What the evaluation of router-building code computes with.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::frontend::rust::axum::RouterKind;
use crate::frontend::rust::types::TypeArgument;
use crate::source::Span;

use super::inventory::{Condition, Matching, Operation};
use super::modules::{Definition, ModuleId};
use super::names::Resolved;

/// A value of the program, as far as it matters for its routes.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// Nothing is known.
    Unknown,
    /// Evaluation doesn't come back from here: `return`, `panic!`, an endless loop.
    Never,
    /// Text; [`HOLE`] stands for the parts that aren't known.
    Text(Rc<str>),
    Int(i64),
    Bool(bool),
    List(Rc<Vec<Value>>),
    Tuple(Rc<Vec<Value>>),
    /// A struct literal or the value behind a constructor.
    Record(Rc<Record>),
    /// A path: a function, a constructor, a constant that has no value of interest.
    Path(Rc<PathValue>),
    Closure(Rc<Closure>),
    Router(Rc<Router>),
    MethodRouter(Rc<MethodRouter>),
    /// What `routes!(…)` of utoipa-axum gives.
    DocumentedRoutes(Rc<DocumentedRoutes>),
    /// The API description of a router.
    Document(Rc<Document>),
    /// A call that wasn't evaluated, kept for what its name says.
    Call(Rc<Call>),
    /// One of several, depending on conditions.
    Choice(Rc<Vec<(Vec<Condition>, Value)>>),
}

/// Stands for a part of a text that isn't known.
pub(crate) const HOLE: char = '\u{fffc}';

/// Longer texts aren't paths.
const MAX_TEXT: usize = 8192;

/// Longer lists aren't what routes are made from.
const MAX_LIST: usize = 10_000;

#[derive(Debug, Clone, Default)]
pub(crate) struct Record {
    pub(crate) definition: Option<Definition>,
    pub(crate) fields: BTreeMap<String, Value>,
}

#[derive(Debug, Clone)]
pub(crate) struct PathValue {
    pub(crate) resolved: Resolved,
    pub(crate) generics: Vec<TypeArgument>,
    /// The module in which the path, and with it the generics, is written.
    pub(crate) module: ModuleId,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Closure {
    pub(crate) expression: Rc<syn::ExprClosure>,
    pub(crate) environment: super::evaluate::Environment,
    pub(crate) span: Span,
    /// The types of the parameters with their places, as far as they are written down.
    pub(crate) parameters: Vec<(Option<crate::frontend::rust::types::TypeRef>, Span)>,
}

#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) callee: Callee,
    pub(crate) arguments: Vec<Value>,
    /// Where each argument stands, as far as that is known.
    pub(crate) places: Vec<Span>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum Callee {
    Path(Rc<PathValue>),
    Method {
        receiver: Value,
        name: String,
    },
    Macro(Vec<String>),
    /// A local variable or another expression that can't be named.
    Other,
}

#[derive(Debug, Clone)]
pub(crate) struct Router {
    pub(crate) kind: RouterKind,
    pub(crate) lineage: usize,
    pub(crate) entries: Vec<Entry>,
    pub(crate) document: Vec<DocumentedOperation>,
    /// What the application's own API description says when an operation says nothing.
    pub(crate) document_base: Option<Rc<Document>>,
    /// What sees the requests of every route, whenever it is added: Rocket's fairings, actix-web's middleware. From the inside out.
    pub(crate) attached: Vec<Rc<Layer>>,
    /// What else holds for all of it, in actix-web.
    pub(crate) around: Around,
}

/// What holds for all routes of a router of actix-web, those added later too.
#[derive(Debug, Clone, Default)]
pub(crate) struct Around {
    /// The paths that it answers under, each with the conditions under which it does.
    pub(crate) prefixes: Vec<(Vec<Condition>, String)>,
    pub(crate) demands: Demands,
}

/// What guards of actix-web ask of a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Demands {
    /// One of these methods; any if there is no list.
    pub(crate) methods: Option<Vec<String>>,
    pub(crate) conditions: Vec<Condition>,
}

impl Demands {
    pub(crate) fn of_methods(methods: Vec<String>) -> Self {
        Self { methods: Some(methods), conditions: Vec::new() }
    }

    /// Both have to be met.
    pub(crate) fn and(self, other: Self) -> Self {
        let methods = match (self.methods, other.methods) {
            (Some(left), Some(right)) => Some(left.into_iter().filter(|method| right.contains(method)).collect()),
            (left, right) => left.or(right),
        };
        Self { methods, conditions: [self.conditions, other.conditions].concat() }
    }

    /// What is left of a route for `method` (or `ANY`): the methods that it can still be asked with.
    pub(crate) fn methods_of(&self, method: &str) -> Vec<String> {
        match &self.methods {
            Some(methods) if method == "ANY" => methods.clone(),
            Some(methods) => methods.iter().filter(|known| *known == method).cloned().collect(),
            None => vec![method.to_owned()],
        }
    }
}

/// One handler at one path, inside a router.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Tells the same entry apart from an equal one when branches are joined.
    pub(crate) id: usize,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) handler: Rc<Handler>,
    pub(crate) is_fallback: bool,
    /// From the inside out.
    pub(crate) layers: Vec<Rc<Layer>>,
    pub(crate) mounts: Vec<Span>,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) accidental: bool,
    pub(crate) matching: Matching,
    /// What stands behind the answer of a filter of warp.
    pub(crate) answer: Option<Answer>,
    /// Whether the framework gives all handlers the same parameters, so that they say nothing.
    pub(crate) bare_parameters: bool,
}

/// What a filter of warp answers with, or gives to what follows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    /// Whether it has anything to give.
    pub(crate) is_given: bool,
    /// Whether it comes from a filter that only gives a value, so that the route still waits for its own answer.
    pub(crate) is_lent: bool,
    /// Whether it may reject the request instead.
    pub(crate) can_reject: bool,
    /// The call of the function of the tree that made the filter, with its place.
    pub(crate) named: Option<(Value, Span)>,
    /// What becomes of a rejection, if something else decides that.
    pub(crate) recovery: Option<Recovery>,
}

/// What `or_else(f)` and `recover(f)` of warp make of a rejection.
#[derive(Debug, Clone)]
pub(crate) enum Recovery {
    /// The request passes all the same.
    Passes,
    /// It passes unless this holds.
    Unless(Condition),
}

#[derive(Debug, Clone)]
pub(crate) struct Handler {
    pub(crate) value: Value,
    pub(crate) service: bool,
    pub(crate) span: Span,
}

/// Something around handlers that sees each request first.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    pub(crate) id: usize,
    pub(crate) value: Value,
    /// The call of the tree that produced it, when it was seen through.
    pub(crate) wrapper: Option<Value>,
    /// Whether it can't refuse a request by itself.
    pub(crate) is_passive: bool,
    pub(crate) span: Span,
    pub(crate) conditions: Vec<Condition>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct MethodRouter {
    pub(crate) methods: Vec<MethodHandler>,
}

#[derive(Debug, Clone)]
pub(crate) struct MethodHandler {
    pub(crate) id: usize,
    pub(crate) method: String,
    pub(crate) handler: Rc<Handler>,
    /// Answers the methods that no other handler of the method router answers: what `any` and `fallback` set.
    pub(crate) is_fallback: bool,
    pub(crate) layers: Vec<Rc<Layer>>,
    pub(crate) conditions: Vec<Condition>,
}

#[derive(Debug, Clone)]
pub(crate) struct DocumentedRoutes {
    pub(crate) handlers: Vec<(MethodHandler, Option<DocumentedOperation>)>,
}

/// An operation of an API description.
#[derive(Debug, Clone)]
pub(crate) struct DocumentedOperation {
    pub(crate) methods: Vec<String>,
    pub(crate) path: String,
    pub(crate) operation: Operation,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Document {
    pub(crate) operations: Vec<DocumentedOperation>,
    pub(crate) default_security: Option<Vec<super::inventory::SecurityRequirement>>,
}

impl Value {
    pub(crate) fn text(text: &str) -> Self {
        if text.len() > MAX_TEXT { Self::Unknown } else { Self::Text(Rc::from(text)) }
    }

    pub(crate) fn list(values: Vec<Value>) -> Self {
        if values.len() > MAX_LIST { Self::Unknown } else { Self::List(Rc::new(values)) }
    }

    pub(crate) fn tuple(values: Vec<Value>) -> Self {
        Self::Tuple(Rc::new(values))
    }

    /// The value as text, where it is one.
    pub(crate) fn as_text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.to_string()),
            Self::Int(number) => Some(number.to_string()),
            Self::Bool(truth) => Some(truth.to_string()),
            _ => None,
        }
    }

    /// Whether routes hang on the value.
    pub(crate) fn carries_routes(&self) -> bool {
        let mut budget = MAX_LIST;
        self.carries_within(&mut budget)
    }

    /// Values that share their parts can be far larger than the memory that they take.
    fn carries_within(&self, budget: &mut usize) -> bool {
        let Some(left) = budget.checked_sub(1) else { return false };
        *budget = left;
        match self {
            Self::Router(_) | Self::MethodRouter(_) | Self::DocumentedRoutes(_) => true,
            Self::Tuple(values) | Self::List(values) => values.iter().any(|value| value.carries_within(budget)),
            Self::Record(record) => record.fields.values().any(|value| value.carries_within(budget)),
            Self::Choice(choices) => choices.iter().any(|(_, value)| value.carries_within(budget)),
            _ => false,
        }
    }
}
