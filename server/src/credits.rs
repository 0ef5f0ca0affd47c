//! How much each address may ask for: credits of several kinds, which are spent at once and come
//! back at a steady rate.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock, MonotonicClock};
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed, StateStore};
use governor::{Quota, RateLimiter};
use pixel_debate_protocol::{Refusal, RefusalCode};
use quick_cache::sync::Cache;

use crate::limits::Limits;
use crate::visitors::network;

/// How many addresses are remembered for each kind: some 8 MB. Who comes back after so many others
/// has full credit, and whoever can come from so many has it anyway.
const ADDRESSES: usize = 1 << 16;

/// What credit is spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spend {
    /// A request over HTTP.
    Read,
    /// What takes the server a while to work out.
    Work,
    /// A debate that is set up.
    Create,
}

/// What each address may still spend.
#[derive(Debug)]
pub(crate) struct Credits {
    reads: Account,
    works: Account,
    creations: Account,
    debates: Account,
}

/// The credit of one kind that each address has.
#[derive(Debug)]
struct Account {
    limiter: RateLimiter<IpAddr, Remembered, MonotonicClock>,
    /// What is said of who has spent it all.
    spent: &'static str,
    /// How much it is in the long run.
    rate: String,
}

impl Credits {
    pub(crate) fn new(limits: &Limits) -> Self {
        let account = |most, a_while, at_once, spent, rate: (&str, &str)| Account {
            limiter: RateLimiter::new(
                quota(most, a_while, at_once),
                Remembered(Arc::new(Cache::new(ADDRESSES))),
                MonotonicClock,
            ),
            spent,
            rate: format!("{most} {} a {}", rate.0, rate.1),
        };
        let (second, minute, day) =
            (Duration::from_secs(1), Duration::from_mins(1), Duration::from_hours(24));
        Self {
            reads: account(
                limits.reads_a_second,
                second,
                limits.reads_at_once,
                "this address asks for too much",
                ("requests", "second"),
            ),
            works: account(
                limits.works_a_minute,
                minute,
                limits.works_at_once,
                "this address asks for too many pictures and analyses",
                ("pictures and analyses", "minute"),
            ),
            creations: account(
                limits.creations_a_minute,
                minute,
                limits.creations_at_once,
                "this address sets up debates too fast",
                ("new debates", "minute"),
            ),
            debates: account(
                limits.debates_a_day,
                day,
                limits.debates_a_day,
                "this address has set up all debates that it may for now",
                ("new debates", "day"),
            ),
        }
    }

    /// Takes what that costs from the credit of an address; the refusal says when there is enough.
    pub(crate) fn spend(&self, what: Spend, address: IpAddr) -> Result<(), Refusal> {
        match what {
            Spend::Read => self.reads.spend(address),
            Spend::Work => self.works.spend(address),
            Spend::Create => {
                self.creations.spend(address)?;
                self.debates.spend(address)
            }
        }
    }
}

impl Account {
    fn spend(&self, address: IpAddr) -> Result<(), Refusal> {
        self.limiter.check_key(&network(address)).map_err(|spent| {
            let wait = spent.wait_time_from(self.limiter.clock().now());
            let seconds = wait.as_secs_f64().ceil().max(1.0) as u32;
            let expected = format!(
                "in the long run {} or fewer, and the next try in {seconds} seconds",
                self.rate
            );
            Refusal::new(RefusalCode::TooFast, self.spent, expected).again_in(seconds)
        })
    }
}

/// So many in that time, and so many at once. The limits have been checked: none is 0.
fn quota(most: u32, a_while: Duration, at_once: u32) -> Quota {
    let every = a_while / most.max(1);
    let at_once = NonZeroU32::new(at_once).unwrap_or(NonZeroU32::MIN);
    Quota::with_period(every.max(Duration::from_nanos(1)))
        .unwrap_or(Quota::per_second(at_once))
        .allow_burst(at_once)
}

/// What is remembered of addresses: those seen last, and so many at most.
#[derive(Clone, Debug)]
struct Remembered(Arc<Cache<IpAddr, Arc<InMemoryState>>>);

impl StateStore for Remembered {
    type Key = IpAddr;

    fn measure_and_replace<T, F, E>(&self, address: &IpAddr, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let fresh = || Ok::<_, std::convert::Infallible>(Arc::default());
        let Ok(state) = self.0.get_or_insert_with(address, fresh);
        state.measure_and_replace(&NotKeyed::NonKey, measure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credits(limits: &Limits) -> Credits {
        limits.check().unwrap();
        Credits::new(limits)
    }

    #[test]
    fn what_is_spent_comes_back_after_the_time_that_the_refusal_says() {
        let limits = Limits { works_a_minute: 2, works_at_once: 3, ..Limits::default() };
        let credits = credits(&limits);
        let address = IpAddr::from([10, 0, 0, 1]);
        for _ in 0..3 {
            credits.spend(Spend::Work, address).unwrap();
        }
        let refusal = credits.spend(Spend::Work, address).unwrap_err();
        assert_eq!((refusal.code, refusal.retry_s), (RefusalCode::TooFast, Some(30)));
        assert!(refusal.expected.contains("2 pictures and analyses a minute"), "{refusal}");
        // Other kinds and other addresses have their own.
        credits.spend(Spend::Read, address).unwrap();
        credits.spend(Spend::Work, IpAddr::from([10, 0, 0, 2])).unwrap();
    }

    #[test]
    fn debates_are_counted_by_the_minute_and_by_the_day() {
        let address = IpAddr::from([10, 0, 0, 1]);
        for (limits, rate, least) in [
            (
                Limits { creations_a_minute: 1, creations_at_once: 2, ..Limits::default() },
                "minute",
                59,
            ),
            (Limits { debates_a_day: 2, ..Limits::default() }, "2 new debates a day", 43_000),
        ] {
            let credits = credits(&limits);
            credits.spend(Spend::Create, address).unwrap();
            credits.spend(Spend::Create, address).unwrap();
            let refusal = credits.spend(Spend::Create, address).unwrap_err();
            assert!(refusal.expected.contains(rate), "{refusal}");
            assert!(refusal.retry_s.unwrap() >= least, "{refusal:?}");
        }
    }

    #[test]
    fn a_flood_of_addresses_takes_up_bounded_memory_and_stops_nobody() {
        let limits = Limits { works_a_minute: 1, works_at_once: 1, ..Limits::default() };
        let credits = credits(&limits);
        for number in 0..200_000_u128 {
            // Each a /64 network of its own.
            credits.spend(Spend::Work, IpAddr::from((number << 64 | 7).to_be_bytes())).unwrap();
        }
        let one: IpAddr = "2001:db8::1".parse().unwrap();
        credits.spend(Spend::Work, one).unwrap();
        let neighbour: IpAddr = "2001:db8::ffff:2".parse().unwrap();
        assert!(credits.spend(Spend::Work, neighbour).is_err(), "the same network");
        let Remembered(known) = credits.works.limiter.into_state_store();
        assert!(known.len() <= ADDRESSES, "{}", known.len());
    }
}
