//! The temperature of judges whose calibration is known.

use pixel_debate_datasets::{Dataset, mnist};
use pixel_debate_judge::{
    CLASSES_KEY, Judge, Layer, Linear, Provenance, Weights, masks::Masks, perceptron::INPUTS,
};
use pixel_debate_validation::{CalibrationError, calibrate};

/// A judge of two labels that believes in the second by this logit, whatever it sees.
fn constant(logit: f32) -> Judge {
    let fc = Layer { weight: vec![0.0; 2 * INPUTS], bias: vec![0.0, logit] };
    let classes = (CLASSES_KEY.to_owned(), "no\nyes".to_owned());
    let provenance = Provenance([classes].into());
    Judge::new("constant", Weights { model: Linear { fc }.into(), provenance })
}

/// Images of which three of four have the second label.
fn three_of_four(images: usize) -> Dataset {
    let labels = (0..images).map(|at| u8::from(at % 4 != 0)).collect();
    let classes = vec!["no".to_owned(), "yes".to_owned()];
    Dataset::new("quarters", (28, 28), vec![9; 784 * images], labels, classes).unwrap()
}

#[test]
fn the_temperature_makes_probabilities_of_shares() {
    // Of a judge that says ln 3 by rights, and says twice as much.
    let (sure, data) = (3_f32.ln() * 2.0, three_of_four(400));
    let found = calibrate(&constant(sure), &data, 400, Masks::nonzero(4), 1).unwrap();
    assert!((found.temperature - 2.0).abs() < 1e-6, "{found:?}");
    let best = 0.25 * 4_f64.ln() + 0.75 * (4.0 / 3.0_f64).ln();
    assert!((found.after - best).abs() < 1e-9 && found.before > best + 0.05, "{found:?}");
    let few = calibrate(&constant(sure), &data, 8, Masks::nonzero(4), 1).unwrap();
    assert_eq!(few.images, 8);
    assert!((few.temperature - 2.0).abs() < 1e-6);
}

#[test]
fn judges_without_a_best_temperature_are_refused() {
    let data = three_of_four(4);
    let refuse = |judge: &Judge, images| {
        calibrate(judge, &data, images, Masks::nonzero(4), 1).unwrap_err().to_string()
    };
    assert_eq!(refuse(&constant(1.0), 0), "there are no images to find a temperature on");
    // The first image is a no.
    let right = refuse(&constant(-1.0), 1);
    assert!(
        right.ends_with("the end of what is looked at: the judge is always right about so few")
    );
    let wrong = refuse(&constant(1.0), 1);
    assert!(wrong.contains("is best at the temperature 100, the end") && wrong.ends_with("chance"));
    let other = calibrate(&constant(1.0), mnist::test(), 9, Masks::nonzero(4), 1).unwrap_err();
    assert!(matches!(other, CalibrationError::Unfit(_)), "{other}");
}

#[test]
fn a_calibrated_judge_is_at_its_best() {
    let judge = Judge::shipped(4).unwrap();
    let masks = Masks::nonzero(4);
    let found = calibrate(&judge, mnist::test(), 1000, masks, 7).unwrap();
    let cooled = judge.weights().with_temperature(found.temperature).unwrap();
    let again = calibrate(&Judge::new("again", cooled), mnist::test(), 1000, masks, 7).unwrap();
    assert!((again.temperature - 1.0).abs() < 1e-4, "{again:?}");
    assert!((again.before - found.after).abs() < 1e-6, "{again:?} and {found:?}");
}
