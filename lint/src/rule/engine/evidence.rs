//! What the analysis of a handler proves about the objects that it addresses.

use crate::resolve::{Answer, AnswerKind, Behavior, ObjectKey, Place};

use super::finding::Finding;

/// Two answers of one handler about the same object: one for «there is none», one for «not yours».
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// By what the object is looked up.
    pub key: ObjectKey,
    /// The answer if there is none; `None` where an object that isn't there is passed over without a word.
    pub absent: Option<&'a Answer>,
    /// The answer if it isn't the caller's.
    pub denied: &'a Answer,
}

impl Pair<'_> {
    /// Whether an object that isn't there is sure to get this answer: it comes first, or of the same lookup as the other.
    pub fn is_in_order(&self) -> bool {
        self.absent.is_none_or(|absent| absent.order < self.denied.order || absent.is_about_lookup_of(self.denied))
    }

    /// Whether a status code alone tells the two apart.
    pub fn differs_in_status(&self) -> bool {
        self.absent.is_none_or(|absent| absent.status != self.denied.status)
    }

    /// Whether the same status comes with another body.
    pub fn differs_in_body(&self) -> bool {
        self.absent.is_some_and(|absent| {
            absent.status == self.denied.status
                && (absent.words != self.denied.words
                    || absent.echoes_object != self.denied.echoes_object
                    || absent.echoes_request != self.denied.echoes_request)
        })
    }
}

/// The first pair of answers for each kind of key, those by the path first.
///
/// A handler that compares the path itself with the caller before it looks anything up refuses without the object, so
/// nothing that comes later tells anybody else anything.
pub fn pairs(behavior: &Behavior) -> Vec<Pair<'_>> {
    let mut found: Vec<Pair<'_>> = Vec::new();
    for denied in behavior.answers.iter().filter(|answer| answer.kind == AnswerKind::Denied) {
        for key in &denied.objects {
            if found.iter().any(|pair| pair.key == *key) || is_settled_before(behavior, *key, denied.order) {
                continue;
            }
            let about = |answer: &&Answer| {
                answer.kind == AnswerKind::Absent
                    && answer.objects.contains(key)
                    // Different objects may be looked up by different parts of a body.
                    && (matches!(key, ObjectKey::Path(_)) || answer.is_about_lookup_of(denied))
            };
            // What fails isn't the answer to a question, unless both answers are failures.
            let denied_fails = denied.status >= Some(500);
            let is_absence = |answer: &&Answer| match answer.status {
                Some(404) => !denied_fails,
                // Other statuses may speak of absence, if it is this very object that isn't there.
                Some(400 | 410 | 422) => !denied_fails && answer.is_about_lookup_of(denied),
                Some(500..) => answer.is_about_lookup_of(denied),
                _ => false,
            };
            // The first answer is the one that is given; those behind the refusal are a guess, and a 404 is the better one.
            let candidates = || behavior.answers.iter().filter(about).filter(is_absence);
            let absent = candidates()
                .find(|answer| answer.order < denied.order)
                .or_else(|| candidates().find(|answer| answer.status == Some(404)))
                .or_else(|| candidates().next());
            // Without any answer for absence nothing is known of it, except that a list of ids passes it over.
            if absent.is_some()
                || (*key == ObjectKey::Input && denied.status < Some(500) && looks_up_many(behavior, denied))
            {
                found.push(Pair { key: *key, absent, denied });
            }
        }
    }
    found.sort_by_key(|pair| pair.key);
    found
}

/// A 404 for an object of the path that isn't there, and a refusal behind it that has nothing to do with the object: whoever is
/// refused there has learned that the object exists.
pub fn late_refusal(behavior: &Behavior) -> Option<(&Answer, &Answer)> {
    let absent = behavior.answers.iter().find(|answer| {
        answer.kind == AnswerKind::Absent
            && answer.status == Some(404)
            && answer.objects.iter().any(|key| matches!(key, ObjectKey::Path(_)))
            // In one branch of several it doesn't stand before what comes behind them.
            && answer.branches.is_empty()
    })?;
    let refused = behavior.answers.iter().find(|answer| {
        answer.kind == AnswerKind::Uniform
            && answer.status == Some(403)
            && answer.order > absent.order
            // What another function refuses may never come up with what this handler hands it.
            && answer.place.steps.is_empty()
    })?;
    let key = absent.objects.iter().find(|key| matches!(key, ObjectKey::Path(_)))?;
    (!is_settled_before(behavior, *key, refused.order)).then_some((absent, refused))
}

/// Whether whoever gets as far as this was compared with the object before: by the path, before anything was looked up, or
/// with an answer that is the same for absent and foreign objects.
fn is_settled_before(behavior: &Behavior, key: ObjectKey, order: u32) -> bool {
    let looked_up = behavior.lookups.iter().find(|lookup| lookup.objects.contains(&key)).map(|lookup| lookup.order);
    behavior.answers.iter().any(|answer| match answer.kind {
        AnswerKind::Bound => matches!(key, ObjectKey::Path(_)) && looked_up.is_none_or(|lookup| answer.order < lookup),
        AnswerKind::Collapsed => answer.order < order && answer.objects.contains(&key),
        _ => false,
    })
}

/// Whether what is looked up by the body or the query is a list.
fn looks_up_many(behavior: &Behavior, denied: &Answer) -> bool {
    behavior.lookups.iter().any(|lookup| {
        lookup.objects.contains(&ObjectKey::Input)
            && denied.lookups.contains(&lookup.id)
            && lookup.name.split('_').any(|word| matches!(word, "all" | "many" | "list" | "load" | "find" | "ids"))
    })
}

/// Whether a handler gives one and the same answer for absent and foreign objects of its path, as far as it could be read.
pub fn is_collapsed(behavior: &Behavior) -> bool {
    let by_path = |keys: &[ObjectKey]| keys.iter().any(|key| matches!(key, ObjectKey::Path(_)));
    let pairs = pairs(behavior);
    if pairs.iter().any(|pair| pair.differs_in_status() || pair.differs_in_body())
        || behavior.unknown_answers > 0
        || behavior.is_cut
    {
        return false;
    }
    let one_answer = behavior
        .answers
        .iter()
        .any(|answer| answer.kind == AnswerKind::Collapsed && answer.status == Some(404) && by_path(&answer.objects));
    let same_answer = pairs.iter().any(|pair| matches!(pair.key, ObjectKey::Path(_)));
    let denied = behavior.answers.iter().any(|answer| answer.kind == AnswerKind::Denied && by_path(&answer.objects));
    let mut lookups = behavior.lookups.iter().filter(|lookup| by_path(&lookup.objects)).peekable();
    let in_query = !denied && lookups.peek().is_some() && lookups.all(|lookup| lookup.carries_caller);
    one_answer || same_answer || in_query
}

/// Marks a place and the calls that lead to it.
#[must_use]
pub fn mark(finding: Finding, place: &Place, text: impl Into<String>) -> Finding {
    let finding = place.steps.iter().fold(finding, |finding, step| finding.also(*step, "calls"));
    finding.also(place.span, text)
}

/// Marks where the object of a pair is looked up.
#[must_use]
pub fn mark_lookup(finding: Finding, behavior: &Behavior, pair: &Pair<'_>) -> Finding {
    let lookup = behavior.lookups.iter().find(|lookup| {
        lookup.objects.contains(&pair.key)
            && (pair.denied.lookups.contains(&lookup.id)
                || pair.absent.is_some_and(|absent| absent.lookups.contains(&lookup.id)))
    });
    match lookup {
        Some(lookup) => mark(finding, &lookup.place, "looks it up"),
        None => finding,
    }
}

/// The word for what an object is looked up by.
pub fn sent_in(key: ObjectKey) -> &'static str {
    match key {
        ObjectKey::Path(_) => "the path",
        ObjectKey::Input => "the request's body or query",
    }
}

/// `404`, or what is known instead.
pub fn status(answer: &Answer) -> String {
    answer.status.map_or_else(|| "an error".to_owned(), |status| status.to_string())
}
