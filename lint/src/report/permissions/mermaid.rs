//! The picture of a service as a Mermaid flowchart: from each program through its layers, from the outermost in, to the routes behind them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::Fleet;
use super::service::{GuardEffect, GuardKind, Place};
use crate::report::escape::visible;

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
    place: Place,
    class: &'static str,
}

/// Writes the flowchart.
pub fn write(out: &mut dyn Write, fleet: &Fleet) -> io::Result<()> {
    writeln!(out, "flowchart LR")?;
    let mut count = 0;
    for service in fleet.services() {
        let mut programs: BTreeMap<&str, Group> = BTreeMap::new();
        for route in &service.routes {
            let layers = route.guards.iter().filter(|guard| guard.kind == GuardKind::Layer).map(|guard| Layer {
                text: guard.text.clone(),
                place: guard.place.clone(),
                class: match guard.effect {
                    GuardEffect::Restricts => "guard",
                    GuardEffect::Neutral => "neutral",
                    GuardEffect::Unmapped => "unmapped",
                },
            });
            let group = layers.fold(programs.entry(&route.program).or_default(), Group::behind);
            group.routes.push(route.title());
        }
        for (name, group) in &programs {
            let is_one = fleet.services().len() == 1;
            let title = if is_one { label(name) } else { format!("{}<br/>{}", label(&service.name), label(name)) };
            let id = node(out, &mut count, ("([", "])"), &title, "program")?;
            write_group(out, &mut count, id, group)?;
        }
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
