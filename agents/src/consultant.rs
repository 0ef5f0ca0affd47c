//! The optimal consultant: the set of pixels after which the judge is most wrong, or surest of the truth.
//!
//! A consultant reveals all pixels alone, so there is no game: of all sets of so many pixels one is the best.
//! [`consult`] looks for it in two steps, for several lies at once:
//!
//! 1. **Climbing**: the best few sets are kept pixel by pixel, and then pixels are exchanged one at a time
//!    until no exchange helps. That finds the best set almost always, and proves nothing but that it is there.
//! 2. **Enumeration** of all sets, where there are no more than [`Limits::sets`]: whether any is better than the
//!    best known, by the judge's [decider](pixel_debate_judge::Decider), whose margins are shifted by the best
//!    ones known ([`Evaluator::decider_with_head_starts`]). Every set is decided once for all lies.
//!
//! No subtree is cut off: every bound that we can prove on what two more pixels do together is several times the
//! margins' spread (`docs/attacks.md` has the figures), so the sets are decided one by one, in microseconds
//! each. What is not enumerated is said to be open, with no bound known.

mod aim;
mod climb;
mod enumeration;

use pixel_debate_game::{Pixel, Role};
use pixel_debate_judge::{Evaluator, PixelSet};

use crate::Clock;
pub use aim::Aim;
use climb::Climb;
use enumeration::Enumeration;

/// What a consultant is to do with an image.
///
/// ```
/// use pixel_debate_agents::Clock;
/// use pixel_debate_agents::consultant::{Aim, Consultation, Limits, Wanted, consult};
/// use pixel_debate_game::{Pixel, Role};
/// use pixel_debate_judge::{Evaluator, Logits, PixelSet};
///
/// /// Believes in label 1 the more, the further to the right it sees, and not at all in label 2.
/// struct Right;
///
/// impl Evaluator for Right {
///     fn classes(&self) -> usize {
///         3
///     }
///
///     fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
///         let right = |set: &PixelSet| -> f32 { set.pixels().iter().map(|pixel| f32::from(pixel.x)).sum() };
///         Logits::of(3, sets.iter().map(|set| [4.0, right(set), -1.0]))
///     }
/// }
///
/// let consultation = Consultation {
///     label: 0,
///     aim: Aim::Lies(vec![1, 2]),
///     evidence: PixelSet::default(),
///     candidates: (0..5).map(|x| Pixel::new(x, 0)).collect(),
///     pixels: 2,
/// };
/// let limits = Limits { wanted: Wanted::Greatest, beam: 2, sets: 1000, clock: Clock::unlimited() };
/// let advice = consult(&consultation, &mut Right, limits);
/// let [one, two] = &advice.cases[..] else { panic!("a case a lie") };
/// assert_eq!((one.margin, one.is_greatest, one.winner), (3.0, true, Some(Role::Liar)));
/// assert_eq!(one.set, [Pixel::new(3, 0), Pixel::new(4, 0)].into_iter().collect());
/// // No two pixels make it believe in label 2.
/// assert_eq!((two.margin, two.is_greatest, two.winner), (-5.0, true, Some(Role::Honest)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consultation {
    /// The true label.
    pub label: u8,
    /// What the judge is to be told.
    pub aim: Aim,
    /// The pixels that are revealed already.
    pub evidence: PixelSet,
    /// The pixels that may be revealed. None of them is in the evidence, and none is there twice.
    pub candidates: Vec<Pixel>,
    /// How many of them are: at least one, and not more than there are.
    pub pixels: usize,
}

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A set that wins, any one; and with none, that there is none.
    Win,
    /// The set with the greatest margin.
    Greatest,
}

/// When to stop looking.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// What is looked for.
    pub wanted: Wanted,
    /// How many sets are kept from pixel to pixel while climbing, at least one.
    pub beam: usize,
    /// All sets are enumerated if they are not more than these. The answer to a question that is not ended by the
    /// clock depends on this number alone.
    pub sets: u64,
    /// Ends climbing and enumeration.
    pub clock: Clock,
}

/// The best set known for one aim.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The pixels to reveal, the evidence not among them.
    pub set: PixelSet,
    /// By how much the judge favours the consultant's side after them.
    pub margin: f32,
    /// Whether it is proven that no set has a greater margin.
    pub is_greatest: bool,
    /// Who wins if the consultant chooses best: the consultant's side where this set wins, the other one where it
    /// is proven that none does, otherwise it is open.
    pub winner: Option<Role>,
}

/// What came of a consultation.
#[derive(Debug, Clone, PartialEq)]
pub struct Advice {
    /// The best sets: with [`Aim::Lies`] one for each lie in their order, otherwise one.
    pub cases: Vec<Case>,
    /// How many complete sets the judge was asked about.
    pub evaluations: u64,
    /// Whether the clock ended it.
    pub cut_short: bool,
}

/// The best set known for one aim, while it is being looked for.
#[derive(Debug, Clone)]
struct Best {
    /// Places among the candidates.
    set: Vec<usize>,
    margin: f32,
    /// The greatest logit's size, which rounding errors are relative to.
    scale: f32,
}

/// Looks for the best sets.
///
/// # Panics
///
/// If no pixel is to be revealed or fewer are there, no lie is named or the true label is one, or a pixel lies
/// outside of the evaluator's image.
pub fn consult(
    consultation: &Consultation,
    evaluator: &mut dyn Evaluator,
    limits: Limits,
) -> Advice {
    let Consultation { label, aim, candidates, pixels, .. } = consultation;
    assert!((1..=candidates.len()).contains(pixels), "pixels to reveal");
    assert!(!aim.is_a_lie(*label), "the true label is no lie");
    let goals = aim.goals();
    assert!(goals > 0, "something to argue for");
    let mut climb = Climb::new(consultation, evaluator, limits);
    let mut best: Vec<Best> = (0..goals).map(|goal| climb.best(goal)).collect();
    let (mut evaluations, mut cut_short) = (climb.evaluations(), climb.is_over());
    let mut enumerated = false;
    let is_open = |best: &Best| limits.wanted == Wanted::Greatest || !aim.wins(best.margin);
    if !cut_short
        && best.iter().any(is_open)
        && sets(candidates.len(), *pixels).is_some_and(|sets| sets <= limits.sets)
    {
        let mut enumeration = Enumeration::new(consultation, evaluator, limits, &mut best);
        enumerated = enumeration.run();
        evaluations += enumeration.evaluations();
        cut_short = !enumerated;
    }
    let case = |best: Best| {
        let wins = aim.wins(best.margin);
        let winner = if wins { Some(aim.side()) } else { enumerated.then(|| aim.side().other()) };
        Case {
            set: best.set.iter().map(|place| candidates[*place]).collect(),
            margin: best.margin,
            is_greatest: enumerated && (limits.wanted == Wanted::Greatest || !wins),
            winner,
        }
    };
    let cases = best.into_iter().map(case).collect();
    Advice { cases, evaluations, cut_short }
}

/// How many sets of so many of so many candidates there are, if that fits into 64 bits.
///
/// ```
/// use pixel_debate_agents::consultant::sets;
///
/// assert_eq!(sets(150, 4), Some(20_260_275));
/// assert_eq!(sets(784, 60), None);
/// ```
pub fn sets(candidates: usize, pixels: usize) -> Option<u64> {
    let mut sets: u64 = 1;
    for chosen in 0..pixels.min(candidates.checked_sub(pixels)?) {
        sets = sets.checked_mul((candidates - chosen) as u64)? / (chosen as u64 + 1);
    }
    Some(sets)
}
