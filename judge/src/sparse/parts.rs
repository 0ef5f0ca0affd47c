//! What pixels add to the second convolution's output, in 16 bits, kept for an image.

use std::hash::Hash;

use pixel_debate_game::Pixel;
use rustc_hash::FxHashMap;

use super::response::{REACHED, SPREAD};
use crate::{
    geometry::{HALF, MARGIN},
    kernels::{Fixed, add_fixed, fixed_zeros, to_fixed},
    network::CONV2,
};

/// Numbers of a field: row × column × channel.
pub(super) const FIELD: usize = HALF * HALF * CONV2;

/// Some columns and rows of the second convolution's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rectangle {
    columns: (u8, u8),
    rows: (u8, u8),
}

/// A part of a field.
#[derive(Debug, Clone, Copy)]
struct Part {
    start: usize,
    rectangle: Rectangle,
    /// The largest size of its numbers.
    peak: i16,
}

/// Parts of fields by what they belong to.
#[derive(Debug)]
pub(super) struct Parts<K> {
    places: FxHashMap<K, Part>,
    /// One part after another: row × column × channel each.
    numbers: Fixed,
    /// The most numbers that there have been.
    written: usize,
    most: usize,
}

impl Rectangle {
    /// What the cells of the first pool that all of these pixels reach can change.
    ///
    /// They must share a cell.
    pub(super) fn shared(pixels: &[Pixel]) -> Self {
        let reach = REACHED as i32 / 2 + MARGIN as i32;
        let range = |along: fn(&Pixel) -> u8| {
            let places = pixels.iter().map(|pixel| i32::from(along(pixel) / 2));
            let (least, most) = places.fold((i32::MAX, i32::MIN), |(least, most), place| {
                (least.min(place), most.max(place))
            });
            ((most - reach).max(0) as u8, (least + reach + 1).min(HALF as i32) as u8)
        };
        Self { columns: range(|pixel| pixel.x), rows: range(|pixel| pixel.y) }
    }

    /// What the first pool's cell in that column and row can change.
    pub(super) fn around([column, row]: [usize; 2]) -> Self {
        let range = |along: usize| {
            (along.saturating_sub(MARGIN) as u8, (along + MARGIN + 1).min(HALF) as u8)
        };
        Self { columns: range(column), rows: range(row) }
    }

    /// Numbers in it.
    fn len(self) -> usize {
        usize::from(self.rows.1 - self.rows.0) * self.row()
    }

    /// Numbers in a row of it.
    fn row(self) -> usize {
        usize::from(self.columns.1 - self.columns.0) * CONV2
    }

    /// Where its rows begin in a field.
    fn starts(self) -> impl Iterator<Item = usize> {
        let column = usize::from(self.columns.0);
        (self.rows.0..self.rows.1).map(move |row| (usize::from(row) * HALF + column) * CONV2)
    }

    /// Where its rows begin in what a pixel can change, row × column × channel (7 × 7 × 64).
    fn starts_around(self, pixel: Pixel) -> impl Iterator<Item = usize> {
        let reach = (SPREAD / 2) as i32;
        let place =
            move |at: u8, along: u8| (i32::from(at) - i32::from(along / 2) + reach) as usize;
        let column = place(self.columns.0, pixel.x);
        (self.rows.0..self.rows.1).map(move |row| (place(row, pixel.y) * SPREAD + column) * CONV2)
    }

    /// The places `[row, column]` in it, in the order of a part's numbers.
    pub(super) fn places(self) -> impl Iterator<Item = [usize; 2]> {
        let columns = self.columns;
        (self.rows.0..self.rows.1).flat_map(move |row| {
            (columns.0..columns.1).map(move |column| [row.into(), column.into()])
        })
    }

    /// Rounds what stands there around a pixel, row × column × channel (7 × 7 × 64), to `part`. The
    /// result is the largest size of the numbers.
    pub(super) fn round(self, pixel: Pixel, around: &[f32], scale: f32, part: &mut [i16]) -> i16 {
        let rows = part.chunks_exact_mut(self.row()).zip(self.starts_around(pixel));
        rows.map(|(row, start)| to_fixed(&around[start..][..self.row()], scale, row))
            .fold(0, i16::max)
    }
}

impl<K: Hash + Eq> Parts<K> {
    /// The memory that they take, in bytes: what was reserved and never written to takes none.
    pub(super) fn bytes(&self) -> usize {
        self.written * size_of::<i16>() + self.places.capacity() * size_of::<(K, Part)>()
    }

    /// Keeps up to `most` numbers.
    pub(super) fn up_to(most: usize) -> Self {
        Self { places: FxHashMap::default(), numbers: fixed_zeros(0), written: 0, most }
    }

    /// Adds a part to `field`, and says how large the largest number added is. If it is not kept,
    /// `compute` is to fill it.
    pub(super) fn add_to(
        &mut self,
        field: &mut [i16],
        key: K,
        rectangle: Rectangle,
        compute: impl FnOnce(&mut [i16]) -> i16,
    ) -> i32 {
        let part = if let Some(part) = self.places.get(&key) {
            *part
        } else {
            let size = rectangle.len();
            let mut start = self.numbers.len();
            if start + size > self.most {
                self.places.clear();
                self.numbers.clear();
                start = 0;
            }
            if self.numbers.capacity() == 0 {
                // Once, and whole: the system gives memory only where it is written to.
                self.numbers.reserve(self.most);
            }
            self.numbers.resize(start + size, 0);
            self.written = self.written.max(start + size);
            let peak = compute(&mut self.numbers[start..]);
            let part = Part { start, rectangle, peak };
            self.places.insert(key, part);
            part
        };
        let rows =
            self.numbers[part.start..][..part.rectangle.len()].chunks_exact(part.rectangle.row());
        for (row, start) in rows.zip(part.rectangle.starts()) {
            add_fixed(&mut field[start..start + row.len()], row);
        }
        part.peak.into()
    }
}
