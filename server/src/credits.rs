//! How much each address may ask for: credits of several kinds, which are spent at once and come
//! back at a steady rate.

use std::convert::Infallible;
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
use crate::visitors::{Network, OF_IPV6, networks};

/// How many networks of a width are remembered for each kind: some 8 MB. Who comes back after so many others
/// has full credit, and whoever can come from so many has it anyway.
const ADDRESSES: usize = 1 << 16;

/// What credit is spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spend {
    /// A request over HTTP.
    Read,
    /// What takes the server a while to work out.
    Work,
    /// A try to set up a debate.
    Create,
    /// A participant who begins in a study.
    Participant,
    /// A message on a websocket.
    Message,
}

/// What each address may still spend.
#[derive(Debug)]
pub(crate) struct Credits {
    reads: Account,
    works: Account,
    creations: Account,
    debates: Account,
    participants: Account,
    messages: Account,
}

/// The credit of one kind that each address has, and each network in which somebody may have many.
#[derive(Debug)]
struct Account {
    /// One for each width of the networks, from the smallest.
    purses: [Purse; OF_IPV6.len()],
    /// What is said of who has spent it all.
    spent: &'static str,
    /// How much it is in the long run of one address, and of what, and in how long.
    rate: (u32, &'static str, &'static str),
}

/// The credit that each network of one width has.
#[derive(Debug)]
struct Purse {
    limiter: RateLimiter<Network, Remembered, MonotonicClock>,
    remembered: Remembered,
    /// The time in which what was spent once comes back.
    once: Nanos,
}

/// What a debate costs of the credit for a day, which comes back unless the debate is [kept](Self::keep).
#[derive(Debug)]
#[must_use]
pub(crate) struct Charge(Vec<(Remembered, Network, Nanos)>);

impl Credits {
    pub(crate) fn new(limits: &Limits) -> Self {
        let account = |most, a_while, at_once, spent, rate: (&'static str, _)| Account {
            purses: std::array::from_fn(|width| {
                Purse::new(most, a_while, at_once, OF_IPV6[width].1)
            }),
            spent,
            rate: (most, rate.0, rate.1),
        };
        let (second, minute, day) =
            (Duration::from_secs(1), Duration::from_mins(1), Duration::from_hours(24));
        Self {
            reads: account(
                limits.reads_a_second,
                second,
                limits.reads_at_once,
                "asks for too much",
                ("requests", "second"),
            ),
            works: account(
                limits.works_a_minute,
                minute,
                limits.works_at_once,
                "asks for too many pictures and analyses",
                ("pictures and analyses", "minute"),
            ),
            creations: account(
                limits.creations_a_minute,
                minute,
                limits.creations_at_once,
                "asks for new debates too fast",
                ("tries to set up a debate", "minute"),
            ),
            debates: account(
                limits.debates_a_day,
                day,
                limits.debates_a_day,
                "has set up all debates that it may for now",
                ("new debates", "day"),
            ),
            participants: account(
                limits.participants_a_day,
                day,
                limits.participants_a_day,
                "has begun as often as it may for now",
                ("new participants", "day"),
            ),
            messages: account(
                limits.messages_a_second_per_address,
                second,
                limits.messages_at_once_per_address,
                "says too much, and this message was not read",
                ("messages", "second"),
            ),
        }
    }

    /// Takes what that costs from the credit of an address; the refusal says when there is enough.
    pub(crate) fn spend(&self, what: Spend, address: IpAddr) -> Result<(), Refusal> {
        match what {
            Spend::Read => self.reads.spend(address),
            Spend::Work => self.works.spend(address),
            Spend::Create => self.creations.spend(address),
            Spend::Participant => self.participants.spend(address),
            Spend::Message => self.messages.spend(address),
        }
    }

    /// Takes what a debate costs from the credit of an address for a day.
    pub(crate) fn charge(&self, address: IpAddr) -> Result<Charge, Refusal> {
        let mut charge = Charge(Vec::new());
        for (purse, network) in self.debates.purses.iter().zip(networks(address)) {
            self.debates.spend_of(purse, network)?;
            charge.0.push((purse.remembered.clone(), network, purse.once));
        }
        Ok(charge)
    }
}

impl Charge {
    /// The debate is stored.
    pub(crate) fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        for (remembered, network, once) in &self.0 {
            let back = |until: Option<Nanos>| {
                Ok::<_, Infallible>(((), until.unwrap_or(0.into()).saturating_sub(*once)))
            };
            let Ok(()) = remembered.measure_and_replace(network, back);
        }
    }
}

impl Account {
    /// The smallest network first: what is refused there costs its neighbours nothing.
    fn spend(&self, address: IpAddr) -> Result<(), Refusal> {
        let mut purses = self.purses.iter().zip(networks(address));
        purses.try_for_each(|(purse, network)| self.spend_of(purse, network))
    }

    fn spend_of(&self, purse: &Purse, network: Network) -> Result<(), Refusal> {
        let Purse { limiter, .. } = purse;
        limiter.check_key(&network).map_err(|spent| {
            let wait = spent.wait_time_from(limiter.clock().now());
            let seconds = wait.as_secs_f64().ceil().max(1.0) as u32;
            let (most, what, a_while) = self.rate;
            let most = most.saturating_mul(network.times);
            let message = format!("this {network} {}", self.spent);
            let expected = format!(
                "in the long run {most} {what} a {a_while} or fewer, and the next try in {seconds} \
                 seconds"
            );
            Refusal::new(RefusalCode::TooFast, message, expected).again_in(seconds)
        })
    }
}

impl Purse {
    /// So many times what one address has: so many in that time, and so many at once.
    fn new(most: u32, a_while: Duration, at_once: u32, times: u32) -> Self {
        let quota = quota(most.saturating_mul(times), a_while, at_once.saturating_mul(times));
        let remembered = Remembered(Arc::new(Cache::new(ADDRESSES)));
        let limiter = RateLimiter::new(quota, remembered.clone(), MonotonicClock);
        Self { limiter, remembered, once: quota.replenish_interval().into() }
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

/// What is remembered of networks: those seen last, and so many at most.
#[derive(Clone, Debug)]
struct Remembered(Arc<Cache<Network, Arc<InMemoryState>>>);

impl StateStore for Remembered {
    type Key = Network;

    fn measure_and_replace<T, F, E>(&self, network: &Network, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let fresh = || Ok::<_, Infallible>(Arc::default());
        let Ok(state) = self.0.get_or_insert_with(network, fresh);
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
        let limits = Limits { creations_a_minute: 1, creations_at_once: 2, ..Limits::default() };
        let tries = credits(&limits);
        tries.spend(Spend::Create, address).unwrap();
        tries.spend(Spend::Create, address).unwrap();
        let refusal = tries.spend(Spend::Create, address).unwrap_err();
        assert!(refusal.expected.contains("1 tries to set up a debate a minute"), "{refusal}");
        assert!(refusal.retry_s.unwrap() >= 59, "{refusal:?}");

        let debates = credits(&Limits { debates_a_day: 2, ..Limits::default() });
        // What is not stored costs nothing.
        for _ in 0..9 {
            drop(debates.charge(address).unwrap());
        }
        debates.charge(address).unwrap().keep();
        debates.charge(address).unwrap().keep();
        let refusal = debates.charge(address).unwrap_err();
        assert!(refusal.expected.contains("2 new debates a day"), "{refusal}");
        assert!(refusal.retry_s.unwrap() >= 43_000, "{refusal:?}");
    }

    #[test]
    fn however_many_networks_somebody_has_they_spend_together() {
        let credits = credits(&Limits { debates_a_day: 1, ..Limits::default() });
        let address = |network: u16| IpAddr::from([0x2001, 0xdb8, 0, network, 0, 0, 0, 1]);
        let refused = (0..0x1000).filter_map(|network| {
            credits.charge(address(network)).map(Charge::keep).err().map(|error| error.to_string())
        });
        let refused: Vec<_> = refused.collect();
        assert_eq!(refused.len(), 0x1000 - 16);
        assert!(refused[0].contains("this /56 network has set up all"), "{}", refused[0]);
        assert!(refused[0].contains("4 new debates a day"), "{}", refused[0]);
        let last = refused.last().unwrap();
        assert!(last.contains("this /48 network") && last.contains("16 new debates"), "{last}");
        // Its neighbour has its own.
        credits.charge("2001:db8:1::1".parse().unwrap()).unwrap().keep();
    }

    #[test]
    fn a_flood_of_addresses_takes_up_bounded_memory_and_stops_nobody() {
        let limits = Limits { works_a_minute: 1, works_at_once: 1, ..Limits::default() };
        let credits = credits(&limits);
        for number in 0..200_000_u128 {
            // Each in a /48 network of its own.
            credits.spend(Spend::Work, IpAddr::from((number << 80 | 7).to_be_bytes())).unwrap();
        }
        let one: IpAddr = "2001:db8::1".parse().unwrap();
        credits.spend(Spend::Work, one).unwrap();
        let neighbour: IpAddr = "2001:db8::ffff:2".parse().unwrap();
        assert!(credits.spend(Spend::Work, neighbour).is_err(), "the same network");
        for Purse { remembered: Remembered(known), .. } in credits.works.purses {
            assert!(known.len() <= ADDRESSES, "{}", known.len());
        }
    }
}
