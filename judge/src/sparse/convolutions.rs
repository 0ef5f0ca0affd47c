//! Both convolutions of one image, of which some pixels are shown.
//!
//! What a pixel does alone is [known](super::lone), and added as it is. In cells of the first pool that several
//! pixels reach, what they do together differs from the sum of what each does alone: the difference, where
//! there is any, is spread over the second convolution's output. Where pixels lie so near that hardly a cell is
//! one's own, all is computed and spread.

use pixel_debate_game::Pixel;

use super::{
    SparseWeights,
    lone::{Lone, has_all_cells},
    many_weights::pooled,
    response::REACHED,
};
use crate::{
    geometry::{Block, HALF, PADDED, for_each_reached, pool_input},
    kernels::{
        ChangedCell, DUST, Listed, Numbers, PADDED_FIELD, add_from, add_reached, list_larger,
        pool_change, prefetch, spread_cells, zeros,
    },
    network::{CONV1, CONV2, SIDE},
};

/// Cells that a pixel must have for itself if what it does alone is to be used: to compute so few takes less
/// than to read it.
const OWN: usize = 2;
/// The number of a cell that is not computed.
const NONE: u8 = u8::MAX;

/// Cells of the second pool, by their numbers' bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct CellSet(u64);

impl CellSet {
    /// Their numbers, in ascending order.
    pub(super) fn iter(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let cell = left.trailing_zeros();
            left &= left.checked_sub(1)?;
            Some(cell as usize)
        })
    }

    pub(super) fn contains(self, cell: usize) -> bool {
        self.0 >> cell & 1 == 1
    }
}

/// A pixel that is shown.
#[derive(Debug, Clone, Copy)]
struct Shown {
    pixel: Pixel,
    value: u8,
    /// Whether it is used what the pixel does alone.
    by_itself: bool,
}

impl Shown {
    /// What it does alone, if that is used.
    fn lone(self, weights: &SparseWeights) -> Option<&Lone> {
        self.by_itself.then(|| weights.many().lone.get(weights, self.pixel, self.value))
    }
}

/// The second convolution's output for one image after another, with room for what comes before it.
#[derive(Debug)]
pub(super) struct Convolutions {
    /// Padded row × padded column × channel. Cells of the second pool that no pixel reaches hold what was
    /// there before.
    field: Numbers,
    shown: Vec<Shown>,
    /// By cell of the first pool: how many pixels reach it.
    reaching: [u8; HALF * HALF],
    /// By cell of the first pool: its number among those that are computed, or [`NONE`].
    numbers: [u8; HALF * HALF],
    /// The cells that are computed: those that several pixels reach, and those of pixels of which it is not used
    /// what they do alone.
    computed: Vec<usize>,
    /// The first convolution's output in these: cell × position × channel.
    sums: Numbers,
    /// What they would be after the pool by what is used of what pixels do alone.
    expected: Vec<[f32; CONV1]>,
    /// Outputs of the first convolution that a pixel reaches, each with the kernel's tap.
    reached: Vec<(u32, u32)>,
    /// By how much they differ from it: cells, and channels with differences.
    cells: Vec<ChangedCell>,
    changes: Vec<Listed>,
}

impl Convolutions {
    pub(super) fn new() -> Self {
        Self {
            field: zeros(PADDED_FIELD),
            shown: Vec::new(),
            reaching: [0; HALF * HALF],
            numbers: [NONE; HALF * HALF],
            computed: Vec::new(),
            sums: zeros(0),
            expected: Vec::new(),
            reached: Vec::new(),
            cells: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// Computes them for an image of which these pixels are shown, with their values. Returns which cells
    /// of the second pool may differ from what they are without evidence; no other can be asked for.
    ///
    /// # Panics
    ///
    /// If a pixel lies outside of 28 × 28.
    pub(super) fn compute(
        &mut self,
        weights: &SparseWeights,
        pixels: impl IntoIterator<Item = (Pixel, u8)>,
    ) -> CellSet {
        let many = weights.many();
        let shown = |(pixel, value)| Shown { pixel, value, by_itself: has_all_cells(pixel) };
        self.shown.clear();
        self.shown.extend(pixels.into_iter().map(shown));
        let changed = self.share();
        for cell in changed.iter() {
            for row in [0, 2] {
                let pair = pool_input(cell, row)..pool_input(cell, row) + 2 * CONV2;
                self.field[pair.clone()].copy_from_slice(&many.constant[pair]);
            }
        }
        self.sums.resize(self.computed.len() * 4 * CONV1, 0.0);
        for sums in self.sums.chunks_exact_mut(CONV1) {
            sums.copy_from_slice(&weights.conv1_bias);
        }
        self.expected.clear();
        self.expected.resize(self.computed.len(), many.without);
        for at in 0..self.shown.len() {
            // The next one's numbers are called while this one's are added.
            if let Some(lone) = self.shown.get(at + 1).and_then(|next| next.lone(weights)) {
                prefetch(lone);
            }
            self.reveal(weights, self.shown[at]);
        }
        self.spread_differences(weights);
        changed
    }

    /// A cell after the second pool, by channel.
    pub(super) fn pooled(&self, cell: usize) -> [f32; CONV2] {
        pooled(&self.field, cell)
    }

    /// Finds which cells are to be computed, and which of the second pool are reached.
    fn share(&mut self) -> CellSet {
        let Self { shown, reaching, numbers, computed, .. } = self;
        reaching.fill(0);
        numbers.fill(NONE);
        computed.clear();
        let mut changed = CellSet::default();
        for Shown { pixel, .. } in &*shown {
            let Pixel { x, y } = *pixel;
            let inside = usize::from(x) < SIDE && usize::from(y) < SIDE;
            assert!(inside, "pixel ({x}, {y}) is outside of {SIDE}×{SIDE}");
            for (_, cell) in reached_cells(*pixel) {
                reaching[cell] = reaching[cell].saturating_add(1);
            }
            for (cell, _) in Block::of(x, y).cells() {
                changed.0 |= 1 << cell;
            }
        }
        for Shown { pixel, by_itself, .. } in shown {
            let own = reached_cells(*pixel).filter(|(_, cell)| reaching[*cell] == 1).count();
            *by_itself &= own >= OWN;
            for (_, cell) in reached_cells(*pixel) {
                if numbers[cell] == NONE && (reaching[cell] > 1 || !*by_itself) {
                    numbers[cell] = computed.len() as u8;
                    computed.push(cell);
                }
            }
        }
        changed
    }

    /// Adds what one pixel does: to the field what it does alone, and to the computed cells their parts of the
    /// first convolution.
    fn reveal(&mut self, weights: &SparseWeights, shown: Shown) {
        let Self { field, numbers, sums, expected, reached, .. } = self;
        let Shown { pixel, value, .. } = shown;
        let number = |cell: usize| (numbers[cell] != NONE).then(|| usize::from(numbers[cell]));
        reached.clear();
        for_each_reached(pixel.x.into(), pixel.y.into(), |column, row, position, tap| {
            if let Some(number) = number(row * HALF + column) {
                reached.push(((number * 4 + position) as u32, tap as u32));
            }
        });
        add_reached(reached, f32::from(value) / 255.0, &weights.conv1, sums);
        let Some(lone) = shown.lone(weights) else { return };
        for (place, cell) in reached_cells(pixel) {
            if let Some(number) = number(cell) {
                let expected = expected[number].iter_mut();
                expected
                    .zip(&lone.changes[place])
                    .for_each(|(expected, change)| *expected += change);
            }
        }
        let [column, row] = [pixel.x, pixel.y].map(|along| usize::from(along / 2) - REACHED / 2);
        add_from(row * PADDED + column, &lone.response, field);
    }

    /// Adds to the field what the computed cells differ by from what was expected.
    fn spread_differences(&mut self, weights: &SparseWeights) {
        let Self { field, computed, sums, expected, cells, changes, .. } = self;
        cells.clear();
        changes.clear();
        let sums = sums.as_chunks::<CONV1>().0.as_chunks::<4>().0;
        for ((cell, sums), expected) in computed.iter().zip(sums).zip(expected) {
            let mut change = [0.0; CONV1];
            pool_change(sums, expected, &mut change);
            list_larger(&change, DUST, changes);
            let corner = (cell / HALF * PADDED + cell % HALF) as u32;
            cells.push(ChangedCell { corner, end: changes.len() as u32 });
        }
        spread_cells(cells, changes, &weights.many().kernels, field);
    }
}

/// The cells of the first pool that a pixel reaches and that lie in the field: place in the square of nine,
/// number.
fn reached_cells(pixel: Pixel) -> impl Iterator<Item = (usize, usize)> {
    let along =
        |along: u8, place: usize| (usize::from(along / 2) + place).wrapping_sub(REACHED / 2);
    (0..REACHED * REACHED).filter_map(move |place| {
        let (row, column) = (along(pixel.y, place / REACHED), along(pixel.x, place % REACHED));
        // Beyond the field on the left it has wrapped round, and is not to be reckoned with.
        (row < HALF && column < HALF).then(|| (place, row * HALF + column))
    })
}
