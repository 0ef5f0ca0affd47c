//! All that is fixed when a debate is set up.

use std::sync::Arc;

use pixel_debate_protocol::{Background, Setup};

use crate::recording::Recording;
use crate::stage::Stage;
use crate::tokens::Locks;

/// All that is fixed when a debate is set up, beside the debate itself.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Terms {
    /// What was asked for.
    pub(crate) setup: Setup,
    pub(crate) background: Background,
    /// The seeds of the first and of the second debater, if they are built in.
    pub(crate) seeds: [u64; 2],
    /// The debate that is judged again, if one is.
    pub(crate) recording: Option<Recording>,
    /// The data, what their labels are called, and the classifier.
    pub(crate) stage: Arc<Stage>,
    pub(crate) locks: Locks,
    /// When it was set up, in milliseconds since 1970.
    pub(crate) created_ms: u64,
}
