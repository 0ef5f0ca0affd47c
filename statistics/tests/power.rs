//! What simulated studies find, against what is known of them otherwise.

use pixel_debate_statistics::{Analysis, Design, DesignError, Simulation};
use proptest::prelude::*;

const DESIGN: Design = Design {
    participants: 40,
    items: 30,
    each: 15,
    participant_sd: 0.5,
    item_sd: 0.8,
    base_rate: 0.7,
    analysis: Analysis::Robust,
    level: 0.05,
    studies: 400,
    seed: 1,
};

fn power(design: Design, difference: f64) -> f64 {
    Simulation::new(design).unwrap().power(difference).unwrap().rate
}

#[test]
fn nothing_is_found_where_nothing_is_but_one_time_in_twenty() {
    let robust = power(Design { studies: 2000, ..DESIGN }, 0.0);
    assert!((0.02..=0.07).contains(&robust), "{robust}");
    // The bootstrap is safer than it says.
    let bootstrap = power(Design { studies: 2000, analysis: Analysis::Bootstrap, ..DESIGN }, 0.0);
    assert!(bootstrap < 0.02, "{bootstrap}");
}

/// Without effects of participants and items judgments are independent, and the textbook knows the power:
/// 1 − Φ(1.96 − d / √(2 p (1 − p) / n)), with n in each condition.
#[test]
fn without_effects_the_power_is_the_textbooks() {
    let design = Design {
        participants: 60,
        items: 60,
        each: 20,
        participant_sd: 0.0,
        item_sd: 0.0,
        ..DESIGN
    };
    let design = Design { studies: 1500, ..design };
    // Variances of 0.7 and 0.77, 600 judgments each: z = 0.07 / 0.02541 = 2.755, and Φ(0.795) = 0.787.
    let found = power(design, 0.07);
    assert!((found - 0.787).abs() < 0.05, "{found}");
    // By the bootstrap, whose error is √3 times as great: Φ(2.755 / √3 − 1.96) = Φ(−0.369) … in units of
    // the true error Φ(2.755 − 1.96 · √3) = Φ(−0.640) = 0.261.
    let found = power(Design { analysis: Analysis::Bootstrap, ..design }, 0.07);
    assert!((found - 0.261).abs() < 0.05, "{found}");
}

/// Rates are said to be what they are on average over participants and items: with effects as great as these
/// the middle participant would be right far more often.
#[test]
fn more_is_found_of_more_and_by_more_participants_and_never_by_another_seed_alone() {
    let few = power(DESIGN, 0.08);
    let many = power(Design { participants: 120, ..DESIGN }, 0.08);
    assert!(many > few + 0.2, "{many} of 120 participants, {few} of 40");
    assert!(power(DESIGN, 0.16) > few + 0.2);
    assert_eq!(power(DESIGN, 0.08), few);
    assert_ne!(power(Design { seed: 2, studies: 2000, ..DESIGN }, 0.08), few);
}

#[test]
fn the_least_difference_has_the_power_that_it_should() {
    for analysis in [Analysis::Robust, Analysis::Bootstrap] {
        let simulation = Simulation::new(Design { analysis, ..DESIGN }).unwrap();
        let least = simulation.least_difference().unwrap().unwrap();
        assert!(simulation.power(least).unwrap().rate >= Simulation::POWER);
        assert!(simulation.power(least - 0.002).unwrap().rate < Simulation::POWER + 0.01);
        assert_eq!(simulation.least_difference().unwrap(), Some(least));
    }
    // Of two participants nothing is found, and from 99.9 % there is no way up.
    let two = Design { participants: 2, items: 2, each: 2, ..DESIGN };
    for design in [two, Design { base_rate: 0.999, ..DESIGN }] {
        assert_eq!(Simulation::new(design).unwrap().least_difference(), Ok(None));
    }
}

/// At a stricter level less is found, of nothing as seldom as it says, and of something as the textbook has it: of
/// z = 2.755, Φ(2.755 − 2.464) = 0.614 at a third of one in twenty, with Student's 59 degrees of freedom.
#[test]
fn a_stricter_level_finds_less() {
    let strict = Design { level: 0.05 / 3.0, studies: 2000, ..DESIGN };
    assert!(power(strict, 0.0) < 0.035);
    assert!(power(strict, 0.08) < power(Design { level: 0.05, ..strict }, 0.08) - 0.05);
    let alone = Design {
        participant_sd: 0.0,
        item_sd: 0.0,
        participants: 60,
        items: 60,
        each: 20,
        ..strict
    };
    let found = power(alone, 0.07);
    assert!((found - 0.614).abs() < 0.06, "{found}");
}

#[test]
fn studies_stand_for_themselves() {
    let simulation = Simulation::new(Design { studies: 50, ..DESIGN }).unwrap();
    let one_by_one = (0..50).filter(|study| simulation.finds(0.1, *study).unwrap()).count();
    assert_eq!(simulation.power(0.1).unwrap().rate, one_by_one as f64 / 50.0);
}

#[test]
fn what_cannot_be_simulated_is_refused_by_name() {
    let refusals = [
        (Design { participants: 1, ..DESIGN }, "participants is 1: it must be from 2 to 10000"),
        (
            Design { participants: 10_001, ..DESIGN },
            "participants is 10001: it must be from 2 to 10000",
        ),
        (Design { items: 0, ..DESIGN }, "items is 0: it must be from 2 to 10000"),
        (Design { each: 0, ..DESIGN }, "each is 0: it must be from 1 to 30"),
        (Design { each: 31, ..DESIGN }, "each is 31: it must be from 1 to 30"),
        (
            Design { participant_sd: -0.1, ..DESIGN },
            "participant_sd is -0.1: it must be from 0 to 5",
        ),
        (Design { item_sd: f64::NAN, ..DESIGN }, "item_sd is NaN: it must be from 0 to 5"),
        (Design { base_rate: 1.0, ..DESIGN }, "base_rate is 1: it must be from 0.001 to 0.999"),
        (Design { level: 0.0, ..DESIGN }, "level is 0: it must be from 0.0001 to 0.5"),
        (Design { level: 0.6, ..DESIGN }, "level is 0.6: it must be from 0.0001 to 0.5"),
        (Design { studies: 0, ..DESIGN }, "studies is 0: it must be from 1 to 166666"),
        (Design { studies: 166_667, ..DESIGN }, "studies is 166667: it must be from 1 to 166666"),
    ];
    for (design, words) in refusals {
        assert_eq!(Simulation::new(design).unwrap_err().to_string(), words);
    }
    let simulation = Simulation::new(DESIGN).unwrap();
    for difference in [0.3, -0.7, f64::NAN] {
        let refused = simulation.power(difference).unwrap_err();
        assert!(matches!(refused, DesignError { field: "difference", .. }), "{refused}");
    }
    let judgments =
        Design { participants: 10_000, items: 10_000, each: 10_000, studies: 2, ..DESIGN };
    assert_eq!(
        Simulation::new(judgments).unwrap_err().to_string(),
        "studies is 2: it must be from 1 to 1"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A decrease is found as an increase from the other side, though not in the very same studies.
    #[test]
    fn any_design_gives_a_power(
        participants in 2_usize..30, items in 2_usize..30, part in 0.0..1.0,
        participant_sd in 0.0..3.0, item_sd in 0.0..3.0, base_rate in 0.1..0.9, seed: u64, bootstrap: bool,
    ) {
        let analysis = if bootstrap { Analysis::Bootstrap } else { Analysis::Robust };
        let each = 1 + (part * (items - 1) as f64) as usize;
        let design = Design { participants, items, each, participant_sd, item_sd, base_rate, analysis, level: 0.05, studies: 40, seed };
        let simulation = Simulation::new(design).expect("within its bounds");
        for difference in [-0.09, 0.0, 0.09] {
            let found = simulation.power(difference).expect("within its bounds");
            prop_assert!((0.0..=1.0).contains(&found.rate) && found.of == 40);
        }
    }
}
