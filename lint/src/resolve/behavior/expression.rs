//! Expressions: where their values come from.

use std::rc::Rc;

use crate::frontend::rust::types::{TypePath, ident_text};

use super::Walker;
use super::check::Passed;
use super::condition::last;
use super::flow::{Flow, Origin, Refusal};
use super::status;
use super::summary::{Steps, Summary};
use super::typing::Type;

impl Walker<'_, '_, '_> {
    pub(super) fn expression(&mut self, expression: &syn::Expr) -> Flow {
        if !self.modules_work() {
            self.summary.is_cut = true;
            return Flow::default();
        }
        let awaits = std::mem::take(&mut self.awaits);
        match expression {
            syn::Expr::Path(path) => self.path(path),
            syn::Expr::Lit(literal) => Self::literal(&literal.lit),
            syn::Expr::Call(call) => self.call(call, awaits),
            syn::Expr::MethodCall(call) => self.method_call(call, awaits),
            syn::Expr::Macro(call) => self.macro_call(&call.mac),
            syn::Expr::Await(waiting) => {
                self.awaits = true;
                self.expression(&waiting.base)
            }
            syn::Expr::Try(tried) => {
                self.awaits = awaits;
                let value = self.expression(&tried.expr);
                self.propagate(value)
            }
            syn::Expr::Reference(inner) => self.expression(&inner.expr),
            syn::Expr::Paren(inner) => self.expression(&inner.expr),
            syn::Expr::Group(inner) => self.expression(&inner.expr),
            syn::Expr::Unary(unary) => {
                let value = self.expression(&unary.expr);
                match unary.op {
                    syn::UnOp::Not(_) => Flow {
                        present_if: value.present_if.map(|present| !present),
                        passed: value.passed.negated(),
                        ..value
                    },
                    _ => value,
                }
            }
            syn::Expr::Cast(cast) => self.expression(&cast.expr).typed(Type::Unknown),
            syn::Expr::Field(field) => self.field(field),
            syn::Expr::Index(index) => {
                let value = self.expression(&index.expr);
                let mut found = value.payload();
                found.mix(&self.expression(&index.index));
                found
            }
            syn::Expr::Binary(binary) => self.binary(binary),
            syn::Expr::Assign(assignment) => {
                let value = self.expression(&assignment.right);
                self.assign(&assignment.left, value);
                Flow::default()
            }
            syn::Expr::Block(block) => self.block(&block.block),
            syn::Expr::Unsafe(block) => self.block(&block.block),
            syn::Expr::Async(block) => self.watched(|walker| walker.frame(|walker| walker.block(&block.block))),
            syn::Expr::If(branch) => self.branch(branch),
            syn::Expr::Match(choice) => self.choice(choice),
            syn::Expr::Let(given) => {
                let value = self.expression(&given.expr);
                self.bind_if(&given.pat, &value);
                value
            }
            syn::Expr::ForLoop(each) => {
                let list = self.expression(&each.expr);
                let element = list.payload();
                self.under(Default::default(), |walker| {
                    walker.bind(&each.pat, element);
                    walker.block(&each.body);
                    Flow::default()
                })
            }
            syn::Expr::While(each) => {
                let depth = self.variables.len();
                let sides = self.sides(&each.cond);
                self.under(sides.then, |walker| {
                    walker.block(&each.body);
                    Flow::default()
                });
                self.variables.truncate(depth);
                Flow::default()
            }
            syn::Expr::Loop(endless) => self.under(Default::default(), |walker| {
                walker.block(&endless.body);
                Flow::default()
            }),
            syn::Expr::Return(left) => {
                let value = left.expr.as_ref().map(|value| self.expression(value)).unwrap_or_default();
                self.watch_return(left.expr.as_deref(), &value);
                self.leave(value);
                Flow::never()
            }
            syn::Expr::Break(_) | syn::Expr::Continue(_) => Flow::never(),
            syn::Expr::Closure(closure) => {
                // Where nobody is seen to call it, what it captures is all that is known.
                let depth = self.variables.len();
                for input in &closure.inputs {
                    self.bind(input, Flow::default());
                }
                let value = self.quietly(|walker| {
                    walker.unwatched(|walker| walker.frame(|walker| walker.expression(&closure.body)))
                });
                self.variables.truncate(depth);
                Flow {
                    closure: Some(Rc::new(closure.clone())),
                    refusals: Vec::new(),
                    ty: Type::Unknown,
                    passed: Passed::default(),
                    ..value
                }
            }
            syn::Expr::Tuple(tuple) => {
                let parts: Vec<Flow> = tuple.elems.iter().map(|element| self.expression(element)).collect();
                let mut whole = Flow::default();
                parts.iter().for_each(|part| whole.mix(part));
                let ty = Type::Tuple(parts.iter().map(|part| part.ty.clone()).collect());
                Flow { parts: Some(Rc::new(parts)), ty, ..whole }
            }
            syn::Expr::Array(array) => {
                let mut whole = Flow::default();
                for element in &array.elems {
                    let element = self.expression(element);
                    whole.mix(&element);
                    whole.ty = Type::foreign("Slice", vec![element.ty]);
                }
                whole
            }
            syn::Expr::Struct(literal) => self.struct_literal(literal),
            syn::Expr::Range(range) => {
                let mut whole = Flow::default();
                for end in [&range.start, &range.end].into_iter().flatten() {
                    whole.mix(&self.expression(end));
                }
                whole
            }
            syn::Expr::Repeat(repeat) => self.expression(&repeat.expr),
            _ => Flow::default(),
        }
    }

    fn literal(literal: &syn::Lit) -> Flow {
        match literal {
            syn::Lit::Str(text) => Flow { words: vec![text.value().into()], ..Flow::default() },
            syn::Lit::Int(number) => {
                let status = number.base10_parse::<u16>().ok().and_then(status::of_number);
                Flow { statuses: status.into_iter().collect(), ..Flow::default() }
            }
            _ => Flow::default(),
        }
    }

    /// Reads something of which only the value counts: what would happen in it happens elsewhere.
    pub(super) fn quietly<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        // The lookups stay, since the value may refer to them.
        let before = Summary { lookups: std::mem::take(&mut self.summary.lookups), ..Summary::default() };
        let outer = std::mem::replace(&mut self.summary, before);
        let value = read(self);
        let inner = std::mem::replace(&mut self.summary, outer);
        self.summary.lookups = inner.lookups;
        value
    }

    /// Reads what has a `return` and `?` of its own.
    pub(super) fn frame(&mut self, read: impl FnOnce(&mut Self) -> Flow) -> Flow {
        let returned = std::mem::replace(&mut self.returned, Flow::never());
        let value = read(self);
        let inner = std::mem::replace(&mut self.returned, returned);
        let ty = value.ty.clone();
        let mut joined = inner.or(value);
        joined.never = false;
        if joined.ty == Type::Unknown {
            joined.ty = ty;
        }
        joined
    }

    fn field(&mut self, field: &syn::ExprField) -> Flow {
        let value = self.expression(&field.base);
        let name = match &field.member {
            syn::Member::Named(name) => ident_text(name),
            syn::Member::Unnamed(index) => {
                if let Some(part) = value.parts.as_ref().and_then(|parts| parts.get(index.index as usize)) {
                    return part.clone();
                }
                index.index.to_string()
            }
        };
        let ty = match (&value.ty, &field.member) {
            (Type::Tuple(types), syn::Member::Unnamed(index)) => {
                types.get(index.index as usize).cloned().unwrap_or_default()
            }
            _ => self.analyst.field_type(&value.ty, &name),
        };
        Flow { parts: None, variant: None, closure: None, ..value.payload() }.typed(ty)
    }

    fn binary(&mut self, binary: &syn::ExprBinary) -> Flow {
        let mut left = self.expression(&binary.left);
        // The right side of `&&` and `||` is read whether or not it is run.
        let right = self.expression(&binary.right);
        let presence = left.presence.clone();
        let is_logic = matches!(binary.op, syn::BinOp::And(_) | syn::BinOp::Or(_));
        left.mix(&right);
        left.presence = presence;
        left.presence.add(&right.presence);
        if !is_logic {
            // A comparison looks at what is inside, except where it counts.
            left.statuses.clear();
            left.words.clear();
        }
        let passed = Passed::default();
        Flow {
            present_if: None,
            ty: Type::Unknown,
            parts: None,
            variant: None,
            closure: None,
            outcome: None,
            passed,
            ..left
        }
    }

    fn struct_literal(&mut self, literal: &syn::ExprStruct) -> Flow {
        let mut whole = Flow::default();
        for field in &literal.fields {
            let value = self.argument(&field.expr);
            whole.mix(&value);
        }
        if let Some(rest) = &literal.rest {
            whole.mix(&self.expression(rest));
        }
        let written = TypePath::from_syn(&literal.path);
        let name = written.last().to_owned();
        let path = syn::ExprPath { attrs: Vec::new(), qself: literal.qself.clone(), path: literal.path.clone() };
        if written.names.len() > 1 {
            let (_, owner) = self.resolved_path(&path, &written);
            if let Some(owner) = owner
                && self.is_variant(&owner, &name)
            {
                let variant = self.variant(owner, &name);
                return Flow { variant: variant.variant, ty: variant.ty, parts: None, ..whole };
            }
        }
        let scope = self.scope.clone();
        let ty = self.analyst.path_type(&scope, &written, 0);
        Flow { ty, parts: None, variant: None, ..whole }
    }

    fn demands_a_row(&self, value: &Flow) -> bool {
        value.presence.iter().any(|origin| match origin {
            Origin::Found(index) => {
                self.summary.lookups.get(index as usize).is_some_and(|lookup| DEMANDING.contains(&&*lookup.name))
            }
            _ => false,
        })
    }

    /// `?`: the answers leave, what was asked for stays.
    pub(super) fn propagate(&mut self, value: Flow) -> Flow {
        if value.never {
            return value;
        }
        self.establish(value.passed.on_success());
        let error = self.result_type.error();
        let refusals: Vec<Refusal> =
            value.refusals.iter().map(|refusal| self.converted(refusal.clone(), &error)).collect();
        if refusals.is_empty() && self.demands_a_row(&value) {
            let unknown = self.store_failure(&value, &error);
            self.returned.refuse_all(&unknown);
        }
        if refusals.is_empty() && !value.presence.is_empty() {
            // Whatever the call answers when it fails isn't known, unless it is `None` that leaves.
            let status = self.status_of_none();
            let order = self.next_order();
            let mut condition = value.condition();
            condition.add(&self.around());
            self.returned.refuse(Refusal {
                bytes: super::flow::Bytes { statuses: status.into_iter().collect(), ..Default::default() },
                ty: Type::Unknown,
                variant: None,
                outcome: None,
                condition,
                is_failure: status.is_none(),
                span: self.last_statement,
                steps: Steps::default(),
                order,
                branches: self.branches(),
            });
        }
        self.returned.refuse_all(&refusals);
        let presence = value.presence.clone();
        Flow { presence, present_if: None, refusals: Vec::new(), ..value.payload() }
    }
}

/// Methods of database libraries for which a missing row is an error.
const DEMANDING: &[&str] = &["fetch_one", "first", "get_result", "query_row", "query_one", "get_one"];

/// The last name of a path expression.
pub(super) fn path_name(expression: &syn::Expr) -> Option<String> {
    match expression {
        syn::Expr::Path(path) => last(&path.path),
        syn::Expr::Paren(paren) => path_name(&paren.expr),
        _ => None,
    }
}
