//! What stands inside of a page: hashes that a content security policy names, and data that is never markup.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// A text as a browser sees it, whose line ends are always line feeds: hashes are made of that.
pub(super) fn line_ends(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// `'sha256-…'` of an inline script or style.
pub(super) fn hash_source(text: &str) -> String {
    format!("'sha256-{}'", base64(&Sha256::digest(text.as_bytes())))
}

/// Data for an element `script`. Without `<`, `>` and `&` nothing in it can end the element or begin another.
pub(super) fn data_block(data: &Value) -> String {
    data.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// Base64 with padding (RFC 4648).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = (group >> (18 - 6 * place)) as usize & 63;
            let digit = DIGITS.get(digit).filter(|_| place <= chunk.len());
            text.push(digit.map_or('=', |digit| char::from(*digit)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        let pairs = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy"), ("??>", "Pz8+")];
        for (plain, coded) in pairs {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn a_hash_is_the_one_that_browsers_compute() {
        // The example of the specification of content security policies.
        assert_eq!(hash_source("alert('Hello, world.');"), "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='");
    }

    #[test]
    fn data_never_ends_its_element() {
        let data = json!({ "a": "</script><!--<b>&amp;" });
        let block = data_block(&data);
        assert!(!block.contains(['<', '>', '&']), "{block}");
        assert_eq!(serde_json::from_str::<Value>(&block).expect("JSON"), data);
    }
}
