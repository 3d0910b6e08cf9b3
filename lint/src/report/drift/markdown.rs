//! What changed, as a comment on a pull request: the worst first and short, the rest folded.

use std::fmt::Write as _;
use std::io::{self, Write};

use route_role_policy::lock::Key;

use super::{ASSERTIONS, Group, fate, grantee, groups, in_short, meaning, own, route, summary};
use crate::drift::{Class, Drift, Part, Sentence, ServiceDrift};
use crate::report::markdown::{code, escaped};
use crate::rule::engine::list::{counted, joined};

/// How many routes of a group are shown before the rest is folded away.
const SHOWN: usize = 10;
/// A comment may have 65,536 characters. What is beyond this is counted.
const LIMIT: usize = 60_000;

/// Writes what changed, service by service; those in which nothing did are left out.
pub fn write(out: &mut dyn Write, all: &[ServiceDrift]) -> io::Result<()> {
    writeln!(out, "### Who may call which route")?;
    if all.iter().all(ServiceDrift::is_empty) {
        return writeln!(out, "\nNothing changed.");
    }
    let (mut written, mut left_out) = (0, 0);
    for one in all.iter().filter(|one| !one.is_empty()) {
        if let Some(service) = &one.service {
            let fate = one.fate.keyword().map(|word| format!(" ({word})")).unwrap_or_default();
            writeln!(out, "\n### Service {}{fate}", code(service))?;
        }
        writeln!(out, "\n{}", headline(&one.drift))?;
        for section in sections(&one.drift).iter().filter(|section| !section.is_empty()) {
            if written + section.len() > LIMIT {
                left_out += 1;
                continue;
            }
            written += section.len();
            write!(out, "\n{section}")?;
        }
    }
    if left_out > 0 {
        let sections = counted(left_out, "section");
        writeln!(out, "\n{sections} too long for a comment; `route-role diff` shows everything in a terminal.")?;
    }
    Ok(())
}

fn headline(drift: &Drift) -> String {
    let summary = summary(drift);
    let Some((first, rest)) = summary.split_first() else { return "Nothing changed.".to_owned() };
    let rest = rest.iter().fold(String::new(), |text, part| text + ", " + part);
    if drift.is_widened() { format!("**{first}**{rest}.") } else { format!("{first}{rest}.") }
}

fn sections(drift: &Drift) -> Vec<String> {
    let mut sections = vec![assertions(drift), layers(drift), table(drift, Class::Widened), scopes(drift, true)];
    sections.push(table(drift, Class::Unknown));
    sections.push(coverage(drift));
    for class in [Class::Added, Class::Removed, Class::Narrowed, Class::Moved] {
        sections.push(folded(meaning(class), drift.count(class), &table_of(drift, class)));
    }
    let withdrawn = drift.scopes.iter().filter(|scope| !scope.is_assignable).count();
    sections.push(folded("Scopes that may no longer be granted", withdrawn, &scopes(drift, false)));
    sections
}

fn folded(title: &str, count: usize, body: &str) -> String {
    if count == 0 {
        return String::new();
    }
    format!("<details><summary>{title} ({count})</summary>\n\n{body}\n</details>\n")
}

fn table(drift: &Drift, class: Class) -> String {
    if drift.count(class) == 0 {
        return String::new();
    }
    let short = in_short(&groups(drift, class)).into_iter().fold(String::new(), |text, (what, routes)| {
        text + &format!("- {}: {}\n", counted(routes, "route"), sentence(what))
    });
    let gap = if short.is_empty() { "" } else { "\n" };
    format!("#### {}\n\n{short}{gap}{}", meaning(class), table_of(drift, class))
}

fn table_of(drift: &Drift, class: Class) -> String {
    let mut text = "| routes | what changed | was | is |\n|---|---|---|---|\n".to_owned();
    for group in groups(drift, class) {
        let shown = |access: &Option<String>| access.as_deref().map_or_else(|| "–".to_owned(), code);
        let effects: Vec<String> = group.effects.iter().map(|effect| sentence(&effect.text)).collect();
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            routes_of(&group),
            effects.join("<br>"),
            shown(&group.before),
            shown(&group.after)
        );
    }
    text
}

fn routes_of(group: &Group<'_>) -> String {
    let lines = group.changes.iter().filter_map(|change| {
        let own: Vec<String> = own(change).map(|effect| sentence(&effect.text)).collect();
        let own = if own.is_empty() { String::new() } else { format!(" ({})", own.join("; ")) };
        Some(code(&route(&change.route()?.key)) + &own)
    });
    list(lines.collect())
}

fn list_of(keys: &[Key]) -> String {
    list(keys.iter().map(|key| code(&route(key))).collect())
}

/// Lines, those beyond the first few folded.
fn list(mut lines: Vec<String>) -> String {
    if lines.len() <= SHOWN {
        return lines.join("<br>");
    }
    let rest = lines.split_off(SHOWN);
    format!("{}<details><summary>and {} more</summary>{}</details>", lines.join("<br>"), rest.len(), rest.join("<br>"))
}

fn assertions(drift: &Drift) -> String {
    if drift.assertions.is_empty() {
        return String::new();
    }
    let mut text = format!("#### {ASSERTIONS}\n\n");
    for change in &drift.assertions {
        let named = if change.title == change.says {
            code(&change.says)
        } else {
            format!("**{}** ({})", escaped(&change.title), code(&change.says))
        };
        let grants = change.grants.iter().map(|grant| {
            let (who, level) = grantee(grant);
            let level = level.map(|level| format!(" at level {}", code(level))).unwrap_or_default();
            format!("{} may be granted to {}{level}", code(&grant.scope), escaped(&who))
        });
        let routes = change.routes.iter().map(|key| code(&route(key)));
        let by = list(grants.chain(routes).collect());
        let line_break = if by.is_empty() { "" } else { "<br>" };
        let _ = writeln!(text, "- {named} {}{line_break}{by}", fate(change));
    }
    text
}

fn layers(drift: &Drift) -> String {
    if drift.layers.is_empty() {
        return String::new();
    }
    let mut text = "#### Guards that are gone from layers\n\n".to_owned();
    for layer in &drift.layers {
        let routes = counted(layer.routes.len(), "route");
        let _ =
            writeln!(text, "- {} no longer stands around {routes}:<br>{}", code(&layer.guard), list_of(&layer.routes));
    }
    text
}

fn scopes(drift: &Drift, is_assignable: bool) -> String {
    let changes: Vec<_> = drift.scopes.iter().filter(|scope| scope.is_assignable == is_assignable).collect();
    if changes.is_empty() {
        return String::new();
    }
    let mut text = if is_assignable { "#### Scopes that became assignable\n\n".to_owned() } else { String::new() };
    for change in changes {
        let (who, level) = grantee(&change.grant);
        let level = level.map(|level| format!(" at level {}", code(level))).unwrap_or_default();
        let reach = match (is_assignable, change.routes.is_empty()) {
            (true, true) => "; no route is reached by that".to_owned(),
            (true, false) => format!("; it makes reachable:<br>{}", list_of(&change.routes)),
            (false, true) => String::new(),
            (false, false) => format!("; it was good for:<br>{}", list_of(&change.routes)),
        };
        let _ = writeln!(text, "- {} for {}{level}{reach}", code(&change.grant.scope), escaped(&who));
    }
    text
}

fn coverage(drift: &Drift) -> String {
    if drift.coverage.is_empty() {
        return String::new();
    }
    let worse = drift.coverage.iter().map(|change| format!("{}: {} → {}", change.what, change.before, change.after));
    format!("**Less is seen than before**: {}.\n", joined(worse))
}

fn sentence(sentence: &Sentence) -> String {
    let parts = sentence.0.iter().map(|part| match part {
        Part::Ours(words) => escaped(words),
        Part::Theirs(name) => code(name),
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_source_stays_text() {
        assert_eq!(
            code("</code>|<script>*x*\n`@a` [b](c) \\|"),
            "<code>&#60;/code&#62;&#124;&#60;script&#62;&#42;x&#42;\\n&#96;&#64;a&#96; &#91;b&#93;(c) &#92;&#124;</code>"
                .replace("\\n", "&#92;n")
        );
    }
}
