//! What each legal reveal would do to the classifier's mind, and the best one: for those who replay
//! a debate and ask why the judge was fooled.

use std::time::{Duration, Instant};

use pixel_debate_agents::{Clock, Proof};
use pixel_debate_game::{Debate, Move, Seat, honest_margin};
use pixel_debate_protocol::{Analysis, Best, Prospect};

use crate::players::Players;

/// How long the search for the best reveal may take; then it is the best that is known.
const SEARCH: Duration = Duration::from_secs(3);

/// Who searches.
const SEARCHER: &str = "exact";

/// Analyses the position in which a debate stands. It takes seconds of a core.
pub(crate) fn analyse(players: &dyn Players, debate: &Debate) -> Result<Analysis, String> {
    let pixels = debate.rules().pixels;
    let margin = |debate: &Debate| -> Result<f32, String> {
        let mut logits = players.logits(pixels, debate.evidence())?;
        logits.truncate(debate.classes().into());
        Ok(honest_margin(&logits, debate.claims()))
    };
    let now = margin(debate)?;
    let mut prospects = Vec::new();
    let mut best = None;
    if let Some(by) = debate.to_move() {
        for pixel in debate.legal_reveals() {
            let mut after = debate.clone();
            after.apply(Move::Reveal { by, pixel }).map_err(|illegal| illegal.to_string())?;
            prospects.push(Prospect { pixel, margin: margin(&after)? });
        }
        if players.check(SEARCHER, debate.rules(), debate.image()).is_ok() {
            let mut searcher = players.debater(SEARCHER, 0)?;
            let mut judge = players.evaluator(pixels, debate.image())?;
            let clock = Clock::until(Instant::now() + SEARCH);
            let choice = searcher.choose(&debate.view(Seat::Debater(by)), &mut *judge, clock);
            let choice = choice.map_err(|error| error.to_string())?;
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
    use pixel_debate_game::{Debater, Role, Rules};

    use super::*;
    use crate::BuiltIn;

    #[test]
    fn the_last_reveal_is_worth_what_its_prospect_says_and_decides_who_wins() {
        let players = BuiltIn::shipped();
        let image = Arc::new(mnist::test().to_image(3));
        let label = mnist::test().label(3);
        let rules = Rules::paper(4, true, Role::Honest);
        let mut debate = Debate::new(rules, Arc::clone(&image), label, Some(8), 10).unwrap();
        let mut before = None;
        for by in [Debater::First, Debater::Second, Debater::First] {
            let analysis = analyse(&players, &debate).unwrap();
            assert_eq!(analysis.by, Some(rules.role_of(by)));
            assert_eq!(analysis.prospects.len(), debate.legal_reveals().count());
            if let Some(expected) = before {
                assert_eq!(analysis.margin, expected);
            }
            let Prospect { pixel, margin } = analysis.prospects[7];
            debate.apply(Move::Reveal { by, pixel }).unwrap();
            before = Some(margin);
        }
        let last = analyse(&players, &debate).unwrap();
        assert_eq!((last.revealed, last.by), (3, Some(Role::Liar)));
        let worst = last.prospects.iter().map(|prospect| prospect.margin).fold(9e9, f32::min);
        let best = last.best.unwrap();
        let winner = if worst > 0.0 { Role::Honest } else { Role::Liar };
        assert_eq!(best.winner, Some(winner));
        let at = |pixel| last.prospects.iter().find(|prospect| prospect.pixel == pixel).unwrap();
        assert_eq!(at(best.pixel).margin > 0.0, winner == Role::Honest);

        debate.apply(Move::Reveal { by: Debater::Second, pixel: best.pixel }).unwrap();
        let end = analyse(&players, &debate).unwrap();
        assert_eq!((end.by, end.best, end.prospects.len()), (None, None, 0));
        assert_eq!(end.margin, at(best.pixel).margin);
    }
}
