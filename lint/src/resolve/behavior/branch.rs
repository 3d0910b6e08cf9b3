//! Branches: `if` and `match`.

use crate::frontend::rust::types::ident_text;

use super::Walker;
use super::check::{ends_in_error, is_error};
use super::condition::{Sides, is_presence};
use super::flow::Flow;
use super::pattern::Fit;
use super::statement::edges;
use super::summary::{OpenFilter, Steps};

impl Walker<'_, '_, '_> {
    pub(super) fn branch(&mut self, branch: &syn::ExprIf) -> Flow {
        let depth = self.variables.len();
        let Sides { then, otherwise, never, passed_then, passed_otherwise } = self.sides(&branch.cond);
        let had_left = self.has_left();
        if never {
            self.variables.truncate(depth);
            return branch.else_branch.as_ref().map(|(_, other)| self.expression(other)).unwrap_or_default();
        }
        self.note_open_filter(branch, &then);
        let fork = self.next_order();
        self.branch.push((fork, 0));
        let (taken, taken_side) = self.side(ends_in_error(&branch.then_branch), |walker| {
            walker.under(then, |walker| walker.block(&branch.then_branch))
        });
        self.branch.pop();
        self.variables.truncate(depth);
        let (left, left_side) = match &branch.else_branch {
            Some((_, other)) => {
                self.branch.push((fork, 1));
                let left =
                    self.side(is_error(other), |walker| walker.under(otherwise, |walker| walker.expression(other)));
                self.branch.pop();
                left
            }
            None => self.side(false, |_| Flow::default()),
        };
        // Whoever fails the check may have left all the same.
        let fails_out = had_left || left_side.has_left();
        let passed = self.join_sides(&[taken_side, left_side]);
        // Who gets past a branch that never ends took the other one.
        if taken.never {
            self.establish(&passed_otherwise);
        }
        if branch.else_branch.is_some() && left.never {
            self.establish_beyond(&passed_then, fails_out);
        }
        if branch.else_branch.is_none() {
            return Flow { refusals: taken.refusals, never: false, ..Flow::default() };
        }
        let never = taken.never && left.never;
        Flow { never, passed, ..taken.or(left) }
    }

    /// `if !ids.is_empty() { query = query.filter(ids) }`: without ids everything is selected.
    fn note_open_filter(&mut self, branch: &syn::ExprIf, then: &super::flow::Condition) {
        let syn::Expr::Unary(syn::ExprUnary { op: syn::UnOp::Not(_), expr, .. }) = &*branch.cond else { return };
        let syn::Expr::MethodCall(call) = &**expr else { return };
        if call.method != "is_empty" || branch.else_branch.is_some() {
            return;
        }
        let list = quote::ToTokens::to_token_stream(&call.receiver).to_string();
        let narrows = branch.then_branch.stmts.iter().any(|statement| match statement {
            syn::Stmt::Expr(expression, _) => narrows_by(expression, &list),
            _ => false,
        });
        if !narrows {
            return;
        }
        let (first, last) = edges(&branch.cond);
        let span = self.span_of(first, last);
        let braces = branch.then_branch.brace_token.span;
        let filter = self.span_of(braces.open(), braces.close());
        if self.summary.open_filters.len() < super::summary::MAX_KEPT {
            self.summary.open_filters.push(OpenFilter {
                list: then.origins.clone(),
                span,
                filter,
                steps: Steps::default(),
            });
        }
    }

    pub(super) fn choice(&mut self, choice: &syn::ExprMatch) -> Flow {
        let value = self.expression(&choice.expr);
        let mut result: Option<Flow> = None;
        let mut failures_end = true;
        let mut sides = Vec::new();
        let mut fails_out = self.has_left();
        let fork = self.next_order();
        // An arm is reached where the guards above it didn't hold.
        let mut passed = super::flow::Condition::default();
        for (index, arm) in choice.arms.iter().enumerate() {
            let fit = Self::fit(&arm.pat, value.variant.as_ref());
            if fit == Fit::Never {
                continue;
            }
            let told = Self::sides_of_pattern(&arm.pat, &value);
            let depth = self.variables.len();
            self.bind_if(&arm.pat, &value);
            let mut condition = told.then;
            condition.add(&passed);
            if let syn::Pat::Guard(guard) = &arm.pat {
                let guarded = self.sides(&guard.guard);
                condition.add(&guarded.then);
                passed.add(&guarded.otherwise);
            }
            self.branch.push((fork, u16::try_from(index).unwrap_or(u16::MAX)));
            let (arm_value, side) = self.side(is_error(&arm.body), |walker| {
                walker.under(condition, |walker| {
                    walker.stand_at(&arm.body);
                    walker.expression(&arm.body)
                })
            });
            fails_out |= side.has_left() && !is_presence(&arm.pat);
            sides.push(side);
            self.branch.pop();
            self.variables.truncate(depth);
            failures_end &= arm_value.never || is_presence(&arm.pat);
            result = Some(match result {
                None => arm_value,
                Some(known) => {
                    let never = known.never && arm_value.never;
                    Flow { never, ..known.or(arm_value) }
                }
            });
            if fit == Fit::Sure && value.variant.is_some() {
                break;
            }
        }
        let passed = self.join_sides(&sides);
        if failures_end {
            self.establish_beyond(value.passed.on_success(), fails_out);
        }
        Flow { passed, ..result.unwrap_or_default() }
    }
}

/// `query = query.filter(list)` and `rows.retain(|row| list.contains(row))`.
fn narrows_by(expression: &syn::Expr, list: &str) -> bool {
    let uses = |tokens: &dyn Fn() -> proc_macro2::TokenStream| tokens().to_string().contains(list);
    match expression {
        syn::Expr::Assign(assignment) => {
            let same = root(&assignment.right).is_some() && root(&assignment.left) == root(&assignment.right);
            same && matches!(&*assignment.right, syn::Expr::MethodCall(_))
                && uses(&|| quote::ToTokens::to_token_stream(&assignment.right))
        }
        syn::Expr::MethodCall(call) => {
            let name = ident_text(&call.method);
            matches!(name.as_str(), "retain" | "and_where" | "filter" | "push_bind" | "where_clause")
                && uses(&|| quote::ToTokens::to_token_stream(&call.args))
        }
        _ => false,
    }
}

/// The variable at the bottom of a chain of calls.
fn root(expression: &syn::Expr) -> Option<String> {
    match expression {
        syn::Expr::Path(path) => path.path.get_ident().map(ident_text),
        syn::Expr::MethodCall(call) => root(&call.receiver),
        syn::Expr::Field(field) => root(&field.base),
        syn::Expr::Paren(paren) => root(&paren.expr),
        _ => None,
    }
}
