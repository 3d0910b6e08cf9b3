//! The inventory: every route of every program, with all that restricts it, before any policy is applied.

use std::collections::BTreeSet;
use std::sync::Arc;

use route_role_policy::Declaration;
use route_role_policy::term::Term;

use crate::source::{FileId, Span};

/// Every route that was found, and what kept the list from being complete.
#[derive(Debug, Default, Clone)]
pub struct Inventory {
    /// The programs that serve routes, sorted by name.
    pub programs: Vec<Program>,
    /// The routes, sorted by program, path and method.
    pub routes: Vec<Route>,
    /// What could not be seen or resolved.
    pub notes: Vec<Note>,
    /// How much was read.
    pub coverage: Coverage,
    /// Files of packages that were only read because others depend on them.
    pub foreign: BTreeSet<FileId>,
}

/// A binary, or a library whose routers no binary of the tree mounts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Program {
    /// The name of the binary or package.
    pub name: String,
}

/// One method at one path.
#[derive(Debug, Clone)]
pub struct Route {
    /// Index into [`Inventory::programs`].
    pub program: usize,
    /// Upper case; `ANY` where every method is served.
    pub method: String,
    /// The full path, as `/a/{id}` and `/a/{*rest}`; a segment that can't be known is `{*}`.
    pub path: String,
    /// What answers.
    pub handler: Handler,
    /// What restricts the route: layers from the outermost in, then attributes, then extractors in their order.
    /// Shared, because one layer stands around many routes.
    pub guards: Vec<Arc<Guard>>,
    /// What `#[route_role]` says, where the handler carries one that could be read against the policy.
    pub attribute: Option<Attribute>,
    /// How the API description speaks of the route.
    pub documentation: Documentation,
    /// Where the route is registered, then where each router around it is mounted, from the inside out.
    pub mounts: Vec<Span>,
    /// Conditions of the program under which the route exists.
    pub conditions: Vec<Condition>,
    /// What becomes of a request that several routes match.
    pub matching: Matching,
    /// Scopes, roles and tiers that appear in the handler's guards, with their places.
    pub scope_uses: Vec<ScopeUse>,
    /// What the handler does, where it is a function that could be read. Shared, since a handler may serve many routes.
    pub behavior: Option<Arc<Behavior>>,
}

/// What a framework does with routes that match one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Matching {
    /// It doesn't start with two of them.
    #[default]
    Exclusive,
    /// It asks one after the other, by rank or in the order of registration, until one answers.
    Ordered,
}

/// What answers a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handler {
    /// The full name, `crate::hosts::handlers::create_host`; for a closure or service a description.
    pub name: String,
    /// What kind of thing it is.
    pub kind: HandlerKind,
    /// Where it is defined: the name of the function, or the whole closure.
    pub span: Span,
}

/// What a handler does, itself and in what it calls.
#[derive(Debug, Clone, Default)]
pub struct Behavior {
    /// The answers that turn a request down, in the order in which they are decided.
    pub answers: Vec<Answer>,
    /// Where an object is looked up by something that the caller sent.
    pub lookups: Vec<ObjectLookup>,
    /// Calls that change something.
    pub acts: Vec<Act>,
    /// Pages that are filtered by who calls after they were cut.
    pub late_filters: Vec<LateFilter>,
    /// Filters by what the caller may see that an empty list switches off.
    pub open_filters: Vec<OpenFilter>,
    /// Guards on functions that the handler calls.
    pub called_guards: Vec<CalledGuard>,
    /// Restrictions of the policy that the code asks about, by their names.
    pub asks: Vec<String>,
    /// Answers that depend on an object or the caller and whose status isn't known.
    pub unknown_answers: usize,
    /// Whether a bound cut something off.
    pub is_cut: bool,
}

/// A place, and the calls that lead to it from the handler, from the outermost in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The place itself.
    pub span: Span,
    /// The calls on the way.
    pub steps: Vec<Span>,
}

/// By what part of the request an object is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKey {
    /// A parameter of the path, by its position.
    Path(u16),
    /// The body or the query.
    Input,
}

/// An answer that turns a request down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What it depends on.
    pub kind: AnswerKind,
    /// By what the objects are looked up that it depends on.
    pub objects: Vec<ObjectKey>,
    /// The lookups that it depends on, by their ids.
    pub lookups: Vec<u32>,
    /// The status; `None` if it isn't known or may be one of several.
    pub status: Option<u16>,
    /// Texts and names that go into it, sorted.
    pub words: Vec<String>,
    /// Whether a value of the found object goes into it.
    pub echoes_object: bool,
    /// Whether what the caller sent goes into it.
    pub echoes_request: bool,
    /// Where it is made.
    pub place: Place,
    /// When it is decided, compared with everything else that the handler does.
    pub order: u32,
    /// The branches that it stands in.
    pub branches: Vec<(u32, u16)>,
}

impl Answer {
    /// Whether it depends on what a lookup gave on which another answer depends as well.
    pub fn is_about_lookup_of(&self, other: &Self) -> bool {
        self.lookups.iter().any(|id| other.lookups.contains(id))
    }
}

/// What an answer depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnswerKind {
    /// Whether the object is there.
    Absent,
    /// Whether the object is there and the caller's: both give this one answer.
    Collapsed,
    /// Who calls, compared with what the object holds.
    Denied,
    /// Who calls, compared with the path alone: decided without the object.
    Bound,
    /// Who calls, compared with what else the request holds.
    Requested,
    /// Who calls, and nothing else.
    Uniform,
    /// Anything else.
    Other,
}

/// An object that is looked up by something that the caller sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectLookup {
    /// Tells it apart from the handler's other lookups.
    pub id: u32,
    /// The name of the call.
    pub name: String,
    /// By what it is looked up.
    pub objects: Vec<ObjectKey>,
    /// Whether who calls goes in as well: then absent and denied may be one already.
    pub carries_caller: bool,
    /// Where.
    pub place: Place,
    /// When, compared with everything else that the handler does.
    pub order: u32,
}

/// A call that changes something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// The name of the call.
    pub name: String,
    /// What goes in of the request as it came.
    pub keys: Vec<ObjectKey>,
    /// By what the objects were looked up of which something goes in.
    pub objects: Vec<ObjectKey>,
    /// Whether it waits for something outside, or is a function of the application's own.
    pub waits: bool,
    /// Where.
    pub place: Place,
    /// When, compared with everything else that the handler does.
    pub order: u32,
    /// The branches that it stands in: a number for each, and the side.
    pub branches: Vec<(u32, u16)>,
}

/// A page that is cut first and filtered by who calls after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateFilter {
    /// Where the page is cut.
    pub page: Span,
    /// Where it is filtered.
    pub filter: Place,
}

/// A filter by what the caller may see that isn't applied when that is nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenFilter {
    /// The condition.
    pub condition: Place,
    /// The filter under it.
    pub filter: Span,
}

/// A guard on a function that a handler calls.
#[derive(Debug, Clone)]
pub struct CalledGuard {
    /// The function's name.
    pub function: String,
    /// Where the function is defined.
    pub span: Span,
    /// The guard.
    pub guard: Arc<Guard>,
    /// What it declares, where it is a `#[route_role]`.
    pub attribute: Option<Attribute>,
    /// The calls on the way, from the outermost in.
    pub steps: Vec<Span>,
}

/// What kind of thing answers a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandlerKind {
    /// A function whose signature was read.
    Function,
    /// A closure whose parameters were read.
    Closure,
    /// A `tower` service: nothing is known of what it demands.
    Service,
    /// A `tower` service that is known to answer everyone: files, pages that show an API description.
    OpenService,
    /// The fallback of a router.
    Fallback,
    /// Something that could not be followed.
    Unknown,
}

/// `#[route_role]` on a handler.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// What it says.
    pub declaration: Declaration,
    /// The attribute.
    pub span: Span,
}

/// Something that restricts a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// How it is attached.
    pub kind: GuardKind,
    /// What it is, names resolved as far as possible.
    pub term: Term,
    /// The same guard seen through type aliases, one step each, the last one fully expanded.
    pub expansions: Vec<Term>,
    /// How a reader of the source knows it: `Authorized<Member>`.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// Whether the type or function is defined in the linted tree, and there answers requests (an extractor or middleware of the application's own).
    pub local: bool,
    /// Conditions under which the guard is there at all; a conditional guard can't be relied on.
    pub conditions: Vec<Condition>,
    /// Whether its own code shows that it lets every request pass.
    pub never_refuses: bool,
}

/// How a guard is attached to a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GuardKind {
    /// A layer around the route or a router that contains it.
    Layer,
    /// An attribute of the handler other than `#[route_role]`.
    Attribute,
    /// A parameter of the handler.
    Extractor,
    /// A call in the handler's body, or in what it calls, that nothing gets past without passing.
    Call,
    /// `#[route_role]`.
    RouteRole,
}

/// How the API description speaks of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Documentation {
    /// The program has no API description.
    None,
    /// The operation is part of the API description.
    Documented(Operation),
    /// The handler has an operation, but the route isn't in the API description: a second mount, a plain router.
    Undocumented {
        /// The operation that the handler carries, if it does.
        operation: Option<Operation>,
    },
    /// The route exists only because a registration crosses methods and paths: nobody wrote it down.
    Accidental {
        /// The operation that the handler carries.
        operation: Operation,
    },
}

/// What a handler's API documentation says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The operation's id, where it is stated or could be computed.
    pub id: Option<String>,
    /// `None` where nothing is said and the document's default applies.
    pub security: Option<Vec<SecurityRequirement>>,
    /// The document's default security, `None` where it states none.
    pub default_security: Option<Vec<SecurityRequirement>>,
    /// The documentation attribute.
    pub span: Span,
    /// The `security(…)` in it.
    pub security_span: Option<Span>,
    /// Whether the types of the handler's parameters state the security.
    pub by_parameters: bool,
}

/// One way to authenticate: all schemes of it are needed; none at all means anyone may call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecurityRequirement {
    /// Scheme names with the scopes that each must grant.
    pub schemes: Vec<(String, Vec<String>)>,
}

/// A condition under which a route exists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    /// The condition as written, on one line.
    pub text: String,
    /// False for the `else` side.
    pub holds: bool,
    /// Where it stands.
    pub span: Span,
}

impl Condition {
    /// All of them as one sentence part: "if `config.auth` and unless `config.open`".
    pub fn in_words(conditions: &[Self]) -> String {
        let word = |condition: &Self| if condition.holds { "if" } else { "unless" };
        let all: Vec<String> = conditions.iter().map(|one| format!("{} `{}`", word(one), one.text)).collect();
        all.join(" and ")
    }
}

/// A scope literal in a guard or attribute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScopeUse {
    /// The scope's text.
    pub scope: String,
    /// Where it stands.
    pub span: Span,
}

/// Something that the linter could not see, or saw and wants known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// What kind of gap it is.
    pub kind: NoteKind,
    /// What could not be seen, in one sentence.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where.
    pub span: Option<Span>,
}

/// Kinds of [`Note`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// A file, or a part of it, that isn't valid source text.
    SyntaxError,
    /// A router, path, method or handler that could not be resolved.
    Unresolved,
    /// A service that answers requests and can't be looked into.
    Opaque,
    /// A router that nothing mounts.
    DeadRouter,
    /// An attribute `#[route_role]` that can't be read against the policy.
    InvalidAttribute,
}

/// How much was read.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// Source files under the root.
    pub files: usize,
    /// Files that could matter for routes and were parsed.
    pub parsed_files: usize,
    /// Files that could not be parsed.
    pub unparsed_files: usize,
    /// Routers, paths or handlers that could not be resolved.
    pub unresolved: usize,
    /// Services that can't be looked into.
    pub opaque: usize,
    /// Routers that nothing mounts.
    pub dead_routers: usize,
}
