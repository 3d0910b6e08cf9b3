//! What a caller is told.

use std::fmt;

use axum::http::StatusCode;

/// What a caller is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expected {
    /// The guard lets the caller in; what the handler says then is its own business, unless it fails.
    LetIn,
    /// 401.
    Unauthenticated,
    /// 403.
    Forbidden,
    /// 404, as for an object that isn't there.
    Absent,
    /// 403 or 404: guards of the application's own decide.
    Refused,
}

impl Expected {
    /// Whether a status says that.
    pub fn is_met_by(self, status: StatusCode) -> bool {
        match self {
            // An error of the server proves nothing, and neither does a route that isn't there.
            Self::LetIn => {
                let refusals = [
                    StatusCode::UNAUTHORIZED,
                    StatusCode::FORBIDDEN,
                    StatusCode::NOT_FOUND,
                    StatusCode::METHOD_NOT_ALLOWED,
                ];
                !refusals.contains(&status) && !status.is_server_error()
            }
            Self::Unauthenticated => status == StatusCode::UNAUTHORIZED,
            Self::Forbidden => status == StatusCode::FORBIDDEN,
            Self::Absent => status == StatusCode::NOT_FOUND,
            Self::Refused => [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&status),
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::LetIn => "to be let in",
            Self::Unauthenticated => "401",
            Self::Forbidden => "403",
            Self::Absent => "404",
            Self::Refused => "403 or 404",
        })
    }
}
