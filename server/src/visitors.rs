//! Who is here: how many connections there are, and how much each address takes up.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
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
    by_network: HashMap<Network, Taken>,
}

/// What one network has taken up.
#[derive(Debug, Default, PartialEq, Eq)]
struct Taken {
    visits: usize,
    debates: usize,
}

/// What a permit that is counted by address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// A connection from that address or, behind a proxy, a request or a websocket.
    Visit(IpAddr),
    /// A debate that was set up from that address.
    Debate(IpAddr),
}

/// A permit that is held until this is dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    visitors: Visitors,
    /// None for one of all connections.
    what: Option<What>,
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

    /// A permit for one more connection, whoever it is from.
    pub(crate) fn connect(&self) -> Option<Permit> {
        let mut taken = self.taken();
        if taken.connections >= self.0.connections {
            return None;
        }
        taken.connections += 1;
        drop(taken);
        Some(Permit { visitors: self.clone(), what: None })
    }

    /// A permit for one more connection from that address, beside that among all connections. The error
    /// says which of its networks has all that it may have.
    pub(crate) fn visit(&self, address: IpAddr) -> Result<Permit, Network> {
        self.take(What::Visit(address), usize::MAX)
    }

    /// A permit for one more debate that is set up from that address, which may have fewer than
    /// `most` that go on. The error says which of its networks has all that it may have.
    pub(crate) fn set_up(&self, address: IpAddr, most: usize) -> Result<Permit, Network> {
        self.take(What::Debate(address), most)
    }

    fn take(&self, what: What, most: usize) -> Result<Permit, Network> {
        let mut taken = self.taken();
        let (address, limit) = match what {
            What::Visit(address) => (address, self.0.connections_per_address),
            What::Debate(address) => (address, self.0.debates_per_address),
        };
        let full = networks(address).find(|network| {
            let here = taken.by_network.get_mut(network).map_or(0, |taken| *what.count(taken));
            here >= limit.min(most).saturating_mul(network.times as usize)
        });
        if let Some(full) = full {
            return Err(full);
        }
        for network in networks(address) {
            *what.count(taken.by_network.entry(network).or_default()) += 1;
        }
        drop(taken);
        Ok(Permit { visitors: self.clone(), what: Some(what) })
    }

    fn taken(&self) -> MutexGuard<'_, AllTaken> {
        // Nothing panics under the lock.
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl What {
    const fn address(self) -> IpAddr {
        match self {
            Self::Visit(address) | Self::Debate(address) => address,
        }
    }

    fn count(self, taken: &mut Taken) -> &mut usize {
        match self {
            Self::Visit(_) => &mut taken.visits,
            Self::Debate(_) => &mut taken.debates,
        }
    }
}

impl Permit {
    /// Whoever has taken it, if that is counted by address: the largest network that may be all of one.
    pub(crate) fn whose(&self) -> Option<IpAddr> {
        self.what.map(|what| whole(what.address()))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut taken = self.visitors.taken();
        let Some(what) = self.what else {
            taken.connections -= 1;
            return;
        };
        for network in networks(what.address()) {
            if let Entry::Occupied(mut entry) = taken.by_network.entry(network) {
                *what.count(entry.get_mut()) -= 1;
                if *entry.get() == Taken::default() {
                    entry.remove();
                }
            }
        }
    }
}

/// The networks of IPv6 by which is counted, from the smallest: their bits, and how many times as much as
/// one address all of such a network may have. Everybody has a /64, and many have all that is in
/// a /56 or a /48.
pub(crate) const OF_IPV6: [(u8, u32); 3] = [(64, 1), (56, 4), (48, 16)];

/// What counts as one: an address of IPv4 or a network of IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Network {
    address: IpAddr,
    bits: u8,
    /// How many times as much as one address it may have.
    pub(crate) times: u32,
}

/// What an address is counted by, from the smallest.
pub(crate) fn networks(address: IpAddr) -> impl Iterator<Item = Network> {
    let (address, widths) = match address.to_canonical() {
        address @ IpAddr::V4(_) => (address, &[(32, 1)][..]),
        address @ IpAddr::V6(_) => (address, &OF_IPV6[..]),
    };
    widths.iter().map(move |(bits, times)| {
        let address = match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(address) => {
                let kept = u128::MAX << (128 - u32::from(*bits));
                Ipv6Addr::from_bits(address.to_bits() & kept).into()
            }
        };
        Network { address, bits: *bits, times: *times }
    })
}

/// The largest network around an address that may be all of one: where there are turns, it has one.
pub(crate) fn whole(address: IpAddr) -> IpAddr {
    networks(address).last().map_or(address, |network| network.address)
}

/// As `address`, or `/48 network` where it is more.
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.times == 1 { f.write_str("address") } else { write!(f, "/{} network", self.bits) }
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
    fn permits_are_counted_by_address_and_together() {
        let visitors = visitors();
        let [one, other] = [[10, 0, 0, 1], [10, 0, 0, 2]].map(IpAddr::from);
        let first = visitors.connect().unwrap();
        let _second = visitors.connect().unwrap();
        assert!(visitors.connect().is_none(), "all connections together");
        drop(first);
        let _third = visitors.connect().unwrap();

        let visit = visitors.visit(one).unwrap();
        assert!(visitors.visit(one).is_err());
        assert!(visitors.visit(other).is_ok());
        drop(visit);
        assert!(visitors.visit(one).is_ok());

        let _debate = visitors.set_up(one, 9).unwrap();
        assert!(visitors.set_up(one, 1).is_err());
        let debate = visitors.set_up(one, 9).unwrap();
        assert_eq!(visitors.set_up(one, 9).unwrap_err().to_string(), "address");
        assert!(visitors.set_up(other, 1).is_ok());
        drop(debate);
        assert!(visitors.set_up(one, 9).is_ok());
    }

    #[test]
    fn however_many_networks_somebody_has_they_are_counted_together() {
        let visitors = visitors();
        let address = |network: u16| IpAddr::from([0x2001, 0xdb8, 0, network, 0, 0, 0, 1]);
        // Two debates an address, four times as many a /56, and four times that a /48.
        let (mut permits, mut refused) = (Vec::new(), Vec::new());
        for network in 0..0x1000 {
            match visitors.set_up(address(network), 9) {
                Ok(permit) => permits.push(permit),
                Err(full) => refused.push(full.to_string()),
            }
        }
        assert_eq!(permits.len(), 32);
        assert_eq!((&*refused[0], &**refused.last().unwrap()), ("/56 network", "/48 network"));
        assert!(visitors.set_up(address(0xffff), 9).is_err());
        let neighbour = IpAddr::from([0x2001, 0xdb8, 1, 0, 0, 0, 0, 1]);
        assert!(visitors.set_up(neighbour, 9).is_ok());
        // Where an address may have one, they may have as many times one.
        drop(permits);
        let few: Vec<_> = (0..0x1000).filter_map(|n| visitors.set_up(address(n), 1).ok()).collect();
        assert_eq!(few.len(), 16);
    }

    #[test]
    fn who_has_left_is_forgotten() {
        let visitors = visitors();
        for address in ["10.0.0.1", "2001:db8::1"] {
            drop(visitors.visit(address.parse().unwrap()));
            drop(visitors.set_up(address.parse().unwrap(), 1));
        }
        assert!(visitors.taken().by_network.is_empty());
    }

    #[test]
    fn addresses_of_one_network_count_as_one() {
        let same = |one: &str, other: &str| {
            let [one, other] = [one, other].map(|text| networks(text.parse().unwrap()));
            one.zip(other).map(|(one, other)| one == other).collect::<Vec<_>>()
        };
        assert_eq!(same("2001:db8::1", "2001:db8::ffff:2"), [true, true, true]);
        assert_eq!(same("2001:db8::1", "2001:db8:0:1::1"), [false, true, true]);
        assert_eq!(same("2001:db8::1", "2001:db8:0:100::1"), [false, false, true]);
        assert_eq!(same("2001:db8::1", "2001:db8:1::1"), [false, false, false]);
        assert_eq!(same("::ffff:10.0.0.1", "10.0.0.1"), [true]);
        assert_eq!(same("10.0.0.1", "10.0.0.2"), [false]);
    }
}
