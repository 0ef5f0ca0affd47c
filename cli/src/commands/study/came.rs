//! What came of a study that was or is served, from its folder and its store or its server.

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use pixel_debate_results::{ExportError, check_absent};
use pixel_debate_server::{StudyError, conducted};
use pixel_debate_store::StoreError;
use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::results::{Handed, Look, Results};

use super::ask::{self, Server};
use super::serve::{place, said_token};
use crate::failure::Failure;

/// Which study, and where what came of it is.
#[derive(Args)]
pub(super) struct Where {
    /// The folder that `study freeze` wrote
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// Where `study serve` keeps what participants say: a SQLite file, study.db in the folder unless said otherwise, or a
    /// PostgreSQL database as postgres://USER:PASSWORD@HOST:PORT/DATABASE
    #[arg(long, value_name = "PATH|URL")]
    store: Option<String>,
    /// The server that serves the study, as `https://study.example`: asks it instead of reading its store
    ///
    /// It needs the researcher's token. Before the study has ended the server notes for ever that it was asked, and for
    /// what: the results, or who is to be paid what.
    #[arg(long, value_name = "URL", conflicts_with = "store", value_parser = ask::server)]
    server: Option<Server>,
    /// File with the researcher's token, for --server
    ///
    /// The environment variable `PIXEL_DEBATE_RESEARCHER_TOKEN` can hold it as well.
    #[arg(long, value_name = "FILE", requires = "server")]
    researcher_token_file: Option<PathBuf>,
    /// A file that the researcher's page has saved, instead of a store or a server
    #[arg(long, value_name = "FILE", conflicts_with_all = ["store", "server"])]
    saved: Option<PathBuf>,
}

/// What is said first of a rehearsal.
pub(super) const REHEARSAL: &str =
    "REHEARSAL: these data are simulated, or of people who tried the study, and are no results";

/// A study with what came of it.
pub(super) struct Came {
    pub(super) frozen: Arc<Frozen>,
    pub(super) results: Results,
}

/// What is needed of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// What was judged.
    Judgments,
    /// And who judged it.
    People,
    /// Who is to be paid what.
    Payments,
}

impl Where {
    /// Reads what came of it, to be written to a folder that is not there yet.
    pub(super) fn read(&self, need: Need, out: &Path) -> Result<Came, Failure> {
        // Before a server is asked, who keeps that somebody looked.
        check_absent(out).map_err(ExportError::from)?;
        let frozen = Arc::new(Frozen::read(&self.folder)?);
        if let Some(server) = &self.server {
            let token = said_token(self.researcher_token_file.as_deref())?;
            let handed = server.export(&token, need.asked())?;
            let results = fitting(&frozen, handed, need, server)?;
            return Ok(Came { frozen, results });
        }
        if let Some(file) = &self.saved {
            let place = file.display();
            let results = fitting(&frozen, saved(file)?, need, &place)?;
            return Ok(Came { frozen, results });
        }
        let store = place(self.store.as_deref(), &self.folder)?;
        let runtime = tokio::runtime::Runtime::new().map_err(Failure::Runtime)?;
        match runtime.block_on(conducted(Arc::clone(&frozen), &store)) {
            Ok(conduct) => {
                let left_out = conduct.left_out();
                if left_out > 0 {
                    let _ = writeln!(
                        io::stderr(),
                        "what {left_out} participants said is left out: it is kept no longer"
                    );
                }
                Ok(Came { frozen, results: conduct.results() })
            }
            Err(StudyError::Store(busy @ StoreError::Busy { .. })) => Err(Failure::Served(busy)),
            Err(error) => Err(Box::new(error).into()),
        }
    }
}

impl Need {
    fn asked(self) -> ask::Export {
        match self {
            Self::Judgments => ask::Export::Results { identify: false },
            Self::People => ask::Export::Results { identify: true },
            Self::Payments => ask::Export::Payments {},
        }
    }
}

fn saved(file: &Path) -> Result<Handed, Failure> {
    let failed = |source| Failure::File { path: file.to_owned(), source };
    let reader = BufReader::new(File::open(file).map_err(failed)?);
    let place = file.display().to_string();
    serde_json::from_reader(reader).map_err(|error| Failure::Setting {
        place,
        fault: format!("it is no file that the researcher's page has saved: {error}"),
    })
}

/// The results that were handed out, if they are of the study and have what is needed.
fn fitting(
    frozen: &Frozen,
    handed: Handed,
    need: Need,
    place: &impl ToString,
) -> Result<Results, Failure> {
    let fault = if handed.study != frozen.hash() {
        format!("it is of the study {}, and the folder has {}", handed.study, frozen.hash())
    } else if need != Need::Payments && handed.what != Look::Results {
        "it has who is to be paid what, and nothing of what was judged".to_owned()
    } else if need != Need::Judgments && !handed.identified {
        "it does not have who participants are: save it with their links".to_owned()
    } else {
        return Ok(handed.results);
    };
    Err(Failure::Setting { place: place.to_string(), fault })
}
