//! The byte search that decides which files are worth parsing.

use aho_corasick::AhoCorasick;

/// Texts of which a file has to contain at least one to matter.
#[derive(Debug, Clone)]
pub struct Needles {
    /// `None` if the search can't be built: then every file matters.
    automaton: Option<AhoCorasick>,
}

impl Needles {
    /// Prepares the search for any of these texts. Empty texts are left out.
    pub fn new(needles: impl IntoIterator<Item = String>) -> Self {
        let needles: Vec<String> = needles.into_iter().filter(|needle| !needle.is_empty()).collect();
        Self { automaton: AhoCorasick::new(needles).ok() }
    }

    /// Whether the text contains one of them.
    pub fn matches(&self, text: &str) -> bool {
        self.automaton.as_ref().is_none_or(|automaton| automaton.is_match(text))
    }
}

#[cfg(test)]
mod tests {
    use super::Needles;

    fn needles(texts: &[&str]) -> Needles {
        Needles::new(texts.iter().map(|text| (*text).to_owned()))
    }

    #[test]
    fn any_of_the_texts_is_enough() {
        let needles = needles(&["Router", "#[route_role"]);
        assert!(needles.matches("let app = Router::new();"));
        assert!(needles.matches("#[route_role(User)]"));
        assert!(!needles.matches("fn router() {}"));
    }

    #[test]
    fn nothing_to_search_for_is_never_found() {
        assert!(!needles(&[]).matches("anything"));
        assert!(!needles(&[""]).matches("anything"));
    }
}
