//! What controllers of rwf ask before they answer: their `auth` and their middleware.

use std::rc::Rc;

use crate::frontend::rust::facts::ItemKind;
use crate::frontend::rust::rwf;
use crate::frontend::rust::types::TypePath;
use crate::resolve::modules::Definition;
use crate::resolve::names::{Resolved, Space};
use crate::resolve::value::{Callee, Layer, PathValue, Value};
use crate::source::Span;

use super::Evaluator;
use super::poem_api::owner_of;
use super::rwf::place_of;

impl Evaluator<'_, '_> {
    /// What a controller asks before it answers, from the inside out: its middleware, around which stands its check.
    pub(super) fn controller_layers(&mut self, controller: &Value) -> Vec<Rc<Layer>> {
        let Some(owner) = owner_of(controller) else { return Vec::new() };
        let mut layers = Vec::new();
        for name in ["middleware", "auth"] {
            let Some((given, span)) = self.given_by(&owner, controller, name) else { continue };
            match self.forced(&given) {
                made @ (Value::Call(_) | Value::Record(_) | Value::List(_) | Value::Path(_)) => {
                    let place = place_of(&given).unwrap_or(span);
                    let mut parts = self.rwf_parts(&made, place);
                    if let Value::Call(call) = &given
                        && place_of(&made).is_none_or(|span| span != call.span)
                    {
                        for part in &mut parts {
                            let part = Rc::make_mut(part);
                            (part.wrapper, part.span) = (Some(given.clone()), place);
                        }
                    }
                    layers.extend(parts.into_iter().rev());
                }
                _ => {
                    let resolved = Resolved::Member(owner.clone(), vec![name.to_owned()]);
                    let path = PathValue { resolved, generics: Vec::new(), module: owner.module, span };
                    layers.push(self.single_layer(Value::Path(Rc::new(path)), span));
                }
            }
        }
        layers
    }

    /// What `fn auth(&self)` of a controller gives, or the field that `#[auth(field)]` names, and where that stands.
    fn given_by(&mut self, owner: &Definition, controller: &Value, name: &str) -> Option<(Value, Span)> {
        let attribute = owner.item.attributes.iter().find(|given| given.is(&[name])).cloned();
        let function = self
            .associated(owner, name)
            .filter(|function| matches!(&function.item.kind, ItemKind::Function(signature) if signature.has_receiver));
        if attribute.is_none() && function.is_none() {
            return None;
        }
        let known = match self.forced(controller) {
            known @ Value::Record(_) => known,
            _ => self.associated(owner, "default").map_or(Value::Unknown, |made| {
                self.call_alternatives(&made, Some(owner.clone()), None, Vec::new(), Rc::default()).0
            }),
        };
        if let Some(function) = function {
            let span = self.modules.span(&function);
            let value =
                self.call_alternatives(&function, Some(owner.clone()), Some(known), Vec::new(), Rc::default()).0;
            return Some((value, span));
        }
        let attribute = attribute?;
        let span = self.modules.span_of(owner.text, attribute.extent);
        let field = self.modules.texts.slice(owner.text, attribute.arguments).trim().to_owned();
        let value = match known {
            Value::Record(record) => record.fields.get(&field).cloned().unwrap_or(Value::Unknown),
            _ => Value::Unknown,
        };
        Some((value, span))
    }

    pub(super) fn rwf_layer(&mut self, check: &Value, place: Span) -> Rc<Layer> {
        let mut parts = self.rwf_parts(check, place);
        match parts.len() {
            1 => parts.remove(0),
            _ => self.single_layer(check.clone(), place),
        }
    }

    /// The checks inside `AuthHandler::new(…)`, `MiddlewareSet::new(vec![…])` and `….middleware()`, from the outermost in.
    fn rwf_parts(&mut self, value: &Value, place: Span) -> Vec<Rc<Layer>> {
        if let Value::List(values) = value {
            return values.iter().flat_map(|value| self.rwf_parts(value, place_of(value).unwrap_or(place))).collect();
        }
        if let Value::Call(call) = value {
            match &call.callee {
                Callee::Path(path) if matches!(&path.resolved, Resolved::External(names) if rwf::is_wrapper(names)) => {
                    if let [inner @ (Value::List(_) | Value::Call(_) | Value::Record(_) | Value::Path(_))] =
                        call.arguments.as_slice()
                    {
                        let is_seen = !matches!(inner, Value::Record(record) if record.definition.is_none());
                        if is_seen {
                            return self.rwf_parts(inner, place_of(inner).unwrap_or(call.span));
                        }
                    }
                    // A literal of a type of the framework: its name is all that is needed.
                    if let Some(named) = self.literal_inside(call.span, path) {
                        return vec![named];
                    }
                    return vec![self.single_layer(value.clone(), call.span)];
                }
                Callee::Method { receiver, name } if matches!(name.as_str(), "handler" | "middleware" | "auth") => {
                    return self.rwf_parts(receiver, place_of(receiver).unwrap_or(place));
                }
                _ => {}
            }
        }
        vec![self.single_layer(value.clone(), place)]
    }

    /// `AuthHandler::new(Token { … })`: the type of the literal, where that is.
    fn literal_inside(&mut self, span: Span, around: &PathValue) -> Option<Rc<Layer>> {
        let source = self.modules.file_text(span.file).get(span.start as usize..span.end as usize)?.to_owned();
        let syn::Expr::Call(written) = syn::parse_str::<syn::Expr>(&source).ok()? else { return None };
        let argument = written.args.first()?;
        let syn::Expr::Struct(literal) = argument else { return None };
        let extent = crate::frontend::rust::parse::spanned(argument);
        let place = Span { start: span.start + extent.start, end: span.start + extent.end, ..span };
        let names = TypePath::from_syn(&literal.path).names;
        let resolved = self.modules.resolve(around.module, &names, Space::Type);
        let path = PathValue { resolved, generics: Vec::new(), module: around.module, span: place };
        Some(self.single_layer(Value::Path(Rc::new(path)), place))
    }

    fn single_layer(&mut self, value: Value, span: Span) -> Rc<Layer> {
        let id = self.id();
        Rc::new(Layer { id, value, wrapper: None, is_passive: false, span, conditions: Vec::new() })
    }
}
