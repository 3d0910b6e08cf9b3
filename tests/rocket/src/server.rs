//! A service on a free port of the loopback interface.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use rocket::fairing::AdHoc;
use rocket::{Build, Rocket, Shutdown};
use tokio::sync::oneshot;

/// A running service; it stops when this is dropped.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    shutdown: Shutdown,
}

impl Server {
    /// Launches a service.
    ///
    /// # Errors
    ///
    /// If it doesn't launch.
    pub async fn start(rocket: Rocket<Build>) -> io::Result<Self> {
        let (send, launched) = oneshot::channel();
        let send = std::sync::Mutex::new(Some(send));
        let tell = AdHoc::on_liftoff("tell the port", move |rocket| {
            let send = send.lock().ok().and_then(|mut send| send.take());
            let port = rocket.config().port;
            Box::pin(async move {
                // Whoever waits for it may have gone.
                let _ = send.map(|send| send.send(port));
            })
        });
        let rocket = rocket.attach(tell).ignite().await.map_err(|error| io::Error::other(error.to_string()))?;
        let shutdown = rocket.shutdown();
        tokio::spawn(rocket.launch());
        let port = launched.await.map_err(|_| io::Error::other("the service didn't launch"))?;
        Ok(Self { address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)), shutdown })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shutdown.clone().notify();
    }
}
