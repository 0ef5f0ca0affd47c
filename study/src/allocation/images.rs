//! Which participant sees which images.

use super::draws::Draws;
use super::request::Request;

/// A main item before anything but its image is known.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    pub(super) slot: u32,
    pub(super) image: u32,
    pub(super) tier: u32,
}

/// The images of all slots, in any order: all images equally often, no image twice in a slot, and of each tier as
/// many in every slot, give or take one, as are its part of the images.
pub(super) fn images(request: &Request) -> Vec<Seen> {
    let mut draws = Draws::new(request.seed, 1);
    let (slots, all) = (u64::from(request.participants), u64::from(request.images()));
    let often = slots * u64::from(request.each) / all;
    let bits = (slots * all).div_ceil(64) as usize;
    let mut has = Has { bits: vec![0; bits], images: all as usize };
    let mut names: Vec<u32> = (0..request.participants).collect();
    draws.shuffle(&mut names);
    let mut seen = Vec::with_capacity((slots * u64::from(request.each)) as usize);
    // Whoever has one more of a tier than the least is told off in turn, by all tiers one after the other: so every
    // slot has as many of these, and none two of one tier.
    let (mut next, mut from) = (0, 0);
    for (tier, count) in (0..).zip(&request.tiers) {
        let least = request.each * count / request.images();
        let more = often * u64::from(*count) - slots * u64::from(least);
        let mut quotas = vec![least; names.len()];
        for _ in 0..more {
            quotas[next] += 1;
            next = (next + 1) % names.len();
        }
        let start = seen.len();
        let mut order: Vec<u32> = (from..from + count).collect();
        draws.shuffle(&mut order);
        let mut round = order.iter().cycle();
        for (slot, quota) in names.iter().zip(quotas) {
            let taken = round.by_ref().take(quota as usize);
            seen.extend(taken.map(|image| Seen { slot: *slot, image: *image, tier }));
        }
        mix(&mut seen[start..], &mut has, &mut draws);
        from += count;
    }
    seen
}

/// Which slot has which image: a bit for each slot and image.
struct Has {
    bits: Vec<u64>,
    images: usize,
}

impl Has {
    fn place(&self, slot: u32, image: u32) -> (usize, u64) {
        let at = slot as usize * self.images + image as usize;
        (at / 64, 1 << (at % 64))
    }

    fn flip(&mut self, slot: u32, image: u32) {
        let (word, bit) = self.place(slot, image);
        self.bits[word] ^= bit;
    }

    fn is_set(&self, slot: u32, image: u32) -> bool {
        let (word, bit) = self.place(slot, image);
        self.bits[word] & bit != 0
    }
}

/// Exchanges images between slots where neither has the other's, eight times as often as there are any: who has one
/// image had the same neighbours of a round, and has any after that.
fn mix(seen: &mut [Seen], has: &mut Has, draws: &mut Draws) {
    for one in &*seen {
        has.flip(one.slot, one.image);
    }
    for _ in 0..seen.len() * 8 {
        let (a, b) = (draws.place(seen.len()), draws.place(seen.len()));
        let (one, other) = (seen[a], seen[b]);
        if has.is_set(one.slot, other.image) || has.is_set(other.slot, one.image) {
            continue;
        }
        for slot in [one.slot, other.slot] {
            has.flip(slot, one.image);
            has.flip(slot, other.image);
        }
        (seen[a].image, seen[b].image) = (other.image, one.image);
    }
}
