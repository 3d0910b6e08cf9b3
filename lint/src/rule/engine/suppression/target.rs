//! Which part of a file a suppression covers.

use std::ops::Range;

use super::comment::Syntax;

/// The bytes that a comment at `comment` (without its delimiter) speaks about.
///
/// At the end of a line that is the line. On a line of its own, it is everything down to the end of the next line of code, where attributes count as part
/// of the item below them.
pub(super) fn of_comment(syntax: Syntax, text: &str, comment: &Range<usize>) -> Range<usize> {
    let line_start = text[..comment.start].rfind('\n').map_or(0, |at| at + 1);
    let delimiter = match syntax {
        Syntax::Rust => "//",
        Syntax::Yaml => "#",
    };
    let before = text[line_start..comment.start].trim_end_matches(delimiter);
    if !before.trim().is_empty() {
        return line_start..comment.end;
    }
    let code = match syntax {
        Syntax::Rust => next_rust_code(text, comment.end),
        Syntax::Yaml => next_yaml_code(text, comment.end),
    };
    line_start..end_of_line(text, code)
}

/// The bytes that go when a comment goes: its whole line, or what stands behind the code. `None` if the next line may go on with it.
pub(super) fn whole_comment(syntax: Syntax, text: &str, comment: &Range<usize>) -> Option<Range<usize>> {
    let delimiter = match syntax {
        Syntax::Rust => "//",
        Syntax::Yaml => "#",
    };
    let line_start = text[..comment.start].rfind('\n').map_or(0, |at| at + 1);
    let code = text[line_start..comment.start].strip_suffix(delimiter)?;
    let line_end = end_of_line(text, comment.end);
    if !code.trim().is_empty() {
        let comment_end = line_start + text[line_start..line_end].trim_end_matches('\r').len();
        return Some(line_start + code.trim_end().len()..comment_end);
    }
    let behind = (line_end + 1).min(text.len());
    let next = text[behind..].trim_start_matches([' ', '\t']).strip_prefix(delimiter);
    // Documentation begins anew.
    let goes_on = next.is_some_and(|rest| syntax != Syntax::Rust || !rest.starts_with(['/', '!']));
    (!goes_on).then_some(line_start..behind)
}

fn end_of_line(text: &str, from: usize) -> usize {
    text[from..].find('\n').map_or(text.len(), |at| from + at)
}

/// The first byte of code behind `from` that is neither comment nor attribute.
fn next_rust_code(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        at += bytes[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if bytes[at..].starts_with(b"//") {
            at = end_of_line(text, at);
        } else if bytes[at..].starts_with(b"#[") {
            at = end_of_attribute(bytes, at);
        } else {
            return at;
        }
    }
}

/// Behind the bracket that closes the attribute at `start`. Brackets in text inside it are balanced in practice, and if
/// they aren't, the suppression covers too little and is reported as unused.
fn end_of_attribute(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in bytes.iter().enumerate().skip(start) {
        match byte {
            b'[' => depth += 1,
            b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    bytes.len()
}

fn next_yaml_code(text: &str, from: usize) -> usize {
    let mut at = from;
    for line in text[from..].split_inclusive('\n') {
        let content = line.trim();
        if !content.is_empty() && !content.starts_with('#') {
            return at;
        }
        at += line.len();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(syntax: Syntax, text: &str) -> &str {
        let comments = syntax.line_comments(text);
        let comment = comments.iter().find(|range| text[(*range).clone()].contains("HERE")).expect("a marked comment");
        &text[of_comment(syntax, text, comment)]
    }

    fn without(syntax: Syntax, text: &str) -> Option<String> {
        let comments = syntax.line_comments(text);
        let comment = comments.iter().find(|range| text[(*range).clone()].contains("HERE")).expect("a marked comment");
        let range = whole_comment(syntax, text, comment)?;
        Some(format!("{}{}", &text[..range.start], &text[range.end..]))
    }

    #[test]
    fn a_comment_goes_with_its_line_or_with_the_space_before_it() {
        assert_eq!(without(Syntax::Rust, "a();\n  // HERE\nb();\n").as_deref(), Some("a();\nb();\n"));
        assert_eq!(without(Syntax::Rust, "a(); // HERE\r\nb();\r\n").as_deref(), Some("a();\r\nb();\r\n"));
        assert_eq!(without(Syntax::Yaml, "a: 1\n# HERE\r\nb: 2").as_deref(), Some("a: 1\nb: 2"));
        assert_eq!(without(Syntax::Rust, "// HERE").as_deref(), Some(""));
        assert_eq!(without(Syntax::Rust, "// HERE\n/// Docs.\na();").as_deref(), Some("/// Docs.\na();"));
        assert_eq!(without(Syntax::Rust, "// HERE\n// and why\na();"), None);
    }

    #[test]
    fn a_comment_at_the_end_of_a_line_covers_the_line() {
        assert_eq!(covered(Syntax::Rust, "a();\nb(); // HERE\nc();"), "b(); // HERE");
        assert_eq!(covered(Syntax::Yaml, "a: 1\nb: 2 # HERE\n"), "b: 2 # HERE");
    }

    #[test]
    fn a_comment_of_its_own_reaches_through_attributes_to_the_item() {
        let text = "// HERE\n#[get(\n  \"/a[b]\"\n)]\n/// Says what it does.\n#[other]\npub fn f(\n  a: A) {}";
        assert!(covered(Syntax::Rust, text).ends_with("pub fn f("));
    }

    #[test]
    fn a_comment_at_the_end_of_the_file_covers_nothing_more() {
        assert_eq!(covered(Syntax::Rust, "a();\n// HERE"), "// HERE");
        assert_eq!(covered(Syntax::Rust, "// HERE\n#[a"), "// HERE\n#[a");
        assert_eq!(covered(Syntax::Yaml, "# HERE\n\n"), "# HERE\n\n");
    }

    #[test]
    fn a_comment_in_the_policy_covers_the_next_entry() {
        assert_eq!(covered(Syntax::Yaml, "# HERE\n# more\n\na: 1\nb: 2"), "# HERE\n# more\n\na: 1");
    }
}
