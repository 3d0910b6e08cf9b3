//! What the page says of callers is what `decide` says.

use std::collections::BTreeSet;
use std::fs;

use route_role_lint::report::permissions::Fleet;
use route_role_lint::report::permissions::service::{RouteReport, ServiceReport};
use route_role_policy::{Decision, Principal, PrincipalKind, Refusal, Tier, decide};
use serde_json::{Value, json};

use super::{DESK, assert_quiet, choose, click, page_file, titles};
use crate::browser::Page;
use crate::fleet::Reports;

fn fleet(reports: &Reports, name: &str) -> Fleet {
    let text = fs::read_to_string(reports.path().join(format!("{name}.json"))).expect("a report");
    Fleet::read(&text).expect("a valid report")
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
