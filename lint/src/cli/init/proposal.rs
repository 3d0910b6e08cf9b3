//! The text of a first policy.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::report::Lines;
use crate::report::escape::visible;
use crate::resolve::{Documentation, Guard, GuardKind, Operation};
use crate::rule::engine::list::counted;
use crate::surface::{GuardMeaning, Surface};

/// How many routes that are open today are listed.
const OPEN_ROUTES: usize = 20;

/// A policy that is valid as it stands, and says in comments what there is to decide.
pub(super) fn write(surface: &Surface, lines: &Lines<'_>) -> String {
    let mut text = String::from(HEAD);
    roles(&mut text);
    scopes(&mut text, surface);
    guards(&mut text, surface, lines);
    public(&mut text, surface);
    security(&mut text, surface);
    text.push_str(TAIL);
    text
}

const HEAD: &str = "\
# What the permissions of this service are meant to be. `route-role schema policy` prints a schema for editors.
version: 1

# Where roles apply. A level with a tenant is bound to a path parameter.
# levels:
#   organization: {}
#   workspace: { tenant: workspace_id }

# Ordered permission levels, lowest first, if the service has some.
# tiers: [viewer, member, admin, owner]

";

const TAIL: &str = "
# What a refused caller of a single object sees: `forbidden`, `not_found`, `not_found_unless_readable`.
# defaults: { denial: not_found }

# How loud rules are: off, note, warn, deny. `route-role explain` lists the rules.
# rules: { sibling-mismatch: note }

# Which files are not read.
# paths: { exclude: [\"**/generated/**\"] }
";

fn roles(text: &mut String) {
    text.push_str(
        "# Whom routes let in. `user` is an interactive session, `api_key` a key, `service` an internal caller.
# principals: [daemon]
roles:
  User: { accepts: [user] }
  Actor: { accepts: [user, api_key] }
  # Member: { accepts: [user, api_key], tier: member }

",
    );
}

fn scopes(text: &mut String, surface: &Surface) {
    let found: BTreeSet<&str> = surface
        .inventory
        .routes
        .iter()
        .flat_map(|route| route.scope_uses.iter().map(|used| used.scope.as_str()))
        .filter(|scope| is_plain(scope))
        .collect();
    if found.is_empty() {
        text.push_str(
            "# The scopes that exist. None were seen on routes.\n# scopes: [\"case:{read,create,update,delete}\"]\n\n",
        );
    } else {
        text.push_str("# The scopes that exist: those that routes require today.\nscopes:\n");
        for scope in found {
            let _ = writeln!(text, "  - {}", quoted(scope));
        }
        text.push('\n');
    }
    text.push_str(
        "# What API keys may be granted.\n# assignable:\n#   keys: { principal: api_key, scopes: [\"case:read\"] }\n\n",
    );
}

/// Braces and wildcards would mean something else in the policy.
fn is_plain(scope: &str) -> bool {
    !scope.is_empty() && scope.chars().all(|character| character.is_alphanumeric() || ":_-./".contains(character))
}

fn guards(text: &mut String, surface: &Surface, lines: &Lines<'_>) {
    text.push_str("# What guards mean. An entry needs one meaning: uncomment the entry, keep the line that is true, delete the others.\n");
    let unmapped = unmapped_by_frequency(surface);
    if unmapped.is_empty() {
        text.push_str("# Every guard that was found is known already.\n# guards:\n#   - match: \"Authorized<Member>\"\n#     role: Member\n\n");
        return;
    }
    text.push_str("# With the first of them, delete the `[]`, which says that there is none.\nguards: []\n");
    for (name, guards) in unmapped {
        let Some(first) = guards.first() else { continue };
        let kind = match first.kind {
            GuardKind::Layer => "layer",
            GuardKind::Attribute | GuardKind::RouteRole => "attribute",
            GuardKind::Extractor => "extractor",
            GuardKind::Call => "call",
        };
        let place = format!("{}:{}", lines.sources().path(first.span.file), lines.position(first.span).line);
        let _ = write!(
            text,
            "\n#  # {kind} on {}, first at {}\n#  - match: {}\n#    role: Actor\n#    accepts: [user]\n#    scopes: {{ all: [\"case:read\"] }}\n#    features: [export]\n#    ignore: \"why it restricts nobody\"\n",
            counted(guards.len(), "route"),
            visible(&place),
            quoted(&name),
        );
    }
    text.push('\n');
}

/// Most frequent first; those of the same frequency by name.
fn unmapped_by_frequency(surface: &Surface) -> Vec<(String, Vec<&Guard>)> {
    let mut by_name: BTreeMap<String, Vec<&Guard>> = BTreeMap::new();
    for (route, row) in surface.inventory.routes.iter().zip(&surface.rows) {
        for (guard, mapped) in route.guards.iter().zip(&row.guards) {
            if matches!(mapped.meaning, GuardMeaning::Unmapped) {
                by_name.entry(guard.term.to_string()).or_default().push(guard);
            }
        }
    }
    let mut guards: Vec<_> = by_name.into_iter().collect();
    guards.sort_by_key(|(_, guards)| std::cmp::Reverse(guards.len()));
    guards
}

fn public(text: &mut String, surface: &Surface) {
    let rows = surface.inventory.routes.iter().zip(&surface.rows);
    let open: Vec<_> = rows
        .filter(|(_, row)| row.access.is_open() && row.public.is_none())
        .filter(|(_, row)| row.guards.iter().all(|guard| guard.meaning.is_known()))
        .map(|(route, _)| route)
        .collect();
    text.push_str("# Routes that are open on purpose, each with the reason.\n");
    if open.is_empty() {
        text.push_str("# public:\n#   - { path: \"/health\", reason: \"health probe\" }\n");
        return;
    }
    let _ = writeln!(text, "# {} without any guard:\n# public:", counted(open.len(), "route"));
    for route in open.iter().take(OPEN_ROUTES) {
        let method = if route.method == "ANY" { String::new() } else { format!(", method: {}", route.method) };
        let _ = writeln!(text, "#   - {{ path: {}{method}, reason: \"\" }}", quoted(&route.path));
    }
    if let Some(more) = open.len().checked_sub(OPEN_ROUTES).filter(|more| *more > 0) {
        let _ = writeln!(text, "#   and {more} more: `route-role routes` lists them");
    }
}

fn security(text: &mut String, surface: &Surface) {
    let schemes: BTreeSet<&str> = surface
        .inventory
        .routes
        .iter()
        .filter_map(|route| operation(&route.documentation))
        .flat_map(|operation| operation.security.iter().chain(&operation.default_security).flatten())
        .flat_map(|requirement| requirement.schemes.iter().map(|(name, _)| name.as_str()))
        .collect();
    if schemes.is_empty() {
        return;
    }
    text.push_str("\n# Who carries the security schemes of the API description.\n# security:\n");
    for scheme in schemes {
        let _ = writeln!(text, "#   {}: {{ accepts: [user] }}", quoted(scheme));
    }
}

fn operation(documentation: &Documentation) -> Option<&Operation> {
    match documentation {
        Documentation::Documented(operation) | Documentation::Accidental { operation } => Some(operation),
        Documentation::Undocumented { operation } => operation.as_ref(),
        Documentation::None => None,
    }
}

/// A double-quoted YAML scalar: JSON's escapes are a subset of YAML's. What a terminal would obey is spelt out before.
fn quoted(text: &str) -> String {
    serde_json::Value::String(visible(text).into_owned()).to_string()
}
