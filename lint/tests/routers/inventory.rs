//! An inventory as lines.

use route_role_lint::resolve::{Condition, Documentation, Guard, GuardKind, Inventory, Operation, Route};
use route_role_lint::source::{SourceMap, Span};

/// One line for each route and note: `METHOD path -> handler [guards] if conditions`, then `! note (file:line)`.
pub(crate) fn described(inventory: &Inventory, map: &SourceMap) -> String {
    let mut lines = Vec::new();
    for (index, program) in inventory.programs.iter().enumerate() {
        if inventory.programs.len() > 1 {
            lines.push(format!("{}:", program.name));
        }
        lines.extend(inventory.routes.iter().filter(|route| route.program == index).map(described_route));
    }
    for note in &inventory.notes {
        let place = note.span.map(|span| format!(" ({})", place(span, map))).unwrap_or_default();
        lines.push(format!("! {}{place}", note.message));
    }
    lines.into_iter().flat_map(|line| [line, "\n".to_owned()]).collect()
}

fn described_route(route: &Route) -> String {
    let guards: Vec<String> = route.guards.iter().map(|guard| described_guard(guard)).collect();
    let guards = if guards.is_empty() { String::new() } else { format!(" [{}]", guards.join("; ")) };
    let conditions = described_conditions(&route.conditions);
    let documentation = match &route.documentation {
        Documentation::None => String::new(),
        Documentation::Documented(operation) => format!(" documented{}", described_security(operation)),
        Documentation::Undocumented { .. } => " undocumented".to_owned(),
        Documentation::Accidental { .. } => " accidental".to_owned(),
    };
    format!("{} {} -> {}{guards}{documentation}{conditions}", route.method, route.path, route.handler.name)
}

fn described_guard(guard: &Guard) -> String {
    // What stands behind an alias or a type parameter.
    let meant = guard.expansions.last().unwrap_or(&guard.term).to_string();
    let meaning = match guard.kind {
        GuardKind::Extractor if meant != guard.text => format!(" = {meant}"),
        _ => String::new(),
    };
    format!("{}{meaning}{}", guard.text, described_conditions(&guard.conditions))
}

fn described_conditions(conditions: &[Condition]) -> String {
    let word = |condition: &Condition| if condition.holds { "if" } else { "unless" };
    conditions.iter().map(|condition| format!(" {} {}", word(condition), condition.text)).collect()
}

fn described_security(operation: &Operation) -> String {
    let (origin, security) = match (&operation.security, &operation.default_security) {
        (Some(own), _) => ("", own),
        (None, Some(default)) => ("default ", default),
        (None, None) => return String::new(),
    };
    let ways: Vec<String> = security
        .iter()
        .map(|way| way.schemes.iter().map(|(scheme, _)| scheme.as_str()).collect::<Vec<_>>().join("+"))
        .collect();
    format!(" ({origin}{})", ways.join(" or "))
}

fn place(span: Span, map: &SourceMap) -> String {
    format!("{}:{}", map.path(span.file), map.position(span).line)
}
