//! What becomes of the rejections of warp's filters: those that a function recovers from guard nothing any more.

use std::rc::Rc;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;

use crate::frontend::rust::facts::ItemKind;
use crate::resolve::inventory::Condition;
use crate::resolve::value::{Answer, Entry, PathValue, Recovery, Value};
use crate::source::Span;

use super::Evaluator;
use super::warp::{answers_itself, is_route};

impl Evaluator<'_, '_> {
    /// What a function makes of a rejection that `or_else` or `recover` gives it; `None` if it rejects the request as well.
    pub(super) fn recovery(&mut self, function: &Value, place: Span) -> Option<Recovery> {
        let body = match self.forced(function) {
            Value::Closure(closure) => closure.expression.body.to_token_stream(),
            Value::Path(path) => self.body_tokens(&path),
            _ => TokenStream::new(),
        };
        match (mentions(&body, "Ok"), mentions(&body, "Err") || mentions(&body, "?")) {
            (false, true) => None,
            (true, false) => Some(Recovery::Passes),
            _ => {
                let text = format!("{} rejects it too", self.span_text(place));
                Some(Recovery::Unless(Condition { text, holds: true, span: place }))
            }
        }
    }

    fn body_tokens(&mut self, path: &PathValue) -> TokenStream {
        let Some((function, _)) = self.function_at(path) else { return TokenStream::new() };
        let ItemKind::Function(signature) = &function.item.kind else { return TokenStream::new() };
        let body = signature.body.map(|body| self.modules.texts.slice(function.text, body));
        body.and_then(|body| body.parse().ok()).unwrap_or_default()
    }

    /// Takes guards away whose rejections something turns into a value, before what follows gets that.
    pub(super) fn let_pass(&mut self, entry: &mut Entry) {
        // Whom a route rejects gets another answer, and not what the route gives.
        if answers_itself(entry) {
            return;
        }
        let Some(recovery) = entry.answer.as_mut().and_then(|answer| answer.recovery.take()) else { return };
        if is_route(entry)
            && let Some(place) = entry.mounts.first()
        {
            let text = "requests for other paths and methods get past this filter too, since their rejections are recovered from";
            self.note_unresolved(*place, text, None);
        }
        let answer = entry.answer.clone().unwrap_or_default();
        self.demote(entry);
        entry.answer = Some(Answer { can_reject: false, named: None, ..answer });
        match recovery {
            Recovery::Passes => entry.layers.clear(),
            Recovery::Unless(when) => {
                for layer in &mut entry.layers {
                    Rc::make_mut(layer).conditions.push(when.clone());
                }
            }
        }
    }

    /// Makes a guard of what answered so far, if it can reject a request: something else answers now.
    pub(super) fn demote(&mut self, entry: &mut Entry) {
        let Some(answer) = entry.answer.take().filter(|answer| answer.can_reject) else { return };
        let (own, place) = (entry.handler.value.clone(), entry.handler.span);
        let layer = match answer.named {
            Some((name, span)) => self.filter_layer(name, Some(own), span),
            None => self.filter_layer(own, None, place),
        };
        entry.layers.insert(0, layer);
    }
}

/// Whether a word or sign stands anywhere in a text.
fn mentions(tokens: &TokenStream, wanted: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(&group.stream(), wanted),
        TokenTree::Ident(name) => name == wanted,
        TokenTree::Punct(sign) => wanted.starts_with(sign.as_char()),
        TokenTree::Literal(_) => false,
    })
}
