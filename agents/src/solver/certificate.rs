//! A proof of who wins, that can be checked without the search.

use std::collections::HashSet;
use std::sync::Arc;

use pixel_debate_game::{Claims, Debate, Image, ImageSource, Pixel, Role, Rules};
use pixel_debate_judge::{DIGITS, PixelSet};
use serde::{Deserialize, Serialize};

use super::{Game, Strategy, TwoEntries};

/// Which judge a certificate is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgeMark {
    /// The judge's name.
    pub name: String,
    /// The SHA-256 of its numbers, in hexadecimal: [`Judge::hash`](pixel_debate_judge::Judge::hash).
    pub hash: String,
}

/// A debate, who wins it by optimal play, and how.
///
/// As text it is one JSON object.
///
/// ```
/// use pixel_debate_agents::Clock;
/// use pixel_debate_agents::solver::{Certificate, Game, JudgeMark, Solution, solve};
/// use pixel_debate_game::{Image, Role};
/// use pixel_debate_judge::{Evaluator, Indifferent};
/// # use pixel_debate_game::{Debate, Rules};
/// # let image = std::sync::Arc::new(Image::new(4, 1, vec![9; 4])?);
/// # let debate = Debate::new(Rules::paper(2, true, Role::Honest), image, 1, Some(0), 10)?;
///
/// // To a judge that finds all alike every set is a tie, which is the liar's.
/// let solution = solve(&Game::of(&debate), &mut Indifferent, Clock::unlimited());
/// let Solution::Solved(solved) = solution else { panic!("there is time") };
/// let certificate = Certificate {
///     version: Certificate::VERSION,
///     judge: JudgeMark { name: "indifferent".into(), hash: String::new() },
///     source: None,
///     rules: *debate.rules(),
///     image: Image::clone(debate.image()),
///     classes: debate.classes(),
///     claims: *debate.claims(),
///     winner: solved.winner,
///     strategy: solved.strategy,
/// };
/// let mut judge = |sets: &[_]| Indifferent.evaluate(sets);
/// let verified = certificate.verify(&mut judge, &mut |_| {})?;
/// assert!(verified.sets > 0 && verified.within_rounding == 0);
/// // That the other side wins is not proven by it.
/// let forged = Certificate { winner: Role::Honest, ..certificate };
/// assert!(forged.verify(&mut judge, &mut |_| {}).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// The version of the format: [`Certificate::VERSION`].
    pub version: u32,
    /// The judge.
    pub judge: JudgeMark,
    /// Where the image comes from, if from a data set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<ImageSource>,
    /// The rules.
    pub rules: Rules,
    /// The whole image.
    pub image: Image,
    /// How many labels there are, from 0: a judge may know more. Where nothing is said of them there are ten.
    #[serde(default = "digits", skip_serializing_if = "are_digits")]
    pub classes: u8,
    /// What the debaters argue for.
    pub claims: Claims,
    /// Who wins.
    pub winner: Role,
    /// How, whatever the other side reveals.
    pub strategy: Strategy,
}

fn digits() -> u8 {
    DIGITS as u8
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
fn are_digits(classes: &u8) -> bool {
    *classes == digits()
}

/// A certificate that is not about a debate.
///
/// ```
/// use pixel_debate_agents::solver::CertificateError;
///
/// assert_eq!(
///     CertificateError::Version { version: 2 }.to_string(),
///     "certificate of version 2: this program reads version 1"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The version is another.
    #[error(
        "certificate of version {version}: this program reads version {}",
        Certificate::VERSION
    )]
    Version {
        /// The version given.
        version: u32,
    },
    /// The debate cannot be set up.
    #[error(transparent)]
    Setup(#[from] pixel_debate_game::SetupError),
    /// The judge does not know all labels of the debate.
    #[error("the debate has {classes} labels, and the judge tells {judge} apart")]
    Classes {
        /// How many labels the debate has.
        classes: u8,
        /// How many the judge tells apart.
        judge: usize,
    },
    /// The strategy says two things of one position.
    #[error(transparent)]
    TwoEntries(#[from] TwoEntries),
    /// The strategy names a pixel that may not be revealed.
    #[error("the strategy reveals {pixel}, which is no legal pixel of the image")]
    Pixel {
        /// The pixel named.
        pixel: Pixel,
    },
}

/// Why a certificate proves nothing.
///
/// ```
/// use pixel_debate_agents::solver::Flaw;
/// use pixel_debate_game::{Pixel, Role};
/// use pixel_debate_judge::PixelSet;
///
/// let set: PixelSet = [Pixel::new(3, 0), Pixel::new(1, 0)].into_iter().collect();
/// let flaw = Flaw::Lost { winner: Role::Honest, set, margin: -0.5 };
/// assert_eq!(
///     flaw.to_string(),
///     "the honest side does not win by (1, 0) (3, 0): the judge's margin for it is -0.5"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Flaw {
    /// It is not about a debate.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The strategy has nothing for a position that it leads to.
    #[error("the strategy does not say what the {winner} side reveals after {}", list(after))]
    Silent {
        /// Who is said to win.
        winner: Role,
        /// What is revealed there.
        after: PixelSet,
    },
    /// To check the strategy would take too long.
    #[error(
        "the strategy leads to {sets} complete sets or more: no more than {} are judged",
        Certificate::MOST_SETS
    )]
    TooMany {
        /// How many, or the most that can be counted.
        sets: u64,
    },
    /// A reveal is made twice, or a plan has more pixels than the winner has turns.
    #[error("the {winner} side cannot reveal what the strategy says after {}", list(after))]
    Impossible {
        /// Who is said to win.
        winner: Role,
        /// What is revealed there.
        after: PixelSet,
    },
    /// A set that the strategy leads to is lost.
    #[error(
        "the {winner} side does not win by {}: the judge's margin for it is {margin}",
        list(set)
    )]
    Lost {
        /// Who is said to win.
        winner: Role,
        /// The complete set.
        set: PixelSet,
        /// By how much the judge favours the winner: not above zero.
        margin: f32,
    },
}

/// The pixels of a set, as errors name it.
pub(super) fn list(set: &PixelSet) -> String {
    if set.pixels().is_empty() {
        return "nothing".to_owned();
    }
    set.pixels().iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

impl Certificate {
    /// The version of the format that this program writes and reads.
    pub const VERSION: u32 = 1;

    /// Two implementations of one judge differ by rounding errors below this, so that a set as near
    /// to a tie may go to either side. Such sets are accepted, and counted.
    pub const ROUNDING: f32 = 1e-4;

    /// More complete sets than this are not judged: the dense pass would take years.
    pub const MOST_SETS: u64 = 100_000_000_000;

    /// The game that the certificate is about, if it is about one.
    ///
    /// ```
    /// use pixel_debate_agents::solver::{Certificate, CertificateError};
    /// # use pixel_debate_agents::solver::{JudgeMark, Plan, Strategy};
    /// # use pixel_debate_game::{Claims, Image, Pixel, Role, Rules};
    /// # use pixel_debate_judge::PixelSet;
    /// # let plan = Plan { after: PixelSet::default(), reveal: vec![Pixel::new(0, 0)] };
    /// # let certificate = Certificate {
    /// #     version: Certificate::VERSION,
    /// #     judge: JudgeMark { name: "somebody".into(), hash: String::new() },
    /// #     source: None,
    /// #     rules: Rules::paper(2, true, Role::Honest),
    /// #     image: Image::new(3, 1, vec![0, 200, 90])?,
    /// #     classes: 10,
    /// #     claims: Claims { honest: 1, liar: Some(0) },
    /// #     winner: Role::Honest,
    /// #     strategy: Strategy { plans: vec![plan], ..Strategy::default() },
    /// # };
    ///
    /// // The strategy reveals the leftmost pixel of a row, which is black.
    /// let error = certificate.game().unwrap_err();
    /// assert_eq!(error, CertificateError::Pixel { pixel: Pixel::new(0, 0) });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`CertificateError`] if it is of another version, or its rules, image and claims make no debate.
    pub fn game(&self) -> Result<Game, CertificateError> {
        if self.version != Self::VERSION {
            return Err(CertificateError::Version { version: self.version });
        }
        let Claims { honest, liar } = self.claims;
        let image = Arc::new(self.image.clone());
        let debate = Debate::new(self.rules, image, honest, liar, self.classes)?;
        let game = Game::of(&debate);
        let legal: HashSet<Pixel> = game.candidates.iter().copied().collect();
        let Strategy { plans, moves, answers } = &self.strategy;
        let plans = plans.iter().flat_map(|plan| &plan.reveal);
        let moves = moves.iter().map(|found| &found.reveal);
        let answers = answers.iter().flat_map(|answers| &answers.reveal);
        match plans.chain(moves).chain(answers).find(|pixel| !legal.contains(pixel)) {
            Some(pixel) => Err(CertificateError::Pixel { pixel: *pixel }),
            None => Ok(game),
        }
    }
}
