//! A participant, as the study knows him.

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
    /// When he last came back after he had been given up.
    pub(super) returned_ms: u64,
    pub(super) state: MemberState,
    pub(super) beginning: Option<Beginning>,
    pub(super) session: Option<Session>,
    /// Why what he said was removed, if it was.
    pub(super) erased: Option<String>,
}

/// What has become of a participant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberState {
    /// He is at it.
    Active,
    /// He is through.
    Finished,
    /// He left, or does not count.
    Left {
        /// What that means for his place.
        left: Left,
        /// Why.
        cause: Cause,
        /// When, in milliseconds since 1970.
        at_ms: u64,
    },
}

impl Member {
    /// His name in the study, `p0001` for the first who came.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The place that he has or had.
    pub fn place(&self) -> Place {
        self.place
    }

    /// When he came, in milliseconds since 1970.
    pub fn joined_ms(&self) -> u64 {
        self.joined_ms
    }

    /// What has become of him.
    pub fn state(&self) -> &MemberState {
        &self.state
    }

    /// How he began: nothing, if what he said was removed.
    pub fn beginning(&self) -> Option<&Beginning> {
        self.beginning.as_ref()
    }

    /// His way: nothing, if what he said was removed.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// Why what he said was removed, if it was.
    pub fn erased(&self) -> Option<&str> {
        self.erased.as_deref()
    }

    /// Whether what he judged counts: he is through, was not excluded, and nothing was removed.
    pub fn counts(&self) -> bool {
        self.state == MemberState::Finished && self.erased.is_none()
    }
}
