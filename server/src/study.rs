//! A study before its participants: a server of its own, with nothing else on it.
//!
//! | file | what |
//! |---|---|
//! | `desk.rs` | what is asked is decided, kept, applied, told |
//! | `error.rs` | why a study is not served |
//! | `key.rs` | participants' tokens, and by what somebody who comes again is known |
//! | `log.rs` | the streams of the store |
//! | `routes.rs` | what is answered over HTTP |
//! | `server.rs` | the server as a whole |

mod desk;
mod error;
mod key;
mod log;
mod routes;
mod server;

pub use error::StudyError;
pub use server::{StudyConfig, StudyServer, conducted};
