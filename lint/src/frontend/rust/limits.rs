//! What recursive parsers can't take.

/// Nesting and runs of prefixes beyond which the exact check is worth its time. Hand-written code stays far below.
const SUSPICIOUS: i32 = 48;

/// Whether a text may be nested so deeply that parsing it would overflow the stack.
///
/// One pass over the bytes that never says no wrongly: text and comments count as well, and comparisons count as brackets.
pub(super) fn may_be_deep(text: &str) -> bool {
    let (mut brackets, mut angles, mut prefixes) = (0_i32, 0_i32, 0_i32);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => brackets += 1,
            b')' | b']' | b'}' => brackets -= 1,
            b'<' => angles += 1,
            b'>' => angles = (angles - 1).max(0),
            b';' => angles = 0,
            _ => {}
        }
        match byte {
            b'&' | b'*' | b'!' | b'-' | b'|' | b'+' => prefixes += 1,
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => prefixes = 0,
        }
        if brackets > SUSPICIOUS || angles > SUSPICIOUS || prefixes > SUSPICIOUS {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::may_be_deep;

    #[test]
    fn deep_nesting_is_suspected_in_every_form() {
        for text in [
            "(".repeat(100),
            "a{".repeat(100),
            "Option<".repeat(100),
            "& ".repeat(100),
            "!\n".repeat(100),
            "|| ".repeat(100),
        ] {
            assert!(may_be_deep(&text), "{text:.20}");
        }
    }

    #[test]
    fn ordinary_code_is_not_suspected() {
        assert!(!may_be_deep(
            "fn f(x: Vec<Option<u8>>) -> bool { x.len() < 3 && !x.is_empty() }\n".repeat(1_000).as_str()
        ));
    }
}
