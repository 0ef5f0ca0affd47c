//! The seats of a debate as the server tells them apart: of judges there may be several.

use pixel_debate_game::{Debater, Seat};

/// A seat, of which there is one, or the spectators'.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Chair {
    Debater(Debater),
    /// A judge's, by its number from 0.
    Judge(u8),
    /// A place in the audience, by its number from 0.
    Audience(u16),
    Spectator,
}

impl Chair {
    /// The seat as the game has it: what is seen from there.
    pub(crate) const fn seat(self) -> Seat {
        match self {
            Self::Debater(debater) => Seat::Debater(debater),
            // It sees what a judge sees.
            Self::Judge(_) | Self::Audience(_) => Seat::Judge,
            Self::Spectator => Seat::Spectator,
        }
    }

    /// The debater who sits there.
    pub(crate) const fn debater(self) -> Option<Debater> {
        match self {
            Self::Debater(debater) => Some(debater),
            Self::Judge(_) | Self::Audience(_) | Self::Spectator => None,
        }
    }

    /// The number of the judge who sits there.
    pub(crate) const fn judge(self) -> Option<u8> {
        match self {
            Self::Judge(judge) => Some(judge),
            Self::Debater(_) | Self::Audience(_) | Self::Spectator => None,
        }
    }

    /// The number of the judgment that is made there, among those of the judges or of the audience: no debate has
    /// both.
    pub(crate) fn judgment(self) -> Option<u16> {
        match self {
            Self::Judge(number) => Some(number.into()),
            Self::Audience(number) => Some(number),
            Self::Debater(_) | Self::Spectator => None,
        }
    }
}
