//! What changed in one of several services.

use super::{Class, Drift};

/// What changed in a service.
#[derive(Debug, Clone)]
pub struct ServiceDrift {
    /// The way to its folder, where there are several; `None` for the only one.
    pub service: Option<String>,
    /// What has become of the service itself.
    pub fate: Fate,
    /// What changed in it.
    pub drift: Drift,
}

/// What has become of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It was there and is there.
    Kept,
    /// Its folder has a policy now.
    Added,
    /// Its folder has no policy any more.
    Removed,
}

impl ServiceDrift {
    /// What changed where there is one service only.
    pub fn only(drift: Drift) -> Self {
        Self { service: None, fate: Fate::Kept, drift }
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.fate == Fate::Kept && self.drift.is_empty()
    }

    /// Whether it can't be said that nobody can do more than before.
    pub fn is_unsure(&self) -> bool {
        self.drift.count(Class::Unknown) > 0 || !self.drift.coverage.is_empty()
    }
}

impl Fate {
    /// The word for it, in every format; `None` where there is nothing to say.
    pub fn keyword(self) -> Option<&'static str> {
        match self {
            Self::Kept => None,
            Self::Added => Some("added"),
            Self::Removed => Some("removed"),
        }
    }
}
