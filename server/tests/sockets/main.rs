//! The server over real sockets, as clients see it.

mod client;
mod clocks;
mod debates;
mod described;
mod faults;
mod fragments;
mod http;
mod model;
mod outage;
mod page;
mod restart;
mod resume;
mod scene;
mod seats;
mod secrets;
