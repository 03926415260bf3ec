use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// So often one may fail without waiting.
const FREE: u32 = 5;
/// One waits so long at most.
const LONGEST: Duration = Duration::from_secs(900);
/// After so long without a failure all is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(3_600);
/// Names that are remembered, at most.
const MOST: usize = 100_000;

/// Remembers who failed, by login and by address: whoever fails again and again waits twice as long each time. In the memory of the
/// node.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<HashMap<String, Failures>>);

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Instant,
}

impl Failures {
    /// How long one waits after them.
    fn wait(self) -> Duration {
        let doubled = self.count.checked_sub(FREE).map(|beyond| 2_u64.saturating_pow(beyond));
        doubled.map_or(Duration::ZERO, Duration::from_secs).min(LONGEST)
    }
}

impl Throttle {
    /// Whether these may try now.
    ///
    /// # Errors
    /// Seconds to wait.
    pub(super) fn check(&self, names: &[String]) -> Result<(), u16> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = |name: &String| {
            let failures = known.get(name)?;
            failures.wait().checked_sub(failures.last.elapsed()).filter(|left| !left.is_zero())
        };
        match names.iter().filter_map(left).max() {
            Some(left) => Err(u16::try_from(left.as_secs()).unwrap_or(u16::MAX) + 1),
            None => Ok(()),
        }
    }

    /// They failed.
    pub(super) fn failed(&self, names: &[String]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() > MOST {
            known.retain(|_, failures| failures.last.elapsed() < LONGEST);
        }
        for name in names {
            let now = Instant::now();
            let failures = known.entry(name.clone()).or_insert(Failures { count: 0, last: now });
            if failures.last.elapsed() > FORGOTTEN {
                failures.count = 0;
            }
            *failures = Failures { count: failures.count + 1, last: now };
        }
    }

    /// The login was right: its failures are forgotten; those of an address are not, for it may be anybody's.
    pub(super) fn succeeded(&self, names: &[String]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(login) = names.first() {
            known.remove(login);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_fails_again_and_again_waits_longer() {
        let throttle = Throttle::default();
        let (login, other) = (["login ana".to_owned()], ["login beto".to_owned()]);
        for _ in 0..FREE - 1 {
            throttle.failed(&login);
        }
        throttle.check(&login).expect("a few are free");
        throttle.failed(&login);
        throttle.failed(&login);
        assert!(throttle.check(&login).expect_err("must wait") >= 2);
        throttle.check(&other).expect("another login");
        for _ in 0..40 {
            throttle.failed(&login);
        }
        assert!(throttle.check(&login).expect_err("must wait") <= 901);
        throttle.succeeded(&login);
        throttle.check(&login).expect("forgotten");
    }
}
