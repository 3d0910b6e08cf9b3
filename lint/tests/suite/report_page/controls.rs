//! Searching, filtering and sorting, by mouse and keyboard, on large and small screens.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::{DESK, PHONE, ROWS, assert_quiet, choose, click, page_file, titles};
use crate::browser::Page;
use crate::fleet::{Reports, SERVICES};

#[test]
fn a_report_on_nothing_is_a_page_too() {
    let reports = Reports::of(&[]);
    reports.write("nothing", "{ \"version\": 1, \"services\": [] }");
    let Some(mut page) = Page::open(&page_file(&reports, &["nothing"]), DESK) else { return };
    for view in ["scopes", "findings", "services", "routes"] {
        click(&mut page, &format!("nav [data-view={view}]"));
    }
    let text = page.text("document.body.innerText");
    assert!(text.contains("No route matches.") && !text.contains("false") && !text.contains("undefined"), "{text}");
    assert_quiet(&page);
}

#[test]
fn routes_are_filtered_searched_and_sorted() {
    let reports = Reports::of(&SERVICES);
    let Some(mut page) = Page::open(&page_file(&reports, &SERVICES), DESK) else { return };
    let count = |page: &mut Page| page.eval(&format!("{ROWS}.length")).as_u64().expect("a number");
    let all = count(&mut page);
    assert_eq!(all, 73);

    page.press("/");
    page.type_text("attachments");
    assert_eq!(count(&mut page), 6);
    assert_eq!(page.text("document.querySelector('#answer strong').textContent"), "6 of 73 routes");
    click(&mut page, "#reset");
    assert_eq!(count(&mut page), all);

    choose(&mut page, "service", "unstract");
    assert_eq!(count(&mut page), 13);
    choose(&mut page, "finding", "secret-escalation");
    assert_eq!(titles(&mut page), ["POST /api/v1/unstract/{organization}/platform-api/keys/{id}/rotate"]);
    click(&mut page, "#reset");
    choose(&mut page, "scope", "case:update");
    assert_eq!(count(&mut page), 2);
    click(&mut page, "#reset");
    choose(&mut page, "at", "workspace");
    assert!(titles(&mut page).iter().all(|title| !title.contains("/api/")));
    choose(&mut page, "method", "PUT");
    assert_eq!(count(&mut page), 2);
    click(&mut page, "#reset");
    choose(&mut page, "access", "open");
    choose(&mut page, "documented", "no");
    assert!(count(&mut page) > 0);

    click(&mut page, "#reset");
    choose(&mut page, "service", "scanopy");
    let before = titles(&mut page);
    for direction in ["ascending", "descending"] {
        click(&mut page, "#matrix th.findings button");
        assert_eq!(page.text("document.querySelector('#matrix th.findings').getAttribute('aria-sort')"), direction);
    }
    let after = titles(&mut page);
    assert_ne!(after, before);
    assert_eq!(after.iter().collect::<BTreeSet<_>>(), before.iter().collect());
    click(&mut page, "#matrix th.findings button");
    let first = page.text(&format!("{ROWS}[0].querySelector('.found').textContent"));
    assert_eq!(first.trim(), "2 warnings", "the worst comes first");

    // Only the scopes that are held count, and those that can be granted at a level.
    click(&mut page, "#reset");
    click(&mut page, "input[name=kind][value=api_key]");
    choose(&mut page, "service", "tracecat");
    click(&mut page, "input[name=scopes][value=these]");
    let without = count(&mut page);
    click(&mut page, "input[name=held][value='case:create']");
    assert_eq!(count(&mut page), without + 2);
    for columns in ["tiers", "scopes", "callers"] {
        click(&mut page, &format!("input[name=columns][value={columns}]"));
        assert_eq!(count(&mut page), without + 2);
    }
    for view in ["scopes", "findings", "services", "routes"] {
        click(&mut page, &format!("nav [data-view={view}]"));
        assert_eq!(
            page.text("[...document.querySelectorAll('main > section:not([hidden])')].map((shown) => shown.id).join()"),
            format!("view-{view}")
        );
    }
    assert_quiet(&page);
}

#[test]
fn a_keyboard_is_enough() {
    let reports = Reports::of(&["scanopy"]);
    let Some(mut page) = Page::open(&page_file(&reports, &["scanopy"]), DESK) else { return };
    let focus = |page: &mut Page| {
        page.text("document.activeElement.id || document.activeElement.name || document.activeElement.className")
    };
    page.press("Tab");
    assert_eq!(focus(&mut page), "skip");
    page.press("Enter");
    assert_eq!(focus(&mut page), "main");
    // A group of choices is one stop, and arrows choose; the focus stays though the page is drawn anew.
    page.press("Tab");
    assert_eq!(focus(&mut page), "kind");
    page.press("ArrowRight");
    assert_eq!(page.text("document.activeElement.value"), "anonymous");
    assert_eq!(page.text("document.querySelector('input[name=kind]:checked').value"), "anonymous");
    page.press("/");
    assert_eq!(focus(&mut page), "search");
    page.eval("document.querySelector('button.route').focus()");
    page.press("Enter");
    assert_eq!(page.text("document.activeElement.getAttribute('aria-expanded')"), "true");
    let detail = page.text("document.getElementById(document.activeElement.getAttribute('aria-controls')).textContent");
    assert!(detail.contains("Who may call") && detail.contains("src/"), "{detail}");
    page.press(" ");
    assert_eq!(page.text("document.activeElement.getAttribute('aria-expanded')"), "false");
    page.eval("document.querySelector('#matrix thead button').focus()");
    page.press("Enter");
    assert_eq!(page.text("document.activeElement.closest('th').getAttribute('aria-sort')"), "ascending");

    let unnamed = page.eval(
        "[...document.querySelectorAll('input, select, button')].filter((control) => !control.closest('label') && !control.textContent.trim() && !control.labels?.length).length",
    );
    assert_eq!(unnamed, 0, "controls without a name");
    assert_quiet(&page);
}

#[test]
fn five_thousand_routes_are_no_trouble() {
    let reports = Reports::of(&["scanopy"]);
    let path = reports.path().join("scanopy.json");
    let mut report: Value = serde_json::from_str(&fs::read_to_string(&path).expect("a report")).expect("JSON");
    let routes = report["services"][0]["routes"].as_array().expect("routes").clone();
    let many = routes.iter().cycle().take(5_000).enumerate().map(|(index, route)| {
        let mut route = route.clone();
        route["path"] = Value::from(format!("/part{index}{}", route["path"].as_str().unwrap_or_default()));
        route
    });
    report["services"][0]["routes"] = many.collect();
    reports.write("scanopy", &report.to_string());
    let Some(mut page) = Page::open(&page_file(&reports, &["scanopy"]), DESK) else { return };
    let rows = |page: &mut Page| page.eval(&format!("{ROWS}.length")).as_u64().expect("a number");
    assert!(rows(&mut page) < 500, "rows that nobody looks at aren't made");
    assert_eq!(page.text("document.querySelector('#matrix').getAttribute('aria-rowcount')"), "5001");
    // A tenth of a second is what it takes where nothing else runs. The bound is for work that grows with the square.
    let slowest = page.eval(
        "(() => { const times = ['p', 'part', 'part4999', ''].map((q) => { const start = performance.now(); change({ q }); document.body.offsetHeight; return performance.now() - start; }); return Math.max(...times); })()",
    );
    assert!(slowest.as_f64().is_some_and(|time| time < 5_000.0), "filtering takes {slowest} ms");
    page.eval("change({ q: 'part4999/' })");
    assert_eq!(rows(&mut page), 1);
    page.eval("change({ q: '' })");
    page.eval("dispatchEvent(new Event('beforeprint'))");
    assert_eq!(rows(&mut page), 5_000, "all are printed");
    assert_quiet(&page);
}

#[test]
fn the_page_fits_a_phone() {
    let reports = Reports::of(&SERVICES);
    let Some(mut page) = Page::open(&page_file(&reports, &SERVICES), PHONE) else { return };
    for view in ["scopes", "findings", "services", "routes"] {
        click(&mut page, &format!("nav [data-view={view}]"));
        assert_eq!(page.eval("document.documentElement.scrollWidth <= innerWidth"), true, "{view}");
    }
    click(&mut page, "button.route");
    assert_eq!(page.eval("document.documentElement.scrollWidth <= innerWidth"), true);
    assert_quiet(&page);
}
