//! The server over real sockets, as clients see it: most of it with a SQLite file alone, what depends
//! on the store with a PostgreSQL database as well.

mod beliefs;
mod classes;
mod client;
mod clocks;
mod closing;
mod credits;
mod damaged;
#[path = "../../../store/tests/store/database.rs"]
mod database;
mod debates;
mod described;
mod faults;
mod fragments;
mod home;
mod hosting;
mod http;
mod kept;
mod limits;
mod model;
mod origins;
mod outage;
mod page;
mod panel;
mod recorded;
mod records;
mod restart;
mod resume;
mod rooms;
mod scene;
mod schedule;
mod seats;
mod secrets;
mod standings;
