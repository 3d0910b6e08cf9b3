//! What a request passes before a handler's own body: extractors of the tree and middleware.
//!
//! Most of them look at the caller alone, and what they refuse is the same for every object. A guard that takes something
//! out of the path may load the object that the handler is about, and then its refusals are the handler's.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::frontend::rust::facts::{ItemKind, TextId};
use crate::frontend::rust::types::{TypePath, TypeRef};
use crate::resolve::modules::{Definition, ModuleId};
use crate::resolve::names::{Resolved, Space};
use crate::source::Span;

use super::dispatch::Target;
use super::flow::{Condition, Flow, Origin};
use super::parameter::{self, path_value};
use super::summary::{Substitution, Summary};
use super::typing::{Scope, Type};
use super::{Analyst, Walker};

/// Traits by which a type is taken out of a request.
const EXTRACTORS: &[&str] = &["FromRequestParts", "FromRequest", "OptionalFromRequestParts"];

/// Names by which code asks for what the path binds.
const PATH_NAMES: &[&str] =
    &["Path", "RawPathParams", "path_params", "path_param", "raw_path_param", "match_info", "param"];

/// Methods of requests that take a type out of them.
const EXTRACTING: &[&str] =
    &["extract", "extract_parts", "extract_with_state", "extract_parts_with_state", "guard", "req_data"];

/// Extractors that are made of extractors; more is never meant to be read.
const MAX_NESTED: usize = 6;

/// Code of the tree that sees requests before the handler does.
#[derive(Debug, Clone)]
pub(crate) enum Passage {
    /// What `from_fn` makes a layer of.
    Function(Definition),
    /// What `from_extractor` makes a layer of: a type, and where it is written.
    Extractor(ModuleId, TypeRef),
}

/// What a layer puts around a route.
#[derive(Debug, Clone)]
pub(crate) struct Middleware {
    pub(crate) passage: Passage,
    /// Where it is put around the route.
    pub(crate) span: Span,
}

/// What a request passes before a handler.
#[derive(Debug, Default)]
pub(super) struct Gates {
    /// Middleware, from the outermost in.
    pub(super) around: Vec<Gate>,
    /// Extractors that load something, by the parameter that they stand for.
    pub(super) parameters: BTreeMap<usize, Gate>,
}

/// Something that a request passes first, read.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    pub(super) summary: Rc<Summary>,
    /// Where the handler, or the router around it, asks for it.
    pub(super) span: Span,
}

impl Analyst<'_, '_> {
    /// Everything that a request passes on its way to a handler and that looks at the path.
    ///
    /// `held` is what the parameters hold, for their types.
    pub(super) fn gates(&mut self, function: &Definition, held: &[Flow], around: &[Middleware]) -> Gates {
        let ItemKind::Function(signature) = &function.item.kind else { return Gates::default() };
        let mut gates = Gates {
            around: around.iter().filter_map(|middleware| self.middleware_gate(middleware)).collect(),
            ..Gates::default()
        };
        for (index, (parameter, held)) in signature.parameters.iter().zip(held).enumerate() {
            // What frameworks extract, they don't look up; and whatever such an extractor holds is only data.
            if parameter.ty.as_path().is_none_or(|path| parameter::known(path.last()).is_some()) {
                continue;
            }
            let span = self.modules.span_of(function.text, parameter.extent);
            if let Some(gate) = self.extractor_gate(&held.ty, span) {
                gates.parameters.insert(index, gate);
            }
        }
        gates
    }

    /// Whether what a middleware does may depend on what the path binds.
    pub(crate) fn looks_at_path(&mut self, passage: &Passage) -> bool {
        match passage {
            Passage::Function(function) => {
                let ItemKind::Function(signature) = &function.item.kind else { return false };
                let is_given = signature
                    .parameters
                    .iter()
                    .any(|parameter| parameter.ty.mentions(&|name| matches!(name, "Path" | "RawPathParams")));
                if is_given || self.mentions_path(function) {
                    return true;
                }
                let held = self.parameters(function, signature, &bare(function.module));
                !self.gates(function, &held, &[]).parameters.is_empty()
            }
            Passage::Extractor(module, ty) => {
                let ty = self.type_of(&bare(*module), ty);
                self.extraction(&ty).is_some_and(|(function, _)| self.reaches_path(&function, 0))
            }
        }
    }

    /// What a middleware does to requests.
    fn middleware_gate(&mut self, middleware: &Middleware) -> Option<Gate> {
        let function = match &middleware.passage {
            Passage::Function(function) => function,
            Passage::Extractor(module, ty) => {
                let ty = self.type_of(&bare(*module), ty);
                return self.extractor_gate(&ty, middleware.span);
            }
        };
        let ItemKind::Function(signature) = &function.item.kind else { return None };
        let scope = bare(function.module);
        let parameters = self.parameters(function, signature, &scope);
        // The request itself carries who calls, in headers and extensions.
        let parameters: Vec<Flow> = parameters
            .into_iter()
            .zip(&signature.parameters)
            .map(|(flow, parameter)| match parameter.ty.as_path().map(TypePath::last) {
                Some("Request" | "Next" | "ServiceRequest") => Flow::from_origin(Origin::Caller).typed(flow.ty),
                _ => flow,
            })
            .collect();
        let gates = self.gates(function, &parameters, &[]);
        Some(Gate { summary: self.gate(function, &scope, parameters, &gates)?, span: middleware.span })
    }

    /// What an extractor of the tree does that looks something up by what the path binds; `None` for any other type.
    fn extractor_gate(&mut self, ty: &Type, span: Span) -> Option<Gate> {
        // Most types are asked about once for every handler that takes one.
        let key = Arc::as_ptr(&ty.definition()?.item);
        if self.memory.passed_by.contains(&key) {
            return None;
        }
        let Some((function, scope)) = self.extraction(ty).filter(|(function, _)| self.reaches_path(function, 0)) else {
            self.memory.passed_by.insert(key);
            return None;
        };
        let ItemKind::Function(signature) = &function.item.kind else { return None };
        let mut parameters = Vec::new();
        for (index, parameter) in signature.parameters.iter().enumerate() {
            let ty = self.type_of(&scope, &parameter.ty);
            let origin = if index == 0 { Origin::Caller } else { Origin::State };
            parameters.push(Flow::from_origin(origin).typed(ty));
        }
        let summary = self.gate(&function, &scope, parameters, &Gates::default())?;
        // One that only hands on what the path binds is a parameter like any other.
        (!summary.lookups.is_empty()).then_some(Gate { summary, span })
    }

    /// A gate's summary speaks of nothing but the request, so one serves all routes.
    fn gate(
        &mut self,
        function: &Definition,
        scope: &Scope,
        parameters: Vec<Flow>,
        gates: &Gates,
    ) -> Option<Rc<Summary>> {
        let key = self.key(function, scope, None);
        if let Some(known) = self.memory.gates.get(&key) {
            return known.clone();
        }
        self.memory.gates.insert(key.clone(), None);
        let summary = self.read(function, scope, parameters, gates, true).map(Rc::new);
        self.memory.gates.insert(key, summary.clone());
        summary
    }

    /// The function by which a type of the tree is taken out of a request.
    fn extraction(&mut self, ty: &Type) -> Option<(Definition, Scope)> {
        let definition = ty.definition()?.clone();
        if !matches!(definition.item.kind, ItemKind::Type) {
            return None;
        }
        let is_extractor = self.modules.implementations(&definition).iter().any(|implementation| {
            matches!(&implementation.item.kind,
                ItemKind::Impl { of_trait: Some(of_trait), .. } if EXTRACTORS.contains(&of_trait.last()))
        });
        if !is_extractor {
            return None;
        }
        let name = ["from_request_parts", "from_request"];
        let target = name.into_iter().find_map(|name| self.functions_of(ty, name).into_iter().next())?;
        Some((target.function, target.scope))
    }

    fn mentions_path(&self, function: &Definition) -> bool {
        let ItemKind::Function(signature) = &function.item.kind else { return false };
        let body = signature.body.map_or("", |body| self.modules.texts.slice(function.text, body));
        PATH_NAMES.iter().any(|name| super::mentions_name(body, name))
    }

    /// Whether an extractor asks for what the path binds, itself or by way of another that it is made of.
    fn reaches_path(&mut self, function: &Definition, depth: usize) -> bool {
        if self.mentions_path(function) {
            return true;
        }
        if depth >= MAX_NESTED {
            return false;
        }
        let inner = self.inner_extractors(function.module, function.text, function);
        inner.iter().any(|ty| {
            self.extraction(ty).is_some_and(|(inner, _)| inner != *function && self.reaches_path(&inner, depth + 1))
        })
    }

    /// The types of the tree that an extractor takes out of the request in its turn: `Member::from_request_parts(…)`.
    fn inner_extractors(&mut self, module: ModuleId, text: TextId, function: &Definition) -> Vec<Type> {
        let ItemKind::Function(signature) = &function.item.kind else { return Vec::new() };
        let body = signature.body.map_or("", |body| self.modules.texts.slice(text, body)).to_owned();
        let mut found = Vec::new();
        let is_name = |character: char| character.is_alphanumeric() || character == '_';
        let before = |at: usize| body[..at].rsplit(|character| !is_name(character)).next().unwrap_or_default();
        let direct = body.match_indices("::from_request").map(|(at, _)| before(at));
        let asked = body.match_indices("::<").filter(|(at, _)| EXTRACTING.contains(&before(*at))).map(|(at, mark)| {
            body[at + mark.len()..].split(|character| !is_name(character)).next().unwrap_or_default()
        });
        for name in direct.chain(asked).filter(|name| !name.is_empty()).map(str::to_owned) {
            if let Resolved::Item(definition) = self.modules.resolve(module, &[name], Space::Type) {
                found.push(Type::Own(definition, Rc::from([])));
            }
        }
        found
    }
}

impl Walker<'_, '_, '_> {
    /// The request passes something first: what it refuses is refused here too. Gives what it lets the handler have.
    pub(super) fn pass(&mut self, gate: &Gate) -> Flow {
        let around = Condition::default();
        let substitution = Substitution {
            arguments: &[],
            lookups: u32::try_from(self.summary.lookups.len()).unwrap_or(u32::MAX),
            step: gate.span,
            order: self.order + 1,
            around: &around,
            branches: &[],
        };
        let value = self.summary.take(&gate.summary, &substitution);
        self.order += gate.summary.length + 1;
        // Its errors are its own: what it gives back is what is answered.
        self.returned.refuse_all(&value.refusals);
        let mut held = value.payload();
        held.origins.insert(Origin::Caller);
        held
    }

    /// `Path::<Id>::from_request_parts(…)` and its like in any framework: what the path binds, wherever a guard asks for it.
    pub(super) fn path_extraction(&mut self, path: &syn::ExprPath) -> Option<Flow> {
        let mut segments = path.path.segments.iter().rev();
        let (last, owner) = (segments.next()?, segments.next());
        if !matches!(last.ident.to_string().as_str(), "from_request_parts" | "from_request" | "extract") {
            return None;
        }
        if let Some(qself) = &path.qself {
            let scope = self.scope.clone();
            let ty = self.analyst.type_of(&scope, &TypeRef::from_syn(&qself.ty));
            return path_of(&ty);
        }
        let owner = owner?;
        let arguments = self.segment_types(&owner.arguments);
        path_of(&Type::foreign(&owner.ident.to_string(), arguments))
    }

    /// `let Path(id): Path<Id> = parts.extract().await?`: the pattern's type says what is extracted.
    pub(super) fn annotated_path(&self, value: &syn::Expr, ty: &Type) -> Option<Flow> {
        let mut at = value;
        while let syn::Expr::Try(syn::ExprTry { expr: inner, .. })
        | syn::Expr::Await(syn::ExprAwait { base: inner, .. }) = at
        {
            at = inner;
        }
        let syn::Expr::MethodCall(call) = at else { return None };
        call.method.to_string().starts_with("extract").then(|| path_of(ty)).flatten()
    }

    /// The same as a method of the request: `parts.extract::<Path<Id>>()`, `request.match_info()`, `request.param("id")`.
    pub(super) fn path_method(
        &mut self,
        name: &str,
        call: &syn::ExprMethodCall,
        receiver: &Flow,
        span: Span,
    ) -> Option<Flow> {
        let is_request = matches!(&receiver.ty, Type::Foreign(name, _)
            if matches!(&**name, "Parts" | "RequestParts" | "Request" | "HttpRequest" | "ServiceRequest" | "Depot"));
        if !is_request {
            return None;
        }
        match name {
            name if EXTRACTING.contains(&name) => {
                let given = call.turbofish.as_ref()?;
                let types = self.segment_types(&syn::PathArguments::AngleBracketed(given.clone()));
                let ty = types.first()?;
                if let Some(bound) = path_of(ty) {
                    return Some(bound);
                }
                let (function, scope) = self.analyst.extraction(ty)?;
                let arguments = vec![receiver.clone(), Flow::from_origin(Origin::State)];
                self.follow(vec![Target { function, scope }], &[], arguments, true, span).ok()
            }
            "match_info" | "path_params" | "params" => Some(Flow::from_origin(Origin::Path(0))),
            "param" | "path_param" | "raw_path_param" => {
                let position = match call.args.first() {
                    Some(syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(number), .. })) => {
                        number.base10_parse().unwrap_or_default()
                    }
                    _ => 0,
                };
                Some(Flow::from_origin(Origin::Path(position)))
            }
            _ => None,
        }
    }
}

/// What an extractor of the path holds, if the type is one.
fn path_of(ty: &Type) -> Option<Flow> {
    let Type::Foreign(name, _) = ty else { return None };
    matches!(&**name, "Path" | "RawPathParams").then(|| path_value(ty.clone(), &mut 0))
}

/// A scope in which nothing is known but the names of a module.
fn bare(module: ModuleId) -> Scope {
    Scope { module, generics: Rc::default(), self_type: Type::Unknown }
}
