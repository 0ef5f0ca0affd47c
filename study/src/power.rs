//! What difference a study can find.

use pixel_debate_statistics::{Analysis, Design, DesignError, Simulation};

use crate::file::Study;

/// What is assumed of judges and items where nothing is known of them yet.
///
/// ```
/// use pixel_debate_study::Assumptions;
///
/// let assumed = Assumptions::default();
/// assert_eq!((assumed.base_rate, assumed.participant_sd, assumed.item_sd), (0.75, 0.5, 1.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assumptions {
    /// How often judges are right in the condition with the lower rate, [`Design::MIN_RATE`] to 1 less that.
    pub base_rate: f64,
    /// How much participants differ: the standard deviation of the logit of being right, 0 to [`Design::MAX_SD`].
    pub participant_sd: f64,
    /// How much images differ, likewise.
    pub item_sd: f64,
}

impl Default for Assumptions {
    /// A rate near the 74 % of people who judged with an adviser, and the 84 % with two debaters (J. Michael et al.,
    /// "Debate helps supervise unreliable experts", arXiv 2311.08702, 2023). Participants one deviation apart are
    /// right on 64 and on 83 of 100 items of the middle kind, and images one deviation apart with 52 and with 89 of
    /// 100 participants: as people are usually less different than what they judge.
    fn default() -> Self {
        Self { base_rate: 0.75, participant_sd: 0.5, item_sd: 1.0 }
    }
}

/// What difference in accuracy a study can find between two of its conditions; between any two, for all have the same
/// number of judgments.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Power {
    /// How many pairs of conditions there are.
    pub pairs: u64,
    /// What is simulated of each pair: its level is one in twenty, divided by the pairs.
    pub design: Design,
    /// Participants of the study who judge under both; the design has fewer where so many would take too long, and
    /// finds less than the study.
    pub participants: u64,
    /// The least difference that is found with 80 % power, in parts of 1, if there is one.
    pub least: Option<f64>,
}

impl Power {
    /// The most judgments of a study that is simulated.
    const MOST: u64 = 20_000;
    /// How many studies are simulated for each difference that is tried: as many as have so many judgments
    /// together, within these.
    const DRAWN: u64 = 2_000_000;
    const STUDIES: [u64; 2] = [100, 1000];
}

impl Study {
    /// What difference the study can find between two conditions, by simulating it: always the same, in a few seconds
    /// at most.
    ///
    /// Each participant judges some images under the one and as many under the other, and all cells are filled alike,
    /// as in the study's allocation; where items are not a multiple of the conditions, with those that every pair has
    /// at least. The difference is analysed as the report does, by errors that are robust to both participants and images. With several pairs each is
    /// held to an equal part of one in twenty (Bonferroni), the first step of Holm's correction: whatever is found so
    /// is found by that as well.
    ///
    /// There is none of one condition, one participant or one image.
    ///
    /// # Errors
    ///
    /// [`DesignError`] if an assumption is out of its range.
    ///
    /// ```
    /// use pixel_debate_study::Assumptions;
    /// use pixel_debate_study::file::Study;
    ///
    /// let text = |participants: u64| format!(r#"
    /// name = "two"
    /// title = "Four pixels or six"
    /// seed = 1
    /// [[conditions]]
    /// name = "four"
    /// kind = "alone"
    /// pixels = 4
    /// [[conditions]]
    /// name = "six"
    /// kind = "alone"
    /// pixels = 6
    /// [images]
    /// number = 20
    /// [assignment]
    /// participants = {participants}
    /// items = 10
    /// [consent]
    /// version = "1"
    /// [languages]
    /// en = "english.toml"
    /// "#);
    /// let least = |participants| -> Result<_, Box<dyn std::error::Error>> {
    ///     let power = Study::from_toml(&text(participants))?.power(Assumptions::default())?;
    ///     Ok(power.and_then(|power| power.least).expect("there are participants enough"))
    /// };
    /// let (few, many) = (least(40)?, least(120)?);
    /// assert!(many < few && few < 0.25);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn power(&self, assumed: Assumptions) -> Result<Option<Power>, DesignError> {
        let conditions = self.conditions.len() as u64;
        let (images, participants) = (self.images_in_all(), self.assignment.participants);
        if conditions < 2 || images < 2 || participants < 2 {
            return Ok(None);
        }
        let pairs = conditions * (conditions - 1) / 2;
        // Where participants have fewer than two items of a pair's, not all have one of it.
        let each = (self.assignment.items * 2 / conditions).max(1);
        let all = participants * self.assignment.items * 2 / conditions;
        let participants = participants.min(all / each);
        if participants < 2 {
            return Ok(None);
        }
        let simulated = participants.min(Power::MOST / each);
        let studies =
            (Power::DRAWN / (simulated * each)).clamp(Power::STUDIES[0], Power::STUDIES[1]);
        let design = Design {
            participants: simulated as usize,
            items: images as usize,
            each: each as usize,
            participant_sd: assumed.participant_sd,
            item_sd: assumed.item_sd,
            base_rate: assumed.base_rate,
            analysis: Analysis::Robust,
            level: 0.05 / pairs as f64,
            studies: studies as u32,
            seed: 1,
        };
        let least = Simulation::new(design)?.least_difference()?;
        Ok(Some(Power { pairs, design, participants, least }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn study(participants: u64, items: u64, images: u64, conditions: u64) -> Option<Study> {
        let names = (0..conditions)
            .map(|at| format!("[[conditions]]\nname = \"c{at}\"\nkind = \"alone\"\npixels = 4\n"));
        let conditions: String = names.collect();
        let text = format!(
            "name = \"a\"\ntitle = \"A\"\nseed = 1\n{conditions}[images]\nnumber = {images}\n\
             [assignment]\nparticipants = {participants}\nitems = {items}\n\
             [consent]\nversion = \"1\"\n[languages]\nen = \"en.toml\"\n"
        );
        Study::from_toml(&text).ok()
    }

    fn power(participants: u64, items: u64, images: u64, conditions: u64) -> Option<Power> {
        let study = study(participants, items, images, conditions).unwrap();
        study.power(Assumptions::default()).unwrap()
    }

    #[test]
    fn a_pair_has_its_part_of_what_each_judges_and_of_one_in_twenty() {
        let three = power(40, 9, 12, 3).unwrap();
        let Design { participants, items, each, level, studies, .. } = three.design;
        assert_eq!((three.pairs, three.participants), (3, 40));
        assert_eq!((participants, items, each, studies), (40, 12, 6, 1000));
        assert!((level - 0.05 / 3.0).abs() < 1e-12);
        assert_eq!(power(40, 9, 12, 3), Some(three), "always the same");
        // The same judgments of one pair, which is held to one in twenty whole.
        let two = power(40, 6, 12, 2).unwrap();
        assert_eq!((two.design.each, two.design.level), (6, 0.05));
        assert!(two.least.unwrap() < three.least.unwrap(), "{two:?} {three:?}");
        // Of twelve conditions, one item each: a sixth of the participants has one of a pair's.
        let twelve = power(120, 1, 10, 12).unwrap();
        assert_eq!((twelve.pairs, twelve.participants, twelve.design.each), (66, 20, 1));
        assert_eq!(twelve.least, None, "there are ten judgments in a condition");
    }

    #[test]
    fn what_is_assumed_matters_and_has_ranges() {
        let study = study(40, 10, 40, 2).unwrap();
        let least = |assumed: Assumptions| study.power(assumed).unwrap().unwrap().least.unwrap();
        let usual = Assumptions::default();
        let even = Assumptions { base_rate: 0.5, ..usual };
        assert!(least(even) > least(usual));
        // What participants have in common with themselves under both conditions takes nothing away, and much of it
        // makes the luck of single judgments smaller.
        let apart = Assumptions { participant_sd: 3.0, item_sd: 3.0, ..usual };
        assert!(least(apart) < least(usual));
        let refused = study.power(Assumptions { base_rate: 1.0, ..usual }).unwrap_err();
        assert_eq!(refused.to_string(), "base_rate is 1: it must be from 0.001 to 0.999");
        let refused = study.power(Assumptions { item_sd: 5.5, ..usual }).unwrap_err();
        assert_eq!(refused.to_string(), "item_sd is 5.5: it must be from 0 to 5");
    }

    #[test]
    fn a_difference_needs_two_of_each() {
        for (participants, items, images, conditions) in
            [(10, 2, 2, 1), (1, 2, 2, 1), (1, 2, 2, 2), (10, 1, 1, 2), (12, 1, 1, 12)]
        {
            if let Some(study) = study(participants, items, images, conditions) {
                assert_eq!(study.power(Assumptions::default()), Ok(None), "{participants}");
            }
        }
        assert_eq!(power(10, 1, 1, 2), None);
    }

    #[test]
    fn the_largest_studies_are_simulated_with_fewer_participants() {
        let large = power(10_000, 200, 500, 2).unwrap();
        assert_eq!((large.participants, large.design.participants), (10_000, 100));
        assert!(large.least.unwrap() < 0.1, "{large:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn every_study_has_a_power_or_none(
            times in 1_u64..9, items in 1_u64..9, images in 1_u64..9, conditions in 1_u64..13,
        ) {
            let study = study(images * conditions * times, items.min(images), images, conditions).unwrap();
            let power = study.power(Assumptions::default());
            prop_assert!(power.is_ok(), "{power:?}");
        }
    }
}
