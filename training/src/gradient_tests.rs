//! The step's loss and gradient against the dense forward pass.

use pixel_debate_datasets::mnist;
use pixel_debate_judge::{
    Model, Trainable,
    dense::planes,
    masks::Masks,
    network::{FLAT, HIDDEN},
};
use rand::RngExt;

use crate::{
    batch::{Batches, Example, Purpose, rng},
    loss_gradient::draw_dropout,
    parameters::Parameters,
    step::of_kind,
};

/// The mean cross-entropy of the dense network, in f64 from the logits on.
fn dense_loss(model: &Model, examples: &[Example]) -> f64 {
    let inputs: Vec<_> =
        examples
            .iter()
            .map(|example| {
                planes(example.evidence.iter().map(|pixel| {
                    (pixel.x as u8, pixel.y as u8, (pixel.value * 255.0).round() as u8)
                }))
            })
            .collect();
    let logits = model.logits(&inputs);
    let losses = logits.rows().zip(examples).map(|(logits, example)| {
        let total: f64 = logits.iter().map(|logit| f64::from(*logit).exp()).sum();
        total.ln() - f64::from(logits[usize::from(example.label)])
    });
    losses.sum::<f64>() / examples.len() as f64
}

/// Parameters at random, biases of either sign included.
fn random_parameters(kind: Trainable, classes: usize) -> Parameters {
    let mut rng = rng(7, Purpose::Initialisation);
    let mut parameters = Parameters::glorot(kind, classes, &mut rng);
    for bias in parameters.tensors_mut().skip(1).step_by(2) {
        bias.fill_with(|| rng.random_range(-0.1..0.1));
    }
    parameters
}

fn step_without_dropout(
    parameters: &Parameters,
    examples: &[Example],
    threads: usize,
) -> (f32, Parameters) {
    let kind = parameters.kind();
    let mut gradient = Parameters::zeros(kind, parameters.classes());
    let keep = vec![1.0; examples.len() * parameters.units()];
    let loss = of_kind(kind, threads).run(parameters, examples, &keep, &mut gradient);
    (loss, gradient)
}

#[test]
fn gradient_is_the_slope_of_the_dense_loss() {
    let papers = [(0, 10), (1, 47), (6, 10), (40, 255)].map(|(k, n)| (Trainable::Paper, k, n));
    let others = [Trainable::Linear, Trainable::Mlp, Trainable::Small, Trainable::Large];
    let others = others.into_iter().flat_map(|kind| [(kind, 1, 47), (kind, 6, 10)]);
    for (kind, pixels, classes) in papers.into_iter().chain(others) {
        let mut rng = rng(pixels as u64, Purpose::Batch(0));
        // Not a multiple of the chunk, so that the last one is short.
        let examples = Batches::new(mnist::test(), 3, Masks::nonzero(pixels), 21).get(0, &mut rng);
        let parameters = random_parameters(kind, classes);
        let (loss, gradient) = step_without_dropout(&parameters, &examples, 1);
        let expected = dense_loss(&parameters.to_model(), &examples);
        assert!((f64::from(loss) - expected).abs() < 1e-5, "{loss} and {expected}");

        for index in 0..gradient.tensors().count() {
            // Along the gradient of one tensor the loss must rise by the square of its length.
            let direction = gradient.tensors().nth(index).unwrap();
            let square: f64 = direction.iter().map(|d| f64::from(*d).powi(2)).sum();
            if pixels == 0 && index == 0 {
                assert!(square == 0.0, "without evidence the first kernel has no effect");
                continue;
            }
            let along = |distance: f64| {
                let mut moved = parameters.clone();
                let tensor = moved.tensors_mut().nth(index).unwrap();
                for (number, d) in tensor.iter_mut().zip(direction) {
                    *number += (distance * f64::from(*d)) as f32;
                }
                dense_loss(&moved.to_model(), &examples)
            };
            // Far enough for the change to stand out of rounding, near enough to cross few kinks.
            let distance = 0.0001 / square;
            let slope = (along(distance) - along(-distance)) / (2.0 * distance);
            let error = (slope - square).abs() / square;
            assert!(error < 0.03, "{kind}, {pixels} pixels, tensor {index}: {slope} and {square}");
        }
    }
}

#[test]
fn dropout_silences_units() {
    let mut rng = rng(1, Purpose::Batch(0));
    let examples = Batches::new(mnist::test(), 3, Masks::nonzero(6), 4).get(0, &mut rng);
    let parameters = random_parameters(Trainable::Paper, 10);
    let mut gradient = Parameters::zeros(Trainable::Paper, parameters.classes());
    let keep = draw_dropout(examples.len(), HIDDEN, &mut rng);
    let silent = keep.iter().filter(|keep| **keep == 0.0).count();
    let share = silent as f64 / keep.len() as f64;
    assert!((share - 0.4).abs() < 0.05, "{share}");
    of_kind(Trainable::Paper, 1).run(&parameters, &examples, &keep, &mut gradient);
    let [_, _, fc1, _] = gradient.layers();
    // A unit that is off in every example passes nothing back.
    for unit in 0..HIDDEN {
        if keep.iter().skip(unit).step_by(HIDDEN).all(|keep| *keep == 0.0) {
            assert!((0..FLAT).all(|input| fc1.weight[input * HIDDEN + unit] == 0.0));
        }
    }
}

#[test]
fn threads_do_not_change_the_gradient() {
    let mut rng = rng(2, Purpose::Batch(0));
    let examples = Batches::new(mnist::test(), 3, Masks::nonzero(6), 64).get(0, &mut rng);
    let parameters = random_parameters(Trainable::Paper, 10);
    assert_eq!(
        step_without_dropout(&parameters, &examples, 1),
        step_without_dropout(&parameters, &examples, 2),
    );
}

#[cfg(feature = "burn")]
#[test]
fn gradient_is_that_of_burn() {
    use crate::{burn_step::BurnStep, loss_gradient::LossGradient};

    for pixels in [0, 1, 4, 6, 40] {
        let mut rng = rng(pixels as u64, Purpose::Batch(0));
        let examples = Batches::new(mnist::test(), 3, Masks::nonzero(pixels), 21).get(0, &mut rng);
        let parameters = random_parameters(Trainable::Paper, 10);
        let keep = draw_dropout(examples.len(), HIDDEN, &mut rng);
        let [mut ours, mut burns] = [
            Parameters::zeros(Trainable::Paper, parameters.classes()),
            Parameters::zeros(Trainable::Paper, parameters.classes()),
        ];
        let loss = of_kind(Trainable::Paper, 1).run(&parameters, &examples, &keep, &mut ours);
        let mut burn = BurnStep::new(burn::tensor::Device::flex());
        let expected = burn.run(&parameters, &examples, &keep, &mut burns);
        assert!((loss - expected).abs() < 1e-5, "{loss} and {expected}");
        for (index, (ours, burns)) in ours.tensors().zip(burns.tensors()).enumerate() {
            let largest = burns.iter().map(|number| number.abs()).fold(0.0, f32::max);
            for (ours, burns) in ours.iter().zip(burns) {
                let error = (ours - burns).abs();
                assert!(
                    error <= 1e-4 * largest,
                    "{pixels} pixels, tensor {index}: {ours}, {burns}"
                );
            }
        }
    }
}
