//! Lists and types for TypeScript 4.9 and later: for the screen on which keys are made, and for clients.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use super::literal::{braced, is_plain, lightly_quoted};
use super::origin::{ADVICE, Origin, comment};
use super::vocabulary::{LadderWords, ScopeList, Vocabulary};

/// A file with the words of a policy as lists, and types made of them.
pub fn generate(words: &Vocabulary, origin: &Origin) -> String {
    let mut text = String::new();
    // Nothing that is written to a text fails.
    let _ = write_file(&mut text, words, origin);
    text
}

fn write_file(out: &mut String, words: &Vocabulary, origin: &Origin) -> fmt::Result {
    writeln!(out, "// {}\n// {ADVICE}", origin.sentence())?;
    let mut scope_types = vec!["(typeof SCOPES)[number]".to_owned()];
    scope_types.extend(words.scopes.open.iter().map(|pattern| template(pattern)));
    write_list(
        out,
        &format!("Every scope that the policy names.{}", left_open(&words.scopes)),
        "SCOPES",
        &words.scopes.named,
    )?;
    write_type(out, "A scope.", "Scope", &scope_types)?;
    writeln!(out, "\ntype ByLevel = Record<string, readonly Scope[]>;")?;
    write_assignable(out, words)?;
    let roles: Vec<String> = words.roles.iter().map(|role| role.name.clone()).collect();
    let mut about = vec!["Roles, and whom they let in:".to_owned()];
    about.extend(words.roles.iter().map(|role| format!("- `{}`: {}", comment(&role.name), comment(&role.access))));
    write_named(out, &about.join("\n"), ("ROLES", "Role", "A role."), &roles)?;
    write_tiers(out, &words.ladders)?;
    write_named(out, "Levels.", ("LEVELS", "Level", "A level."), &words.levels)?;
    write_named(out, "Kinds of caller.", ("PRINCIPALS", "Principal", "A kind of caller."), &words.principals)?;
    write_named(out, "Features.", ("FEATURES", "Feature", "A feature."), &words.features)
}

fn left_open(scopes: &ScopeList) -> String {
    match scopes.open.as_slice() {
        [] => String::new(),
        open => {
            let open: Vec<String> = open.iter().map(|pattern| format!("`{}`", comment(pattern))).collect();
            format!("\nThose that match {} exist too; the policy leaves open which.", open.join(", "))
        }
    }
}

fn write_named(
    out: &mut String,
    about: &str,
    (list, name, about_one): (&str, &str, &str),
    items: &[String],
) -> fmt::Result {
    write_list(out, about, list, items)?;
    write_type(out, about_one, name, &[format!("(typeof {list})[number]")])
}

fn write_list(out: &mut String, about: &str, name: &str, items: &[String]) -> fmt::Result {
    write_doc(out, about)?;
    writeln!(out, "export const {name} = {} as const;", list(items, 0, name.len() + "export const  =  as const;".len()))
}

fn write_type(out: &mut String, about: &str, name: &str, alternatives: &[String]) -> fmt::Result {
    write_doc(out, about)?;
    match alternatives {
        [only] => writeln!(out, "export type {name} = {only};"),
        several => {
            write!(out, "export type {name} =")?;
            several.iter().try_for_each(|one| write!(out, "\n  | {one}"))?;
            writeln!(out, ";")
        }
    }
}

fn write_assignable(out: &mut String, words: &Vocabulary) -> fmt::Result {
    type Lists<'a> = Vec<(Option<&'a str>, &'a ScopeList)>;
    let mut by_principal: BTreeMap<&str, Lists<'_>> = BTreeMap::new();
    for list in &words.assignable {
        by_principal.entry(&list.principal).or_default().push((list.level.as_deref(), &list.scopes));
    }
    write_doc(
        out,
        "What each kind of caller may be granted at each level, what holds at every level\nincluded: what a screen that makes keys offers.",
    )?;
    write!(out, "export const ASSIGNABLE = {{")?;
    let names = keys(by_principal.keys().copied());
    for (principal, lists) in &by_principal {
        write!(out, "\n  {}: {{", names[principal])?;
        let at_levels = || lists.iter().filter_map(|(level, scopes)| Some((level.as_ref().copied()?, *scopes)));
        let levels = keys(at_levels().map(|(level, _)| level));
        for (level, scopes) in at_levels() {
            write_open(out, "    ", scopes)?;
            let level = &levels[level];
            write!(out, "\n    {level}: {},", list(&scopes.named, 4, level.chars().count() + 3))?;
        }
        write!(out, "{}}},", if levels.is_empty() { "" } else { "\n  " })?;
    }
    writeln!(out, "{}}} as const satisfies Record<string, ByLevel>;", if by_principal.is_empty() { "" } else { "\n" })?;
    write_doc(out, "What each kind of caller may be granted whatever the level.")?;
    write!(out, "export const ASSIGNABLE_EVERYWHERE = {{")?;
    let mut end = "";
    for (principal, lists) in &by_principal {
        let everywhere = lists.iter().filter(|(level, _)| level.is_none());
        for (_, scopes) in everywhere {
            write_open(out, "  ", scopes)?;
            let principal = &names[principal];
            write!(out, "\n  {principal}: {},", list(&scopes.named, 2, principal.chars().count() + 3))?;
            end = "\n";
        }
    }
    writeln!(out, "{end}}} as const satisfies ByLevel;")
}

fn write_open(out: &mut String, indent: &str, scopes: &ScopeList) -> fmt::Result {
    scopes.open.iter().try_for_each(|pattern| write!(out, "\n{indent}// and what matches `{}`", comment(pattern)))
}

fn write_tiers(out: &mut String, ladders: &[LadderWords]) -> fmt::Result {
    if let [LadderWords { name, tiers }] = ladders
        && name.is_empty()
    {
        return write_named(out, "Tiers, lowest first.", ("TIERS", "Tier", "A tier."), tiers);
    }
    if ladders.is_empty() {
        return write_named(out, "Tiers, lowest first.", ("TIERS", "Tier", "A tier."), &[]);
    }
    write_doc(out, "Tiers by their ladders, lowest first.")?;
    writeln!(out, "export const TIERS = {{")?;
    let names = keys(ladders.iter().map(|ladder| ladder.name.as_str()));
    for ladder in ladders {
        let name = &names[ladder.name.as_str()];
        writeln!(out, "  {name}: {},", list(&ladder.tiers, 2, name.chars().count() + 3))?;
    }
    writeln!(out, "}} as const;")?;
    write_type(out, "A ladder of tiers.", "Ladder", &["keyof typeof TIERS".to_owned()])?;
    write_type(out, "A tier of a ladder.", "Tier<L extends Ladder = Ladder>", &["(typeof TIERS)[L][number]".to_owned()])
}

fn write_doc(out: &mut String, about: &str) -> fmt::Result {
    let mut lines = about.lines();
    match (lines.next(), lines.next()) {
        (Some(only), None) => write!(out, "\n/** {only} */\n"),
        _ => {
            write!(out, "\n/**\n")?;
            about.lines().try_for_each(|line| writeln!(out, " * {line}"))?;
            writeln!(out, " */")
        }
    }
}

/// The longest line that prettier leaves as it is.
const WIDTH: usize = 80;

/// A list in the way of prettier: on one line if it fits there together with `beside` more characters.
fn list(items: &[String], indent: usize, beside: usize) -> String {
    let items: Vec<String> = items.iter().map(|item| literal(item)).collect();
    let line = format!("[{}]", items.join(", "));
    if indent + line.chars().count() + beside <= WIDTH {
        return line;
    }
    let space = " ".repeat(indent);
    let lines: String = items.iter().map(|item| format!("{space}  {item},\n")).collect();
    format!("[\n{lines}{space}]")
}

/// Names as keys of an object: bare if they can be.
fn keys<'n>(names: impl Iterator<Item = &'n str>) -> BTreeMap<&'n str, String> {
    // In a literal, this one key sets what the object inherits from. Computed, it is a key like any other.
    let key = |name: &str| match name {
        "__proto__" => format!("[{}]", literal(name)),
        name if is_bare(name) => name.to_owned(),
        name => literal(name),
    };
    names.map(|name| (name, key(name))).collect()
}

fn is_bare(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn literal(text: &str) -> String {
    lightly_quoted(text, braced)
}

/// A pattern as a type: `action:*` is `` `action:${string}` ``.
fn template(pattern: &str) -> String {
    let mut template = String::from("`");
    for character in pattern.chars() {
        match character {
            '*' => template.push_str("${string}"),
            '`' | '\\' | '$' => {
                template.push('\\');
                template.push(character);
            }
            character if is_plain(character) => template.push(character),
            character => braced(&mut template, character),
        }
    }
    template.push('`');
    template
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_becomes_a_type_that_nothing_leaves() {
        assert_eq!(template("action:*:execute"), "`action:${string}:execute`");
        assert_eq!(template("`${x}\\\n*"), "`\\`\\${x}\\\\\\u{a}${string}`");
    }

    #[test]
    fn keys_of_an_object_are_bare_if_they_can_be() {
        let shown = |names: &[&str]| keys(names.iter().copied()).into_values().collect::<Vec<_>>();
        assert_eq!(shown(&["api_key", "user"]), ["api_key", "user"]);
        assert_eq!(shown(&["api-key", "user"]), ["\"api-key\"", "user"]);
        assert_eq!(shown(&["__proto__"]), ["[\"__proto__\"]"]);
    }
}
