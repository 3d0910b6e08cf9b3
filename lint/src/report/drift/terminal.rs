//! What changed, for people.

use std::io::{self, Write};

use route_role_policy::lock::Key;

use super::{ASSERTIONS, Group, fate, grantee, groups, in_short, meaning, own, route, summary};
use crate::drift::{Class, Drift, ServiceDrift};
use crate::report::escape::visible;
use crate::rule::engine::list::{counted, joined};

/// Writes what changed, service by service; those in which nothing did are left out.
pub fn write_all(out: &mut dyn Write, all: &[ServiceDrift]) -> io::Result<()> {
    let changed: Vec<&ServiceDrift> = all.iter().filter(|one| !one.is_empty()).collect();
    if changed.is_empty() {
        return write(out, &Drift::default());
    }
    for (at, one) in changed.into_iter().enumerate() {
        if let Some(service) = &one.service {
            let fate = one.fate.keyword().map(|word| format!(" ({word})")).unwrap_or_default();
            writeln!(out, "{}service {}{fate}\n", if at == 0 { "" } else { "\n" }, visible(service))?;
        }
        write(out, &one.drift)?;
    }
    Ok(())
}

/// Writes what changed, worst first.
pub fn write(out: &mut dyn Write, drift: &Drift) -> io::Result<()> {
    if drift.is_empty() {
        return writeln!(out, "nothing changed in who may call which route");
    }
    writeln!(out, "{}", summary(drift).join(", "))?;
    assertions(out, drift)?;
    layers(out, drift)?;
    for class in Class::ALL {
        let groups = groups(drift, class);
        if groups.is_empty() {
            continue;
        }
        writeln!(out, "\n{}", meaning(class))?;
        for (at, (text, routes)) in in_short(&groups).into_iter().enumerate() {
            let text = visible(&text.to_string()).into_owned();
            writeln!(out, "{}  {}: {text}", if at == 0 { "\n" } else { "" }, counted(routes, "route"))?;
        }
        groups.iter().try_for_each(|group| write_group(out, group))?;
    }
    scopes(out, drift)?;
    coverage(out, drift)
}

fn write_group(out: &mut dyn Write, group: &Group<'_>) -> io::Result<()> {
    writeln!(out)?;
    for change in &group.changes {
        if let Some(state) = change.route() {
            let own: Vec<String> = own(change).map(|effect| effect.text.to_string()).collect();
            let own = if own.is_empty() { String::new() } else { format!(" ({})", own.join("; ")) };
            writeln!(out, "  {}{}", visible(&route(&state.key)), visible(&own))?;
        }
    }
    match (&group.before, &group.after) {
        (Some(before), Some(after)) if before == after => writeln!(out, "      access: {}", visible(after))?,
        (Some(before), Some(after)) => {
            writeln!(out, "      was: {}", visible(before))?;
            writeln!(out, "      is:  {}", visible(after))?;
        }
        (Some(only), None) | (None, Some(only)) => writeln!(out, "      access: {}", visible(only))?,
        (None, None) => {}
    }
    group.effects.iter().try_for_each(|effect| writeln!(out, "      - {}", visible(&effect.text.to_string())))
}

fn assertions(out: &mut dyn Write, drift: &Drift) -> io::Result<()> {
    if drift.assertions.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{ASSERTIONS}")?;
    for change in &drift.assertions {
        writeln!(out, "\n  `{}` {}", visible(&change.title), fate(change))?;
        if change.title != change.says {
            writeln!(out, "      {}", visible(&change.says))?;
        }
        for grant in &change.grants {
            let (who, level) = grantee(grant);
            let level = level.map(|level| format!(" at level `{level}`")).unwrap_or_default();
            writeln!(out, "      - {}", visible(&format!("`{}` may be granted to {who}{level}", grant.scope)))?;
        }
        change.routes.iter().try_for_each(|key| writeln!(out, "      - {}", visible(&route(key))))?;
    }
    Ok(())
}

fn layers(out: &mut dyn Write, drift: &Drift) -> io::Result<()> {
    if drift.layers.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nGuards that are gone from layers")?;
    for layer in &drift.layers {
        let routes = counted(layer.routes.len(), "route");
        writeln!(out, "\n  `{}` no longer stands around {routes}:", visible(&layer.guard))?;
        write_routes(out, &layer.routes)?;
    }
    Ok(())
}

fn scopes(out: &mut dyn Write, drift: &Drift) -> io::Result<()> {
    if drift.scopes.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nScopes that may be granted")?;
    for change in &drift.scopes {
        let (who, level) = grantee(&change.grant);
        let level = level.map(|level| format!(" at level `{level}`")).unwrap_or_default();
        let verb = if change.is_assignable { "may be granted to" } else { "may no longer be granted to" };
        let reach = match (change.is_assignable, change.routes.is_empty()) {
            (true, false) => "; it makes reachable:",
            (true, true) => "; no route is reached by that",
            (false, false) => "; it was good for:",
            (false, true) => "",
        };
        writeln!(out, "\n  {}", visible(&format!("`{}` {verb} {who}{level}{reach}", change.grant.scope)))?;
        write_routes(out, &change.routes)?;
    }
    Ok(())
}

fn write_routes(out: &mut dyn Write, routes: &[Key]) -> io::Result<()> {
    routes.iter().try_for_each(|key| writeln!(out, "      {}", visible(&route(key))))
}

fn coverage(out: &mut dyn Write, drift: &Drift) -> io::Result<()> {
    if drift.coverage.is_empty() {
        return Ok(());
    }
    let worse = drift.coverage.iter().map(|change| format!("{}: {} → {}", change.what, change.before, change.after));
    writeln!(out, "\nLess is seen than before: {}", joined(worse))
}
