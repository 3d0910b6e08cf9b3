//! Making text from source harmless.

use std::borrow::Cow;

/// The text with everything that a terminal might obey, or that hides what is written, spelt out.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_unsafe) { Cow::Owned(text.chars().map(shown).collect()) } else { Cow::Borrowed(text) }
}

/// Like [`visible`], but keeps line ends, for texts of our own that span lines.
pub fn visible_lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

/// One character as it is shown.
pub(super) fn shown(character: char) -> Cow<'static, str> {
    match character {
        '\n' => Cow::Borrowed("\\n"),
        '\r' => Cow::Borrowed("\\r"),
        '\t' => Cow::Borrowed("    "),
        character if is_unsafe(character) => Cow::Owned(format!("\\u{{{:x}}}", u32::from(character))),
        character => Cow::Owned(character.to_string()),
    }
}

/// Control characters, and characters of no width that reorder, join or hide others.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_spelt_out() {
        assert_eq!(visible("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(visible("x\u{202e}y\u{200b}z\u{9b}"), "x\\u{202e}y\\u{200b}z\\u{9b}");
        assert_eq!(visible("a\nb\r\0"), "a\\nb\\r\\u{0}");
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        assert!(matches!(visible("/straße/{id} → 日本"), Cow::Borrowed(_)));
        assert_eq!(visible_lines("a\nb\u{7}"), "a\nb\\u{7}");
    }
}
