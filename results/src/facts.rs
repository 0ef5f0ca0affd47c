//! What is known of each judgment, by plan and results together: all tables and numbers are made of this alone.

use std::collections::BTreeSet;

use pixel_debate_game::Role;
use pixel_debate_statistics::Forecast;
use pixel_debate_study::allocation::Kind;
use pixel_debate_study::file::{self, Condition, Study};
use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::items::{Item, Part};
use pixel_debate_study::results::{Belief, Deed, End, How, Judgment, Participant, Results};

use crate::unfit::{Fault, Unfit};

/// A study with what came of it.
pub(crate) struct Facts<'a> {
    pub(crate) frozen: &'a Frozen,
    pub(crate) results: &'a Results,
    /// All judgments, by participant and position.
    pub(crate) judged: Vec<Judged<'a>>,
}

/// A judgment with all that is known of it.
pub(crate) struct Judged<'a> {
    pub(crate) participant: &'a Participant,
    /// The participant's place among all.
    pub(crate) person: usize,
    pub(crate) judgment: &'a Judgment,
    pub(crate) item: &'a Item,
    /// The item's condition, by its number; an attention check has none.
    pub(crate) condition: Option<usize>,
    /// Why it does not count, in words of [`NOT_COUNTED`]: nothing, if it does.
    pub(crate) not_counted: Vec<&'static str>,
    /// The position of the main item that comes again with it.
    pub(crate) repeat_of: Option<u32>,
    pub(crate) classifier: Option<Classifier>,
    pub(crate) optimal: Option<Optimal>,
}

/// Why a judgment does not count.
pub(crate) const NOT_COUNTED: [(&str, &str); 11] = [
    ("practice", "it was for practice"),
    ("repeat", "it came again unchanged"),
    ("flipped", "it came again with the sides changed"),
    ("check", "it was an attention check"),
    ("active", "the participant is not through"),
    ("dropped_out", "the participant left, or was not heard of for too long"),
    ("screened_out", "the participant did not belong to those who are asked"),
    ("excluded", "the participant was excluded"),
    ("erased", "what the participant said was removed"),
    ("withdrawn", "the item was withdrawn"),
    ("unended", "it has not ended"),
];

/// What the built-in judge makes of the same pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Classifier {
    pub(crate) right: bool,
    /// The probability that it gives the truth, among the answers that there are; none where it is not known.
    pub(crate) truth: Option<f64>,
}

/// What optimal play before the built-in judge comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Optimal {
    pub(crate) winner: Role,
    /// By how much the judge's logit of the truth is above the lie's.
    pub(crate) margin: f64,
}

impl<'a> Facts<'a> {
    pub(crate) fn of(frozen: &'a Frozen, results: &'a Results) -> Result<Self, Unfit> {
        let items: Vec<&Item> = frozen.items().collect();
        let study = &frozen.plan().study;
        let classes = frozen.plan().dataset.classes.len();
        for deviation in &results.deviations {
            match deviation.deed {
                Deed::Withdrew { item } if item as usize >= items.len() => {
                    return Err(Unfit::Withdrawn { item, items: items.len() });
                }
                _ => {}
            }
        }
        let mut names = BTreeSet::new();
        let mut judged = Vec::new();
        for (person, participant) in results.participants.iter().enumerate() {
            if !names.insert(&participant.name) {
                return Err(Unfit::TwoOfOneName { name: participant.name.clone() });
            }
            let mut before = 0;
            let mut mains: Vec<(Option<usize>, u32, u32)> = Vec::new();
            for judgment in &participant.judgments {
                let unfit = |fault| Unfit::Judgment {
                    participant: participant.name.clone(),
                    position: judgment.position,
                    fault,
                };
                if judgment.position <= before {
                    return Err(unfit(Fault::Order { before }));
                }
                before = judgment.position;
                let item = *items.get(judgment.item as usize).ok_or_else(|| {
                    unfit(Fault::NoItem { item: judgment.item, items: items.len() })
                })?;
                check(judgment, item, classes).map_err(unfit)?;
                let condition = condition_of(study, item);
                let image = item.source.index;
                let again = matches!(judgment.kind, Kind::Repeat | Kind::Flipped);
                let same =
                    |main: &&(Option<usize>, u32, u32)| (main.0, main.1) == (condition, image);
                let repeat_of = mains.iter().find(same).filter(|_| again).map(|main| main.2);
                if judgment.kind == Kind::Main {
                    mains.push((condition, image, judgment.position));
                }
                judged.push(Judged {
                    participant,
                    person,
                    judgment,
                    item,
                    condition,
                    not_counted: not_counted(results, participant, judgment),
                    repeat_of,
                    classifier: classifier(item, classes),
                    optimal: optimal(study, item),
                });
            }
        }
        Ok(Self { frozen, results, judged })
    }

    pub(crate) fn study(&self) -> &'a Study {
        &self.frozen.plan().study
    }

    /// The judgments that count.
    pub(crate) fn counted(&self) -> impl Iterator<Item = &Judged<'a>> {
        self.judged.iter().filter(|judged| judged.counts())
    }
}

impl Judged<'_> {
    pub(crate) fn counts(&self) -> bool {
        self.not_counted.is_empty()
    }

    /// Participant and image, which are crossed.
    pub(crate) fn clusters(&self) -> [usize; 2] {
        [self.person, self.item.source.index as usize]
    }

    pub(crate) fn verdict(&self) -> Option<u8> {
        match self.judgment.end.as_ref()?.how {
            How::Verdict { label, .. } => Some(label),
            How::GaveUp | How::TimedOut | How::Unanswered => None,
        }
    }

    pub(crate) fn correct(&self) -> Option<bool> {
        self.verdict().map(|label| label == self.item.label)
    }

    /// The probability that a belief gives the truth, if it gives it one.
    pub(crate) fn truth(&self, belief: &Belief) -> Option<f64> {
        let probability = as_believed(belief.probability);
        if belief.label == self.item.label {
            return Some(probability);
        }
        // Of more than two answers the others share the rest, and nobody says how.
        self.item.claims.liar.is_some().then(|| tidy(1.0 - probability))
    }

    /// The probability of the truth after so many reveals.
    pub(crate) fn truth_after(&self, after: u32) -> Option<f64> {
        let belief = self.judgment.beliefs.iter().find(|belief| belief.after == after);
        belief.and_then(|belief| self.truth(belief))
    }

    /// The belief after all reveals, as a probability of the truth.
    pub(crate) fn last_truth(&self) -> Option<f64> {
        self.truth_after(self.item.reveals() as u32)
    }

    /// The last belief as a forecast: the truth, and what is not.
    pub(crate) fn forecast(&self) -> Option<Forecast> {
        let truth = self.last_truth()?;
        // Who holds both equally probable believes what they decide for.
        let right = truth > 0.5 || truth == 0.5 && self.correct().unwrap_or(false);
        let believed = usize::from(!right);
        Some(Forecast { probabilities: vec![truth, 1.0 - truth], truth: 0, believed })
    }

    /// How long it took, in seconds.
    pub(crate) fn seconds(&self) -> Option<f64> {
        let End { at, .. } = self.judgment.end.as_ref()?;
        Some(at.saturating_sub(self.judgment.started) as f64 / 1000.0)
    }

    pub(crate) fn tier(&self) -> Option<&str> {
        self.item.tier.as_deref()
    }

    /// A number for a label of the item, which does not depend on which is true: of two answers whether it is the
    /// greater one, else the label.
    pub(crate) fn neutral(&self, label: u8) -> f64 {
        match self.item.claims.liar {
            Some(lie) => f64::from(u8::from(label == lie.max(self.item.claims.honest))),
            None => label.into(),
        }
    }
}

/// A number with the digits that were meant: as text it is the shortest that is read as the same.
pub(crate) fn as_said(number: f32) -> f64 {
    number.to_string().parse().unwrap_or(f64::from(number))
}

/// A belief with the digits that were meant. What is kept is about the first debater's claim, and of somebody who has said
/// 0.8 of the other it is 1 less 0.8 in single precision, 0.19999999. So of numbers nearer to it than single precision
/// tells apart the one of six decimals is taken, if there is one: whoever gave six decimals at most, as the page's percents
/// are, gets out what they gave. Nobody is made certain by it.
pub(crate) fn as_believed(number: f32) -> f64 {
    /// By how much 1 less a number can be off, where both are rounded to single precision.
    const OFF: f64 = 5e-8;
    let tidy = (f64::from(number) * 1e6).round() / 1e6;
    let is_certain = tidy == 0.0 || tidy == 1.0;
    if !is_certain && (tidy - f64::from(number)).abs() <= OFF { tidy } else { as_said(number) }
}

/// A share without what reckoning has left behind its last digits.
fn tidy(share: f64) -> f64 {
    (share * 1e12).round() / 1e12
}

fn condition_of(study: &Study, item: &Item) -> Option<usize> {
    let name = item.condition.as_ref()?;
    study.conditions.iter().position(|condition| condition.name == *name)
}

fn check(judgment: &Judgment, item: &Item, classes: usize) -> Result<(), Fault> {
    let number = judgment.item;
    let part = match judgment.kind {
        Kind::Practice => Part::Practice,
        Kind::Main | Kind::Repeat | Kind::Flipped => Part::Main,
        Kind::Check => Part::Check,
    };
    if item.part != part {
        return Err(Fault::OtherPart { item: number });
    }
    let answer = |label: u8| {
        let is_one = match item.claims.liar {
            Some(lie) => label == item.claims.honest || label == lie,
            None => usize::from(label) < classes,
        };
        is_one.then_some(()).ok_or(Fault::NoAnswer { label, item: number })
    };
    let share = |what, value: f32| {
        (0.0..=1.0).contains(&value).then_some(()).ok_or(Fault::NoShare { what, value })
    };
    let mut said = BTreeSet::new();
    for Belief { after, label, probability, .. } in &judgment.beliefs {
        answer(*label)?;
        share("belief", *probability)?;
        let reveals = item.reveals();
        if *after as usize > reveals {
            return Err(Fault::TooLate { after: *after, item: number, reveals });
        }
        if !said.insert(*after) {
            return Err(Fault::Twice { after: *after });
        }
    }
    if let Some(left) = judgment.left {
        answer(left)?;
    }
    if let Some(End { how: How::Verdict { label, confidence, .. }, .. }) = &judgment.end {
        answer(*label)?;
        share("confidence", confidence.unwrap_or(0.0))?;
    }
    Ok(())
}

fn not_counted(
    results: &Results,
    participant: &Participant,
    judgment: &Judgment,
) -> Vec<&'static str> {
    let mut why = Vec::new();
    match judgment.kind {
        Kind::Main => {}
        Kind::Practice => why.push("practice"),
        Kind::Repeat => why.push("repeat"),
        Kind::Flipped => why.push("flipped"),
        Kind::Check => why.push("check"),
    }
    if participant.erased {
        why.push("erased");
    } else if !participant.counts() {
        why.push(participant.state.name());
    }
    if results.is_withdrawn(judgment.item) {
        why.push("withdrawn");
    }
    if judgment.end.is_none() {
        why.push("unended");
    }
    why
}

fn classifier(item: &Item, classes: usize) -> Option<Classifier> {
    let right = item.judged_right()?;
    let truth = item.logits().and_then(|logits| truth_of(logits, item, classes));
    Some(Classifier { right, truth })
}

/// The probability of the truth by softmax over the answers that there are.
fn truth_of(logits: &[f32], item: &Item, classes: usize) -> Option<f64> {
    let truth = *logits.get(usize::from(item.label))?;
    let others: Vec<f32> = match item.claims.liar {
        Some(lie) => vec![*logits.get(usize::from(lie))?],
        None => (0..classes.min(logits.len()))
            .filter(|label| *label != usize::from(item.label))
            .map(|label| logits[label])
            .collect(),
    };
    let in_play = [&[truth][..], &others].concat();
    Forecast::of_logits(&in_play, 0, 0).probabilities.first().copied()
}

/// What optimal play comes to in the order in which the item is played; where it has no such order, what all orders
/// have in common.
fn optimal(study: &Study, item: &Item) -> Option<Optimal> {
    let games = &item.proof.as_ref()?.games;
    let margin = |game: &pixel_debate_study::items::ProvenGame| match game.winner {
        Role::Honest => f64::from(game.margin),
        Role::Liar => -f64::from(game.margin),
    };
    let condition = study.conditions.iter().find(|one| Some(&one.name) == item.condition.as_ref());
    let is_debate = |condition: &&Condition| condition.kind() == file::Kind::Debate;
    let first = condition.filter(is_debate).and(item.first);
    if let Some(game) = games.iter().find(|game| Some(game.first) == first) {
        return Some(Optimal { winner: game.winner, margin: margin(game) });
    }
    let winner = games.first()?.winner;
    let mean = games.iter().map(margin).sum::<f64>() / games.len() as f64;
    games.iter().all(|game| game.winner == winner).then_some(Optimal { winner, margin: mean })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each number of six decimals, said of the one answer and of the other.
    #[test]
    fn a_belief_comes_out_as_it_was_given() {
        for millionths in 0..=1_000_000_u32 {
            let given = f64::from(millionths) / 1e6;
            let other = f64::from(1_000_000 - millionths) / 1e6;
            let kept = given as f32;
            assert_eq!(as_believed(kept), given);
            assert_eq!(as_believed(1.0 - kept), other, "{given}");
            assert_eq!(tidy(1.0 - as_believed(kept)), other, "{given}");
        }
    }

    #[test]
    fn a_belief_of_more_decimals_is_what_single_precision_has_and_none_becomes_certain() {
        for given in [0.123_456_79, 0.000_000_123, 1e-9, f32::MIN_POSITIVE] {
            assert_eq!(as_believed(given), as_said(given));
        }
        let almost = 1.0_f32.next_down();
        assert!(as_believed(almost) < 1.0 && as_believed(1.0 - almost) > 0.0);
        assert_eq!((as_believed(0.0), as_believed(1.0)), (0.0, 1.0));
    }
}
