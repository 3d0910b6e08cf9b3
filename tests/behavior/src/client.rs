//! A client that shows every byte of an answer.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer as it came over the network, without `date`, which changes by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The header lines, in the server's order, names in lower case.
    pub headers: Vec<String>,
    /// The body.
    pub body: String,
}

/// What to ask.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Method and path.
    pub line: &'a str,
    /// The token, if any.
    pub token: Option<&'a str>,
    /// A JSON body, if any.
    pub body: Option<&'a str>,
}

/// A request without a body.
pub const fn ask<'a>(line: &'a str, token: &'a str) -> Ask<'a> {
    Ask { line, token: Some(token), body: None }
}

/// A request of nobody, without a body.
pub const fn nobody(line: &str) -> Ask<'_> {
    Ask { line, token: None, body: None }
}

/// Sends a request on a connection of its own.
///
/// # Errors
///
/// If the connection breaks, or what comes back isn't HTTP.
pub async fn send(address: SocketAddr, ask: Ask<'_>) -> io::Result<Reply> {
    let mut request = format!("{} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n", ask.line);
    if let Some(token) = ask.token {
        request.push_str(&format!("authorization: Bearer {token}\r\n"));
    }
    if let Some(body) = ask.body {
        request.push_str(&format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()));
    }
    request.push_str("\r\n");
    request.push_str(ask.body.unwrap_or_default());
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Reply::parse(&answer).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, answer))
}

impl Reply {
    fn parse(answer: &str) -> Option<Self> {
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers = lines
            .map(|line| match line.split_once(':') {
                Some((name, value)) => format!("{}:{value}", name.to_ascii_lowercase()),
                None => line.to_owned(),
            })
            .filter(|line| !line.starts_with("date:"))
            .collect();
        Some(Self { status, headers, body: body.to_owned() })
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}
