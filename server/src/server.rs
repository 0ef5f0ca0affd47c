//! The server as a whole: it listens, serves, and stops.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use pixel_debate_protocol::{Opened, Refusal};
use pixel_debate_store::{Store, StoreError, retention};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use crate::class::classes::Classes;
use crate::config::ServerConfig;
use crate::http::{App, Bounds, Door, Kept, OriginError, Origins, Slots};
use crate::limits::LimitsError;
use crate::listening::{FAREWELL, accept, listener};
use crate::lobby::Lobby;
use crate::services::Services;
use crate::upkeep;
use crate::visitors::Visitors;

/// How many positions may be analysed at once: with more of them the debates that go on would have to wait
/// for their agents' moves.
const ANALYSIS_SLOTS: Bounds = Bounds { slots: 2, each: 1, waiting: 64, each_waiting: 4 };

/// How many pictures may be drawn at once. An animation takes a good part of a second.
const PICTURE_SLOTS: Bounds = Bounds { slots: 8, each: 4, waiting: 64, each_waiting: 16 };

/// Why a server does not run.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The address cannot be listened at.
    #[error("cannot listen at {address}: {source}; is another server there?")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The server would be open to others, and nobody could end what they do.
    #[error(
        "{address} is open to other machines: for that the server needs an administrator's token, \
         in the environment variable PIXEL_DEBATE_ADMIN_TOKEN or in a file given by \
         --admin-token-file"
    )]
    NoAdministrator {
        /// The address.
        address: SocketAddr,
    },
    /// The limits are out of their own bounds, or contradict each other.
    #[error(transparent)]
    Limits(#[from] LimitsError),
    /// An origin is none.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// The images or the classifiers do not make a debate.
    #[error("there is nothing to debate: {0}")]
    Nothing(&'static str),
    /// What the labels are called is too much to be told with every debate.
    #[error(
        "the names of {dataset}'s {classes} classes have {bytes} bytes together: {} is the most, for they are kept \
         with every debate",
        MOST_NAMES
    )]
    Names {
        /// The data set.
        dataset: String,
        /// How many classes it has.
        classes: usize,
        /// How long their names are together.
        bytes: usize,
    },
    /// A classifier tells fewer labels apart than the data have.
    #[error(
        "the classifier for {pixels} pixels tells {most} labels apart, and {dataset} has {classes}"
    )]
    Labels {
        /// The data set.
        dataset: String,
        /// How many classes it has.
        classes: usize,
        /// The number of pixels that the classifier is for.
        pixels: u8,
        /// How many labels it knows.
        most: usize,
    },
    /// The store cannot be opened or read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How long the names of all classes may be together, in bytes.
const MOST_NAMES: usize = 16_384;

/// Whether the images make debates, and the classifiers know all of their labels.
fn check_classes(ServerConfig { dataset, roster, .. }: &ServerConfig) -> Result<(), ServeError> {
    let (name, classes) = (|| dataset.name().to_owned(), dataset.classes().len());
    if dataset.is_empty() || !(2..=usize::from(u8::MAX)).contains(&classes) {
        return Err(ServeError::Nothing("the data set needs images of 2 to 255 classes"));
    }
    let bytes = dataset.classes().iter().map(String::len).sum();
    if bytes > MOST_NAMES {
        return Err(ServeError::Names { dataset: name(), classes, bytes });
    }
    if roster.pixels().is_empty() {
        return Err(ServeError::Nothing("there is no classifier"));
    }
    let image = Arc::new(dataset.to_image(0));
    for pixels in roster.pixels() {
        // Who cannot read the images is offered, and refused where it is asked for.
        if let Ok(evaluator) = roster.evaluator(pixels, &image)
            && evaluator.classes() < classes
        {
            let most = evaluator.classes();
            return Err(ServeError::Labels { dataset: name(), classes, pixels, most });
        }
    }
    Ok(())
}

/// A server that listens and does not answer yet. Its debates go on.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    app: App,
    store: Store,
    /// The tasks of debates.
    tables: TaskTracker,
    /// Told to the debates.
    stop: CancellationToken,
}

impl Server {
    /// Takes the address, opens the store, and goes on with the debates in it. Connections wait
    /// until [`run`](Self::run).
    ///
    /// # Errors
    ///
    /// [`ServeError`] if the configuration does not make a server, the address cannot be had, or the store cannot be
    /// opened.
    pub async fn bind(config: ServerConfig) -> Result<Self, ServeError> {
        check_classes(&config)?;
        config.limits.check()?;
        let address = config.listen;
        if !address.ip().is_loopback() && config.administrator.is_none() {
            return Err(ServeError::NoAdministrator { address });
        }
        let origins = Origins::new(&config.origins, address.ip())?;
        let listen = |source| ServeError::Listen { address, source };
        let listener = listener(address, config.limits.send_buffer_bytes).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;

        let store = Store::open(&config.store).await?;
        let (stop, tables) = (CancellationToken::new(), TaskTracker::new());
        let services = Arc::new(Services::new(&config, store.clone(), stop.clone()));
        let visitors = Visitors::new(&config.limits);
        let door = Door {
            origins: Arc::new(origins),
            proxies: config.proxies,
            visitors: visitors.clone(),
            credits: Arc::clone(&services.credits),
            metrics: Arc::clone(&services.metrics),
            limits: Arc::new(config.limits.clone()),
        };
        let lobby = Arc::new(Lobby::new(services, visitors, tables.clone()));
        let classes = Arc::new(Classes::new(Arc::clone(&lobby), tables.clone()));
        // First the classes: their debates are to know whose they are.
        let found = Box::pin(classes.recover()).await?;
        let recovered = Box::pin(lobby.recover()).await?;
        classes.begin(found);
        if recovered > 0 {
            info!(recovered, "debates go on");
        }
        tokio::spawn(upkeep::watch(store.clone(), stop.clone()));
        if let Some(keep) = config.keep {
            let removing = retention::enforce(store.clone(), keep);
            tokio::spawn(stop.clone().run_until_cancelled_owned(removing));
        }
        let app = App {
            lobby,
            classes,
            administrator: config.administrator,
            door,
            kept: Arc::new(Kept::new(config.limits.cache_bytes)),
            analysis_slots: Slots::new(ANALYSIS_SLOTS),
            picture_slots: Slots::new(PICTURE_SLOTS),
            sockets: TaskTracker::new(),
            stop: CancellationToken::new(),
        };
        Ok(Self { listener, address, app, store, tables, stop })
    }

    /// The address that the server has, with the port that it got.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Opens a class that votes together, as whoever runs the server.
    ///
    /// # Errors
    ///
    /// [`Refusal`] where the store does not take it, or the limits allow no more.
    pub async fn open_class(&self) -> Result<Opened, Refusal> {
        self.app.classes.open(self.address.ip()).await
    }

    /// Serves until `shutdown` is ready, then takes leave of its clients and returns. Debates that
    /// go on are in the store, from which the next server takes them up.
    ///
    /// # Errors
    ///
    /// [`ServeError`] if the store cannot be closed.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) -> Result<(), ServeError> {
        let Self { listener, address, app, store, tables, stop } = self;
        let (sockets, farewell, door) = (app.sockets.clone(), app.stop.clone(), app.door.clone());
        info!(%address, "listening");
        tokio::select! {
            () = shutdown => {}
            () = accept(listener, app.router(), door, sockets.clone(), farewell.clone()) => {}
        }
        info!("stopping");
        // First the debates, so that every client hears that they stop; then the clients.
        stop.cancel();
        tables.close();
        if timeout(FAREWELL, tables.wait()).await.is_err() {
            warn!("some debates did not stop in time");
        }
        farewell.cancel();
        sockets.close();
        if timeout(FAREWELL, sockets.wait()).await.is_err() {
            warn!("some connections did not end in time");
        }
        if let Ok(closed) = timeout(FAREWELL, store.close()).await {
            closed?;
        } else {
            warn!("the store did not close in time");
        }
        Ok(())
    }
}
