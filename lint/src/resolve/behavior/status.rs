//! Statuses of HTTP by the names that Rust code gives them.

/// The number behind a constant of `http::StatusCode`, or behind a type or variant that frameworks name like one.
pub(super) fn of_constant(name: &str) -> Option<u16> {
    Some(match name {
        "BAD_REQUEST" => 400,
        "UNAUTHORIZED" => 401,
        "PAYMENT_REQUIRED" => 402,
        "FORBIDDEN" => 403,
        "NOT_FOUND" => 404,
        "METHOD_NOT_ALLOWED" => 405,
        "NOT_ACCEPTABLE" => 406,
        "REQUEST_TIMEOUT" => 408,
        "CONFLICT" => 409,
        "GONE" => 410,
        "PRECONDITION_FAILED" => 412,
        "PAYLOAD_TOO_LARGE" => 413,
        "UNSUPPORTED_MEDIA_TYPE" => 415,
        "IM_A_TEAPOT" => 418,
        "MISDIRECTED_REQUEST" => 421,
        "UNPROCESSABLE_ENTITY" => 422,
        "LOCKED" => 423,
        "FAILED_DEPENDENCY" => 424,
        "PRECONDITION_REQUIRED" => 428,
        "TOO_MANY_REQUESTS" => 429,
        "INTERNAL_SERVER_ERROR" => 500,
        "NOT_IMPLEMENTED" => 501,
        "BAD_GATEWAY" => 502,
        "SERVICE_UNAVAILABLE" => 503,
        "GATEWAY_TIMEOUT" => 504,
        "INSUFFICIENT_STORAGE" => 507,
        _ => return None,
    })
}

/// A number that can only be meant as the status of a refusal.
pub(super) fn of_number(number: u16) -> Option<u16> {
    (400..600).contains(&number).then_some(number)
}

/// The number behind a variant of Rocket's `Status`, or behind one of its responders that are named like one: `status::NotFound(body)`.
pub(super) fn of_rocket(path: &[String]) -> Option<u16> {
    match path {
        [origin, .., owner, name] if origin == "rocket" && matches!(owner.as_str(), "Status" | "status") => {
            of_constant(&in_capitals(name))
        }
        _ => None,
    }
}

/// The number behind one of salvo's errors, which are named after what they say: `StatusError::not_found()`.
pub(super) fn of_salvo(path: &[String]) -> Option<u16> {
    match path {
        [origin, .., owner, name] if origin.starts_with("salvo") && owner == "StatusError" => {
            of_constant(&name.to_uppercase())
        }
        _ => None,
    }
}

/// `NotFound` as `NOT_FOUND`.
fn in_capitals(name: &str) -> String {
    let mut capitals = String::with_capacity(name.len() + 4);
    for character in name.chars() {
        if character.is_uppercase() && !capitals.is_empty() {
            capitals.push('_');
        }
        capitals.extend(character.to_uppercase());
    }
    capitals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_of_rocket_are_spelt_as_types() {
        let of = |path: &str| of_rocket(&path.split("::").map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(of("rocket::http::Status::NotFound"), Some(404));
        assert_eq!(of("rocket::response::status::Forbidden"), Some(403));
        assert_eq!(of("rocket::http::Status::Ok"), None);
        assert_eq!(of("crate::Status::NotFound"), None);
    }

    #[test]
    fn errors_of_salvo_are_spelt_as_functions() {
        let of = |path: &str| of_salvo(&path.split("::").map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(of("salvo::prelude::StatusError::not_found"), Some(404));
        assert_eq!(of("salvo::http::StatusError::forbidden"), Some(403));
        assert_eq!(of("crate::StatusError::forbidden"), None);
    }
}
