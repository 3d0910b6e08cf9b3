//! Lists in messages.

use std::fmt::Display;

/// `` `a`, `b` and `c` ``.
pub fn quoted<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    joined(items.into_iter().map(|item| format!("`{item}`")))
}

/// `` `a`, `b` or `c` ``.
pub fn any_quoted<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    joined_by("or", items.into_iter().map(|item| format!("`{item}`")))
}

/// `a, b and c`.
pub fn joined<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    joined_by("and", items)
}

fn joined_by<T: Display>(word: &str, items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    match items.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

/// `1 route`, `2 routes`.
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_like_sentences() {
        assert_eq!(quoted(["a"]), "`a`");
        assert_eq!(quoted(["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(any_quoted(["a", "b"]), "`a` or `b`");
        assert_eq!(joined(Vec::<String>::new()), "");
        assert_eq!(counted(1, "route"), "1 route");
        assert_eq!(counted(0, "route"), "0 routes");
    }
}
