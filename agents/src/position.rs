//! A debate as a search sees it: what is left to reveal, who is next, and who has won.

use pixel_debate_game::{Claims, Debater, Pixel, Role, Rules, Seat, View, honest_margin};
use pixel_debate_judge::PixelSet;

use crate::AgentError;

/// The position before an agent's move.
#[derive(Debug, Clone)]
pub(crate) struct Position {
    pub(crate) rules: Rules,
    pub(crate) claims: Claims,
    /// The agent's own role.
    pub(crate) role: Role,
    /// The pixels revealed so far, in order.
    pub(crate) revealed: Vec<Pixel>,
    /// The pixels that may be revealed now, in reading order; never empty.
    pub(crate) candidates: Vec<Pixel>,
    /// The inverse: by row × 256 columns, a pixel's place among the candidates, or [`NO_PLACE`].
    places: Vec<u16>,
}

/// No place among the candidates: an image has fewer pixels.
const NO_PLACE: u16 = u16::MAX;

impl Position {
    /// Reads the position from the view of the debater to move.
    pub(crate) fn of(view: &View) -> Result<Self, AgentError> {
        let Seat::Debater(own) = view.seat else {
            return Err(AgentError::NotADebater { seat: view.seat });
        };
        if view.to_move != Some(own) {
            return Err(AgentError::NotToMove);
        }
        let (Some(rules), Some(claims)) = (view.full_rules(), view.claims_by_role()) else {
            return Err(AgentError::NotADebater { seat: view.seat });
        };
        let candidates: Vec<Pixel> = view.legal_reveals().collect();
        if candidates.is_empty() {
            return Err(AgentError::NothingToReveal);
        }
        let revealed = view.evidence.iter().map(|reveal| reveal.pixel).collect();
        let places = places(&candidates);
        Ok(Self { rules, claims, role: rules.role_of(own), revealed, candidates, places })
    }

    /// A pixel's place among the candidates.
    pub(crate) fn place(&self, pixel: Pixel) -> Option<usize> {
        let place = *self.places.get(index(pixel))?;
        (place != NO_PLACE).then_some(place.into())
    }

    /// The pixels revealed so far as a set.
    pub(crate) fn evidence(&self) -> PixelSet {
        self.revealed.iter().copied().collect()
    }

    /// The role that reveals when so many pixels are revealed, or `None` at the end.
    pub(crate) fn role_to_move(&self, revealed: usize) -> Option<Role> {
        let debater: Debater = self.rules.debater_to_move(revealed)?;
        Some(self.rules.role_of(debater))
    }

    /// By how much the logits favour the honest side; above 0 exactly where it wins.
    pub(crate) fn honest_margin(&self, logits: &[f32]) -> f32 {
        honest_margin(logits, &self.claims)
    }

    /// By how much the logits favour the agent's own side.
    pub(crate) fn own_margin(&self, logits: &[f32]) -> f32 {
        let margin = self.honest_margin(logits);
        match self.role {
            Role::Honest => margin,
            Role::Liar => -margin,
        }
    }
}

fn index(pixel: Pixel) -> usize {
    usize::from(pixel.y) * 256 + usize::from(pixel.x)
}

fn places(candidates: &[Pixel]) -> Vec<u16> {
    let last = candidates.iter().copied().map(index).max();
    let mut places = vec![NO_PLACE; last.map_or(0, |last| last + 1)];
    for (place, candidate) in (0..).zip(candidates) {
        places[index(*candidate)] = place;
    }
    places
}
