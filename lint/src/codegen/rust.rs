//! Constants for Rust. They are plain text, so that `#[route_role(…, scopes = [scopes::CASE_READ])]` takes them and an application needs nothing else to use them.

use std::fmt::{self, Write};

use super::identifier::{identifiers, joined};
use super::literal::{braced, quoted};
use super::origin::{ADVICE, Origin, comment};
use super::vocabulary::{Assignable, LadderWords, ScopeList, Vocabulary};

/// No program needs all constants, and one that is no library has nobody to offer them to. Names are as long as they are, which no formatter may change.
const ATTRIBUTES: &str =
    "#[rustfmt::skip]\n#[allow(dead_code, unreachable_pub, reason = \"generated for whoever needs a part of it\")]\n";

/// A file with the words of a policy as constants.
pub fn generate(words: &Vocabulary, origin: &Origin) -> String {
    let mut text = String::new();
    // Nothing that is written to a text fails.
    let _ = write_file(&mut text, words, origin);
    text
}

fn write_file(out: &mut String, words: &Vocabulary, origin: &Origin) -> fmt::Result {
    writeln!(out, "//! The words of the policy.\n//!\n//! {}\n//! {ADVICE}", origin.sentence())?;
    write_scopes(out, words)?;
    write_assignable(out, words)?;
    let roles: Vec<(&str, String)> =
        words.roles.iter().map(|role| (role.name.as_str(), format!(": `{}`", comment(&role.access)))).collect();
    write_group(out, "roles", "ROLES", "Roles, and whom they let in.", &roles)?;
    write_tiers(out, &words.ladders)?;
    for (module, list, about, names) in [
        ("levels", "LEVELS", "Levels.", &words.levels),
        ("principals", "PRINCIPALS", "Kinds of caller.", &words.principals),
        ("features", "FEATURES", "Features.", &words.features),
    ] {
        let names: Vec<(&str, String)> = names.iter().map(|name| (name.as_str(), String::new())).collect();
        write_group(out, module, list, about, &names)?;
    }
    Ok(())
}

fn write_scopes(out: &mut String, words: &Vocabulary) -> fmt::Result {
    let granted = |scope: &str| match words.holders(scope) {
        holders if holders.is_empty() => String::new(),
        holders => {
            let holders: Vec<String> = holders.iter().map(|holder| format!("`{}`", comment(holder))).collect();
            format!(": may be granted to {}", holders.join(", "))
        }
    };
    let named: Vec<(&str, String)> = words.scopes.named.iter().map(|scope| (scope.as_str(), granted(scope))).collect();
    let about = format!("Scopes.{}", left_open(&words.scopes, "exist"));
    write_group(out, "scopes", "SCOPES", &about, &named)
}

/// What a list of scopes can't name.
pub(super) fn left_open(scopes: &ScopeList, verb: &str) -> String {
    match scopes.open.as_slice() {
        [] => String::new(),
        open => {
            let open: Vec<String> = open.iter().map(|pattern| format!("`{}`", comment(pattern))).collect();
            format!(" Those that match {} {verb} too; the policy leaves open which.", open.join(", "))
        }
    }
}

/// A module with a constant for each name, about which there may be more to say, and a list of them all beside it.
fn write_group(out: &mut String, module: &str, list: &str, about: &str, names: &[(&str, String)]) -> fmt::Result {
    if names.is_empty() && module != "scopes" {
        return Ok(());
    }
    let constants = identifiers(names.iter().map(|(name, _)| *name));
    write!(out, "\n/// {about}\n{ATTRIBUTES}pub mod {module} {{")?;
    for (name, more) in names {
        write!(
            out,
            "\n    /// `{}`{more}.\n    pub const {}: &str = {};\n",
            comment(name),
            constants[name],
            literal(name)
        )?;
    }
    writeln!(out, "}}\n\n/// All of [`{module}`].\n{ATTRIBUTES}pub const {list}: &[&str] = &[")?;
    names.iter().try_for_each(|(name, _)| writeln!(out, "    {module}::{},", constants[name]))?;
    writeln!(out, "];")
}

fn write_assignable(out: &mut String, words: &Vocabulary) -> fmt::Result {
    if words.assignable.is_empty() {
        return Ok(());
    }
    let scopes = identifiers(words.scopes.named.iter().map(String::as_str));
    let keys: Vec<String> = words.assignable.iter().map(Assignable::key).collect();
    let constants = identifiers(keys.iter().map(String::as_str));
    let about = "What may be granted: what a screen that makes keys offers.";
    write!(out, "\n/// {about}\n{ATTRIBUTES}pub mod assignable {{")?;
    for (list, key) in words.assignable.iter().zip(&keys) {
        let about = format!("To `{}`.{}", comment(&list.holder()), left_open(&list.scopes, "may be granted"));
        write!(out, "\n    /// {about}\n    pub const {}: &[&str] = &[\n", constants[key.as_str()])?;
        let named = list.scopes.named.iter().filter_map(|scope| scopes.get(scope.as_str()));
        named.into_iter().try_for_each(|constant| writeln!(out, "        super::scopes::{constant},"))?;
        writeln!(out, "    ];")?;
    }
    writeln!(out, "}}")
}

/// Tiers by their names in the policy: `ladder.tier` where there are several ladders.
fn write_tiers(out: &mut String, ladders: &[LadderWords]) -> fmt::Result {
    if ladders.is_empty() {
        return Ok(());
    }
    let key = |ladder: &LadderWords, tier: &str| match ladder.name.as_str() {
        "" => joined(&[tier]),
        name => joined(&[name, tier]),
    };
    let keys: Vec<String> =
        ladders.iter().flat_map(|ladder| ladder.tiers.iter().map(move |tier| key(ladder, tier))).collect();
    let constants = identifiers(keys.iter().map(String::as_str));
    let constant = |ladder: &LadderWords, tier: &str| &constants[key(ladder, tier).as_str()];
    write!(out, "\n/// Tiers.\n{ATTRIBUTES}pub mod tiers {{")?;
    for (ladder, tier) in ladders.iter().flat_map(|ladder| ladder.tiers.iter().map(move |tier| (ladder, tier))) {
        let spelling = if ladder.name.is_empty() { comment(tier) } else { comment(&format!("{}.{tier}", ladder.name)) };
        let constant = constant(ladder, tier);
        write!(out, "\n    /// `{spelling}`.\n    pub const {constant}: &str = {};\n", literal(tier))?;
    }
    writeln!(out, "}}")?;
    let lists = identifiers(ladders.iter().map(|ladder| ladder.name.as_str()));
    for ladder in ladders {
        let (list, whose) = match ladder.name.as_str() {
            "" => ("TIERS".to_owned(), "Tiers".to_owned()),
            name => (format!("TIERS_OF_{}", lists[name]), format!("Tiers of `{}`", comment(name))),
        };
        writeln!(out, "\n/// {whose}, lowest first.\n{ATTRIBUTES}pub const {list}: &[&str] = &[")?;
        ladder.tiers.iter().try_for_each(|tier| writeln!(out, "    tiers::{},", constant(ladder, tier)))?;
        writeln!(out, "];")?;
    }
    Ok(())
}

/// Text as a literal.
pub(super) fn literal(text: &str) -> String {
    quoted(text, braced)
}
