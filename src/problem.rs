//! The default look of answers, the same bytes on every framework.

use std::borrow::Cow;

use crate::Answer;

/// Renders answers as problem documents (RFC 9457) that name no object.
#[derive(Debug, Clone)]
pub struct ProblemDocuments {
    challenge: Cow<'static, str>,
}

impl ProblemDocuments {
    /// The value of `www-authenticate` in a 401, which must have one (RFC 9110); `Bearer` unless said otherwise.
    ///
    /// Characters that no header can have are left out.
    #[must_use]
    pub fn with_challenge(challenge: &str) -> Self {
        let challenge: String = challenge.chars().filter(|one| *one == ' ' || one.is_ascii_graphic()).collect();
        Self { challenge: Cow::Owned(challenge) }
    }

    /// The headers of an answer; the status and the body are the [`Answer`]'s own.
    pub(crate) fn headers(&self, answer: Answer) -> impl Iterator<Item = (&'static str, &str)> {
        let challenge = (answer == Answer::Unauthenticated).then_some(("www-authenticate", &*self.challenge));
        [("content-type", "application/problem+json")].into_iter().chain(challenge)
    }
}

impl Default for ProblemDocuments {
    fn default() -> Self {
        Self { challenge: Cow::Borrowed("Bearer") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_401_has_a_challenge() {
        let documents = ProblemDocuments::with_challenge("Basic realm=\"cases\"\r\nset-cookie: a");
        for answer in Answer::ALL {
            let challenge = documents.headers(answer).find(|(name, _)| *name == "www-authenticate");
            let expected = Some(("www-authenticate", "Basic realm=\"cases\"set-cookie: a"));
            assert_eq!(challenge, expected.filter(|_| answer == Answer::Unauthenticated), "{answer:?}");
        }
    }
}
