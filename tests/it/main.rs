//! Everything through the front door: the real program on a free port, with a fresh database.
//!
//! `DATABASE_URL` must name a PostgreSQL server where databases may be created; `make test` provides one.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![allow(unreachable_pub, reason = "a test binary has no outside")]

mod bad_input;
mod cases;
mod connections;
mod counts;
mod cql2;
mod declarations;
mod derived;
mod edit;
mod export;
mod feed;
mod history;
mod hostile;
mod import;
mod items;
mod lens;
mod lifecycle;
mod map_data;
mod oidc;
mod oracle;
mod overlaps;
mod people;
mod processes;
mod real_data;
mod rooms;
mod service;
mod support;
mod uploads;
