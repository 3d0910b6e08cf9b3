//! The functions that layers put around routes, for whoever wants to know what they do.

use std::collections::BTreeMap;

use route_role_policy::Policy;

use crate::frontend::rust::types::TypeArgument;

use super::behavior::{Analyst, Middleware, Passage};
use super::evaluate::Evaluator;
use super::layer_guards::is_middleware_constructor;
use super::names::Resolved;
use super::value::{Callee, Entry, Layer, Value};

/// Layers that were looked at, by their identity.
#[derive(Debug, Default)]
pub(super) struct Known(BTreeMap<usize, Option<Middleware>>);

impl Known {
    /// What a request passes before this handler and looks at its path, from the outermost in, and the identities of their layers.
    pub(super) fn around(
        &mut self,
        evaluator: &mut Evaluator<'_, '_>,
        entry: &Entry,
        policy: Option<&Policy>,
    ) -> (Vec<usize>, Vec<Middleware>) {
        let mut found = (Vec::new(), Vec::new());
        // Nobody asks what handlers do.
        if evaluator.memory.is_off {
            return found;
        }
        for layer in entry.layers.iter().rev() {
            let known = self.0.entry(layer.id).or_insert_with(|| {
                let passage = evaluator.passage(layer, policy)?;
                Some(Middleware { passage, span: layer.span })
            });
            if let Some(middleware) = known {
                found.0.push(layer.id);
                found.1.push(middleware.clone());
            }
        }
        found
    }
}

impl Evaluator<'_, '_> {
    /// The code of the tree that `from_fn` and its like make a layer of, if it looks at the path.
    fn passage(&mut self, layer: &Layer, policy: Option<&Policy>) -> Option<Passage> {
        let Value::Call(call) = &layer.value else { return None };
        let Callee::Path(callee) = &call.callee else { return None };
        let Resolved::External(names) = &callee.resolved else { return None };
        let name = names.last().filter(|_| is_middleware_constructor(names))?;
        let passage = if name.starts_with("from_extractor") {
            let Some(TypeArgument::Type(ty)) = callee.generics.first() else { return None };
            Passage::Extractor(callee.module, ty.clone())
        } else {
            let Some(Value::Path(path)) = call.arguments.last() else { return None };
            Passage::Function(self.handler_function(path)?.0)
        };
        let mut analyst = Analyst::new(self.modules, &mut self.memory, policy);
        analyst.looks_at_path(&passage).then_some(passage)
    }
}
