//! From text in YAML or JSON to a tree of nodes, each with its place.
//!
//! The tree is built from the parser's events rather than by deserialization into structs, because a deserializer stops
//! at the first mistake and a policy should show all of its mistakes at once.

use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span};

use super::problem::Problem;
use crate::Placed;

/// How much of a file is read: beyond that it is an accident or an attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// What the file is, for messages: `the policy`.
    pub of: &'static str,
    /// What it is written in, for messages: `YAML`.
    pub format: &'static str,
    /// The most bytes that it may have.
    pub bytes: usize,
    /// The most values that it may have, those of an alias as often as it is used.
    pub nodes: usize,
    /// How many collections may stand in each other.
    pub depth: usize,
}

impl Limits {
    /// Policies are written by people.
    pub(super) const POLICY: Self =
        Self { of: "the policy", format: "YAML", bytes: 1 << 20, nodes: 100_000, depth: 32 };
}

/// A value of the file.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its place.
    pub range: Range<usize>,
    /// What it is.
    pub kind: Kind,
}

/// What a value is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Nothing: `key:`, `~` or `null`.
    Null,
    /// Text, a number or a truth value.
    Scalar {
        /// As it is meant, escapes resolved.
        text: String,
        /// A quoted one is always text.
        quoted: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order of the file, without duplicates.
    Map(Vec<Entry>),
}

/// One key of a mapping with its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: Placed<String>,
    /// The value.
    pub value: Node,
}

impl Node {
    /// Its entries, if it is a mapping.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Its items, if it is a list.
    pub fn items(&self) -> &[Self] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    /// Its text, if it is a scalar.
    pub fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// What stands here, for a message.
    pub fn describe(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "nothing",
            Kind::Scalar { quoted: false, text } if matches!(text.as_str(), "true" | "false") => "a truth value",
            Kind::Scalar { quoted: false, text } if text.parse::<f64>().is_ok() => "a number",
            Kind::Scalar { .. } => "text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a mapping",
        }
    }
}

/// Reads the one document of a file. What could be read is returned even if something is wrong.
pub fn parse(text: &str, limits: Limits, problems: &mut Vec<Problem>) -> Option<Node> {
    let Limits { of, bytes, .. } = limits;
    if text.len() > bytes {
        problems.push(Problem::error(0..0, format!("{of} has {} bytes; more than {bytes} are not read", text.len())));
        return None;
    }
    let anchors = BTreeMap::new();
    let mut builder = Builder { text, limits, problems, stack: Vec::new(), anchors, nodes: 0, root: None };
    for event in Parser::new_from_str(text) {
        let step = match event {
            Ok((event, span)) => builder.event(event, builder.range(&span)),
            Err(error) => {
                let at = floor(text, error.marker().byte_offset().unwrap_or(text.len()));
                Err(Problem::error(
                    at..ceil(text, at + 1),
                    format!("this isn't valid {}: {}", limits.format, error.info()),
                ))
            }
        };
        if let Err(problem) = step {
            builder.problems.push(problem);
            // A file that can't be read to its end has no meaning: half a policy would misjudge every route.
            return None;
        }
    }
    builder.root
}

/// The nearest character boundary at or before an offset.
fn floor(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The nearest character boundary at or behind an offset.
fn ceil(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// A collection that isn't closed yet.
enum Open {
    List { start: usize, anchor: usize, items: Vec<Node> },
    Map { start: usize, anchor: usize, entries: Vec<Entry>, known: BTreeMap<String, Range<usize>>, key: Option<Key> },
}

/// A key that waits for its value.
enum Key {
    Usable(Placed<String>),
    /// A key that was already reported: its value is read and dropped.
    Dropped,
}

struct Builder<'a> {
    text: &'a str,
    limits: Limits,
    problems: &'a mut Vec<Problem>,
    stack: Vec<Open>,
    anchors: BTreeMap<usize, (Node, usize)>,
    nodes: usize,
    root: Option<Node>,
}

impl Builder<'_> {
    fn range(&self, span: &Span) -> Range<usize> {
        let range = span.byte_range().unwrap_or(0..0);
        floor(self.text, range.start)..ceil(self.text, range.end.max(range.start))
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) -> Result<(), Problem> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let quoted = style != ScalarStyle::Plain;
                let kind = match text.as_ref() {
                    "" | "~" | "null" if !quoted => Kind::Null,
                    _ => Kind::Scalar { text: text.into_owned(), quoted },
                };
                self.close(Node { range, kind }, anchor)
            }
            Event::SequenceStart(_, anchor, _) => {
                self.open(Open::List { start: range.start, anchor, items: Vec::new() }, range)
            }
            Event::MappingStart(_, anchor, _) => {
                let (entries, known) = (Vec::new(), BTreeMap::new());
                self.open(Open::Map { start: range.start, anchor, entries, known, key: None }, range)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(range),
            Event::Alias(anchor) => self.alias(anchor, range),
            Event::DocumentStart(..) if self.root.is_some() => {
                Err(Problem::error(range, format!("{} is one YAML document; a second one begins here", self.limits.of)))
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, open: Open, range: Range<usize>) -> Result<(), Problem> {
        if self.stack.len() >= self.limits.depth {
            return Err(Problem::error(range, format!("nested more than {} levels deep", self.limits.depth)));
        }
        self.stack.push(open);
        Ok(())
    }

    fn end(&mut self, range: Range<usize>) -> Result<(), Problem> {
        // A block collection ends where its last child does: the event itself stands at the next token.
        let end_of = |last: Option<usize>, start: usize| {
            let closes_flow = self.text.get(range.clone()).is_some_and(|text| text == "]" || text == "}");
            if closes_flow { range.end } else { last.unwrap_or(start) }
        };
        match self.stack.pop() {
            Some(Open::List { start, anchor, items }) => {
                let end = end_of(items.last().map(|item| item.range.end), start);
                self.close(Node { range: start..end, kind: Kind::List(items) }, anchor)
            }
            Some(Open::Map { start, anchor, entries, .. }) => {
                let end = end_of(entries.last().map(|entry| entry.value.range.end.max(entry.key.end)), start);
                self.close(Node { range: start..end, kind: Kind::Map(entries) }, anchor)
            }
            None => Ok(()),
        }
    }

    fn alias(&mut self, anchor: usize, range: Range<usize>) -> Result<(), Problem> {
        let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
            return Err(Problem::error(range, "this alias stands inside the value that it refers to"));
        };
        self.nodes = self.nodes.saturating_add(size);
        self.within_budget(&range)?;
        self.place(node)
    }

    fn within_budget(&self, range: &Range<usize>) -> Result<(), Problem> {
        let Limits { of, nodes, .. } = self.limits;
        if self.nodes <= nodes {
            return Ok(());
        }
        let problem = Problem::error(range.clone(), format!("{of} has more than {nodes} values"));
        Err(problem.with_help("aliases count as often as they are used".to_owned()))
    }

    /// A node is complete: remember it if it has an anchor, then put it where it belongs.
    fn close(&mut self, node: Node, anchor: usize) -> Result<(), Problem> {
        self.nodes += 1;
        self.within_budget(&node.range)?;
        if anchor != 0 {
            let size = size(&node);
            self.anchors.insert(anchor, (node.clone(), size));
        }
        self.place(node)
    }

    fn place(&mut self, node: Node) -> Result<(), Problem> {
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, known, key, .. }) => match key.take() {
                Some(Key::Usable(key)) => entries.push(Entry { key, value: node }),
                Some(Key::Dropped) => {}
                None => *key = Some(usable_key(node, known, self.problems)),
            },
        }
        Ok(())
    }
}

fn usable_key(node: Node, known: &mut BTreeMap<String, Range<usize>>, problems: &mut Vec<Problem>) -> Key {
    let range = node.range.clone();
    let Kind::Scalar { text, .. } = node.kind else {
        problems.push(Problem::error(range, format!("expected a name before `:`, found {}", node.describe())));
        return Key::Dropped;
    };
    if let Some(first) = known.get(&text) {
        let problem = Problem::error(range, format!("`{text}` is given twice")).with_label("the second time");
        problems.push(problem.with_related(first.clone(), "the first time"));
        return Key::Dropped;
    }
    known.insert(text.clone(), range.clone());
    Key::Usable(Placed::new(text, range))
}

fn size(node: &Node) -> usize {
    1 + match &node.kind {
        Kind::Null | Kind::Scalar { .. } => 0,
        Kind::List(items) => items.iter().map(size).sum(),
        Kind::Map(entries) => entries.iter().map(|entry| 1 + size(&entry.value)).sum(),
    }
}
