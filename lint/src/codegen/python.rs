//! Types and lists for Python 3.9 and later.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use super::literal::lightly_quoted;
use super::origin::{ADVICE, Origin, comment};
use super::vocabulary::{LadderWords, ScopeList, Vocabulary};

/// A module with the words of a policy as types and constants.
pub fn generate(words: &Vocabulary, origin: &Origin) -> String {
    let mut body = String::new();
    // Nothing that is written to a text fails.
    let _ = write_body(&mut body, words);
    let imports: Vec<&str> = ["Final", "Literal", "NoReturn"].into_iter().filter(|name| uses(&body, name)).collect();
    format!(
        "\"\"\"The words of the policy.\"\"\"\n\n# {}\n# {ADVICE}\n\nfrom typing import {}\n{body}",
        origin.sentence(),
        imports.join(", ")
    )
}

/// Whether a name of `typing` is used: before a bracket, or as a whole type. Text of the policy stands behind quotes or `#`.
fn uses(body: &str, name: &str) -> bool {
    let code = body.lines().filter(|line| !line.starts_with(['#', ' ']));
    code.into_iter().any(|line| line.contains(&format!(" {name}[")) || line.ends_with(&format!("= {name}")))
}

fn write_body(out: &mut String, words: &Vocabulary) -> fmt::Result {
    writeln!(out)?;
    if !words.scopes.open.is_empty() {
        writeln!(out, "# Every scope that the policy names. It leaves open which of these there are:")?;
        words.scopes.open.iter().try_for_each(|pattern| writeln!(out, "# - {}", comment(pattern)))?;
    }
    write_type(out, "Scope", &words.scopes.named)?;
    write_tuple(out, "SCOPES", "Scope", &words.scopes.named)?;
    writeln!(out)?;
    write_type(out, "Principal", &words.principals)?;
    write_tuple(out, "PRINCIPALS", "Principal", &words.principals)?;
    writeln!(out)?;
    write_type(out, "Level", &words.levels)?;
    write_tuple(out, "LEVELS", "Level", &words.levels)?;
    write_assignable(out, words)?;
    writeln!(out, "\n# Roles, and whom they let in:")?;
    words.roles.iter().try_for_each(|role| writeln!(out, "# - {}: {}", comment(&role.name), comment(&role.access)))?;
    let roles: Vec<String> = words.roles.iter().map(|role| role.name.clone()).collect();
    write_type(out, "Role", &roles)?;
    write_tuple(out, "ROLES", "Role", &roles)?;
    write_tiers(out, &words.ladders)?;
    writeln!(out)?;
    write_type(out, "Feature", &words.features)?;
    write_tuple(out, "FEATURES", "Feature", &words.features)
}

fn write_type(out: &mut String, name: &str, values: &[String]) -> fmt::Result {
    match values {
        [] => writeln!(out, "{name} = NoReturn"),
        [only] => writeln!(out, "{name} = Literal[{}]", literal(only)),
        several => {
            writeln!(out, "{name} = Literal[")?;
            several.iter().try_for_each(|value| writeln!(out, "    {},", literal(value)))?;
            writeln!(out, "]")
        }
    }
}

fn write_tuple(out: &mut String, name: &str, of: &str, values: &[String]) -> fmt::Result {
    let start = format!("{name}: Final[tuple[{of}, ...]] = ");
    write!(out, "{start}")?;
    write_tuple_items(out, "", start.len(), values)?;
    writeln!(out)
}

/// The longest line that formatters leave as it is.
const WIDTH: usize = 88;

/// A tuple. The comma behind an only value doesn't keep formatters from joining lines, since it has to be there.
fn write_tuple_items(out: &mut String, indent: &str, beside: usize, values: &[String]) -> fmt::Result {
    match values {
        [only] if beside + literal(only).chars().count() + 3 <= WIDTH => write!(out, "({},)", literal(only)),
        values => write_items(out, indent, ("(", ")"), values),
    }
}

/// Values between brackets, on lines of their own: a comma behind the last keeps formatters from joining them.
fn write_items(out: &mut String, indent: &str, (open, close): (&str, &str), values: &[String]) -> fmt::Result {
    if values.is_empty() {
        return write!(out, "{open}{close}");
    }
    writeln!(out, "{open}")?;
    values.iter().try_for_each(|value| writeln!(out, "{indent}    {},", literal(value)))?;
    write!(out, "{indent}{close}")
}

fn write_assignable(out: &mut String, words: &Vocabulary) -> fmt::Result {
    let mut by_principal: BTreeMap<&str, Vec<(&str, &ScopeList)>> = BTreeMap::new();
    for list in &words.assignable {
        let levels = by_principal.entry(&list.principal).or_default();
        levels.extend(list.level.as_deref().map(|level| (level, &list.scopes)));
    }
    writeln!(out, "\n# What each kind of caller may be granted at each level, what holds at every level")?;
    writeln!(out, "# included: what a screen that makes keys offers.")?;
    write!(out, "ASSIGNABLE: Final[dict[Principal, dict[Level, frozenset[Scope]]]] = {{")?;
    for (principal, levels) in &by_principal {
        write!(out, "\n    {}: {{", literal(principal))?;
        for (level, scopes) in levels {
            writeln!(out)?;
            write_open(out, "        ", scopes)?;
            write!(out, "        {}: ", literal(level))?;
            write_set(out, "        ", scopes)?;
            write!(out, ",")?;
        }
        write!(out, "{}}},", if levels.is_empty() { "" } else { "\n    " })?;
    }
    writeln!(out, "{}}}", if by_principal.is_empty() { "" } else { "\n" })?;
    writeln!(out, "# What each kind of caller may be granted whatever the level.")?;
    write!(out, "ASSIGNABLE_EVERYWHERE: Final[dict[Principal, frozenset[Scope]]] = {{")?;
    let everywhere = || words.assignable.iter().filter(|list| list.level.is_none());
    for list in everywhere() {
        writeln!(out)?;
        write_open(out, "    ", &list.scopes)?;
        write!(out, "    {}: ", literal(&list.principal))?;
        write_set(out, "    ", &list.scopes)?;
        write!(out, ",")?;
    }
    writeln!(out, "{}}}", if everywhere().next().is_none() { "" } else { "\n" })
}

fn write_set(out: &mut String, indent: &str, scopes: &ScopeList) -> fmt::Result {
    match scopes.named.as_slice() {
        [] => write!(out, "frozenset()"),
        named => {
            writeln!(out, "frozenset(")?;
            write!(out, "{indent}    ")?;
            write_items(out, &format!("{indent}    "), ("{", "}"), named)?;
            write!(out, "\n{indent})")
        }
    }
}

fn write_open(out: &mut String, indent: &str, scopes: &ScopeList) -> fmt::Result {
    scopes.open.iter().try_for_each(|pattern| writeln!(out, "{indent}# and what matches {}", comment(pattern)))
}

fn write_tiers(out: &mut String, ladders: &[LadderWords]) -> fmt::Result {
    writeln!(out)?;
    if let [LadderWords { name, tiers }] = ladders
        && name.is_empty()
    {
        write_type(out, "Tier", tiers)?;
        writeln!(out, "# Lowest first.")?;
        return write_tuple(out, "TIERS", "Tier", tiers);
    }
    let mut names: Vec<String> = ladders.iter().flat_map(|ladder| ladder.tiers.iter().cloned()).collect();
    names.sort();
    names.dedup();
    write_type(out, "Tier", &names)?;
    writeln!(out, "# By their ladders, lowest first.")?;
    write!(out, "TIERS: Final[dict[str, tuple[Tier, ...]]] = {{")?;
    for ladder in ladders {
        let name = literal(&ladder.name);
        write!(out, "\n    {name}: ")?;
        write_tuple_items(out, "    ", name.chars().count() + 7, &ladder.tiers)?;
        write!(out, ",")?;
    }
    writeln!(out, "{}}}", if ladders.is_empty() { "" } else { "\n" })
}

fn literal(text: &str) -> String {
    lightly_quoted(text, |out, character| {
        let _ = write!(out, "\\U{:08x}", u32::from(character));
    })
}
