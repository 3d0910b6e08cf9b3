//! Which edits are made in one round.

use std::collections::BTreeMap;

use crate::rule::{Edit, Finding, Fix};
use crate::source::{FileId, SourceMap, Span};

/// What one round changes.
#[derive(Debug, Default)]
pub struct Plan {
    /// The files that change.
    pub revisions: BTreeMap<FileId, Revision>,
    /// How many fixes it takes in; fixes of several findings that are the same count once.
    pub fixes: usize,
    /// How many fixes have to wait for the next round because they touch the same place as others.
    pub postponed: usize,
}

/// The edits of one file, in order, none of which overlap.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Revision {
    edits: Vec<Edit>,
}

/// Takes the fixes of findings in their order. A fix that touches what another one changes is left for the next round, whole.
pub fn plan(findings: &[Finding], sources: &SourceMap, may_change: impl Fn(FileId) -> bool) -> Plan {
    let mut plan = Plan::default();
    let mut taken: Vec<&Fix> = Vec::new();
    for fix in findings.iter().filter_map(|finding| finding.fix.as_ref()) {
        if taken.contains(&fix) || !fix.edits.iter().all(|edit| may_change(edit.span.file) && fits(sources, edit.span))
        {
            continue;
        }
        let collides = fix
            .edits
            .iter()
            .any(|edit| plan.revisions.get(&edit.span.file).is_some_and(|revision| revision.collides_with(edit.span)));
        if collides {
            plan.postponed += 1;
            continue;
        }
        taken.push(fix);
        plan.fixes += 1;
        for edit in &fix.edits {
            plan.revisions.entry(edit.span.file).or_default().insert(edit.clone());
        }
    }
    plan
}

fn fits(sources: &SourceMap, span: Span) -> bool {
    span.start <= span.end && sources.text(span.file).get(span.start as usize..span.end as usize).is_some()
}

impl Revision {
    /// The edits, in the order of the file.
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// The text with every edit made, and every other byte as it was.
    pub fn apply(&self, text: &str) -> String {
        splice(text, 0, text.len(), &self.edits)
    }

    /// Edits that touch each other count as colliding: what is meant by two texts at one place isn't sure.
    fn collides_with(&self, span: Span) -> bool {
        self.edits.iter().any(|edit| edit.span.start <= span.end && span.start <= edit.span.end)
    }

    fn insert(&mut self, edit: Edit) {
        let at = self.edits.partition_point(|known| known.span < edit.span);
        self.edits.insert(at, edit);
    }
}

/// The text from `start` to `end` with those edits made that lie in it.
pub(super) fn splice(text: &str, start: usize, end: usize, edits: &[Edit]) -> String {
    let mut spliced = String::new();
    let mut at = start;
    for edit in edits.iter().filter(|edit| edit.span.start as usize >= start && edit.span.end as usize <= end) {
        spliced.push_str(text.get(at..edit.span.start as usize).unwrap_or_default());
        spliced.push_str(&edit.replacement);
        at = edit.span.end as usize;
    }
    spliced.push_str(text.get(at..end).unwrap_or_default());
    spliced
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule;

    fn finding(edits: &[(u32, u32, &str)]) -> Finding {
        let span = |start, end| Span { file: FileId(0), start, end };
        let edits =
            edits.iter().map(|(start, end, text)| Edit { span: span(*start, *end), replacement: (*text).to_owned() });
        let rule = rule::by_name("unused-suppression").expect("a rule");
        Finding::new(rule, "x").fix(Some(Fix { title: "x".to_owned(), edits: edits.collect() }))
    }

    fn planned(findings: &[Finding]) -> (String, usize, usize) {
        let mut sources = SourceMap::default();
        let file = sources.add("a.rs", "0123456789");
        let plan = plan(findings, &sources, |_| true);
        let text = plan.revisions.get(&file).map(|revision| revision.apply("0123456789")).unwrap_or_default();
        (text, plan.fixes, plan.postponed)
    }

    #[test]
    fn edits_are_made_in_the_order_of_the_file() {
        let findings = [finding(&[(8, 9, "B"), (1, 1, "a")]), finding(&[(4, 6, "")])];
        assert_eq!(planned(&findings), ("0a1236 7B9".replace(' ', ""), 2, 0));
    }

    #[test]
    fn the_same_fix_is_made_once() {
        assert_eq!(planned(&[finding(&[(1, 2, "x")]), finding(&[(1, 2, "x")])]), ("0x23456789".to_owned(), 1, 0));
    }

    #[test]
    fn of_two_that_touch_the_first_wins_and_the_other_waits_whole() {
        let findings = [finding(&[(1, 3, "x")]), finding(&[(3, 3, "y"), (8, 9, "z")])];
        assert_eq!(planned(&findings), ("0x3456789".to_owned(), 1, 1));
    }

    #[test]
    fn an_edit_that_does_not_fit_its_file_is_left_out() {
        assert_eq!(planned(&[finding(&[(8, 99, "x")])]), (String::new(), 0, 0));
    }
}
