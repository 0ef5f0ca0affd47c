//! A set of pixels that many sets share, and what each further pixel changes.
//!
//! For a stem `S` and a candidate `q`, the *change* is what `q` adds to the hidden units' sums,
//! before ReLU. Adding another pixel `x` to the stem alters it only through those inputs of the
//! first dense layer that `x` and `q` move together: `change(S + x, q) = change(S, q) + second
//! differences of (x, q) over S`. In a debate's image that is a third of the inputs that `q` moves.

use super::{
    SparseWeights,
    contrast::Contrast,
    response::{NO_GAIN, Responses, Revealed, add_response, are_near},
};
use crate::{
    geometry::{BLOCK, Block, CELL, CELLS, Shared},
    kernels::{
        Hidden, LINE, Numbers, PerCell, add, first_differences, second_differences, widths, zeros,
    },
    network::{CONV2, HIDDEN},
};

/// What the stems of one search share.
pub(super) struct Ground<'a> {
    pub(super) weights: &'a SparseWeights,
    pub(super) contrast: &'a Contrast,
    pub(super) candidates: &'a [Revealed],
    pub(super) responses: &'a mut Responses,
}

/// One level of the stack of stems: a stem, and what is known of the candidates over it.
#[derive(Debug)]
pub(super) struct Stem {
    /// The pixels in the order in which they were added.
    pub(super) revealed: Vec<Revealed>,
    /// Tells this stem from any that was at its level before.
    pub(super) id: u64,
    /// The candidate that this level added to the one below.
    pub(super) added: Option<usize>,
    /// The second convolution's output: cell × position × channel.
    pub(super) field: Numbers,
    /// The hidden units' sums, before ReLU.
    pub(super) hidden: Hidden,
    known: Vec<bool>,
    /// Candidate × unit.
    changes: Numbers,
    /// Candidate × cell: [`widths`] of the responses.
    widths: Vec<PerCell>,
    /// Where each candidate's response is: the level, and the block's number there.
    places: Vec<(usize, usize)>,
    /// The responses that are not those of the level below: cell × position × channel each.
    blocks: Numbers,
}

/// A block's numbers, and where the cells that two pixels share lie.
pub(super) type SharedCells = smallvec::SmallVec<[Shared; 16]>;

/// The cells that both pixels can change.
pub(super) fn shared_cells(a: Revealed, b: Revealed) -> SharedCells {
    let block = |revealed: Revealed| Block::of(revealed.pixel.x, revealed.pixel.y);
    block(a).shared(block(b)).collect()
}

/// The rows of the first dense layer, with factors, that differences over some cells stand for.
pub(super) fn rows_of(cells: &[Shared], differences: &[f32], rows: &mut Vec<(usize, f32)>) {
    rows.clear();
    for (shared, differences) in cells.iter().zip(differences.as_chunks::<CONV2>().0) {
        for (channel, difference) in differences.iter().enumerate() {
            if *difference != 0.0 {
                rows.push((shared.cell * CONV2 + channel, *difference));
            }
        }
    }
}

impl Stem {
    /// The memory that it takes, in bytes.
    fn bytes(&self) -> usize {
        let Self { revealed, field, known, changes, widths, places, blocks, .. } = self;
        let numbers = field.capacity() + changes.capacity() + blocks.capacity();
        size_of::<Self>()
            + numbers * size_of::<f32>()
            + revealed.capacity() * size_of::<Revealed>()
            + known.capacity()
            + widths.capacity() * size_of::<PerCell>()
            + places.capacity() * size_of::<(usize, usize)>()
    }

    fn empty(candidates: usize) -> Self {
        Self {
            revealed: Vec::new(),
            id: 0,
            added: None,
            field: zeros(CELLS * CELL),
            hidden: Hidden::ZERO,
            known: vec![false; candidates],
            changes: zeros(candidates * HIDDEN),
            widths: vec![PerCell([0.0; 64]); candidates],
            places: vec![(0, 0); candidates],
            blocks: zeros(0),
        }
    }

    /// What the candidate adds to the hidden units' sums; it must be known.
    pub(super) fn change(&self, candidate: usize) -> &[f32; HIDDEN] {
        debug_assert!(self.known[candidate], "candidate {candidate} is prepared");
        &self.changes.as_chunks::<HIDDEN>().0[candidate]
    }

    /// Bounds on what the candidate and any pixel that is not near it change together; it must be
    /// known.
    pub(super) fn widths(&self, candidate: usize) -> &PerCell {
        &self.widths[candidate]
    }
}

/// Stems, each with one pixel more than the one below.
#[derive(Debug)]
pub(super) struct Stems {
    /// Levels above `top` are kept for their memory.
    levels: Vec<Stem>,
    top: usize,
    ids: u64,
    differences: Numbers,
    rows: Vec<(usize, f32)>,
}

impl Default for Stems {
    fn default() -> Self {
        let levels = Vec::new();
        Self { levels, top: 0, ids: 0, differences: zeros(0), rows: Vec::new() }
    }
}

impl Stems {
    /// The memory that they take, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let levels: usize = self.levels.iter().map(Stem::bytes).sum();
        let rows = self.rows.capacity() * size_of::<(usize, f32)>();
        levels + rows + self.differences.capacity() * size_of::<f32>()
    }

    /// Forgets everything and begins with the pixels of `revealed`, which are in reading order.
    pub(super) fn reset(&mut self, ground: &mut Ground<'_>, revealed: Vec<Revealed>) {
        let candidates = ground.candidates.len();
        self.levels.retain(|level| level.known.len() == candidates);
        if self.levels.is_empty() {
            self.levels.push(Stem::empty(candidates));
        }
        self.top = 0;
        let root = &mut self.levels[0];
        root.field.copy_from_slice(&ground.weights.constant_field);
        ground.responses.add_all(ground.weights, &revealed, &mut root.field);
        root.hidden.copy_from_slice(&ground.weights.fc1_bias);
        self.rows.clear();
        for (cell, positions) in root.field.chunks_exact(CELL).enumerate() {
            for channel in 0..CONV2 {
                let largest = (0..4).map(|position| positions[position * CONV2 + channel]);
                let largest = largest.fold(0.0, f32::max);
                if largest > 0.0 {
                    self.rows.push((cell * CONV2 + channel, largest));
                }
            }
        }
        ground.weights.fc1.add(&mut *root.hidden, &self.rows);
        root.revealed = revealed;
        root.known.fill(false);
        root.blocks.clear();
        root.added = None;
        self.ids += 1;
        root.id = self.ids;
    }

    /// The stem.
    pub(super) fn top(&self) -> &Stem {
        &self.levels[self.top]
    }

    /// The stem without the candidate that was pushed last, if there is one.
    pub(super) fn below(&self) -> Option<&Stem> {
        Some(&self.levels[self.top.checked_sub(1)?])
    }

    /// The candidate's response over [`top`](Self::top); it must be known there.
    pub(super) fn response(&self, candidate: usize) -> &[f32] {
        self.response_at(self.top, candidate)
    }

    /// The candidate's response over [`below`](Self::below); it must be known there.
    pub(super) fn response_below(&self, candidate: usize) -> &[f32] {
        self.response_at(self.top - 1, candidate)
    }

    fn response_at(&self, level: usize, candidate: usize) -> &[f32] {
        let (level, block) = self.levels[level].places[candidate];
        &self.levels[level].blocks[block * BLOCK..][..BLOCK]
    }

    /// Whether the candidate's change over the stem of that level is known.
    pub(super) fn knows(&self, level: usize, candidate: usize) -> bool {
        self.levels[level].known[candidate]
    }

    /// Adds a candidate to the stem.
    pub(super) fn push(&mut self, ground: &mut Ground<'_>, candidate: usize) {
        self.prepare(ground, self.top, candidate);
        if self.levels.len() == self.top + 1 {
            self.levels.push(Stem::empty(ground.candidates.len()));
        }
        let (lower, upper) = self.levels.split_at_mut(self.top + 1);
        let (stem, next) = (&lower[self.top], &mut upper[0]);
        let added = ground.candidates[candidate];
        next.field.copy_from_slice(&stem.field);
        let (level, block) = stem.places[candidate];
        let response = &lower[level].blocks[block * BLOCK..][..BLOCK];
        add_response(&mut next.field, added.pixel, response);
        add(&stem.hidden, stem.change(candidate), &mut next.hidden);
        next.revealed.clone_from(&stem.revealed);
        next.revealed.push(added);
        next.known.fill(false);
        next.blocks.clear();
        next.added = Some(candidate);
        self.ids += 1;
        next.id = self.ids;
        self.top += 1;
    }

    /// Whether the candidate's change over the stem is known.
    pub(super) fn knows_at_top(&self, candidate: usize) -> bool {
        self.knows(self.top, candidate)
    }

    /// Whether the candidate's change over the stem, or over the one below, is known.
    pub(super) fn nearly_knows(&self, candidate: usize) -> bool {
        self.knows_at_top(candidate)
            || self.top.checked_sub(1).is_none_or(|below| self.knows(below, candidate))
    }

    /// Looks at the stem without the last candidate, until [`step_up`](Self::step_up).
    pub(super) fn step_down(&mut self) {
        self.top -= 1;
    }

    /// Goes back to the stem.
    pub(super) fn step_up(&mut self) {
        self.top += 1;
    }

    /// Takes the last candidate away.
    pub(super) fn pop(&mut self) {
        self.top = self.top.checked_sub(1).expect("a candidate was pushed");
    }

    /// Sees to it that the candidate's change over the stem is known.
    pub(super) fn prepare_top(&mut self, ground: &mut Ground<'_>, candidate: usize) {
        self.prepare(ground, self.top, candidate);
    }

    fn prepare(&mut self, ground: &mut Ground<'_>, level: usize, candidate: usize) {
        if self.levels[level].known[candidate] {
            return;
        }
        if let Some(added) = self.levels[level].added {
            self.prepare(ground, level - 1, candidate);
            self.prepare_from_below(ground, level, added, candidate);
        } else {
            self.prepare_root(ground, candidate);
        }
        self.levels[level].known[candidate] = true;
    }

    fn prepare_root(&mut self, ground: &mut Ground<'_>, candidate: usize) {
        let root = &mut self.levels[0];
        let revealed = ground.candidates[candidate];
        let response = ground.responses.get(ground.weights, &root.revealed, revealed);
        root.places[candidate] = (0, root.blocks.len() / BLOCK);
        root.blocks.extend_from_slice(response);
        let cells = shared_cells(revealed, revealed);
        self.differences.resize(cells.len() * CONV2, 0.0);
        first_differences(&root.field, response, &cells, &mut self.differences);
        rows_of(&cells, &self.differences, &mut self.rows);
        let change = &mut root.changes.as_chunks_mut::<HIDDEN>().0[candidate];
        change.fill(0.0);
        ground.weights.fc1.add(change, &self.rows);
        let cell_widths = &mut root.widths[candidate];
        cell_widths.0.fill(0.0);
        widths(response, &cells, &ground.contrast.either, cell_widths);
    }

    /// Carries what is known over the level below to a level that has `added` too.
    fn prepare_from_below(
        &mut self,
        ground: &mut Ground<'_>,
        level: usize,
        added: usize,
        candidate: usize,
    ) {
        let (x, y) = (ground.candidates[added], ground.candidates[candidate]);
        let (lower, upper) = self.levels.split_at_mut(level);
        let (below, stem) = (&lower[level - 1], &mut upper[0]);
        let block = |(level, block): (usize, usize)| &lower[level].blocks[block * BLOCK..][..BLOCK];
        let before = block(below.places[candidate]);
        let mut gained = None;
        if are_near(x.pixel, y.pixel) {
            let response = ground.responses.get(ground.weights, &stem.revealed, y);
            stem.places[candidate] = (level, stem.blocks.len() / BLOCK);
            stem.blocks.extend_from_slice(response);
            let cells = shared_cells(y, y);
            stem.widths[candidate].0.fill(0.0);
            let either = &ground.contrast.either;
            widths(response, &cells, either, &mut stem.widths[candidate]);
            let gain = response.iter().zip(before).map(|(after, before)| after - before);
            gained = Some(Numbers::from_iter(LINE, gain));
        } else {
            stem.places[candidate] = below.places[candidate];
            stem.widths[candidate] = below.widths[candidate];
        }
        let change = &mut stem.changes.as_chunks_mut::<HIDDEN>().0[candidate];
        change.copy_from_slice(below.change(candidate));
        let cells = shared_cells(x, y);
        if cells.is_empty() {
            return;
        }
        self.differences.resize(cells.len() * CONV2, 0.0);
        second_differences(
            &below.field,
            block(below.places[added]),
            before,
            gained.as_deref().unwrap_or(&NO_GAIN.0),
            &cells,
            &mut self.differences,
        );
        rows_of(&cells, &self.differences, &mut self.rows);
        ground.weights.fc1.add(change, &self.rows);
    }
}
