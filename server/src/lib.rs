//! The server: it hosts debates, serves the page, and speaks the protocol over a websocket.
//!
//! A [`Server`] takes an address and a store, then runs until it is told to stop. Each debate is a
//! machine that is told what happens and says what is to be done, in a task that does it; each connection
//! is another task; they talk by messages. An event is in the
//! [store](pixel_debate_store) before anybody is told of it. Agents and classifiers think on a bounded number of
//! threads of their own.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use pixel_debate_server::{BuiltIn, Server, ServerConfig};
//!
//! # async fn run() -> Result<(), pixel_debate_server::ServeError> {
//! let config = ServerConfig::new(pixel_debate_datasets::mnist::test(), Arc::new(BuiltIn::shipped()));
//! let server = Server::bind(config).await?;
//! println!("http://{}", server.address());
//! server.run(async { drop(tokio::signal::ctrl_c().await) }).await
//! # }
//! ```

mod analysis;
mod arrange;
mod audience;
mod cache;
mod chair;
mod class;
mod config;
mod credits;
mod earlier;
mod http;
mod judgment;
mod limits;
mod listening;
mod lobby;
mod metrics;
mod outbox;
mod owner;
mod pool;
mod rate;
mod record;
mod recording;
mod register;
mod results;
mod rooms;
mod roster;
mod searches;
mod server;
mod services;
mod shares;
mod socket;
mod stage;
mod stages;
mod stored;
mod study;
mod table;
mod terms;
mod tokens;
pub mod upkeep;
mod visitors;

pub use config::{AdminToken, AdminTokenError, ServerConfig};
pub use http::OriginError;
pub use limits::{Limits, LimitsError};
pub use roster::{BuiltIn, NotSeated, OwnClassifier, Roster};
pub use server::{ServeError, Server};
pub use study::{StudyConfig, StudyError, StudyServer, conducted};
