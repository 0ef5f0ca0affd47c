//! What each legal reveal would do to the classifier's mind, and the best one: for those who replay
//! a debate and ask why the judge was fooled.

use std::time::{Duration, Instant};

use pixel_debate_agents::{Clock, Proof};
use pixel_debate_game::{Debate, Pixel, Seat, honest_margin};
use pixel_debate_judge::PixelSet;
use pixel_debate_play::{Answer, Asked, NoAnswer};
use pixel_debate_protocol::{Analysis, Best, Prospect};

use crate::roster::{NotSeated, Roster};

/// How long the search for the best reveal may take; then it is the best that is known.
const SEARCH: Duration = Duration::from_secs(3);

/// Who searches.
const SEARCHER: &str = "exact";

/// Why a position cannot be analysed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unanalysed {
    #[error(transparent)]
    NotSeated(#[from] NotSeated),
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    #[error("the classifier tells {most} labels apart, and the debate has {classes}")]
    Classes { most: usize, classes: u8 },
}

/// Analyses the position in which a debate stands. It takes seconds of a core.
pub(crate) fn analyse(roster: &dyn Roster, debate: &Debate) -> Result<Analysis, Unanalysed> {
    let mut evaluator = roster.evaluator(debate.rules().pixels, debate.image())?;
    let (most, classes) = (evaluator.classes(), debate.classes());
    if usize::from(classes) > most {
        return Err(Unanalysed::Classes { most, classes });
    }
    let evidence: PixelSet = debate.evidence().iter().map(|reveal| reveal.pixel).collect();
    let legal: Vec<Pixel> = match debate.to_move() {
        Some(_) => debate.legal_reveals().collect(),
        None => Vec::new(),
    };
    let after = legal.iter().map(|pixel| evidence.with(*pixel));
    let sets: Vec<PixelSet> = [evidence.clone()].into_iter().chain(after).collect();
    let logits = evaluator.evaluate(&sets);
    let mut margins =
        logits.rows().map(|logits| honest_margin(&logits[..classes.into()], debate.claims()));
    let now = margins.next().unwrap_or_default();
    let prospects =
        legal.into_iter().zip(margins).map(|(pixel, margin)| Prospect { pixel, margin }).collect();
    let mut best = None;
    if let Some(by) = debate.to_move()
        && roster.check(SEARCHER, debate.rules(), debate.image()).is_ok()
    {
        let mut searcher = roster.debater(SEARCHER, 0)?;
        let clock = Clock::until(Instant::now() + SEARCH);
        let view = debate.view(Seat::Debater(by));
        let asked = Asked { view: &view, evaluator: &mut *evaluator, clock };
        if let Answer::Reveal(choice) = searcher.answer(asked)? {
            let winner = match choice.proof {
                Proof::Proven(winner) => Some(winner),
                Proof::Open | Proof::NotSought => None,
            };
            best = Some(Best { pixel: choice.pixel, winner });
        }
    }
    let by = debate.to_move().map(|by| debate.rules().role_of(by));
    Ok(Analysis { revealed: debate.evidence().len() as u32, margin: now, by, prospects, best })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use pixel_debate_datasets::mnist;
    use pixel_debate_game::{Debater, Move, Role, Rules};

    use super::*;
    use crate::BuiltIn;

    #[test]
    fn a_debate_of_more_labels_than_the_classifier_knows_is_not_analysed() {
        let image = Arc::new(mnist::test().to_image(3));
        let rules = Rules::paper(4, true, Role::Honest);
        let debate = Debate::new(rules, image, 11, Some(8), 12).unwrap();
        let refused = analyse(&BuiltIn::shipped(), &debate).unwrap_err();
        assert!(matches!(refused, Unanalysed::Classes { most: 10, classes: 12 }), "{refused}");
    }

    #[test]
    fn the_last_reveal_is_worth_what_its_prospect_says_and_decides_who_wins() {
        let roster = BuiltIn::shipped();
        let image = Arc::new(mnist::test().to_image(3));
        let label = mnist::test().label(3);
        let rules = Rules::paper(4, true, Role::Honest);
        let mut debate = Debate::new(rules, Arc::clone(&image), label, Some(8), 10).unwrap();
        let mut before = None;
        for by in [Debater::First, Debater::Second, Debater::First] {
            let analysis = analyse(&roster, &debate).unwrap();
            assert_eq!(analysis.by, Some(rules.role_of(by)));
            assert_eq!(analysis.prospects.len(), debate.legal_reveals().count());
            if let Some(expected) = before {
                assert_eq!(analysis.margin, expected);
            }
            let Prospect { pixel, margin } = analysis.prospects[7];
            debate.apply(Move::Reveal { by, pixel }).unwrap();
            before = Some(margin);
        }
        let last = analyse(&roster, &debate).unwrap();
        assert_eq!((last.revealed, last.by), (3, Some(Role::Liar)));
        let worst = last.prospects.iter().map(|prospect| prospect.margin).fold(9e9, f32::min);
        let best = last.best.unwrap();
        let winner = if worst > 0.0 { Role::Honest } else { Role::Liar };
        assert_eq!(best.winner, Some(winner));
        let at = |pixel| last.prospects.iter().find(|prospect| prospect.pixel == pixel).unwrap();
        assert_eq!(at(best.pixel).margin > 0.0, winner == Role::Honest);

        debate.apply(Move::Reveal { by: Debater::Second, pixel: best.pixel }).unwrap();
        let end = analyse(&roster, &debate).unwrap();
        assert_eq!((end.by, end.best, end.prospects.len()), (None, None, 0));
        assert_eq!(end.margin, at(best.pixel).margin);
    }
}
