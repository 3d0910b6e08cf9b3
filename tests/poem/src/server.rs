//! A service on a free port of the loopback interface.

use std::io;
use std::net::SocketAddr;

use poem::listener::{Acceptor, Listener, TcpListener};
use poem::{IntoEndpoint, Server as PoemServer};
use tokio::task::JoinHandle;

/// A running service; it stops when this is dropped.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    task: JoinHandle<io::Result<()>>,
}

impl Server {
    /// Serves an endpoint.
    ///
    /// # Errors
    ///
    /// If no port is free.
    pub async fn start<E>(endpoint: E) -> io::Result<Self>
    where
        E: IntoEndpoint + Send + 'static,
        E::Endpoint: 'static,
    {
        let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await?;
        let address = acceptor.local_addr().first().and_then(|address| address.as_socket_addr().copied());
        let address = address.ok_or_else(|| io::Error::other("the server listens nowhere"))?;
        Ok(Self { address, task: tokio::spawn(PoemServer::new_with_acceptor(acceptor).run(endpoint)) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
