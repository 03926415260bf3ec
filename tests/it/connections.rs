//! Clients that are slow, many or long-winded.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::support::{Server, TestDatabase};

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// Everything until the server closes the connection.
fn rest(mut stream: TcpStream) -> String {
    let mut text = vec![];
    // A reset is an end too.
    let _ = stream.read_to_end(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}

#[test]
fn headers_that_do_not_come_are_not_waited_for() {
    let database = TestDatabase::create();
    let server = Server::start(&database);
    let started = Instant::now();
    let mut slow = connect(&server);
    slow.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n").unwrap();
    assert_eq!(rest(slow), "");
    let waited = started.elapsed();
    assert!((8..15).contains(&waited.as_secs()), "{waited:?}");
}

#[test]
fn headers_beyond_32_kilobytes_are_refused() {
    let database = TestDatabase::create();
    let server = Server::start(&database);
    let mut wordy = connect(&server);
    let header = format!("GET /livez HTTP/1.1\r\nhost: x\r\nx-long: {}\r\n\r\n", "x".repeat(200_000));
    // The server may close while we write.
    let _ = wordy.write_all(header.as_bytes());
    // The server does not read what it has refused, and its answer may be lost to the reset that follows.
    let answer = rest(wordy);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
    assert_eq!(server.get("/livez").status, 200, "the server is unharmed");
}

#[test]
fn one_connection_too_many_is_told_so_and_places_come_back() {
    let database = TestDatabase::create();
    let server = Server::start_with(&database, &["--max-connections", "2"]);
    let (first, _second) = (connect(&server), connect(&server));
    let refused = rest(connect(&server));
    assert!(refused.starts_with("HTTP/1.1 503 ") && refused.contains("application/problem+json"), "{refused}");
    drop(first);
    let deadline = Instant::now() + Duration::from_secs(5);
    while server.get("/livez").status != 200 {
        assert!(Instant::now() < deadline, "the place does not come back");
        std::thread::sleep(Duration::from_millis(20));
    }
}
