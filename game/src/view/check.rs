//! What makes a view that somebody sends one of a debate.
//!
//! A view comes from a stranger as often as from a debate: from a server, out of a file. Whoever searches or draws
//! from one counts on its parts to fit together, so none is read whose parts do not.

use std::fmt::Display;

use serde::{Deserialize, Deserializer, de};
use thiserror::Error;

use super::{Truth, View, ViewRules};
use crate::{
    Claims, Debater, Evidence, IllegalMove, Image, Outcome, OutcomeReason, Reveal, Role, Rules,
    RulesError, Seat, SeatClaims, Verdict, debate::check_verdict,
};

/// Why a view is none of a debate.
///
/// ```
/// use pixel_debate_game::{Seat, View, ViewError};
/// # use pixel_debate_game::{Debate, Image, Role, Rules};
/// # let image = std::sync::Arc::new(Image::new(2, 1, vec![200, 90])?);
/// # let debate = Debate::new(Rules::paper(2, true, Role::Liar), image, 7, Some(1), 10)?;
///
/// let mut view = debate.view(Seat::Judge);
/// view.classes = 6;
/// let refusal = view.check().unwrap_err();
/// assert!(matches!(refusal, ViewError::Claim { claim: 7, classes: 6, .. }));
/// assert_eq!(
///     refusal.to_string(),
///     "the second debater claims 7, which is not one of the 6 classes: it must be 0 to 5"
/// );
/// // Nor is it read.
/// let json = serde_json::to_string(&view)?;
/// assert!(serde_json::from_str::<View>(&json).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ViewError {
    /// The rules cannot be played.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// There are too few classes to lie about.
    #[error("{classes} classes: a debate has 2 to 255")]
    Classes {
        /// The number of classes.
        classes: u8,
    },
    /// A claim is not a class.
    #[error(
        "the {debater} debater claims {claim}, which is not one of the {classes} classes: it must be 0 to {}",
        classes - 1
    )]
    Claim {
        /// Who claims it.
        debater: Debater,
        /// The claim.
        claim: u8,
        /// The number of classes.
        classes: u8,
    },
    /// Both debaters claim the same.
    #[error("both debaters claim {claim}: their claims differ")]
    SameClaims {
        /// The claim.
        claim: u8,
    },
    /// Both debaters claim something, where the liar does not.
    #[error("both debaters claim a label, and the rules say no precommit: the liar claims none")]
    LiarClaims,
    /// A reveal of the evidence is not legal where it stands.
    #[error("reveal {number} of the evidence: {why}")]
    Reveal {
        /// Which reveal it is, from 1.
        number: usize,
        /// What is wrong with it.
        why: IllegalMove,
    },
    /// The image has fewer legal pixels than are revealed in such a debate.
    #[error("the image has {have} pixels that may be revealed: a debate of {need} needs as many")]
    TooFewPixels {
        /// The number of legal pixels of the image.
        have: usize,
        /// The number of pixels of a debate.
        need: u8,
    },
    /// The judge's answer is none.
    #[error("the verdict: {0}")]
    Verdict(IllegalMove),
    /// A field does not fit the others.
    #[error("{field} is {have}: by the rest of the view it must be {must}")]
    Field {
        /// The field.
        field: &'static str,
        /// What it says.
        have: String,
        /// What the others leave it.
        must: String,
    },
}

/// A view's fields, as they are sent.
#[derive(Deserialize)]
#[serde(remote = "View")]
struct Sent {
    seat: Seat,
    rules: ViewRules,
    classes: u8,
    width: u8,
    height: u8,
    claims: SeatClaims,
    evidence: Evidence,
    to_move: Option<Debater>,
    image: Option<Image>,
    role: Option<Role>,
    truth: Option<Truth>,
    verdict: Option<Verdict>,
    outcome: Option<Outcome>,
}

/// Reads a view that passes its [`check`](View::check).
impl<'de> Deserialize<'de> for View {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let view = Sent::deserialize(deserializer)?;
        view.check().map_err(de::Error::custom)?;
        Ok(view)
    }
}

impl View {
    /// Whether the view is one of a debate: whether its parts fit together. It may say less than the seat may
    /// know.
    ///
    /// ```
    /// use pixel_debate_game::{Debater, Role, Seat};
    /// # use pixel_debate_game::{Debate, Image, Rules};
    /// # let image = std::sync::Arc::new(Image::new(2, 1, vec![200, 90])?);
    /// # let debate = Debate::new(Rules::paper(2, true, Role::Liar), image, 7, Some(1), 10)?;
    ///
    /// let mut view = debate.view(Seat::Debater(Debater::First));
    /// assert_eq!(view.check(), Ok(()));
    /// view.role = Some(Role::Honest);
    /// assert_eq!(
    ///     view.check().unwrap_err().to_string(),
    ///     "role is honest: by the rest of the view it must be liar"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ViewError`] with the first part that does not fit.
    pub fn check(&self) -> Result<(), ViewError> {
        // Of what is played by them, who is honest changes nothing.
        let rules = self.played_by();
        rules.check()?;
        self.check_claims()?;
        self.check_images(rules)?;
        self.check_evidence(rules)?;
        self.check_end()?;
        let next = rules.debater_to_move(self.evidence.len());
        let next = if self.outcome.is_some() { None } else { next };
        if self.to_move.is_some() && self.to_move != next {
            return Err(differs("to_move", self.to_move, next));
        }
        let role = match (self.seat, self.rules.first) {
            (Seat::Debater(debater), Some(_)) => Some(rules.role_of(debater)),
            (Seat::Debater(_), None) => {
                return Err(differs("rules.first", None::<Role>, Some("honest or liar")));
            }
            (Seat::Judge | Seat::Spectator, _) => None,
        };
        if self.role == role { Ok(()) } else { Err(differs("role", self.role, role)) }
    }

    fn played_by(&self) -> Rules {
        let ViewRules { pixels, precommit, first, order, legal } = self.rules;
        Rules { pixels, precommit, first: first.unwrap_or(Role::Honest), order, legal }
    }

    fn check_claims(&self) -> Result<(), ViewError> {
        let classes = self.classes;
        if classes < 2 {
            return Err(ViewError::Classes { classes });
        }
        for debater in [Debater::First, Debater::Second] {
            if let Some(claim) = self.claims.of(debater).filter(|claim| *claim >= classes) {
                return Err(ViewError::Claim { debater, claim, classes });
            }
        }
        match (self.claims.first, self.claims.second) {
            (Some(claim), Some(other)) if claim == other => Err(ViewError::SameClaims { claim }),
            (Some(_), Some(_)) if !self.rules.precommit => Err(ViewError::LiarClaims),
            _ => Ok(()),
        }
    }

    /// The images that the view holds, each with the field that it is in.
    fn images(&self) -> impl Iterator<Item = (&'static str, &Image)> {
        let truth = self.truth.as_ref().map(|truth| ("truth.image", &truth.image));
        self.image.as_ref().map(|image| ("image", image)).into_iter().chain(truth)
    }

    fn check_images(&self, rules: Rules) -> Result<(), ViewError> {
        for (field, size) in [("width", self.width), ("height", self.height)] {
            if size == 0 {
                return Err(differs(field, Some(size), Some("1 to 255")));
            }
        }
        for (field, image) in self.images() {
            let sides = [(image.width(), image.height()), (self.width, self.height)];
            let [have, must] = sides.map(|(width, height)| format!("of {width}×{height} pixels"));
            if have != must {
                return Err(differs(field, Some(have), Some(must)));
            }
            let legal = image.pixels().iter().filter(|value| rules.legal.allows(**value));
            let (have, need) = (legal.count(), rules.pixels);
            if have < usize::from(need) {
                return Err(ViewError::TooFewPixels { have, need });
            }
        }
        match (&self.image, &self.truth) {
            (Some(image), Some(truth)) if *image != truth.image => {
                Err(differs("truth.image", Some("another"), Some("the image")))
            }
            _ => Ok(()),
        }
    }

    fn check_evidence(&self, rules: Rules) -> Result<(), ViewError> {
        let (width, height) = (self.width, self.height);
        let image = self.images().next().map(|(_, image)| image);
        for (place, &Reveal { by, pixel, value }) in self.evidence.iter().enumerate() {
            let wrong = |why| Err(ViewError::Reveal { number: place + 1, why });
            match rules.debater_to_move(place) {
                None => return wrong(IllegalMove::RevealsOver { of: rules.pixels }),
                Some(to_move) if to_move != by => {
                    return wrong(IllegalMove::NotYourTurn { to_move });
                }
                Some(_) => {}
            }
            if pixel.x >= width || pixel.y >= height {
                return wrong(IllegalMove::OutOfImage { pixel, width, height });
            }
            if self.evidence.iter().take(place).any(|before| before.pixel == pixel) {
                return wrong(IllegalMove::AlreadyRevealed { pixel });
            }
            if !rules.legal.allows(value) {
                return wrong(IllegalMove::ZeroPixel { pixel });
            }
            let real = image.and_then(|image| image.value(pixel)).unwrap_or(value);
            if real != value {
                return Err(differs("a value of the evidence", Some(value), Some(real)));
            }
        }
        Ok(())
    }

    /// What is told of the end fits what is told of the debate.
    fn check_end(&self) -> Result<(), ViewError> {
        let (Some(outcome), Some(truth)) = (self.outcome, &self.truth) else {
            let told = |told| Some(if told { "told" } else { "not told" });
            let (ended, opened) = (self.outcome.is_some(), self.truth.is_some());
            return match &self.verdict {
                _ if ended != opened => Err(differs("truth", told(opened), told(ended))),
                Some(_) => Err(differs("verdict", told(true), told(false))),
                None => Ok(()),
            };
        };
        if self.rules.first != Some(truth.first) {
            return Err(differs("truth.first", Some(truth.first), self.rules.first));
        }
        let rules = self.played_by();
        let of = |role| self.claims.of(rules.seat_of(role));
        let (label, classes) = (truth.label, self.classes);
        if label >= classes {
            return Err(differs("truth.label", Some(label), Some(format!("0 to {}", classes - 1))));
        }
        if let Some(claim) = of(Role::Honest).filter(|claim| *claim != label) {
            return Err(differs("truth.label", Some(label), Some(claim)));
        }
        let judged = outcome.reason == OutcomeReason::Verdict;
        let Some(verdict) = self.verdict.as_ref().filter(|_| judged) else {
            return if judged || self.verdict.is_some() {
                let reason = "told exactly where the outcome's reason is a verdict";
                Err(differs("verdict", Some(if judged { "missing" } else { "told" }), Some(reason)))
            } else {
                Ok(())
            };
        };
        let claims = Claims { honest: label, liar: of(Role::Liar) };
        let (revealed, of) = (self.evidence.len(), rules.pixels);
        if revealed < usize::from(of) {
            let early = IllegalMove::VerdictTooEarly { revealed: revealed as u8, of };
            return Err(ViewError::Verdict(early));
        }
        check_verdict(verdict, claims, classes).map_err(ViewError::Verdict)
    }
}

fn differs<H: Display, M: Display>(
    field: &'static str,
    have: Option<H>,
    must: Option<M>,
) -> ViewError {
    let have = have.map_or_else(|| "null".to_owned(), |have| have.to_string());
    let must = must.map_or_else(|| "null".to_owned(), |must| must.to_string());
    ViewError::Field { field, have, must }
}

#[cfg(test)]
mod tests;
