//! A copy of an API description with what the guards accept.

use std::fmt;

use super::operation::{LeftAlone, Operations};
use super::{EXTENSION, provenance};
use crate::codegen::Origin;
use crate::codegen::json::Json;
use crate::description::{METHODS, path_of};

/// Why a description can't be copied.
#[derive(Debug)]
pub enum DocumentError {
    /// It isn't JSON.
    Syntax(serde_json::Error),
    /// It has no `paths`.
    NoPaths,
}

impl fmt::Display for DocumentError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(error) => {
                write!(formatter, "it isn't JSON: {error}; for one in YAML, write an overlay: leave out `--document`")
            }
            Self::NoPaths => formatter.write_str("it has no `paths`, so it is no API description"),
        }
    }
}

/// The description with `security` and `x-required-scopes` of every operation of which they are known, and what is left as it was.
///
/// # Errors
///
/// If it is no description in JSON.
pub fn patch(text: &str, operations: &Operations, origin: &Origin) -> Result<(String, Vec<LeftAlone>), DocumentError> {
    let mut document: Json = serde_json::from_str(text).map_err(DocumentError::Syntax)?;
    let prefixes = prefixes(&document);
    let mut left_alone = Vec::new();
    let Some(Json::Object(paths)) = document.get_mut("paths") else { return Err(DocumentError::NoPaths) };
    for (path, item) in paths {
        for method in METHODS {
            let Some(operation) = item.get_mut(&method.to_lowercase()) else { continue };
            let found = prefixes.iter().find_map(|prefix| operations.find(method, &format!("{prefix}{path}")));
            match found {
                Some(Ok(security)) => {
                    operation.set("security", Some(security.requirements()));
                    operation.set("x-required-scopes", security.required_scopes());
                }
                unknown => {
                    let reason = match unknown {
                        Some(Err(reason)) => reason.clone(),
                        _ => "no route that was found answers it".to_owned(),
                    };
                    left_alone.push(LeftAlone { method: method.to_owned(), path: path.clone(), reason });
                }
            }
        }
    }
    document.set(EXTENSION, Some(provenance(origin, &left_alone)));
    Ok((document.document(), left_alone))
}

/// What may stand before a path: nothing, and the paths of the servers.
fn prefixes(document: &Json) -> Vec<String> {
    let servers = document.get("servers").map(Json::items).unwrap_or_default();
    let urls = servers.iter().filter_map(|server| server.get("url")?.as_text());
    let of_servers = urls.map(|url| path_of(url).trim_end_matches('/').to_owned());
    std::iter::once(String::new()).chain(of_servers.filter(|prefix| !prefix.is_empty())).collect()
}
