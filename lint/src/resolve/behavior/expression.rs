//! Expressions: where their values come from.

use std::rc::Rc;

use crate::frontend::rust::facts::ItemKind;
use crate::frontend::rust::types::{TypePath, ident_text};
use crate::resolve::names::{Resolved, Space};

use super::Walker;
use super::condition::{Sides, last};
use super::flow::{Condition, Flow, Origin, Refusal};
use super::pattern::Fit;
use super::status;
use super::summary::{OpenFilter, Steps, Summary};
use super::typing::Type;

impl Walker<'_, '_, '_> {
    pub(super) fn expression(&mut self, expression: &syn::Expr) -> Flow {
        if !self.modules_work() {
            self.summary.is_cut = true;
            return Flow::default();
        }
        let awaits = std::mem::take(&mut self.awaits);
        match expression {
            syn::Expr::Path(path) => self.path(path),
            syn::Expr::Lit(literal) => Self::literal(&literal.lit),
            syn::Expr::Call(call) => self.call(call, awaits),
            syn::Expr::MethodCall(call) => self.method_call(call, awaits),
            syn::Expr::Macro(call) => self.macro_call(&call.mac),
            syn::Expr::Await(waiting) => {
                self.awaits = true;
                self.expression(&waiting.base)
            }
            syn::Expr::Try(tried) => {
                self.awaits = awaits;
                let value = self.expression(&tried.expr);
                self.propagate(value)
            }
            syn::Expr::Reference(inner) => self.expression(&inner.expr),
            syn::Expr::Paren(inner) => self.expression(&inner.expr),
            syn::Expr::Group(inner) => self.expression(&inner.expr),
            syn::Expr::Unary(unary) => {
                let value = self.expression(&unary.expr);
                match unary.op {
                    syn::UnOp::Not(_) => Flow { present_if: value.present_if.map(|present| !present), ..value },
                    _ => value,
                }
            }
            syn::Expr::Cast(cast) => self.expression(&cast.expr).typed(Type::Unknown),
            syn::Expr::Field(field) => self.field(field),
            syn::Expr::Index(index) => {
                let value = self.expression(&index.expr);
                let mut found = value.payload();
                found.mix(&self.expression(&index.index));
                found
            }
            syn::Expr::Binary(binary) => self.binary(binary),
            syn::Expr::Assign(assignment) => {
                let value = self.expression(&assignment.right);
                self.assign(&assignment.left, value);
                Flow::default()
            }
            syn::Expr::Block(block) => self.block(&block.block),
            syn::Expr::Unsafe(block) => self.block(&block.block),
            syn::Expr::Async(block) => self.frame(|walker| walker.block(&block.block)),
            syn::Expr::If(branch) => self.branch(branch),
            syn::Expr::Match(choice) => self.choice(choice),
            syn::Expr::Let(given) => {
                let value = self.expression(&given.expr);
                self.bind_if(&given.pat, &value);
                value
            }
            syn::Expr::ForLoop(each) => {
                let list = self.expression(&each.expr);
                let element = list.payload();
                self.under(Default::default(), |walker| {
                    walker.bind(&each.pat, element);
                    walker.block(&each.body);
                    Flow::default()
                })
            }
            syn::Expr::While(each) => {
                let depth = self.variables.len();
                let sides = self.sides(&each.cond);
                self.under(sides.then, |walker| {
                    walker.block(&each.body);
                    Flow::default()
                });
                self.variables.truncate(depth);
                Flow::default()
            }
            syn::Expr::Loop(endless) => self.under(Default::default(), |walker| {
                walker.block(&endless.body);
                Flow::default()
            }),
            syn::Expr::Return(left) => {
                let value = left.expr.as_ref().map(|value| self.expression(value)).unwrap_or_default();
                self.leave(value);
                Flow::never()
            }
            syn::Expr::Break(_) | syn::Expr::Continue(_) => Flow::never(),
            syn::Expr::Closure(closure) => {
                // Where nobody is seen to call it, what it captures is all that is known.
                let depth = self.variables.len();
                for input in &closure.inputs {
                    self.bind(input, Flow::default());
                }
                let value = self.quietly(|walker| walker.frame(|walker| walker.expression(&closure.body)));
                self.variables.truncate(depth);
                Flow { closure: Some(Rc::new(closure.clone())), refusals: Vec::new(), ty: Type::Unknown, ..value }
            }
            syn::Expr::Tuple(tuple) => {
                let parts: Vec<Flow> = tuple.elems.iter().map(|element| self.expression(element)).collect();
                let mut whole = Flow::default();
                parts.iter().for_each(|part| whole.mix(part));
                let ty = Type::Tuple(parts.iter().map(|part| part.ty.clone()).collect());
                Flow { parts: Some(Rc::new(parts)), ty, ..whole }
            }
            syn::Expr::Array(array) => {
                let mut whole = Flow::default();
                for element in &array.elems {
                    let element = self.expression(element);
                    whole.mix(&element);
                    whole.ty = Type::foreign("Slice", vec![element.ty]);
                }
                whole
            }
            syn::Expr::Struct(literal) => self.struct_literal(literal),
            syn::Expr::Range(range) => {
                let mut whole = Flow::default();
                for end in [&range.start, &range.end].into_iter().flatten() {
                    whole.mix(&self.expression(end));
                }
                whole
            }
            syn::Expr::Repeat(repeat) => self.expression(&repeat.expr),
            _ => Flow::default(),
        }
    }

    fn literal(literal: &syn::Lit) -> Flow {
        match literal {
            syn::Lit::Str(text) => Flow { words: vec![text.value().into()], ..Flow::default() },
            syn::Lit::Int(number) => {
                let status = number.base10_parse::<u16>().ok().and_then(status::of_number);
                Flow { statuses: status.into_iter().collect(), ..Flow::default() }
            }
            _ => Flow::default(),
        }
    }

    /// Reads something of which only the value counts: what would happen in it happens elsewhere.
    pub(super) fn quietly<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        // The lookups stay, since the value may refer to them.
        let before = Summary { lookups: std::mem::take(&mut self.summary.lookups), ..Summary::default() };
        let outer = std::mem::replace(&mut self.summary, before);
        let value = read(self);
        let inner = std::mem::replace(&mut self.summary, outer);
        self.summary.lookups = inner.lookups;
        value
    }

    /// Reads what has a `return` and `?` of its own.
    pub(super) fn frame(&mut self, read: impl FnOnce(&mut Self) -> Flow) -> Flow {
        let returned = std::mem::replace(&mut self.returned, Flow::never());
        let value = read(self);
        let inner = std::mem::replace(&mut self.returned, returned);
        let ty = value.ty.clone();
        let mut joined = inner.or(value);
        joined.never = false;
        if joined.ty == Type::Unknown {
            joined.ty = ty;
        }
        joined
    }

    fn path(&mut self, path: &syn::ExprPath) -> Flow {
        if path.qself.is_none()
            && let Some(ident) = path.path.get_ident()
        {
            let name = ident_text(ident);
            if let Some(value) = self.variable(&name) {
                return value.clone();
            }
            if name == "None" {
                // It is `None` for the reason that led here.
                let around = self.around();
                let is_none = around == Condition::default();
                return Flow { origins: around.origins, presence: around.presence, is_none, ..Flow::default() };
            }
        }
        let written = TypePath::from_syn(&path.path);
        let name = written.last().to_owned();
        if let Some(status) = status::of_constant(&name) {
            return Flow { statuses: vec![status], ty: Type::foreign("StatusCode", Vec::new()), ..Flow::default() };
        }
        let (resolved, owner) = self.resolved_path(path, &written);
        if let Some(status) = self.rocket_status(&written.names) {
            return Flow { statuses: vec![status], ty: Type::foreign("Status", Vec::new()), ..Flow::default() };
        }
        if let Some(owner) = owner {
            // A unit variant, or a constant of the type.
            if self.is_variant(&owner, &name) {
                return self.variant(owner, &name);
            }
            return Flow { words: vec![name.into()], ..Flow::default() };
        }
        match resolved {
            Resolved::Item(definition) => match &definition.item.kind {
                ItemKind::Type => Flow::default().typed(Type::Own(definition, Rc::from([]))),
                ItemKind::Constant { value } => {
                    let text = value.map_or("", |value| self.analyst.modules.texts.slice(definition.text, value));
                    constant(text)
                }
                _ => Flow::default(),
            },
            Resolved::Member(..) | Resolved::Module(_) => Flow::default(),
            Resolved::External(names) => Flow {
                words: names.last().map(|name| Rc::from(name.as_str())).into_iter().collect(),
                ..Flow::default()
            },
        }
    }

    /// The status that a path of Rocket's stands for.
    pub(super) fn rocket_status(&mut self, names: &[String]) -> Option<u16> {
        // Only what is spelt like one is worth resolving.
        if !names.iter().rev().nth(1).is_some_and(|owner| matches!(owner.as_str(), "Status" | "status"))
            && !names.last().is_some_and(|name| {
                matches!(name.as_str(), "NotFound" | "Forbidden" | "Unauthorized" | "BadRequest" | "Conflict")
            })
        {
            return None;
        }
        match self.analyst.modules.resolve(self.scope.module, names, crate::resolve::names::Space::Value) {
            Resolved::External(names) => status::of_rocket(&names),
            _ => None,
        }
    }

    /// A path in the place of a value: what it means, or the type of which it names a part.
    pub(super) fn resolved_path(&mut self, path: &syn::ExprPath, written: &TypePath) -> (Resolved, Option<Type>) {
        let nothing = Resolved::External(Vec::new());
        if let Some(qself) = &path.qself {
            let scope = self.scope.clone();
            let ty = self.analyst.type_of(&scope, &crate::frontend::rust::types::TypeRef::from_syn(&qself.ty));
            return (nothing, Some(ty));
        }
        if let [first, _] = written.names.as_slice() {
            if first == "Self" {
                return (nothing, Some(self.scope.self_type.clone()));
            }
            if let Some(ty) = self.scope.generics.get(first) {
                return (nothing, Some(ty.clone()));
            }
        }
        if let [first, middle, _] = written.names.as_slice()
            && (first == "Self" || self.scope.generics.contains_key(first))
        {
            let path = TypePath { names: vec![first.clone(), middle.clone()], arguments: Vec::new() };
            let scope = self.scope.clone();
            let ty = self.analyst.path_type(&scope, &path, 0);
            return (nothing, Some(ty));
        }
        match self.analyst.modules.resolve(self.scope.module, &written.names, Space::Value) {
            Resolved::Member(definition, names) if names.len() == 1 => {
                let arguments = self.owner_arguments(path);
                (nothing, Some(Type::Own(definition, arguments)))
            }
            other => (other, None),
        }
    }

    /// `Type::<A>::function`: the arguments of the last but one name.
    fn owner_arguments(&mut self, path: &syn::ExprPath) -> Rc<[Type]> {
        let Some(segment) = path.path.segments.iter().rev().nth(1) else { return Rc::from([]) };
        self.segment_types(&segment.arguments).into()
    }

    pub(super) fn segment_types(&mut self, arguments: &syn::PathArguments) -> Vec<Type> {
        let syn::PathArguments::AngleBracketed(given) = arguments else { return Vec::new() };
        let scope = self.scope.clone();
        crate::frontend::rust::types::type_arguments(given)
            .iter()
            .map(|argument| match argument {
                crate::frontend::rust::types::TypeArgument::Type(ty) => self.analyst.type_of(&scope, ty),
                _ => Type::Unknown,
            })
            .collect()
    }

    pub(super) fn is_variant(&mut self, ty: &Type, name: &str) -> bool {
        let Some(definition) = ty.definition().cloned() else { return false };
        matches!(definition.item.kind, ItemKind::Type)
            && self.analyst.shape(&definition).variants.iter().any(|variant| variant == name)
    }

    pub(super) fn variant(&self, ty: Type, name: &str) -> Flow {
        Flow { variant: Some(name.into()), ty, ..Flow::default() }
    }

    fn field(&mut self, field: &syn::ExprField) -> Flow {
        let value = self.expression(&field.base);
        let name = match &field.member {
            syn::Member::Named(name) => ident_text(name),
            syn::Member::Unnamed(index) => {
                if let Some(part) = value.parts.as_ref().and_then(|parts| parts.get(index.index as usize)) {
                    return part.clone();
                }
                index.index.to_string()
            }
        };
        let ty = match (&value.ty, &field.member) {
            (Type::Tuple(types), syn::Member::Unnamed(index)) => {
                types.get(index.index as usize).cloned().unwrap_or_default()
            }
            _ => self.analyst.field_type(&value.ty, &name),
        };
        Flow { parts: None, variant: None, closure: None, ..value.payload() }.typed(ty)
    }

    fn binary(&mut self, binary: &syn::ExprBinary) -> Flow {
        let mut left = self.expression(&binary.left);
        // The right side of `&&` and `||` is read whether or not it is run.
        let right = self.expression(&binary.right);
        let presence = left.presence.clone();
        let is_logic = matches!(binary.op, syn::BinOp::And(_) | syn::BinOp::Or(_));
        left.mix(&right);
        left.presence = presence;
        left.presence.add(&right.presence);
        if !is_logic {
            // A comparison looks at what is inside, except where it counts.
            left.statuses.clear();
            left.words.clear();
        }
        Flow { present_if: None, ty: Type::Unknown, parts: None, variant: None, closure: None, outcome: None, ..left }
    }

    fn branch(&mut self, branch: &syn::ExprIf) -> Flow {
        let depth = self.variables.len();
        let Sides { then, otherwise } = self.sides(&branch.cond);
        self.note_open_filter(branch, &then);
        let fork = self.next_order();
        self.branch.push((fork, 0));
        let taken = self.under(then, |walker| walker.block(&branch.then_branch));
        self.branch.pop();
        self.variables.truncate(depth);
        let left = match &branch.else_branch {
            Some((_, other)) => {
                self.branch.push((fork, 1));
                let left = self.under(otherwise, |walker| walker.expression(other));
                self.branch.pop();
                left
            }
            None => Flow::default(),
        };
        if branch.else_branch.is_none() {
            return Flow { refusals: taken.refusals, never: false, ..Flow::default() };
        }
        let never = taken.never && left.never;
        Flow { never, ..taken.or(left) }
    }

    /// `if !ids.is_empty() { query = query.filter(ids) }`: without ids everything is selected.
    fn note_open_filter(&mut self, branch: &syn::ExprIf, then: &super::flow::Condition) {
        let syn::Expr::Unary(syn::ExprUnary { op: syn::UnOp::Not(_), expr, .. }) = &*branch.cond else { return };
        let syn::Expr::MethodCall(call) = &**expr else { return };
        if call.method != "is_empty" || branch.else_branch.is_some() {
            return;
        }
        let list = quote::ToTokens::to_token_stream(&call.receiver).to_string();
        let narrows = branch.then_branch.stmts.iter().any(|statement| match statement {
            syn::Stmt::Expr(expression, _) => narrows_by(expression, &list),
            _ => false,
        });
        if !narrows {
            return;
        }
        let span = self.span(&branch.cond);
        let filter = self.span(&branch.then_branch);
        if self.summary.open_filters.len() < super::summary::MAX_KEPT {
            self.summary.open_filters.push(OpenFilter {
                list: then.origins.clone(),
                span,
                filter,
                steps: Steps::default(),
            });
        }
    }

    fn choice(&mut self, choice: &syn::ExprMatch) -> Flow {
        let value = self.expression(&choice.expr);
        let mut result: Option<Flow> = None;
        let fork = self.next_order();
        // An arm is reached where the guards above it didn't hold.
        let mut passed = super::flow::Condition::default();
        for (side, arm) in choice.arms.iter().enumerate() {
            let fit = Self::fit(&arm.pat, value.variant.as_ref());
            if fit == Fit::Never {
                continue;
            }
            let sides = Self::sides_of_pattern(&arm.pat, &value);
            let depth = self.variables.len();
            self.bind_if(&arm.pat, &value);
            let mut condition = sides.then;
            condition.add(&passed);
            if let syn::Pat::Guard(guard) = &arm.pat {
                let guarded = self.sides(&guard.guard);
                condition.add(&guarded.then);
                passed.add(&guarded.otherwise);
            }
            self.branch.push((fork, u16::try_from(side).unwrap_or(u16::MAX)));
            let arm_value = self.under(condition, |walker| {
                walker.stand_at(&arm.body);
                walker.expression(&arm.body)
            });
            self.branch.pop();
            self.variables.truncate(depth);
            result = Some(match result {
                None => arm_value,
                Some(known) => {
                    let never = known.never && arm_value.never;
                    Flow { never, ..known.or(arm_value) }
                }
            });
            if fit == Fit::Sure && value.variant.is_some() {
                break;
            }
        }
        result.unwrap_or_default()
    }

    fn struct_literal(&mut self, literal: &syn::ExprStruct) -> Flow {
        let mut whole = Flow::default();
        for field in &literal.fields {
            let value = self.expression(&field.expr);
            whole.mix(&value);
        }
        if let Some(rest) = &literal.rest {
            whole.mix(&self.expression(rest));
        }
        let written = TypePath::from_syn(&literal.path);
        let name = written.last().to_owned();
        let path = syn::ExprPath { attrs: Vec::new(), qself: literal.qself.clone(), path: literal.path.clone() };
        if written.names.len() > 1 {
            let (_, owner) = self.resolved_path(&path, &written);
            if let Some(owner) = owner
                && self.is_variant(&owner, &name)
            {
                let variant = self.variant(owner, &name);
                return Flow { variant: variant.variant, ty: variant.ty, parts: None, ..whole };
            }
        }
        let scope = self.scope.clone();
        let ty = self.analyst.path_type(&scope, &written, 0);
        Flow { ty, parts: None, variant: None, ..whole }
    }

    fn demands_a_row(&self, value: &Flow) -> bool {
        value.presence.iter().any(|origin| match origin {
            Origin::Found(index) => {
                self.summary.lookups.get(index as usize).is_some_and(|lookup| DEMANDING.contains(&&*lookup.name))
            }
            _ => false,
        })
    }

    /// `?`: the answers leave, what was asked for stays.
    pub(super) fn propagate(&mut self, value: Flow) -> Flow {
        if value.never {
            return value;
        }
        let error = self.result_type.error();
        let refusals: Vec<Refusal> =
            value.refusals.iter().map(|refusal| self.converted(refusal.clone(), &error)).collect();
        if refusals.is_empty() && self.demands_a_row(&value) {
            let unknown = self.store_failure(&value, &error);
            self.returned.refuse_all(&unknown);
        }
        if refusals.is_empty() && !value.presence.is_empty() {
            // Whatever the call answers when it fails isn't known, unless it is `None` that leaves.
            let status = self.status_of_none();
            let order = self.next_order();
            let mut condition = value.condition();
            condition.add(&self.around());
            self.returned.refuse(Refusal {
                bytes: super::flow::Bytes { statuses: status.into_iter().collect(), ..Default::default() },
                ty: Type::Unknown,
                variant: None,
                outcome: None,
                condition,
                is_failure: status.is_none(),
                span: self.last_statement,
                steps: Steps::default(),
                order,
                branches: self.branches(),
            });
        }
        self.returned.refuse_all(&refusals);
        let presence = value.presence.clone();
        Flow { presence, present_if: None, refusals: Vec::new(), ..value.payload() }
    }
}

/// `query = query.filter(list)` and `rows.retain(|row| list.contains(row))`.
fn narrows_by(expression: &syn::Expr, list: &str) -> bool {
    let uses = |tokens: &dyn Fn() -> proc_macro2::TokenStream| tokens().to_string().contains(list);
    match expression {
        syn::Expr::Assign(assignment) => {
            let same = root(&assignment.right).is_some() && root(&assignment.left) == root(&assignment.right);
            same && matches!(&*assignment.right, syn::Expr::MethodCall(_))
                && uses(&|| quote::ToTokens::to_token_stream(&assignment.right))
        }
        syn::Expr::MethodCall(call) => {
            let name = ident_text(&call.method);
            matches!(name.as_str(), "retain" | "and_where" | "filter" | "push_bind" | "where_clause")
                && uses(&|| quote::ToTokens::to_token_stream(&call.args))
        }
        _ => false,
    }
}

/// The variable at the bottom of a chain of calls.
fn root(expression: &syn::Expr) -> Option<String> {
    match expression {
        syn::Expr::Path(path) => path.path.get_ident().map(ident_text),
        syn::Expr::MethodCall(call) => root(&call.receiver),
        syn::Expr::Field(field) => root(&field.base),
        syn::Expr::Paren(paren) => root(&paren.expr),
        _ => None,
    }
}

/// Methods of database libraries for which a missing row is an error.
const DEMANDING: &[&str] = &["fetch_one", "first", "get_result", "query_row", "query_one", "get_one"];

/// A constant of which only the text is at hand.
fn constant(text: &str) -> Flow {
    let trimmed = text.trim();
    if let Ok(literal) = syn::parse_str::<syn::LitStr>(trimmed) {
        return Flow { words: vec![literal.value().into()], ..Flow::default() };
    }
    let status = trimmed.rsplit("::").next().and_then(status::of_constant);
    if let Some(status) = status {
        return Flow { statuses: vec![status], ..Flow::default() };
    }
    // What a static holds is the application's own.
    Flow::from_origin(Origin::State)
}

/// The last name of a path expression.
pub(super) fn path_name(expression: &syn::Expr) -> Option<String> {
    match expression {
        syn::Expr::Path(path) => last(&path.path),
        syn::Expr::Paren(paren) => path_name(&paren.expr),
        _ => None,
    }
}
