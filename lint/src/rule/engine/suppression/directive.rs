//! One suppression: what it says, where it stands, and what is wrong with it.

use std::collections::BTreeSet;
use std::ops::Range;

use super::comment::Syntax;
use super::target;
use crate::source::{FileId, MARKER, Span};

/// A comment that speaks to the linter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// Where the comment stands.
    pub span: Span,
    /// What would have to go with it, if nothing else is said in the comment.
    removal: Option<Span>,
    covered: Range<u32>,
    content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    Allow { rules: Vec<String>, reason: Option<String> },
    Unreadable,
}

/// A suppression that did nothing, or not all that it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsettled {
    /// Where it stands.
    pub span: Span,
    /// Why it did nothing.
    pub cause: UnsettledCause,
    /// The whole comment, where all of it may go.
    pub removal: Option<Span>,
}

/// Why a suppression did nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnsettledCause {
    /// It gives no reason.
    NoReason,
    /// It isn't of the form `allow(rule) -- reason`.
    Unreadable,
    /// It names a rule that doesn't exist.
    UnknownRule(String),
    /// The rule ran and found nothing here.
    Unused(String),
}

impl Directive {
    /// Whether it suppresses findings of a rule.
    pub(super) fn allows(&self, rule: &str) -> bool {
        match &self.content {
            Content::Allow { rules, reason } => reason.is_some() && rules.iter().any(|name| name == rule),
            Content::Unreadable => false,
        }
    }

    /// The reason that it gives; one that gives none suppresses nothing.
    pub(super) fn reason(&self) -> &str {
        match &self.content {
            Content::Allow { reason, .. } => reason.as_deref().unwrap_or_default(),
            Content::Unreadable => "",
        }
    }

    /// Whether it covers a place.
    pub(super) fn covers(&self, place: Span) -> bool {
        place.file == self.span.file && (self.covered.contains(&place.start) || self.covered.contains(&place.end))
    }

    /// What is left to say about it when the rules in `ran` have run. `used` tells for which rules it did something.
    pub(super) fn unsettled(
        &self,
        ran: &BTreeSet<&str>,
        known: &BTreeSet<&str>,
        used: impl Fn(&str) -> bool,
    ) -> Vec<Unsettled> {
        let because = |cause| {
            let is_all = matches!(&self.content, Content::Allow { rules, .. } if rules.len() == 1);
            let may_go = is_all && matches!(cause, UnsettledCause::Unused(_));
            Unsettled { span: self.span, removal: self.removal.filter(|_| may_go), cause }
        };
        match &self.content {
            Content::Unreadable => vec![because(UnsettledCause::Unreadable)],
            Content::Allow { reason: None, .. } => vec![because(UnsettledCause::NoReason)],
            Content::Allow { rules, .. } => rules
                .iter()
                .filter_map(|rule| {
                    if !known.contains(rule.as_str()) {
                        Some(UnsettledCause::UnknownRule(rule.clone()))
                    } else if ran.contains(rule.as_str()) && !used(rule) {
                        Some(UnsettledCause::Unused(rule.clone()))
                    } else {
                        None
                    }
                })
                .map(because)
                .collect(),
        }
    }
}

/// Every suppression of one file.
pub(super) fn of_file(file: FileId, path: &str, text: &str) -> Vec<Directive> {
    // Nearly no file has one: the search for the marker spares the rest the search for comments.
    if !text.contains(MARKER) {
        return Vec::new();
    }
    let Some(syntax) = Syntax::of_path(path) else { return Vec::new() };
    let offset = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
    syntax
        .line_comments(text)
        .into_iter()
        .filter_map(|comment| {
            let said = text[comment.clone()].trim().strip_prefix(MARKER)?;
            let covered = target::of_comment(syntax, text, &comment);
            let start = comment.start + text[comment.clone()].find(MARKER)?;
            let end = start + text[start..comment.end].trim_end().len();
            let removal = target::whole_comment(syntax, text, &comment);
            Some(Directive {
                span: Span { file, start: offset(start), end: offset(end) },
                removal: removal.map(|range| Span { file, start: offset(range.start), end: offset(range.end) }),
                covered: offset(covered.start)..offset(covered.end),
                content: parse(said),
            })
        })
        .collect()
}

/// Reads ` allow(rule-a, rule-b) -- reason`.
fn parse(said: &str) -> Content {
    let Some((list, rest)) = said
        .trim_start()
        .strip_prefix("allow")
        .and_then(|rest| rest.trim_start().strip_prefix('('))
        .and_then(|rest| rest.split_once(')'))
    else {
        return Content::Unreadable;
    };
    let rules: Vec<String> =
        list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let reason = rest.trim().strip_prefix("--").map(str::trim);
    match reason {
        _ if rules.is_empty() => Content::Unreadable,
        None if !rest.trim().is_empty() => Content::Unreadable,
        reason => Content::Allow { rules, reason: reason.filter(|reason| !reason.is_empty()).map(str::to_owned) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allow(rules: &[&str], reason: Option<&str>) -> Content {
        Content::Allow {
            rules: rules.iter().map(|rule| (*rule).to_owned()).collect(),
            reason: reason.map(str::to_owned),
        }
    }

    #[test]
    fn a_suppression_names_rules_and_a_reason() {
        assert_eq!(parse(" allow(a, b-c) -- because"), allow(&["a", "b-c"], Some("because")));
        assert_eq!(parse("allow( a )-- because"), allow(&["a"], Some("because")));
    }

    #[test]
    fn a_reason_must_say_something() {
        assert_eq!(parse(" allow(a)"), allow(&["a"], None));
        assert_eq!(parse(" allow(a) --  "), allow(&["a"], None));
    }

    #[test]
    fn another_form_is_unreadable() {
        for text in ["", " deny(a) -- x", " allow() -- x", " allow(a", " allow a -- x", " allow(a) because"] {
            assert_eq!(parse(text), Content::Unreadable, "{text}");
        }
    }

    #[test]
    fn the_place_of_a_suppression_is_its_text() {
        let text = "fn f() {}  //  route-role: allow(a) -- b  \n";
        let found = of_file(FileId(0), "a.rs", text);
        let span = found[0].span;
        assert_eq!(&text[span.start as usize..span.end as usize], "route-role: allow(a) -- b");
    }

    #[test]
    fn a_file_of_another_kind_has_none() {
        assert!(of_file(FileId(0), "a.md", "// route-role: allow(a) -- b").is_empty());
    }
}
