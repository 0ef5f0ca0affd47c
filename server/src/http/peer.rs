//! From where a request comes.

use std::net::IpAddr;
use std::sync::Arc;

use crate::visitors::Permit;

/// From where a request comes.
#[derive(Clone)]
pub(crate) struct Peer {
    pub(crate) address: IpAddr,
    /// The permits that its connection has, also when it becomes a websocket.
    pub(crate) permits: Arc<Vec<Permit>>,
    /// Behind a proxy, the permit that this request or websocket has.
    pub(crate) visit: Option<Arc<Permit>>,
}
