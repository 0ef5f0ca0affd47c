//! What came of a study that was served, from its folder and its store.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use pixel_debate_server::conducted;
use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::results::Results;

use super::serve::place;
use crate::failure::Failure;

/// Which study.
#[derive(Args)]
pub(super) struct Where {
    /// The folder that `study freeze` wrote
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// Where `study serve` keeps what participants say: a SQLite file, study.db in the folder unless said otherwise, or a
    /// PostgreSQL database as postgres://USER:PASSWORD@HOST:PORT/DATABASE
    #[arg(long, value_name = "PATH|URL")]
    store: Option<String>,
}

/// A study with what came of it.
pub(super) struct Came {
    pub(super) frozen: Arc<Frozen>,
    pub(super) results: Results,
}

impl Where {
    pub(super) fn read(&self) -> Result<Came, Failure> {
        let frozen = Arc::new(Frozen::read(&self.folder)?);
        let store = place(self.store.as_deref(), &self.folder)?;
        let runtime = tokio::runtime::Runtime::new().map_err(Failure::Runtime)?;
        let conduct = runtime.block_on(conducted(Arc::clone(&frozen), &store));
        let results = conduct.map_err(Box::new)?.results();
        Ok(Came { frozen, results })
    }
}
