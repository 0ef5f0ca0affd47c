//! Who is here: how many connections there are, and how much each address takes up.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::limits::Limits;

/// Counts connections and unfinished debates by address.
#[derive(Clone, Debug)]
pub(crate) struct Visitors(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    connections: usize,
    connections_per_address: usize,
    debates_per_address: usize,
    by_address: Mutex<ByAddress>,
}

#[derive(Debug, Default)]
struct ByAddress {
    connections: usize,
    taken: HashMap<IpAddr, Taken>,
}

/// What one address has taken up.
#[derive(Debug, Default, PartialEq, Eq)]
struct Taken {
    connections: usize,
    debates: usize,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Connection,
    Debate,
}

/// A place that is taken until this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    visitors: Visitors,
    address: IpAddr,
    what: What,
}

impl Visitors {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self(Arc::new(Counts {
            connections: limits.connections,
            connections_per_address: limits.connections_per_address,
            debates_per_address: limits.debates_per_address,
            by_address: Mutex::default(),
        }))
    }

    /// A place for one more connection from that address, if there is one.
    pub(crate) fn connect(&self, address: IpAddr) -> Option<Place> {
        self.take(address, What::Connection)
    }

    /// A place for one more debate that is set up from that address, if there is one.
    pub(crate) fn set_up(&self, address: IpAddr) -> Option<Place> {
        self.take(address, What::Debate)
    }

    fn take(&self, address: IpAddr, what: What) -> Option<Place> {
        let address = network(address);
        let mut counts = self.counts();
        let ByAddress { connections, taken } = &mut *counts;
        let entry = taken.get(&address);
        let room = match what {
            What::Connection => {
                let here = entry.map_or(0, |taken| taken.connections);
                *connections < self.0.connections && here < self.0.connections_per_address
            }
            What::Debate => entry.map_or(0, |taken| taken.debates) < self.0.debates_per_address,
        };
        if !room {
            return None;
        }
        let taken = taken.entry(address).or_default();
        match what {
            What::Connection => {
                *connections += 1;
                taken.connections += 1;
            }
            What::Debate => taken.debates += 1,
        }
        Some(Place { visitors: self.clone(), address, what })
    }

    fn counts(&self) -> MutexGuard<'_, ByAddress> {
        // Nothing panics under the lock.
        self.0.by_address.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.visitors.counts();
        let ByAddress { connections, taken } = &mut *counts;
        if let Entry::Occupied(mut entry) = taken.entry(self.address) {
            match self.what {
                What::Connection => {
                    *connections -= 1;
                    entry.get_mut().connections -= 1;
                }
                What::Debate => entry.get_mut().debates -= 1,
            }
            if *entry.get() == Taken::default() {
                entry.remove();
            }
        }
    }
}

/// The address by which is counted: of IPv6, where everybody has many, the /64 network.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visitors() -> Visitors {
        Visitors::new(&Limits {
            connections: 3,
            connections_per_address: 2,
            debates_per_address: 1,
            ..Limits::default()
        })
    }

    #[test]
    fn places_are_counted_by_address_and_together() {
        let visitors = visitors();
        let [one, other] = [[10, 0, 0, 1], [10, 0, 0, 2]].map(IpAddr::from);
        let first = visitors.connect(one).unwrap();
        let _second = visitors.connect(one).unwrap();
        assert!(visitors.connect(one).is_none());
        let _third = visitors.connect(other).unwrap();
        assert!(visitors.connect(other).is_none(), "all connections together");
        drop(first);
        let _fourth = visitors.connect(other).unwrap();

        let debate = visitors.set_up(one).unwrap();
        assert!(visitors.set_up(one).is_none());
        assert!(visitors.set_up(other).is_some());
        drop(debate);
        assert!(visitors.set_up(one).is_some());
    }

    #[test]
    fn who_has_left_is_forgotten() {
        let visitors = visitors();
        drop(visitors.connect(IpAddr::from([10, 0, 0, 1])));
        assert!(visitors.counts().taken.is_empty());
    }

    #[test]
    fn addresses_of_one_network_count_as_one() {
        let address = |text: &str| network(text.parse().unwrap());
        assert_eq!(address("2001:db8::1"), address("2001:db8::ffff:2"));
        assert_ne!(address("2001:db8::1"), address("2001:db8:0:1::1"));
        assert_eq!(address("::ffff:10.0.0.1"), address("10.0.0.1"));
    }
}
