//! The server over real sockets, as clients see it.

mod client;
mod debates;
mod faults;
mod page;
mod scene;
mod secrets;
