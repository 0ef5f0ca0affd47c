//! Judges of each kind, of random numbers.

use pixel_debate_judge::{
    Ensemble, Layer, Linear, Mlp, Model, Network, Provenance, Weights, Widths,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Layers of these shapes, whose numbers keep what goes through them about as great as it was.
fn layers<const N: usize>(
    shapes: [(&'static str, Vec<usize>); N],
    rng: &mut ChaCha8Rng,
) -> [Layer; N] {
    shapes.map(|(_, shape)| {
        let size: usize = shape.iter().product();
        let bound = (6.0 / (size / shape[0]) as f32).sqrt();
        Layer {
            weight: (0..size).map(|_| rng.random_range(-bound..bound)).collect(),
            bias: (0..shape[0]).map(|_| rng.random_range(-0.2..0.2)).collect(),
        }
    })
}

pub(crate) fn network(widths: Widths, labels: usize, seed: u64) -> Network {
    let rng = &mut ChaCha8Rng::seed_from_u64(seed);
    let [conv1, conv2, fc1, fc2] = layers(widths.shapes(labels), rng);
    Network { conv1, conv2, fc1, fc2 }
}

pub(crate) fn linear(labels: usize, seed: u64) -> Linear {
    let [fc] = layers(Linear::shapes(labels), &mut ChaCha8Rng::seed_from_u64(seed));
    Linear { fc }
}

pub(crate) fn mlp(units: usize, labels: usize, seed: u64) -> Mlp {
    let [fc1, fc2] = layers(Mlp::shapes(units, labels), &mut ChaCha8Rng::seed_from_u64(seed));
    Mlp { fc1, fc2 }
}

pub(crate) fn silent(model: impl Into<Model>) -> Weights {
    Weights { model: model.into(), provenance: Provenance::default() }
}

pub(crate) fn ensemble(models: Vec<Model>) -> Ensemble {
    Ensemble::new(models.into_iter().map(silent).collect()).unwrap()
}

/// One or more of each kind, of so many labels.
pub(crate) fn of_each_kind(labels: usize) -> Vec<Model> {
    let odd = Widths { conv1: 5, conv2: 7, hidden: 33 };
    let slim = Widths { conv1: 1, conv2: 1, hidden: 1 };
    // So many numbers that one of them takes as long as all others.
    let large = if labels == 10 { Widths::LARGE } else { Widths::SMALL };
    vec![
        network(Widths::PAPER, labels, 1).into(),
        network(Widths::SMALL, labels, 2).into(),
        network(large, labels, 3).into(),
        network(odd, labels, 4).into(),
        network(slim, labels, 5).into(),
        linear(labels, 6).into(),
        mlp(1, labels, 7).into(),
        mlp(100, labels, 8).into(),
        ensemble(vec![
            network(Widths::PAPER, labels, 9).into(),
            linear(labels, 10).into(),
            mlp(17, labels, 11).into(),
            network(odd, labels, 12).into(),
        ])
        .into(),
    ]
}
