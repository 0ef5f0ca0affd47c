//! A debate as the solver sees it.

use pixel_debate_game::{Claims, Debate, Pixel, Role, Rules};
use pixel_debate_judge::{PixelSet, Question};
use smallvec::SmallVec;

/// What is left of a debate: who reveals in which order, and what may be revealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Game {
    /// What the debaters argue for.
    pub claims: Claims,
    /// The pixels that are revealed already.
    pub evidence: PixelSet,
    /// The pixels that may yet be revealed, in reading order.
    pub candidates: Vec<Pixel>,
    /// Who makes each reveal that is left, in order.
    pub turns: Vec<Role>,
}

impl Game {
    /// What is left of `debate`.
    ///
    /// ```
    /// use pixel_debate_agents::solver::Game;
    /// use pixel_debate_game::{Debater, Move, Pixel, Role};
    /// # use pixel_debate_game::{Debate, Image, Rules};
    /// # let image = std::sync::Arc::new(Image::new(4, 1, vec![0, 200, 90, 9])?);
    /// # let rules = Rules::paper(3, true, Role::Honest);
    /// # let mut debate = Debate::new(rules, image, 7, Some(1), 10)?;
    ///
    /// // Of three pixels that are revealed in turn, the first.
    /// let pixel = Pixel::new(2, 0);
    /// debate.apply(Move::Reveal { by: Debater::First, pixel })?;
    /// let game = Game::of(&debate);
    /// assert_eq!(game.evidence.pixels(), [pixel]);
    /// assert_eq!(game.candidates, [Pixel::new(1, 0), Pixel::new(3, 0)]);
    /// assert_eq!(game.turns, [Role::Liar, Role::Honest]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(debate: &Debate) -> Self {
        let rules = *debate.rules();
        Self {
            claims: *debate.claims(),
            evidence: debate.evidence().iter().map(|reveal| reveal.pixel).collect(),
            candidates: debate.legal_reveals().collect(),
            turns: turns(rules, debate.evidence().len()),
        }
    }

    /// The same game with other claims.
    ///
    /// ```
    /// use pixel_debate_agents::solver::Game;
    /// use pixel_debate_game::Claims;
    /// # use pixel_debate_game::{Debate, Image, Role, Rules};
    /// # let image = std::sync::Arc::new(Image::new(2, 1, vec![200, 90])?);
    /// # let debate = Debate::new(Rules::paper(2, true, Role::Liar), image, 7, Some(1), 10)?;
    ///
    /// let game = Game::of(&debate);
    /// let other = game.with_claims(Claims { honest: 7, liar: Some(2) });
    /// assert_eq!((game.claims.liar, other.claims.liar), (Some(1), Some(2)));
    /// assert_eq!(other.candidates, game.candidates);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_claims(&self, claims: Claims) -> Self {
        Self { claims, ..self.clone() }
    }

    /// What a judge is to decide at the ends of this game.
    pub(super) fn question(&self) -> Question {
        Question {
            claims: self.claims,
            evidence: self.evidence.clone(),
            candidates: self.candidates.clone(),
        }
    }

    /// How many of the turns from number `from` on are that role's.
    pub(super) fn turns_of(&self, role: Role, from: usize) -> usize {
        self.turns[from..].iter().filter(|turn| **turn == role).count()
    }
}

/// Who makes each reveal once `revealed` are made.
pub(crate) fn turns(rules: Rules, revealed: usize) -> Vec<Role> {
    (revealed..).map_while(|turn| Some(rules.role_of(rules.debater_to_move(turn)?))).collect()
}

/// Candidates that are revealed, in ascending order: the evidence left aside, it says all of a
/// position, since the judge does not mind who revealed what.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(super) struct Set(SmallVec<[u16; 8]>);

impl Set {
    pub(super) fn of(candidates: &[usize]) -> Self {
        let mut set: SmallVec<[u16; 8]> =
            candidates.iter().map(|candidate| *candidate as u16).collect();
        set.sort_unstable();
        Self(set)
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = usize> + '_ {
        self.0.iter().map(|candidate| usize::from(*candidate))
    }

    pub(super) fn contains(&self, candidate: usize) -> bool {
        self.0.binary_search(&(candidate as u16)).is_ok()
    }

    pub(super) fn with(&self, candidate: usize) -> Self {
        let mut larger = self.clone();
        let candidate = candidate as u16;
        let place = larger.0.partition_point(|other| *other < candidate);
        larger.0.insert(place, candidate);
        larger
    }
}
