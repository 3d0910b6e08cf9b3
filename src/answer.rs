//! What a caller is told instead of what it asked for.

/// What a caller is told instead of what it asked for.
///
/// A refused caller and a caller who asks for something that isn't there get the *same value* where the route says
/// `denial = not_found`. Whatever turns an answer into a response sees no more than this value, so it can't tell the two
/// apart even by mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Answer {
    /// 401: the route needs a caller, and nobody in particular is calling.
    Unauthenticated,
    /// 403: the caller may not do this, and may know it.
    Forbidden,
    /// 404: there is no such object, or none that the caller may know of.
    Absent,
    /// 500: who is calling, or what for, can't be established; nothing is opened because of it.
    Undecided,
}

impl Answer {
    /// Every answer.
    pub const ALL: [Self; 4] = [Self::Unauthenticated, Self::Forbidden, Self::Absent, Self::Undecided];

    /// The HTTP status that goes with the answer.
    pub const fn status(self) -> u16 {
        match self {
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::Absent => 404,
            Self::Undecided => 500,
        }
    }

    /// A short phrase that says the same; it names no object.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Unauthenticated => "Authentication required",
            Self::Forbidden => "Not permitted",
            Self::Absent => "Not found",
            Self::Undecided => "Permission could not be checked",
        }
    }

    /// The answer as a problem document (RFC 9457), without any identifier.
    pub fn problem_document(self) -> String {
        format!(r#"{{"type":"about:blank","title":"{}","status":{}}}"#, self.title(), self.status())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_document_says_what_and_names_nothing() {
        assert_eq!(Answer::Absent.problem_document(), r#"{"type":"about:blank","title":"Not found","status":404}"#);
    }

    #[test]
    fn every_answer_refuses() {
        assert!(Answer::ALL.iter().all(|answer| answer.status() >= 400));
    }
}
