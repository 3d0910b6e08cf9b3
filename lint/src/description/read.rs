//! From the text of a description to what it says.

use std::collections::{BTreeMap, BTreeSet};

use route_role_policy::file::Problem;
use route_role_policy::file::problem::Severity;
use route_role_policy::file::tree::{self, Entry, Kind, Limits, Node};

use super::document::{Description, Operation, Security, StatedSecurity};
use super::{METHODS, Template, security, span};
use crate::source::FileId;

/// Descriptions are often generated, and carry the schemas of everything that goes over the wire.
const LIMITS: Limits =
    Limits { of: "the API description", format: "JSON or YAML", bytes: 32 << 20, nodes: 1_000_000, depth: 128 };
/// So many references may lead from one to the next.
const MAX_REFERENCES: usize = 16;

/// Reads a description in YAML or JSON, which is YAML as well. What is valid is returned beside what isn't.
pub fn read(text: &str, file: FileId, problems: &mut Vec<Problem>) -> Option<Description> {
    let root = tree::parse(text, LIMITS, problems);
    // What stands twice somewhere in a schema keeps nobody from reading the rest.
    problems.iter_mut().filter(|_| root.is_some()).for_each(|problem| problem.severity = Severity::Warning);
    let Some(root) = root else {
        if problems.is_empty() {
            problems.push(nothing());
        }
        return None;
    };
    let head = head(&root, problems)?;
    let Some(paths) = get(&root, "paths") else {
        let problem =
            Problem::error(head.key.range(), "the API description has no `paths`, so there is nothing to compare");
        problems.push(
            problem.with_help("is it a part of a description that lies in several files? Name the whole".to_owned()),
        );
        return None;
    };
    let mut reader = Reader { root: &root, file, problems, operations: Vec::new(), elsewhere: Vec::new() };
    let default = reader.stated(&root, true).unwrap_or(Security::Nothing);
    for entry in paths.entries().iter().filter(|entry| !entry.key.value.starts_with("x-")) {
        reader.path(entry, &default);
    }
    let Reader { operations, elsewhere, .. } = reader;
    Some(Description {
        head: span(file, &(head.key.start..head.value.range.end)),
        bases: bases(&root),
        schemes: schemes(&root).map(|entry| (entry.key.value.clone(), span(file, &entry.key.range()))).collect(),
        operations,
        elsewhere,
    })
}

fn nothing() -> Problem {
    Problem::error(0..0, "the API description is empty")
        .with_help("it begins with `openapi: 3.1.0`, or in JSON with `{ \"openapi\": \"3.1.0\"`".to_owned())
}

/// The entry that says which format it is, if this is one that can be read.
fn head<'n>(root: &'n Node, problems: &mut Vec<Problem>) -> Option<&'n Entry> {
    let found = root.entries().iter().find(|entry| matches!(entry.key.as_str(), "openapi" | "swagger"));
    let Some(entry) = found else {
        let at = root.range.start;
        let problem = Problem::error(at..at, "this is no API description: it has neither `openapi` nor `swagger`");
        problems.push(problem.with_help("name a description in Swagger 2, OpenAPI 3.0 or 3.1".to_owned()));
        return None;
    };
    let version = entry.value.as_text().unwrap_or_default();
    let is_known = match entry.key.as_str() {
        "swagger" => version == "2.0" || version == "2",
        _ => version == "3" || version.starts_with("3."),
    };
    if !is_known {
        let problem = Problem::error(entry.value.range.clone(), "this version of API descriptions can't be read");
        problems.push(problem.with_help("Swagger 2.0, OpenAPI 3.0 and 3.1 can".to_owned()));
    }
    is_known.then_some(entry)
}

/// The value of a key, of the mapping itself or of those that it merges in.
fn get<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let own = node.entries().iter().find(|entry| entry.key.value == key).map(|entry| &entry.value);
    own.or_else(|| {
        let merged = node.entries().iter().find(|entry| entry.key.value == "<<").map(|entry| &entry.value)?;
        let all = merged.items().iter().chain(std::iter::once(merged));
        all.flat_map(Node::entries).find(|entry| entry.key.value == key).map(|entry| &entry.value)
    })
}

fn schemes(root: &Node) -> impl Iterator<Item = &Entry> {
    let of_swagger = get(root, "securityDefinitions");
    let declared = of_swagger.or_else(|| get(get(root, "components")?, "securitySchemes"));
    declared.map(Node::entries).unwrap_or_default().iter()
}

/// What stands before the paths, as its servers say.
fn bases(root: &Node) -> Vec<String> {
    let of_swagger = get(root, "basePath").and_then(Node::as_text).map(str::to_owned);
    let servers = get(root, "servers").map(Node::items).unwrap_or_default();
    let urls = servers.iter().filter_map(|server| Some(with_defaults(get(server, "url")?.as_text()?, server)));
    let mut bases: Vec<String> = Vec::new();
    for base in of_swagger.into_iter().chain(urls.map(|url| path_of(&url).to_owned())) {
        let base = base.trim_end_matches('/').to_owned();
        if !bases.contains(&base) {
            bases.push(base);
        }
    }
    bases
}

/// The address of a server, its variables at their defaults.
fn with_defaults(url: &str, server: &Node) -> String {
    let variables = get(server, "variables").map(Node::entries).unwrap_or_default();
    variables.iter().fold(url.to_owned(), |url, variable| {
        let default = get(&variable.value, "default").and_then(Node::as_text).unwrap_or_default();
        url.replace(&format!("{{{}}}", variable.key.value), default)
    })
}

/// The path of an address.
pub fn path_of(url: &str) -> &str {
    match url.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default(),
        None if url.starts_with('/') => url,
        // `api.example.com/v1` is relative to where the description lies, which nobody knows.
        None => "",
    }
}

struct Reader<'a> {
    root: &'a Node,
    file: FileId,
    problems: &'a mut Vec<Problem>,
    operations: Vec<Operation>,
    elsewhere: Vec<Template>,
}

impl<'a> Reader<'a> {
    fn path(&mut self, entry: &'a Entry, default: &Security) {
        let path = &entry.key;
        if !path.starts_with('/') {
            let problem = Problem::error(path.range(), format!("the path `{}` doesn't begin with `/`", path.value));
            self.problems.push(problem.with_help("what isn't a path begins with `x-`".to_owned()));
            return;
        }
        let template = Template::of(path);
        let Some(item) = self.followed(&entry.value) else {
            self.elsewhere.push(template);
            return;
        };
        for method in METHODS {
            let word = method.to_lowercase();
            // An operation may stand beside a reference, which adds the others.
            let own = entry.value.entries().iter().find(|entry| entry.key.value == word);
            let Some(found) = own.or_else(|| item.entries().iter().find(|entry| entry.key.value == word)) else {
                continue;
            };
            let security = self.security(&found.value, default);
            let span = span(self.file, &found.key.range());
            let (path, template) = (path.value.clone(), template.clone());
            self.operations.push(Operation { method: method.to_owned(), path, template, security, span });
        }
    }

    /// What a reference within the file leads to; `None` if it leads out of it, or nowhere.
    fn followed(&mut self, node: &'a Node) -> Option<&'a Node> {
        let mut node = node;
        let mut seen = BTreeSet::new();
        while let Some(reference) = get(node, "$ref") {
            let target = reference.as_text().unwrap_or_default();
            let pointer = target.strip_prefix('#')?;
            let range = reference.range.clone();
            if seen.len() >= MAX_REFERENCES || !seen.insert(target.to_owned()) {
                self.problems.push(Problem::error(range, "this reference leads round in a circle"));
                return None;
            }
            let Some(found) = at(self.root, pointer) else {
                let problem = Problem::error(range, format!("nothing stands at `{target}`"));
                self.problems.push(problem.with_help("correct the reference, or declare what it refers to".to_owned()));
                return None;
            };
            node = found;
        }
        Some(node)
    }

    fn security(&mut self, operation: &'a Node, default: &Security) -> Security {
        let is_unproven = get(operation, "x-route-role").is_some_and(|said| get(said, "unproven").is_some());
        if is_unproven {
            return Security::Unproven;
        }
        self.stated(operation, false).unwrap_or_else(|| default.clone())
    }

    fn stated(&mut self, node: &Node, is_default: bool) -> Option<Security> {
        let stated = get(node, "security")?;
        let span = span(self.file, &stated.range);
        // What can't be read is a problem by itself, and no reason to believe that nothing is asked.
        let requirements = security::requirements(stated, self.problems);
        Some(requirements.map_or(Security::Unproven, |requirements| {
            Security::Stated(StatedSecurity { requirements, span, is_default })
        }))
    }
}

/// What a JSON pointer leads to.
fn at<'n>(root: &'n Node, pointer: &str) -> Option<&'n Node> {
    pointer.split('/').filter(|part| !part.is_empty()).try_fold(root, |node, part| {
        let name = decoded(part).replace("~1", "/").replace("~0", "~");
        match &node.kind {
            Kind::List(items) => items.get(name.parse::<usize>().ok()?),
            _ => get(node, &name),
        }
    })
}

/// A part of a pointer in an address has its braces as `%7B` and `%7D`.
fn decoded(part: &str) -> String {
    let known: BTreeMap<&str, &str> =
        [("%7B", "{"), ("%7b", "{"), ("%7D", "}"), ("%7d", "}"), ("%20", " "), ("%2F", "/"), ("%2f", "/")].into();
    known.iter().fold(part.to_owned(), |text, (code, character)| text.replace(code, character))
}
