//! The statistics against figures computed by SciPy: `statistics/tests/figures_by_scipy.py`.

use pixel_debate_statistics::{McNemar, Pairing, Rate, Sprt, bootstrap_mean, bradley_terry};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

#[track_caller]
fn near(ours: f64, scipy: f64, tolerance: f64) {
    assert!((ours - scipy).abs() < tolerance, "{ours}, and SciPy has {scipy}");
}

#[test]
fn wilson() {
    for (successes, of, low, high) in [
        (81.0, 263, 0.255_288_519_878, 0.366_209_576_983),
        (0.0, 20, 0.0, 0.161_125_158_053),
        (10.0, 10, 0.722_467_200_137, 1.0),
        (852.0, 1000, 0.828_644_950_703, 0.872_661_011_324),
        (53.0, 53, 0.932_418_011_423, 1.0),
        (9999.0, 10000, 0.999_433_731_103, 0.999_982_347_326),
    ] {
        let rate = Rate::wilson(successes, of);
        near(rate.low, low, 1e-9);
        near(rate.high, high, 1e-9);
    }
}

#[test]
fn mcnemar() {
    for (pairs, only_first, only_second, p, detectable) in [
        (100, 12, 3, 0.035_156_25, 0.107_230_686_545),
        (100, 5, 5, 1.0, 0.087_553_488_935),
        (2000, 40, 61, 0.046_044_066_929, 0.014_069_494_719),
        (50, 0, 0, 1.0, 0.02),
        (50, 9, 0, 0.003_906_25, 0.164_161_770_830),
        (150, 1, 7, 0.070_312_5, 0.052_413_078_878),
    ] {
        let test = McNemar::of(pairs, only_first, only_second);
        near(test.p, p, 1e-9);
        near(test.detectable, detectable, 1e-9);
        let difference = (only_first as f64 - only_second as f64) / pairs as f64;
        near(test.difference, difference, 1e-12);
    }
}

#[test]
fn bradley_terry_ratings() {
    let pairing = |(a, b, won, lost)| Pairing { a, b, won, lost };
    let three = [(0, 1, 7.0, 3.0), (1, 2, 6.0, 4.0), (0, 2, 9.0, 1.0)].map(pairing);
    let four =
        [(0, 1, 10.0, 0.0), (2, 3, 3.0, 5.0), (0, 3, 8.0, 2.0), (2, 1, 4.0, 4.0)].map(pairing);
    let cases: [(&[Pairing], &[f64]); 2] =
        [(&three, &[144.117, -24.297, -119.819]), (&four, &[259.622, -148.960, -113.633, 2.970])];
    for (pairings, scipy) in cases {
        let ratings = bradley_terry(scipy.len(), pairings);
        for (ours, scipy) in ratings.iter().zip(scipy) {
            near(*ours, *scipy, 0.01);
        }
    }
}

#[test]
fn the_bootstrap_of_a_mean() {
    let values: Vec<f64> = (0..120).map(|at| f64::from(at % 7) / 6.0).collect();
    let interval = bootstrap_mean(&values);
    // Ours draws 2,000 resamples: the ends vary by a few thousandths.
    near(interval.low, 0.4361, 0.008);
    near(interval.high, 0.5556, 0.008);
    assert_eq!(bootstrap_mean(&values), interval);
}

#[test]
fn the_sprts_ratio() {
    for (wins, draws, losses, elo0, elo1, llr) in
        [(30, 20, 10, 0.0, 50.0, 4.042_237_389), (10, 40, 12, 0.0, 20.0, -0.614_757_427)]
    {
        let mut pairs = vec![1.0; wins];
        pairs.extend(vec![0.5; draws]);
        pairs.extend(vec![0.0; losses]);
        near(Sprt { elo0, elo1 }.standing(&pairs).llr, llr, 1e-8);
    }
}

/// Images whose debates in two orders are won with these probabilities; how far one goes with the other,
/// or where it is below 0 against it, says `together`.
struct Images {
    count: usize,
    won: [f64; 2],
    together: f64,
}

impl Images {
    fn shares(&self, rng: &mut ChaCha8Rng) -> Vec<f64> {
        let share = |_| {
            let [one, two, tied]: [f64; 3] = std::array::from_fn(|_| rng.random());
            let two = match tied < self.together.abs() {
                true if self.together > 0.0 => one,
                true => 1.0 - one,
                false => two,
            };
            let won = |luck: f64, order: usize| f64::from(u8::from(luck < self.won[order]));
            f64::midpoint(won(one, 0), won(two, 1))
        };
        (0..self.count).map(share).collect()
    }
}

#[test]
fn intervals_of_a_mean_over_two_orders_cover_the_truth() {
    let images = |count, won, together| Images { count, won, together };
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for case in [
        images(100, [0.86, 0.9], 0.5),
        images(1000, [0.8, 0.9], 0.3),
        // A consultancy: the judge believes the honest one and the liar.
        images(200, [0.98, 0.1], 0.0),
        images(50, [0.6, 0.5], 0.8),
        images(500, [0.5, 0.5], 0.0),
        images(300, [0.6, 0.6], -0.6),
        images(100, [0.95, 0.93], 0.6),
        images(40, [0.9, 0.7], 0.3),
    ] {
        let times = 2000;
        let truth = f64::midpoint(case.won[0], case.won[1]);
        let covered = (0..times).filter(|_| {
            let rate = Rate::of_shares(&case.shares(&mut rng));
            (rate.low..=rate.high).contains(&truth)
        });
        let covered = covered.count() as f64 / f64::from(times);
        let Images { count, won, together } = case;
        assert!(
            (0.93..=0.97).contains(&covered),
            "{covered} with {count} images, {won:?} won, {together} together"
        );
    }
}

#[test]
fn the_cluster_bootstrap_covers_the_truth() {
    let case = Images { count: 150, won: [0.85, 0.75], together: 0.4 };
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let times = 600;
    let covered = (0..times).filter(|_| {
        let interval = bootstrap_mean(&case.shares(&mut rng));
        (interval.low..=interval.high).contains(&0.8)
    });
    let covered = covered.count() as f64 / f64::from(times);
    assert!((0.93..=0.97).contains(&covered), "{covered}");
}
