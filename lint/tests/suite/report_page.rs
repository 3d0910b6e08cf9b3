//! `route-role report --format html`, in a real browser.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use route_role_lint::report::permissions::Fleet;
use route_role_lint::report::permissions::service::{RouteReport, ServiceReport};
use route_role_policy::{Decision, Principal, PrincipalKind, Refusal, Tier, decide};
use serde_json::{Value, json};

use crate::browser::Page;
use crate::fleet::{Reports, SERVICES};
use crate::harness::command;

const DESK: (u32, u32) = (1280, 800);
const PHONE: (u32, u32) = (390, 844);
/// The rows of the table that are there.
const ROWS: &str = "[...document.querySelectorAll('#matrix tr.row')]";

/// The page over these reports.
fn page_file(reports: &Reports, names: &[&str]) -> PathBuf {
    let run = reports.merge(names, "html");
    assert_eq!(run.status, 0, "{}", run.stderr);
    let path = reports.path().join("report.html");
    fs::write(&path, run.stdout).expect("a file can be written");
    path
}

fn fleet(reports: &Reports, name: &str) -> Fleet {
    let text = fs::read_to_string(reports.path().join(format!("{name}.json"))).expect("a report");
    Fleet::read(&text).expect("a valid report")
}

fn assert_quiet(page: &Page) {
    assert_eq!(page.noise, [] as [String; 0], "errors, messages or requests of the page");
}

fn click(page: &mut Page, selector: &str) {
    page.eval(&format!("document.querySelector({}).click()", json!(selector)));
}

fn choose(page: &mut Page, name: &str, value: &str) {
    let (name, value) = (json!(format!("select[name={name}]")), json!(value));
    page.eval(&format!(
        "(() => {{ const control = document.querySelector({name}); control.value = {value}; control.dispatchEvent(new Event('change')); }})()"
    ));
}

fn titles(page: &mut Page) -> Vec<String> {
    let list = page.eval(&format!(
        "{ROWS}.map((row) => row.querySelector('.method').textContent + ' ' + row.querySelector('.path').textContent)"
    ));
    list.as_array().expect("a list").iter().map(|title| title.as_str().expect("text").to_owned()).collect()
}

fn tiers(service: &ServiceReport) -> Vec<Tier> {
    let ladders = service.ladders.iter();
    let tier = |name: &String, rank, tier: &String| Tier::new(name.clone(), rank, tier.clone());
    ladders.flat_map(|ladder| (0..).zip(&ladder.tiers).map(|(rank, name)| tier(&ladder.name, rank, name))).collect()
}

/// The same names as sets of none, each, and all of them.
fn subsets(names: &BTreeSet<String>) -> Vec<BTreeSet<String>> {
    let single = names.iter().map(|name| [name.clone()].into());
    [BTreeSet::new(), names.clone()].into_iter().chain(single).collect()
}

/// Callers of every kind, with nothing, some and all of what routes ask for.
fn principals(service: &ServiceReport) -> Vec<Principal> {
    let ways = || service.routes.iter().flat_map(|route| &route.access.alternatives);
    let scopes: BTreeSet<String> = ways().flat_map(|way| way.scopes.iter().flatten().cloned()).collect();
    let levels: BTreeSet<String> = ways().flat_map(|way| way.levels.iter().cloned()).collect();
    let features: BTreeSet<String> = service.features.iter().cloned().collect();
    let mut ladders: Vec<BTreeSet<Tier>> = vec![BTreeSet::new()];
    ladders.extend(tiers(service).into_iter().map(|tier| [tier].into()));
    let mut all = Vec::new();
    for kind in service.principals.iter().map(String::as_str).chain(["stranger"]) {
        for tiers in &ladders {
            for scopes in subsets(&scopes) {
                for levels in subsets(&levels) {
                    for features in [BTreeSet::new(), features.clone()] {
                        all.push(Principal {
                            kind: PrincipalKind::new(kind),
                            scopes: scopes.iter().map(|name| name.as_str().into()).collect(),
                            tiers: tiers.clone(),
                            levels: levels.iter().map(|name| name.as_str().into()).collect(),
                            features: features.iter().map(|name| name.as_str().into()).collect(),
                            tenant: None,
                        });
                    }
                }
            }
        }
    }
    all
}

fn as_json(principal: &Principal) -> Value {
    let names = |set: Vec<&str>| Value::from(set);
    json!({
        "kind": principal.kind.as_str(),
        "scopes": names(principal.scopes.iter().map(|scope| scope.as_str()).collect()),
        "levels": names(principal.levels.iter().map(|level| level.as_str()).collect()),
        "features": names(principal.features.iter().map(|feature| feature.as_str()).collect()),
        "tiers": principal.tiers.iter().map(|tier| json!({ "ladder": tier.ladder(), "name": tier.name() })).collect::<Vec<_>>(),
    })
}

/// The answer in the script's words.
fn answer(decision: &Decision) -> String {
    match decision {
        Decision::Allow { alternative } => alternative.to_string(),
        Decision::Deny(refusal) => match refusal {
            Refusal::Closed => "closed",
            Refusal::Unauthenticated => "unauthenticated",
            Refusal::WrongPrincipal(_) => "wrong_principal",
            Refusal::WrongLevel(_) => "wrong_level",
            Refusal::MissingFeature(_) => "missing_feature",
            Refusal::TierTooLow(_) => "tier_too_low",
            Refusal::MissingScope(_) => "missing_scope",
        }
        .to_owned(),
    }
}

#[test]
fn the_page_decides_like_the_guard() {
    let reports = Reports::of(&["agentex", "coder", "scanopy", "tracecat", "unstract"]);
    let names = ["agentex", "coder", "scanopy", "tracecat", "unstract"];
    let Some(mut page) = Page::open(&page_file(&reports, &names), DESK) else { return };
    let (mut allowed, mut denied) = (0, 0);
    for (index, name) in names.iter().enumerate() {
        let fleet = fleet(&reports, name);
        let [service] = fleet.services() else { panic!("one service") };
        let callers = principals(service);
        let expected: Vec<Vec<String>> = callers
            .iter()
            .map(|caller| {
                let accesses = service.routes.iter().map(|route| route.access.access(&service.ladders));
                accesses.map(|access| answer(&decide(&access, caller))).collect()
            })
            .collect();
        let given = page.eval(&format!(
            "(() => {{
                const service = services[{index}];
                const sets = (caller) => ({{ ...caller, scopes: new Set(caller.scopes), levels: new Set(caller.levels), features: new Set(caller.features) }});
                const said = (answer) => (answer.allowed ? String(answer.way) : answer.why);
                return {}.map(sets).map((caller) => service.routes.map((route) => said(decide(service.accesses[route.access], caller, service.ladders))));
            }})()",
            Value::Array(callers.iter().map(as_json).collect())
        ));
        assert_eq!(given, json!(expected), "{name}");
        let answers = || expected.iter().flatten();
        allowed += answers().filter(|answer| answer.parse::<usize>().is_ok()).count();
        denied += answers().filter(|answer| answer.parse::<usize>().is_err()).count();
    }
    assert!(allowed > 1_000 && denied > 1_000, "{allowed} and {denied}");
    assert_quiet(&page);
}

#[test]
fn the_page_shows_what_the_other_formats_show() {
    let reports = Reports::of(&["scanopy"]);
    let path = reports.path().join("scanopy.json");
    let mut report: Value = serde_json::from_str(&fs::read_to_string(&path).expect("a report")).expect("JSON");
    for (index, route) in report["services"][0]["routes"].as_array_mut().expect("routes").iter_mut().enumerate() {
        route["access"]["certainty"] = Value::from(["unknown", "proven", "proven", "at_most"][index % 4]);
    }
    reports.write("scanopy", &report.to_string());
    let csv = reports.merge(&["scanopy"], "csv").stdout;
    let Some(mut page) = Page::open(&page_file(&reports, &["scanopy"]), DESK) else { return };
    let given = page.eval(
        "routes.map((route) => kinds.map((kind) => ({ open: 'yes' })[needs(route, kind, route.service.ladders).status] ?? needs(route, kind, route.service.ladders).status))",
    );
    let word = |cell: &str| match cell {
        "yes" | "no" | "unknown" => cell.to_owned(),
        cell if cell == "perhaps" || cell.starts_with("at least ") => "perhaps".to_owned(),
        _ => "needs".to_owned(),
    };
    // The cells of this fixture hold commas between quotes only.
    let unquoted = |line: &str| {
        let parts = line.split('"').enumerate();
        parts
            .map(|(index, part)| if index % 2 == 1 { part.replace(',', ";") } else { part.to_owned() })
            .collect::<String>()
    };
    let rows = csv.lines().skip(1).map(unquoted);
    let expected: Vec<Vec<String>> = rows.map(|row| row.split(',').skip(4).take(4).map(word).collect()).collect();
    assert_eq!(given, json!(expected));
    let seen: BTreeSet<&String> = expected.iter().flatten().collect();
    assert_eq!(
        seen,
        [&"needs".to_owned(), &"no".to_owned(), &"perhaps".to_owned(), &"unknown".to_owned(), &"yes".to_owned()].into()
    );
    // What isn't known is said, and never counted as reached.
    click(&mut page, "input[name=kind][value=api_key]");
    let answer = page.text("document.querySelector('#answer p').textContent");
    assert!(answer.contains("more if guards that aren’t known let it, 8 can’t be told"), "{answer}");
    assert_quiet(&page);
}

#[test]
fn a_key_with_all_that_it_can_be_granted_reaches_what_decide_says() {
    let reports = Reports::of(&["tracecat"]);
    let Some(mut page) = Page::open(&page_file(&reports, &["tracecat"]), DESK) else { return };
    let fleet = fleet(&reports, "tracecat");
    let service = &fleet.services()[0];
    // Keys of an organization may hold scopes of workspaces, but act at the organization.
    for level in ["", "workspace", "organization"] {
        click(&mut page, "#reset");
        click(&mut page, "input[name=kind][value=api_key]");
        click(&mut page, "input[name=scopes][value=grantable]");
        choose(&mut page, "level", level);
        let entries =
            service.assignable.iter().filter(|entry| level.is_empty() || entry.level.as_deref() == Some(level));
        let keys: Vec<Principal> = entries
            .map(|entry| {
                let mut key = Principal::new(PrincipalKind::API_KEY);
                key.tiers.extend(tiers(service));
                key.levels.extend(entry.level.as_deref().map(Into::into));
                key.scopes.extend(entry.asked.iter().map(|scope| scope.as_str().into()));
                key
            })
            .collect();
        let lets_in = |route: &&RouteReport| {
            let access = route.access.access(&service.ladders);
            keys.iter().any(|key| decide(&access, key).is_allowed())
        };
        let expected: Vec<String> = service.routes.iter().filter(lets_in).map(RouteReport::title).collect();
        assert!(!expected.is_empty() && expected.len() < service.routes.len());
        assert_eq!(titles(&mut page), expected, "at {level:?}");
    }
    assert_quiet(&page);
}

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

/// Which routes a caller reaches that holds everything but for its tier, by `decide`.
fn reached_by(service: &ServiceReport, kind: PrincipalKind, tier: &str) -> Vec<String> {
    let holds_all = principals(service).into_iter().filter(|caller| caller.kind == kind);
    let all = holds_all.max_by_key(|caller| (caller.scopes.len(), caller.levels.len(), caller.features.len()));
    let tier = tiers(service).into_iter().find(|known| known.name() == tier).expect("a tier");
    let caller = Principal { tiers: [tier].into(), ..all.expect("a caller") };
    let reached =
        service.routes.iter().filter(|route| decide(&route.access.access(&service.ladders), &caller).is_allowed());
    reached.map(RouteReport::title).collect()
}

#[test]
fn two_clicks_tell_what_a_member_level_key_can_do() {
    let reports = Reports::of(&["scanopy"]);
    let Some(mut page) = Page::open(&page_file(&reports, &["scanopy"]), DESK) else { return };
    assert_eq!(titles(&mut page).len(), 30);
    click(&mut page, "input[name=kind][value=api_key]");
    click(&mut page, "input[name='tier-'][value=member]");
    let fleet = fleet(&reports, "scanopy");
    let expected = reached_by(&fleet.services()[0], PrincipalKind::API_KEY, "member");
    assert!(expected.len() > 10 && expected.len() < 30);
    assert_eq!(titles(&mut page), expected);
    let answer = page.text("document.querySelector('#answer p').textContent");
    assert_eq!(answer, format!("A member-level API key reaches {} of 30 routes.", expected.len()));
    assert_eq!(page.text("document.querySelector('#answer').getAttribute('aria-live')"), "polite");
    // Whoever gets the address sees the same.
    let address = page.text("location.href");
    page.call("Page.navigate", json!({ "url": "about:blank" }));
    page.call("Page.navigate", json!({ "url": address }));
    page.wait_until("document.readyState === 'complete'");
    assert_eq!(titles(&mut page), expected);
    click(&mut page, "input[name=show][value=refused]");
    assert_eq!(titles(&mut page).len(), 30 - expected.len());
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

#[test]
fn the_page_admits_nothing_but_its_own_script_and_style() {
    let run = command()
        .args(["report", "--format", "html"])
        .current_dir(crate::harness::repository().join("fixtures/coder/before"))
        .output();
    let page = String::from_utf8(run.expect("a run").stdout).expect("UTF-8");
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
