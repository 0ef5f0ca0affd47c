//! Chance that is the same on every machine, and with every version of every library.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Numbers drawn by a seed, from the ChaCha stream alone: how libraries make a number below a bound of it, or a key
/// of a seed, may change, and a frozen study would no longer be what it was.
pub(super) struct Draws(ChaCha8Rng);

impl Draws {
    /// Of a seed and what they are for: equal seeds for other purposes draw other numbers.
    pub(super) fn new(seed: u64, purpose: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&purpose.to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A number below `bound`, all with the same probability; below 0 there is none, and it is 0.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        // As many numbers as are a multiple of the bound.
        let fair = u32::MAX - u32::MAX % bound.max(1);
        loop {
            let number = self.0.next_u32();
            if number < fair {
                return number % bound.max(1);
            }
        }
    }

    /// A place in a list of so many, which are fewer than 2³².
    pub(super) fn place(&mut self, of: usize) -> usize {
        self.below(of as u32) as usize
    }

    /// Puts a list into any order, all with the same probability.
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for end in (1..list.len()).rev() {
            let other = self.place(end + 1);
            list.swap(end, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_below_their_bound_and_come_equally_often() {
        let mut draws = Draws::new(1, 0);
        let mut counts = [0_u32; 7];
        (0..70_000).for_each(|_| counts[draws.place(7)] += 1);
        assert!(counts.iter().all(|count| count.abs_diff(10_000) < 400), "{counts:?}");
        assert_eq!((draws.below(0), draws.below(1)), (0, 0));
    }

    /// The first words of ChaCha with eight rounds for a key of zeros, as its test vectors have them (J. Strombergson,
    /// draft-strombergson-chacha-test-vectors, TC1): they must never change.
    #[test]
    fn the_numbers_of_a_seed_are_fixed() {
        let some = |seed, purpose| {
            let mut draws = Draws::new(seed, purpose);
            [(); 4].map(|()| draws.below(1000))
        };
        let vector: [[u8; 4]; 4] = [
            [0x3e, 0x00, 0xef, 0x2f],
            [0x89, 0x5f, 0x40, 0xd6],
            [0x7f, 0x5b, 0xb8, 0xe8],
            [0x1f, 0x09, 0xa5, 0xa1],
        ];
        assert_eq!(some(0, 0), vector.map(|word| u32::from_le_bytes(word) % 1000));
        assert_ne!(some(0, 1), some(0, 0));
        assert_ne!(some(1, 0), some(0, 0));
    }
}
