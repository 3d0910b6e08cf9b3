//! The reports of several services as one.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, Write};

use route_role_policy::PrincipalKind;
use serde::{Deserialize, Serialize};

use super::service::ServiceReport;

/// The version of the document. It changes when something that a consumer may rely on does.
const VERSION: u32 = 1;

/// The JSON Schema of the document.
pub const SCHEMA: &str = include_str!("../schema/report.schema.json");

/// Who may call what in one service or many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fleet {
    services: Vec<ServiceReport>,
}

/// A document as it is written and read.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document<'a> {
    version: u32,
    services: Cow<'a, [ServiceReport]>,
}

/// Just enough to tell a document of another version from something else.
#[derive(Deserialize)]
#[serde(expecting = "an object with a version")]
struct Version {
    version: u64,
}

/// Why a text isn't a report.
#[derive(Debug)]
pub enum FleetError {
    /// It isn't JSON, or it is the JSON of something else.
    Malformed(serde_json::Error),
    /// It is of a version that isn't known.
    Version(u64),
    /// A service has no name.
    Nameless,
    /// A route of a service needs a tier that is on none of the service's ladders.
    UnknownTier {
        /// The service.
        service: String,
        /// The route.
        route: String,
        /// The tier.
        tier: String,
    },
    /// A link that leads somewhere else than to a web page.
    Link {
        /// The service.
        service: String,
        /// What its links begin with.
        link_base: String,
    },
    /// Two reports have the same name and say different things.
    Contradiction {
        /// The service.
        service: String,
    },
}

impl Fleet {
    /// One fleet of these services. Which came first makes no difference, and a service that is reported twice in the same words is one.
    pub fn of(services: impl IntoIterator<Item = ServiceReport>) -> Result<Self, FleetError> {
        let mut by_name: BTreeMap<String, ServiceReport> = BTreeMap::new();
        for service in services {
            match by_name.get(&service.name) {
                Some(known) if *known != service => {
                    return Err(FleetError::Contradiction { service: service.name });
                }
                _ => by_name.insert(service.name.clone(), service),
            };
        }
        Ok(Self { services: by_name.into_values().collect() })
    }

    /// A fleet of one service.
    pub fn one(service: ServiceReport) -> Self {
        Self { services: vec![service] }
    }

    /// Both fleets as one.
    pub fn merge(self, other: Self) -> Result<Self, FleetError> {
        Self::of(self.services.into_iter().chain(other.services))
    }

    /// Reads what [`Self::write`] wrote.
    pub fn read(text: &str) -> Result<Self, FleetError> {
        let Version { version } = serde_json::from_str(text).map_err(FleetError::Malformed)?;
        if version != u64::from(VERSION) {
            return Err(FleetError::Version(version));
        }
        let document: Document<'_> = serde_json::from_str(text).map_err(FleetError::Malformed)?;
        document.services.iter().try_for_each(check)?;
        Self::of(document.services.into_owned())
    }

    /// Writes the whole report as JSON.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let document = Document { version: VERSION, services: Cow::Borrowed(&self.services) };
        serde_json::to_writer_pretty(&mut *out, &document).map_err(io::Error::from)?;
        writeln!(out)
    }

    /// Every kind of caller that a service tells apart: callers without credentials, users and keys first, then all others by name.
    pub fn principals(&self) -> Vec<&str> {
        let first = [PrincipalKind::ANONYMOUS, PrincipalKind::USER, PrincipalKind::API_KEY];
        let place = |name: &str| first.iter().position(|kind| kind.as_str() == name).unwrap_or(first.len());
        let all: BTreeSet<(usize, &str)> = self
            .services
            .iter()
            .flat_map(|service| &service.principals)
            .map(|kind| (place(kind), kind.as_str()))
            .collect();
        all.into_iter().map(|(_, kind)| kind).collect()
    }

    /// The services, sorted by name.
    pub fn services(&self) -> &[ServiceReport] {
        &self.services
    }
}

/// What a document could get wrong though it has the right form.
fn check(service: &ServiceReport) -> Result<(), FleetError> {
    if service.name.trim().is_empty() {
        return Err(FleetError::Nameless);
    }
    if let Some(link_base) = service.link_base.as_deref().filter(|base| !is_web_address(base)) {
        return Err(FleetError::Link { service: service.name.clone(), link_base: link_base.to_owned() });
    }
    for route in &service.routes {
        if let Some(tier) = route.access.unknown_tiers(&service.ladders).next() {
            return Err(FleetError::UnknownTier {
                service: service.name.clone(),
                route: route.title(),
                tier: tier.name.clone(),
            });
        }
    }
    Ok(())
}

/// Whether links may begin with it: a link from a report must never run a script or open a file.
pub fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
        && !text.contains(|character: char| character.is_whitespace() || character.is_control())
}

impl fmt::Display for FleetError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) if error.is_syntax() || error.is_eof() => write!(formatter, "not JSON: {error}"),
            Self::Malformed(error) => write!(formatter, "not a report of `route-role report --format json`: {error}"),
            Self::Version(version) => write!(
                formatter,
                "a report of version {version}, and this program reads version {VERSION}; make it anew with this program, or use the one that made it"
            ),
            Self::Nameless => formatter.write_str("a service without a name; `--service` gives it one"),
            Self::UnknownTier { service, route, tier } => {
                write!(
                    formatter,
                    "`{route}` of the service `{service}` needs the tier `{tier}`, which is on none of its ladders"
                )
            }
            Self::Link { service, link_base } => write!(
                formatter,
                "the links of the service `{service}` begin with `{link_base}`, which is no `https://` or `http://` address"
            ),
            Self::Contradiction { service } => write!(
                formatter,
                "another report of the service `{service}` says something else; leave one out, or give one another name with `--service`"
            ),
        }
    }
}

impl std::error::Error for FleetError {}
