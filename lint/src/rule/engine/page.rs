//! A rule's page: the comment at the top of its source file.

/// The headings that every page has, in this order.
pub const HEADINGS: [&str; 6] = ["What it does", "Why it matters", "Bad", "Good", "How to fix", "How to suppress"];

/// What there is to know about a rule, in Markdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// One sentence, without its final dot.
    pub summary: String,
    /// Everything below the summary.
    pub body: String,
}

impl Page {
    /// Reads the page off the inner doc comment of a source file.
    pub fn of_source(source: &str) -> Self {
        let text: Vec<&str> = source
            .lines()
            .map_while(|line| line.strip_prefix("//!"))
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect();
        let summary_lines = text.iter().take_while(|line| !line.is_empty()).count();
        let (summary, body) = text.split_at(summary_lines);
        Self { summary: summary.join(" ").trim_end_matches('.').to_owned(), body: body.join("\n").trim().to_owned() }
    }

    /// The text below a heading, up to the next one.
    pub fn section(&self, heading: &str) -> Option<String> {
        let mut in_code = false;
        let mut found: Option<Vec<&str>> = None;
        for line in self.body.lines() {
            in_code ^= line.starts_with("```");
            match (line.strip_prefix("## ").filter(|_| !in_code), &mut found) {
                (Some(_), Some(_)) => break,
                (Some(title), None) if title == heading => found = Some(Vec::new()),
                (_, Some(lines)) => lines.push(line),
                _ => {}
            }
        }
        found.map(|lines| lines.join("\n").trim().to_owned())
    }

    /// The headings of the page, in their order.
    pub fn headings(&self) -> Vec<&str> {
        let mut in_code = false;
        self.body
            .lines()
            .filter(|line| {
                in_code ^= line.starts_with("```");
                !in_code
            })
            .filter_map(|line| line.strip_prefix("## "))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_comment_is_the_page() {
        let page = Page::of_source(
            "//! A thing is\n//! wrong.\n//!\n//! ## Bad\n//!\n//! ```rs\n//! ## no heading\n//! ```\n\nuse x;\n//! no more\n",
        );
        assert_eq!(page.summary, "A thing is wrong");
        assert_eq!(page.headings(), ["Bad"]);
        assert_eq!(page.section("Bad").as_deref(), Some("```rs\n## no heading\n```"));
        assert_eq!(page.section("Good"), None);
        assert!(page.body.ends_with("```"));
    }
}
