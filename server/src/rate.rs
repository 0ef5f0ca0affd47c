//! How fast a client may talk: a bucket of tokens that fills at a steady rate.

use tokio::time::Instant;

/// How many messages a client may still say now.
#[derive(Debug)]
pub(crate) struct Bucket {
    a_second: f64,
    most: f64,
    level: f64,
    at: Instant,
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

impl Bucket {
    /// A full bucket.
    pub(crate) fn new(a_second: u32, most: u32, now: Instant) -> Self {
        Self {
            a_second: a_second.into(),
            most: most.into(),
            level: most.into(),
            at: now,
            refused: 0,
        }
    }

    /// Measures one message. A client is cut off when as many were refused in a row as it may say
    /// at once.
    pub(crate) fn take(&mut self, now: Instant) -> Measure {
        let elapsed = now.saturating_duration_since(self.at).as_secs_f64();
        self.level = (self.level + elapsed * self.a_second).min(self.most);
        self.at = now;
        if self.level >= 1.0 {
            self.level -= 1.0;
            self.refused = 0;
            return Measure::Read;
        }
        self.refused += 1;
        if f64::from(self.refused) > self.most { Measure::CutOff } else { Measure::Refuse }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Measure::{CutOff, Read, Refuse};
    use super::*;

    #[test]
    fn a_quiet_client_may_say_much_at_once_and_then_a_little_a_second() {
        let now = Instant::now();
        let mut bucket = Bucket::new(2, 3, now);
        let measures = |bucket: &mut Bucket, now| [(); 4].map(|()| bucket.take(now));
        assert_eq!(measures(&mut bucket, now), [Read, Read, Read, Refuse]);
        let later = now + Duration::from_secs(1);
        assert_eq!(measures(&mut bucket, later), [Read, Read, Refuse, Refuse]);
        assert_eq!(measures(&mut bucket, later), [Refuse, CutOff, CutOff, CutOff]);
        let much_later = later + Duration::from_hours(1);
        assert_eq!(measures(&mut bucket, much_later), [Read, Read, Read, Refuse]);
    }
}
