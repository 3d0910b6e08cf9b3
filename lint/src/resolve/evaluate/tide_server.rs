//! Servers of tide that aren't seen at first, behind calls and fields.

use crate::frontend::rust::tide::{self, Kind, Operation};
use crate::resolve::names::Resolved;
use crate::resolve::value::{Callee, Value};
use crate::source::Span;

use super::lent::is_lent;
use super::{Environment, Evaluator};

impl Evaluator<'_, '_> {
    /// The server behind a value that isn't seen as one: what a function of the tree gives that nobody ran yet, the only field of a type
    /// that lends it, `impl DerefMut for App`.
    pub(super) fn server_behind(
        &mut self,
        environment: &mut Environment,
        receiver: Value,
        method: &str,
        place: &syn::Expr,
    ) -> Value {
        if !matches!(method, "at" | "with" | "listen" | "bind") {
            return receiver;
        }
        match &receiver {
            Value::Call(call) if is_of_tree(&call.callee) => {
                let made = self.forced(&receiver);
                if is_lent(&made) {
                    self.assign(environment, place, made.clone());
                    return made;
                }
            }
            Value::Record(record) => {
                let mut servers = record.fields.values().filter(|value| is_lent(value));
                if let (Some(server), None) = (servers.next(), servers.next())
                    && record.definition.as_ref().is_none_or(|owner| self.associated(owner, method).is_none())
                {
                    return server.clone();
                }
            }
            _ => {}
        }
        receiver
    }

    /// Says that routes are added to a server which isn't known: `elsewhere().at("/x").get(handler)`.
    pub(super) fn note_unseen_server(&mut self, receiver: &Value, method: &str, arguments: &[Value], span: Span) {
        let Value::Call(call) = receiver else { return };
        let Callee::Method { receiver, name } = &call.callee else { return };
        let may_be_server = match receiver {
            Value::Unknown => true,
            Value::Call(made) => !is_of_tree(&made.callee),
            Value::Record(record) => {
                record.definition.as_ref().is_none_or(|owner| self.associated(owner, name).is_none())
            }
            _ => false,
        };
        if !may_be_server {
            return;
        }
        let adds_route = name == "at"
            && matches!(call.arguments.as_slice(), [Value::Text(_)])
            && matches!(
                tide::operation(Kind::Route, method),
                Some(Operation::Endpoint { .. } | Operation::Nest | Operation::Folder | Operation::File)
            )
            && arguments.len() == 1;
        if adds_route && self.modules.file_text(span.file).contains(tide::NEEDLES[0]) {
            let text = "the server that this route is added to could not be followed; it is missing from the inventory";
            self.note_unresolved(call.span, text, None);
        }
    }
}

/// Whether a function of the tree is called.
fn is_of_tree(callee: &Callee) -> bool {
    matches!(callee, Callee::Path(path) if matches!(path.resolved, Resolved::Item(_) | Resolved::Member(..)))
}
