//! A service on a free port of the loopback interface.

use std::io;
use std::net::SocketAddr;

use actix_web::dev::ServerHandle;
use actix_web::web::ServiceConfig;
use actix_web::{App, HttpServer};
use route_role::actix::RouteRole;

/// A running service.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    handle: ServerHandle,
}

impl Server {
    /// Serves routes with the middleware around them.
    ///
    /// # Errors
    ///
    /// If no port is free.
    pub fn start(guards: RouteRole, configure: fn(&mut ServiceConfig)) -> io::Result<Self> {
        let server = HttpServer::new(move || App::new().wrap(guards.clone()).configure(configure));
        let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0))?;
        let address = server.addrs().first().copied();
        Self::run(address, server.run())
    }

    /// Serves routes without anything around them.
    ///
    /// # Errors
    ///
    /// If no port is free.
    pub fn start_bare(configure: fn(&mut ServiceConfig)) -> io::Result<Self> {
        let server = HttpServer::new(move || App::new().configure(configure));
        let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0))?;
        let address = server.addrs().first().copied();
        Self::run(address, server.run())
    }

    fn run(address: Option<SocketAddr>, server: actix_web::dev::Server) -> io::Result<Self> {
        let handle = server.handle();
        actix_web::rt::spawn(server);
        let address = address.ok_or_else(|| io::Error::other("the server listens nowhere"))?;
        Ok(Self { address, handle })
    }

    /// Stops it.
    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}
