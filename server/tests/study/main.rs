//! A study's server over real sockets.

mod client;
mod kept;
mod nobody;
mod scene;
