//! The README's table of frameworks, made from the tests: a cell that no test proves can't be claimed.
//!
//! What the linter reads is proven by the pages of router forms, which hold sources and the routes that are found in them. What
//! `#[route_role]` enforces is proven by the services that are asked the list of behaviours that all frameworks share.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

/// What the table stands between in the README.
const BEGIN: &str = "<!-- frameworks: generated -->\n";
const END: &str = "<!-- end of frameworks -->\n";

/// Where the pages of router forms are.
const PAGES: &str = "lint/tests/routers";

/// The file of a service that is asked the shared list, and what it must say to do so.
const ASKED: (&str, &str) = ("tests/behavior.rs", "route_role_tests_behavior");

/// A row of the table.
struct Framework {
    name: &'static str,
    /// Its pages of router forms, without their ending; those of axum are all that no other row has.
    pages: &'static [&'static str],
    /// The feature of `route-role`, and the test service.
    enforcement: Option<(&'static str, &'static str)>,
}

const FRAMEWORKS: &[Framework] = &[
    Framework { name: "axum, utoipa-axum, aide, axum-extra", pages: &[], enforcement: Some(("axum", "server")) },
    Framework { name: "actix-web", pages: &["actix"], enforcement: Some(("actix", "actix")) },
    Framework { name: "Rocket", pages: &["rocket"], enforcement: Some(("rocket", "rocket")) },
    Framework { name: "poem, poem-openapi", pages: &["poem"], enforcement: Some(("poem", "poem")) },
    Framework { name: "salvo", pages: &["salvo"], enforcement: None },
    Framework { name: "warp", pages: &["warp"], enforcement: None },
    Framework { name: "loco", pages: &["loco"], enforcement: None },
    Framework { name: "tide", pages: &["tide"], enforcement: None },
    Framework { name: "gotham", pages: &["gotham"], enforcement: None },
    Framework { name: "rwf", pages: &["rwf"], enforcement: None },
    Framework { name: "macros and builders of your own, by the policy", pages: &["own_routers"], enforcement: None },
];

/// What the pages of a framework prove.
#[derive(Default)]
struct Proven {
    forms: usize,
    routes: usize,
    guarded: usize,
}

/// The README with a current table.
///
/// # Errors
///
/// When the README has no place for the table, or a file of the repository can't be read.
pub fn readme(repository: &Path) -> io::Result<String> {
    let text = fs::read_to_string(repository.join("README.md"))?;
    let missing = || io::Error::other(format!("README.md has no `{}` … `{}`", BEGIN.trim(), END.trim()));
    let (before, rest) = text.split_once(BEGIN).ok_or_else(missing)?;
    let (_, after) = rest.split_once(END).ok_or_else(missing)?;
    Ok(format!("{before}{BEGIN}{}{END}{after}", table(repository)?))
}

fn table(repository: &Path) -> io::Result<String> {
    let mut text = "| framework | routes | guards | enforcement |\n|---|---|---|---|\n".to_owned();
    for framework in FRAMEWORKS {
        let pages = pages(repository, framework)?;
        let proven = proven(repository, &pages)?;
        if proven.routes == 0 {
            continue;
        }
        let link = match pages.as_slice() {
            [page] => format!("{PAGES}/{page}.md"),
            _ => PAGES.to_owned(),
        };
        let routes = format!("[{} in {} forms]({link})", proven.routes, proven.forms);
        let guards = if proven.guarded == 0 { "—".to_owned() } else { format!("on {} of them", proven.guarded) };
        let enforcement = enforcement(repository, framework)?;
        let _ = writeln!(text, "| {} | {routes} | {guards} | {enforcement} |", framework.name);
    }
    Ok(text)
}

fn pages(repository: &Path, framework: &Framework) -> io::Result<Vec<String>> {
    if !framework.pages.is_empty() {
        return Ok(framework.pages.iter().map(ToString::to_string).collect());
    }
    let taken = |name: &String| FRAMEWORKS.iter().any(|other| other.pages.contains(&name.as_str()));
    let mut names = Vec::new();
    for entry in fs::read_dir(repository.join(PAGES))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(".md").map(str::to_owned));
    }
    names.retain(|name| !taken(name));
    names.sort();
    Ok(names)
}

fn proven(repository: &Path, pages: &[String]) -> io::Result<Proven> {
    let mut proven = Proven::default();
    for page in pages {
        let path = repository.join(PAGES).join(format!("{page}.md"));
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            // A framework that isn't read yet.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for block in text.split("```routes\n").skip(1) {
            proven.forms += 1;
            let lines = block.split("```").next().unwrap_or_default().lines();
            for line in lines.filter(|line| line.contains(" -> ")) {
                proven.routes += 1;
                proven.guarded += usize::from(line.contains(" ["));
            }
        }
    }
    Ok(proven)
}

fn enforcement(repository: &Path, framework: &Framework) -> io::Result<String> {
    let Some((feature, service)) = framework.enforcement else { return Ok("—".to_owned()) };
    let (file, mark) = ASKED;
    let path = format!("tests/{service}/{file}");
    let is_asked = fs::read_to_string(repository.join(&path))?.contains(mark);
    Ok(if is_asked { format!("[feature `{feature}`]({path})") } else { "—".to_owned() })
}
