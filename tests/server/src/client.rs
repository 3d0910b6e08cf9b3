//! A client that shows every byte of an answer, and a server to ask.

use std::io;

use axum::Router;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A running service.
#[derive(Debug)]
pub struct Server {
    address: std::net::SocketAddr,
    task: tokio::task::JoinHandle<io::Result<()>>,
}

/// An answer as it came over the network, without `date`, which changes by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The header lines, in the server's order.
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
pub fn ask<'a>(line: &'a str, token: &'a str) -> Ask<'a> {
    Ask { line, token: Some(token), body: None }
}

impl Server {
    /// Serves `app` on a free port of the loopback interface.
    ///
    /// # Errors
    ///
    /// If there is no such port.
    pub async fn start(app: Router) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        Ok(Self { address, task: tokio::spawn(async move { axum::serve(listener, app).await }) })
    }

    /// Sends a request on a connection of its own.
    ///
    /// # Errors
    ///
    /// If the connection breaks, or what comes back isn't HTTP.
    pub async fn send(&self, ask: Ask<'_>) -> io::Result<Reply> {
        let mut request = format!("{} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n", ask.line);
        if let Some(token) = ask.token {
            request.push_str(&format!("authorization: Bearer {token}\r\n"));
        }
        if let Some(body) = ask.body {
            request.push_str(&format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        request.push_str(ask.body.unwrap_or_default());
        let mut stream = TcpStream::connect(self.address).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Reply::parse(&answer).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, answer))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Reply {
    fn parse(answer: &str) -> Option<Self> {
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers = lines.filter(|line| !line.starts_with("date:")).map(str::to_owned).collect();
        Some(Self { status, headers, body: body.to_owned() })
    }
}
