//! What stands where guards stand, but restricts nobody: the extractors and layers of the common crates.
//!
//! A name counts only when it is known to come from the crate that makes it harmless. A type of the application's own that is
//! called `Json` is a guard until the policy says otherwise. What can refuse a caller for who they are
//! (`from_fn`, `ValidateRequestHeaderLayer`, `AsyncRequireAuthorizationLayer`) must never be listed here.

use route_role_policy::term::{Term, Value};

use crate::resolve::{Guard, GuardKind};

/// Names by the crates that define or re-export them.
struct Neutral {
    crates: &'static [&'static str],
    names: &'static [&'static str],
}

const AXUM: &[&str] = &["axum", "axum_core", "axum_extra", "aide", "utoipa_axum", "loco_rs"];
const ACTIX: &[&str] = &["actix_web", "actix_http", "actix_web_lab", "paperclip", "apistos"];
const STD: &[&str] = &["std", "core", "alloc"];

const EXTRACTORS: &[Neutral] = &[
    Neutral {
        crates: AXUM,
        names: &[
            "Body",
            "ConnectInfo",
            "CookieJar",
            "Cached",
            "Extension",
            "Form",
            "Host",
            "Json",
            "JsonDeserializer",
            "JsonLines",
            "MatchedPath",
            "Multipart",
            "NestedPath",
            "OptionalPath",
            "OptionalQuery",
            "OriginalUri",
            "Path",
            "PrivateCookieJar",
            "Protobuf",
            "Query",
            "RawForm",
            "RawPathParams",
            "RawQuery",
            "Request",
            "Scheme",
            "SignedCookieJar",
            "State",
            "TypedHeader",
            "WebSocketUpgrade",
        ],
    },
    Neutral {
        crates: &["http", "axum", "hyper", "headers", "axum_extra"],
        names: &["Extensions", "HeaderMap", "Method", "Parts", "Request", "Uri", "Version"],
    },
    Neutral { crates: &["bytes", "axum"], names: &["Bytes", "BytesMut"] },
    Neutral { crates: STD, names: &["String", "Vec", "SocketAddr"] },
    Neutral {
        crates: ACTIX,
        names: &[
            "Bytes",
            "BytesMut",
            "ConnectionInfo",
            "Data",
            "Either",
            "Form",
            "Header",
            "HttpRequest",
            "Json",
            "LazyData",
            "Method",
            "Path",
            "Payload",
            "PeerAddr",
            "Query",
            "Readlines",
            "ReqData",
            "ThinData",
            "Uri",
            "UrlEncodedForm",
        ],
    },
    Neutral { crates: &["actix_web_validator"], names: &["Form", "Json", "Path", "QsQuery", "Query"] },
    Neutral { crates: &["actix_multipart"], names: &["Multipart", "MultipartForm"] },
    Neutral { crates: &["actix_session"], names: &["Session"] },
    Neutral { crates: &["actix_web_flash_messages"], names: &["IncomingFlashMessages"] },
    Neutral { crates: &["axum_client_ip"], names: &["ClientIp", "InsecureClientIp", "SecureClientIp"] },
    Neutral { crates: &["axum_valid", "axum_typed_multipart"], names: &["Valid", "TypedMultipart"] },
    Neutral { crates: &["tower_sessions"], names: &["Session"] },
    Neutral { crates: &["tower_cookies"], names: &["Cookies"] },
];

/// Request guards of Rocket and the crates around it that say nothing about who calls. Their names are common, so they count only where
/// they are known to come from there.
const REQUEST_GUARDS: &[Neutral] = &[
    Neutral {
        crates: &["rocket"],
        names: &[
            "Accept",
            "Client",
            "Config",
            "ContentType",
            "CookieJar",
            "FlashMessage",
            "Host",
            "Infallible",
            "Limits",
            "Method",
            "Origin",
            "Rocket",
            "Route",
            "Shutdown",
            "State",
        ],
    },
    Neutral {
        crates: &["poem", "poem_openapi"],
        names: &[
            "Accept",
            "Base64",
            "Binary",
            "Body",
            "Cookie",
            "CookieJar",
            "Data",
            "Form",
            "Header",
            "HeaderMap",
            "Json",
            "LocalAddr",
            "Locale",
            "Method",
            "Multipart",
            "Path",
            "PathPattern",
            "PlainText",
            "Query",
            "RealIp",
            "RemoteAddr",
            "Request",
            "RequestBody",
            "Session",
            "StaticFileRequest",
            "TempFile",
            "TypedHeader",
            "Upload",
            "Uri",
            "Version",
            "WebSocket",
            "Xml",
            "Yaml",
        ],
    },
    Neutral {
        crates: &["salvo", "salvo_core", "salvo_oapi"],
        names: &[
            "CookieParam",
            "Depot",
            "FlowCtrl",
            "FormBody",
            "FormFile",
            "FormFiles",
            "HeaderParam",
            "JsonBody",
            "LazyExtract",
            "PathParam",
            "QueryParam",
            "Request",
            "Response",
        ],
    },
    Neutral {
        crates: &["loco_rs"],
        names: &[
            "Format",
            "FormValidate",
            "FormValidateWithMessage",
            "JsonValidate",
            "JsonValidateWithMessage",
            "QueryValidate",
            "QueryValidateWithMessage",
            "RemoteIP",
            "RespondTo",
            "SharedStore",
            "ViewEngine",
        ],
    },
    Neutral { crates: STD, names: &["IpAddr"] },
    Neutral { crates: &["rocket_db_pools", "rocket_sync_db_pools"], names: &["Connection"] },
    Neutral { crates: &["rocket_dyn_templates"], names: &["Metadata"] },
    Neutral { crates: &["rocket_ws"], names: &["WebSocket"] },
];

/// Route-role's own: the guard stands in `#[route_role]`, and these restrict nobody beyond it. Their names are common, so
/// they count only where they are known to come from that crate.
const OWN: &[&str] = &["Access", "ObjectPath", "RouteRoleLayer"];

/// Wrappers that are as harmless as what they hold.
const WRAPPERS: &[Neutral] = &[
    Neutral { crates: STD, names: &["Option", "Result", "Box", "Arc"] },
    Neutral { crates: AXUM, names: &["WithRejection"] },
    Neutral { crates: &["axum_valid", "axum_garde", "validator"], names: &["Valid", "Validated", "WithValidation"] },
];

const LAYERS: &[Neutral] = &[
    Neutral {
        crates: AXUM,
        names: &["DefaultBodyLimit", "Extension", "HandleErrorLayer", "map_response", "map_response_with_state"],
    },
    Neutral {
        crates: &["tower_http"],
        names: &[
            "AddExtensionLayer",
            "CatchPanicLayer",
            "CompressionLayer",
            "CorsLayer",
            "DecompressionLayer",
            "InFlightRequestsLayer",
            "MapRequestBodyLayer",
            "MapResponseBodyLayer",
            "NormalizePathLayer",
            "PropagateHeaderLayer",
            "PropagateRequestIdLayer",
            "RequestBodyLimitLayer",
            "RequestBodyTimeoutLayer",
            "RequestDecompressionLayer",
            "ResponseBodyTimeoutLayer",
            "SetMultipleResponseHeadersLayer",
            "SetRequestHeaderLayer",
            "SetRequestIdLayer",
            "SetResponseHeaderLayer",
            "SetSensitiveHeadersLayer",
            "SetSensitiveRequestHeadersLayer",
            "SetSensitiveResponseHeadersLayer",
            "SetStatusLayer",
            "TimeoutLayer",
            "TraceLayer",
        ],
    },
    Neutral {
        crates: &["tower"],
        names: &[
            "BoxCloneSyncServiceLayer",
            "BufferLayer",
            "ConcurrencyLimitLayer",
            "GlobalConcurrencyLimitLayer",
            "LoadShedLayer",
            "MapErrLayer",
            "MapResponseLayer",
            "RateLimitLayer",
            "TimeoutLayer",
        ],
    },
    Neutral { crates: &["tower_governor"], names: &["GovernorLayer"] },
    Neutral { crates: &["tower_sessions"], names: &["SessionManagerLayer"] },
    Neutral { crates: &["tower_cookies"], names: &["CookieManagerLayer"] },
    Neutral { crates: &["axum_prometheus"], names: &["PrometheusMetricLayer", "GenericMetricLayer"] },
    Neutral { crates: &["axum_client_ip"], names: &["ClientIpSource", "SecureClientIpSource"] },
    Neutral {
        crates: &["axum_tracing_opentelemetry", "opentelemetry_instrumentation_tower", "tower_otel"],
        names: &["OtelAxumLayer", "OtelInResponseLayer", "HTTPLayer", "HTTPMetricsLayer"],
    },
    Neutral {
        crates: ACTIX,
        names: &["Compress", "DefaultHeaders", "ErrorHandlers", "Identity", "Logger", "NormalizePath", "CatchPanic"],
    },
    Neutral { crates: &["actix_cors"], names: &["Cors"] },
    Neutral {
        crates: &["poem"],
        names: &[
            "AddData",
            "CatchPanic",
            "Compression",
            "CookieJarManager",
            "CookieSession",
            "Cors",
            "ForceHttps",
            "NormalizePath",
            "OpenTelemetryMetrics",
            "OpenTelemetryTracing",
            "PropagateHeader",
            "RequestId",
            "SensitiveHeader",
            "ServerSession",
            "SetHeader",
            "SizeLimit",
            "TokioMetrics",
            "Tracing",
        ],
    },
    Neutral {
        crates: &["salvo", "salvo_core", "salvo_extra", "salvo_cors", "salvo_compression", "salvo_oapi", "salvo_otel"],
        names: &[
            "CachingHeaders",
            "CatchPanic",
            "Compression",
            "Cors",
            "CorsHandler",
            "FlashHandler",
            "ForceHttps",
            "Logger",
            "MaxConcurrency",
            "MaxSize",
            "Metrics",
            "RequestId",
            "SessionHandler",
            "Timeout",
            "Tracing",
            "TrailingSlash",
            "add_slash",
            "affix",
            "affix_state",
            "max_concurrency",
            "max_size",
            "remove_slash",
        ],
    },
    Neutral {
        crates: &["gotham"],
        names: &[
            "CookieParser",
            "NewSessionMiddleware",
            "RequestLogger",
            "RequestTimer",
            "SecurityMiddleware",
            "SimpleLogger",
            "StateMiddleware",
        ],
    },
    Neutral {
        crates: &["tide"],
        names: &["After", "Before", "Cors", "CorsMiddleware", "LogMiddleware", "RequestLogger", "SessionMiddleware"],
    },
    Neutral { crates: &["tide_compress"], names: &["CompressMiddleware"] },
    Neutral { crates: &["tide_tracing"], names: &["TraceMiddleware"] },
    Neutral { crates: &["tide_sqlx"], names: &["SQLxMiddleware"] },
    Neutral { crates: &["rwf"], names: &["AllowAll", "Csrf", "RateLimiter", "RequestTracker", "SecureId"] },
    Neutral { crates: &["actix_session"], names: &["SessionMiddleware", "CookieSession"] },
    Neutral { crates: &["actix_identity"], names: &["IdentityMiddleware"] },
    Neutral { crates: &["actix_governor"], names: &["Governor"] },
    Neutral { crates: &["actix_web_flash_messages"], names: &["FlashMessagesFramework"] },
    Neutral { crates: &["actix_web_prom"], names: &["PrometheusMetrics", "PrometheusMetricsBuilder"] },
    Neutral { crates: &["tracing_actix_web"], names: &["TracingLogger"] },
    Neutral {
        crates: &["opentelemetry_instrumentation_actix_web", "actix_web_opentelemetry"],
        names: &["RequestMetrics", "RequestTracing"],
    },
    Neutral { crates: &["sentry_actix"], names: &["Sentry"] },
    Neutral { crates: &["sentry", "sentry_tower"], names: &["NewSentryLayer", "SentryHttpLayer", "SentryLayer"] },
];

const ATTRIBUTES: &[&str] = &[
    "allow",
    "async_trait",
    "axum_macros",
    "cfg",
    "cfg_attr",
    "debug_handler",
    "debug_middleware",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "inline",
    "instrument",
    "must_use",
    "openapi",
    "path",
    "test",
    "track_caller",
    "warn",
];

/// Layers that run any function or extractor of the application. What they are given is one of the views of the guard, and a
/// harmless argument must not make the whole harmless.
const RUNS_ANYTHING: &[&str] = &[
    "from_extractor",
    "from_extractor_with_state",
    "from_fn",
    "from_fn_with_state",
    "map_request",
    "map_request_with_state",
];

/// Whether a guard is known to restrict nobody.
pub fn is_neutral(guard: &Guard) -> bool {
    if guard.kind == GuardKind::Layer && RUNS_ANYTHING.contains(&guard.term.last()) {
        return false;
    }
    let mut views = std::iter::once(&guard.term).chain(&guard.expansions);
    views.any(|term| match guard.kind {
        GuardKind::Extractor | GuardKind::Layer if is_own(term) => true,
        GuardKind::Extractor => is_neutral_extractor(term, guard.local),
        GuardKind::Layer => is_neutral_layer(term, guard.local),
        GuardKind::Attribute => ATTRIBUTES.contains(&term.last()),
        GuardKind::Call | GuardKind::RouteRole => false,
    })
}

fn is_own(term: &Term) -> bool {
    term.path.first().is_some_and(|origin| origin == "route_role")
        && term.path.iter().rev().take(2).any(|name| OWN.contains(&name.as_str()))
}

fn is_neutral_extractor(term: &Term, local: bool) -> bool {
    if is_own(term) || listed(EXTRACTORS, term, term.last(), local) || is_request_guard(term) {
        return true;
    }
    let inner = || {
        term.args.iter().filter_map(|argument| match &argument.value {
            Value::Term(inner) => Some(inner),
            _ => None,
        })
    };
    // Of `Result<Json<T>, Rejection>` only the first argument is extracted.
    listed(WRAPPERS, term, term.last(), local) && inner().next().is_some_and(|inner| is_neutral_extractor(inner, false))
}

fn is_request_guard(term: &Term) -> bool {
    let [origin, .., last] = term.path.as_slice() else { return false };
    REQUEST_GUARDS.iter().any(|table| table.crates.contains(&origin.as_str()) && table.names.contains(&last.as_str()))
}

/// A layer's term is a type or a call of one of its functions: `CorsLayer` or `CorsLayer::permissive(…)`.
fn is_neutral_layer(term: &Term, local: bool) -> bool {
    let names = term.path.iter().rev().take(2);
    names.into_iter().any(|name| listed(LAYERS, term, name, local))
}

fn listed(tables: &[Neutral], term: &Term, name: &str, local: bool) -> bool {
    let origin = term.path.first().map(String::as_str).unwrap_or_default();
    // A name that could not be resolved to a crate is taken at face value unless the tree defines one of that name.
    let unresolved = term.path.iter().position(|segment| segment == name) == Some(0);
    tables
        .iter()
        .any(|table| table.names.contains(&name) && if unresolved { !local } else { table.crates.contains(&origin) })
}

#[cfg(test)]
mod tests {
    use route_role_policy::term::Argument;

    use super::*;
    use crate::source::{FileId, Span};

    fn guard(kind: GuardKind, path: &str, args: &[&str], local: bool) -> Guard {
        let args = args.iter().map(|name| Argument { name: None, value: Value::Term(Term::name(name)) }).collect();
        let span = Span { file: FileId(0), start: 0, end: 0 };
        Guard {
            kind,
            term: Term { args, ..Term::name(path) },
            expansions: Vec::new(),
            conditions: Vec::new(),
            never_refuses: false,
            text: path.into(),
            span,
            local,
        }
    }

    fn extractor(path: &str, args: &[&str]) -> bool {
        is_neutral(&guard(GuardKind::Extractor, path, args, false))
    }

    #[test]
    fn extractors_of_the_framework_restrict_nobody() {
        assert!(extractor("axum::extract::State", &["AppState"]));
        assert!(extractor("axum::Json", &["CreateHost"]));
        assert!(extractor("Path", &["Uuid"]));
        assert!(extractor("http::HeaderMap", &[]));
    }

    #[test]
    fn a_type_of_the_same_name_from_elsewhere_is_a_guard() {
        assert!(!extractor("crate::auth::Session", &[]));
        assert!(!extractor("other_crate::Json", &["Body"]));
        assert!(!is_neutral(&guard(GuardKind::Extractor, "Json", &["Body"], true)));
    }

    #[test]
    fn request_guards_count_where_they_are_rocket_s() {
        assert!(extractor("rocket::State", &["Pool"]));
        assert!(extractor("rocket::http::CookieJar", &[]));
        assert!(extractor("std::net::IpAddr", &[]));
        assert!(!extractor("Client", &[]));
        assert!(!extractor("crate::auth::CookieJar", &[]));
        assert!(!extractor("rocket::mtls::Certificate", &[]));
    }

    #[test]
    fn a_wrapper_is_as_harmless_as_what_it_holds() {
        assert!(extractor("Option", &["Query"]));
        assert!(extractor("Result", &["axum::Json", "JsonRejection"]));
        assert!(!extractor("Option", &["crate::auth::Authorized"]));
        assert!(!extractor("Option", &[]));
    }

    #[test]
    fn layers_that_can_refuse_a_caller_are_guards() {
        let layer = |path: &str| is_neutral(&guard(GuardKind::Layer, path, &[], false));
        assert!(layer("tower_http::cors::CorsLayer::permissive"));
        assert!(layer("tower_http::trace::TraceLayer"));
        assert!(layer("axum::Extension"));
        assert!(layer("gotham::middleware::session::NewSessionMiddleware::default"));
        assert!(layer("tide::utils::Before"));
        assert!(layer("tide::log::LogMiddleware::new"));
        assert!(!layer("crate::Before"));
        assert!(!layer("axum::middleware::from_fn"));
        assert!(!layer("tower_http::validate_request::ValidateRequestHeaderLayer::bearer"));
        assert!(!layer("crate::layers::CorsLayer"));
        let with_state =
            guard(GuardKind::Layer, "axum::middleware::from_fn_with_state", &["axum::Extension", "authorize"], true);
        assert!(!is_neutral(&Guard {
            expansions: vec![Term::name("axum::Extension"), Term::name("authorize")],
            ..with_state
        }));
    }
}
