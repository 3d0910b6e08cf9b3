//! What comes from source stays text, and nothing goes in or out.

use std::fs;

use serde_json::Value;

use super::{DESK, assert_quiet, click, page_file};
use crate::browser::Page;
use crate::fleet::{Reports, SERVICES};
use crate::harness::{repository, run_in};

/// Texts that would be markup, or a template's mark, if anything took them for it.
const HOSTILE: &str = "</script><script>alert(1)</script><img src=x onerror=alert(2)>{{script}}\u{202e}&lt;";

/// Puts a hostile text into every text that comes from source.
fn spoil(value: &mut Value) {
    const WORDS: [&str; 9] =
        ["kind", "source", "effect", "certainty", "severity", "confidence", "principals", "method", "link_base"];
    match value {
        Value::String(text) => text.push_str(HOSTILE),
        Value::Array(values) => values.iter_mut().for_each(spoil),
        Value::Object(fields) => {
            fields.iter_mut().filter(|(name, _)| !WORDS.contains(&name.as_str())).for_each(|(_, value)| spoil(value));
        }
        _ => {}
    }
}

#[test]
fn hostile_names_stay_text() {
    let reports = Reports::of(&SERVICES);
    for name in SERVICES {
        let path = reports.path().join(format!("{name}.json"));
        let mut report: Value = serde_json::from_str(&fs::read_to_string(&path).expect("a report")).expect("JSON");
        spoil(&mut report["services"]);
        report["services"][0]["link_base"] = Value::from("https://code.example/\"><script>alert(3)</script>");
        reports.write(name, &report.to_string());
    }
    let file = page_file(&reports, &SERVICES);
    let text = fs::read_to_string(&file).expect("the page");
    assert_eq!(text.matches("</script").count(), 2, "one block of data and one script");
    assert!(!text.contains('\u{202e}'));
    let Some(mut page) = Page::open(&file, DESK) else { return };
    click(&mut page, "#unfold");
    click(&mut page, "input[name=kind][value=api_key]");
    click(&mut page, "input[name=scopes][value=these]");
    for view in ["scopes", "findings", "services", "routes"] {
        click(&mut page, &format!("nav [data-view={view}]"));
        page.eval("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
        assert_eq!(page.eval("document.querySelectorAll('script').length"), 2);
        assert_eq!(
            page.eval("document.querySelectorAll('img, iframe, object, link, [onerror], [style*=url]').length"),
            0
        );
        assert!(
            page.text("document.querySelector('main').innerText")
                .contains("<img src=x onerror=alert(2)>{{script}}\\u{202e}&lt;")
        );
    }
    let links = "[...document.querySelectorAll('a[href]')].filter((link) => link.id !== 'skip')";
    assert_eq!(
        page.eval(&format!(
            "{links}.length > 50 && {links}.every((link) => link.protocol === 'https:' && link.host === 'code.example')"
        )),
        true
    );
    assert_quiet(&page);
}

#[test]
fn the_page_admits_nothing_but_its_own_script_and_style() {
    let run = run_in(&repository().join("fixtures/coder/before"), &["report", "--format", "html"]);
    let page = run.stdout;
    let policy = page
        .split("Content-Security-Policy\" content=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"), "{policy}");
    assert!(!page.contains(" src=") && !page.contains("url(") && !page.contains("@import"), "nothing is loaded");
    assert!(!page.contains("innerHTML") && !page.contains("{{"), "no markup is made of texts");
}
