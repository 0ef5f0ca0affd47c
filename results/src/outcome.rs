//! What is to become of somebody's submission, and how a bonus is paid.

use pixel_debate_study::results::{Participant, State};

/// What is to become of somebody's submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// To be approved: through with all.
    Approve,
    /// To be returned, without blame: screened out, or left, or not through when the study was ended.
    Return,
    /// May be rejected: excluded by the rule stated beforehand, or by the researcher.
    Reject,
    /// Still at it.
    Wait,
    /// To be decided by hand: what was said was removed, and the link with it.
    Decide,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Approve, Self::Return, Self::Reject, Self::Wait, Self::Decide];

    /// The word for it in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Return => "return",
            Self::Reject => "reject",
            Self::Wait => "wait",
            Self::Decide => "decide",
        }
    }

    pub(crate) fn of(participant: &Participant, closed: bool) -> Self {
        match participant.state {
            _ if participant.erased => Self::Decide,
            State::Finished => Self::Approve,
            State::ScreenedOut | State::DroppedOut => Self::Return,
            State::Excluded => Self::Reject,
            State::Active if closed => Self::Return,
            State::Active => Self::Wait,
        }
    }
}

/// How a bonus is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Pay {
    /// By the file of bonuses.
    Now,
    /// It has been.
    Before,
    /// Not at all: nothing was earned, or it is not to be approved.
    Nothing,
    /// By hand: the link does not say who it is in letters, digits, `-` and `_` alone.
    ByHand,
}

impl Pay {
    pub(crate) const ALL: [Self; 4] = [Self::Now, Self::Before, Self::Nothing, Self::ByHand];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Before => "before",
            Self::Nothing => "nothing",
            Self::ByHand => "by_hand",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_becomes_of_a_submission_is_what_has_become_of_the_participant() {
        let of = |state, closed| Outcome::of(&Participant::new("p0001", state, 0), closed);
        for closed in [false, true] {
            assert_eq!(of(State::Finished, closed), Outcome::Approve);
            assert_eq!(of(State::ScreenedOut, closed), Outcome::Return);
            assert_eq!(of(State::DroppedOut, closed), Outcome::Return);
            assert_eq!(of(State::Excluded, closed), Outcome::Reject);
        }
        assert_eq!(of(State::Active, false), Outcome::Wait);
        assert_eq!(of(State::Active, true), Outcome::Return);
        let erased = Participant { erased: true, ..Participant::new("p0001", State::Excluded, 0) };
        assert_eq!(Outcome::of(&erased, true), Outcome::Decide);
    }
}
