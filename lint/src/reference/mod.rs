//! The reference documentation, made from the code: rule pages, the command line, the schemas.
//!
//! `cargo run -p route-role-lint --example generate-docs` writes it; a test fails when it is stale.

pub mod frameworks;

use std::collections::BTreeMap;
use std::fmt::Write;

use clap::{Arg, Command, CommandFactory};

use crate::cli::{Cli, EXIT_STATUSES};
use crate::report::{drift, json, permissions};
use crate::rule::{self, Rule, Subject};

/// A document that has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// The policy file.
    Policy,
    /// What `check --format json` prints.
    Findings,
    /// What `routes --format json` prints.
    Routes,
    /// What `diff --format json` prints.
    Drift,
    /// What `report --format json` prints.
    Report,
}

impl Document {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Policy, "policy"),
        (Self::Findings, "findings"),
        (Self::Routes, "routes"),
        (Self::Drift, "drift"),
        (Self::Report, "report"),
    ];

    /// Its JSON Schema.
    pub fn schema(self) -> String {
        match self {
            Self::Policy => route_role_policy::schema::policy_schema().to_owned(),
            Self::Findings => json::FINDINGS_SCHEMA.to_owned(),
            Self::Routes => json::ROUTES_SCHEMA.to_owned(),
            Self::Drift => drift::json::SCHEMA.to_owned(),
            Self::Report => permissions::SCHEMA.to_owned(),
        }
    }
}

/// Every generated file: its text by its path under `docs/`.
pub fn files() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for rule in rule::ALL {
        files.insert(format!("rules/{}.md", rule.name), rule_page(rule));
    }
    files.insert("rules/README.md".to_owned(), rule_table());
    files.insert("cli.md".to_owned(), command_line());
    for (document, name) in Document::ALL {
        files.insert(format!("schema/{name}.schema.json"), document.schema());
    }
    files
}

/// The page of one rule.
pub fn rule_page(rule: &Rule) -> String {
    let page = rule.page();
    let needs = if rule.needs_policy { "yes" } else { "no" };
    format!(
        "# {}\n\n{}.\n\nDefault severity: {}. Needs a policy: {needs}. Since: {}.\n\n{}\n",
        rule.name,
        page.summary,
        rule.severity.keyword(),
        rule.since,
        page.body
    )
}

fn rule_table() -> String {
    let mut text = "# Rules\n\n\
        `route-role explain RULE` prints the page of a rule. The policy sets how loud a rule is: `rules: { missing-scope: deny, sibling-mismatch: off }`, with \
        `off`, `note`, `warn` and `deny`.\n\n\
        A finding is suppressed where it stands, with a reason: `// route-role: allow(rule-name) -- the reason`, above the handler or its registration, or at the end of a line that it points to; \
        in the policy with `#` instead of `//`.\n"
        .to_owned();
    let sections = [
        (Subject::Routes, "About routes", "Findings of these rules make `route-role check` end with status 1."),
        (
            Subject::Coverage,
            "About what could not be seen",
            "Findings of these rules make it end with status 4, unless `--allow-incomplete` is given; with `--strict` they count like those about routes.",
        ),
        (
            Subject::Configuration,
            "About the policy and suppressions",
            "Errors in the policy make it end with status 2.",
        ),
    ];
    for (subject, title, remark) in sections {
        let _ = write!(
            text,
            "\n## {title}\n\n{remark}\n\n| rule | says | severity | without a policy |\n|---|---|---|---|\n"
        );
        for rule in rule::ALL.iter().filter(|rule| rule.subject == subject) {
            let runs = if rule.needs_policy { "–" } else { "runs" };
            let _ = writeln!(
                text,
                "| [{name}]({name}.md) | {} | {} | {runs} |",
                rule.page().summary,
                rule.severity.keyword(),
                name = rule.name
            );
        }
    }
    text
}

fn command_line() -> String {
    let mut root = Cli::command();
    root.build();
    let mut text = format!("# Command line\n\n{}\n", about(&root));
    for command in root.get_subcommands().filter(|command| command.get_name() != "help") {
        describe(&mut text, command);
    }
    let _ = write!(text, "\n## Exit status\n\n| status | means |\n|---|---|\n");
    for line in EXIT_STATUSES.lines().skip(1) {
        if let Some((status, meaning)) = line.trim().split_once("  ") {
            let _ = writeln!(text, "| {status} | {} |", meaning.trim());
        }
    }
    text.push_str(
        "\nAn error of the policy comes before everything else, then finding no routes, then a stale lock, then findings, then incomplete coverage. `--exit-zero` turns 1, 4 and 5 into 0. \
         Findings and lists go to the standard output, everything about the run to the standard error.\n",
    );
    text
}

fn about(command: &Command) -> String {
    let text = command.get_long_about().or_else(|| command.get_about()).map(ToString::to_string).unwrap_or_default();
    if text.ends_with('.') { text } else { text + "." }
}

fn describe(text: &mut String, command: &Command) {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage);
    let _ = write!(
        text,
        "\n## `route-role {}`\n\n{}\n\n    {usage}\n\n| | |\n|---|---|\n",
        command.get_name(),
        about(command)
    );
    for argument in command.get_arguments().filter(|argument| !argument.is_hide_set() && argument.get_id() != "help") {
        let _ = writeln!(text, "| {} | {} |", spelling(argument), meaning(argument));
    }
}

fn spelling(argument: &Arg) -> String {
    let value = argument
        .get_value_names()
        .filter(|_| argument.get_action().takes_values())
        .and_then(|names| names.first())
        .map(|name| name.to_string());
    let Some(long) = argument.get_long() else { return format!("`{}`", value.unwrap_or_default()) };
    let short = argument.get_short().map(|short| format!("`-{short}`, ")).unwrap_or_default();
    let value = value.map(|value| format!(" {value}")).unwrap_or_default();
    format!("{short}`--{long}{value}`")
}

fn meaning(argument: &Arg) -> String {
    let help = argument.get_long_help().or_else(|| argument.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut text = help.replace('\n', " ").replace('|', "\\|");
    if !text.ends_with(['.', ']']) {
        text.push('.');
    }
    let values: Vec<String> = argument
        .get_possible_values()
        .iter()
        .filter(|_| argument.get_action().takes_values())
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    if !values.is_empty() {
        let _ = write!(text, " One of {}.", values.join(", "));
    }
    let defaults: Vec<_> = argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if argument.get_action().takes_values() && !defaults.is_empty() {
        let _ = write!(text, " Default: `{}`.", defaults.join(" "));
    }
    text
}
