//! Convolutions of any widths, many sets of pixels at a time.
//!
//! What the network makes of no evidence is known beforehand. The first convolution is computed in the cells of its
//! pool that a revealed pixel reaches, and nowhere else; by how much these differ from what they are without
//! evidence is spread over the second convolution's output, by one matrix product a set. Both dense layers are
//! products of all sets that are asked about together, which read the weights once.

use std::sync::Arc;

use pixel_debate_game::Pixel;

use crate::{
    geometry::{HALF, MARGIN, PADDED, TAPS, for_each_reached},
    kernels::{Instructions, Matrix, Output, multiply},
    layer::Layer,
    logits::Logits,
    network::{KERNEL, Network, SIDE, Widths},
};

/// Sets whose dense layers are computed together. More gain nothing, and a product of more rows might be summed in
/// another order.
pub const BATCH: usize = 64;
/// Cells of the second pool.
const CELLS: usize = HALF * HALF / 4;
/// No cell has so many others before it.
const NONE: u8 = u8::MAX;

/// A network's numbers in the order in which these products read them, shared by all [`Batches`].
#[derive(Debug)]
pub struct BatchWeights {
    widths: Widths,
    /// Plane × tap × channel.
    conv1: Vec<f32>,
    conv1_bias: Vec<f32>,
    /// Input channel × tap, from the last to the first, × output channel: what a cell adds to those around it.
    conv2: Vec<f32>,
    /// The second convolution's output without evidence: padded row × padded column × channel.
    constant: Vec<f32>,
    /// Cell × channel × unit.
    fc1: Vec<f32>,
    fc1_bias: Vec<f32>,
    /// Unit × label.
    fc2: Vec<f32>,
    fc2_bias: Vec<f32>,
}

/// The numbers of a layer whose weights are output × the rest, as rest × output, the rest in another order.
fn rest_by_output(layer: &Layer, place: impl Fn(usize) -> usize) -> Vec<f32> {
    let outputs = layer.bias.len();
    let rest = layer.weight.len() / outputs;
    let mut weight = Vec::with_capacity(layer.weight.len());
    for number in 0..rest {
        let place = place(number);
        weight.extend((0..outputs).map(|output| layer.weight[output * rest + place]));
    }
    weight
}

impl BatchWeights {
    /// Reorders the numbers of a network of whatever widths.
    pub fn new(network: &Network) -> Self {
        let widths = network.widths();
        let channels = widths.conv2;
        let mut weights = Self {
            widths,
            conv1: rest_by_output(&network.conv1, |rest| rest),
            conv1_bias: network.conv1.bias.clone(),
            conv2: rest_by_output(&network.conv2, |rest| {
                rest / TAPS * TAPS + TAPS - 1 - rest % TAPS
            }),
            constant: vec![0.0; PADDED * PADDED * channels],
            fc1: rest_by_output(&network.fc1, |rest| rest % channels * CELLS + rest / channels),
            fc1_bias: network.fc1.bias.clone(),
            fc2: rest_by_output(&network.fc2, |rest| rest),
            fc2_bias: network.fc2.bias.clone(),
        };
        for cell in 0..HALF * HALF {
            let (row, column) = (cell / HALF + MARGIN, cell % HALF + MARGIN);
            let place = (row * PADDED + column) * channels;
            weights.constant[place..place + channels].copy_from_slice(&network.conv2.bias);
        }
        let cells: Vec<u8> = (0..(HALF * HALF) as u8).collect();
        let without: Vec<f32> = weights.conv1_bias.iter().map(|bias| bias.max(0.0)).collect();
        let mut constant = std::mem::take(&mut weights.constant);
        weights.spread(&cells, &without.repeat(cells.len()), &mut Vec::new(), &mut constant);
        weights.constant = constant;
        weights
    }

    /// How many labels the network tells apart.
    pub fn classes(&self) -> usize {
        self.fc2_bias.len()
    }

    /// Adds to the second convolution's output what cells of the first pool do that change by so much: cell ×
    /// channel.
    fn spread(&self, cells: &[u8], changes: &[f32], products: &mut Vec<f32>, field: &mut [f32]) {
        let Widths { conv1, conv2, .. } = self.widths;
        products.clear();
        products.resize(cells.len() * TAPS * conv2, 0.0);
        add_product(changes, &self.conv2, conv1, products);
        for (cell, products) in cells.iter().zip(products.chunks_exact(TAPS * conv2)) {
            let (row, column) = (usize::from(*cell) / HALF, usize::from(*cell) % HALF);
            for (below, products) in products.chunks_exact(KERNEL * conv2).enumerate() {
                let to = ((row + below) * PADDED + column) * conv2;
                let to = &mut field[to..to + KERNEL * conv2];
                to.iter_mut().zip(products).for_each(|(to, product)| *to += product);
            }
        }
    }
}

/// Adds `left · right` to `out`, of which `left` has `inner` columns. What is added to a row depends neither on the
/// other rows nor, of 2 to [`BATCH`] of them, on their number.
fn add_product(left: &[f32], right: &[f32], inner: usize, out: &mut [f32]) {
    let (rows, columns) = (left.len() / inner, right.len() / inner);
    if Instructions::in_use() != Instructions::Portable {
        let (left, right) = (Matrix::new(left, rows, inner), Matrix::new(right, inner, columns));
        return multiply(left, right, Output::Add, out, 1);
    }
    // The same bits on every machine.
    for (left, out) in left.chunks_exact(inner).zip(out.chunks_exact_mut(columns)) {
        for (left, right) in left.iter().zip(right.chunks_exact(columns)) {
            out.iter_mut().zip(right).for_each(|(out, right)| *out += left * right);
        }
    }
}

/// Asks a network about sets of shown pixels, each of whatever image. A set's logits have the same bits whatever else
/// is asked.
///
/// ```
/// use std::sync::Arc;
///
/// use pixel_debate_game::Pixel;
/// use pixel_debate_judge::{Judge, Logits, batches::{BatchWeights, Batches}, dense::planes};
///
/// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
/// let network = judge.network().expect("the shipped judges are the paper's network");
/// let mut batches = Batches::new(Arc::new(BatchWeights::new(network)));
/// let mut logits = Logits::new(10);
/// batches.push_logits(&[vec![(Pixel::new(14, 9), 200)], vec![]], &mut logits);
/// let plain = network.logits(&[planes([(14, 9, 200)]), planes([])]);
/// let pairs = logits.numbers().iter().zip(plain.numbers());
/// assert!(pairs.into_iter().all(|(one, plain)| (one - plain).abs() < 1e-4));
/// ```
#[derive(Debug)]
pub struct Batches {
    weights: Arc<BatchWeights>,
    /// By cell of the first pool: its place among those that are reached, or [`NONE`].
    places: Vec<u8>,
    /// The cells that are reached.
    cells: Vec<u8>,
    /// Their inputs: cell × position × channel.
    sums: Vec<f32>,
    /// By how much their outputs differ from what they are without evidence: cell × channel.
    changes: Vec<f32>,
    /// What that adds around them: cell × tap × channel.
    products: Vec<f32>,
    /// The second convolution's output: padded row × padded column × channel.
    field: Vec<f32>,
    /// The first dense layer's inputs and outputs: set × cell × channel, set × unit.
    inputs: Vec<f32>,
    hidden: Vec<f32>,
    logits: Vec<f32>,
}

impl Batches {
    /// Asks these weights.
    pub fn new(weights: Arc<BatchWeights>) -> Self {
        Self {
            weights,
            places: vec![NONE; HALF * HALF],
            cells: Vec::new(),
            sums: Vec::new(),
            changes: Vec::new(),
            products: Vec::new(),
            field: Vec::new(),
            inputs: Vec::new(),
            hidden: Vec::new(),
            logits: Vec::new(),
        }
    }

    /// Adds the logits of each set of pixels with their values, 0 to 255.
    ///
    /// # Panics
    ///
    /// If a pixel lies outside of 28 × 28, or `logits` are of other labels.
    pub fn push_logits<S: AsRef<[(Pixel, u8)]>>(&mut self, sets: &[S], logits: &mut Logits) {
        let weights = Arc::clone(&self.weights);
        let classes = weights.classes();
        for sets in sets.chunks(BATCH) {
            self.inputs.clear();
            for set in sets {
                self.convolve(&weights, set.as_ref());
            }
            // A product of one row would be summed in another order.
            let rows = sets.len().max(2);
            let flat = weights.widths.flat();
            self.inputs.resize(rows * flat, 0.0);
            repeat(&weights.fc1_bias, rows, &mut self.hidden);
            add_product(&self.inputs, &weights.fc1, flat, &mut self.hidden);
            for unit in &mut self.hidden {
                *unit = unit.max(0.0);
            }
            repeat(&weights.fc2_bias, rows, &mut self.logits);
            add_product(&self.hidden, &weights.fc2, weights.widths.hidden, &mut self.logits);
            for row in self.logits.chunks_exact(classes).take(sets.len()) {
                logits.push(row);
            }
        }
    }

    /// Both convolutions of one set; what comes of it is added to the inputs.
    fn convolve(&mut self, weights: &BatchWeights, shown: &[(Pixel, u8)]) {
        let Self { places, cells, sums, changes, products, field, inputs, .. } = self;
        let Widths { conv1, conv2, .. } = weights.widths;
        cells.clear();
        sums.clear();
        let (mask, values) = weights.conv1.split_at(TAPS * conv1);
        for (pixel, value) in shown {
            let (x, y) = (usize::from(pixel.x), usize::from(pixel.y));
            assert!(x < SIDE && y < SIDE, "pixel ({x}, {y}) is outside of {SIDE}×{SIDE}");
            let value = f32::from(*value) / 255.0;
            for_each_reached(x, y, |column, row, position, tap| {
                let cell = row * HALF + column;
                if places[cell] == NONE {
                    places[cell] = cells.len() as u8;
                    cells.push(cell as u8);
                    (0..4).for_each(|_| sums.extend_from_slice(&weights.conv1_bias));
                }
                let place = (usize::from(places[cell]) * 4 + position) * conv1;
                let taps = tap * conv1..(tap + 1) * conv1;
                let added = mask[taps.clone()].iter().zip(&values[taps]);
                let sums = sums[place..place + conv1].iter_mut();
                sums.zip(added).for_each(|(sum, (mask, weight))| *sum += mask + value * weight);
            });
        }
        for cell in &*cells {
            places[usize::from(*cell)] = NONE;
        }
        changes.clear();
        for sums in sums.chunks_exact(4 * conv1) {
            changes.extend((0..conv1).map(|channel| {
                let greatest =
                    (0..4).fold(0.0, |most: f32, at| most.max(sums[at * conv1 + channel]));
                greatest - weights.conv1_bias[channel].max(0.0)
            }));
        }
        field.clone_from(&weights.constant);
        if !cells.is_empty() {
            weights.spread(cells, changes, products, field);
        }
        for cell in 0..CELLS {
            let side = HALF / 2;
            let corner = |row: usize| {
                ((cell / side * 2 + MARGIN + row) * PADDED + cell % side * 2 + MARGIN) * conv2
            };
            let pairs = [0, 1].map(|row| field[corner(row)..][..2 * conv2].split_at(conv2));
            let [(a, b), (c, d)] = pairs;
            let four = a.iter().zip(b).zip(c.iter().zip(d));
            inputs.extend(four.map(|((a, b), (c, d))| a.max(*b).max(c.max(*d)).max(0.0)));
        }
    }
}

/// Fills `out` with a layer's biases, row after row.
fn repeat(bias: &[f32], rows: usize, out: &mut Vec<f32>) {
    out.clear();
    (0..rows).for_each(|_| out.extend_from_slice(bias));
}
