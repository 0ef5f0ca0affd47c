//! How fast a client may talk: credit that comes back at a steady rate.

use std::num::NonZeroU32;

use governor::clock::{Clock, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

/// How many messages a client may still say now.
#[derive(Debug)]
pub(crate) struct Pace<C: Clock = MonotonicClock> {
    limiter: RateLimiter<NotKeyed, InMemoryState, C, NoOpMiddleware<C::Instant>>,
    most: u32,
    refused: u32,
}

/// What to do with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Read it.
    Read,
    /// Refuse it unread.
    Refuse,
    /// Cut the client off, who did not hear the refusals.
    CutOff,
}

impl Pace {
    /// For a client that has said nothing yet: so many messages a second in the long run, and so many at
    /// once. None is taken for one.
    pub(crate) fn new(a_second: u32, most: u32) -> Self {
        Self::by(MonotonicClock, a_second, most)
    }
}

impl<C: Clock> Pace<C> {
    fn by(clock: C, a_second: u32, most: u32) -> Self {
        let some = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(some(a_second)).allow_burst(some(most));
        Self { limiter: RateLimiter::direct_with_clock(quota, clock), most, refused: 0 }
    }

    /// Measures one message. A client is cut off when as many were refused in a row as it may say
    /// at once.
    pub(crate) fn take(&mut self) -> Measure {
        if self.limiter.check().is_ok() {
            self.refused = 0;
            return Measure::Read;
        }
        self.refused += 1;
        if self.refused > self.most { Measure::CutOff } else { Measure::Refuse }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::Measure::{CutOff, Read, Refuse};
    use super::*;

    #[test]
    fn a_quiet_client_may_say_much_at_once_and_then_a_little_a_second() {
        let clock = FakeRelativeClock::default();
        let mut pace = Pace::by(clock.clone(), 2, 3);
        let mut measures = || [(); 4].map(|()| pace.take());
        assert_eq!(measures(), [Read, Read, Read, Refuse]);
        clock.advance(Duration::from_secs(1));
        assert_eq!(measures(), [Read, Read, Refuse, Refuse]);
        assert_eq!(measures(), [Refuse, CutOff, CutOff, CutOff]);
        clock.advance(Duration::from_hours(1));
        assert_eq!(measures(), [Read, Read, Read, Refuse]);
    }
}
