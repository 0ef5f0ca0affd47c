//! The rules of a debate, as data.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Debater, Role};

/// In what order the debaters reveal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum TurnOrder {
    /// One pixel each in turn, as in the paper.
    Alternating,
    /// The first debater reveals its half, then the second; of an odd number the first has one more.
    Blocks,
    /// The first debater reveals everything and the second nothing: consultancy, the baseline that
    /// debate is compared with.
    Alone,
}

/// Which pixels may be revealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum LegalPixels {
    /// Only those with a value above 0, as in the paper.
    Nonzero,
    /// Every pixel of the image.
    Any,
}

/// The rules of a debate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// How many pixels both debaters together reveal: the paper's K, 4 or 6 there.
    pub pixels: u8,
    /// Whether the liar states its label before the first reveal (section 3.1).
    pub precommit: bool,
    /// The role of the debater that makes the first reveal.
    pub first: Role,
    /// In what order the debaters reveal.
    pub order: TurnOrder,
    /// Which pixels may be revealed.
    pub legal: LegalPixels,
}

/// Why rules cannot be played.
///
/// ```
/// use pixel_debate_game::{Role, Rules, RulesError};
///
/// let refusal = Rules::paper(0, true, Role::Honest).check().unwrap_err();
/// assert_eq!(refusal, RulesError::Pixels { pixels: 0 });
/// assert_eq!(refusal.to_string(), "a debate of 0 pixels: the number must be 1 to 128");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RulesError {
    /// The number of pixels is out of range.
    #[error("a debate of {pixels} pixels: the number must be 1 to {}", Rules::MAX_PIXELS)]
    Pixels {
        /// The number given.
        pixels: u8,
    },
}

impl Rules {
    /// The most pixels that a debate may reveal.
    pub const MAX_PIXELS: u8 = 128;

    /// The paper's rules: alternating reveals of nonzero pixels.
    ///
    /// ```
    /// use pixel_debate_game::{LegalPixels, Role, Rules, TurnOrder};
    ///
    /// let rules = Rules::paper(6, true, Role::Liar);
    /// assert_eq!((rules.order, rules.legal), (TurnOrder::Alternating, LegalPixels::Nonzero));
    /// // Another debate is the paper's with a difference.
    /// let every = Rules { legal: LegalPixels::Any, ..rules };
    /// assert!(every.legal.allows(0) && !rules.legal.allows(0));
    /// ```
    pub const fn paper(pixels: u8, precommit: bool, first: Role) -> Self {
        Self {
            pixels,
            precommit,
            first,
            order: TurnOrder::Alternating,
            legal: LegalPixels::Nonzero,
        }
    }

    /// Whether these rules can be played on some image.
    ///
    /// ```
    /// use pixel_debate_game::{Role, Rules};
    ///
    /// let rules = |pixels| Rules::paper(pixels, true, Role::Honest);
    /// assert!(rules(Rules::MAX_PIXELS).check().is_ok());
    /// assert!(rules(Rules::MAX_PIXELS + 1).check().is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`RulesError`] if not.
    pub const fn check(&self) -> Result<(), RulesError> {
        if self.pixels == 0 || self.pixels > Self::MAX_PIXELS {
            return Err(RulesError::Pixels { pixels: self.pixels });
        }
        Ok(())
    }

    /// Who reveals next when `revealed` pixels are on the table, or `None` when all are.
    ///
    /// ```
    /// use pixel_debate_game::{Debater, Role, Rules, TurnOrder};
    ///
    /// let turns = |order| {
    ///     let rules = Rules { order, ..Rules::paper(3, true, Role::Honest) };
    ///     [0, 1, 2, 3].map(|revealed| rules.debater_to_move(revealed))
    /// };
    /// let (first, second) = (Some(Debater::First), Some(Debater::Second));
    /// assert_eq!(turns(TurnOrder::Alternating), [first, second, first, None]);
    /// assert_eq!(turns(TurnOrder::Blocks), [first, first, second, None]);
    /// assert_eq!(turns(TurnOrder::Alone), [first, first, first, None]);
    /// ```
    pub const fn debater_to_move(&self, revealed: usize) -> Option<Debater> {
        let pixels = self.pixels as usize;
        if revealed >= pixels {
            return None;
        }
        let first = match self.order {
            TurnOrder::Alternating => revealed.is_multiple_of(2),
            TurnOrder::Blocks => revealed < pixels.div_ceil(2),
            TurnOrder::Alone => true,
        };
        Some(if first { Debater::First } else { Debater::Second })
    }

    /// The role of the debater in that place.
    ///
    /// ```
    /// use pixel_debate_game::{Debater, Role, Rules};
    ///
    /// let rules = Rules::paper(4, true, Role::Liar);
    /// assert_eq!(rules.role_of(Debater::Second), Role::Honest);
    /// ```
    pub const fn role_of(&self, debater: Debater) -> Role {
        match debater {
            Debater::First => self.first,
            Debater::Second => self.first.other(),
        }
    }

    /// The place of the debater with that role.
    ///
    /// ```
    /// use pixel_debate_game::{Debater, Role, Rules};
    ///
    /// let rules = Rules::paper(4, true, Role::Liar);
    /// assert_eq!(rules.seat_of(Role::Honest), Debater::Second);
    /// assert_eq!(rules.role_of(rules.seat_of(Role::Honest)), Role::Honest);
    /// ```
    pub const fn seat_of(&self, role: Role) -> Debater {
        match (self.first, role) {
            (Role::Honest, Role::Honest) | (Role::Liar, Role::Liar) => Debater::First,
            _ => Debater::Second,
        }
    }
}

impl fmt::Display for LegalPixels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Nonzero => "nonzero",
            Self::Any => "any",
        })
    }
}

impl LegalPixels {
    /// Whether a pixel with that value may be revealed.
    ///
    /// ```
    /// use pixel_debate_game::LegalPixels;
    ///
    /// assert!(LegalPixels::Nonzero.allows(1) && !LegalPixels::Nonzero.allows(0));
    /// assert!(LegalPixels::Any.allows(0));
    /// ```
    pub const fn allows(self, value: u8) -> bool {
        match self {
            Self::Nonzero => value > 0,
            Self::Any => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Debater::{First, Second};

    fn order(rules: Rules) -> Vec<Debater> {
        (0..).map_while(|revealed| rules.debater_to_move(revealed)).collect()
    }

    #[test]
    fn turns_alternate_or_come_in_blocks_or_are_one_debaters() {
        let rules = Rules::paper(5, true, Role::Liar);
        assert_eq!(order(rules), [First, Second, First, Second, First]);
        let rules = Rules { order: TurnOrder::Blocks, ..rules };
        assert_eq!(order(rules), [First, First, First, Second, Second]);
        let rules = Rules { pixels: 1, ..rules };
        assert_eq!(order(rules), [First]);
        let rules = Rules { pixels: 3, order: TurnOrder::Alone, ..rules };
        assert_eq!(order(rules), [First, First, First]);
    }

    #[test]
    fn roles_and_places_are_inverse() {
        for first in [Role::Honest, Role::Liar] {
            let rules = Rules::paper(6, true, first);
            assert_eq!(rules.role_of(First), first);
            for role in [Role::Honest, Role::Liar] {
                assert_eq!(rules.role_of(rules.seat_of(role)), role);
            }
        }
    }

    #[test]
    fn the_number_of_pixels_is_bounded() {
        for pixels in [1, 6, Rules::MAX_PIXELS] {
            assert_eq!(Rules::paper(pixels, true, Role::Liar).check(), Ok(()));
        }
        for pixels in [0, 129, 255] {
            let refusal = Rules::paper(pixels, true, Role::Liar).check();
            assert_eq!(refusal, Err(RulesError::Pixels { pixels }));
        }
    }

    #[test]
    fn json_names_every_rule_and_no_other() {
        let json = r#"{"pixels":6,"precommit":true,"first":"liar","order":"alternating","legal":"nonzero"}"#;
        let rules = Rules::paper(6, true, Role::Liar);
        assert_eq!(serde_json::to_string(&rules).unwrap(), json);
        assert_eq!(serde_json::from_str::<Rules>(json).unwrap(), rules);
        let more = json.replace("true,", "true,\"clock\":5,");
        assert!(serde_json::from_str::<Rules>(&more).is_err());
    }
}
