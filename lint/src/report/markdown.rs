//! Text in Markdown.

use std::fmt::Write;

use super::escape::visible;

/// Text from source: shown as it is, whatever it is. In a code element nothing is linked or mentioned.
pub(super) fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

/// Every character that means something in HTML, Markdown or the tables of either becomes a reference.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '&' | '<' | '>' | '"' | '\'' | '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '~' | '@' | '#' | '!' | '$' => {
                let _ = write!(escaped, "&#{};", u32::from(character));
            }
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_source_stays_text() {
        assert_eq!(code("</code>|*x*\n@a"), "<code>&#60;/code&#62;&#124;&#42;x&#42;&#92;n&#64;a</code>");
    }
}
