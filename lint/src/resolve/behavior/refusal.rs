//! Refusals that combinators make: what `ok_or`, `map_err` and their like answer instead.

use crate::source::Span;

use super::Walker;
use super::combinator::answer_bytes;
use super::flow::{Condition, Flow, Refusal};
use super::summary::Steps;
use super::typing::Type;

impl Walker<'_, '_, '_> {
    /// `ok_or(…)`: what is answered if it isn't there.
    pub(super) fn turned_down(&mut self, receiver: &Flow, answer: &Flow, span: Span) -> Flow {
        let mut condition = receiver.condition();
        condition.add(&self.around());
        let refusal = self.refusal_of(answer, condition, span);
        let mut value = Flow { refusals: receiver.refusals.clone(), ..receiver.payload() };
        value.passed = receiver.passed.clone();
        value.ty = Type::foreign("Result", vec![value.ty, answer.ty.clone()]);
        value.refuse(refusal);
        value
    }

    /// `map_err(…)`: the same conditions, other answers.
    pub(super) fn with_error(&mut self, receiver: &Flow, argument: &syn::Expr, span: Span) -> Flow {
        let error = Flow { words: Vec::new(), statuses: Vec::new(), variant: None, ..receiver.payload() };
        let known: Vec<Refusal> = receiver.refusals.clone();
        let mut mapped = Vec::new();
        if known.is_empty() {
            let answer = self.apply(argument, vec![error.typed(receiver.ty.error())]);
            let mut condition = receiver.condition();
            condition.add(&self.around());
            mapped.push(Refusal { is_failure: true, ..self.refusal_of(&answer, condition, span) });
        }
        for refusal in known {
            let given = Flow {
                statuses: refusal.bytes.statuses.clone(),
                words: refusal.bytes.words.clone(),
                origins: refusal.bytes.echo.clone(),
                ty: refusal.ty.clone(),
                variant: refusal.variant.clone(),
                outcome: refusal.outcome,
                ..Flow::default()
            };
            let answer = self.apply(argument, vec![given]);
            let bytes = answer_bytes(&answer);
            let unseen = bytes.statuses.is_empty() && answer.variant.is_none() && answer.ty.definition().is_none();
            mapped.push(if unseen {
                refusal
            } else {
                Refusal {
                    bytes,
                    ty: answer.ty.clone(),
                    variant: answer.variant.clone(),
                    outcome: answer.outcome.or(refusal.outcome),
                    ..refusal
                }
            });
        }
        let ty = Type::foreign(
            "Result",
            vec![receiver.ty.payload(), mapped.first().map(|refusal| refusal.ty.clone()).unwrap_or_default()],
        );
        Flow { refusals: mapped, ty, ..receiver.clone() }
    }

    /// The refusal whose answer is this value.
    pub(super) fn refusal_of(&mut self, answer: &Flow, condition: Condition, span: Span) -> Refusal {
        let order = self.next_order();
        Refusal {
            bytes: answer_bytes(answer),
            ty: answer.ty.clone(),
            variant: answer.variant.clone(),
            outcome: answer.outcome,
            condition,
            is_failure: false,
            span,
            steps: Steps::default(),
            order,
            branches: self.branches(),
        }
    }
}
