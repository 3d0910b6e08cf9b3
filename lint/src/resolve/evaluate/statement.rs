//! Blocks, statements and branches.

use crate::frontend::rust::meta::{self, Cfg};
use crate::resolve::inventory::Condition;
use crate::resolve::join::join;
use crate::resolve::value::Value;

use super::{Environment, Evaluator};

impl Evaluator<'_, '_> {
    pub(super) fn block(&mut self, environment: &mut Environment, block: &syn::Block) -> Value {
        environment.scopes.push(Vec::new());
        let mut result = Value::Tuple(std::rc::Rc::default());
        for (index, statement) in block.stmts.iter().enumerate() {
            let last = index + 1 == block.stmts.len();
            match self.statement(environment, statement, last) {
                Some(Value::Never) => {
                    result = Value::Never;
                    break;
                }
                Some(value) => result = value,
                None => result = Value::Tuple(std::rc::Rc::default()),
            }
        }
        environment.scopes.pop();
        result
    }

    /// The value of a statement if it is the value of its block, or `Never`.
    fn statement(&mut self, environment: &mut Environment, statement: &syn::Stmt, last: bool) -> Option<Value> {
        match statement {
            syn::Stmt::Local(local) => self.local(environment, local),
            syn::Stmt::Item(_) => None,
            syn::Stmt::Expr(expression, semicolon) => {
                let attributes = attributes_of(expression);
                let value = match self.cfg_of(attributes) {
                    Cfg::Never => return None,
                    Cfg::Always => self.expression(environment, expression),
                    Cfg::Sometimes(text) => {
                        let condition = Condition { text, holds: true, span: self.span_of(environment, expression) };
                        self.branch(
                            environment,
                            vec![condition],
                            |this, environment| this.expression(environment, expression),
                            |_, _| Value::Tuple(std::rc::Rc::default()),
                        )
                    }
                };
                match (value, semicolon) {
                    (Value::Never, _) => Some(Value::Never),
                    (value, None) if last => Some(value),
                    _ => None,
                }
            }
            syn::Stmt::Macro(call) => {
                if self.cfg_of(&call.attrs) == Cfg::Never {
                    return None;
                }
                let value = self.macro_call(environment, &call.mac);
                match value {
                    Value::Never => Some(Value::Never),
                    value if last && call.semi_token.is_none() => Some(value),
                    _ => None,
                }
            }
        }
    }

    fn cfg_of(&self, attributes: &[syn::Attribute]) -> Cfg {
        let mut cfg = Cfg::Always;
        for attribute in attributes {
            if let syn::Meta::List(list) = &attribute.meta
                && list.path.is_ident("cfg")
            {
                cfg = cfg.and(meta::evaluate(list.tokens.clone(), self.modules.options.include_tests));
            }
        }
        cfg
    }

    fn local(&mut self, environment: &mut Environment, local: &syn::Local) -> Option<Value> {
        let cfg = self.cfg_of(&local.attrs);
        if cfg == Cfg::Never {
            return None;
        }
        let Some(init) = &local.init else {
            self.bind(environment, &local.pat, Value::Unknown);
            return None;
        };
        let before = matches!(cfg, Cfg::Sometimes(_)).then(|| environment.clone());
        let value = self.expression(environment, &init.expr);
        if matches!(value, Value::Never) {
            return Some(Value::Never);
        }
        if let Some((_, diverge)) = &init.diverge {
            let text =
                format!("let {} = {}", self.snippet(environment, &local.pat), self.snippet(environment, &init.expr));
            let mut aside = environment.clone();
            self.conditions.push(Condition { text, holds: false, span: self.span_of(environment, local) });
            self.expression(&mut aside, diverge);
            self.conditions.pop();
        }
        if let (Cfg::Sometimes(text), Some(before)) = (cfg, before) {
            // Without the feature the name keeps its earlier value.
            let holds = Condition { text, holds: true, span: self.span_of(environment, local) };
            let not = Condition { holds: false, ..holds.clone() };
            let name = super::pattern::single_name(&local.pat);
            let earlier = name.as_deref().and_then(|name| before.get(name)).cloned();
            let value = match earlier {
                Some(earlier) => join(value, &[holds], earlier, &[not]),
                None => value,
            };
            self.bind(environment, &local.pat, value);
            return None;
        }
        self.bind(environment, &local.pat, value);
        None
    }

    /// Runs both sides of a branch and joins what they leave behind.
    pub(super) fn branch(
        &mut self,
        environment: &mut Environment,
        when: Vec<Condition>,
        then: impl FnOnce(&mut Self, &mut Environment) -> Value,
        otherwise: impl FnOnce(&mut Self, &mut Environment) -> Value,
    ) -> Value {
        let unless: Vec<Condition> =
            when.iter().map(|condition| Condition { holds: !condition.holds, ..condition.clone() }).collect();
        let depth = self.conditions.len();
        let mut right_environment = environment.clone();

        self.conditions.extend(when.iter().cloned());
        let left = then(self, environment);
        self.conditions.truncate(depth);

        self.conditions.extend(unless.iter().cloned());
        let right = otherwise(self, &mut right_environment);
        self.conditions.truncate(depth);

        match (&left, &right) {
            (Value::Never, Value::Never) => Value::Never,
            (Value::Never, _) => {
                let mut aside = std::mem::replace(environment, right_environment);
                self.keep_registered(environment, &mut aside, &when);
                // What follows runs only where the first side didn't leave.
                right
            }
            (_, Value::Never) => {
                self.keep_registered(environment, &mut right_environment, &unless);
                left
            }
            _ => {
                join_environments(environment, &when, right_environment, &unless);
                join(left, &when, right, &unless)
            }
        }
    }

    pub(super) fn if_expression(&mut self, environment: &mut Environment, expression: &syn::ExprIf) -> Value {
        let condition = &*expression.cond;
        if let Some(known) = literal_truth(condition) {
            return match (known, &expression.else_branch) {
                (true, _) => self.block(environment, &expression.then_branch),
                (false, Some((_, otherwise))) => self.expression(environment, otherwise),
                (false, None) => Value::Tuple(std::rc::Rc::default()),
            };
        }
        let text = self.snippet(environment, condition);
        let when = vec![Condition { text, holds: true, span: self.span_of(environment, condition) }];
        self.branch(
            environment,
            when,
            |this, environment| {
                environment.scopes.push(Vec::new());
                this.bind_condition(environment, condition);
                let value = this.block(environment, &expression.then_branch);
                environment.scopes.pop();
                value
            },
            |this, environment| match &expression.else_branch {
                Some((_, otherwise)) => this.expression(environment, otherwise),
                None => Value::Tuple(std::rc::Rc::default()),
            },
        )
    }

    /// Evaluates a condition for what its `let` patterns bind.
    fn bind_condition(&mut self, environment: &mut Environment, condition: &syn::Expr) {
        match condition {
            syn::Expr::Let(binding) => {
                let value = self.expression(environment, &binding.expr);
                self.bind(environment, &binding.pat, value);
            }
            syn::Expr::Binary(binary) => {
                self.bind_condition(environment, &binary.left);
                self.bind_condition(environment, &binary.right);
            }
            syn::Expr::Paren(paren) => self.bind_condition(environment, &paren.expr),
            _ => {}
        }
    }

    pub(super) fn match_expression(&mut self, environment: &mut Environment, expression: &syn::ExprMatch) -> Value {
        let scrutinee = self.expression(environment, &expression.expr);
        let subject = self.snippet(environment, &expression.expr);
        let mut joined: Option<(Value, Vec<Condition>, Environment)> = None;
        let depth = self.conditions.len();
        let mut aside: Vec<(Vec<Condition>, Environment)> = Vec::new();
        for arm in &expression.arms {
            if self.cfg_of(&arm.attrs) == Cfg::Never {
                continue;
            }
            let text = format!("{subject} is {}", self.snippet(environment, &arm.pat));
            let when = vec![Condition { text, holds: true, span: self.span_of(environment, &arm.pat) }];
            let mut inside = environment.clone();
            inside.scopes.push(Vec::new());
            self.bind(&mut inside, &arm.pat, scrutinee.clone());
            self.conditions.extend(when.iter().cloned());
            let value = self.expression(&mut inside, &arm.body);
            self.conditions.truncate(depth);
            inside.scopes.pop();
            if matches!(value, Value::Never) {
                aside.push((when, inside));
                continue;
            }
            joined = Some(match joined {
                None => (value, when, inside),
                Some((other, other_when, mut other_environment)) => {
                    join_environments(&mut other_environment, &other_when, inside, &when);
                    (join(other, &other_when, value, &when), Vec::new(), other_environment)
                }
            });
        }
        match joined {
            Some((value, _, after)) => {
                *environment = after;
                for (when, mut aside) in aside {
                    self.keep_registered(environment, &mut aside, &when);
                }
                value
            }
            None if expression.arms.is_empty() => Value::Unknown,
            None => Value::Never,
        }
    }
}

fn literal_truth(condition: &syn::Expr) -> Option<bool> {
    match condition {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Bool(literal), .. }) => Some(literal.value),
        _ => None,
    }
}

/// Variables that both sides left alone stay; the others are joined.
fn join_environments(left: &mut Environment, when_left: &[Condition], right: Environment, when_right: &[Condition]) {
    for (scope, other) in left.scopes.iter_mut().zip(right.scopes) {
        for ((name, value), (other_name, other_value)) in scope.iter_mut().zip(other) {
            if *name == other_name && !same(value, &other_value) {
                let mine = std::mem::replace(value, Value::Unknown);
                *value = join(mine, when_left, other_value, when_right);
            }
        }
    }
}

fn same(left: &Value, right: &Value) -> bool {
    use std::rc::Rc;
    match (left, right) {
        (Value::Router(left), Value::Router(right)) => Rc::ptr_eq(left, right),
        (Value::MethodRouter(left), Value::MethodRouter(right)) => Rc::ptr_eq(left, right),
        (Value::Tuple(left), Value::Tuple(right)) | (Value::List(left), Value::List(right)) => Rc::ptr_eq(left, right),
        (Value::Record(left), Value::Record(right)) => Rc::ptr_eq(left, right),
        (Value::Choice(left), Value::Choice(right)) => Rc::ptr_eq(left, right),
        (Value::Path(left), Value::Path(right)) => Rc::ptr_eq(left, right),
        (Value::Call(left), Value::Call(right)) => Rc::ptr_eq(left, right),
        (Value::Closure(left), Value::Closure(right)) => Rc::ptr_eq(left, right),
        (Value::Document(left), Value::Document(right)) => Rc::ptr_eq(left, right),
        (Value::Text(left), Value::Text(right)) => left == right,
        (Value::Int(left), Value::Int(right)) => left == right,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Unknown, Value::Unknown) | (Value::Never, Value::Never) => true,
        _ => false,
    }
}

fn attributes_of(expression: &syn::Expr) -> &[syn::Attribute] {
    match expression {
        syn::Expr::Block(inner) => &inner.attrs,
        syn::Expr::If(inner) => &inner.attrs,
        syn::Expr::Assign(inner) => &inner.attrs,
        syn::Expr::MethodCall(inner) => &inner.attrs,
        syn::Expr::Call(inner) => &inner.attrs,
        syn::Expr::ForLoop(inner) => &inner.attrs,
        syn::Expr::Match(inner) => &inner.attrs,
        syn::Expr::Macro(inner) => &inner.attrs,
        syn::Expr::Await(inner) => &inner.attrs,
        syn::Expr::Try(inner) => &inner.attrs,
        syn::Expr::Return(inner) => &inner.attrs,
        syn::Expr::Path(inner) => &inner.attrs,
        syn::Expr::Tuple(inner) => &inner.attrs,
        syn::Expr::Struct(inner) => &inner.attrs,
        syn::Expr::Paren(inner) => &inner.attrs,
        syn::Expr::Binary(inner) => &inner.attrs,
        syn::Expr::Unsafe(inner) => &inner.attrs,
        syn::Expr::While(inner) => &inner.attrs,
        syn::Expr::Loop(inner) => &inner.attrs,
        _ => &[],
    }
}
