//! Edits as a unified diff.

use std::fmt::Write;

use super::plan::{Revision, splice};
use crate::rule::Edit;

/// How many lines are shown around a change.
const CONTEXT: usize = 3;

/// The change of one file, as `patch` and `git apply` read it. The path is shown with `/` between its parts.
pub fn unified(path: &str, text: &str, revision: &Revision) -> String {
    let lines = Lines::of(text);
    let blocks = blocks(&lines, revision.edits());
    let mut shown = String::new();
    let _ = writeln!(shown, "--- a/{path}\n+++ b/{path}");
    let mut shift = 0_isize;
    for hunk in hunks(&blocks) {
        shown.push_str(&hunk_text(&lines, text, revision.edits(), hunk, &mut shift));
    }
    shown
}

/// Where lines begin.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let behind_breaks = text.match_indices('\n').map(|(at, _)| at + 1).filter(|start| *start < text.len());
        Self { text, starts: std::iter::once(0).chain(behind_breaks).collect() }
    }

    fn count(&self) -> usize {
        if self.text.is_empty() { 0 } else { self.starts.len() }
    }

    /// The line in which a byte stands.
    fn at(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte).saturating_sub(1)
    }

    fn start(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.text.len())
    }

    fn line(&self, line: usize) -> &'t str {
        self.text.get(self.start(line)..self.start(line + 1)).unwrap_or_default()
    }
}

/// Lines that change together: the first, and the one behind the last.
type Block = (usize, usize);

fn blocks(lines: &Lines<'_>, edits: &[Edit]) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for edit in edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        let first = lines.at(start);
        // What ends with a line break ends with that line.
        let last = if end > start { lines.at(end - 1) } else { first };
        match blocks.last_mut() {
            Some((_, behind)) if first < *behind => *behind = (*behind).max(last + 1),
            _ => blocks.push((first, last + 1)),
        }
    }
    blocks
}

/// Blocks whose surroundings meet are shown together.
fn hunks(blocks: &[Block]) -> Vec<&[Block]> {
    let mut hunks = Vec::new();
    let mut start = 0;
    for at in 1..=blocks.len() {
        let is_near = match (blocks.get(at - 1), blocks.get(at)) {
            (Some((_, behind)), Some((first, _))) => first - behind <= 2 * CONTEXT,
            _ => false,
        };
        if !is_near && at > start {
            hunks.extend(blocks.get(start..at));
            start = at;
        }
    }
    hunks
}

fn hunk_text(lines: &Lines<'_>, text: &str, edits: &[Edit], hunk: &[Block], shift: &mut isize) -> String {
    let (Some((first, _)), Some((_, behind))) = (hunk.first(), hunk.last()) else { return String::new() };
    let from = first.saturating_sub(CONTEXT);
    let to = (behind + CONTEXT).min(lines.count());
    let mut body = String::new();
    let mut at = from;
    let (mut old, mut new) = (0, 0);
    for (first, behind) in hunk {
        (at..*first).for_each(|line| push(&mut body, ' ', lines.line(line)));
        (*first..*behind).for_each(|line| push(&mut body, '-', lines.line(line)));
        let changed = splice(text, lines.start(*first), lines.start(*behind), edits);
        let added: Vec<&str> = changed.split_inclusive('\n').collect();
        added.iter().for_each(|line| push(&mut body, '+', line));
        old += behind - at;
        new += first - at + added.len();
        at = *behind;
    }
    (at..to).for_each(|line| push(&mut body, ' ', lines.line(line)));
    old += to - at;
    new += to - at;
    let start_of_new = from.saturating_add_signed(*shift);
    *shift += isize::try_from(new).unwrap_or_default() - isize::try_from(old).unwrap_or_default();
    format!("@@ -{} +{} @@\n{body}", range(from, old), range(start_of_new, new))
}

/// Lines are counted from one; an empty range stands behind the line that it names.
fn range(from: usize, count: usize) -> String {
    match count {
        0 => format!("{from},0"),
        1 => (from + 1).to_string(),
        _ => format!("{},{count}", from + 1),
    }
}

fn push(body: &mut String, mark: char, line: &str) {
    body.push(mark);
    body.push_str(line);
    if !line.ends_with('\n') {
        body.push_str("\n\\ No newline at end of file\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::plan;
    use crate::rule::{Finding, Fix, by_name};
    use crate::source::{SourceMap, Span};

    fn shown(text: &str, edits: &[(u32, u32, &str)]) -> String {
        let mut sources = SourceMap::default();
        let file = sources.add("src/a.rs", text);
        let edits = edits.iter().map(|(start, end, text)| Edit {
            span: Span { file, start: *start, end: *end },
            replacement: (*text).to_owned(),
        });
        let fix = Fix { title: String::new(), edits: edits.collect() };
        let finding = Finding::new(by_name("unused-suppression").unwrap(), "x").fix(Some(fix));
        let plan = plan(&[finding], &sources, |_| true);
        unified("src/a.rs", text, &plan.revisions[&file])
    }

    #[test]
    fn a_changed_line_stands_between_three_others() {
        assert_eq!(
            shown("1\n2\n3\n4\n5\n6\n7\n8\n9\n", &[(8, 9, "five")]),
            "--- a/src/a.rs\n+++ b/src/a.rs\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
        );
    }

    #[test]
    fn a_line_that_goes_and_one_that_comes() {
        assert_eq!(shown("1\n2\n3\n", &[(2, 4, "")]), "--- a/src/a.rs\n+++ b/src/a.rs\n@@ -1,3 +1,2 @@\n 1\n-2\n 3\n");
        assert_eq!(
            shown("1\n2\n", &[(3, 3, "\nnew")]),
            "--- a/src/a.rs\n+++ b/src/a.rs\n@@ -1,2 +1,3 @@\n 1\n-2\n+2\n+new\n"
        );
    }

    #[test]
    fn changes_far_apart_have_hunks_of_their_own_and_near_ones_share_one() {
        let text: String = (1..=30).map(|line| format!("{line:02}\n")).collect();
        let far = shown(&text, &[(0, 3, ""), (60, 62, "x")]);
        assert!(far.contains("@@ -1,4 +1,3 @@\n-01\n") && far.contains("@@ -18,7 +17,7 @@\n"), "{far}");
        let near = shown(&text, &[(0, 2, "x"), (18, 20, "y")]);
        assert_eq!(near.matches("@@ ").count(), 1, "{near}");
    }

    #[test]
    fn a_file_without_a_last_line_break_says_so() {
        assert_eq!(
            shown("1\n2", &[(2, 3, "x")]),
            "--- a/src/a.rs\n+++ b/src/a.rs\n@@ -1,2 +1,2 @@\n 1\n-2\n\\ No newline at end of file\n+x\n\\ No newline at end of file\n"
        );
    }
}
