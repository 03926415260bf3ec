use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::Router;
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
};
use tokio_io_timeout::TimeoutStream;

use crate::api::caller::PeerAddress;

/// How many connections are served at once.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLimits {
    /// All together.
    pub total: usize,
    /// From one address. This machine's own addresses are not counted: a reverse proxy on it speaks for everybody.
    pub per_address: usize,
}

/// Within this time a request's headers must be here; a connection without a request is closed after it.
const HEADERS_TIMEOUT: Duration = Duration::from_secs(10);
/// From how many bytes on a request line and headers that are still not whole are answered with 431.
const MAX_HEADERS: usize = 32 << 10;
/// A client that takes nothing of its answer for so long is let go: it would keep a place, and the answer in memory.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// A refused connection is told so, if it listens.
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(1);
/// When the machine has no file descriptors left, trying again at once would only burn time.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

const REFUSAL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\nretry-after: 5\r\nconnection: close\r\ncontent-length: 98\r\n\r\n{\"status\":503,\"title\":\"Too many connections\",\"detail\":\"the server is busy; try again in a moment\"}";

/// Serves `app` until `stop` is ready, then lets the requests under way end.
///
/// Connections beyond the limits are answered with 503 and closed.
pub async fn serve(listener: TcpListener, app: Router, limits: ConnectionLimits, stop: impl Future<Output = ()>) {
    let mut stop = std::pin::pin!(stop);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADERS_TIMEOUT).max_header_size(MAX_HEADERS);
    let open = OpenConnections::new(limits);
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let Some(slot) = open.enter(peer.ip()) else {
            tokio::spawn(refuse(stream));
            continue;
        };
        // Answers are written whole: waiting to fill a packet would only delay the last one.
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(WRITE_TIMEOUT));
        // A reverse proxy on this machine speaks for everybody.
        let from = PeerAddress(Some(peer.ip().to_canonical()).filter(|address| !address.is_loopback()));
        let app = TowerToHyperService::new(app.clone());
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(from);
            app.call(request)
        });
        let connection = http.serve_connection(TokioIo::new(Box::pin(stream)), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A client that breaks off or is too slow is no trouble of ours.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(slot);
        });
    }
    graceful.shutdown().await;
}

async fn refuse(mut stream: TcpStream) {
    metrics::counter!("http_connections_refused_total").increment(1);
    // Whoever does not listen is not told.
    let _ = tokio::time::timeout(REFUSAL_TIMEOUT, async {
        stream.write_all(REFUSAL).await?;
        stream.shutdown().await
    })
    .await;
}

/// Counts who is connected.
struct OpenConnections {
    limits: ConnectionLimits,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    total: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// A connection's place in the count; leaves it when dropped.
struct Slot {
    open: Arc<OpenConnections>,
    address: IpAddr,
}

impl OpenConnections {
    fn new(limits: ConnectionLimits) -> Arc<OpenConnections> {
        Arc::new(OpenConnections { limits, counts: Mutex::default() })
    }

    /// A place for one more connection; `None` when there are too many.
    fn enter(self: &Arc<OpenConnections>, address: IpAddr) -> Option<Slot> {
        let address = address.to_canonical();
        let mut counts = self.counts.lock().expect("counting cannot panic");
        let of_address = counts.by_address.get(&address).copied().unwrap_or(0);
        if counts.total >= self.limits.total || (!address.is_loopback() && of_address >= self.limits.per_address) {
            return None;
        }
        counts.total += 1;
        counts.by_address.insert(address, of_address + 1);
        Some(Slot { open: Arc::clone(self), address })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut counts = self.open.counts.lock().expect("counting cannot panic");
        counts.total -= 1;
        if let Some(count) = counts.by_address.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_limited_together_and_by_address_and_places_come_back() {
        let open = OpenConnections::new(ConnectionLimits { total: 3, per_address: 1 });
        let (far, near, loopback) =
            (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]), IpAddr::from([127, 0, 0, 1]));
        let first = open.enter(far).expect("the first");
        assert!(open.enter(far).is_none(), "a second from the same address");
        let _second = open.enter(loopback).expect("this machine");
        let _third = open.enter(loopback).expect("this machine again");
        assert!(open.enter(near).is_none(), "a fourth");
        drop(first);
        assert!(open.enter(near).is_some(), "a place came back");
    }

    #[test]
    fn the_refusal_states_its_length() {
        let text = std::str::from_utf8(REFUSAL).expect("plain text");
        let (head, body) = text.split_once("\r\n\r\n").expect("head and body");
        assert!(head.contains(&format!("content-length: {}", body.len())));
    }
}
