//! Krippendorff's alpha against the published example, its own definition and the `krippendorff` package for Python.

use pixel_debate_statistics::{Agreement, Scale};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const GAP: f64 = f64::NAN;

/// The observers' rows as units.
fn units(observers: &[Vec<f64>]) -> Vec<Vec<f64>> {
    (0..observers[0].len()).map(|unit| observers.iter().map(|row| row[unit]).collect()).collect()
}

/// The same as in `figures_by_scipy.py`.
fn beliefs() -> Vec<Vec<f64>> {
    let belief = |judge: usize, unit: usize| {
        if (judge * 3 + unit * 7).is_multiple_of(4) {
            return GAP;
        }
        let own = (37 * unit + 11 * judge * judge + 5 * unit * judge) % 101;
        ((own + 3 * ((unit * 29) % 101)) as f64 / 4.0).round_ties_even()
    };
    (0..5).map(|judge| (0..30).map(|unit| belief(judge, unit)).collect()).collect()
}

#[test]
fn alpha_is_that_of_the_literature_and_of_the_package() {
    // K. Krippendorff, "Computing Krippendorff's alpha-reliability", 2011, example C.
    let own = vec![
        vec![1.0, 2.0, 3.0, 3.0, 2.0, 1.0, 4.0, 1.0, 2.0, GAP, GAP, GAP],
        vec![1.0, 2.0, 3.0, 3.0, 2.0, 2.0, 4.0, 1.0, 2.0, 5.0, GAP, 3.0],
        vec![GAP, 3.0, 3.0, 3.0, 2.0, 3.0, 4.0, 2.0, 2.0, 5.0, 1.0, GAP],
        vec![1.0, 2.0, 3.0, 3.0, 2.0, 4.0, 4.0, 1.0, 2.0, 5.0, 1.0, GAP],
    ];
    for (data, nominal, interval) in [
        (own, 0.743_421_052_632, 0.849_107_142_857),
        (beliefs(), 0.004_889_975_550, 0.889_946_332_598),
    ] {
        for (scale, alpha) in [(Scale::Nominal, nominal), (Scale::Interval, interval)] {
            let agreement = Agreement::of(&units(&data), scale).unwrap();
            assert!((agreement.alpha - alpha).abs() < 1e-11, "{agreement:?}, not {alpha}");
            let interval = agreement.interval;
            assert!(interval.low < alpha && alpha < interval.high, "{agreement:?}");
        }
    }
}

/// By the definition: means over pairs of values.
fn by_pairs(units: &[Vec<f64>], scale: Scale) -> Option<f64> {
    let difference = |one: f64, other: f64| match scale {
        Scale::Nominal => f64::from(u8::from(one != other)),
        Scale::Interval => (one - other).powi(2),
    };
    let pairs = |values: &[f64]| -> f64 {
        values.iter().flat_map(|one| values.iter().map(|other| difference(*one, *other))).sum()
    };
    let units: Vec<&Vec<f64>> = units.iter().filter(|unit| unit.len() > 1).collect();
    let all: Vec<f64> = units.iter().flat_map(|unit| unit.iter().copied()).collect();
    let n = all.len() as f64;
    let observed =
        units.iter().map(|unit| pairs(unit) / (unit.len() as f64 - 1.0)).sum::<f64>() / n;
    let expected = pairs(&all) / (n * (n - 1.0));
    (expected > 0.0).then(|| 1.0 - observed / expected)
}

/// Three judges of a unit know its value, or else guess: alpha is about how often two of them know.
fn judged(rng: &mut ChaCha8Rng, count: usize) -> Vec<Vec<f64>> {
    let unit = |_| {
        let truth = rng.random_range(0..4);
        let given = |_| if rng.random::<f64>() < 0.8 { truth } else { rng.random_range(0..4) };
        (0..3).map(given).map(f64::from).collect()
    };
    (0..count).map(unit).collect()
}

#[test]
fn the_interval_covers_the_truth() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let times = 400;
    let covered = (0..times).filter(|_| {
        let interval = Agreement::of(&judged(&mut rng, 80), Scale::Nominal).unwrap().interval;
        (interval.low..=interval.high).contains(&0.64)
    });
    let covered = covered.count() as f64 / f64::from(times);
    assert!((0.92..=0.98).contains(&covered), "{covered}");
}

#[test]
fn equal_values_have_no_alpha_however_they_are_written() {
    for values in [[0.0, -0.0], [0.1, 0.1], [1e200, 1e200]] {
        for scale in [Scale::Nominal, Scale::Interval] {
            assert_eq!(Agreement::of(&[values.to_vec(), values.to_vec()], scale), None);
        }
    }
}

proptest! {
    #[test]
    fn alpha_is_that_of_its_definition_and_gaps_are_nothing(
        units in prop::collection::vec(prop::collection::vec(0_u8..5, 0..5), 0..20), at: prop::sample::Index,
    ) {
        let mut units: Vec<Vec<f64>> =
            units.into_iter().map(|unit| unit.into_iter().map(|value| f64::from(value) / 4.0).collect()).collect();
        for scale in [Scale::Nominal, Scale::Interval] {
            let ours = Agreement::of(&units, scale);
            let definition = by_pairs(&units, scale);
            prop_assert_eq!(ours.is_some(), definition.is_some());
            if let (Some(ours), Some(definition)) = (ours, definition) {
                prop_assert!((ours.alpha - definition).abs() < 1e-9, "{ours:?} and {definition}");
                prop_assert!(ours.alpha <= 1.0 && ours.interval.low <= ours.interval.high);
            }
        }
        if !units.is_empty() {
            let before = Agreement::of(&units, Scale::Interval);
            let place = at.index(units.len());
            units[place].insert(0, GAP);
            prop_assert_eq!(Agreement::of(&units, Scale::Interval), before);
        }
    }
}
