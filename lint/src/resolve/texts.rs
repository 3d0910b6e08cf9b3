//! Texts that items and bodies are read from, and the way back to a place in a file.

use std::cell::OnceCell;
use std::ops::Deref;
use std::sync::Arc;

use proc_macro2::LineColumn;

use crate::frontend::rust::facts::{Extent, TextId};
use crate::source::{FileId, Span};

/// Every text that was read so far.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    texts: Vec<Text>,
}

#[derive(Debug, Clone)]
struct Text {
    source: Part,
    origin: Origin,
    lines: OnceCell<Lines>,
}

/// Where lines begin.
#[derive(Debug, Clone)]
struct Lines {
    starts: Box<[u32]>,
    is_ascii: bool,
}

impl Lines {
    fn of(text: &str) -> Self {
        let behind = |at: usize| u32::try_from(at + 1).unwrap_or(u32::MAX);
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(behind)).collect();
        Self { starts, is_ascii: text.is_ascii() }
    }

    /// The byte at a line and a column that counts characters; the end of the text if there is none.
    fn byte(&self, text: &str, place: LineColumn) -> u32 {
        let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let Some(start) = place.line.checked_sub(1).and_then(|line| self.starts.get(line)) else { return end };
        let column = if self.is_ascii {
            place.column
        } else {
            let line = text.get(*start as usize..).unwrap_or_default();
            line.char_indices().nth(place.column).map_or(line.len(), |(byte, _)| byte)
        };
        start.saturating_add(u32::try_from(column).unwrap_or(u32::MAX)).min(end)
    }
}

/// A part of a text, or all of it.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    whole: Arc<str>,
    /// On boundaries of characters.
    extent: Extent,
}

impl Deref for Part {
    type Target = str;

    fn deref(&self) -> &str {
        self.whole.get(self.extent.start as usize..self.extent.end as usize).unwrap_or_default()
    }
}

impl Part {
    fn of_whole(whole: Arc<str>) -> Self {
        let end = u32::try_from(whole.len()).unwrap_or(u32::MAX);
        Self { whole, extent: Extent { start: 0, end } }
    }

    /// A part of this part; nothing if it doesn't fit.
    fn part(&self, part: Extent) -> Self {
        let start = self.extent.start.saturating_add(part.start);
        let end = self.extent.start.saturating_add(part.end);
        let extent = if end <= self.extent.end { Extent { start, end } } else { Extent::default() };
        Self { whole: Arc::clone(&self.whole), extent }
    }
}

#[derive(Debug, Clone, Copy)]
enum Origin {
    /// A part of a file, from this offset on.
    File(FileId, u32),
    /// What a macro call expanded to: every place in it is the call.
    Expansion(Span),
}

impl Texts {
    pub(crate) fn add_file(&mut self, file: FileId, source: Arc<str>) -> TextId {
        self.add(Part::of_whole(source), Origin::File(file, 0))
    }

    pub(crate) fn add_expansion(&mut self, call: Span, source: String) -> TextId {
        self.add(Part::of_whole(source.into()), Origin::Expansion(call))
    }

    /// A text of its own for a part of another, so that the extents of what is parsed from it find back.
    pub(crate) fn add_part(&mut self, whole: TextId, part: Extent) -> TextId {
        let source = self.source(whole).part(part);
        let origin = match self.text(whole).map(|text| text.origin) {
            Some(Origin::File(file, offset)) => Origin::File(file, offset + part.start),
            Some(Origin::Expansion(call)) => Origin::Expansion(call),
            None => Origin::File(FileId(0), 0),
        };
        self.add(source, origin)
    }

    /// The place of what was parsed of a text, from the first to the last of its tokens.
    ///
    /// By way of lines, because asking a token for its bytes makes proc-macro2 note every answer in a tree.
    pub(crate) fn extent(&self, text: TextId, first: proc_macro2::Span, last: proc_macro2::Span) -> Extent {
        let Some(text) = self.text(text) else { return Extent::default() };
        let lines = text.lines.get_or_init(|| Lines::of(&text.source));
        let (start, end) = (lines.byte(&text.source, first.start()), lines.byte(&text.source, last.end()));
        Extent { start, end: end.max(start) }
    }

    pub(crate) fn slice(&self, text: TextId, extent: Extent) -> &str {
        self.text(text).and_then(|text| text.source.get(extent.start as usize..extent.end as usize)).unwrap_or_default()
    }

    pub(crate) fn source(&self, text: TextId) -> Part {
        self.text(text).map_or_else(|| Part::of_whole(Arc::from("")), |text| text.source.clone())
    }

    pub(crate) fn span(&self, text: TextId, extent: Extent) -> Span {
        match self.text(text).map(|text| text.origin) {
            Some(Origin::File(file, offset)) => {
                Span { file, start: offset.saturating_add(extent.start), end: offset.saturating_add(extent.end) }
            }
            Some(Origin::Expansion(call)) => call,
            None => Span { file: FileId(0), start: 0, end: 0 },
        }
    }

    /// Whether the text is what a macro expanded to.
    pub(crate) fn is_expansion(&self, text: TextId) -> bool {
        matches!(self.text(text).map(|text| text.origin), Some(Origin::Expansion(_)))
    }

    fn text(&self, id: TextId) -> Option<&Text> {
        self.texts.get(id.0 as usize)
    }

    fn add(&mut self, source: Part, origin: Origin) -> TextId {
        let id = TextId(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        self.texts.push(Text { source, origin, lines: OnceCell::new() });
        id
    }
}
