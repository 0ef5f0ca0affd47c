//! Judges to be asked.

use std::sync::Arc;

use pixel_debate_judge::network::{HIDDEN, Layer};
use pixel_debate_judge::{Judge, Network, SHIPPED_PIXELS};

/// The shipped judges, whose weights fit in 16 bits, one whose weights do not, and some of other labels.
pub(crate) fn judges() -> Vec<Arc<Network>> {
    let mut judges: Vec<_> = SHIPPED_PIXELS
        .into_iter()
        .map(|pixels| Arc::clone(Judge::shipped(pixels).unwrap().network().unwrap()))
        .collect();
    let mut unrounded = Network::clone(&judges[0]);
    unrounded.fc1.weight.iter_mut().for_each(|weight| *weight *= 1.000_1);
    judges.push(Arc::new(unrounded));
    judges.extend([2, 47, 255].map(|labels| Arc::new(of_labels(&judges[0], labels))));
    judges
}

/// A network with another number of labels: those that are too many are mixtures of the ten.
fn of_labels(network: &Network, labels: usize) -> Network {
    let rows: Vec<&[f32]> = network.fc2.weight.chunks_exact(HIDDEN).collect();
    let mixed = |label: usize, unit: usize| {
        let (a, b) = (label % rows.len(), (label / rows.len() * 3 + 1) % rows.len());
        if label < rows.len() { rows[a][unit] } else { rows[a][unit] - 0.5 * rows[b][unit] }
    };
    let weight = (0..labels).flat_map(|label| (0..HIDDEN).map(move |unit| mixed(label, unit)));
    let bias = (0..labels).map(|label| network.fc2.bias[label % rows.len()]);
    let fc2 = Layer { weight: weight.collect(), bias: bias.collect() };
    Network { fc2, ..network.clone() }
}
