//! What a worker does, for Prometheus.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::counts::Counts;
use crate::ClusterError;

/// A page that is served as long as this is kept.
pub(super) struct Served(JoinHandle<()>);

impl Drop for Served {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Serves `/metrics` at that address.
pub(super) async fn serve(
    address: SocketAddr,
    counts: Arc<Counts>,
) -> Result<Served, ClusterError> {
    let fault = |source| ClusterError::Metrics { address, source };
    let listener = TcpListener::bind(address).await.map_err(fault)?;
    let text = [(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")];
    let page = get(move || {
        let page = page(&counts);
        async move { (text, page) }
    });
    let router = Router::new().route("/metrics", page);
    Ok(Served(tokio::spawn(async move {
        // It ends only with the task.
        let _ = axum::serve(listener, router).await;
    })))
}

fn page(counts: &Counts) -> String {
    let mut registry = Registry::with_prefix("pixel_debate_worker");
    let r = &mut registry;
    let number = |number: usize| ConstGauge::new(number as i64);
    r.register("threads", "Shards done at once, at most", number(counts.threads));
    r.register("busy", "Threads at a shard", number(counts.busy.load(Ordering::Relaxed)));
    r.register("shards", "Shards done", counts.done.clone());
    r.register("debates", "Debates in them", counts.debates.clone());
    r.register("failed_shards", "Shards tried in vain", counts.failed.clone());
    r.register(
        "returned_shards",
        "Shards given back when it was stopped",
        counts.given_back.clone(),
    );
    r.register(
        "redelivered_shards",
        "Shards that another worker had before, or this one",
        counts.redelivered.clone(),
    );
    r.register_with_unit("shard", "Time of a shard", Unit::Seconds, counts.shard_seconds.clone());
    let presence = counts.presence();
    r.register("refused_runs", "Runs that it takes no part in", number(presence.refusals.len()));
    if let Some(speed) = presence.speed {
        let gauge = ConstGauge::new(speed);
        r.register("speed", "Estimated seconds of work done in a second by a thread", gauge);
    }
    let mut text = String::new();
    encode(&mut text, &registry).expect("memory takes all that is written");
    text
}
