//! The picture of a service as a Mermaid flowchart: from each program through its layers, from the outermost in, to the routes behind them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::Permissions;
use crate::report::escape::visible;
use crate::resolve::GuardKind;
use crate::source::Span;
use crate::surface::GuardMeaning;

/// How many routes of a group are named: a picture is for the shape of a service.
const NAMED: usize = 12;

/// Everything behind one layer, or behind none.
#[derive(Default)]
struct Group {
    /// What is behind further layers, in the order in which it was met.
    inner: Vec<(Layer, Group)>,
    routes: Vec<String>,
}

#[derive(PartialEq, Eq)]
struct Layer {
    text: String,
    span: Span,
    class: &'static str,
}

/// Writes the flowchart.
pub fn write(out: &mut dyn Write, permissions: &Permissions<'_>) -> io::Result<()> {
    let inventory = &permissions.surface.inventory;
    let mut programs: BTreeMap<usize, Group> = BTreeMap::new();
    for (route, row) in inventory.routes.iter().zip(&permissions.surface.rows) {
        let layers = route.guards.iter().zip(&row.guards).filter(|(guard, _)| guard.kind == GuardKind::Layer);
        let layers = layers.map(|(guard, mapped)| Layer {
            text: guard.text.clone(),
            span: guard.span,
            class: match mapped.meaning {
                GuardMeaning::Access { .. } => "guard",
                GuardMeaning::Neutral => "neutral",
                GuardMeaning::Unmapped => "unmapped",
            },
        });
        let group = layers.fold(programs.entry(route.program).or_default(), Group::behind);
        group.routes.push(format!("{} {}", route.method, route.path));
    }
    writeln!(out, "flowchart LR")?;
    let mut count = 0;
    for (index, group) in &programs {
        let name = inventory.programs.get(*index).map_or("", |program| program.name.as_str());
        let id = node(out, &mut count, ("([", "])"), &label(name), "program")?;
        write_group(out, &mut count, id, group)?;
    }
    writeln!(out, "    classDef guard stroke-width:3px")?;
    writeln!(out, "    classDef neutral stroke-dasharray:2")?;
    writeln!(out, "    classDef unmapped stroke:#c00,stroke-dasharray:6")
}

impl Group {
    fn behind(&mut self, layer: Layer) -> &mut Self {
        let at = self.inner.iter().position(|(known, _)| *known == layer);
        let at = at.unwrap_or_else(|| {
            self.inner.push((layer, Self::default()));
            self.inner.len() - 1
        });
        &mut self.inner[at].1
    }
}

fn write_group(out: &mut dyn Write, count: &mut usize, from: usize, group: &Group) -> io::Result<()> {
    if !group.routes.is_empty() {
        let mut titles: Vec<String> = group.routes.iter().take(NAMED).map(|title| label(title)).collect();
        if group.routes.len() > NAMED {
            titles.push(format!("and {} more", group.routes.len() - NAMED));
        }
        let id = node(out, count, ("[", "]"), &titles.join("<br/>"), "routes")?;
        writeln!(out, "    n{from} --> n{id}")?;
    }
    // Layers nest as deep as the program's own calls, which the evaluator bounds.
    for (layer, inner) in &group.inner {
        let id = node(out, count, ("{{", "}}"), &label(&layer.text), layer.class)?;
        writeln!(out, "    n{from} --> n{id}")?;
        write_group(out, count, id, inner)?;
    }
    Ok(())
}

fn node(
    out: &mut dyn Write,
    count: &mut usize,
    (open, close): (&str, &str),
    label: &str,
    class: &str,
) -> io::Result<usize> {
    *count += 1;
    writeln!(out, "    n{count}{open}\"{label}\"{close}:::{class}")?;
    Ok(*count)
}

/// A label is HTML and Markdown at once, and `#` begins what stands for another character.
fn label(text: &str) -> String {
    let mut label = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            ' ' | '/' | '-' | '.' | ',' | ':' | '(' | ')' | '=' => label.push(character),
            character if character.is_alphanumeric() => label.push(character),
            character => {
                let _ = write!(label, "#{};", u32::from(character));
            }
        }
    }
    label
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_never_more_than_text() {
        assert_eq!(label("GET /a/{id}"), "GET /a/#123;id#125;");
        assert_eq!(label("\"]<b>#lt;`x`\n"), "#34;#93;#60;b#62;#35;lt#59;#96;x#96;#92;n");
    }
}
