//! Macro calls: which `macro_rules!` they mean, and what comes out.

use std::rc::Rc;
use std::sync::Arc;

use proc_macro2::TokenStream;

use crate::frontend::rust::expand::{Budget, ExpandError, Rules};
use crate::frontend::rust::facts::{Extent, ItemKind, TextId};
use crate::frontend::rust::parse;
use crate::source::Span;

use super::modules::{BrokenText, Definition, ModuleId, Modules};
use super::names::{Resolved, Space};

/// A macro that calls itself is expanded this many times before it counts as endless.
const MAX_ROUNDS: usize = 128;

/// Expands the macro calls that stand in the place of items in a module. Macros from outside the tree are left alone.
pub(crate) fn expand_items(modules: &mut Modules<'_>, module: ModuleId) {
    let mut budget = Budget::default();
    for _ in 0..MAX_ROUNDS {
        let calls = std::mem::take(&mut modules.modules[module.0].pending_calls);
        if calls.is_empty() {
            return;
        }
        for call in calls {
            let ItemKind::MacroCall { path, tokens } = &call.item.kind else { continue };
            let Some(definition) = find(modules, module, path) else { continue };
            let span = modules.span(&call);
            match expand(modules, &definition, module, call.text, *tokens, &mut budget) {
                Ok(expanded) => {
                    let text = modules.texts.add_expansion(span, expanded);
                    let facts = parse::items(&modules.texts.source(text), modules.options);
                    for error in facts.errors {
                        let message = format!("what `{}!` expands to isn't Rust: {}", path.join("::"), error.message);
                        modules.broken.push(BrokenText { span, message });
                    }
                    modules.fill(module, text, facts.items);
                }
                Err(error) => modules.broken.push(broken(path, span, &error)),
            }
        }
    }
    if let Some(call) = modules.modules[module.0].pending_calls.first().cloned() {
        let ItemKind::MacroCall { path, .. } = &call.item.kind else { return };
        let span = modules.span(&call);
        modules.broken.push(broken(path, span, &ExpandError::BudgetSpent));
        modules.modules[module.0].pending_calls.clear();
    }
}

fn broken(path: &[String], span: Span, error: &ExpandError) -> BrokenText {
    BrokenText { span, message: format!("`{}!` can't be expanded: {error}", path.join("::")) }
}

/// The `macro_rules!` of the tree that a macro path means.
pub(crate) fn find(modules: &mut Modules<'_>, module: ModuleId, path: &[String]) -> Option<Definition> {
    let name = path.last()?;
    if path.len() == 1 {
        // Textual scope: the macro may stand in any module around this one.
        let mut at = Some(module);
        while let Some(id) = at {
            if let Some(found) = modules.macro_in(id, name) {
                return Some(found);
            }
            let here = modules.module(id);
            at = here.encloses.or(here.parent);
        }
    }
    match modules.resolve(module, path, Space::Macro) {
        Resolved::Item(definition) => Some(definition),
        Resolved::External(names) if path.len() > 1 && names.first().is_some_and(|first| first != "crate") => None,
        // `#[macro_export]` puts a macro at the crate's root, and `#[macro_use]` puts it everywhere.
        _ => modules.macro_anywhere(modules.module(module).krate, name),
    }
}

impl Modules<'_> {
    fn macro_in(&self, module: ModuleId, name: &str) -> Option<Definition> {
        let module = self.module(module);
        let is_macro = |definition: &&Definition| matches!(definition.item.kind, ItemKind::MacroRules(_));
        let indices = module.by_name.get(name)?;
        indices.iter().map(|index| &module.definitions[*index]).find(is_macro).cloned()
    }
}

/// Expands one call and gives the result as text.
pub(crate) fn expand(
    modules: &mut Modules<'_>,
    definition: &Definition,
    caller: ModuleId,
    text: TextId,
    tokens: Extent,
    budget: &mut Budget,
) -> Result<String, ExpandError> {
    let ItemKind::MacroRules(rules) = definition.item.kind else {
        return Err(ExpandError::Definition("it isn't a `macro_rules!`".to_owned()));
    };
    let parse = |text: &str| text.parse::<TokenStream>().map_err(|error| ExpandError::Definition(error.to_string()));
    let key = Arc::as_ptr(&definition.item);
    let rules = match modules.rules.get(&key) {
        Some(known) => known.clone(),
        None => {
            let read = Rc::new(Rules::parse(parse(modules.texts.slice(definition.text, rules))?)?);
            modules.rules.insert(key, read.clone());
            read
        }
    };
    let invocation = parse(modules.texts.slice(text, tokens))?;
    let defining = modules.module(definition.module).krate;
    let dollar_crate = if defining == modules.module(caller).krate {
        "crate".to_owned()
    } else {
        format!("::{}", modules.crates[defining.0].name)
    };
    Ok(rules.expand(invocation, &parse(&dollar_crate)?, budget)?.to_string())
}
