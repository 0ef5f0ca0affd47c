//! Edges between two kinds of things in so many colours, of which each thing has all equally often.

use super::draws::Draws;

/// An edge of which nothing is known yet.
const NONE: u32 = u32::MAX;

/// Gives each edge, which is in one group of the left and one of the right, a colour below `colours`, such that no
/// two edges of a group have the same: groups have at most as many edges as there are colours.
///
/// That such a colouring exists is D. König's theorem (Mathematische Annalen 77, 1916). With groups of edges made by
/// [`groups`], colours are as even on all that is grouped as whole numbers can be (D. de Werra, INFOR 9, 1971). Edges
/// are halved, and the halves again, as long as the number of colours is even (H. N. Gabow, International Journal of
/// Computer and Information Sciences 5, 1976); what is left is coloured one by one.
pub(super) fn colour(left: &Groups, right: &Groups, colours: u32, draws: &mut Draws) -> Vec<u16> {
    let mut chosen = vec![0; left.of.len()];
    let mut order: Vec<u32> = (0..left.of.len() as u32).collect();
    draws.shuffle(&mut order);
    let mut parts = vec![(order, colours, 0)];
    while let Some((edges, colours, from)) = parts.pop() {
        if colours > 1 && colours % 2 == 1 {
            one_by_one(&edges, [left, right], colours, from, &mut chosen, draws);
        } else if colours > 1 {
            let [one, other] = halves(&edges, [left, right], draws);
            parts.push((one, colours / 2, from));
            parts.push((other, colours / 2, from + colours / 2));
        } else {
            for edge in edges {
                chosen[edge as usize] = from as u16;
            }
        }
    }
    chosen
}

/// Parts edges in two such that each group has half of its edges in either, give or take one: edges go in pairs
/// within groups, so that each has at most a neighbour on the left and one on the right, and along these paths and
/// cycles from one part to the other. Cycles are even, since left and right change off.
fn halves(edges: &[u32], groups: [&Groups; 2], draws: &mut Draws) -> [Vec<u32>; 2] {
    let neighbours = groups.map(|groups| {
        let mut waiting = vec![NONE; groups.count];
        let mut neighbours = vec![NONE; edges.len()];
        for (at, edge) in (0..).zip(edges) {
            let group = groups.of[*edge as usize] as usize;
            if waiting[group] == NONE {
                waiting[group] = at;
            } else {
                let other = std::mem::replace(&mut waiting[group], NONE);
                neighbours[at as usize] = other;
                neighbours[other as usize] = at;
            }
        }
        neighbours
    });
    let mut part: Vec<Option<bool>> = vec![None; edges.len()];
    for start in 0..edges.len() {
        if part[start].is_some() {
            continue;
        }
        let first = draws.below(2) == 1;
        part[start] = Some(first);
        for begin in [0, 1] {
            let (mut at, mut side, mut now) = (start, begin, first);
            while let Some(next) = neighbours[side].get(at).filter(|next| **next != NONE) {
                at = *next as usize;
                if part[at].is_some() {
                    break;
                }
                (side, now) = (1 - side, !now);
                part[at] = Some(now);
            }
        }
    }
    [false, true].map(|wanted| {
        let in_it = |(edge, part): (&u32, &Option<bool>)| (*part == Some(wanted)).then_some(*edge);
        edges.iter().zip(&part).filter_map(in_it).collect()
    })
}

/// Colours edges, from a first colour up, as in König's proof: an edge whose ends have no free colour in common gets
/// one by exchanging two colours on one path.
fn one_by_one(
    edges: &[u32],
    groups: [&Groups; 2],
    colours: u32,
    from: u32,
    chosen: &mut [u16],
    draws: &mut Draws,
) {
    let mut sides = groups.map(|groups| Side::new(groups.count, colours as usize));
    for edge in edges {
        let at = *edge as usize;
        let ends = groups.map(|groups| groups.of[at]);
        let start = draws.place(colours as usize);
        let colour =
            sides[0].free_of_both(ends[0], &sides[1], ends[1], start).unwrap_or_else(|| {
                let [here, there] = [0, 1]
                    .map(|side| sides[side].free(ends[side], start).expect("a group has room"));
                // On the right `here` is taken: its path of both colours never comes to the left end, where `here`
                // is free, so that it is free on both once the path has exchanged them.
                exchange(&mut sides, chosen, groups, ends[1], [here, there]);
                here
            });
        chosen[at] = colour as u16;
        sides[0].set(ends[0], colour, *edge);
        sides[1].set(ends[1], colour, *edge);
    }
    for edge in edges {
        chosen[*edge as usize] += from as u16;
    }
}

/// Exchanges two colours on the path that leaves a group of the right by the first of them.
fn exchange(
    sides: &mut [Side; 2],
    chosen: &mut [u16],
    groups: [&Groups; 2],
    start: u32,
    colours: [usize; 2],
) {
    let mut path = Vec::new();
    let (mut side, mut group, mut colour) = (1, start, 0);
    loop {
        let edge = sides[side].edge(group, colours[colour]);
        if edge == NONE {
            break;
        }
        path.push(edge);
        side = 1 - side;
        group = groups[side].of[edge as usize];
        colour = 1 - colour;
    }
    for edge in &path {
        let at = *edge as usize;
        for side in [0, 1] {
            sides[side].clear(groups[side].of[at], usize::from(chosen[at]));
        }
    }
    for edge in path {
        let at = edge as usize;
        let other = if usize::from(chosen[at]) == colours[0] { colours[1] } else { colours[0] };
        chosen[at] = other as u16;
        for side in [0, 1] {
            sides[side].set(groups[side].of[at], other, edge);
        }
    }
}

/// Which edge of each group has which colour.
struct Side {
    colours: usize,
    edges: Vec<u32>,
    /// A bit for each colour that is free, in words of 64.
    free: Vec<u64>,
}

impl Side {
    fn new(groups: usize, colours: usize) -> Self {
        let words = colours.div_ceil(64);
        let word = |at: usize| match colours - at % words * 64 {
            64.. => u64::MAX,
            left => (1 << left) - 1,
        };
        let free = (0..groups * words).map(word).collect();
        Self { colours, edges: vec![NONE; groups * colours], free }
    }

    fn words(&self) -> usize {
        self.colours.div_ceil(64)
    }

    fn edge(&self, group: u32, colour: usize) -> u32 {
        self.edges[group as usize * self.colours + colour]
    }

    fn set(&mut self, group: u32, colour: usize, edge: u32) {
        self.edges[group as usize * self.colours + colour] = edge;
        let words = self.words();
        self.free[group as usize * words + colour / 64] &= !(1 << (colour % 64));
    }

    fn clear(&mut self, group: u32, colour: usize) {
        self.edges[group as usize * self.colours + colour] = NONE;
        let words = self.words();
        self.free[group as usize * words + colour / 64] |= 1 << (colour % 64);
    }

    /// The free colours of a group.
    fn bits(&self, group: u32) -> &[u64] {
        let words = self.words();
        &self.free[group as usize * words..][..words]
    }

    /// The first free colour at or after `from`, or else from 0.
    fn free(&self, group: u32, from: usize) -> Option<usize> {
        let bits = self.bits(group);
        first(|word| bits[word], bits.len(), from)
    }

    /// The same of a colour that is free of both.
    fn free_of_both(&self, group: u32, other: &Self, others: u32, from: usize) -> Option<usize> {
        let (one, two) = (self.bits(group), other.bits(others));
        first(|word| one[word] & two[word], one.len(), from)
    }
}

/// The first bit that is set at or after `from`, or else from 0.
fn first(word: impl Fn(usize) -> u64, words: usize, from: usize) -> Option<usize> {
    let bit = |at: usize, bits: u64| (bits != 0).then(|| at * 64 + bits.trailing_zeros() as usize);
    let start = from / 64;
    let begun = bit(start, word(start) & (u64::MAX << (from % 64)));
    begun
        .or_else(|| (start + 1..words).find_map(|at| bit(at, word(at))))
        .or_else(|| (0..=start).find_map(|at| bit(at, word(at))))
}

/// The group of each edge, and how many groups there are.
pub(super) struct Groups {
    pub(super) of: Vec<u32>,
    pub(super) count: usize,
}

/// Edges in groups of at most `size`, such that as many of these as can be are whole, first among edges whose keys
/// are equal, then of those left over among edges whose keys are equal but for the last part, and so on to the first
/// part, where what is left over is a smaller group. Which edges of equal keys go together is drawn.
///
/// In a [`colour`]ing with `size` colours each has of all edges with the same first part as many as any other, give
/// or take one.
pub(super) fn groups<const PARTS: usize>(
    keys: &[[u32; PARTS]],
    size: u32,
    draws: &mut Draws,
) -> Groups {
    let mut left: Vec<u32> = (0..keys.len() as u32).collect();
    draws.shuffle(&mut left);
    left.sort_by_key(|edge| keys[*edge as usize]);
    let mut of = vec![NONE; keys.len()];
    let mut count = 0;
    for parts in (1..=PARTS).rev() {
        let key = |edge: &u32| &keys[*edge as usize][..parts];
        let mut over = Vec::new();
        for alike in left.chunk_by(|one, other| key(one) == key(other)) {
            for group in alike.chunks(size as usize) {
                if group.len() < size as usize && parts > 1 {
                    over.extend_from_slice(group);
                    continue;
                }
                for edge in group {
                    of[*edge as usize] = count;
                }
                count += 1;
            }
        }
        left = over;
    }
    Groups { of, count: count as usize }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    /// How far apart the colours of each key are.
    fn apart<K: Ord>(keys: impl Iterator<Item = K>, chosen: &[u16], colours: u32) -> u32 {
        let mut counts: BTreeMap<K, Vec<u32>> = BTreeMap::new();
        for (key, colour) in keys.zip(chosen) {
            counts.entry(key).or_insert_with(|| vec![0; colours as usize])[usize::from(*colour)] +=
                1;
        }
        let spread = |of: &Vec<u32>| of.iter().max().unwrap() - of.iter().min().unwrap();
        counts.values().map(spread).max().unwrap_or(0)
    }

    proptest! {
        /// Any edges at all, several between the same two as well.
        #[test]
        fn colours_are_even_on_both_sides(
            edges in prop::collection::vec((0_u32..9, 0_u32..3, 0_u32..5, 0_u32..4), 0..300),
            colours in prop_oneof![1_u32..12, 60_u32..70, 125_u32..131], seed: u64,
        ) {
            let mut draws = Draws::new(seed, 0);
            let left: Vec<[u32; 2]> = edges.iter().map(|(a, b, _, _)| [*a, *b]).collect();
            let right: Vec<[u32; 2]> = edges.iter().map(|(_, _, c, d)| [*c, *d]).collect();
            let sides = [&left, &right].map(|keys| groups(keys, colours, &mut draws));
            let chosen = colour(&sides[0], &sides[1], colours, &mut draws);
            for (keys, side) in [&left, &right].into_iter().zip(&sides) {
                prop_assert!(apart(keys.iter().map(|key| key[0]), &chosen, colours) <= 1);
                // What is left over of one key is in two groups at most.
                prop_assert!(apart(keys.iter(), &chosen, colours) <= 2);
                let mut taken = BTreeSet::new();
                let once = side.of.iter().zip(&chosen).all(|of| taken.insert(of));
                prop_assert!(once, "a group has a colour twice");
                prop_assert!(side.of.iter().all(|group| (*group as usize) < side.count));
            }
        }
    }
}
