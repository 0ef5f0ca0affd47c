//! Why a study is not served, or its store not read.

use std::io;
use std::net::SocketAddr;

use pixel_debate_game::BEHAVIOUR;
use pixel_debate_store::StoreError;
use pixel_debate_study::DraftError;
use pixel_debate_study::conduct::Unfit;
use pixel_debate_study::frozen::FrozenError;
use thiserror::Error;

use crate::http::OriginError;
use crate::limits::LimitsError;

/// Why a study is not served, or its store not read.
#[derive(Debug, Error)]
pub enum StudyError {
    /// The folder is no frozen study, or not whole.
    #[error(transparent)]
    Frozen(#[from] FrozenError),
    /// The debaters of a live condition cannot be had.
    #[error("the study has live debaters: {0}")]
    Live(#[from] DraftError),
    /// The judges of live debaters are not those of the plan.
    #[error(
        "the study has live debaters, and their judge of {pixels} pixels is not the one of the plan: serve it by the \
         version that froze it, {version}"
    )]
    OtherJudge {
        /// Of how many pixels.
        pixels: String,
        /// The version.
        version: String,
    },
    /// The program comes to other debates than the one that froze the study.
    #[error(
        "the study was frozen with behaviour {frozen}, and this program has behaviour {BEHAVIOUR}: serve it by the \
         version that froze it, {version}"
    )]
    Behaviour {
        /// The plan's.
        frozen: u32,
        /// The version.
        version: String,
    },
    /// The address cannot be listened at.
    #[error("cannot listen at {address}: {source}; is another server there?")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The limits are out of their own bounds.
    #[error(transparent)]
    Limits(#[from] LimitsError),
    /// An origin is none.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// The store cannot be opened or read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store's file cannot be made.
    #[error("the store's file cannot be made: {source}")]
    NotMade {
        /// Why.
        source: io::Error,
    },
    /// The store has another study, or debates.
    #[error(
        "the store has something else under this study's name: a study needs a store of its own"
    )]
    OtherStore,
    /// A study is to be served with the store of a rehearsal.
    #[error(
        "the store has a rehearsal, of which nothing is a result: serve the study with another store, or with --rehearsal"
    )]
    IsRehearsal,
    /// A rehearsal is to be served with the store of the study itself.
    #[error("the store has what people said in the study itself: a rehearsal needs another store")]
    IsStudy,
    /// The store has not what was written.
    #[error("what the store has at place {place} is damaged: {why}")]
    Damaged {
        /// Where.
        place: u64,
        /// What is wrong.
        why: String,
    },
    /// An event of the store cannot be read.
    #[error("an event of {of} cannot be read: {source}")]
    Unreadable {
        /// Whose.
        of: String,
        /// Why.
        source: serde_json::Error,
    },
    /// What the store has does not follow from the plan.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers, so there can be no keys")]
    NoRandomness,
}
