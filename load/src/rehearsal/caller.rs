//! A participant's side of the protocol: whoever has no answer asks again.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::Method;
use hyper::body::Bytes;
use pixel_debate_protocol::study::{Reply, Sheet, StudyJoin, StudyJoined, StudyOffer};
use pixel_debate_protocol::{Refusal, RefusalCode};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep};

use super::line::{Ask, Heard, Line};
use super::tally::Tally;

/// How long a server may be away.
const OFFLINE: Duration = Duration::from_mins(3);

/// Whoever asks, and asks again.
pub(super) struct Caller {
    line: Line,
    tally: Arc<Tally>,
    /// Whether a connection that breaks is a fault: nobody kills the server, and nothing is between.
    steady: bool,
    random: ChaCha8Rng,
    token: Option<String>,
}

/// An answer, with the bytes that it was made of.
pub(super) struct Told<T> {
    pub(super) value: T,
    pub(super) body: Bytes,
    /// How often it was asked.
    pub(super) tries: u32,
    /// How long the last try took.
    pub(super) latency: Duration,
}

/// Why there is none.
pub(super) enum Untold {
    /// It was refused, at that try.
    Refused(Refusal, u32),
    /// Nobody answers, or nothing that could be understood.
    Nothing(String),
}

impl Caller {
    pub(super) fn new(
        server: SocketAddr,
        tally: Arc<Tally>,
        steady: bool,
        random: ChaCha8Rng,
    ) -> Self {
        Self { line: Line::new(server), tally, steady, random, token: None }
    }

    /// Hangs up. The next who asks connects again.
    pub(super) fn close(&mut self) {
        self.line.close();
    }

    /// What anybody may know of the study.
    pub(super) async fn offer(&mut self) -> Result<Told<StudyOffer>, Untold> {
        self.ask(Method::GET, "/api/study", Bytes::new()).await
    }

    /// Joins, or comes back by the same link.
    pub(super) async fn join(&mut self, join: &StudyJoin) -> Result<Told<StudyJoined>, Untold> {
        self.token = None;
        let told: Told<StudyJoined> =
            self.ask(Method::POST, "/api/study/participants", bytes(join)).await?;
        self.token = Some(told.value.token.clone());
        Ok(told)
    }

    /// What is shown now.
    pub(super) async fn sheet(&mut self) -> Result<Told<Sheet>, Untold> {
        self.ask(Method::GET, "/api/study/me", Bytes::new()).await
    }

    /// Answers to what is shown.
    pub(super) async fn reply(&mut self, reply: &Reply) -> Result<Told<Sheet>, Untold> {
        self.ask(Method::POST, "/api/study/me", bytes(reply)).await
    }

    async fn ask<T: Serialize + DeserializeOwned>(
        &mut self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<Told<T>, Untold> {
        let token = self.token.clone();
        let ask = Ask { method, path, token: token.as_deref(), body };
        let until = Instant::now() + OFFLINE;
        let (mut tries, mut pause) = (0, Duration::from_millis(20));
        loop {
            tries += 1;
            let begin = Instant::now();
            let again = match self.line.ask(&ask).await {
                Ok(heard) if heard.status.is_success() => {
                    let latency = begin.elapsed();
                    let value: T = serde_json::from_slice(&heard.body).map_err(|error| {
                        Untold::Nothing(format!("not an answer of the protocol: {error}"))
                    })?;
                    // Nothing stands in it that was not read of it.
                    if bytes(&value) != heard.body {
                        self.tally.error("an answer says more than the protocol has".to_owned());
                    }
                    return Ok(Told { value, body: heard.body, tries, latency });
                }
                Ok(heard) => self.refused(&heard, tries)?,
                Err(lost) => {
                    self.tally.broken.add();
                    if self.steady {
                        self.tally.error(format!("a connection broke: {lost}"));
                    }
                    pause = (pause * 2).min(Duration::from_secs(1));
                    pause
                }
            };
            if Instant::now() > until {
                let minutes = OFFLINE.as_secs() / 60;
                return Err(Untold::Nothing(format!("no answer for {minutes} minutes")));
            }
            // Not all at once.
            sleep(again.mul_f64(self.random.random_range(0.5..1.5))).await;
        }
    }

    /// How long to wait before it is asked again, if that helps.
    fn refused(&self, heard: &Heard, tries: u32) -> Result<Duration, Untold> {
        let refusal: Refusal = serde_json::from_slice(&heard.body).map_err(|error| {
            Untold::Nothing(format!("{}, and no refusal of the protocol: {error}", heard.status))
        })?;
        // Whoever is told that there is no place, or that the study is interrupted, sees to that themselves.
        if refusal.code == RefusalCode::Busy {
            return Err(Untold::Refused(refusal, tries));
        }
        self.tally.refused(refusal.code);
        heard.retry.ok_or(Untold::Refused(refusal, tries))
    }
}

fn bytes(message: &impl Serialize) -> Bytes {
    // The messages' types have nothing that JSON cannot say.
    serde_json::to_vec(message).unwrap_or_default().into()
}
