//! What loco serves: the routes of a type's hooks, as its other hooks, its middleware and its initializers leave them.

use std::rc::Rc;

use crate::frontend::rust::loco;
use crate::frontend::rust::types::{TypeArgument, TypeRef};
use crate::resolve::inventory::Condition;
use crate::resolve::join;
use crate::resolve::modules::Definition;
use crate::resolve::names::{Resolved, Space};
use crate::resolve::value::{Callee, PathValue, Value};
use crate::source::Span;

use super::dispatch::as_unit_struct;
use super::poem_api::owner_of;
use super::{Environment, Evaluator};

/// Lists inside alternatives.
const MAX_DEPTH: usize = 8;

/// A list of values, each of which changes the router of the application.
struct Changes {
    /// The hook that gives the list.
    hook: &'static str,
    /// The function of each value that takes the router and gives it back.
    function: &'static str,
    /// What each is called.
    noun: &'static str,
}

/// They see a request in this order, from the inside out, with `after_routes` in between.
const MIDDLEWARE: Changes = Changes { hook: "middlewares", function: "apply", noun: "middleware" };
const INITIALIZERS: Changes = Changes { hook: "initializers", function: "after_routes", noun: "initializer" };

impl Evaluator<'_, '_> {
    /// `cli::main::<App>()`: serves the routes of the type's hooks, as its other hooks leave them.
    pub(super) fn serve_hooks(&mut self, path: &PathValue, span: Span) {
        let app = match path.generics.first() {
            // Every application's `boot` hook says so, and is called by `cli::main`.
            Some(TypeArgument::Type(TypeRef::Path(ty))) if ty.names == ["Self"] => return,
            Some(TypeArgument::Type(TypeRef::Path(ty))) => self.modules.resolve(path.module, &ty.names, Space::Type),
            _ => Resolved::External(Vec::new()),
        };
        let routes = match &app {
            Resolved::Item(app) => self.hook(app, "routes", vec![Value::Unknown]),
            _ => None,
        };
        let (Resolved::Item(app), Some(Value::Router(routes))) = (&app, routes) else {
            self.note_unresolved(
                span,
                "the routes of this application could not be followed; they are missing from the inventory",
                None,
            );
            return;
        };
        let mut served = self.finished_loco(&routes);
        if let Some(before) = self.hook(app, "before_routes", vec![Value::Unknown]) {
            match self.forced(&before) {
                Value::Router(before) => {
                    Rc::make_mut(&mut served).entries.extend(before.entries.iter().cloned());
                }
                _ => self.note_hook(app, "before_routes", span),
            }
        }
        let mut served = self.changed(app, &MIDDLEWARE, Value::Router(served), span);
        if let Some(after) = self.hook(app, "after_routes", vec![served.clone(), Value::Unknown]) {
            served = self.after_hook(app, "after_routes", after, served, span);
        }
        let served = self.changed(app, &INITIALIZERS, served, span);
        self.sink(&served, true);
    }

    /// What the values that a hook gives make of a router.
    fn changed(&mut self, app: &Definition, changes: &Changes, served: Value, span: Span) -> Value {
        match self.hook(app, changes.hook, vec![Value::Unknown]) {
            Some(given) => self.changed_by(&given, changes, served, span, 0),
            None => served,
        }
    }

    fn changed_by(&mut self, given: &Value, changes: &Changes, served: Value, span: Span, depth: usize) -> Value {
        let given = self.forced(given);
        let given = as_unit_struct(&given).unwrap_or(given);
        match &given {
            Value::List(values) if depth <= MAX_DEPTH => {
                values.iter().fold(served, |served, one| self.changed_by(one, changes, served, span, depth + 1))
            }
            Value::Choice(choices) if depth <= MAX_DEPTH => {
                // What all of them begin with is no alternative.
                let common = common_beginning(choices);
                let served = self.changed_by(&Value::list(common.to_vec()), changes, served, span, depth + 1);
                let mut met: Option<(Value, Vec<Condition>)> = None;
                for (when, given) in choices.iter() {
                    let given = match given {
                        Value::List(values) => Value::list(values.iter().skip(common.len()).cloned().collect()),
                        given => given.clone(),
                    };
                    let one = self.changed_by(&given, changes, served.clone(), span, depth + 1);
                    met = Some(match met {
                        None => (one, when.clone()),
                        // What holds for either of two has no condition that could be written down.
                        Some((known, known_when)) => (join::join(known, &known_when, one, when), Vec::new()),
                    });
                }
                met.map_or(served, |(met, _)| met)
            }
            Value::Never => served,
            given => {
                if let Some(owner) = owner_of(given) {
                    return self.changed_by_own(&owner, given, changes, served);
                }
                if !is_loco_s(given) {
                    let place = place_of(given).unwrap_or(span);
                    let noun = changes.noun;
                    let text = format!("what this {noun} of the application makes of its routes could not be followed");
                    self.note_unresolved(
                        place,
                        text,
                        Some("if it adds routes or layers, they are missing from the inventory"),
                    );
                }
                served
            }
        }
    }

    /// What a value of a type of the tree makes of the router, unless it says that it is switched off.
    fn changed_by_own(&mut self, owner: &Definition, given: &Value, changes: &Changes, served: Value) -> Value {
        let Some(function) = self.associated(owner, changes.function) else { return served };
        let arguments = vec![served.clone(), Value::Unknown];
        let parameters = if changes.function == MIDDLEWARE.function { 1 } else { 2 };
        let arguments = arguments.into_iter().take(parameters).collect();
        let this = Some(given.clone());
        let (made, _) = self.call_definition(&function, Some(owner.clone()), this.clone(), arguments, Rc::default());
        let made = self.after_hook(owner, changes.function, made, served.clone(), self.modules.span(&function));
        let Some(enabled) = self.associated(owner, "is_enabled").filter(|_| parameters == 1) else { return made };
        let (answer, _) = self.call_definition(&enabled, Some(owner.clone()), this, Vec::new(), Rc::default());
        match answer {
            Value::Bool(true) => made,
            Value::Bool(false) => served,
            _ => {
                let span = self.modules.span(&enabled);
                let text = format!("{}::is_enabled()", owner.item.name);
                let when = |holds: bool| vec![Condition { text: text.clone(), holds, span }];
                join::join(made, &when(true), served, &when(false))
            }
        }
    }

    /// `stack.insert_before("cors", middleware)` and its relatives, which give the stack back; `None` for any other method of a list.
    ///
    /// loco's own middleware has no place in the list, so what is put beside it goes to the end.
    pub(super) fn stack_method(
        &mut self,
        environment: &mut Environment,
        stack: &Rc<Vec<Value>>,
        method: &str,
        arguments: &[Value],
        call: &syn::ExprMethodCall,
    ) -> Option<Value> {
        let mut stack = stack.to_vec();
        match (method, arguments) {
            ("insert_before" | "insert_after" | "replace", [Value::Text(_), middleware]) => {
                stack.push(middleware.clone());
            }
            ("delete", [Value::Text(_)]) => {}
            _ => return None,
        }
        let mut variable = &*call.receiver;
        while let syn::Expr::MethodCall(inner) = variable {
            variable = &inner.receiver;
        }
        let stack = Value::list(stack);
        self.assign(environment, variable, stack.clone());
        Some(stack)
    }

    /// What a hook made of a router; the router as it was if that isn't known.
    fn after_hook(&mut self, owner: &Definition, hook: &str, value: Value, before: Value, span: Span) -> Value {
        match self.forced(&value) {
            value @ (Value::Router(_) | Value::Choice(_)) => value,
            _ => {
                self.note_hook(owner, hook, span);
                before
            }
        }
    }

    fn note_hook(&mut self, owner: &Definition, hook: &str, otherwise: Span) {
        let place = self.associated(owner, hook).map_or(otherwise, |function| self.modules.span(&function));
        self.note_unresolved(
            place,
            format!("what `{}::{hook}` makes of the routes could not be followed", owner.item.name),
            Some("if it adds routes or layers, they are missing from the inventory"),
        );
    }

    /// The value of a type's own hook.
    fn hook(&mut self, app: &Definition, name: &str, arguments: Vec<Value>) -> Option<Value> {
        let function = self.associated(app, name)?;
        Some(self.call_definition(&function, Some(app.clone()), None, arguments, Rc::default()).0)
    }
}

/// What all lists begin with that a value may be; nothing if one of them isn't a list.
fn common_beginning(choices: &[(Vec<Condition>, Value)]) -> &[Value] {
    fn as_list(value: &Value) -> &[Value] {
        match value {
            Value::List(values) => values,
            _ => &[],
        }
    }
    let Some(((_, first), rest)) = choices.split_first() else { return &[] };
    let first = as_list(first);
    let is_common = |at: &usize| {
        let same =
            |(_, other): &(_, Value)| as_list(other).get(*at).zip(first.get(*at)).is_some_and(|(a, b)| is_same(a, b));
        rest.iter().all(same)
    };
    let length = (0..first.len()).take_while(is_common).count();
    first.get(..length).unwrap_or_default()
}

/// Whether two values are one that was handed on.
fn is_same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Record(left), Value::Record(right)) => Rc::ptr_eq(left, right),
        (Value::Call(left), Value::Call(right)) => Rc::ptr_eq(left, right),
        (Value::Path(left), Value::Path(right)) => Rc::ptr_eq(left, right),
        _ => false,
    }
}

/// Whether a value comes from loco itself, which has no middleware or initializer that restricts anybody.
fn is_loco_s(value: &Value) -> bool {
    let path = match value {
        Value::Path(path) => path,
        Value::Call(call) => match &call.callee {
            Callee::Path(path) => path,
            Callee::Method { receiver, .. } => return is_loco_s(receiver),
            Callee::Macro(_) | Callee::Other => return false,
        },
        _ => return false,
    };
    matches!(&path.resolved, Resolved::External(names) if loco::is_own(names))
}

fn place_of(value: &Value) -> Option<Span> {
    match value {
        Value::Path(path) => Some(path.span),
        Value::Call(call) => Some(call.span),
        _ => None,
    }
}
