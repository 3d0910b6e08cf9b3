//! Expressions.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::frontend::rust::actix;
use crate::frontend::rust::axum::{self, RouterKind};
use crate::frontend::rust::facts::ItemKind;
use crate::frontend::rust::types::{self, TypeRef, ident_text};
use crate::frontend::rust::{loco, poem, salvo, tide};
use crate::resolve::names::{Resolved, Space};
use crate::resolve::value::{Closure, PathValue, Record, Router, Value};

use super::{Environment, Evaluator};

/// Longer ranges count something other than routes.
const MAX_RANGE: i64 = 256;

impl Evaluator<'_, '_> {
    pub(super) fn expression(&mut self, environment: &mut Environment, expression: &syn::Expr) -> Value {
        if !self.spend() {
            return Value::Unknown;
        }
        match expression {
            syn::Expr::Path(path) => self.path(environment, path),
            syn::Expr::Lit(literal) => literal_value(&literal.lit),
            syn::Expr::Call(call) => self.call(environment, call),
            syn::Expr::MethodCall(call) => self.method_call(environment, call),
            syn::Expr::Macro(call) => self.macro_call(environment, &call.mac),
            syn::Expr::Await(inner) => self.expression(environment, &inner.base),
            syn::Expr::Try(inner) => self.expression(environment, &inner.expr),
            syn::Expr::Paren(inner) => self.expression(environment, &inner.expr),
            syn::Expr::Group(inner) => self.expression(environment, &inner.expr),
            syn::Expr::Reference(inner) => self.expression(environment, &inner.expr),
            syn::Expr::Unary(inner) => match (&inner.op, self.expression(environment, &inner.expr)) {
                (syn::UnOp::Not(_), Value::Bool(truth)) => Value::Bool(!truth),
                (syn::UnOp::Deref(_), value) => value,
                _ => Value::Unknown,
            },
            syn::Expr::Cast(inner) => self.expression(environment, &inner.expr),
            syn::Expr::Block(inner) => self.block(environment, &inner.block),
            syn::Expr::Unsafe(inner) => self.block(environment, &inner.block),
            syn::Expr::Async(inner) => self.async_block(environment, &inner.block),
            syn::Expr::Const(inner) => self.block(environment, &inner.block),
            syn::Expr::TryBlock(inner) => self.block(environment, &inner.block),
            syn::Expr::If(inner) => self.if_expression(environment, inner),
            syn::Expr::Match(inner) => self.match_expression(environment, inner),
            syn::Expr::ForLoop(inner) => self.for_loop(environment, inner),
            syn::Expr::While(inner) => {
                self.block(environment, &inner.body);
                Value::Tuple(Rc::default())
            }
            syn::Expr::Loop(inner) => {
                self.block(environment, &inner.body);
                Value::Unknown
            }
            syn::Expr::Tuple(tuple) => {
                Value::tuple(tuple.elems.iter().map(|element| self.expression(environment, element)).collect())
            }
            syn::Expr::Array(array) => {
                Value::list(array.elems.iter().map(|element| self.expression(environment, element)).collect())
            }
            syn::Expr::Range(range) => self.range(environment, range),
            syn::Expr::Struct(literal) => self.struct_literal(environment, literal),
            syn::Expr::Field(field) => self.field(environment, field),
            syn::Expr::Index(index) => self.index(environment, index),
            syn::Expr::Closure(closure) => self.closure(environment, closure),
            syn::Expr::Assign(assignment) => {
                let value = self.expression(environment, &assignment.right);
                if matches!(value, Value::Never) {
                    return Value::Never;
                }
                self.assign(environment, &assignment.left, value);
                Value::Tuple(Rc::default())
            }
            syn::Expr::Binary(binary) => self.binary(environment, binary),
            syn::Expr::Return(inner) => {
                let value = match &inner.expr {
                    Some(expression) => self.expression(environment, expression),
                    None => Value::Tuple(Rc::default()),
                };
                let conditions = self.conditions.clone();
                if let Some(returns) = self.returns.last_mut() {
                    returns.push((conditions, value));
                }
                Value::Never
            }
            syn::Expr::Break(inner) => {
                if let Some(expression) = &inner.expr {
                    self.expression(environment, expression);
                }
                Value::Tuple(Rc::default())
            }
            syn::Expr::Let(inner) => {
                self.expression(environment, &inner.expr);
                Value::Unknown
            }
            _ => Value::Unknown,
        }
    }

    /// An async block has returns of its own.
    fn async_block(&mut self, environment: &mut Environment, block: &syn::Block) -> Value {
        self.returns.push(Vec::new());
        let value = self.block(environment, block);
        self.returns.pop();
        value
    }

    fn path(&mut self, environment: &mut Environment, path: &syn::ExprPath) -> Value {
        if let Some(name) = path.path.get_ident()
            && let Some(value) = environment.get(&ident_text(name))
        {
            return value.clone();
        }
        let value = self.path_value(environment, path);
        if let Resolved::Item(definition) = &value.resolved
            && matches!(definition.item.kind, ItemKind::Constant { .. })
        {
            return match self.constant(definition) {
                Value::Unknown => Value::Path(Rc::new(value)),
                known => known,
            };
        }
        if let Resolved::Member(owner, names) = &value.resolved
            && let [name] = names.as_slice()
            && let Some(member) = self.associated(owner, name)
            && matches!(member.item.kind, ItemKind::Constant { .. })
        {
            return match self.constant(&member) {
                Value::Unknown => Value::Path(Rc::new(value)),
                known => known,
            };
        }
        Value::Path(Rc::new(value))
    }

    /// What a path means, with its generic arguments.
    pub(super) fn path_value(&mut self, environment: &Environment, path: &syn::ExprPath) -> PathValue {
        let span = self.span_of(environment, path);
        let written = types::TypePath::from_syn(&path.path);
        let mut names = written.names;
        let mut generics = written.arguments;
        // `<Type as Trait>::name` and `<Type>::name`
        if let Some(qself) = &path.qself
            && let TypeRef::Path(of) = TypeRef::from_syn(&qself.ty)
        {
            let rest = names.split_off(qself.position.min(names.len()));
            names = of.names;
            names.extend(rest);
            generics = of.arguments;
        }
        let generics = generics.into_iter().map(|argument| self.substitute(environment, argument)).collect();
        let resolved = self.resolve_in(environment, &names, Space::Value);
        PathValue { resolved, generics, module: environment.module, span }
    }

    /// Resolves names where `Self` and the function's type parameters have their meaning.
    pub(super) fn resolve_in(&mut self, environment: &Environment, names: &[String], space: Space) -> Resolved {
        let module = environment.module;
        if names.first().is_some_and(|first| first == "Self")
            && let Some(definition) = &environment.self_type
        {
            return match &names[1..] {
                [] => Resolved::Item(definition.clone()),
                rest => Resolved::Member(definition.clone(), rest.to_vec()),
            };
        }
        if let Some(first) = names.first()
            && let Some((types::TypeArgument::Type(TypeRef::Path(path)), origin)) = environment.generics.get(first)
        {
            let mut full = path.names.clone();
            full.extend(names[1..].iter().cloned());
            let origin = *origin;
            return self.modules.resolve(origin, &full, space);
        }
        self.modules.resolve(module, names, space)
    }

    fn substitute(&self, environment: &Environment, argument: types::TypeArgument) -> types::TypeArgument {
        if let types::TypeArgument::Type(TypeRef::Path(path)) = &argument
            && let [name] = path.names.as_slice()
            && let Some((known, _)) = environment.generics.get(name)
        {
            return known.clone();
        }
        argument
    }

    fn for_loop(&mut self, environment: &mut Environment, expression: &syn::ExprForLoop) -> Value {
        let iterated = self.expression(environment, &expression.expr);
        let elements = match self.elements(&iterated) {
            Some(elements) => elements,
            // Once with nothing known: what the body registers is seen, with gaps.
            None => vec![Value::Unknown],
        };
        for element in elements {
            environment.scopes.push(Vec::new());
            self.bind(environment, &expression.pat, element);
            self.block(environment, &expression.body);
            environment.scopes.pop();
        }
        Value::Tuple(Rc::default())
    }

    /// `1..=3`, as long as nobody would tire of writing its elements down.
    fn range(&mut self, environment: &mut Environment, range: &syn::ExprRange) -> Value {
        let mut bound = |end: &Option<Box<syn::Expr>>| match end.as_ref().map(|end| self.expression(environment, end)) {
            Some(Value::Int(number)) => Some(number),
            _ => None,
        };
        let (Some(start), Some(end)) = (bound(&range.start), bound(&range.end)) else { return Value::Unknown };
        let end = match range.limits {
            syn::RangeLimits::HalfOpen(_) => end,
            syn::RangeLimits::Closed(_) => end.saturating_add(1),
        };
        if end.saturating_sub(start) > MAX_RANGE {
            return Value::Unknown;
        }
        Value::list((start..end).map(Value::Int).collect())
    }

    fn struct_literal(&mut self, environment: &mut Environment, literal: &syn::ExprStruct) -> Value {
        let names = types::TypePath::from_syn(&literal.path).names;
        let definition = match self.resolve_in(environment, &names, Space::Type) {
            Resolved::Item(definition) | Resolved::Member(definition, _) => Some(definition),
            _ => None,
        };
        let mut fields = BTreeMap::new();
        if let Some(rest) = &literal.rest
            && let Value::Record(base) = self.expression(environment, rest)
        {
            fields.clone_from(&base.fields);
        }
        for field in &literal.fields {
            let name = match &field.member {
                syn::Member::Named(name) => ident_text(name),
                syn::Member::Unnamed(index) => index.index.to_string(),
            };
            let value = self.expression(environment, &field.expr);
            fields.insert(name, value);
        }
        Value::Record(Rc::new(Record { definition, fields }))
    }

    fn field(&mut self, environment: &mut Environment, field: &syn::ExprField) -> Value {
        let base = self.expression(environment, &field.base);
        let name = match &field.member {
            syn::Member::Named(name) => ident_text(name),
            syn::Member::Unnamed(index) => index.index.to_string(),
        };
        match &base {
            Value::Record(record) => record.fields.get(&name).cloned().unwrap_or(Value::Unknown),
            Value::Tuple(parts) => {
                name.parse::<usize>().ok().and_then(|index| parts.get(index)).cloned().unwrap_or(Value::Unknown)
            }
            // A newtype around a router that isn't seen as a record.
            Value::Router(_) if name == "0" => base,
            _ => Value::Unknown,
        }
    }

    fn index(&mut self, environment: &mut Environment, index: &syn::ExprIndex) -> Value {
        let base = self.expression(environment, &index.expr);
        let at = self.expression(environment, &index.index);
        match (base, at) {
            (Value::List(values), Value::Int(at)) => {
                usize::try_from(at).ok().and_then(|at| values.get(at)).cloned().unwrap_or(Value::Unknown)
            }
            _ => Value::Unknown,
        }
    }

    fn closure(&mut self, environment: &Environment, closure: &syn::ExprClosure) -> Value {
        let parameters = closure
            .inputs
            .iter()
            .map(|pattern| match pattern {
                syn::Pat::Type(typed) => (Some(TypeRef::from_syn(&typed.ty)), self.span_of(environment, &*typed.ty)),
                other => (None, self.span_of(environment, other)),
            })
            .collect();
        Value::Closure(Rc::new(Closure {
            expression: Rc::new(closure.clone()),
            environment: environment.clone(),
            span: self.span_of(environment, closure),
            parameters,
        }))
    }

    pub(super) fn assign(&mut self, environment: &mut Environment, place: &syn::Expr, value: Value) {
        match place {
            syn::Expr::Path(path) => {
                if let Some(name) = path.path.get_ident()
                    && let Some(slot) = environment.get_mut(&ident_text(name))
                {
                    *slot = value;
                }
            }
            syn::Expr::Paren(inner) => self.assign(environment, &inner.expr, value),
            // `builder.add(…).add(…)`, where each `add` gives `&mut self` back.
            syn::Expr::MethodCall(inner) if inner.method != "clone" => {
                if let (Value::Record(new), Value::Record(old)) = (&value, self.peek(environment, &inner.receiver))
                    && new.definition.is_some()
                    && new.definition == old.definition
                {
                    self.assign(environment, &inner.receiver, value);
                }
            }
            syn::Expr::Unary(inner) => self.assign(environment, &inner.expr, value),
            syn::Expr::Reference(inner) => self.assign(environment, &inner.expr, value),
            syn::Expr::Field(field) => {
                let name = match &field.member {
                    syn::Member::Named(name) => ident_text(name),
                    syn::Member::Unnamed(index) => index.index.to_string(),
                };
                let mut record = match self.expression(environment, &field.base) {
                    Value::Record(record) => Record::clone(&record),
                    _ => Record::default(),
                };
                record.fields.insert(name, value);
                self.assign(environment, &field.base, Value::Record(Rc::new(record)));
            }
            syn::Expr::Tuple(tuple) => {
                if let Value::Tuple(parts) = value {
                    for (place, part) in tuple.elems.iter().zip(parts.iter()) {
                        self.assign(environment, place, part.clone());
                    }
                }
            }
            _ => {}
        }
    }

    /// What a variable at the root of a chain of methods holds, without running the chain again.
    fn peek(&self, environment: &Environment, expression: &syn::Expr) -> Value {
        match expression {
            syn::Expr::MethodCall(inner) if inner.method != "clone" => self.peek(environment, &inner.receiver),
            syn::Expr::Path(path) => {
                let known = path.path.get_ident().and_then(|name| environment.get(&ident_text(name)));
                known.cloned().unwrap_or(Value::Unknown)
            }
            _ => Value::Unknown,
        }
    }

    fn binary(&mut self, environment: &mut Environment, binary: &syn::ExprBinary) -> Value {
        let left = self.expression(environment, &binary.left);
        let right = self.expression(environment, &binary.right);
        match &binary.op {
            syn::BinOp::Add(_) => self.add(left, right),
            syn::BinOp::AddAssign(_) => {
                let sum = self.add(left, right);
                self.assign(environment, &binary.left, sum);
                Value::Tuple(Rc::default())
            }
            // `MethodFilter::GET | MethodFilter::POST`
            syn::BinOp::BitOr(_) => Value::list(vec![left, right]),
            _ => Value::Unknown,
        }
    }

    fn add(&mut self, left: Value, right: Value) -> Value {
        match (&left, &right) {
            (Value::Int(left), Value::Int(right)) => left.checked_add(*right).map_or(Value::Unknown, Value::Int),
            (Value::Text(_), _) | (_, Value::Text(_)) => {
                let text = self.text_of(&left) + &self.text_of(&right);
                Value::text(&text)
            }
            _ => Value::Unknown,
        }
    }

    /// What a parameter holds when nobody is seen to call its function.
    pub(super) fn unknown_argument(&mut self, function: &crate::resolve::modules::Definition, ty: &TypeRef) -> Value {
        let Some(path) = ty.as_path() else { return Value::Unknown };
        match self.modules.resolve(function.module, &path.names, Space::Type) {
            Resolved::External(names) if self.is_own_type(&names) => {
                let span = self.modules.span(function);
                Value::Router(self.described_router(&names, span))
            }
            Resolved::External(names) => match (axum::router_kind(&names), actix::kind(&names)) {
                (Some(kind), _) => self.new_router(kind, self.modules.span(function)),
                (None, Some(kind)) => {
                    self.actix_router(kind, vec![(Vec::new(), String::new())], self.modules.span(function))
                }
                (None, None) => match poem::kind(&names) {
                    Some(kind) => self.new_router(RouterKind::Poem(kind), self.modules.span(function)),
                    None if loco::kind(&names).is_some() => {
                        let kind = loco::kind(&names).map_or(RouterKind::Plain, RouterKind::Loco);
                        self.new_router(kind, self.modules.span(function))
                    }
                    None if salvo::is_router(&names) => Value::Router(self.salvo_router(self.modules.span(function))),
                    None if tide::kind(&names).is_some() => {
                        let kind = tide::kind(&names).unwrap_or(tide::Kind::Server);
                        self.unseen_tide(kind, self.modules.span(function))
                    }
                    None => Value::Unknown,
                },
            },
            Resolved::Item(definition) => {
                Value::Record(Rc::new(Record { definition: Some(definition), fields: BTreeMap::new() }))
            }
            _ => Value::Unknown,
        }
    }

    pub(super) fn new_router(&mut self, kind: RouterKind, span: crate::source::Span) -> Value {
        Value::Router(self.empty_router(kind, span))
    }

    pub(crate) fn empty_router(&mut self, kind: RouterKind, span: crate::source::Span) -> Rc<Router> {
        self.lineages.push(super::Lineage { span });
        Rc::new(Router {
            kind,
            lineage: self.lineages.len() - 1,
            entries: Vec::new(),
            document: Vec::new(),
            document_base: None,
            attached: Vec::new(),
            around: crate::resolve::value::Around::default(),
        })
    }
}

fn literal_value(literal: &syn::Lit) -> Value {
    match literal {
        syn::Lit::Str(text) => Value::text(&text.value()),
        syn::Lit::Int(number) => number.base10_parse::<i64>().map_or(Value::Unknown, Value::Int),
        syn::Lit::Bool(truth) => Value::Bool(truth.value),
        syn::Lit::Char(character) => Value::text(&character.value().to_string()),
        _ => Value::Unknown,
    }
}
