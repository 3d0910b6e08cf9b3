//! The permission report of one service, as data.
//!
//! It holds everything that a report shows and nothing of the run that made it: reports of many services, made by many jobs, become one without their sources.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::access::{AccessReport, LadderReport};
use crate::report::Coverage;

/// Who may call what in one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceReport {
    /// Tells the service apart from others.
    pub name: String,
    /// What paths of files are appended to for a link to the source.
    pub link_base: Option<String>,
    /// The programs that serve routes, sorted.
    pub programs: Vec<String>,
    /// Where roles apply.
    pub levels: Vec<LevelReport>,
    /// The ladders of tiers.
    pub ladders: Vec<LadderReport>,
    /// The kinds of caller that routes or the policy tell apart, callers without credentials first.
    pub principals: Vec<String>,
    /// Features that routes or the policy name.
    pub features: Vec<String>,
    /// The scopes that the policy declares; a `*` stands for any run of characters.
    pub scopes: Vec<String>,
    /// What callers may be granted.
    pub assignable: Vec<AssignableReport>,
    /// The routes, sorted by program, path and method.
    pub routes: Vec<RouteReport>,
    /// Findings that aren't about one route.
    pub findings: Vec<FindingReport>,
    /// What was read, and what was not.
    pub coverage: Coverage,
}

/// A level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelReport {
    /// Its name.
    pub name: String,
    /// The path parameter that binds the tenant, if it is tenant-bound.
    pub tenant: Option<String>,
}

/// What a kind of caller may be granted at a level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssignableReport {
    /// The name of the policy's entry.
    pub name: String,
    /// The kind of caller.
    pub principal: String,
    /// The level; everywhere if there is none.
    pub level: Option<String>,
    /// The scopes as the policy has them.
    pub scopes: Vec<String>,
    /// The scopes among them that routes ask for, sorted.
    pub asked: Vec<String>,
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteReport {
    /// The program that serves it.
    pub program: String,
    /// Upper case; `ANY` where every method is served.
    pub method: String,
    /// The full path.
    pub path: String,
    /// What answers.
    pub handler: HandlerReport,
    /// What it shares with the routes of the same resource.
    pub family: String,
    /// The kind of object that it addresses, where that is stated.
    pub resource: Option<String>,
    /// Whether it addresses one object.
    pub is_object_route: bool,
    /// The roles that its guards name.
    pub roles: Vec<String>,
    /// The levels that its access names.
    pub levels: Vec<String>,
    /// Who may call.
    pub access: AccessReport,
    /// Why it is public, if that is declared.
    pub public: Option<String>,
    /// What a refused caller of the object sees, and who says so.
    pub denial: Option<DenialReport>,
    /// Whether the API description has it; `None` if there is no description.
    pub documented: Option<bool>,
    /// Whether it exists only because a registration crosses methods and paths.
    pub accidental: bool,
    /// The id of the documented operation.
    pub operation_id: Option<String>,
    /// What restricts it, in the order in which a request meets it.
    pub guards: Vec<GuardReport>,
    /// Where it is registered, then where each router around it is mounted.
    pub mounts: Vec<Place>,
    /// Conditions under which it exists.
    pub conditions: Vec<ConditionReport>,
    /// What was found.
    pub findings: Vec<FindingReport>,
}

/// What answers a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandlerReport {
    /// Its full name, or a description.
    pub name: String,
    /// Where it is defined.
    pub place: Place,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Relative to the root that was linted, with `/` between its parts.
    pub file: String,
    /// Counted from one.
    pub line: u32,
    /// Counted from one, in characters.
    pub column: u32,
}

/// What a refused caller of an object sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DenialReport {
    /// The word of the policy: `forbidden`, `not_found` or `not_found_unless_readable`.
    pub kind: DenialKind,
    /// Who says so.
    pub source: DenialOrigin,
}

/// What a refused caller of an object sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DenialKind {
    /// 403, whether or not the object is there.
    Forbidden,
    /// The same 404 as for an absent object.
    NotFound,
    /// That 404, unless the caller may read the object.
    NotFoundUnlessReadable,
}

/// Who says what a refused caller sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DenialOrigin {
    /// The route's `#[route_role]`, or the role that it names.
    Attribute,
    /// A guard.
    Guard,
    /// The policy's `defaults`.
    Default,
}

/// Something that restricts a route, or might.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuardReport {
    /// How it is attached.
    pub kind: GuardKind,
    /// As a reader of the source knows it.
    pub text: String,
    /// With names resolved.
    pub term: String,
    /// What it does to the route.
    pub effect: GuardEffect,
    /// Whom it admits in words, where it restricts.
    pub admits: Option<String>,
    /// Why the policy leaves it out of account, if it does.
    pub ignored: Option<String>,
    /// Where it stands.
    pub place: Place,
}

/// How a guard is attached to a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardKind {
    /// A layer around the route or a router that contains it.
    Layer,
    /// An attribute of the handler other than `#[route_role]`.
    Attribute,
    /// A parameter of the handler.
    Extractor,
    /// A call in the handler's body, or in what it calls.
    Call,
    /// `#[route_role]`.
    RouteRole,
}

/// What a guard does to a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardEffect {
    /// It lets in whom it admits.
    Restricts,
    /// It is known and restricts nobody.
    Neutral,
    /// What it means isn't known.
    Unmapped,
}

/// A condition under which a route exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionReport {
    /// As written.
    pub text: String,
    /// False for the `else` side.
    pub holds: bool,
    /// Where it stands.
    pub place: Place,
}

/// One thing that a rule found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingReport {
    /// The rule's name.
    pub rule: String,
    /// How bad it is.
    pub severity: SeverityReport,
    /// How sure the rule is.
    pub confidence: ConfidenceReport,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Every place involved, the one to look at first in front.
    pub places: Vec<Remark>,
    /// The change that would settle it.
    pub help: Option<String>,
    /// The reason of the comment that suppresses it, if one does.
    pub suppressed: Option<String>,
}

/// A place with what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// Where.
    pub place: Place,
    /// What is there.
    pub text: String,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeverityReport {
    /// Worth knowing.
    Note,
    /// Probably wrong.
    Warning,
    /// Wrong.
    Error,
}

/// How sure a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfidenceReport {
    /// Something the rule could not see might explain it.
    Low,
    /// Probably so.
    Medium,
    /// Proven from what was read.
    High,
}

impl RouteReport {
    /// `GET /cases/{id}`.
    pub fn title(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The findings that nothing suppresses.
    pub fn open_findings(&self) -> impl Iterator<Item = &FindingReport> {
        self.findings.iter().filter(|finding| finding.suppressed.is_none())
    }
}

impl ServiceReport {
    /// Every finding that nothing suppresses, worst first, those of a rule together.
    pub fn open_findings(&self) -> Vec<&FindingReport> {
        let of_none = self.findings.iter().filter(|finding| finding.suppressed.is_none());
        let mut findings: Vec<_> = of_none.chain(self.routes.iter().flat_map(RouteReport::open_findings)).collect();
        findings.sort_by_key(|finding| (Reverse(finding.severity), &finding.rule));
        findings
    }
}
