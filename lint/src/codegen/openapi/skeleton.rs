//! The inventory as an API description: paths, methods, parameters, and `security` where it is proven.

use std::collections::{BTreeMap, BTreeSet};

use route_role_policy::Policy;

use super::EXTENSION;
use super::names::{distinct, word};
use super::operation::security_of;
use super::path::{Parameter, described};
use super::security::Security;
use crate::codegen::json::Json;
use crate::description::{METHODS, Template};
use crate::report::Lines;
use crate::resolve::{Documentation, HandlerKind, SecurityRequirement};
use crate::rule::RouteView;
use crate::rule::engine::documented::{Notation, drift};
use crate::surface::Surface;

/// The methods that stand for a route that answers all of them; frameworks see to the others.
const ANY: [&str; 5] = ["GET", "PUT", "POST", "DELETE", "PATCH"];

/// Every route in an OpenAPI 3.1 description. What isn't proven is said to be unproven, and what a description has no words for is listed.
pub fn skeleton(surface: &Surface, policy: &Policy, lines: &Lines<'_>, title: &str) -> String {
    let mut items: BTreeMap<Template, BTreeMap<&str, Vec<RouteView<'_>>>> = BTreeMap::new();
    let mut left_out = Vec::new();
    let rows = surface.inventory.routes.iter().zip(&surface.rows).enumerate();
    let views = rows.map(|(index, (route, row))| RouteView { index, route, row });
    // A route for any method gives way to those for one.
    let (any, own): (Vec<_>, Vec<_>) =
        views.filter(|view| !view.row.is_repeated).partition(|view| view.route.method == "ANY");
    for view in own.into_iter().chain(any) {
        match why_not(&view) {
            Some(reason) => left_out.push((view.title(), reason)),
            None => {
                let item = items.entry(Template::of(&view.route.path).described()).or_default();
                let is_any = view.route.method == "ANY";
                let methods = METHODS.into_iter().filter(|method| match is_any {
                    true => ANY.contains(method) && item.get(method).is_none_or(|all| all.iter().all(is_for_any)),
                    false => *method == view.route.method,
                });
                for method in methods.collect::<Vec<_>>() {
                    item.entry(method).or_default().push(view);
                }
            }
        }
    }
    let candidates: Vec<Vec<String>> = items
        .iter()
        .flat_map(|(template, item)| item.iter().map(move |(method, views)| candidates(template, method, views)))
        .collect();
    let mut ids = distinct(&candidates).into_iter();
    let mut schemes = BTreeSet::new();
    let mut paths = BTreeMap::new();
    for item in items.values() {
        let Some(first) = item.values().flatten().next() else { continue };
        let path = described(&first.route.path);
        let mut entries: Vec<(String, Json)> = Vec::new();
        if !path.parameters.is_empty() {
            entries.push(("parameters".to_owned(), Json::List(path.parameters.iter().map(parameter).collect())));
        }
        for (method, views) in item {
            let id = ids.next().unwrap_or_default();
            entries.push((method.to_lowercase(), operation(surface, policy, lines, views, id, &mut schemes)));
        }
        paths.insert(path.text, Json::Object(entries));
    }
    left_out.sort();
    document(title, policy, paths, &schemes, &left_out)
}

fn is_for_any(view: &RouteView<'_>) -> bool {
    view.route.method == "ANY"
}

/// Why a route is no operation.
fn why_not(view: &RouteView<'_>) -> Option<&'static str> {
    if view.route.handler.kind == HandlerKind::Fallback {
        Some("it answers what no route answers")
    } else if view.route.method != "ANY" && !METHODS.contains(&view.route.method.as_str()) {
        Some("a description has no such method")
    } else {
        None
    }
}

/// What an operation could be called: as its documentation says, after its handler, after that and its module, and with its method.
fn candidates(template: &Template, method: &str, views: &[RouteView<'_>]) -> Vec<String> {
    let by_path = word(&format!("{} {template}", method.to_lowercase()));
    let Some(view) = views.first() else { return vec![by_path] };
    let documented = match &view.route.documentation {
        Documentation::Documented(operation) => operation.id.as_deref().map(word),
        _ => None,
    };
    let mut parts = view.handler().name.rsplit("::");
    let function = match view.handler().kind {
        HandlerKind::Function => parts.next().map(word),
        _ => None,
    };
    let module = parts.next().filter(|module| *module != "crate" && function.is_some()).map(word);
    let in_module = function.as_ref().zip(module).map(|(function, module)| format!("{module}_{function}"));
    let full = in_module.as_ref().or(function.as_ref());
    let with_method = full.map(|name| format!("{name}_{}", method.to_lowercase()));
    let all = [documented, function, in_module.clone(), with_method, Some(by_path)];
    all.into_iter().flatten().filter(|name| !name.is_empty()).collect()
}

fn parameter(parameter: &Parameter) -> Json {
    let mut json = Json::object([
        ("name", Json::text(&parameter.name)),
        ("in", Json::text("path")),
        ("required", Json::Plain(true.into())),
        ("schema", Json::object([("type", Json::text("string"))])),
    ]);
    json.set("description", parameter.remark.map(Json::text));
    json
}

fn operation(
    surface: &Surface,
    policy: &Policy,
    lines: &Lines<'_>,
    views: &[RouteView<'_>],
    id: String,
    schemes: &mut BTreeSet<String>,
) -> Json {
    let mut json = Json::object([("operationId", Json::text(id))]);
    let mut origins: Vec<Json> = views.iter().map(|view| origin(surface, lines, view)).collect();
    let mut said = if origins.is_empty() { Json::Object(Vec::new()) } else { origins.remove(0) };
    said.set("others", (!origins.is_empty()).then_some(Json::List(origins)));
    match common(policy, views) {
        Ok(security) => {
            let names = security.all().flat_map(|one| one.schemes.iter().map(|(name, _)| name.clone()));
            schemes.extend(names);
            json.set("security", Some(security.requirements()));
            json.set("x-required-scopes", security.required_scopes());
        }
        Err(reason) => said.set("unproven", Some(Json::text(reason))),
    }
    json.set(EXTENSION, Some(said));
    json
}

fn origin(surface: &Surface, lines: &Lines<'_>, view: &RouteView<'_>) -> Json {
    let handler = view.handler();
    let place = format!("{}:{}", lines.sources().path(handler.span.file), lines.position(handler.span).line);
    let mut json = Json::object([("handler", Json::text(&handler.name)), ("place", Json::text(place))]);
    let program = surface.inventory.programs.get(view.route.program).filter(|_| surface.inventory.programs.len() > 1);
    json.set("program", program.map(|program| Json::text(&program.name)));
    json.set("any-method", is_for_any(view).then_some(Json::Plain(true.into())));
    json
}

/// What all routes of an operation ask of their callers.
fn common(policy: &Policy, views: &[RouteView<'_>]) -> Result<Security, String> {
    let mut all = views.iter().map(|view| proven(policy, view));
    let first = all.next().unwrap_or_else(|| Err("no route answers it".to_owned()))?;
    for other in all {
        if other? != first {
            return Err("several routes answer it, and their guards differ".to_owned());
        }
    }
    Ok(first)
}

/// What a route asks of its callers, if schemes can say exactly that.
fn proven(policy: &Policy, view: &RouteView<'_>) -> Result<Security, String> {
    let security = security_of(view.route, view.row, policy)?;
    let requirements: Vec<SecurityRequirement> = security.all().cloned().collect();
    match drift(policy, view, Some(&requirements), Notation::Document) {
        Some(_) => Err("the schemes of the policy can't say exactly whom its guards accept".to_owned()),
        None => Ok(security),
    }
}

fn document(
    title: &str,
    policy: &Policy,
    paths: BTreeMap<String, Json>,
    schemes: &BTreeSet<String>,
    left_out: &[(String, &'static str)],
) -> String {
    let listed = left_out
        .iter()
        .map(|(route, reason)| Json::object([("route", Json::text(route)), ("reason", Json::text(*reason))]));
    let schemes = schemes.iter().map(|name| (name.clone(), scheme(policy, name))).collect();
    Json::object([
        ("openapi", Json::text("3.1.0")),
        ("info", Json::object([("title", Json::text(title)), ("version", Json::text("0.0.0"))])),
        (
            EXTENSION,
            Json::object([
                ("generated", Json::text("Written by `route-role routes --format openapi`: what the code serves. `unproven` says why an operation has no `security`.")),
                ("left-out", Json::List(listed.collect())),
            ]),
        ),
        ("paths", Json::Object(paths.into_iter().collect())),
        ("components", Json::object([("securitySchemes", Json::Object(schemes))])),
    ])
    .document()
}

/// What kind of scheme it is, neither the policy nor the code says.
fn scheme(policy: &Policy, name: &str) -> Json {
    let accepted = policy.security.get(name).map(|scheme| scheme.accepts.iter());
    let accepted = accepted.into_iter().flatten().map(|kind| kind.value.as_str());
    Json::object([
        ("type", Json::text("http")),
        ("scheme", Json::text("bearer")),
        ("description", Json::text("The type stands in for the real one, which the policy doesn't say.")),
        (EXTENSION, Json::object([("accepts", Json::texts(accepted))])),
    ])
}
