//! The order in which shares are given: a plain structure, which knows no clock and no threads.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::Hash;
use std::time::Duration;

/// A whole thread, in the units of shares.
pub(super) const WHOLE: u64 = 1_000_000;

/// How many times as long as its search may take a debate waits before no newcomer of the same creator
/// passes it.
pub(super) const PATIENCE: u32 = 30;

/// Names somebody who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Ticket(u64);

/// Those who wait for a share, and what there is to give.
#[derive(Debug)]
pub(super) struct Queue<C> {
    free: u64,
    capacity: u64,
    /// The creators that have somebody waiting, the one whose turn it is first.
    turns: VecDeque<C>,
    /// By creator, the one that comes first in front.
    waiting: HashMap<C, BTreeMap<(Duration, Ticket), u64>>,
    /// Where each waits.
    places: HashMap<Ticket, (C, Duration)>,
    tickets: u64,
}

impl<C: Copy + Eq + Hash> Queue<C> {
    pub(super) fn new(capacity: u64) -> Self {
        Self {
            free: capacity,
            capacity,
            turns: VecDeque::new(),
            waiting: HashMap::new(),
            places: HashMap::new(),
            tickets: 0,
        }
    }

    /// Lines up for a share of that size at the time `now`, for searches that may take so long.
    pub(super) fn ask(&mut self, creator: C, size: u64, now: Duration, search: Duration) -> Ticket {
        let ticket = Ticket(self.tickets);
        self.tickets += 1;
        // It never changes, so that waiting counts as much as being short does.
        let rank = now.saturating_add(search.saturating_mul(PATIENCE));
        let size = size.clamp(1, self.capacity);
        let waiting = self.waiting.entry(creator).or_default();
        if waiting.is_empty() {
            self.turns.push_back(creator);
        }
        waiting.insert((rank, ticket), size);
        self.places.insert(ticket, (creator, rank));
        ticket
    }

    /// Waits no more.
    pub(super) fn withdraw(&mut self, ticket: Ticket) {
        let Some((creator, rank)) = self.places.remove(&ticket) else { return };
        let Some(waiting) = self.waiting.get_mut(&creator) else { return };
        waiting.remove(&(rank, ticket));
        if waiting.is_empty() {
            self.waiting.remove(&creator);
            self.turns.retain(|other| *other != creator);
        }
    }

    /// Gives the next share, with its size, if there is room for it. Nobody is passed by because a
    /// smaller share would fit: who wants a large one gets it some day.
    pub(super) fn next(&mut self) -> Option<(Ticket, u64)> {
        let creator = *self.turns.front()?;
        let ((_, ticket), size) = self.waiting.get(&creator)?.first_key_value()?;
        let (ticket, size) = (*ticket, *size);
        if size > self.free {
            return None;
        }
        self.free -= size;
        self.turns.rotate_left(1);
        self.withdraw(ticket);
        Some((ticket, size))
    }

    /// Takes a share back.
    pub(super) fn give_back(&mut self, size: u64) {
        self.free = (self.free + size).min(self.capacity);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn names(queue: &mut Queue<char>, order: &HashMap<Ticket, &'static str>) -> Vec<&'static str> {
        let mut given = Vec::new();
        while let Some((ticket, size)) = queue.next() {
            given.push(order[&ticket]);
            queue.give_back(size);
        }
        given
    }

    #[test]
    fn creators_take_turns_however_much_each_asks_for() {
        let mut queue = Queue::new(WHOLE);
        let mut order = HashMap::new();
        for name in ["a1", "a2", "a3", "a4"] {
            order.insert(queue.ask('a', WHOLE, Duration::ZERO, SECOND), name);
        }
        order.insert(queue.ask('b', WHOLE, SECOND, SECOND), "b1");
        order.insert(queue.ask('c', WHOLE, SECOND, SECOND), "c1");
        assert_eq!(names(&mut queue, &order), ["a1", "b1", "c1", "a2", "a3", "a4"]);
    }

    #[test]
    fn of_one_creator_short_searches_come_first_until_a_long_one_has_waited_enough() {
        let mut queue = Queue::new(WHOLE);
        let mut order = HashMap::new();
        order.insert(queue.ask('a', WHOLE, Duration::ZERO, 10 * SECOND), "long");
        order.insert(queue.ask('a', WHOLE, 269 * SECOND, SECOND), "short");
        order.insert(queue.ask('a', WHOLE, 271 * SECOND, SECOND), "late");
        assert_eq!(names(&mut queue, &order), ["short", "long", "late"]);
    }

    #[test]
    fn who_wants_much_is_not_passed_by_those_who_want_little() {
        let mut queue = Queue::new(WHOLE);
        queue.ask('a', WHOLE / 2, Duration::ZERO, SECOND);
        let (_, held) = queue.next().unwrap();
        let large = queue.ask('b', WHOLE, Duration::ZERO, SECOND);
        queue.ask('c', 1, Duration::ZERO, SECOND);
        assert_eq!(queue.next(), None);
        queue.give_back(held);
        assert_eq!(queue.next(), Some((large, WHOLE)));
    }

    proptest! {
        /// Whatever is asked for, withdrawn and given back: no more is out than there is, and of the
        /// creators who wait all the while none is served twice before another is once.
        #[test]
        fn it_gives_no_more_than_there_is_and_to_all_in_turn(
            asked in prop::collection::vec((0..4u8, 1..WHOLE, 0..100u64, 1..50u64), 1..60),
            withdrawn in prop::collection::vec(any::<prop::sample::Index>(), 0..10),
        ) {
            let mut queue = Queue::new(WHOLE);
            let mut creators = HashMap::new();
            for (creator, size, now, search) in asked {
                let (now, search) = (Duration::from_secs(now), Duration::from_secs(search));
                creators.insert(queue.ask(creator, size, now, search), creator);
            }
            for index in withdrawn {
                let mut tickets: Vec<Ticket> = creators.keys().copied().collect();
                tickets.sort_unstable();
                if let Some(ticket) = (!tickets.is_empty()).then(|| *index.get(&tickets)) {
                    queue.withdraw(ticket);
                    creators.remove(&ticket);
                }
            }
            let mut served: HashMap<u8, usize> = HashMap::new();
            let mut out: VecDeque<u64> = VecDeque::new();
            let mut left = creators.clone();
            while !left.is_empty() {
                if let Some((ticket, size)) = queue.next() {
                    let creator = left.remove(&ticket).expect("who waits is served once");
                    out.push_back(size);
                    prop_assert!(out.iter().sum::<u64>() <= WHOLE);
                    let count = served.entry(creator).or_default();
                    *count += 1;
                    let count = *count;
                    for other in left.values() {
                        let theirs = served.get(other).copied().unwrap_or(0);
                        prop_assert!(theirs + 1 >= count, "{other} waits while {creator} is served");
                    }
                } else {
                    let back = out.pop_front().expect("all who wait fit into all there is");
                    queue.give_back(back);
                }
            }
            prop_assert_eq!(queue.next(), None);
        }
    }
}
