//! Which functions are read, and of which it is enough to know what goes in.
//!
//! Most of what a service calls only computes or stores. A function is read where an answer to the request may come out of
//! it: where its error is one of the application's own, where what it gives back is a response, or where its text turns
//! something down. Of any other function the call is kept as a call.

use std::sync::Arc;

use crate::frontend::rust::facts::ItemKind;

use super::Analyst;
use super::dispatch::Target;
use super::typing::Type;

/// Traits by which a type becomes an answer.
const ANSWERS: &[&str] =
    &["IntoResponse", "ResponseError", "Responder", "IntoErrorResponse", "Writer", "Scribe", "Reject"];

/// Texts by which a function turns something down.
const REFUSES: &[&str] =
    &["Err(", "bail!", "anyhow!", "ok_or", "ensure!", "Status::", "StatusCode::", "NotFound", "Forbidden"];

/// Texts by which a function that may give nothing decides so.
const OMITS: &[&str] = &["None", ".filter(", ".then(", ".then_some(", ".ok()", ".find("];

/// Bytes of a body that is read in any case: what such a function gives is sooner read than guessed.
const SMALL: usize = 320;

/// The same where something may be missing or fail.
const MODERATE: usize = 1200;

/// Types that are an answer.
const RESPONSES: &[&str] =
    &["Response", "IntoResponse", "HttpResponse", "Responder", "StatusCode", "Rejection", "Status"];

impl Analyst<'_, '_> {
    pub(super) fn is_worth_reading(&mut self, target: &Target) -> bool {
        let key = Arc::as_ptr(&target.function.item);
        if let Some(known) = self.memory.worth.get(&key) {
            return *known;
        }
        let ItemKind::Function(signature) = &target.function.item.kind else { return false };
        let body = signature.body.map_or("", |body| self.modules.texts.slice(target.function.text, body));
        let may_fail = signature
            .result
            .as_ref()
            .is_some_and(|result| result.mentions(&|name| matches!(name, "Option" | "Result")));
        let limit = if may_fail { MODERATE } else { SMALL };
        let is_small = body.len() <= limit && !body.contains(".await");
        let worth = match &signature.result {
            _ if is_small => true,
            None => false,
            Some(written) => {
                let ty = self.type_of(&target.scope, written);
                let body = signature.body.map_or("", |body| self.modules.texts.slice(target.function.text, body));
                let has = |words: &[&str]| words.iter().any(|word| body.contains(word));
                match &ty {
                    Type::Foreign(name, arguments) if &**name == "Result" => {
                        has(REFUSES)
                            || match arguments.get(1) {
                                // An error of the application's own, boxed or not, ends up as an answer of its own.
                                Some(error) => error.definition().is_some() || self.is_answer(&error.clone()),
                                // `type Result<T> = …` of some library.
                                None => false,
                            }
                    }
                    Type::Foreign(name, _) if &**name == "Option" => has(OMITS),
                    other => self.is_answer(&other.clone()),
                }
            }
        };
        let worth = worth || self.has_outcome_inside(target) || self.has_check_inside(target);
        self.memory.worth.insert(key, worth);
        worth
    }

    /// Whether a type can be what a request is answered with.
    fn is_answer(&mut self, ty: &Type) -> bool {
        match ty {
            Type::Foreign(name, _) => RESPONSES.contains(&&**name),
            Type::Own(definition, _) => {
                self.modules.implementations(definition).iter().any(|implementation| {
                    matches!(&implementation.item.kind,
                        ItemKind::Impl { of_trait: Some(of_trait), .. } if ANSWERS.contains(&of_trait.last()))
                }) || is_error_name(&definition.item.name)
            }
            Type::Tuple(parts) => parts.iter().any(|part| self.is_answer(part)),
            Type::Unknown => false,
        }
    }

    /// Whether the function's text mentions a call that the policy may know as a guard.
    fn has_check_inside(&self, target: &Target) -> bool {
        if self.memory.checks.is_empty() {
            return false;
        }
        let ItemKind::Function(signature) = &target.function.item.kind else { return false };
        let body = signature.body.map_or("", |body| self.modules.texts.slice(target.function.text, body));
        self.memory.checks.iter().any(|name| super::mentions_name(body, name))
    }

    /// Whether the policy says what something means that the function's text mentions.
    fn has_outcome_inside(&self, target: &Target) -> bool {
        let Some(policy) = self.policy else { return false };
        let ItemKind::Function(signature) = &target.function.item.kind else { return false };
        let body = signature.body.map_or("", |body| self.modules.texts.slice(target.function.text, body));
        let patterns = policy.outcomes.absent.iter().chain(&policy.outcomes.denied);
        patterns.filter_map(|pattern| pattern.value.last()).any(|name| body.contains(name))
    }
}

/// Errors of the application's own become answers by way of `From`, which another file may say.
fn is_error_name(name: &str) -> bool {
    ["Error", "Err", "Rejection", "Failure", "Problem"].iter().any(|end| name.ends_with(end))
}
