use std::process::ExitCode;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What tells us to stop: Ctrl-C, SIGTERM, and the terminal going away. From when it is made, none of them ends the
/// program by itself.
pub(super) struct StopSignals([Signal; 3]);

/// A command was told to stop and left everything as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stopped by {name}; nothing was changed")]
pub struct Stopped {
    /// Name of the signal, such as `SIGTERM`.
    pub name: &'static str,
    number: u8,
}

impl Stopped {
    /// What shells expect of a program that a signal ended: 128 and the signal's number.
    pub fn exit_code(self) -> ExitCode {
        ExitCode::from(128 + self.number)
    }
}

const INTERRUPT: Stopped = Stopped { name: "SIGINT", number: 2 };
const TERMINATE: Stopped = Stopped { name: "SIGTERM", number: 15 };
const HANGUP: Stopped = Stopped { name: "SIGHUP", number: 1 };

impl StopSignals {
    pub(super) fn listen() -> anyhow::Result<StopSignals> {
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let [interrupt, terminate, hangup] = kinds.map(signal);
        Ok(StopSignals([interrupt?, terminate?, hangup?]))
    }

    /// Waits for a signal; one that came since the last call counts.
    pub(super) async fn received(&mut self) -> Stopped {
        let [interrupt, terminate, hangup] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => INTERRUPT,
            _ = terminate.recv() => TERMINATE,
            _ = hangup.recv() => HANGUP,
        }
    }

    /// Does something unless a signal comes first.
    pub(super) async fn unless<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Stopped> {
        tokio::select! {
            biased;
            done = work => Ok(done),
            stopped = self.received() => Err(stopped),
        }
    }
}
