//! What the debaters argue for.

use serde::{Deserialize, Serialize};

use crate::{Debater, Role, Rules};

/// The labels that the debaters argue for, by role. In a [`Debate`](crate::Debate) they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// The honest debater's claim, which is the true label.
    pub honest: u8,
    /// The liar's claim; `None` without precommit, where any wrong answer is its win.
    pub liar: Option<u8>,
}

/// The claims by place, as far as a seat may know them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SeatClaims {
    /// The first debater's claim.
    pub first: Option<u8>,
    /// The second debater's claim.
    pub second: Option<u8>,
}

impl Claims {
    /// The claim of the debater with that role.
    ///
    /// ```
    /// use pixel_debate_game::{Claims, Role};
    ///
    /// let claims = Claims { honest: 7, liar: None };
    /// assert_eq!(claims.of(Role::Honest), Some(7));
    /// assert_eq!(claims.of(Role::Liar), None, "without precommit the liar claims nothing");
    /// ```
    pub const fn of(&self, role: Role) -> Option<u8> {
        match role {
            Role::Honest => Some(self.honest),
            Role::Liar => self.liar,
        }
    }

    /// The same claims by place.
    ///
    /// ```
    /// use pixel_debate_game::{Claims, Role, Rules};
    ///
    /// let claims = Claims { honest: 7, liar: Some(1) };
    /// let places = claims.by_seat(&Rules::paper(6, true, Role::Liar));
    /// assert_eq!((places.first, places.second), (Some(1), Some(7)));
    /// ```
    pub const fn by_seat(&self, rules: &Rules) -> SeatClaims {
        SeatClaims {
            first: self.of(rules.role_of(Debater::First)),
            second: self.of(rules.role_of(Debater::Second)),
        }
    }
}

impl SeatClaims {
    /// The claim of the debater in that place.
    ///
    /// ```
    /// use pixel_debate_game::{Debater, SeatClaims};
    ///
    /// let claims = SeatClaims { first: Some(1), second: Some(7) };
    /// assert_eq!(claims.of(Debater::Second), Some(7));
    /// ```
    pub const fn of(&self, debater: Debater) -> Option<u8> {
        match debater {
            Debater::First => self.first,
            Debater::Second => self.second,
        }
    }
}
