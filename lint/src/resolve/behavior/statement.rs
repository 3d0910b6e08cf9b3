//! Blocks and statements.

use crate::frontend::rust::types::{TypeRef, ident_text};

use super::Walker;
use super::condition::is_presence;
use super::flow::{Condition, Flow};

impl Walker<'_, '_, '_> {
    /// Reads a block; its value is that of the last expression.
    pub(super) fn block(&mut self, block: &syn::Block) -> Flow {
        let depth = self.variables.len();
        let mut value = Flow::default();
        let mut ended = false;
        for statement in &block.stmts {
            // What stands behind a `return` is never run.
            if ended {
                break;
            }
            value = Flow::default();
            match statement {
                syn::Stmt::Local(local) => ended = self.local(local),
                syn::Stmt::Expr(expression, semicolon) => {
                    self.stand_at(expression);
                    let flow = self.expression(expression);
                    ended = flow.never;
                    if semicolon.is_none() || flow.never {
                        value = flow;
                    }
                }
                syn::Stmt::Macro(statement) => {
                    let flow = self.macro_call(&statement.mac);
                    ended = flow.never;
                    if statement.semi_token.is_none() || flow.never {
                        value = flow;
                    }
                }
                syn::Stmt::Item(_) => {}
            }
        }
        self.variables.truncate(depth);
        value
    }

    /// `let`; whether evaluation doesn't go on behind it.
    fn local(&mut self, local: &syn::Local) -> bool {
        let Some(init) = &local.init else {
            self.bind(&local.pat, Flow::default());
            return false;
        };
        self.stand_at(&init.expr);
        let mut value = self.expression(&init.expr);
        if value.never {
            return true;
        }
        if let syn::Pat::Type(typed) = &local.pat {
            let ty = TypeRef::from_syn(&typed.ty);
            let scope = self.scope.clone();
            let ty = self.analyst.type_of(&scope, &ty);
            if let Some(bound) = self.annotated_path(&init.expr, &ty) {
                value = bound;
            } else if ty != super::typing::Type::Unknown {
                value.ty = ty;
            }
        }
        match &init.diverge {
            Some((_, otherwise)) => {
                self.conditions.push(value.condition());
                let depth = self.variables.len();
                let left = self.expression(otherwise);
                self.variables.truncate(depth);
                self.conditions.pop();
                if !left.never {
                    // The grammar demands that it diverges; a macro that isn't followed may do so unseen.
                    self.returned.refuse_all(&left.refusals);
                }
                if is_presence(&local.pat) {
                    self.establish(value.passed.on_success());
                }
                self.bind_present(&local.pat, &value);
            }
            None => self.bind(&local.pat, value),
        }
        false
    }

    /// Reads a branch under a condition.
    pub(super) fn under(&mut self, condition: Condition, read: impl FnOnce(&mut Self) -> Flow) -> Flow {
        self.conditions.push(condition);
        let depth = self.variables.len();
        let value = read(self);
        self.variables.truncate(depth);
        let value = self.settled(value);
        self.conditions.pop();
        value
    }

    pub(super) fn assign(&mut self, left: &syn::Expr, value: Flow) {
        match left {
            syn::Expr::Path(path) => {
                if let Some(ident) = path.path.get_ident() {
                    let name = ident_text(ident);
                    let conditional = !self.conditions.is_empty();
                    if let Some(variable) = self.variable_mut(&name) {
                        *variable = if conditional { std::mem::take(variable).or(value) } else { value };
                    }
                }
            }
            syn::Expr::Tuple(tuple) => {
                let parts = value.parts.clone();
                for (index, element) in tuple.elems.iter().enumerate() {
                    let part = parts.as_ref().and_then(|parts| parts.get(index)).cloned();
                    self.assign(element, part.unwrap_or_else(|| value.payload()));
                }
            }
            // What is put into a part doesn't make the whole come from there: a body that gets the caller's name is still a body.
            _ => {}
        }
    }
}

/// The first and the last token of an expression, without going through all that stand between them.
pub(super) fn edges(expression: &syn::Expr) -> (proc_macro2::Span, proc_macro2::Span) {
    let of_path = |path: &syn::Path| {
        let place = |segment: Option<&syn::PathSegment>| {
            segment.map_or_else(proc_macro2::Span::call_site, |segment| segment.ident.span())
        };
        (place(path.segments.first()), place(path.segments.last()))
    };
    match expression {
        syn::Expr::Path(path) => of_path(&path.path),
        syn::Expr::Call(call) => (edges(&call.func).0, call.paren_token.span.close()),
        syn::Expr::MethodCall(call) => (edges(&call.receiver).0, call.paren_token.span.close()),
        syn::Expr::Field(field) => (
            edges(&field.base).0,
            match &field.member {
                syn::Member::Named(name) => name.span(),
                syn::Member::Unnamed(index) => index.span,
            },
        ),
        syn::Expr::Await(waiting) => (edges(&waiting.base).0, waiting.await_token.span),
        syn::Expr::Try(tried) => (edges(&tried.expr).0, tried.question_token.span),
        syn::Expr::Macro(call) => (of_path(&call.mac.path).0, call.mac.delimiter.span().close()),
        syn::Expr::Tuple(tuple) => (tuple.paren_token.span.open(), tuple.paren_token.span.close()),
        syn::Expr::Struct(literal) => (of_path(&literal.path).0, literal.brace_token.span.close()),
        syn::Expr::Block(block) => (block.block.brace_token.span.open(), block.block.brace_token.span.close()),
        syn::Expr::Match(choice) => (choice.match_token.span, choice.brace_token.span.close()),
        syn::Expr::Return(left) => {
            (left.return_token.span, left.expr.as_ref().map_or(left.return_token.span, |value| edges(value).1))
        }
        syn::Expr::If(branch) => {
            let end = match &branch.else_branch {
                Some((_, other)) => edges(other).1,
                None => branch.then_branch.brace_token.span.close(),
            };
            (branch.if_token.span, end)
        }
        syn::Expr::Reference(inner) => (inner.and_token.span, edges(&inner.expr).1),
        syn::Expr::Paren(inner) => (inner.paren_token.span.open(), inner.paren_token.span.close()),
        other => {
            let mut tokens = quote::ToTokens::to_token_stream(other).into_iter();
            let first = tokens.next().map_or_else(proc_macro2::Span::call_site, |token| token.span());
            (first, tokens.last().map_or(first, |token| token.span()))
        }
    }
}

impl Walker<'_, '_, '_> {
    /// Remembers which statement is read. Of a branch, its arms are statements of their own.
    pub(super) fn stand_at(&mut self, expression: &syn::Expr) {
        if !matches!(expression, syn::Expr::If(_) | syn::Expr::Match(_) | syn::Expr::Block(_)) {
            let (start, end) = edges(expression);
            self.last_statement = self.span_of(start, end);
        }
    }
}
