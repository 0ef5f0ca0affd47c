//! A way in which a debate may go while the winner follows its strategy.

use pixel_debate_game::{Pixel, Role};
use pixel_debate_judge::{Evaluator, Logits, PixelSet};

use super::{Book, Certificate, CertificateError, Game, Reply, Strategy};

/// What both sides may reveal: the winner by its strategy, the loser what makes the judge favour it
/// most at once, counting with the pixels that the winner still needs.
///
/// A solved game has one of its own. This is for a proof that is used for another game, in the other
/// order for example: its strategy is the same, and what is revealed is not. `None` if the strategy is
/// not for that game.
///
/// ```
/// use pixel_debate_agents::solver::{Game, Plan, Strategy, variation};
/// use pixel_debate_game::{Pixel, Role};
/// use pixel_debate_judge::{Indifferent, PixelSet};
/// # use pixel_debate_game::{Debate, Image, Rules};
/// # let image = std::sync::Arc::new(Image::new(8, 1, vec![9; 8])?);
/// # let debate = Debate::new(Rules::paper(4, true, Role::Honest), image, 1, Some(0), 10)?;
///
/// // The liar needs two pixels of a row, and the honest side begins.
/// let reveal = vec![Pixel::new(6, 0), Pixel::new(7, 0)];
/// let plan = Plan { after: PixelSet::default(), reveal: reveal.clone() };
/// let strategy = Strategy { plans: vec![plan], ..Strategy::default() };
/// let variation = variation(&Game::of(&debate), Role::Liar, &strategy, &mut Indifferent)
///     .expect("the strategy is for this game");
/// assert_eq!(variation.len(), 4);
/// assert!(reveal.iter().all(|pixel| variation.contains(pixel)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn variation(
    game: &Game,
    winner: Role,
    strategy: &Strategy,
    evaluator: &mut dyn Evaluator,
) -> Option<Vec<Pixel>> {
    let book = strategy.book().ok()?;
    let favours = |logits: &[f32], role: Role| {
        let margin = pixel_debate_game::honest_margin(logits, &game.claims);
        if role == Role::Honest { margin } else { -margin }
    };
    let mut path: Vec<Pixel> = Vec::new();
    for mover in &game.turns {
        let revealed: PixelSet = path.iter().copied().collect();
        let evidence: PixelSet =
            game.evidence.pixels().iter().chain(revealed.pixels()).copied().collect();
        let free = game.candidates.iter().copied().filter(|pixel| !revealed.contains(*pixel));
        let free: Vec<Pixel> = free.collect();
        let reveal = if *mover == winner {
            match book.reply(&path, &game.turns, winner)? {
                Reply::Reveal(pixel) => pixel,
                Reply::Missing(pixels) => *pixels.first().or(free.first())?,
                Reply::FirstThatWins(answers) => {
                    let answers = answers.iter().copied().filter(|one| !revealed.contains(*one));
                    let answers: Vec<Pixel> = answers.collect();
                    let sets: Vec<PixelSet> =
                        answers.iter().map(|answer| evidence.with(*answer)).collect();
                    let logits = evaluator.evaluate(&sets);
                    let wins = |logits: &[f32]| {
                        let honest = pixel_debate_game::honest_wins(logits, &game.claims);
                        honest == (winner == Role::Honest)
                    };
                    answers[logits.rows().position(wins)?]
                }
            }
        } else {
            let missing = missing(&book, &path, game, winner);
            let with =
                |pixel: Pixel| missing.iter().fold(evidence.with(pixel), |set, one| set.with(*one));
            let sets: Vec<PixelSet> = free.iter().map(|pixel| with(*pixel)).collect();
            let logits = evaluator.evaluate(&sets);
            let margins = logits.rows().map(|logits| favours(logits, *mover));
            let best = free
                .iter()
                .zip(margins)
                .reduce(|best, one| if one.1 > best.1 { one } else { best });
            *best?.0
        };
        path.push(reveal);
    }
    Some(path)
}

/// What the winner still needs, if a plan says so.
fn missing(book: &Book<'_>, path: &[Pixel], game: &Game, winner: Role) -> Vec<Pixel> {
    // As if it were the winner's turn now: a plan does not mind whose turn it is.
    let mut turns = game.turns.clone();
    turns[path.len()] = winner;
    match book.reply(path, &turns, winner) {
        Some(Reply::Missing(pixels)) => pixels,
        _ => Vec::new(),
    }
}

/// Why pixels are no way in which a certificate's debate may go.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Deviation {
    /// The certificate is not about a debate.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// There are more or fewer pixels than turns.
    #[error("{have} pixels, where {need} are revealed")]
    Length {
        /// How many there are.
        have: usize,
        /// How many there should be.
        need: usize,
    },
    /// A pixel may not be revealed.
    #[error("{pixel} may not be revealed there: it is no legal pixel, or is revealed already")]
    Illegal {
        /// The pixel.
        pixel: Pixel,
    },
    /// The winner reveals what its strategy does not say.
    #[error("the {winner} side reveals {pixel}, which its strategy does not say there")]
    Strategy {
        /// The winner.
        winner: Role,
        /// The pixel.
        pixel: Pixel,
    },
    /// The winner loses.
    #[error("the {winner} side does not win by them")]
    Lost {
        /// The winner.
        winner: Role,
    },
}

impl Certificate {
    /// Whether the certificate's debate may go like this: legal reveals, of the winner those that its
    /// strategy says, and at the end the winner wins by what `judge` says of the complete set.
    ///
    /// ```
    /// use pixel_debate_agents::solver::{Certificate, Deviation};
    /// use pixel_debate_judge::{Evaluator, Indifferent};
    /// # use pixel_debate_agents::solver::{JudgeMark, Plan, Strategy};
    /// # use pixel_debate_game::{Claims, Image, Pixel, Role, Rules};
    /// # use pixel_debate_judge::PixelSet;
    /// # let plan = Plan { after: PixelSet::default(), reveal: vec![Pixel::new(2, 0)] };
    /// # let certificate = Certificate {
    /// #     version: Certificate::VERSION,
    /// #     judge: JudgeMark { name: "indifferent".into(), hash: String::new() },
    /// #     source: None,
    /// #     rules: Rules::paper(2, true, Role::Honest),
    /// #     image: Image::new(3, 1, vec![9; 3])?,
    /// #     classes: 10,
    /// #     claims: Claims { honest: 1, liar: Some(0) },
    /// #     winner: Role::Liar,
    /// #     strategy: Strategy { plans: vec![plan], ..Strategy::default() },
    /// # };
    ///
    /// // Two pixels are revealed, and the liar, who is second, says that its one will be (2, 0).
    /// let mut judge = |sets: &[_]| Indifferent.evaluate(sets);
    /// let mut check = |pixels: [u8; 2]| {
    ///     certificate.check_variation(&pixels.map(|x| Pixel::new(x, 0)), &mut judge)
    /// };
    /// assert_eq!(check([0, 2]), Ok(()));
    /// let (winner, pixel) = (Role::Liar, Pixel::new(1, 0));
    /// assert_eq!(check([0, 1]), Err(Deviation::Strategy { winner, pixel }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Deviation`] from the strategy, the first that is found.
    pub fn check_variation(
        &self,
        variation: &[Pixel],
        judge: &mut dyn FnMut(&[PixelSet]) -> Logits,
    ) -> Result<(), Deviation> {
        let (game, winner) = (self.game()?, self.winner);
        let book = self.strategy.book().map_err(CertificateError::from)?;
        let (have, need) = (variation.len(), game.turns.len());
        if have != need {
            return Err(Deviation::Length { have, need });
        }
        for (made, (pixel, mover)) in variation.iter().zip(&game.turns).enumerate() {
            let path = &variation[..made];
            if !game.candidates.contains(pixel) || path.contains(pixel) {
                return Err(Deviation::Illegal { pixel: *pixel });
            }
            let says = match book.reply(path, &game.turns, winner) {
                _ if *mover != winner => true,
                Some(Reply::Reveal(reveal)) => reveal == *pixel,
                Some(Reply::Missing(pixels)) => pixels.is_empty() || pixels.contains(pixel),
                Some(Reply::FirstThatWins(answers)) => answers.contains(pixel),
                None => false,
            };
            if !says {
                return Err(Deviation::Strategy { winner, pixel: *pixel });
            }
        }
        let set: PixelSet = variation.iter().copied().collect();
        let margins = self.margins(&judge(&[set]))?;
        if !margins.iter().all(|margin| *margin > -Self::ROUNDING) {
            return Err(Deviation::Lost { winner });
        }
        Ok(())
    }
}
