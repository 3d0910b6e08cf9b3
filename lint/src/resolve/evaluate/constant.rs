//! Constants and statics.

use std::sync::Arc;

use crate::frontend::rust::facts::ItemKind;
use crate::resolve::modules::Definition;
use crate::resolve::names::Resolved;
use crate::resolve::value::{Callee, Value};

use super::Evaluator;

impl Evaluator<'_, '_> {
    /// The value of a constant, computed once.
    pub(super) fn constant(&mut self, definition: &Definition) -> Value {
        let key = Arc::as_ptr(&definition.item);
        if let Some(known) = self.constants.get(&key) {
            return known.clone();
        }
        // Stands there while the initialiser is evaluated: a constant that needs itself has no value.
        self.constants.insert(key, Value::Unknown);
        let ItemKind::Constant { value: Some(extent) } = definition.item.kind else { return Value::Unknown };
        let value = self.evaluate_extent(definition.module, definition.text, extent);
        let value = self.made_at_first_use(value);
        self.constants.insert(key, value.clone());
        value
    }

    /// What `LazyLock::new(|| …)` and its relatives stand for: what their function gives.
    fn made_at_first_use(&mut self, value: Value) -> Value {
        let maker = match &value {
            Value::Call(call) => match (&call.callee, call.arguments.as_slice()) {
                (Callee::Path(path), [Value::Closure(maker)]) if is_lazy(&path.resolved) => maker.clone(),
                _ => return value,
            },
            _ => return value,
        };
        self.call_closure(&maker, Vec::new())
    }
}

/// Whether a path is the constructor of something that is made when it is first used.
fn is_lazy(path: &Resolved) -> bool {
    let Resolved::External(names) = path else { return false };
    matches!(names.as_slice(), [.., owner, new] if new == "new" && matches!(owner.as_str(), "Lazy" | "LazyCell" | "LazyLock"))
}
