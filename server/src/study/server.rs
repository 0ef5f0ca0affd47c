//! The server of one study: it takes an address and the study's store, serves, and stops.

use std::fs::OpenOptions;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use pixel_debate_game::BEHAVIOUR;
use pixel_debate_store::{Place, Store};
use pixel_debate_study::Draft;
use pixel_debate_study::conduct::Conduct;
use pixel_debate_study::frozen::Frozen;
use tokio::net::TcpListener;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use super::desk::{Desk, now_ms};
use super::error::StudyError;
use super::log::Streams;
use super::routes::StudyApp;
use crate::config::AdminToken;
use crate::credits::Credits;
use crate::http::{Door, Origins};
use crate::limits::Limits;
use crate::listening::{FAREWELL, accept, listener};
use crate::metrics::Metrics;
use crate::visitors::Visitors;

/// How often it is looked after who is idle.
const LOOKS: Duration = Duration::from_secs(5);

/// What a study's server is told when it starts.
#[derive(Clone)]
pub struct StudyConfig {
    /// The address to listen at. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where what participants say is kept: a store of this study alone.
    pub store: Place,
    /// Whether it is a rehearsal. A store of one is never served as a study, nor the reverse.
    pub rehearsal: bool,
    /// What opens the researcher's page.
    pub researcher: AdminToken,
    /// The origins of pages beside the server's own that may connect.
    pub origins: Vec<String>,
    /// How many proxies every client comes through.
    pub proxies: u8,
    /// The bounds on what clients may ask for.
    pub limits: Limits,
}

/// A study's server that listens and does not answer yet.
pub struct StudyServer {
    listener: TcpListener,
    address: SocketAddr,
    router: Router,
    door: Door,
    desk: Arc<Desk>,
    store: Store,
    tasks: TaskTracker,
}

/// What has happened in a study so far, by its store; without what is kept no longer by the plan, though the store may
/// have it yet ([`Conduct::left_out`] says of how many).
///
/// # Errors
///
/// [`StudyError`] if the store cannot be read, or is not of this study.
pub async fn conducted(frozen: Arc<Frozen>, store: &Place) -> Result<Conduct, StudyError> {
    let store = Store::open_to_read(store).await?;
    let hash = frozen.hash().to_owned();
    let (streams, _) = Streams::kept(store.clone(), &hash, FAREWELL).await?;
    let mut conduct = restored(frozen, &streams).await?.0;
    conduct.leave_out(now_ms());
    store.close().await?;
    Ok(conduct)
}

/// The study as its store has it, and whose streams there are that should not be.
async fn restored(
    frozen: Arc<Frozen>,
    streams: &Streams,
) -> Result<(Conduct, Vec<String>), StudyError> {
    let mut conduct = Conduct::new(frozen);
    if streams.rehearsed() {
        conduct = conduct.as_rehearsal();
    }
    for entry in streams.log().await? {
        conduct.apply(&entry)?;
    }
    let mut removed = Vec::new();
    for kept in streams.participants().await? {
        let member = conduct.member(&kept.participant).ok_or(StudyError::OtherStore)?;
        if member.erased().is_some() {
            removed.push(kept.participant);
            continue;
        }
        conduct.begin(&kept.participant, kept.beginning);
        for entry in kept.entries {
            conduct.take(&kept.participant, &entry)?;
        }
    }
    conduct.check_whole()?;
    Ok((conduct, removed))
}

impl StudyServer {
    /// Takes the address, opens the store, and goes on where the study stopped.
    ///
    /// # Errors
    ///
    /// [`StudyError`] if the folder is no frozen study, the address cannot be had, or the store cannot be used.
    pub async fn bind(folder: &Path, config: StudyConfig) -> Result<Self, StudyError> {
        config.limits.check()?;
        let frozen = Arc::new(Frozen::read(folder)?);
        let plan = frozen.plan();
        if plan.behaviour != BEHAVIOUR {
            let (frozen, version) = (plan.behaviour, plan.version.clone());
            return Err(StudyError::Behaviour { frozen, version });
        }
        let draft = live(folder, &frozen)?;
        let address = config.listen;
        let origins = Origins::new(&config.origins, address.ip())?;
        let listen = |source| StudyError::Listen { address, source };
        let listener = listener(address, config.limits.send_buffer_bytes).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        own(&config.store).map_err(|source| StudyError::NotMade { source })?;
        let store = Store::open(&config.store).await?;
        let (wait, begins) = (config.limits.store_wait, (config.rehearsal, now_ms()));
        let opened = async {
            let kept = Streams::open(store.clone(), frozen.hash(), wait, begins).await?;
            let restored = restored(Arc::clone(&frozen), &kept.0).await?;
            Ok::<_, StudyError>((kept, restored))
        };
        let (kept, (conduct, removed)) = match opened.await {
            Ok(opened) => opened,
            Err(error) => {
                // Whoever is told so may open it at once.
                store.close().await?;
                return Err(error);
            }
        };
        let tasks = TaskTracker::new();
        let threads = config.limits.threads;
        let desk = Arc::new(Desk::new(conduct, kept, removed, draft, threads, tasks.clone()));
        desk.begin_again().await;
        let door = Door {
            origins: Arc::new(origins),
            proxies: config.proxies,
            visitors: Visitors::new(&config.limits),
            credits: Arc::new(Credits::new(&config.limits)),
            metrics: Arc::new(Metrics::new()),
            limits: Arc::new(config.limits),
        };
        let app =
            StudyApp { desk: Arc::clone(&desk), researcher: config.researcher, door: door.clone() };
        Ok(Self { listener, address, router: app.router(), door, desk, store, tasks })
    }

    /// The address that the server has, with the port that it got.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` is ready, then takes leave of its clients and returns. All that was answered is in the
    /// store, from which the next server goes on.
    ///
    /// # Errors
    ///
    /// [`StudyError`] if the store cannot be closed.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) -> Result<(), StudyError> {
        let Self { listener, address, router, door, desk, store, tasks } = self;
        let (stop, connections) = (CancellationToken::new(), TaskTracker::new());
        let looking = tokio::spawn(stop.clone().run_until_cancelled_owned(async move {
            let mut looks = interval(LOOKS);
            looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                looks.tick().await;
                desk.look_after().await;
            }
        }));
        info!(%address, "listening");
        tokio::select! {
            () = shutdown => {}
            () = accept(listener, router, door, connections.clone(), stop.clone()) => {}
        }
        info!("stopping");
        stop.cancel();
        connections.close();
        if timeout(FAREWELL, connections.wait()).await.is_err() {
            warn!("some connections did not end in time");
        }
        tasks.close();
        if timeout(FAREWELL, tasks.wait()).await.is_err() {
            warn!("some debaters did not stop thinking in time");
        }
        let _ = looking.await;
        if let Ok(closed) = timeout(FAREWELL, store.close()).await {
            closed?;
        } else {
            warn!("the store did not close in time");
        }
        Ok(())
    }
}

/// Makes the store's file, if it is one and there is none, for its owner alone: it has what people said, and the key of
/// their tokens. What is made beside it is as it is.
fn own(store: &Place) -> io::Result<()> {
    let Place::File(file) = store else { return Ok(()) };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    match options.open(file) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// What live debaters need, if there are any.
fn live(folder: &Path, frozen: &Frozen) -> Result<Option<Draft>, StudyError> {
    let plan = frozen.plan();
    if !plan.study.conditions.iter().any(|condition| condition.live().is_some()) {
        return Ok(None);
    }
    let draft = Draft::open(&folder.join("study.toml"))?;
    for (pixels, mark) in draft.judges() {
        let pixels = pixels.to_string();
        if plan.judges.get(&pixels) != Some(&mark) {
            return Err(StudyError::OtherJudge { pixels, version: plan.version.clone() });
        }
    }
    Ok(Some(draft))
}
