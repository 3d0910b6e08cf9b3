//! What errors become on their way out: conversions, and responses with a status.

use std::rc::Rc;
use std::sync::Arc;

use crate::frontend::rust::facts::ItemKind;
use crate::resolve::modules::Definition;

use super::combinator::answer_bytes;
use super::flow::{Bytes, Flow, Origin, Origins, Refusal};
use super::summary::Steps;
use super::typing::Type;
use super::{Analyst, Walker};

/// Types that say that what a function gives back is an answer, not something to make one of.
const RESPONSES: &[&str] = &["Response", "Result", "IntoResponse", "HttpResponse", "Responder", "Option"];

/// Crates whose errors tell that a row is missing.
const STORES: &[&str] =
    &["sqlx", "diesel", "sea_orm", "rusqlite", "mongodb", "tokio_postgres", "redis", "DbErr", "surrealdb"];

/// Names of the variants by which they tell.
const MISSING: &[&str] =
    &["RowNotFound", "NotFound", "RecordNotFound", "QueryReturnedNoRows", "ResourceNotFound", "RowCount"];

impl Walker<'_, '_, '_> {
    /// A value that is an answer by itself, as the answer that it is under the conditions here.
    pub(super) fn settled(&mut self, value: Flow) -> Flow {
        let answers = match &self.result_type {
            Type::Foreign(name, _) => RESPONSES.contains(&&**name) || self.is_handler,
            _ => self.is_handler,
        };
        if !answers || value.never || !value.refusals.is_empty() {
            return value;
        }
        let is_error = |status: &u16| *status >= 400;
        if value.statuses.is_empty() || !value.statuses.iter().any(is_error) {
            return value;
        }
        let order = self.next_order();
        let refusal = Refusal {
            bytes: value.bytes(),
            ty: Type::Unknown,
            variant: None,
            outcome: value.outcome,
            condition: self.around(),
            is_failure: false,
            span: self.last_statement,
            steps: Steps::default(),
            order,
            branches: self.branches(),
        };
        let mut settled = Flow { statuses: Vec::new(), ..value };
        settled.refuse(refusal);
        settled
    }

    /// What `None` answers, where the handler gives an `Option` back: Rocket makes a 404 of it.
    pub(super) fn status_of_none(&self) -> Option<u16> {
        let is_option = matches!(&self.result_type, Type::Foreign(name, _) if &**name == "Option");
        (self.is_handler && is_option).then_some(404)
    }

    /// `?` makes one error of another where the tree says how.
    pub(super) fn converted(&mut self, mut refusal: Refusal, into: &Type) -> Refusal {
        let Some(into) = into.definition().cloned() else { return refusal };
        if refusal.ty.definition() == Some(&into) {
            return refusal;
        }
        if refusal.ty == Type::Unknown && !refusal.bytes.statuses.is_empty() {
            return refusal;
        }
        let Some(answer) = self.analyst.conversion(&refusal, &into) else { return refusal };
        let bytes = answer_bytes(&answer);
        if !bytes.statuses.is_empty() {
            refusal.bytes.statuses = bytes.statuses;
        }
        for word in bytes.words {
            refusal.bytes.say(word);
        }
        refusal.ty = Type::Own(into, Rc::from([]));
        refusal.variant = answer.variant;
        refusal
    }

    /// `?` on what a store gave back: the error type may say what a missing row becomes.
    pub(super) fn store_failure(&mut self, value: &Flow, into: &Type) -> Vec<Refusal> {
        let mut condition = value.condition();
        condition.add(&self.around());
        let Some(into) = into.definition().cloned() else { return Vec::new() };
        let mut found = Vec::new();
        for bytes in self.analyst.missing_row(&into) {
            let order = self.next_order();
            found.push(Refusal {
                bytes,
                ty: Type::Unknown,
                variant: None,
                outcome: None,
                condition: condition.clone(),
                is_failure: false,
                span: self.last_statement,
                steps: Steps::default(),
                order,
                branches: self.branches(),
            });
        }
        found
    }
}

impl Analyst<'_, '_> {
    /// What `From` makes of an error.
    fn conversion(&mut self, refusal: &Refusal, into: &Definition) -> Option<Flow> {
        let source = refusal.ty.clone();
        for (written, target) in self.conversions(into) {
            let ty = self.type_of(&target.scope, &written);
            let is_it = match (ty.peeled(), source.peeled()) {
                (Type::Own(left, _), Type::Own(right, _)) => left == right,
                (Type::Foreign(left, _), Type::Foreign(right, _)) => left == right,
                _ => false,
            };
            if is_it {
                let summary = self.summarise(&target.function, &target.scope, refusal.variant.clone())?;
                let mut flow = summary.result.clone();
                if flow.origins.contains(Origin::Parameter(0)) && flow.statuses.is_empty() && flow.variant.is_none() {
                    flow.statuses.clone_from(&refusal.bytes.statuses);
                }
                return Some(flow);
            }
        }
        None
    }

    /// What an error type answers for a row that a store doesn't have, if it converts a store's errors and tells that one apart.
    fn missing_row(&mut self, into: &Definition) -> Vec<Bytes> {
        let mut found: Vec<Bytes> = Vec::new();
        for (written, target) in self.conversions(into) {
            let Some(path) = written.as_path() else { continue };
            let names = match self.modules.resolve(target.scope.module, &path.names, crate::resolve::names::Space::Type)
            {
                crate::resolve::names::Resolved::External(names) => names,
                _ => continue,
            };
            if !names.iter().any(|name| STORES.contains(&name.as_str())) {
                continue;
            }
            for variant in MISSING {
                let ItemKind::Function(signature) = &target.function.item.kind else { continue };
                let source = signature.body.map_or("", |body| self.modules.texts.slice(target.function.text, body));
                if !source.contains(variant) {
                    continue;
                }
                let Some(summary) = self.summarise(&target.function, &target.scope, Some((*variant).into())) else {
                    continue;
                };
                let answer = &summary.result;
                let mut bytes = answer_bytes(answer);
                bytes.echo = Origins::default();
                if bytes.statuses.is_empty()
                    && let Some(known) =
                        self.response_of(&Type::Own(into.clone(), Rc::from([])), answer.variant.clone())
                {
                    bytes.add(&known);
                }
                if bytes.statuses.contains(&404) && !found.contains(&bytes) {
                    found.push(bytes);
                }
            }
        }
        found
    }

    /// The status and texts that an error type gives as a response.
    pub(super) fn response_of(&mut self, ty: &Type, variant: Option<Rc<str>>) -> Option<Bytes> {
        let definition = ty.definition()?.clone();
        let key = (Arc::as_ptr(&definition.item), variant.clone());
        if let Some(known) = self.memory.answers.get(&key) {
            return known.clone();
        }
        self.memory.answers.insert(key.clone(), None);
        let mut found = None;
        for name in ["into_response", "error_response", "status_code", "respond_to"] {
            for target in self.functions_of(ty, name) {
                if let Some(summary) = self.summarise(&target.function, &target.scope, variant.clone()) {
                    let mut bytes = answer_bytes(&summary.result);
                    bytes.echo = Origins::default();
                    if !bytes.statuses.is_empty() {
                        found = Some(bytes);
                    }
                }
            }
            if found.is_some() {
                break;
            }
        }
        self.memory.answers.insert(key, found.clone());
        found
    }

    /// An answer with the status that it leaves with.
    pub(super) fn finished(&mut self, mut refusal: Refusal) -> Refusal {
        if refusal.bytes.statuses.is_empty()
            && let Some(bytes) = self.response_of(&refusal.ty.clone(), refusal.variant.clone())
        {
            refusal.bytes.add(&bytes);
        }
        refusal
    }
}
