use std::{
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use crate::overlay::OverlayError;

/// Work of seconds, as whoever waits for it sees it: how far it is, and a way to call it off.
#[derive(Debug)]
pub struct Work {
    limit: Duration,
    began: OnceLock<Instant>,
    is_stopped: AtomicBool,
    done: AtomicUsize,
    total: AtomicUsize,
    pairs: AtomicUsize,
}

/// Pairs of one answer, at most: they are held in memory.
const MOST_PAIRS: usize = 20_000_000;

/// Why work did not come to its end.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Unfinished {
    /// It was called off.
    #[error("the work was called off")]
    Stopped,
    /// Its time was over.
    #[error("the question takes too long: ask about an area, or filter the layers")]
    TookTooLong,
    /// It has more pairs than are held.
    #[error("the question has more than {MOST_PAIRS} pairs: ask about an area, or filter the layers")]
    TooMany,
    /// Two areas cannot be overlaid.
    #[error(transparent)]
    Overlay(#[from] OverlayError),
}

impl Work {
    /// Work that must have ended so long after it began.
    pub fn lasting(limit: Duration) -> Work {
        Work {
            limit,
            began: OnceLock::new(),
            is_stopped: AtomicBool::new(false),
            done: AtomicUsize::new(0),
            total: AtomicUsize::new(0),
            pairs: AtomicUsize::new(0),
        }
    }

    /// Calls it off: it ends at the next piece.
    pub fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    /// Pieces done, and pieces there are; none before that is known.
    pub fn progress(&self) -> (usize, usize) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }

    /// It begins when this is first asked.
    pub(super) fn deadline(&self) -> Instant {
        *self.began.get_or_init(Instant::now) + self.limit
    }

    /// So many pieces more are to be done.
    pub(super) fn expect(&self, pieces: usize) {
        self.total.fetch_add(pieces, Ordering::Relaxed);
    }

    /// Whether it was called off.
    pub fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    /// Before each piece.
    ///
    /// # Errors
    /// [`Unfinished::Stopped`], [`Unfinished::TookTooLong`].
    pub(super) fn next(&self) -> Result<(), Unfinished> {
        self.go_on()?;
        self.done.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// So many pairs more were found.
    ///
    /// # Errors
    /// [`Unfinished::TooMany`].
    pub(super) fn found(&self, pairs: usize) -> Result<(), Unfinished> {
        match self.pairs.fetch_add(pairs, Ordering::Relaxed) + pairs > MOST_PAIRS {
            true => Err(Unfinished::TooMany),
            false => Ok(()),
        }
    }

    /// Amid a piece.
    ///
    /// # Errors
    /// [`Unfinished::Stopped`], [`Unfinished::TookTooLong`].
    pub(super) fn go_on(&self) -> Result<(), Unfinished> {
        if self.is_stopped() {
            return Err(Unfinished::Stopped);
        }
        if Instant::now() > self.deadline() {
            return Err(Unfinished::TookTooLong);
        }
        Ok(())
    }
}
