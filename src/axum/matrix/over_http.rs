//! A request to a running service. A test needs no more of HTTP than this.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode, Uri};

/// How long a service may take to say something.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longer than any line that begins an answer.
const LONGEST_LINE: u64 = 1 << 12;

/// The status of the answer to a request without a body.
pub(super) fn status(base: &str, method: &str, path: &str, headers: &HeaderMap) -> Result<StatusCode, String> {
    let uri: Uri = base.parse().map_err(|error| format!("`{base}` is no URL: {error}"))?;
    let authority = uri.authority().filter(|_| uri.scheme_str() == Some("http"));
    let authority =
        authority.ok_or_else(|| format!("`{base}` isn't `http://host:port`, and nothing else can be asked"))?;
    let prefix = uri.path().trim_end_matches('/');
    let asked = ask(authority.host(), authority.port_u16().unwrap_or(80), |stream| {
        write!(
            stream,
            "{method} {prefix}{path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\ncontent-length: 0\r\n"
        )?;
        for (name, value) in headers {
            write!(stream, "{name}: ")?;
            stream.write_all(value.as_bytes())?;
            stream.write_all(b"\r\n")?;
        }
        stream.write_all(b"\r\n")
    });
    let line = asked.map_err(|error| format!("`{base}` can't be asked: {error}"))?;
    let status = line.strip_prefix("HTTP/1.").and_then(|rest| rest.split(' ').nth(1));
    status
        .and_then(|status| status.trim().parse().ok())
        .ok_or_else(|| format!("`{base}` doesn't speak HTTP/1.1: {line:?}"))
}

/// The first line of an answer.
fn ask(host: &str, port: u16, write: impl FnOnce(&mut TcpStream) -> io::Result<()>) -> io::Result<String> {
    // An IPv6 address stands in brackets in a URL, and nowhere else.
    let mut stream = TcpStream::connect((host.trim_matches(['[', ']']), port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write(&mut stream)?;
    let mut line = String::new();
    BufReader::new(stream.take(LONGEST_LINE)).read_line(&mut line)?;
    Ok(line)
}
