//! A participant, as the study knows them.

use super::event::Beginning;
use super::log::{Cause, Known};
use super::session::Session;
use crate::allocation::{Left, Place};

/// A participant.
#[derive(Debug, Clone)]
pub struct Member {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) known: Option<Known>,
    pub(super) joined_ms: u64,
    /// When they last came back after they had been given up.
    pub(super) returned_ms: u64,
    pub(super) state: MemberState,
    pub(super) beginning: Option<Beginning>,
    pub(super) session: Option<Session>,
    /// Why what they said was removed, if it was.
    pub(super) erased: Option<String>,
}

/// What has become of a participant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberState {
    /// They are at it.
    Active,
    /// They are through.
    Finished,
    /// They left, or do not count.
    Left {
        /// What that means for their place.
        left: Left,
        /// Why.
        cause: Cause,
        /// When, in milliseconds since 1970.
        at_ms: u64,
    },
}

impl Member {
    /// Their name in the study, `p0001` for the first who came.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The place that they have or had.
    pub fn place(&self) -> Place {
        self.place
    }

    /// When they came, in milliseconds since 1970.
    pub fn joined_ms(&self) -> u64 {
        self.joined_ms
    }

    /// What has become of them.
    pub fn state(&self) -> &MemberState {
        &self.state
    }

    /// How they began: nothing, if what they said was removed.
    pub fn beginning(&self) -> Option<&Beginning> {
        self.beginning.as_ref()
    }

    /// Their way: nothing, if what they said was removed.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// Why what they said was removed, if it was.
    pub fn erased(&self) -> Option<&str> {
        self.erased.as_deref()
    }

    /// Whether what they judged counts: they are through, were not excluded, and nothing was removed.
    pub fn counts(&self) -> bool {
        self.state == MemberState::Finished && self.erased.is_none()
    }
}
