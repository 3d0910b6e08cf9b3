//! Taking typed values out of nodes, noting what doesn't fit.

use std::ops::Range;

use super::constants::ConstantSource;
use super::keys::Keys;
use super::problem::Problem;
use super::tree::{Entry, Kind, Node};
use crate::{PathGlob, Placed, suggest};

/// Collects the problems of a policy while its values are taken out of the tree.
pub(super) struct Reader<'a> {
    pub(super) problems: Vec<Problem>,
    pub(super) constants: &'a mut dyn ConstantSource,
}

/// The known keys of a mapping.
#[derive(Clone, Copy)]
pub(super) struct Fields<'n> {
    pub(super) node: &'n Node,
    entries: &'n [Entry],
}

impl<'n> Fields<'n> {
    /// The value of a key; `None` if it isn't there or has nothing behind its colon.
    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entry(key).map(|entry| &entry.value).filter(|value| !matches!(value.kind, Kind::Null))
    }

    /// A key with its value.
    pub(super) fn entry(&self, key: &str) -> Option<&'n Entry> {
        self.entries.iter().find(|entry| entry.key.value == key)
    }
}

impl Reader<'_> {
    pub(super) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn unexpected(&mut self, node: &Node, expected: &str, what: &str) {
        let message = format!("{what} must be {expected}, not {}", node.describe());
        self.report(Problem::error(node.range.clone(), message));
    }

    /// A mapping with any keys; nothing counts as an empty one.
    pub(super) fn map<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Entry] {
        match &node.kind {
            Kind::Map(entries) => entries,
            Kind::Null => &[],
            _ => {
                self.unexpected(node, "a mapping", what);
                &[]
            }
        }
    }

    /// A mapping with known keys; unknown ones are reported. `None` if it isn't a mapping.
    pub(super) fn fields<'n>(&mut self, node: &'n Node, keys: &Keys) -> Option<Fields<'n>> {
        let entries: &[Entry] = match &node.kind {
            Kind::Map(entries) => entries,
            Kind::Null => &[],
            _ => {
                self.unexpected(node, "a mapping", keys.of);
                return None;
            }
        };
        for entry in entries.iter().filter(|entry| !keys.names.contains(&entry.key.as_str())) {
            let name = &entry.key.value;
            let help = match name.as_str() {
                "<<" => Some(
                    "merge keys are not supported: write the keys out, or use an alias for a whole value".to_owned(),
                ),
                _ => suggest::help(name, keys.names.iter().copied()),
            };
            let problem = Problem::error(entry.key.range(), format!("{} has no key `{name}`", keys.of));
            self.report(problem.with_label("unknown key").with_help(help));
        }
        Some(Fields { node, entries })
    }

    /// A list; nothing counts as an empty one.
    pub(super) fn list<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        match &node.kind {
            Kind::List(items) => items,
            Kind::Null => &[],
            _ => {
                self.unexpected(node, "a list", what);
                &[]
            }
        }
    }

    /// Text that isn't empty.
    pub(super) fn text(&mut self, node: &Node, what: &str) -> Option<Placed<String>> {
        match &node.kind {
            Kind::Scalar { text, .. } if !text.trim().is_empty() => Some(Placed::new(text.clone(), node.range.clone())),
            Kind::Scalar { .. } => {
                self.report(Problem::error(node.range.clone(), format!("{what} is empty")));
                None
            }
            _ => {
                self.unexpected(node, "text", what);
                None
            }
        }
    }

    /// A list of texts, none of them twice.
    pub(super) fn texts(&mut self, node: &Node, what: &str) -> Vec<Placed<String>> {
        let items: Vec<Placed<String>> =
            self.list(node, what).iter().filter_map(|item| self.text(item, &format!("an entry of {what}"))).collect();
        self.without_repetition(items, what)
    }

    /// Drops and reports what stands in a list twice.
    pub(super) fn without_repetition(&mut self, items: Vec<Placed<String>>, what: &str) -> Vec<Placed<String>> {
        let mut kept: Vec<Placed<String>> = Vec::new();
        let mut seen = std::collections::BTreeMap::<String, Range<usize>>::new();
        for item in items {
            if let Some(first) = seen.get(&item.value) {
                let problem = Problem::error(item.range(), format!("{what} lists `{}` twice", item.value));
                self.report(problem.with_related(first.clone(), "the first time"));
                continue;
            }
            seen.insert(item.value.clone(), item.range());
            kept.push(item);
        }
        kept
    }

    /// A truth value.
    pub(super) fn flag(&mut self, node: &Node, what: &str) -> Option<bool> {
        match &node.kind {
            Kind::Scalar { text, quoted: false } if text == "true" => Some(true),
            Kind::Scalar { text, quoted: false } if text == "false" => Some(false),
            _ => {
                self.unexpected(node, "`true` or `false`", what);
                None
            }
        }
    }

    /// A word out of a fixed list.
    pub(super) fn keyword<T: Copy>(
        &mut self,
        node: &Node,
        what: &str,
        words: &[(&'static str, T)],
    ) -> Option<Placed<T>> {
        let word = self.text(node, what)?;
        if let Some((_, value)) = words.iter().find(|(known, _)| *known == word.value) {
            return Some(word.map(|_| *value));
        }
        let help = suggest::help(&word.value, words.iter().map(|(known, _)| *known));
        let problem = Problem::error(word.range(), format!("{what} can't be `{}`", word.value));
        self.report(problem.with_help(help));
        None
    }

    /// A list of path globs.
    pub(super) fn globs(&mut self, node: &Node, what: &str) -> Vec<Placed<PathGlob>> {
        self.texts(node, what).into_iter().map(|text| text.map(PathGlob::new)).collect()
    }

    /// Reports a name that nothing declares.
    pub(super) fn unknown<'c>(
        &mut self,
        name: &Placed<String>,
        kind: &str,
        section: &str,
        known: impl IntoIterator<Item = &'c str>,
    ) {
        let help = suggest::help(&name.value, known).unwrap_or_else(|| format!("declare it under `{section}`"));
        let problem = Problem::error(name.range(), format!("no {kind} `{}` is declared", name.value));
        self.report(problem.with_label(format!("unknown {kind}")).with_help(help));
    }
}
