//! From a surface and its findings to the report of a service.

use std::collections::{BTreeMap, BTreeSet};

use route_role_policy::{Denial, Policy, PrincipalKind, Principals, Tier};

use super::access::{AccessReport, LadderReport};
use super::service::{
    AssignableReport, ConditionReport, ConfidenceReport, DenialKind, DenialOrigin, DenialReport, FindingReport,
    GuardEffect, GuardKind, GuardReport, HandlerReport, LevelReport, Place, Remark, RouteReport, ServiceReport,
    SeverityReport,
};
use crate::report::{Coverage, Lines, access};
use crate::resolve::{self, Documentation, Operation, Route};
use crate::rule::engine::family::family_names;
use crate::rule::{Confidence, Context, Finding, Outcome, Severity};
use crate::source::Span;
use crate::surface::{DenialSource, GuardMeaning, MappedGuard, RouteSurface, Surface};

/// What a report calls a service, and where its sources can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its name.
    pub name: String,
    /// What paths of files are appended to for a link.
    pub link_base: Option<String>,
}

/// The report of a service that was read and checked.
pub fn build(identity: Identity, context: &Context<'_>, outcome: &Outcome) -> ServiceReport {
    let surface = context.surface;
    let policy = context.policy.map(|stated| stated.policy);
    let lines = Lines::new(context.sources);
    let mut findings = findings_by_route(outcome, &lines);
    let families = family_names(context.routes());
    let rows = surface.inventory.routes.iter().zip(&surface.rows).zip(families).enumerate();
    let routes = rows.map(|(index, ((route, row), family))| RouteReport {
        program: surface.inventory.programs.get(route.program).map_or_else(String::new, |known| known.name.clone()),
        family,
        findings: findings.remove(&Some(index)).unwrap_or_default(),
        ..route_report(route, row, &lines)
    });
    ServiceReport {
        name: identity.name,
        link_base: identity.link_base,
        programs: surface.inventory.programs.iter().map(|program| program.name.clone()).collect(),
        levels: policy.map(levels).unwrap_or_default(),
        ladders: LadderReport::of_tiers(tiers(surface, policy)),
        principals: kinds(surface, policy).iter().map(ToString::to_string).collect(),
        features: features(surface, policy),
        scopes: policy.map_or_else(Vec::new, |policy| policy.scopes.iter().map(|scope| scope.to_string()).collect()),
        assignable: policy.map_or_else(Vec::new, |policy| assignable(policy, surface)),
        routes: routes.collect(),
        findings: findings.remove(&None).unwrap_or_default(),
        coverage: Coverage::of(surface),
    }
}

fn levels(policy: &Policy) -> Vec<LevelReport> {
    let levels = policy.levels.iter().map(|(level, definition)| LevelReport {
        name: level.to_string(),
        tenant: definition.tenant.as_ref().map(|tenant| tenant.value.clone()),
    });
    levels.collect()
}

fn tiers(surface: &Surface, policy: Option<&Policy>) -> BTreeSet<Tier> {
    let of_policy = policy.iter().flat_map(|policy| &policy.ladders).flat_map(|ladder| &ladder.tiers);
    let of_routes = surface.rows.iter().flat_map(|row| row.access.alternatives.iter()).flat_map(|way| way.tiers.iter());
    of_policy.map(|tier| &tier.value).chain(of_routes).cloned().collect()
}

/// Callers without credentials, users and keys first, then all others by name.
fn kinds(surface: &Surface, policy: Option<&Policy>) -> Vec<PrincipalKind> {
    let first = [PrincipalKind::ANONYMOUS, PrincipalKind::USER, PrincipalKind::API_KEY];
    let of_routes =
        surface.rows.iter().flat_map(|row| row.access.alternatives.iter()).filter_map(|way| match &way.principals {
            Principals::Everyone => None,
            Principals::Only(kinds) => Some(kinds.iter()),
        });
    let mut named: BTreeSet<&PrincipalKind> = of_routes.flatten().collect();
    let assignable = policy.iter().flat_map(|policy| policy.assignable.values());
    named.extend(assignable.map(|entry| &entry.principal.value));
    let others = named.into_iter().filter(|kind| !first.contains(kind)).cloned().collect::<Vec<_>>();
    first.iter().cloned().chain(others).collect()
}

fn features(surface: &Surface, policy: Option<&Policy>) -> Vec<String> {
    let of_routes = surface.rows.iter().flat_map(|row| row.access.alternatives.iter());
    let mut features: BTreeSet<&str> =
        of_routes.flat_map(|way| way.features.iter()).map(|feature| feature.as_str()).collect();
    features.extend(policy.iter().flat_map(|policy| &policy.features).map(|feature| feature.as_str()));
    features.into_iter().map(str::to_owned).collect()
}

fn assignable(policy: &Policy, surface: &Surface) -> Vec<AssignableReport> {
    let ways = surface.rows.iter().flat_map(|row| row.access.alternatives.iter());
    let named: BTreeSet<&str> = ways.flat_map(|way| way.named_scopes()).map(|scope| scope.as_str()).collect();
    let entries = policy.assignable.values().map(|entry| AssignableReport {
        name: entry.name.value.clone(),
        principal: entry.principal.value.to_string(),
        level: entry.level.as_ref().map(|level| level.value.to_string()),
        scopes: entry.scopes.iter().map(|scope| scope.value.to_string()).collect(),
        asked: named
            .iter()
            .filter(|scope| entry.scopes.iter().any(|pattern| pattern.value.covers(scope)))
            .map(|scope| (*scope).to_owned())
            .collect(),
    });
    entries.collect()
}

/// All but what the route has from its surroundings: program, family and findings.
fn route_report(route: &Route, row: &RouteSurface, lines: &Lines<'_>) -> RouteReport {
    let (documented, accidental, operation) = documentation(&route.documentation);
    RouteReport {
        program: String::new(),
        method: route.method.clone(),
        path: route.path.clone(),
        handler: HandlerReport { name: route.handler.name.clone(), place: place(route.handler.span, lines) },
        family: String::new(),
        resource: row.resource.as_ref().map(ToString::to_string),
        is_object_route: row.is_object_route,
        roles: row.roles.iter().map(ToString::to_string).collect::<BTreeSet<_>>().into_iter().collect(),
        levels: row.levels.iter().map(ToString::to_string).collect(),
        access: AccessReport::of(&row.access, row.certainty),
        public: row.public.clone(),
        denial: denial(row),
        documented,
        accidental,
        operation_id: operation.and_then(|operation| operation.id.clone()),
        guards: route
            .guards
            .iter()
            .zip(&row.guards)
            .map(|(guard, mapped)| guard_report(guard, mapped, lines))
            .collect(),
        mounts: route.mounts.iter().map(|span| place(*span, lines)).collect(),
        conditions: route
            .conditions
            .iter()
            .map(|condition| ConditionReport {
                text: condition.text.clone(),
                holds: condition.holds,
                place: place(condition.span, lines),
            })
            .collect(),
        findings: Vec::new(),
    }
}

fn documentation(documentation: &Documentation) -> (Option<bool>, bool, Option<&Operation>) {
    match documentation {
        Documentation::None => (None, false, None),
        Documentation::Documented(operation) => (Some(true), false, Some(operation)),
        Documentation::Undocumented { operation } => (Some(false), false, operation.as_ref()),
        Documentation::Accidental { operation } => (Some(false), true, Some(operation)),
    }
}

fn denial(row: &RouteSurface) -> Option<DenialReport> {
    Some(DenialReport {
        kind: match row.denial? {
            Denial::Forbidden => DenialKind::Forbidden,
            Denial::NotFound => DenialKind::NotFound,
            Denial::NotFoundUnlessReadable => DenialKind::NotFoundUnlessReadable,
        },
        source: match row.denial_source? {
            DenialSource::Attribute => DenialOrigin::Attribute,
            DenialSource::Guard(_) => DenialOrigin::Guard,
            DenialSource::Default => DenialOrigin::Default,
        },
    })
}

fn guard_report(guard: &resolve::Guard, mapped: &MappedGuard, lines: &Lines<'_>) -> GuardReport {
    let (effect, admits) = match &mapped.meaning {
        GuardMeaning::Access { access, .. } => (GuardEffect::Restricts, Some(access::describe(access))),
        GuardMeaning::Neutral => (GuardEffect::Neutral, None),
        GuardMeaning::Unmapped => (GuardEffect::Unmapped, None),
    };
    GuardReport {
        kind: match guard.kind {
            resolve::GuardKind::Layer => GuardKind::Layer,
            resolve::GuardKind::Attribute => GuardKind::Attribute,
            resolve::GuardKind::Extractor => GuardKind::Extractor,
            resolve::GuardKind::Call => GuardKind::Call,
            resolve::GuardKind::RouteRole => GuardKind::RouteRole,
        },
        text: guard.text.clone(),
        term: guard.term.to_string(),
        effect,
        admits,
        ignored: mapped.ignored.clone(),
        place: place(guard.span, lines),
    }
}

/// Those that stand, then those that are suppressed; under `None` those that aren't about one route.
fn findings_by_route(outcome: &Outcome, lines: &Lines<'_>) -> BTreeMap<Option<usize>, Vec<FindingReport>> {
    let mut by_route: BTreeMap<Option<usize>, Vec<FindingReport>> = BTreeMap::new();
    let standing = outcome.findings.iter().map(|finding| (finding, None));
    let suppressed = outcome.suppressed.iter().map(|known| (&known.finding, Some(known.reason.as_str())));
    for (finding, reason) in standing.chain(suppressed) {
        by_route.entry(finding.route).or_default().push(finding_report(finding, reason, lines));
    }
    by_route
}

fn finding_report(finding: &Finding, reason: Option<&str>, lines: &Lines<'_>) -> FindingReport {
    FindingReport {
        rule: finding.rule.to_owned(),
        severity: match finding.severity {
            Severity::Note => SeverityReport::Note,
            Severity::Warning => SeverityReport::Warning,
            Severity::Error => SeverityReport::Error,
        },
        confidence: match finding.confidence {
            Confidence::Low => ConfidenceReport::Low,
            Confidence::Medium => ConfidenceReport::Medium,
            Confidence::High => ConfidenceReport::High,
        },
        message: finding.message.clone(),
        places: finding
            .labels()
            .map(|label| Remark { place: place(label.span, lines), text: label.text.clone() })
            .collect(),
        help: finding.help.clone(),
        suppressed: reason.map(str::to_owned),
    }
}

fn place(span: Span, lines: &Lines<'_>) -> Place {
    let position = lines.position(span);
    Place { file: lines.sources().path(span.file).to_owned(), line: position.line, column: position.column }
}
