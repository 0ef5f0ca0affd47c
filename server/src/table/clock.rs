//! The clocks of a debate: a time for each turn, and a bank for what goes beyond.
//!
//! The time runs out when the turn's own time and the bank are used up. It never stops for a lost
//! connection. But a debater whose connection is lost in its turn, or was lost before, is given a
//! grace: its time does not run out before so long after the loss, or after the beginning of the
//! turn. All that it gains by that in a debate is the grace once: what it has used of it is gone, so that
//! nobody gains more by coming and going.

use std::time::Duration;

use pixel_debate_game::Debater;
use pixel_debate_protocol::{Clock, TimeLeft};
use tokio::time::Instant;

use crate::limits::milliseconds;

/// The clocks of a debate's outside players.
#[derive(Clone, Debug)]
pub(crate) struct Clocks {
    move_time: Duration,
    bank: [Duration; 2],
    grace: Duration,
    /// What each debater has left of the grace.
    grace_left: [Duration; 2],
    turn: Option<Running>,
}

/// A debater's turn.
#[derive(Clone, Copy, Debug)]
struct Running {
    debater: Debater,
    since: Instant,
    /// Before this the time does not run out, if the grace has been given.
    grace_until: Option<Instant>,
}

impl Clocks {
    /// Clocks that stand, with full banks.
    pub(crate) fn new(clock: Clock, grace: Duration) -> Self {
        let bank = Duration::from_millis(clock.bank_ms.into());
        let move_time = Duration::from_millis(clock.move_ms.into());
        Self { move_time, bank: [bank; 2], grace, grace_left: [grace; 2], turn: None }
    }

    /// Puts that much into the banks, in milliseconds.
    pub(crate) fn set_banks(&mut self, bank_ms: [u32; 2]) {
        self.bank = bank_ms.map(|bank| Duration::from_millis(bank.into()));
    }

    /// What is in the banks, in milliseconds, if the turn ends now.
    pub(crate) fn banks_after(&self, now: Instant) -> [u32; 2] {
        let mut bank = self.bank;
        if let Some(turn) = self.turn {
            bank[turn.debater as usize] = self.bank_left(turn, now);
        }
        bank.map(milliseconds)
    }

    /// Begins a debater's turn. `present` says whether its connection is there.
    pub(crate) fn start(&mut self, debater: Debater, present: bool, now: Instant) {
        let grace_until = (!present).then(|| now + self.grace);
        self.turn = Some(Running { debater, since: now, grace_until });
    }

    /// Ends the turn, if there is one.
    pub(crate) fn stop(&mut self, now: Instant) {
        let end = self.end();
        if let Some((turn, end)) = self.turn.take().zip(end) {
            let place = turn.debater as usize;
            self.bank[place] = self.bank_left(turn, now);
            let used = now.saturating_duration_since(end);
            self.grace_left[place] = self.grace_left[place].saturating_sub(used);
        }
    }

    /// Notes that a debater's connection is lost.
    pub(crate) fn lost(&mut self, debater: Debater, now: Instant) {
        if let Some(turn) = self.turn.as_mut().filter(|turn| turn.debater == debater)
            && turn.grace_until.is_none()
        {
            turn.grace_until = Some(now + self.grace);
        }
    }

    /// When the time of the debater whose turn it is runs out.
    pub(crate) fn runs_out(&self) -> Option<Instant> {
        let (turn, end) = self.turn.zip(self.end())?;
        let latest = end + self.grace_left[turn.debater as usize];
        Some(turn.grace_until.map_or(end, |grace| grace.clamp(end, latest)))
    }

    /// When the turn's own time and the bank are used up.
    fn end(&self) -> Option<Instant> {
        let turn = self.turn?;
        Some(turn.since + self.move_time + self.bank[turn.debater as usize])
    }

    /// The time left to the debater whose turn it is.
    pub(crate) fn left(&self, now: Instant) -> Option<TimeLeft> {
        let turn = self.turn?;
        let spent = now.saturating_duration_since(turn.since);
        Some(TimeLeft {
            move_ms: milliseconds(self.move_time.saturating_sub(spent)),
            bank_ms: milliseconds(self.bank_left(turn, now)),
        })
    }

    fn bank_left(&self, turn: Running, now: Instant) -> Duration {
        let spent = now.saturating_duration_since(turn.since);
        self.bank[turn.debater as usize].saturating_sub(spent.saturating_sub(self.move_time))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MOVE: u64 = 1000;
    const BANK: u64 = 500;
    const GRACE: u64 = 300;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn clocks() -> Clocks {
        let clock = Clock { move_ms: MOVE as u32, bank_ms: BANK as u32 };
        Clocks::new(clock, ms(GRACE))
    }

    #[test]
    fn what_goes_beyond_a_turns_time_is_taken_from_the_bank() {
        let (mut clocks, now) = (clocks(), Instant::now());
        clocks.start(Debater::First, true, now);
        assert_eq!(clocks.runs_out(), Some(now + ms(MOVE + BANK)));
        let left = |clocks: &Clocks, after| {
            clocks.left(now + ms(after)).map(|left| (left.move_ms, left.bank_ms))
        };
        assert_eq!(left(&clocks, 400), Some((600, 500)));
        assert_eq!(left(&clocks, 1200), Some((0, 300)));
        assert_eq!(clocks.banks_after(now + ms(1200)), [300, 500]);
        clocks.stop(now + ms(1200));
        assert_eq!((clocks.runs_out(), left(&clocks, 1200)), (None, None));
        clocks.start(Debater::First, true, now);
        assert_eq!(clocks.runs_out(), Some(now + ms(MOVE + 300)));
        clocks.stop(now + ms(10));
        assert_eq!(clocks.banks_after(now), [300, 500]);
    }

    #[test]
    fn a_loss_gives_the_grace_once_a_turn_and_only_to_who_is_to_move() {
        let (mut clocks, now) = (clocks(), Instant::now());
        let end = now + ms(MOVE + BANK);
        clocks.start(Debater::Second, true, now);
        clocks.lost(Debater::First, end);
        assert_eq!(clocks.runs_out(), Some(end));
        clocks.lost(Debater::Second, end - ms(100));
        clocks.lost(Debater::Second, end);
        assert_eq!(clocks.runs_out(), Some(end + ms(GRACE - 100)));
        // An early loss gains nothing, and neither does absence with this much time.
        clocks.start(Debater::Second, false, now);
        clocks.lost(Debater::Second, end);
        assert_eq!(clocks.runs_out(), Some(end));
    }

    #[test]
    fn who_drops_its_connection_each_turn_gains_the_grace_once() {
        let clock = Clock { move_ms: MOVE as u32, bank_ms: 0 };
        let mut clocks = Clocks::new(clock, ms(GRACE));
        let mut now = Instant::now();
        let mut gained = Duration::ZERO;
        for turn in 0..20 {
            clocks.start(Debater::First, turn % 2 == 0, now);
            // It is lost at the last moment, and moves at the last moment.
            clocks.lost(Debater::First, now + ms(MOVE) - ms(1));
            let end = clocks.runs_out().expect("the turn goes on");
            gained += end - (now + ms(MOVE));
            clocks.stop(end);
            now = end;
            // The other one has a grace of its own.
            clocks.start(Debater::Second, false, now);
            assert!(clocks.runs_out() >= Some(now + ms(MOVE)));
            clocks.stop(now);
        }
        assert_eq!(gained, ms(GRACE));
    }

    proptest! {
        #[test]
        fn a_turn_ends_in_bounded_time_whatever_happens(
            losses in prop::collection::vec(0..4000u64, 0..20), present: bool,
        ) {
            let (mut clocks, now) = (clocks(), Instant::now());
            clocks.start(Debater::First, present, now);
            let mut losses = losses;
            losses.sort_unstable();
            for loss in losses {
                let at = now + ms(loss);
                if clocks.runs_out().is_some_and(|end| at < end) {
                    clocks.lost(Debater::First, at);
                }
            }
            let end = clocks.runs_out().expect("the turn goes on");
            prop_assert!(end >= now + ms(MOVE + BANK));
            prop_assert!(end <= now + ms(MOVE + BANK + GRACE));
        }
    }
}
