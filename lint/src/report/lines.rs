//! Lines and columns of places, without reading a file from its start for every one of them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::source::{FileId, Position, SourceMap, Span};

/// The lines of the files of a [`SourceMap`], found once per file when first asked for.
#[derive(Debug)]
pub struct Lines<'a> {
    sources: &'a SourceMap,
    starts: RefCell<BTreeMap<FileId, Rc<[usize]>>>,
}

/// One line of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Counted from one.
    pub(super) number: usize,
    /// Offset of its first byte in the file.
    pub(super) start: usize,
    /// Its text, without the line end.
    pub(super) text: &'a str,
}

impl<'a> Lines<'a> {
    /// The lines of these files.
    pub fn new(sources: &'a SourceMap) -> Self {
        Self { sources, starts: RefCell::default() }
    }

    /// The files.
    pub fn sources(&self) -> &'a SourceMap {
        self.sources
    }

    /// Where a span begins. A span that doesn't fit its file is moved to the nearest place that exists.
    pub fn position(&self, span: Span) -> Position {
        let line = self.line_at(span.file, span.start as usize);
        let before = line.text.get(..floor_char_boundary(line.text, (span.start as usize).saturating_sub(line.start)));
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Position { line: count(line.number), column: count(before.map_or(0, |text| text.chars().count()) + 1) }
    }

    /// The line that holds an offset.
    pub(super) fn line_at(&self, file: FileId, offset: usize) -> Line<'a> {
        let text = self.sources.text(file);
        let starts = self.starts_of(file);
        let index = starts.partition_point(|start| *start <= offset.min(text.len())).saturating_sub(1);
        self.line(file, index + 1)
    }

    /// A line by its number; an empty one if there is none.
    pub(super) fn line(&self, file: FileId, number: usize) -> Line<'a> {
        let text = self.sources.text(file);
        let starts = self.starts_of(file);
        let start = starts.get(number.wrapping_sub(1)).copied().unwrap_or(text.len());
        let end = starts.get(number).copied().unwrap_or(text.len());
        let text = text.get(start..end).unwrap_or_default();
        Line {
            number,
            start,
            text: text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text)),
        }
    }

    fn starts_of(&self, file: FileId) -> Rc<[usize]> {
        let mut starts = self.starts.borrow_mut();
        let found = starts.entry(file).or_insert_with(|| {
            let text = self.sources.text(file);
            std::iter::once(0)
                .chain(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1))
                .collect()
        });
        Rc::clone(found)
    }
}

/// The nearest boundary between characters at or before an offset.
pub(super) fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: u32) -> Span {
        Span { file: FileId(0), start, end: start }
    }

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let mut sources = SourceMap::default();
        sources.add("a", "é1\r\n\nx");
        let lines = Lines::new(&sources);
        let at = |start| {
            let position = lines.position(span(start));
            (position.line, position.column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(2), (1, 2));
        assert_eq!(at(5), (2, 1));
        assert_eq!(at(6), (3, 1));
    }

    #[test]
    fn a_span_that_does_not_fit_is_moved() {
        let mut sources = SourceMap::default();
        sources.add("a", "é");
        let lines = Lines::new(&sources);
        assert_eq!(lines.position(span(1)).column, 1);
        assert_eq!(lines.position(span(99)).column, 2);
        assert_eq!(lines.line(FileId(0), 7).text, "");
    }
}
