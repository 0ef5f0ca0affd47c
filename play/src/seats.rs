//! The seats of a debate, and the debate played between those who sit there.

use pixel_debate_agents::{Choice, Clock, Proof};
use pixel_debate_game::{Debate, Debater, Event, IllegalMove, Move, Role, Seat};
use pixel_debate_judge::Evaluator;

use crate::player::{Answer, Asked, NoAnswer, Player};

/// Who sits where.
///
/// ```
/// use pixel_debate_agents::Clock;
/// use pixel_debate_game::Role;
/// use pixel_debate_judge::Indifferent;
/// use pixel_debate_play::{AgentPlayer, Classifier, Seats};
/// # use pixel_debate_game::{Debate, Image, Rules};
/// # let image = std::sync::Arc::new(Image::new(3, 1, vec![0, 200, 90])?);
/// # let mut debate = Debate::new(Rules::paper(2, true, Role::Honest), image, 7, Some(1), 10)?;
///
/// let random = "random".parse()?;
/// let [mut first, mut second] = [1, 2].map(|seed| AgentPlayer::new(random, seed));
/// let mut seats = Seats { first: &mut first, second: &mut second, judge: &mut Classifier };
/// let mut events = 0;
/// seats.play(&mut debate, &mut Indifferent, Clock::unlimited, |_, _, _| events += 1)?;
/// assert_eq!(events, 3, "two reveals and a verdict");
/// // To a judge that finds all alike it is a tie, which is the liar's.
/// assert_eq!(debate.outcome().map(|outcome| outcome.winner), Some(Role::Liar));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Seats<'a> {
    /// Who makes the first reveal.
    pub first: &'a mut dyn Player,
    /// The other debater.
    pub second: &'a mut dyn Player,
    /// Who gives the verdict.
    pub judge: &'a mut dyn Player,
}

/// Why a debate stands still.
///
/// ```
/// use pixel_debate_agents::Clock;
/// use pixel_debate_judge::Indifferent;
/// use pixel_debate_play::{Answer, Asked, Classifier, NoAnswer, Player, Seats};
/// # use pixel_debate_game::{Debate, Image, Role, Rules};
/// # let image = std::sync::Arc::new(Image::new(3, 1, vec![0, 200, 90])?);
/// # let mut debate = Debate::new(Rules::paper(2, true, Role::Liar), image, 7, Some(1), 10)?;
///
/// struct Asleep;
///
/// impl Player for Asleep {
///     fn answer(&mut self, _: Asked<'_>) -> Result<Answer, NoAnswer> {
///         Err(NoAnswer::because("fast asleep"))
///     }
/// }
///
/// // The liar, who has the first move, makes none.
/// let mut seats = Seats { first: &mut Asleep, second: &mut Asleep, judge: &mut Classifier };
/// let stall = seats.play(&mut debate, &mut Indifferent, Clock::unlimited, |_, _, _| {});
/// assert_eq!(stall.unwrap_err().to_string(), "the liar debater: fast asleep");
/// assert!(debate.evidence().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, thiserror::Error)]
pub enum Stall {
    /// A player does nothing.
    #[error("the {}: {source}", whose(*role))]
    NoAnswer {
        /// The debater's role; `None` for the judge.
        role: Option<Role>,
        /// Why.
        source: NoAnswer,
    },
    /// A debater gave a verdict, or the judge revealed a pixel.
    #[error("the {} has no such move", whose(*role))]
    NotItsMove {
        /// The debater's role; `None` for the judge.
        role: Option<Role>,
    },
    /// A player made a move that the rules forbid.
    #[error("the {}: {source}", whose(*role))]
    Illegal {
        /// The debater's role; `None` for the judge.
        role: Option<Role>,
        /// Which rule.
        source: IllegalMove,
    },
}

fn whose(role: Option<Role>) -> String {
    role.map_or("judge".to_owned(), |role| format!("{role} debater"))
}

impl Seats<'_> {
    /// Plays a debate to its end: each player is asked when it is its turn, with the time that `clock`
    /// gives then. `observe` is told of each event as it happens, with the debate as it then stands and
    /// what a debater has proven by its reveal (at the verdict, nothing).
    ///
    /// # Errors
    ///
    /// [`Stall`] at the first move that is not made. The debate stays as it was before.
    pub fn play(
        &mut self,
        debate: &mut Debate,
        evaluator: &mut dyn Evaluator,
        clock: impl Fn() -> Clock,
        mut observe: impl FnMut(&Debate, &Event, Proof),
    ) -> Result<(), Stall> {
        while debate.outcome().is_none() {
            let by = debate.to_move();
            let role = by.map(|by| debate.rules().role_of(by));
            let player = match by {
                Some(Debater::First) => &mut *self.first,
                Some(Debater::Second) => &mut *self.second,
                None => &mut *self.judge,
            };
            let view = debate.view(by.map_or(Seat::Judge, Seat::Debater));
            let asked = Asked { view: &view, evaluator: &mut *evaluator, clock: clock() };
            let answer = player.answer(asked).map_err(|source| Stall::NoAnswer { role, source })?;
            let (made, proof) = match (by, answer) {
                (Some(by), Answer::Reveal(Choice { pixel, proof, .. })) => {
                    (Move::Reveal { by, pixel }, proof)
                }
                (None, Answer::Verdict(verdict)) => (Move::Verdict(verdict), Proof::NotSought),
                _ => return Err(Stall::NotItsMove { role }),
            };
            let event = debate.apply(made).map_err(|source| Stall::Illegal { role, source })?;
            observe(debate, &event, proof);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use pixel_debate_game::{Image, Pixel, Rules, Verdict, View};
    use pixel_debate_judge::Indifferent;

    use super::*;

    /// A player that always does the same, or nothing.
    struct Same(Option<Answer>);

    impl Player for Same {
        fn answer(&mut self, asked: Asked<'_>) -> Result<Answer, NoAnswer> {
            let View { seat, image, .. } = asked.view;
            assert_eq!(*seat == Seat::Judge, image.is_none());
            self.0.clone().ok_or(NoAnswer::because("out of ideas"))
        }
    }

    fn reveal(x: u8) -> Answer {
        Answer::Reveal(Choice::unproven(Pixel::new(x, 0)))
    }

    fn verdict(label: u8) -> Answer {
        Answer::Verdict(Verdict::label(label))
    }

    /// A debate of two pixels between players that do this: the first, the second and the judge.
    fn played(answers: [Option<Answer>; 3]) -> (Debate, Result<(), String>) {
        let image = Arc::new(Image::new(4, 1, vec![9; 4]).unwrap());
        let rules = Rules::paper(2, true, Role::Liar);
        let mut debate = Debate::new(rules, image, 1, Some(0), 10).unwrap();
        let [mut first, mut second, mut judge] = answers.map(Same);
        let mut seats = Seats { first: &mut first, second: &mut second, judge: &mut judge };
        let played = seats.play(&mut debate, &mut Indifferent, Clock::unlimited, |_, _, _| {});
        (debate, played.map_err(|stall| stall.to_string()))
    }

    #[test]
    fn any_player_may_sit_anywhere() {
        let (debate, played) = played([Some(reveal(0)), Some(reveal(3)), Some(verdict(1))]);
        assert_eq!(played, Ok(()));
        assert_eq!(debate.outcome().unwrap().winner, Role::Honest);
    }

    #[test]
    fn who_does_not_play_is_named_and_the_debate_stands_as_it_stood() {
        for (answers, stall, revealed) in [
            ([Some(reveal(0)), None, Some(verdict(1))], "the honest debater: out of ideas", 1),
            (
                [Some(reveal(0)), Some(reveal(0)), Some(verdict(1))],
                "the honest debater: pixel (0, 0) was revealed already: a pixel is revealed once",
                1,
            ),
            (
                [Some(reveal(4)), Some(reveal(0)), Some(verdict(1))],
                "the liar debater: pixel (4, 0) is outside the image: a column is 0 to 3, a row 0 to 0",
                0,
            ),
            (
                [Some(reveal(0)), Some(reveal(1)), Some(verdict(5))],
                "the judge: label 5 is nobody's claim: the verdict is 0 or 1",
                2,
            ),
            (
                [Some(verdict(0)), Some(reveal(1)), Some(verdict(1))],
                "the liar debater has no such move",
                0,
            ),
            ([Some(reveal(0)), Some(reveal(1)), None], "the judge: out of ideas", 2),
            ([Some(reveal(0)), Some(reveal(1)), Some(reveal(2))], "the judge has no such move", 2),
        ] {
            let (debate, played) = played(answers);
            assert_eq!((played, debate.evidence().len()), (Err(stall.into()), revealed));
            assert!(debate.outcome().is_none());
        }
    }
}
