//! From handlers and layers to guards.

use std::collections::BTreeMap;

use route_role_policy::term::{Argument, Term, Value as TermValue};

use crate::frontend::rust::axum;
use crate::frontend::rust::facts::{Attribute, Extent, ItemKind, TextId};
use crate::frontend::rust::types::{TypeArgument, TypePath, TypeRef, ident_text};
use crate::source::Span;

use super::evaluate::Evaluator;
use super::inventory::{Guard, GuardKind};
use super::modules::{Definition, ModuleId};
use super::names::{Resolved, Space};
use super::value::{Callee, Layer, PathValue, Value};

/// Types inside types; more is never meant to be read.
const MAX_DEPTH: usize = 24;

/// Values inside values of a layer.
const MAX_VALUE_DEPTH: usize = 2;

/// Aliases of aliases.
const MAX_EXPANSIONS: usize = 8;

/// What the type parameters of a generic handler stand for, each with the module where that was written.
pub(crate) type Substitution = BTreeMap<String, (TypeArgument, ModuleId)>;

/// A path as a reader knows it: its last two names.
pub(crate) fn path_text(path: &PathValue) -> String {
    match &path.resolved {
        Resolved::Item(definition) => definition.item.name.clone(),
        Resolved::Member(definition, names) => format!("{}::{}", definition.item.name, names.join("::")),
        Resolved::External(names) => names.join("::"),
        Resolved::Module(_) => "a module".to_owned(),
    }
}

/// How deep a type's arguments are nested, and whether aliases among them are seen through.
#[derive(Debug, Clone, Copy)]
struct Depth {
    levels: usize,
    expands_aliases: bool,
}

impl Depth {
    fn written() -> Self {
        Self { levels: 0, expands_aliases: false }
    }

    fn expanded() -> Self {
        Self { levels: 0, expands_aliases: true }
    }

    fn deeper(self) -> Self {
        Self { levels: self.levels + 1, ..self }
    }
}

/// A type in the place of a parameter, read.
struct Extractor {
    term: Term,
    expansions: Vec<Term>,
    local: bool,
}

impl Extractor {
    fn guard(self, text: String, span: Span) -> Guard {
        Guard {
            kind: GuardKind::Extractor,
            term: self.term,
            expansions: self.expansions,
            text,
            span,
            local: self.local,
            conditions: Vec::new(),
        }
    }
}

impl Evaluator<'_, '_> {
    /// The guards that one parameter of a handler may be: several if it is a tuple of extractors.
    pub(crate) fn parameter_guards(
        &mut self,
        module: ModuleId,
        substitution: &Substitution,
        ty: &TypeRef,
        text: TextId,
        extent: Extent,
    ) -> Vec<Guard> {
        match ty {
            TypeRef::Tuple(parts) => {
                let mut found = Vec::new();
                for part in parts {
                    let guards = self.parameter_guards(module, substitution, part, text, extent);
                    found.extend(guards.into_iter().map(|guard| Guard { text: guard.term.to_string(), ..guard }));
                }
                found
            }
            ty => self.parameter_guard(module, substitution, ty, text, extent).into_iter().collect(),
        }
    }

    fn parameter_guard(
        &mut self,
        module: ModuleId,
        substitution: &Substitution,
        ty: &TypeRef,
        text: TextId,
        extent: Extent,
    ) -> Option<Guard> {
        let extractor = self.extractor(module, substitution, ty.as_path()?)?;
        let text_of_guard = self.guard_text(text, extent, &extractor.term);
        Some(extractor.guard(text_of_guard, self.modules.span_of(text, extent)))
    }

    /// What a type that stands in the place of a parameter means, seen through aliases.
    fn extractor(&mut self, module: ModuleId, substitution: &Substitution, path: &TypePath) -> Option<Extractor> {
        // What is written as a bare type parameter is its argument.
        if let [name] = path.names.as_slice()
            && let Some((TypeArgument::Type(TypeRef::Path(argument)), origin)) = substitution.get(name).cloned()
        {
            return self.extractor(origin, &Substitution::new(), &argument);
        }
        let term = self.type_term(module, substitution, path, Depth::written())?;
        let mut local = self.is_extractor_of_the_tree(module, path);
        let mut expansions: Vec<Term> = Vec::new();
        let mut at = (module, path.clone(), substitution.clone());
        while expansions.len() < MAX_EXPANSIONS {
            let Some(next) = self.expand_alias(at.0, &at.1, &at.2) else { break };
            let Some(expanded) = self.type_term(next.0, &next.2, &next.1, Depth::written()) else { break };
            local = local || self.is_extractor_of_the_tree(next.0, &next.1);
            expansions.push(expanded);
            at = next;
        }
        // Aliases among the arguments: `Authorized<Registrar>`, where `Registrar` is `Or<Member, IsDaemon>`.
        if let Some(expanded) = self.type_term(at.0, &at.2, &at.1, Depth::expanded())
            && expanded != *expansions.last().unwrap_or(&term)
        {
            expansions.push(expanded);
        }
        Some(Extractor { term, expansions, local })
    }

    /// The guards that a parameter of a closure may be.
    pub(crate) fn closure_guards(&mut self, module: ModuleId, ty: &TypeRef, span: Span) -> Vec<Guard> {
        match ty {
            TypeRef::Tuple(parts) => parts.iter().flat_map(|part| self.closure_guards(module, part, span)).collect(),
            ty => self.closure_guard(module, ty, span).into_iter().collect(),
        }
    }

    fn closure_guard(&mut self, module: ModuleId, ty: &TypeRef, span: Span) -> Option<Guard> {
        let extractor = self.extractor(module, &Substitution::new(), ty.as_path()?)?;
        let text = self.span_text(span);
        Some(extractor.guard(text, span))
    }

    /// An attribute as a reader knows it, on one line; what a macro wrote has no layout of its own and gets one.
    pub(crate) fn attribute_text(&self, definition: &Definition, given: &Attribute) -> String {
        let text = self.modules.texts.slice(definition.text, given.extent);
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if self.modules.texts.is_expansion(definition.text) { tidy(&line) } else { line }
    }

    fn guard_text(&self, text: TextId, extent: Extent, term: &Term) -> String {
        if self.modules.texts.is_expansion(text) {
            return term.to_string();
        }
        self.modules.texts.slice(text, extent).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// A type as a term, with names resolved.
    fn type_term(
        &mut self,
        module: ModuleId,
        substitution: &Substitution,
        path: &TypePath,
        depth: Depth,
    ) -> Option<Term> {
        if depth.levels > MAX_DEPTH {
            return None;
        }
        if let [name] = path.names.as_slice()
            && depth.levels > 0
            && let Some((TypeArgument::Type(TypeRef::Path(argument)), origin)) = substitution.get(name)
        {
            let (argument, origin) = (argument.clone(), *origin);
            return self.type_term(origin, &Substitution::new(), &argument, depth.deeper());
        }
        if depth.expands_aliases
            && depth.levels > 0
            && let Some((module, target, substitution)) = self.expand_alias(module, path, substitution)
        {
            return self.type_term(module, &substitution, &target, depth.deeper());
        }
        let mut is_foreign = false;
        let names = match self.modules.resolve(module, &path.names, Space::Type) {
            Resolved::Item(definition) => self.modules.full_name(definition.module, &definition.item.name),
            Resolved::Member(definition, rest) => {
                let mut names = self.modules.full_name(definition.module, &definition.item.name);
                names.extend(rest);
                names
            }
            Resolved::External(names) => {
                is_foreign = names.len() > 1;
                names
            }
            Resolved::Module(_) => path.names.clone(),
        };
        // What `Json` and `Path` of a foreign crate hold is data, and following it would read half the tree.
        if is_foreign && depth.levels == 0 && axum::carries_data(&names) {
            let args = path.arguments.iter().filter_map(written).map(|value| Argument { name: None, value }).collect();
            return Some(Term { path: names, args });
        }
        let args = path
            .arguments
            .iter()
            .filter_map(|argument| {
                let (name, value) = match argument {
                    TypeArgument::Type(TypeRef::Path(inner))
                        if let [name] = inner.names.as_slice()
                            && let Some((TypeArgument::Constant(text), _)) = substitution.get(name) =>
                    {
                        (None, constant_value(text))
                    }
                    TypeArgument::Type(ty) => (None, self.type_value(module, substitution, ty, depth.deeper())?),
                    TypeArgument::Binding(name, ty) => {
                        (Some(name.clone()), self.type_value(module, substitution, ty, depth.deeper())?)
                    }
                    TypeArgument::Constant(text) => (None, constant_value(text)),
                };
                Some(Argument { name, value })
            })
            .collect();
        Some(Term { path: names, args })
    }

    fn type_value(
        &mut self,
        module: ModuleId,
        substitution: &Substitution,
        ty: &TypeRef,
        depth: Depth,
    ) -> Option<TermValue> {
        Some(match ty {
            TypeRef::Path(path) => TermValue::Term(self.type_term(module, substitution, path, depth)?),
            TypeRef::Reference(inner) => return self.type_value(module, substitution, inner, depth.deeper()),
            TypeRef::Slice(inner) => {
                TermValue::List(self.type_value(module, substitution, inner, depth.deeper()).into_iter().collect())
            }
            TypeRef::Tuple(parts) => TermValue::List(
                parts.iter().filter_map(|part| self.type_value(module, substitution, part, depth.deeper())).collect(),
            ),
            TypeRef::Bounds(paths) => {
                TermValue::Opaque(paths.iter().map(TypePath::last).collect::<Vec<_>>().join(" + "))
            }
            TypeRef::Other(text) => TermValue::Opaque(text.clone()),
        })
    }

    /// What an alias stands for, with its parameters filled in.
    fn expand_alias(
        &mut self,
        module: ModuleId,
        path: &TypePath,
        outer: &Substitution,
    ) -> Option<(ModuleId, TypePath, Substitution)> {
        let Resolved::Item(definition) = self.modules.resolve(module, &path.names, Space::Type) else { return None };
        let ItemKind::Alias { parameters, target } = &definition.item.kind else { return None };
        let target = target.as_path()?.clone();
        let mut given = path.arguments.iter();
        let mut substitution = Substitution::new();
        for (name, default) in parameters {
            let argument = match (given.next(), default) {
                (Some(argument), _) => match argument {
                    TypeArgument::Type(TypeRef::Path(inner)) if inner.names.len() == 1 => {
                        outer.get(&inner.names[0]).cloned().unwrap_or_else(|| (argument.clone(), module))
                    }
                    _ => (argument.clone(), module),
                },
                (None, Some(default)) => (TypeArgument::Type(default.clone()), definition.module),
                (None, None) => continue,
            };
            substitution.insert(name.clone(), argument);
        }
        Some((definition.module, target, substitution))
    }

    /// Whether the tree itself says how a type is taken out of a request.
    fn is_extractor_of_the_tree(&mut self, module: ModuleId, path: &TypePath) -> bool {
        let Resolved::Item(definition) = self.modules.resolve(module, &path.names, Space::Type) else { return false };
        let is_extractor = |name: &str| name.starts_with("FromRequest") || name == "OptionalFromRequestParts";
        let derived = definition.item.attributes.iter().any(|attribute| {
            attribute.is(&["derive"])
                && self.modules.texts.slice(definition.text, attribute.arguments).contains("FromRequest")
        });
        derived
            || self.modules.implementations(&definition.item.name).iter().any(|implementation| {
                matches!(&implementation.item.kind, ItemKind::Impl { of_trait: Some(of_trait), .. } if is_extractor(of_trait.last()))
            })
    }

    /// The guard that a layer may be.
    pub(crate) fn layer_guard(&mut self, layer: &Layer) -> Guard {
        let mut views = self.value_terms(&layer.value, 0);
        if let Some(wrapper) = &layer.wrapper {
            views.extend(self.value_terms(wrapper, 0));
        }
        let text = self.span_text(layer.span);
        views.extend(spelled(&text));
        let term = if views.is_empty() { Term::name(&text) } else { views.remove(0) };
        Guard {
            kind: GuardKind::Layer,
            local: self.is_of_the_tree(&layer.value),
            term,
            expansions: views,
            text,
            span: layer.span,
            conditions: layer.conditions.clone(),
        }
    }

    /// The source of a span on one line, shortened.
    pub(crate) fn span_text(&self, span: Span) -> String {
        let source = self.modules.file_text(span.file);
        let text = source.get(span.start as usize..span.end as usize).unwrap_or_default();
        let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.chars().count() > 100 {
            line = line.chars().take(99).chain(['…']).collect();
        }
        line
    }

    /// Whether a layer runs code of the tree: a function given to `from_fn`, a type with an `impl` here.
    fn is_of_the_tree(&self, value: &Value) -> bool {
        match value {
            Value::Path(path) => matches!(path.resolved, Resolved::Item(_) | Resolved::Member(..)),
            Value::Record(record) => record.definition.is_some(),
            Value::Closure(_) => true,
            Value::Call(call) => {
                let callee = match &call.callee {
                    Callee::Path(path) => matches!(path.resolved, Resolved::Item(_) | Resolved::Member(..)),
                    Callee::Method { receiver, .. } => self.is_of_the_tree(receiver),
                    Callee::Macro(_) | Callee::Other => false,
                };
                callee
                    || call.arguments.iter().any(|argument| {
                        matches!(argument, Value::Path(_) | Value::Closure(_)) && self.is_of_the_tree(argument)
                    })
            }
            _ => false,
        }
    }

    /// The ways to read a value as a guard, the fullest first: the call, the functions that it wraps, the type that it makes.
    fn value_terms(&mut self, value: &Value, depth: usize) -> Vec<Term> {
        if depth > MAX_DEPTH {
            return Vec::new();
        }
        match value {
            Value::Path(path) => vec![self.path_term(path)],
            Value::Record(record) => match &record.definition {
                Some(definition) => vec![Term {
                    path: self.modules.full_name(definition.module, &definition.item.name),
                    args: record
                        .fields
                        .iter()
                        .map(|(name, value)| Argument {
                            name: (!name.starts_with(|first: char| first.is_ascii_digit())).then(|| name.clone()),
                            value: self.term_value(value, depth + 1),
                        })
                        .collect(),
                }],
                None => Vec::new(),
            },
            Value::Call(call) => {
                let args: Vec<Argument> = call
                    .arguments
                    .iter()
                    .map(|argument| Argument { name: None, value: self.term_value(argument, depth + 1) })
                    .collect();
                match &call.callee {
                    Callee::Path(path) => {
                        let mut term = self.path_term(path);
                        term.args.extend(args);
                        let inner: Vec<Term> = term
                            .args
                            .iter()
                            .rev()
                            .take(1)
                            .filter_map(|argument| match &argument.value {
                                TermValue::Term(inner) if is_middleware_constructor(&term) => Some(inner.clone()),
                                _ => None,
                            })
                            .collect();
                        let made = type_made_by(&term);
                        // The function says more than the call that makes a layer of it.
                        let mut views = inner;
                        views.push(term);
                        views.extend(made);
                        views
                    }
                    Callee::Method { receiver, name } => {
                        let inner = self.value_terms(receiver, depth + 1);
                        let mut views = Vec::new();
                        if let Some(base) = inner.first() {
                            let owner = type_made_by(base)
                                .unwrap_or_else(|| Term { path: base.path.clone(), args: Vec::new() });
                            let mut path = owner.path;
                            path.push(name.clone());
                            views.push(Term { path, args });
                        }
                        views.extend(inner);
                        views
                    }
                    Callee::Macro(path) => vec![Term { path: path.clone(), args }],
                    Callee::Other => Vec::new(),
                }
            }
            _ => Vec::new(),
        }
    }

    fn term_value(&mut self, value: &Value, depth: usize) -> TermValue {
        // What a pattern may ask of a value's own values ends here; a whole application state would be no use to anybody.
        if depth > MAX_VALUE_DEPTH {
            return TermValue::Opaque("…".to_owned());
        }
        match value {
            Value::Text(text) if text.contains(super::value::HOLE) => TermValue::Opaque("…".to_owned()),
            Value::Text(text) => TermValue::Str(text.to_string()),
            Value::Int(number) => TermValue::Int(*number),
            Value::Bool(truth) => TermValue::Bool(*truth),
            Value::List(values) | Value::Tuple(values) => {
                TermValue::List(values.iter().map(|value| self.term_value(value, depth + 1)).collect())
            }
            Value::Closure(_) => TermValue::Opaque("|…| …".to_owned()),
            value => match self.value_terms(value, depth + 1).into_iter().next() {
                Some(term) => TermValue::Term(term),
                None => TermValue::Opaque("…".to_owned()),
            },
        }
    }

    fn path_term(&mut self, path: &PathValue) -> Term {
        let names = match &path.resolved {
            Resolved::Item(definition) => self.modules.full_name(definition.module, &definition.item.name),
            Resolved::Member(definition, rest) => {
                let mut names = self.modules.full_name(definition.module, &definition.item.name);
                names.extend(rest.iter().cloned());
                names
            }
            Resolved::External(names) => names.clone(),
            Resolved::Module(_) => Vec::new(),
        };
        let args = path
            .generics
            .iter()
            .filter_map(|argument| match argument {
                TypeArgument::Type(ty) => {
                    self.type_value(path.module, &Substitution::new(), ty, Depth::written().deeper())
                }
                TypeArgument::Constant(text) => Some(constant_value(text)),
                TypeArgument::Binding(..) => None,
            })
            .map(|value| Argument { name: None, value })
            .collect();
        Term { path: names, args }
    }
}

/// Printed tokens, without the spaces that nobody would write.
fn tidy(tokens: &str) -> String {
    let mut line = String::with_capacity(tokens.len());
    let mut quoted = false;
    let mut escaped = false;
    for character in tokens.chars() {
        if !quoted && matches!(character, ',' | ';' | ')' | ']' | '[' | '(' | ':' | '!') && line.ends_with(' ') {
            // `scopes = [` keeps its space.
            if !(line.ends_with("= ") || line.ends_with(", ")) {
                line.pop();
            }
        }
        if !quoted && character == ' ' && line.ends_with(['(', '[', '#', ':', '!']) {
            continue;
        }
        if !quoted && character != ' ' && line.ends_with(',') {
            line.push(' ');
        }
        line.push(character);
        quoted ^= character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
    }
    line
}

/// A type argument as written, its names unresolved.
fn written(argument: &TypeArgument) -> Option<TermValue> {
    match argument {
        TypeArgument::Type(TypeRef::Path(path)) | TypeArgument::Binding(_, TypeRef::Path(path)) => {
            let args = path.arguments.iter().filter_map(written).map(|value| Argument { name: None, value }).collect();
            Some(TermValue::Term(Term { path: path.names.clone(), args }))
        }
        TypeArgument::Constant(text) => Some(constant_value(text)),
        TypeArgument::Type(_) | TypeArgument::Binding(..) => None,
    }
}

/// How an expression that has no known value is spelled: `self.keys.layer()` reads as `self::keys::layer`, then as `self::keys`.
fn spelled(text: &str) -> Vec<Term> {
    let Ok(expression) = syn::parse_str::<syn::Expr>(text) else { return Vec::new() };
    let mut methods = 0;
    let mut path = Vec::new();
    if !spell(&expression, &mut path, &mut methods) {
        return Vec::new();
    }
    (0..=methods)
        .filter_map(|left_out| path.get(..path.len() - left_out))
        .filter(|path| !path.is_empty())
        .map(|path| Term { path: path.to_vec(), args: Vec::new() })
        .collect()
}

fn spell(expression: &syn::Expr, path: &mut Vec<String>, methods: &mut usize) -> bool {
    match expression {
        syn::Expr::Path(found) => path.extend(TypePath::from_syn(&found.path).names),
        syn::Expr::Field(field) => {
            if !spell(&field.base, path, methods) {
                return false;
            }
            if let syn::Member::Named(name) = &field.member {
                path.push(ident_text(name));
            }
        }
        syn::Expr::MethodCall(call) => {
            if !spell(&call.receiver, path, methods) {
                return false;
            }
            if call.method != "clone" {
                path.push(ident_text(&call.method));
                *methods += 1;
            }
        }
        syn::Expr::Call(call) => return spell(&call.func, path, methods),
        syn::Expr::Reference(inner) => return spell(&inner.expr, path, methods),
        syn::Expr::Await(inner) => return spell(&inner.base, path, methods),
        syn::Expr::Try(inner) => return spell(&inner.expr, path, methods),
        syn::Expr::Paren(inner) => return spell(&inner.expr, path, methods),
        _ => return false,
    }
    true
}

/// `from_fn` and its relatives, whose arguments are the middleware itself.
fn is_middleware_constructor(term: &Term) -> bool {
    matches!(
        term.last(),
        "from_fn"
            | "from_fn_with_state"
            | "from_extractor"
            | "from_extractor_with_state"
            | "map_request"
            | "map_request_with_state"
            | "map_response"
            | "map_response_with_state"
    )
}

/// The type behind a constructor: `CorsLayer::permissive` makes a `CorsLayer`.
fn type_made_by(term: &Term) -> Option<Term> {
    let (_, owner) = term.path.split_last()?;
    let is_type = owner.last()?.starts_with(char::is_uppercase);
    is_type.then(|| Term { path: owner.to_vec(), args: Vec::new() })
}

fn constant_value(text: &str) -> TermValue {
    let plain = text.trim().trim_start_matches('{').trim_end_matches('}').trim();
    match syn::parse_str::<syn::Lit>(plain) {
        Ok(syn::Lit::Str(literal)) => TermValue::Str(literal.value()),
        Ok(syn::Lit::Int(number)) => {
            number.base10_parse().map_or_else(|_| TermValue::Opaque(plain.to_owned()), TermValue::Int)
        }
        Ok(syn::Lit::Bool(truth)) => TermValue::Bool(truth.value),
        _ => TermValue::Opaque(plain.to_owned()),
    }
}

/// A definition's full name as text.
pub(crate) fn full_name(evaluator: &Evaluator<'_, '_>, definition: &Definition) -> String {
    evaluator.modules.full_name(definition.module, &definition.item.name).join("::")
}
