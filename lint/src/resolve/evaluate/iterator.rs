//! Lists, and the iterators over them that routes are registered from.

use std::rc::Rc;

use crate::frontend::rust::axum::RouterKind;
use crate::resolve::value::{Closure, Value};

use super::{Environment, Evaluator};

impl Evaluator<'_, '_> {
    /// The elements of a value that a loop runs over, if they are known.
    pub(super) fn elements(&mut self, value: &Value) -> Option<Vec<Value>> {
        match self.force(value) {
            Value::List(values) => Some(values.to_vec()),
            // One value stands for all routes of the list.
            Value::Router(router) if matches!(router.kind, RouterKind::RocketRoutes | RouterKind::Rwf(_)) => {
                Some(vec![Value::Router(router)])
            }
            _ => None,
        }
    }

    /// Methods of lists and iterators that keep their elements known.
    pub(super) fn list_method(
        &mut self,
        environment: &mut Environment,
        list: &Rc<Vec<Value>>,
        method: &str,
        arguments: &[Value],
    ) -> Option<Value> {
        let function = |index: usize| match arguments.get(index) {
            Some(function @ (Value::Closure(_) | Value::Path(_))) => Some(function.clone()),
            _ => None,
        };
        Some(match method {
            "iter" | "into_iter" | "iter_mut" | "copied" | "cloned" | "collect" | "to_vec" | "clone" | "as_slice"
            | "as_ref" | "filter" | "peekable" | "into" | "to_owned" | "drain" => Value::List(list.clone()),
            "rev" => Value::list(list.iter().rev().cloned().collect()),
            "chain" => {
                let mut both = list.to_vec();
                both.extend(self.elements(arguments.first()?)?);
                Value::list(both)
            }
            "enumerate" => {
                let numbered = list.iter().enumerate();
                Value::list(
                    numbered
                        .map(|(index, value)| {
                            Value::tuple(vec![i64::try_from(index).map_or(Value::Unknown, Value::Int), value.clone()])
                        })
                        .collect(),
                )
            }
            "zip" => {
                let other = self.elements(arguments.first()?)?;
                Value::list(
                    list.iter().cloned().zip(other).map(|(left, right)| Value::tuple(vec![left, right])).collect(),
                )
            }
            "map" | "flat_map" | "filter_map" => {
                let function = function(0)?;
                let mapped = list.iter().map(|value| self.apply(environment, &function, vec![value.clone()]));
                Value::list(mapped.collect())
            }
            "fold" | "try_fold" => {
                let function = function(1)?;
                let mut folded = arguments.first()?.clone();
                for value in list.iter() {
                    folded = self.apply(environment, &function, vec![folded, value.clone()]);
                }
                folded
            }
            "reduce" => {
                let function = function(0)?;
                let (first, rest) = list.split_first()?;
                let mut reduced = first.clone();
                for value in rest {
                    reduced = self.apply(environment, &function, vec![reduced, value.clone()]);
                }
                reduced
            }
            "for_each" => {
                let function = function(0)?;
                for value in list.iter() {
                    self.apply(environment, &function, vec![value.clone()]);
                }
                Value::Tuple(Rc::default())
            }
            "first" => list.first()?.clone(),
            "last" => list.last()?.clone(),
            "concat" => {
                if list.iter().all(|value| matches!(value, Value::List(_))) {
                    let mut all = Vec::new();
                    for value in list.iter() {
                        all.extend(self.elements(value)?);
                    }
                    Value::list(all)
                } else {
                    let text: String = list.iter().map(|value| self.text_of(value)).collect();
                    Value::text(&text)
                }
            }
            "join" => {
                let separator = self.text_of(arguments.first()?);
                let parts: Vec<String> = list.iter().map(|value| self.text_of(value)).collect();
                Value::text(&parts.join(&separator))
            }
            _ => return None,
        })
    }

    /// Calls a closure with what it saw when it was made.
    pub(super) fn call_closure(&mut self, closure: &Rc<Closure>, arguments: Vec<Value>) -> Value {
        let mut environment = closure.environment.clone();
        self.run_closure(&mut environment, closure, arguments)
    }

    /// Calls a closure where it was made: it sees and changes the variables around it.
    pub(super) fn call_closure_here(
        &mut self,
        environment: &mut Environment,
        closure: &Rc<Closure>,
        arguments: Vec<Value>,
    ) -> Value {
        let mut inside = closure.environment.clone();
        inside.take_shared(environment);
        let (value, lent) = self.run_closure_lending(&mut inside, closure, arguments);
        environment.take_shared(&inside);
        for lent in lent.into_iter().flatten() {
            if let Value::Router(lent) = &lent {
                self.settle(environment, lent);
            }
        }
        value
    }

    /// Calls a closure with something lent, and gives what that is in the end.
    pub(super) fn call_closure_lending(&mut self, closure: &Rc<Closure>, lent: Value) -> Option<Value> {
        let mut environment = closure.environment.clone();
        self.run_closure_lending(&mut environment, closure, vec![lent]).1.into_iter().next().flatten()
    }

    /// Calls what an iterator was given: a closure, or the path of a function.
    fn apply(&mut self, environment: &mut Environment, function: &Value, arguments: Vec<Value>) -> Value {
        match function {
            Value::Closure(closure) => self.call_closure_here(environment, closure, arguments),
            Value::Path(path) => {
                let span = path.span;
                self.call_path(environment, path.clone(), arguments, None, span)
            }
            _ => Value::Unknown,
        }
    }

    fn run_closure(&mut self, environment: &mut Environment, closure: &Rc<Closure>, arguments: Vec<Value>) -> Value {
        self.run_closure_lending(environment, closure, arguments).0
    }

    /// The value of a closure, and what its parameters hold in the end.
    fn run_closure_lending(
        &mut self,
        environment: &mut Environment,
        closure: &Rc<Closure>,
        arguments: Vec<Value>,
    ) -> (Value, Vec<Option<Value>>) {
        if self.returns.len() >= super::MAX_CALL_DEPTH {
            self.cut_off += 1;
            return (Value::Unknown, Vec::new());
        }
        environment.scopes.push(Vec::new());
        let mut arguments = arguments.into_iter();
        for pattern in &closure.expression.inputs {
            self.bind(environment, pattern, arguments.next().unwrap_or(Value::Unknown));
        }
        let conditions = std::mem::take(&mut self.conditions);
        self.returns.push(Vec::new());
        let value = self.expression(environment, &closure.expression.body);
        let returned = self.returns.pop().unwrap_or_default();
        self.conditions = conditions;
        let parameters = closure.expression.inputs.iter().map(super::actix_service::bound_name);
        let lent = parameters.map(|name| name.and_then(|name| environment.get(&name).cloned())).collect();
        environment.scopes.pop();
        (super::call::join_returns(value, returned), lent)
    }
}
