//! From the parameters and attributes of handlers to guards.

use route_role_policy::term::Term;

use crate::frontend::rust::facts::{Attribute, Extent, ItemKind, TextId};
use crate::frontend::rust::types::{TypeArgument, TypePath, TypeRef};
use crate::source::Span;

use super::evaluate::Evaluator;
use super::inventory::{Condition, Guard, GuardKind};
use super::modules::{Definition, ModuleId};
use super::names::{Resolved, Space};
use super::type_terms::{Depth, Substitution};
use super::value::PathValue;

/// Aliases of aliases.
const MAX_EXPANSIONS: usize = 8;

/// A path as a reader knows it: its last two names.
pub(crate) fn path_text(path: &PathValue) -> String {
    match &path.resolved {
        Resolved::Item(definition) => definition.item.name.clone(),
        Resolved::Member(definition, names) => format!("{}::{}", definition.item.name, names.join("::")),
        Resolved::External(names) => names.join("::"),
        Resolved::Module(_) => "a module".to_owned(),
    }
}

/// A type in the place of a parameter, read.
struct Extractor {
    term: Term,
    expansions: Vec<Term>,
    local: bool,
    never_refuses: bool,
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
            never_refuses: self.never_refuses,
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
        let never_refuses = local && self.never_refuses(at.0, &at.1);
        Some(Extractor { term, expansions, local, never_refuses })
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

    /// The feature or target that an attribute is there for.
    pub(crate) fn attribute_conditions(&self, definition: &Definition, given: &Attribute) -> Vec<Condition> {
        let span = self.modules.span_of(definition.text, given.extent);
        let condition = |text: &str| Condition { text: text.to_owned(), holds: true, span };
        given.condition.as_deref().map(condition).into_iter().collect()
    }

    fn guard_text(&self, text: TextId, extent: Extent, term: &Term) -> String {
        if self.modules.texts.is_expansion(text) {
            return term.to_string();
        }
        self.modules.texts.slice(text, extent).split_whitespace().collect::<Vec<_>>().join(" ")
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
            || self.modules.implementations(&definition).iter().any(|implementation| {
                matches!(&implementation.item.kind, ItemKind::Impl { of_trait: Some(of_trait), .. } if is_extractor(of_trait.last()))
            })
    }

    /// Whether a type of the tree lets every request pass that it is taken out of: its error can't be made, or its code makes none.
    ///
    /// What can't be told from the text of its implementations may refuse.
    fn never_refuses(&mut self, module: ModuleId, path: &TypePath) -> bool {
        let Resolved::Item(definition) = self.modules.resolve(module, &path.names, Space::Type) else { return false };
        let mut is_extractor = false;
        for implementation in self.modules.implementations(&definition) {
            let ItemKind::Impl { of_trait: Some(of_trait), items, .. } = &implementation.item.kind else { continue };
            if !of_trait.last().starts_with("FromRequest") {
                continue;
            }
            is_extractor = true;
            let cannot_fail = items.iter().any(|item| match &item.kind {
                ItemKind::Alias { target, .. } => {
                    matches!(item.name.as_str(), "Rejection" | "Error")
                        && target.as_path().is_some_and(|path| path.last() == "Infallible")
                }
                _ => false,
            });
            let bodies = items.iter().filter_map(|item| match &item.kind {
                ItemKind::Function(function) => Some(self.modules.texts.slice(implementation.text, function.body?)),
                _ => None,
            });
            if !cannot_fail && !bodies.into_iter().all(always_succeeds) {
                return false;
            }
        }
        is_extractor
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
}

/// Whether a body that takes a value out of a request can't end in anything but success, as far as its words tell.
fn always_succeeds(body: &str) -> bool {
    let succeeds = body.contains("Ok(") || body.contains("Outcome::Success(");
    // Whatever makes an error, hands on somebody else's, or may do either unseen.
    let may_fail = ["?", "Err", "err", "Forward", "eject", "ok_or", "from_request", "!"];
    succeeds && !may_fail.iter().any(|word| body.contains(word))
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

/// A definition's full name as text.
pub(crate) fn full_name(evaluator: &Evaluator<'_, '_>, definition: &Definition) -> String {
    evaluator.modules.full_name(definition.module, &definition.item.name).join("::")
}
