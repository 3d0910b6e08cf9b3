//! A server to ask.

use std::io;
use std::net::SocketAddr;

use axum::Router;
use route_role_tests_behavior::client::send;
pub use route_role_tests_behavior::client::{Ask, Reply, ask, nobody};
use tokio::net::TcpListener;

/// A running service; it stops when this is dropped.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    task: tokio::task::JoinHandle<io::Result<()>>,
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
        send(self.address, ask).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
