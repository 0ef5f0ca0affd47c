//! Who is here: how many connections there are, and how much each address takes up.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::limits::Limits;

/// Counts connections, and by address who is connected and unfinished debates.
#[derive(Clone, Debug)]
pub(crate) struct Visitors(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    connections: usize,
    connections_per_address: usize,
    debates_per_address: usize,
    taken: Mutex<AllTaken>,
}

#[derive(Debug, Default)]
struct AllTaken {
    connections: usize,
    by_address: HashMap<IpAddr, Taken>,
}

/// What one address has taken up.
#[derive(Debug, Default, PartialEq, Eq)]
struct Taken {
    visits: usize,
    debates: usize,
}

/// What a place is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// One of all connections.
    Connection,
    /// A connection from that address or, behind a proxy, a request or a websocket.
    Visit(IpAddr),
    /// A debate that was set up from that address.
    Debate(IpAddr),
}

/// A place that is taken until this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    visitors: Visitors,
    what: What,
}

impl Visitors {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self(Arc::new(Counts {
            connections: limits.connections,
            connections_per_address: limits.connections_per_address,
            debates_per_address: limits.debates_per_address,
            taken: Mutex::default(),
        }))
    }

    /// A place for one more connection, whoever it is from.
    pub(crate) fn connect(&self) -> Option<Place> {
        self.take(What::Connection, usize::MAX)
    }

    /// A place for one more connection from that address, beside that among all connections.
    pub(crate) fn visit(&self, address: IpAddr) -> Option<Place> {
        self.take(What::Visit(network(address)), usize::MAX)
    }

    /// A place for one more debate that is set up from that address, which may have fewer than
    /// `most` that go on.
    pub(crate) fn set_up(&self, address: IpAddr, most: usize) -> Option<Place> {
        self.take(What::Debate(network(address)), most)
    }

    fn take(&self, what: What, most: usize) -> Option<Place> {
        let mut taken = self.taken();
        let AllTaken { connections, by_address } = &mut *taken;
        let of = |address, count: fn(&Taken) -> usize| by_address.get(address).map_or(0, count);
        let (here, limit) = match &what {
            What::Connection => (*connections, self.0.connections),
            What::Visit(address) => (of(address, |t| t.visits), self.0.connections_per_address),
            What::Debate(address) => (of(address, |t| t.debates), self.0.debates_per_address),
        };
        if here >= limit.min(most) {
            return None;
        }
        match what {
            What::Connection => *connections += 1,
            What::Visit(address) => by_address.entry(address).or_default().visits += 1,
            What::Debate(address) => by_address.entry(address).or_default().debates += 1,
        }
        drop(taken);
        Some(Place { visitors: self.clone(), what })
    }

    fn taken(&self) -> MutexGuard<'_, AllTaken> {
        // Nothing panics under the lock.
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// The address that has taken it, if it is counted by address.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        match self.what {
            What::Connection => None,
            What::Visit(address) | What::Debate(address) => Some(address),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.visitors.taken();
        let AllTaken { connections, by_address } = &mut *taken;
        let (address, count): (_, fn(&mut Taken) -> &mut usize) = match self.what {
            What::Connection => {
                *connections -= 1;
                return;
            }
            What::Visit(address) => (address, |taken| &mut taken.visits),
            What::Debate(address) => (address, |taken| &mut taken.debates),
        };
        if let Entry::Occupied(mut entry) = by_address.entry(address) {
            *count(entry.get_mut()) -= 1;
            if *entry.get() == Taken::default() {
                entry.remove();
            }
        }
    }
}

/// The address by which is counted: of IPv6, where everybody has many, the /64 network.
pub(crate) fn network(address: IpAddr) -> IpAddr {
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
            connections: 2,
            connections_per_address: 1,
            debates_per_address: 2,
            ..Limits::default()
        })
    }

    #[test]
    fn places_are_counted_by_address_and_together() {
        let visitors = visitors();
        let [one, other] = [[10, 0, 0, 1], [10, 0, 0, 2]].map(IpAddr::from);
        let first = visitors.connect().unwrap();
        let _second = visitors.connect().unwrap();
        assert!(visitors.connect().is_none(), "all connections together");
        drop(first);
        let _third = visitors.connect().unwrap();

        let visit = visitors.visit(one).unwrap();
        assert!(visitors.visit(one).is_none());
        assert!(visitors.visit(other).is_some());
        drop(visit);
        assert!(visitors.visit(one).is_some());

        let _debate = visitors.set_up(one, 9).unwrap();
        assert!(visitors.set_up(one, 1).is_none());
        let debate = visitors.set_up(one, 9).unwrap();
        assert!(visitors.set_up(one, 9).is_none());
        assert!(visitors.set_up(other, 1).is_some());
        drop(debate);
        assert!(visitors.set_up(one, 9).is_some());
    }

    #[test]
    fn who_has_left_is_forgotten() {
        let visitors = visitors();
        drop(visitors.visit(IpAddr::from([10, 0, 0, 1])));
        drop(visitors.set_up(IpAddr::from([10, 0, 0, 1]), 1));
        assert!(visitors.taken().by_address.is_empty());
    }

    #[test]
    fn addresses_of_one_network_count_as_one() {
        let address = |text: &str| network(text.parse().unwrap());
        assert_eq!(address("2001:db8::1"), address("2001:db8::ffff:2"));
        assert_ne!(address("2001:db8::1"), address("2001:db8:0:1::1"));
        assert_eq!(address("::ffff:10.0.0.1"), address("10.0.0.1"));
    }
}
