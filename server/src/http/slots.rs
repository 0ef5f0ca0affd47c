//! Slots for work that takes the server long: so many at once, few of them for one address, and
//! addresses wait for them in turn.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::visitors::whole;

/// The slots for one kind of work.
#[derive(Clone, Debug)]
pub(crate) struct Slots {
    bounds: Bounds,
    state: Arc<Mutex<State>>,
}

/// How many there may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Slots.
    pub(crate) slots: usize,
    /// Of them for one address.
    pub(crate) each: usize,
    /// Who wait for one.
    pub(crate) waiting: usize,
    /// Of them from one address.
    pub(crate) each_waiting: usize,
}

#[derive(Debug)]
struct State {
    free: usize,
    /// How many slots each address has, of those that have any.
    taken: HashMap<IpAddr, usize>,
    waiting: VecDeque<Waiting>,
}

/// Somebody who waits.
#[derive(Debug)]
struct Waiting {
    whose: IpAddr,
    slot: oneshot::Sender<Slot>,
}

/// A slot, given back when this is dropped.
#[derive(Debug)]
pub(super) struct Slot {
    slots: Slots,
    whose: IpAddr,
}

impl Slots {
    pub(crate) fn new(bounds: Bounds) -> Self {
        let (taken, waiting) = (HashMap::new(), VecDeque::new());
        let state = State { free: bounds.slots, taken, waiting };
        Self { bounds, state: Arc::new(Mutex::new(state)) }
    }

    /// Waits for a slot; none where as many wait as may.
    pub(super) async fn take(&self, address: IpAddr) -> Option<Slot> {
        let whose = whole(address);
        let (slot, taken) = oneshot::channel();
        {
            let mut state = self.state();
            state.forget();
            let own = state.waiting.iter().filter(|waiting| waiting.whose == whose).count();
            let Bounds { waiting, each_waiting, .. } = self.bounds;
            if own >= each_waiting || state.waiting.len() >= waiting {
                return None;
            }
            state.waiting.push_back(Waiting { whose, slot });
        }
        self.serve();
        taken.await.ok()
    }

    /// Gives free slots to those whose turn it is.
    fn serve(&self) {
        loop {
            let next = self.state().next(self.bounds.each);
            let Some(Waiting { whose, slot }) = next else { return };
            // From who has just gone it comes back.
            drop(slot.send(Slot { slots: self.clone(), whose }));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Who has a free slot now: the first whose address has not as many as it may. The others from
    /// there wait behind all others.
    fn next(&mut self, each: usize) -> Option<Waiting> {
        self.forget();
        if self.free == 0 {
            return None;
        }
        let has = |whose| self.taken.get(whose).copied().unwrap_or(0);
        let place = self.waiting.iter().position(|waiting| has(&waiting.whose) < each)?;
        let next = self.waiting.remove(place)?;
        let all = std::mem::take(&mut self.waiting).into_iter();
        let (same, mut others): (VecDeque<_>, VecDeque<_>) =
            all.partition(|waiting| waiting.whose == next.whose);
        others.extend(same);
        self.waiting = others;
        self.free -= 1;
        *self.taken.entry(next.whose).or_default() += 1;
        Some(next)
    }

    /// Forgets those who have gone.
    fn forget(&mut self) {
        self.waiting.retain(|waiting| !waiting.slot.is_closed());
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut state = self.slots.state();
        state.free += 1;
        if let Some(taken) = state.taken.get_mut(&self.whose) {
            *taken -= 1;
            if *taken == 0 {
                state.taken.remove(&self.whose);
            }
        }
        drop(state);
        self.slots.serve();
    }
}

#[cfg(test)]
mod tests {
    use tokio_test::task::spawn;
    use tokio_test::{assert_pending, assert_ready};

    use super::*;

    fn slots() -> Slots {
        Slots::new(Bounds { slots: 2, each: 1, waiting: 5, each_waiting: 3 })
    }

    fn address(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    #[test]
    fn one_address_has_one_slot_however_much_it_asks_for() {
        let slots = slots();
        let first = assert_ready!(spawn(slots.take(address(1))).poll()).unwrap();
        let mut second = spawn(slots.take(address(1)));
        assert_pending!(second.poll());
        let other = assert_ready!(spawn(slots.take(address(2))).poll()).unwrap();
        drop(other);
        assert_pending!(second.poll());
        drop(first);
        assert!(assert_ready!(second.poll()).is_some());
    }

    #[test]
    fn so_do_all_networks_that_may_be_of_one() {
        let slots = slots();
        let _slot = assert_ready!(spawn(slots.take("2001:db8::1".parse().unwrap())).poll());
        assert_pending!(spawn(slots.take("2001:db8:0:ffff::1".parse().unwrap())).poll());
        assert_ready!(spawn(slots.take("2001:db8:1::1".parse().unwrap())).poll()).unwrap();
    }

    #[test]
    fn addresses_wait_in_turn_and_so_many_at_most() {
        let slots = slots();
        let held = [1, 2].map(|last| assert_ready!(spawn(slots.take(address(last))).poll()));
        let mut greedy: Vec<_> = (0..3).map(|_| spawn(slots.take(address(3)))).collect();
        for waiting in &mut greedy {
            assert_pending!(waiting.poll());
        }
        assert!(assert_ready!(spawn(slots.take(address(3))).poll()).is_none());
        let mut modest = spawn(slots.take(address(4)));
        assert_pending!(modest.poll());
        let mut last = spawn(slots.take(address(5)));
        assert_pending!(last.poll());
        assert!(assert_ready!(spawn(slots.take(address(6))).poll()).is_none(), "all wait");
        // The second of the greedy is passed.
        drop(held);
        let first = assert_ready!(greedy[0].poll());
        let modest = assert_ready!(modest.poll());
        drop(first);
        drop(modest);
        assert!(assert_ready!(last.poll()).is_some());
        assert!(assert_ready!(greedy[1].poll()).is_some());
        // Who goes makes room for the next.
        drop(greedy);
        assert_eq!(slots.state().free, 2);
        assert!(slots.state().taken.is_empty());
    }
}
