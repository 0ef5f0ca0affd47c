//! A study's server over real sockets.

mod again;
mod client;
mod kept;
mod nobody;
mod scene;
