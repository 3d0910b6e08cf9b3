//! `routers`: how code that registers routes in a way of its own is to be read.

use crate::Placed;
use crate::pattern::{Binding, Bindings, Pattern};
use crate::policy::NameOrVariable;
use crate::term::{Term, Value};

/// A macro or a function that registers routes, and what its arguments mean.
#[derive(Debug, Clone, PartialEq)]
pub struct RouterEntry {
    /// Where such code stands.
    pub form: RouterForm,
    /// What it looks like.
    pub pattern: Placed<Pattern>,
    /// What it does.
    pub meaning: RouterMeaning,
}

/// Where code stands that registers routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouterForm {
    /// An attribute of a function, or of the `impl` around functions.
    Attribute,
    /// A call of a function or method.
    Call,
}

/// What code does that registers routes.
#[derive(Debug, Clone, PartialEq)]
pub enum RouterMeaning {
    /// It makes a route.
    Route(RouteTemplate),
    /// What stands inside has this prefix.
    Prefix(Placed<NameOrVariable>),
    /// It takes the routes of another router in.
    Mount {
        /// The metavariable that holds the other router.
        router: Placed<String>,
        /// What goes before the paths of its routes.
        prefix: Option<Placed<NameOrVariable>>,
    },
    /// It puts something around all routes that are there already.
    Layer(Placed<String>),
}

/// The parts of a route.
#[derive(Debug, Clone, PartialEq)]
pub struct RouteTemplate {
    /// Its method and path.
    pub target: RouteTarget,
    /// What goes before its path.
    pub prefix: Option<Placed<NameOrVariable>>,
    /// The metavariable that holds its handler. An attribute's handler is the function that has it.
    pub handler: Option<Placed<String>>,
}

/// How the method and the path of a route are given.
#[derive(Debug, Clone, PartialEq)]
pub enum RouteTarget {
    /// Apart.
    Parts {
        /// The method; `None` if the route answers every method.
        method: Option<Placed<NameOrVariable>>,
        /// The path.
        path: Placed<NameOrVariable>,
    },
    /// In one text, `GET /cases/{id}`: the metavariable that holds it.
    Line(Placed<String>),
}

impl NameOrVariable {
    /// What it stands for: itself as text, or what the metavariable is bound to.
    pub fn value(&self, bindings: &Bindings) -> Option<Value> {
        match self {
            Self::Name(text) => Some(Value::Str(text.clone())),
            Self::Variable(name) => bound(bindings, name),
        }
    }
}

/// The single value that a metavariable is bound to.
pub fn bound(bindings: &Bindings, name: &str) -> Option<Value> {
    match bindings.get(name)? {
        Binding::One(value) => Some(value.clone()),
        Binding::Rest(arguments) => match arguments.as_slice() {
            [single] => Some(single.value.clone()),
            several => Some(Value::List(several.iter().map(|argument| argument.value.clone()).collect())),
        },
    }
}

/// The first entry that an attribute or a call matches, with what its metavariables stand for.
pub fn find<'e>(entries: &'e [RouterEntry], form: RouterForm, term: &Term) -> Option<(&'e RouterEntry, Bindings)> {
    let mut of_form = entries.iter().filter(|entry| entry.form == form);
    of_form.find_map(|entry| Some((entry, entry.pattern.matches(term)?)))
}
