//! A study's server over real sockets.

mod again;
mod client;
mod export;
mod kept;
mod nobody;
mod scene;
