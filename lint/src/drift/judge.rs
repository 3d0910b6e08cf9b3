//! What has become of one route.

use route_role_policy::{Access, Denial, Tier};

use super::effect::{closed, opened};
use super::sentence::Sentence;
use super::{Change, Class, Direction, Effect, Relation, RouteState, relation};
use crate::surface::Certainty;

/// Compares a route with what it was; `None` if it is the same.
pub(super) fn changed(before: &RouteState, after: &RouteState, ranks: &Ranks) -> Option<Change> {
    let mut effects = Vec::new();
    let access = access(before, after, ranks, &mut effects);
    let denial = denial(before, after, &mut effects);
    moved(before, after, &mut effects);
    let class = match (access, denial) {
        (Some(access), Some(denial)) => access.min(denial),
        (access, denial) => access.or(denial).unwrap_or(Class::Moved),
    };
    let change = Change { class, before: Some(before.clone()), after: Some(after.clone()), effects };
    (!change.effects.is_empty()).then_some(change)
}

/// A route that is new. `twin` is one that was there before and is the same but for its path.
pub(super) fn added(after: &RouteState, twin: Option<&RouteState>) -> Change {
    let access = after.access.as_ref().filter(|_| after.certainty == Certainty::Proven);
    let mut effects = match access {
        Some(access) if access.alternatives.is_empty() => Vec::new(),
        Some(access) => opened(&Access::NOBODY, access),
        None => vec![Effect::new(Direction::Unsure, Sentence::new("not all of its guards are known"))],
    };
    if let Some(twin) = twin {
        effects.push(Effect::own(Sentence::new("like ").name(twin.key.to_string())));
    }
    Change { class: Class::Added, before: None, after: Some(after.clone()), effects }
}

/// A route that is gone.
pub(super) fn removed(before: &RouteState) -> Change {
    Change { class: Class::Removed, before: Some(before.clone()), after: None, effects: Vec::new() }
}

fn access(before: &RouteState, after: &RouteState, ranks: &Ranks, effects: &mut Vec<Effect>) -> Option<Class> {
    let (old, relation) = match (&before.access, &after.access) {
        (Some(old), Some(new)) => {
            let old = ranks.translated(old);
            let relation = relation(&old, new);
            (Some(old), relation)
        }
        _ if before.words == after.words => (None, Relation::Same),
        _ => (None, Relation::Unclear),
    };
    let same_gaps = before.certainty == after.certainty && before.unmapped == after.unmapped;
    let relation = if after.certainty == Certainty::Unknown && !(same_gaps && relation == Relation::Same) {
        Relation::Unclear
    } else {
        relation
    };
    if relation == Relation::Same && same_gaps {
        return None;
    }
    if let (Some(old), Some(new)) = (&old, &after.access) {
        if matches!(relation, Relation::Wider | Relation::Crossed) {
            // A guard that isn't known may keep out whom the others let in.
            let is_sure = after.certainty == Certainty::Proven || same_gaps;
            let opened = opened(old, new).into_iter();
            effects.extend(opened.map(|effect| if is_sure { effect } else { effect.perhaps() }));
        }
        // Whom the known guards let in may have been kept out by one that wasn't known.
        let was_sure = before.certainty == Certainty::Proven || same_gaps;
        if was_sure && matches!(relation, Relation::Narrower | Relation::Crossed) {
            effects.extend(closed(old, new));
        }
    }
    if relation == Relation::Unclear {
        let text = Sentence::new("nobody can tell from the source who is let in that wasn't");
        effects.push(Effect::new(Direction::Unsure, text));
    }
    gaps(before, after, effects);
    Some(match (relation, after.certainty) {
        // Whatever restricted the route before, it was no wider than what was known of it.
        (Relation::Wider | Relation::Crossed, Certainty::Proven) => Class::Widened,
        (Relation::Wider | Relation::Crossed, _) if same_gaps => Class::Widened,
        (Relation::Narrower, Certainty::Proven) if before.certainty == Certainty::Proven => Class::Narrowed,
        _ => Class::Unknown,
    })
}

/// Guards of unknown meaning that came or went.
fn gaps(before: &RouteState, after: &RouteState, effects: &mut Vec<Effect>) {
    for guard in before.unmapped.iter().filter(|guard| !after.unmapped.contains(guard)) {
        let text = Sentence::new("without the guard ").name(guard).and(", whose meaning wasn't known");
        effects.push(Effect::new(Direction::Unsure, text));
    }
    for guard in after.unmapped.iter().filter(|guard| !before.unmapped.contains(guard)) {
        let text = Sentence::new("has a guard ").name(guard).and(", whose meaning isn't known");
        effects.push(Effect::new(Direction::Unsure, text));
    }
    if before.unmapped == after.unmapped && before.certainty != after.certainty {
        let text = match after.certainty {
            Certainty::Proven => "all of its guards are known now",
            Certainty::AtMost | Certainty::Unknown => "not all of its guards are known any more",
        };
        effects.push(Effect::new(Direction::Unsure, Sentence::new(text)));
    }
}

fn denial(before: &RouteState, after: &RouteState, effects: &mut Vec<Effect>) -> Option<Class> {
    let hides = |denial: Denial| match denial {
        Denial::Forbidden => 0,
        Denial::NotFoundUnlessReadable => 1,
        Denial::NotFound => 2,
    };
    let collapsed = |denial: Option<Denial>| denial.is_some_and(Denial::collapses);
    let (class, direction, text) = match (before.denial, after.denial) {
        (old, new) if old == new => return None,
        (Some(old), Some(new)) if hides(new) < hides(old) => {
            let text = if new.collapses() {
                Sentence::new("readers who are refused now see a 403 instead of a 404")
            } else {
                Sentence::new(
                    "its denial stopped collapsing: a refused caller sees a 403, and so learns that the object exists",
                )
            };
            (Class::Widened, Direction::Opened, text)
        }
        (old, None) if collapsed(old) => {
            let text = Sentence::new("no longer says that a refused caller sees the 404 of an absent object");
            (Class::Unknown, Direction::Unsure, text)
        }
        (_, new) if collapsed(new) => {
            let text = Sentence::new("its denial collapses: a refused caller sees the 404 of an absent object");
            (Class::Narrowed, Direction::Closed, text)
        }
        (_, new) => {
            let new = new.map_or("nothing", Denial::keyword);
            (Class::Moved, Direction::Neutral, Sentence::new(format!("its stated denial is {new}")))
        }
    };
    effects.push(Effect::new(direction, text));
    Some(class)
}

/// What changed beside the access.
fn moved(before: &RouteState, after: &RouteState, effects: &mut Vec<Effect>) {
    let from_to = |what: &str, from: &str, to: &str| Sentence::new(what).name(from).and(" → ").name(to);
    if before.key != after.key {
        effects.push(Effect::own(Sentence::new("was ").name(before.key.to_string())));
    }
    if before.handler != after.handler {
        effects.push(Effect::own(match before.handler.as_str() {
            // A lock that a running program wrote has no handlers.
            "" => Sentence::new("handler ").name(&after.handler),
            handler => from_to("handler ", handler, &after.handler),
        }));
    }
    let mut say = |text| effects.push(Effect::new(Direction::Neutral, text));
    if let (Some(old), Some(new)) = (&before.file, &after.file)
        && old != new
    {
        say(from_to("file ", old, new));
    }
    if before.program != after.program {
        say(from_to("program ", &before.program, &after.program));
    }
    if before.documented != after.documented {
        say(Sentence::new(match after.documented {
            Some(true) => "in the API description now",
            Some(false) => "not in the API description",
            None => "there is no API description any more",
        }));
    }
    if before.conditional != after.conditional {
        say(Sentence::new(if after.conditional { "there under a condition only" } else { "always there now" }));
    }
    if before.undeclared != after.undeclared {
        say(match after.undeclared {
            true => Sentence::new("without ").name("#[route_role]"),
            false => Sentence::new("has ").name("#[route_role]"),
        });
    }
    if before.declares != after.declares {
        let shown = |route: &RouteState| route.declares.clone().unwrap_or_else(|| route.words.clone());
        if shown(before) != shown(after) && before.words == after.words {
            say(from_to("its attribute says ", &shown(before), &shown(after)));
        }
    }
}

/// The ladders of both sides. A tier keeps its name when others are put between, but its rank changes.
pub(super) struct Ranks {
    /// What each tier of the earlier side is on the later one.
    tiers: Vec<(Tier, Tier)>,
}

impl Ranks {
    pub(super) fn new(before: &[Tier], after: &[Tier]) -> Self {
        let later =
            |tier: &Tier| after.iter().find(|other| other.ladder() == tier.ladder() && other.name() == tier.name());
        let is_reordered = |ladder: &str| {
            let ranks = before.iter().filter(|tier| tier.ladder() == ladder).filter_map(later).map(Tier::rank);
            !ranks.is_sorted()
        };
        let translated = |tier: &Tier| match later(tier) {
            Some(later) if !is_reordered(tier.ladder()) => later.clone(),
            // Comparable with nothing: neither side of such a change may be called the narrower one.
            _ => Tier::new(format!("{} before", tier.ladder()), tier.rank(), tier.name()),
        };
        Self { tiers: before.iter().map(|tier| (tier.clone(), translated(tier))).collect() }
    }

    fn translated(&self, access: &Access) -> Access {
        let mut access = access.clone();
        for alternative in access.alternatives.to_mut() {
            for tier in alternative.tiers.to_mut() {
                if let Some((_, later)) = self.tiers.iter().find(|(known, _)| known == tier) {
                    *tier = later.clone();
                }
            }
        }
        access
    }
}
