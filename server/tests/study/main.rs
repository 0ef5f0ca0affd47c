//! A study's server over real sockets.

mod client;
mod export;
mod kept;
mod nobody;
mod scene;
