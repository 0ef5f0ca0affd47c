//! Why a move is refused.

use thiserror::Error;

use crate::{Debater, Outcome, Pixel, Verdict};

/// Why a move is refused. The debate has not changed.
///
/// The messages may be shown to whoever tried the move: they tell a judge nothing of the image, the
/// label or the roles.
///
/// ```
/// use pixel_debate_game::{Debater, IllegalMove, Move, Pixel};
/// # use pixel_debate_game::{Debate, Image, Role, Rules};
/// # let image = std::sync::Arc::new(Image::new(3, 1, vec![0, 200, 90])?);
/// # let mut debate = Debate::new(Rules::paper(2, true, Role::Liar), image, 7, Some(1), 10)?;
///
/// let reveal = Move::Reveal { by: Debater::First, pixel: Pixel::new(3, 0) };
/// let refusal = debate.apply(reveal).unwrap_err();
/// let pixel = Pixel::new(3, 0);
/// assert_eq!(refusal, IllegalMove::OutOfImage { pixel, width: 3, height: 1 });
/// assert_eq!(
///     refusal.to_string(),
///     "pixel (3, 0) is outside the image: a column is 0 to 2, a row 0 to 0"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Error)]
pub enum IllegalMove {
    /// The debate is over.
    #[error("the debate has ended: no move is allowed")]
    Ended {
        /// How it ended.
        outcome: Outcome,
    },
    /// The other debater is to move.
    #[error("the {to_move} debater is to move, not the {}", to_move.other())]
    NotYourTurn {
        /// Whose turn it is.
        to_move: Debater,
    },
    /// All pixels have been revealed.
    #[error("all {of} pixels are revealed: only the judge's verdict is left")]
    RevealsOver {
        /// The number of pixels of a debate.
        of: u8,
    },
    /// The image has no such pixel.
    #[error(
        "pixel {pixel} is outside the image: a column is 0 to {}, a row 0 to {}",
        width - 1, height - 1
    )]
    OutOfImage {
        /// The pixel asked for.
        pixel: Pixel,
        /// The number of columns.
        width: u8,
        /// The number of rows.
        height: u8,
    },
    /// The pixel has value 0 and the rules want it above 0.
    #[error("pixel {pixel} is zero: only a nonzero pixel may be revealed")]
    ZeroPixel {
        /// The pixel asked for.
        pixel: Pixel,
    },
    /// The pixel is on the table already.
    #[error("pixel {pixel} was revealed already: a pixel is revealed once")]
    AlreadyRevealed {
        /// The pixel asked for.
        pixel: Pixel,
    },
    /// The judge answered before all pixels were revealed.
    #[error("{revealed} of {of} pixels are revealed: the verdict comes after the last")]
    VerdictTooEarly {
        /// The number of pixels revealed.
        revealed: u8,
        /// The number of pixels of a debate.
        of: u8,
    },
    /// The number of logits is not the number of classes.
    #[error("{have} logits for {need} classes: a verdict has one logit a class")]
    LogitsCount {
        /// The number of logits given.
        have: usize,
        /// The number of classes.
        need: u8,
    },
    /// A logit is infinite or not a number.
    #[error("the logit of label {label} is {logit}: it must be a finite number")]
    NotFinite {
        /// The label.
        label: u8,
        /// Its logit.
        logit: f32,
    },
    /// A probability is not one.
    #[error("the probability {probability} is not a number from 0 to 1")]
    NotAProbability {
        /// The probability given.
        probability: f32,
    },
    /// An explanation is too long.
    #[error(
        "the explanation has {have} characters: it may have up to {}",
        Verdict::MAX_EXPLANATION
    )]
    ExplanationTooLong {
        /// The number of characters given.
        have: usize,
    },
    /// With precommit, the label named is not one of the two claims.
    #[error("label {label} is nobody's claim: the verdict is {} or {}", claims[0], claims[1])]
    NotAClaim {
        /// The label named.
        label: u8,
        /// The claims, the smaller first, for the order must not tell who made which.
        claims: [u8; 2],
    },
    /// Without precommit, the label named is not a class.
    #[error("there is no label {label}: the verdict is 0 to {}", classes - 1)]
    NotALabel {
        /// The label named.
        label: u8,
        /// The number of classes.
        classes: u8,
    },
}

impl IllegalMove {
    /// What would be allowed instead, as a sentence for whoever tried the move: like the message, it
    /// tells a judge nothing.
    ///
    /// ```
    /// use pixel_debate_game::IllegalMove;
    ///
    /// let refusal = IllegalMove::NotAClaim { label: 3, claims: [1, 7] };
    /// assert_eq!(refusal.to_string(), "label 3 is nobody's claim: the verdict is 1 or 7");
    /// assert_eq!(refusal.expected(), "label: 1 or 7");
    /// ```
    pub fn expected(&self) -> String {
        match self {
            Self::Ended { .. } => "nothing more in this debate".into(),
            Self::NotYourTurn { to_move } => format!("the {to_move} debater's reveal first"),
            Self::RevealsOver { .. } => "no reveal any more: the judge's verdict".into(),
            Self::OutOfImage { width, height, .. } => {
                format!("pixel: [0 to {}, 0 to {}]", width - 1, height - 1)
            }
            Self::ZeroPixel { .. } => "pixel: one with a value above 0".into(),
            Self::AlreadyRevealed { .. } => "pixel: one that is not in the evidence yet".into(),
            Self::VerdictTooEarly { of, .. } => format!("a verdict after {of} reveals"),
            Self::LogitsCount { need, .. } => format!("logits: {need} numbers"),
            Self::NotFinite { .. } => "logits: finite numbers".into(),
            Self::NotAProbability { .. } => "probability: 0 to 1, or null".into(),
            Self::ExplanationTooLong { .. } => {
                format!("explanation: at most {} characters", Verdict::MAX_EXPLANATION)
            }
            Self::NotAClaim { claims: [one, other], .. } => format!("label: {one} or {other}"),
            Self::NotALabel { classes, .. } => format!("label: 0 to {}", classes - 1),
        }
    }
}
