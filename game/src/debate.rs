//! One debate, from the claims to the outcome.

use std::sync::Arc;

use thiserror::Error;

use crate::{
    Claims, Debater, Event, Evidence, ForfeitReason, IllegalMove, Image, Move, Outcome,
    OutcomeReason, Pixel, Reveal, Role, Rules, RulesError, Verdict, honest_wins,
};

/// One debate over one image.
///
/// It changes through [`apply`](Self::apply) alone. Cloning one copies the evidence and shares the
/// image.
///
/// ```
/// use std::sync::Arc;
///
/// use pixel_debate_game::{Debate, Debater, Image, Move, Pixel, Role, Rules};
///
/// let image = Arc::new(Image::new(2, 1, vec![200, 90])?);
/// let begun = Debate::new(Rules::paper(2, true, Role::Honest), image, 1, Some(0), 10)?;
/// let mut tried = begun.clone();
/// tried.apply(Move::Reveal { by: Debater::First, pixel: Pixel::new(0, 0) })?;
/// assert_eq!((begun.evidence().len(), tried.evidence().len()), (0, 1));
/// assert!(Arc::ptr_eq(begun.image(), tried.image()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Debate {
    rules: Rules,
    image: Arc<Image>,
    classes: u8,
    claims: Claims,
    evidence: Evidence,
    end: Option<End>,
}

/// The event that ended a debate, and its result.
#[derive(Clone, Debug, PartialEq)]
struct End {
    event: Event,
    outcome: Outcome,
}

/// Why a debate cannot be set up.
///
/// ```
/// use std::sync::Arc;
///
/// use pixel_debate_game::{Debate, Image, Role, Rules, SetupError};
///
/// let image = Arc::new(Image::new(3, 1, vec![0, 200, 90])?);
/// let four = Rules::paper(4, false, Role::Honest);
/// let refusal = Debate::new(four, image, 7, None, 10).unwrap_err();
/// assert_eq!(refusal, SetupError::TooFewPixels { have: 2, need: 4 });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SetupError {
    /// The rules cannot be played on any image.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// There are too few classes to lie about.
    #[error("{classes} classes: a debate needs 2 to 255")]
    Classes {
        /// The number of classes given.
        classes: u8,
    },
    /// The true label is not a class.
    #[error("the label {label} is not one of the {classes} classes: it must be 0 to {}", classes - 1)]
    Label {
        /// The label given.
        label: u8,
        /// The number of classes.
        classes: u8,
    },
    /// The lie is not a class.
    #[error("the lie {lie} is not one of the {classes} classes: it must be 0 to {}", classes - 1)]
    Lie {
        /// The lie given.
        lie: u8,
        /// The number of classes.
        classes: u8,
    },
    /// The lie is the truth.
    #[error("the lie {label} is the true label: the liar must claim another")]
    LieIsTrue {
        /// The true label.
        label: u8,
    },
    /// The rules say precommit, and there is no lie.
    #[error("the rules say precommit: the liar must claim a label")]
    LieMissing,
    /// The rules say no precommit, and there is a lie.
    #[error("the rules say no precommit: the liar claims no label, not {lie}")]
    LieUnexpected {
        /// The lie given.
        lie: u8,
    },
    /// The image has fewer legal pixels than are to be revealed.
    #[error("the image has {have} pixels that may be revealed: a debate of {need} needs as many")]
    TooFewPixels {
        /// The number of legal pixels of the image.
        have: usize,
        /// The number of pixels of a debate.
        need: u8,
    },
}

impl Debate {
    /// A debate about to begin.
    ///
    /// `label` is the true one, below `classes`, and the honest debater's claim. `lie` is the
    /// liar's claim: another label with precommit, `None` without.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use pixel_debate_game::{Debate, Debater, Image, Role, Rules, SetupError};
    ///
    /// let image = Arc::new(Image::new(3, 1, vec![0, 200, 90])?);
    /// let rules = Rules::paper(2, true, Role::Honest);
    /// let debate = Debate::new(rules, image.clone(), 7, Some(1), 10)?;
    /// assert_eq!(debate.to_move(), Some(Debater::First));
    /// // A liar tells a lie, and with precommit it says which.
    /// let new = |lie| Debate::new(rules, image.clone(), 7, lie, 10);
    /// assert_eq!(new(Some(7)), Err(SetupError::LieIsTrue { label: 7 }));
    /// assert_eq!(new(None), Err(SetupError::LieMissing));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SetupError`] if the rules, the image, the label or the lie do not make a debate.
    pub fn new(
        rules: Rules,
        image: Arc<Image>,
        label: u8,
        lie: Option<u8>,
        classes: u8,
    ) -> Result<Self, SetupError> {
        rules.check()?;
        if classes < 2 {
            return Err(SetupError::Classes { classes });
        }
        if label >= classes {
            return Err(SetupError::Label { label, classes });
        }
        match lie {
            None if rules.precommit => return Err(SetupError::LieMissing),
            Some(lie) if !rules.precommit => return Err(SetupError::LieUnexpected { lie }),
            Some(lie) if lie >= classes => return Err(SetupError::Lie { lie, classes }),
            Some(lie) if lie == label => return Err(SetupError::LieIsTrue { label }),
            _ => {}
        }
        let have = image.pixels().iter().filter(|&&value| rules.legal.allows(value)).count();
        if have < usize::from(rules.pixels) {
            return Err(SetupError::TooFewPixels { have, need: rules.pixels });
        }
        Ok(Self {
            rules,
            image,
            classes,
            claims: Claims { honest: label, liar: lie },
            evidence: Evidence::default(),
            end: None,
        })
    }

    /// Makes a move, if it is legal, and says what has happened. A refused move changes nothing.
    ///
    /// ```
    /// use pixel_debate_game::{Debater, IllegalMove, Move, OutcomeReason, Pixel, Role, Verdict};
    /// # use pixel_debate_game::{Debate, Image, Rules};
    /// # let image = std::sync::Arc::new(Image::new(3, 1, vec![0, 200, 90])?);
    /// # let mut debate = Debate::new(Rules::paper(2, true, Role::Honest), image, 7, Some(1), 10)?;
    ///
    /// // Two pixels are to be revealed before the judge answers.
    /// let early = debate.apply(Move::Verdict(Verdict::label(7))).unwrap_err();
    /// assert_eq!(early, IllegalMove::VerdictTooEarly { revealed: 0, of: 2 });
    /// debate.apply(Move::Reveal { by: Debater::First, pixel: Pixel::new(1, 0) })?;
    /// // Giving up is no question of turns.
    /// debate.apply(Move::Resign { by: Debater::First })?;
    /// let outcome = debate.outcome().expect("the debate has ended");
    /// assert_eq!((outcome.winner, outcome.reason), (Role::Liar, OutcomeReason::Resignation));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`IllegalMove`] if the rules forbid the move, and which of them.
    pub fn apply(&mut self, r#move: Move) -> Result<Event, IllegalMove> {
        if let Some(outcome) = self.outcome() {
            return Err(IllegalMove::Ended { outcome });
        }
        match r#move {
            Move::Reveal { by, pixel } => {
                let value = self.check_reveal(by, pixel)?;
                self.evidence.push(Reveal { by, pixel, value });
                Ok(Event::Reveal { by, pixel, value })
            }
            Move::Resign { by } => {
                Ok(self.lose(by, OutcomeReason::Resignation, Event::Resigned { by }))
            }
            Move::Forfeit { by, reason } => {
                let event = Event::Forfeited { by, reason };
                let reason = match reason {
                    ForfeitReason::Time => OutcomeReason::Time,
                    ForfeitReason::IllegalMove => OutcomeReason::IllegalMove,
                    ForfeitReason::Absent => OutcomeReason::Absent,
                };
                Ok(self.lose(by, reason, event))
            }
            Move::Verdict(verdict) => {
                self.check_verdict(&verdict)?;
                let honest = match &verdict {
                    Verdict::Logits { logits } => honest_wins(logits, &self.claims),
                    Verdict::Label { label, .. } => *label == self.claims.honest,
                };
                let winner = if honest { Role::Honest } else { Role::Liar };
                let outcome = Outcome { winner, reason: OutcomeReason::Verdict };
                Ok(self.finish(Event::Verdict { verdict, outcome }, outcome))
            }
        }
    }

    /// The rules.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The whole image, as the debaters see it.
    pub fn image(&self) -> &Arc<Image> {
        &self.image
    }

    /// The true label.
    pub fn label(&self) -> u8 {
        self.claims.honest
    }

    /// The number of classes; labels are below it.
    pub fn classes(&self) -> u8 {
        self.classes
    }

    /// What the debaters argue for, by role.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The pixels revealed so far.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// Whose reveal is next: `None` when only the verdict is left, and after the end.
    ///
    /// ```
    /// use pixel_debate_game::{Debater, Move, Pixel};
    /// # use pixel_debate_game::{Debate, Image, Role, Rules};
    /// # let image = std::sync::Arc::new(Image::new(2, 1, vec![200, 90])?);
    /// # let rules = Rules::paper(2, false, Role::Honest);
    /// # let mut debate = Debate::new(rules, image, 7, None, 10)?;
    ///
    /// for by in [Debater::First, Debater::Second] {
    ///     assert_eq!(debate.to_move(), Some(by));
    ///     let pixel = debate.legal_reveals().next().expect("there are two pixels");
    ///     debate.apply(Move::Reveal { by, pixel })?;
    /// }
    /// assert_eq!(debate.to_move(), None);
    /// assert!(debate.outcome().is_none(), "the verdict is left");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_move(&self) -> Option<Debater> {
        if self.end.is_some() {
            return None;
        }
        self.rules.debater_to_move(self.evidence.len())
    }

    /// The pixels that the debater to move may reveal, in reading order; none when nobody is.
    ///
    /// ```
    /// use pixel_debate_game::{Debater, Move, Pixel};
    /// # use pixel_debate_game::{Debate, Image, Role, Rules};
    /// # let image = std::sync::Arc::new(Image::new(3, 1, vec![0, 200, 90])?);
    /// # let rules = Rules::paper(2, false, Role::Honest);
    /// # let mut debate = Debate::new(rules, image, 7, None, 10)?;
    ///
    /// // Of a row with the values 0, 200, 90.
    /// assert!(debate.legal_reveals().eq([Pixel::new(1, 0), Pixel::new(2, 0)]));
    /// debate.apply(Move::Reveal { by: Debater::First, pixel: Pixel::new(2, 0) })?;
    /// assert!(debate.legal_reveals().eq([Pixel::new(1, 0)]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn legal_reveals(&self) -> impl Iterator<Item = Pixel> + '_ {
        let open = self.to_move().is_some();
        let legal = self.image.iter().filter(move |&(pixel, value)| {
            open && self.rules.legal.allows(value) && !self.evidence.contains(pixel)
        });
        legal.map(|(pixel, _)| pixel)
    }

    /// The judge's answer, if that is how the debate ended.
    pub fn verdict(&self) -> Option<&Verdict> {
        match &self.end.as_ref()?.event {
            Event::Verdict { verdict, .. } => Some(verdict),
            _ => None,
        }
    }

    /// Who won and why, once the debate has ended.
    ///
    /// ```
    /// use pixel_debate_game::{Debater, ForfeitReason, Move, Outcome, OutcomeReason, Role};
    /// # use pixel_debate_game::{Debate, Image, Rules};
    /// # let image = std::sync::Arc::new(Image::new(2, 1, vec![200, 90])?);
    /// # let mut debate = Debate::new(Rules::paper(2, true, Role::Liar), image, 7, Some(1), 10)?;
    ///
    /// assert_eq!(debate.outcome(), None);
    /// // The liar sits first, and its time is over: whoever has a clock says so.
    /// debate.apply(Move::Forfeit { by: Debater::First, reason: ForfeitReason::Time })?;
    /// let won = Outcome { winner: Role::Honest, reason: OutcomeReason::Time };
    /// assert_eq!(debate.outcome(), Some(won));
    /// assert_eq!(debate.verdict(), None, "no judge was asked");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn outcome(&self) -> Option<Outcome> {
        self.end.as_ref().map(|end| end.outcome)
    }

    /// Everything that has happened, in order.
    ///
    /// ```
    /// use pixel_debate_game::{Debater, Event, Move, Pixel};
    /// # use pixel_debate_game::{Debate, Image, Role, Rules};
    /// # let image = std::sync::Arc::new(Image::new(2, 1, vec![200, 90])?);
    /// # let mut debate = Debate::new(Rules::paper(2, true, Role::Liar), image, 7, Some(1), 10)?;
    ///
    /// let (by, pixel) = (Debater::First, Pixel::new(1, 0));
    /// debate.apply(Move::Reveal { by, pixel })?;
    /// debate.apply(Move::Resign { by })?;
    /// let events = [Event::Reveal { by, pixel, value: 90 }, Event::Resigned { by }];
    /// assert!(debate.events().eq(events));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        let reveals = self.evidence.iter();
        let reveals =
            reveals.map(|&Reveal { by, pixel, value }| Event::Reveal { by, pixel, value });
        reveals.chain(self.end.as_ref().map(|end| end.event.clone()))
    }

    /// The value of a pixel that may be revealed.
    /// The debate as it stood before what ended it: what its judges have judged.
    ///
    /// ```
    /// use pixel_debate_game::{Debater, Move};
    /// # use pixel_debate_game::{Debate, Image, Role, Rules};
    /// # let image = std::sync::Arc::new(Image::new(3, 1, vec![0, 200, 90])?);
    /// # let mut debate = Debate::new(Rules::paper(2, true, Role::Liar), image, 7, Some(1), 10)?;
    ///
    /// let before = debate.clone();
    /// debate.apply(Move::Resign { by: Debater::First })?;
    /// assert_eq!(debate.before_end(), before);
    /// assert_eq!(before.before_end(), before);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn before_end(&self) -> Self {
        Self { end: None, ..self.clone() }
    }

    fn check_reveal(&self, by: Debater, pixel: Pixel) -> Result<u8, IllegalMove> {
        match self.to_move() {
            None => return Err(IllegalMove::RevealsOver { of: self.rules.pixels }),
            Some(to_move) if to_move != by => return Err(IllegalMove::NotYourTurn { to_move }),
            Some(_) => {}
        }
        let Some(value) = self.image.value(pixel) else {
            let (width, height) = (self.image.width(), self.image.height());
            return Err(IllegalMove::OutOfImage { pixel, width, height });
        };
        if self.evidence.contains(pixel) {
            return Err(IllegalMove::AlreadyRevealed { pixel });
        }
        if !self.rules.legal.allows(value) {
            return Err(IllegalMove::ZeroPixel { pixel });
        }
        Ok(value)
    }

    pub(crate) fn check_verdict(&self, verdict: &Verdict) -> Result<(), IllegalMove> {
        if self.to_move().is_some() {
            let (revealed, of) = (self.evidence.len() as u8, self.rules.pixels);
            return Err(IllegalMove::VerdictTooEarly { revealed, of });
        }
        check_verdict(verdict, self.claims, self.classes)
    }

    fn lose(&mut self, by: Debater, reason: OutcomeReason, event: Event) -> Event {
        let winner = self.rules.role_of(by.other());
        self.finish(event, Outcome { winner, reason })
    }

    fn finish(&mut self, event: Event, outcome: Outcome) -> Event {
        self.end = Some(End { event: event.clone(), outcome });
        event
    }
}

/// Whether the rules allow that answer once all pixels are revealed.
pub(crate) fn check_verdict(
    verdict: &Verdict,
    claims: Claims,
    classes: u8,
) -> Result<(), IllegalMove> {
    match verdict {
        Verdict::Logits { logits } => {
            if logits.len() != usize::from(classes) {
                return Err(IllegalMove::LogitsCount { have: logits.len(), need: classes });
            }
            match (0..classes).zip(logits).find(|(_, logit)| !logit.is_finite()) {
                Some((label, &logit)) => Err(IllegalMove::NotFinite { label, logit }),
                None => Ok(()),
            }
        }
        &Verdict::Label { label, probability, ref explanation } => {
            let Claims { honest, liar } = claims;
            match liar {
                Some(lie) if label != honest && label != lie => {
                    let claims = [honest.min(lie), honest.max(lie)];
                    return Err(IllegalMove::NotAClaim { label, claims });
                }
                None if label >= classes => {
                    return Err(IllegalMove::NotALabel { label, classes });
                }
                _ => {}
            }
            if let Some(probability) = probability.filter(|p| !(0.0..=1.0).contains(p)) {
                return Err(IllegalMove::NotAProbability { probability });
            }
            let have = explanation.as_ref().map_or(0, |text| text.chars().count());
            if have > Verdict::MAX_EXPLANATION {
                return Err(IllegalMove::ExplanationTooLong { have });
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests;
