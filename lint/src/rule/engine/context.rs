//! What rules look at.

use route_role_policy::assertion::AssertedRoute;
use route_role_policy::file::Problem;
use route_role_policy::policy::Policy;
use route_role_policy::{Access, Placed, PrincipalKind};

use crate::description::{Testimony, Unheard, Witness};
use crate::resolve::{Documentation, Guard, Handler, HandlerKind, Inventory, Route};
use crate::source::{FileId, SourceMap, Span};
use crate::surface::{Certainty, GuardMeaning, RouteSurface, Surface, asserted};

use super::finding::Confidence;

/// Everything that a rule may look at.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Every route with its access.
    pub surface: &'a Surface,
    /// The policy, if there is one.
    pub policy: Option<PolicyInFile<'a>>,
    /// API descriptions that the routes are compared with.
    pub witnesses: &'a [Witness],
    /// Those of the policy that can't be looked at.
    pub unheard: &'a [Unheard],
    /// The files that findings point into.
    pub sources: &'a SourceMap,
}

/// A policy and the file that states it.
#[derive(Debug, Clone, Copy)]
pub struct PolicyInFile<'a> {
    /// What it says.
    pub policy: &'a Policy,
    /// Where it says so.
    pub file: FileId,
    /// What is wrong with it.
    pub problems: &'a [Problem],
}

impl PolicyInFile<'_> {
    /// Where a value stands.
    pub fn span<T>(&self, value: &Placed<T>) -> Span {
        let offset = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
        Span { file: self.file, start: offset(value.start), end: offset(value.end) }
    }
}

impl<'a> Context<'a> {
    /// The inventory.
    pub fn inventory(&self) -> &'a Inventory {
        &self.surface.inventory
    }

    /// What the API descriptions say that could be read.
    pub fn testimonies(&self) -> impl Iterator<Item = &'a Testimony> + use<'a> {
        self.witnesses.iter().filter_map(|witness| witness.testimony.as_ref())
    }

    /// A route by its index.
    pub fn route(&self, index: usize) -> Option<RouteView<'a>> {
        let route = self.surface.inventory.routes.get(index)?;
        Some(RouteView { index, route, row: self.surface.rows.get(index)? })
    }

    /// Every route with its access; one that is mounted in one way or another counts once.
    pub fn routes(&self) -> impl Iterator<Item = RouteView<'a>> + use<'a> {
        let surface = self.surface;
        let all = surface.inventory.routes.iter().zip(&surface.rows).enumerate();
        all.filter(|(_, (_, row))| !row.is_repeated).map(|(index, (route, row))| RouteView { index, route, row })
    }

    /// The same, documented routes first: for whoever speaks of a handler once and has to choose one of its routes.
    pub fn routes_documented_first(&'a self) -> impl Iterator<Item = RouteView<'a>> {
        let is_documented = |view: &RouteView<'_>| {
            matches!(view.route.documentation, Documentation::None | Documentation::Documented(_))
        };
        let documented = self.routes().filter(move |view| is_documented(view));
        documented.chain(self.routes().filter(move |view| !is_documented(view)))
    }
}

/// One route with its access.
#[derive(Debug, Clone, Copy)]
pub struct RouteView<'a> {
    /// Index into [`Inventory::routes`].
    pub index: usize,
    /// The route as it was found.
    pub route: &'a Route,
    /// What its guards add up to.
    pub row: &'a RouteSurface,
}

impl<'a> RouteView<'a> {
    /// `GET /cases/{id}`.
    pub fn title(&self) -> String {
        format!("{} {}", self.route.method, self.route.path)
    }

    /// What the known guards admit.
    pub fn access(&self) -> &'a Access {
        &self.row.access
    }

    /// What answers.
    pub fn handler(&self) -> &'a Handler {
        &self.route.handler
    }

    /// Where the route is registered, if not at its handler.
    pub fn registration(&self) -> Option<Span> {
        self.route.mounts.first().copied()
    }

    /// The guards with their meanings.
    pub fn guards(&self) -> impl Iterator<Item = (&'a Guard, &'a GuardMeaning)> + use<'a> {
        self.route.guards.iter().map(|guard| &**guard).zip(self.row.guards.iter().map(|guard| &guard.meaning))
    }

    /// The guards that restrict the route, with what each admits.
    pub fn restrictions(&self) -> impl Iterator<Item = (&'a Guard, &'a Access)> + use<'a> {
        self.guards().filter_map(|(guard, meaning)| match meaning {
            GuardMeaning::Access { access, .. } => Some((guard, access)),
            GuardMeaning::Neutral | GuardMeaning::Unmapped => None,
        })
    }

    /// The guard that keeps a kind of caller out, whatever else the caller holds.
    pub fn guard_against(&self, kind: &PrincipalKind) -> Option<&'a Guard> {
        self.restrictions().find(|(_, access)| access.accepting(kind).next().is_none()).map(|(guard, _)| guard)
    }

    /// Whether some guard isn't understood.
    pub fn has_unmapped_guard(&self) -> bool {
        self.guards().any(|(_, meaning)| matches!(meaning, GuardMeaning::Unmapped))
    }

    /// Whether the handler and its guards could be read at all.
    pub fn is_readable(&self) -> bool {
        self.row.certainty != Certainty::Unknown
            && matches!(
                self.route.handler.kind,
                HandlerKind::Function | HandlerKind::Closure | HandlerKind::OpenService
            )
    }

    /// The route as an assertion of the policy looks at it, if it does.
    pub fn asserted(&self) -> Option<AssertedRoute<'a>> {
        asserted(self.route, self.row)
    }

    /// How far a statement holds that a guard nobody understands could overturn.
    pub fn confidence(&self, when_proven: Confidence) -> Confidence {
        match self.row.certainty {
            Certainty::Proven => when_proven,
            Certainty::AtMost | Certainty::Unknown => Confidence::Low,
        }
    }
}
