//! What all debates of a server share.

use std::sync::Arc;

use pixel_debate_datasets::Dataset;
use pixel_debate_protocol::Offer;
use pixel_debate_store::Store;
use tokio_util::sync::CancellationToken;

use crate::audience::Audiences;
use crate::config::ServerConfig;
use crate::credits::Credits;
use crate::limits::{Limits, milliseconds};
use crate::metrics::Metrics;
use crate::pool::Pool;
use crate::roster::Roster;
use crate::searches::Searches;
use crate::stages::Stages;

/// What all debates of a server share.
pub(crate) struct Services {
    pub(crate) dataset: &'static Dataset,
    pub(crate) roster: Arc<dyn Roster>,
    pub(crate) limits: Limits,
    pub(crate) offer: Offer,
    /// What debates are held with.
    pub(crate) stages: Stages,
    /// For verdicts and opinions, which are quick.
    pub(crate) judging: Pool,
    /// For pictures.
    pub(crate) pool: Pool,
    /// For analyses, each of which takes seconds.
    pub(crate) analyses: Pool,
    pub(crate) searches: Searches,
    pub(crate) store: Store,
    pub(crate) credits: Arc<Credits>,
    pub(crate) audiences: Audiences,
    pub(crate) metrics: Arc<Metrics>,
    /// Told to the tables when the server stops.
    pub(crate) stop: CancellationToken,
}

impl Services {
    pub(crate) fn new(config: &ServerConfig, store: Store, stop: CancellationToken) -> Self {
        let ServerConfig { dataset, roster, limits, .. } = config;
        let offer = Offer {
            dataset: dataset.name().into(),
            images: dataset.len() as u32,
            classes: dataset.classes().to_vec(),
            pixels: roster.pixels(),
            max_rollouts: roster.max_rollouts(),
            max_pace_ms: milliseconds(limits.pace),
            max_move_ms: milliseconds(limits.move_time),
            max_bank_ms: milliseconds(limits.bank),
            max_seats_ms: milliseconds(limits.longest_seats_time),
        };
        Self {
            dataset,
            roster: Arc::clone(roster),
            limits: limits.clone(),
            offer,
            stages: Stages::new(dataset, &**roster),
            judging: Pool::new(limits.threads),
            pool: Pool::new(limits.threads),
            analyses: Pool::new(limits.threads),
            searches: Searches::new(Arc::clone(roster), limits),
            store,
            credits: Arc::new(Credits::new(limits)),
            audiences: Audiences::default(),
            metrics: Arc::new(Metrics::new()),
            stop,
        }
    }
}
