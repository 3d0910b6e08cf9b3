//! The few lines that a finding points to, made safe and short enough to print.
//!
//! codespan-reporting prints the lines of a file as they are. It never sees the files: what it gets are excerpts that hold only the lines with labels, with
//! control characters spelt out and overlong lines cut, so that neither a hostile nor a generated file can spoil the report.

use std::collections::BTreeMap;
use std::ops::Range;

use codespan_reporting::files::{Error, Files};

use super::escape;
use super::lines::{Line, Lines, floor_char_boundary};
use crate::source::{FileId, Span};

/// How much of a long line is shown, in characters.
const WIDTH: usize = 180;
/// How much of that stands before the first label.
const LEAD: usize = 60;
/// Stands for what was cut off.
const CUT: &str = "…";

/// The excerpts that one finding needs.
#[derive(Debug, Default)]
pub(super) struct Excerpts {
    files: Vec<Excerpt>,
}

#[derive(Debug)]
struct Excerpt {
    name: String,
    text: String,
    lines: Vec<ExcerptLine>,
    /// The columns in the file of the places that labels begin at, by their offset in the excerpt.
    columns: BTreeMap<usize, usize>,
}

#[derive(Debug, Clone, Copy)]
struct ExcerptLine {
    /// Offset in the excerpt.
    start: usize,
    /// Number in the file.
    number: usize,
}

/// A place in an excerpt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: usize,
    pub(super) range: Range<usize>,
}

impl Excerpts {
    /// Excerpts that show every span, with the place of each.
    pub(super) fn of(lines: &Lines<'_>, spans: &[Span]) -> (Self, Vec<Place>) {
        let mut by_file: BTreeMap<FileId, BTreeMap<usize, Vec<usize>>> = BTreeMap::new();
        for (index, span) in spans.iter().enumerate() {
            let line = lines.line_at(span.file, span.start as usize);
            by_file.entry(span.file).or_default().entry(line.number).or_default().push(index);
        }
        let mut places = vec![Place { file: 0, range: 0..0 }; spans.len()];
        let mut files = Vec::new();
        for (file, marked) in by_file {
            let mut excerpt = Excerpt::new(lines.sources().path(file));
            let mut previous: Option<usize> = None;
            for (number, indexes) in marked {
                excerpt.bridge(lines, file, previous, number);
                previous = Some(number);
                let line = lines.line(file, number);
                let ranges: Vec<Range<usize>> =
                    indexes.iter().filter_map(|index| spans.get(*index)).map(|span| within(&line, *span)).collect();
                for (index, range) in indexes.iter().zip(excerpt.push(&line, &ranges)) {
                    if let Some(place) = places.get_mut(*index) {
                        *place = Place { file: files.len(), range };
                    }
                }
            }
            files.push(excerpt);
        }
        (Self { files }, places)
    }

    fn file(&self, id: usize) -> Result<&Excerpt, Error> {
        self.files.get(id).ok_or(Error::FileMissing)
    }
}

/// The part of a span that is on its first line, relative to that line.
fn within(line: &Line<'_>, span: Span) -> Range<usize> {
    let relative = |offset: u32| floor_char_boundary(line.text, (offset as usize).saturating_sub(line.start));
    let start = relative(span.start);
    start..relative(span.end).max(start)
}

impl Excerpt {
    fn new(path: &str) -> Self {
        Self {
            name: escape::visible(path).into_owned(),
            text: String::new(),
            lines: Vec::new(),
            columns: BTreeMap::new(),
        }
    }

    /// What stands between two marked lines: the one line between them, or enough for a break to be drawn.
    fn bridge(&mut self, lines: &Lines<'_>, file: FileId, previous: Option<usize>, next: usize) {
        let Some(previous) = previous else { return };
        match next - previous {
            0 | 1 => {}
            2 => {
                self.push(&lines.line(file, previous + 1), &[]);
            }
            _ => {
                for number in [previous + 1, previous + 2] {
                    self.push(&Line { number, start: 0, text: "" }, &[]);
                }
            }
        }
    }

    /// Adds a line and returns where ranges of it are now.
    fn push(&mut self, line: &Line<'_>, ranges: &[Range<usize>]) -> Vec<Range<usize>> {
        let start = self.text.len();
        let first = ranges.iter().map(|range| range.start).min().unwrap_or(0);
        let cut = cut_in_front(line.text, first);
        self.lines.push(ExcerptLine { start, number: line.number });
        if cut > 0 {
            self.text.push_str(CUT);
        }
        // Where each byte of the line is shown; the last entry is for everything behind it.
        let mut shown_at: Vec<(usize, usize)> = Vec::new();
        for (taken, (at, character)) in line.text.char_indices().skip(cut).enumerate() {
            shown_at.push((at, self.text.len()));
            if taken == WIDTH {
                self.text.push_str(CUT);
                break;
            }
            self.text.push_str(&escape::shown(character));
        }
        let end = self.text.len();
        self.text.push('\n');
        let place = |offset: usize| {
            let index = shown_at.partition_point(|(at, _)| *at < offset);
            shown_at.get(index).map_or(end, |(_, shown)| *shown)
        };
        for range in ranges {
            let before = line.text.get(..range.start).map_or(0, |text| text.chars().count());
            self.columns.insert(place(range.start), before + 1);
        }
        ranges.iter().map(|range| place(range.start)..place(range.end)).collect()
    }
}

/// How many characters of a line are left out so that `offset` is in sight.
fn cut_in_front(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).map_or(0, |text| text.chars().count());
    // Counting a line of megabytes to its end only to learn that it is long would be a waste.
    let is_long = text.chars().nth(WIDTH).is_some();
    if is_long && before > WIDTH / 2 { before.saturating_sub(LEAD) } else { 0 }
}

impl<'a> Files<'a> for Excerpts {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.name)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.text)
    }

    fn line_index(&'a self, id: usize, byte_index: usize) -> Result<usize, Error> {
        Ok(self.file(id)?.lines.partition_point(|line| line.start <= byte_index).saturating_sub(1))
    }

    fn line_number(&'a self, id: usize, line_index: usize) -> Result<usize, Error> {
        let lines = &self.file(id)?.lines;
        lines.get(line_index).map(|line| line.number).ok_or(Error::LineTooLarge { given: line_index, max: lines.len() })
    }

    fn column_number(&'a self, id: usize, _line_index: usize, byte_index: usize) -> Result<usize, Error> {
        Ok(self.file(id)?.columns.get(&byte_index).copied().unwrap_or(1))
    }

    fn line_range(&'a self, id: usize, line_index: usize) -> Result<Range<usize>, Error> {
        let file = self.file(id)?;
        let start = file.lines.get(line_index).map(|line| line.start);
        let end = file.lines.get(line_index + 1).map_or(file.text.len(), |line| line.start);
        start.map(|start| start..end).ok_or(Error::LineTooLarge { given: line_index, max: file.lines.len() })
    }
}
