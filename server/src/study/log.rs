//! What a study's store holds: the study's own stream, and one of each participant.
//!
//! In the store the study is what is judged and a participant's stream the judgment of it: so all go together, each is
//! found by the study and by who judged, and one can be removed alone.

use std::time::Duration;

use bytes::Bytes;
use pixel_debate_protocol::{Refusal, RefusalCode};
use pixel_debate_store::{JudgmentFinish, NewDebate, NewJudgment, Store, StoreError};
use pixel_debate_study::conduct::{Beginning, Entry, log};
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use tracing::error;

use super::error::StudyError;
use super::key::Key;

/// How many streams are read from the store at once.
const PAGE: u32 = 256;

/// What the study's stream begins with: whether what follows is a study or a rehearsal of one. It is there from the first
/// write, and nothing changes it.
const STUDY: &[u8] = b"study";
const REHEARSAL: &[u8] = b"rehearsal";

/// The streams of one study.
#[derive(Clone)]
pub(super) struct Streams {
    store: Store,
    /// The frozen plan's hash, by which the study's stream is called.
    hash: String,
    /// How long the store may take.
    wait: Duration,
    rehearsed: bool,
}

/// A participant's stream as it was kept.
pub(super) struct Kept {
    pub(super) participant: String,
    pub(super) beginning: Beginning,
    pub(super) entries: Vec<Entry>,
}

impl Streams {
    /// Those that a store has, and the study's key.
    pub(super) async fn kept(
        store: Store,
        hash: &str,
        wait: Duration,
    ) -> Result<(Self, Key), StudyError> {
        let streams = Self { store, hash: hash.to_owned(), wait, rehearsed: false };
        streams.is_alone().await?;
        let found = streams.store.debate(hash).await?.ok_or(StudyError::OtherStore)?;
        let key = Key::kept(&found.debate.secret).ok_or(StudyError::OtherStore)?;
        let rehearsed = is_rehearsal(&found.debate.setup)?;
        Ok((Self { rehearsed, ..streams }, key))
    }

    /// Whether they are those of a rehearsal.
    pub(super) fn rehearsed(&self) -> bool {
        self.rehearsed
    }

    /// Whether the store has nothing else.
    async fn is_alone(&self) -> Result<(), StudyError> {
        let found = self.store.recent(None, 2).await?;
        let others = found.items.iter().any(|stored| stored.debate.id != self.hash);
        if others || !found.damaged.is_empty() { Err(StudyError::OtherStore) } else { Ok(()) }
    }

    /// Those in a store; made, where there are none, with the study's key. Those of a rehearsal are taken for a rehearsal
    /// alone, and no others are.
    pub(super) async fn open(
        store: Store,
        hash: &str,
        wait: Duration,
        (rehearsed, now_ms): (bool, u64),
    ) -> Result<(Self, Key), StudyError> {
        let streams = Self { store, hash: hash.to_owned(), wait, rehearsed };
        streams.is_alone().await?;
        if let Some(found) = streams.store.debate(hash).await? {
            let key = Key::kept(&found.debate.secret).ok_or(StudyError::OtherStore)?;
            return match (rehearsed, is_rehearsal(&found.debate.setup)?) {
                (false, true) => Err(StudyError::IsRehearsal),
                (true, false) => Err(StudyError::IsStudy),
                _ => Ok((streams, key)),
            };
        }
        let key = Key::new().map_err(|_| StudyError::NoRandomness)?;
        let new = NewDebate {
            id: hash.to_owned(),
            created_ms: now_ms,
            setup: Bytes::from_static(if rehearsed { REHEARSAL } else { STUDY }),
            secret: Bytes::copy_from_slice(&key.bytes()),
            seats: Bytes::new(),
        };
        streams.store.create(new).await?;
        Ok((streams, key))
    }

    /// What has happened in the study.
    pub(super) async fn log(&self) -> Result<Vec<log::Entry>, StudyError> {
        let events = self.store.events(&self.hash, 0).await?;
        events.iter().map(|event| Self::read(&event.event, "the study")).collect()
    }

    /// The participants' streams, as far as they are whole.
    pub(super) async fn participants(&self) -> Result<Vec<Kept>, StudyError> {
        let (mut kept, mut after) = (Vec::new(), 0);
        loop {
            let page = self.store.judgments_of(&self.hash, after, PAGE).await?;
            if let Some(damaged) = page.damaged.first() {
                return Err(StudyError::Damaged {
                    place: damaged.number,
                    why: damaged.detail.clone(),
                });
            }
            for stored in page.items {
                let id = &stored.judgment.id;
                let Some(participant) = id.strip_prefix(&self.prefix()).map(str::to_owned) else {
                    return Err(StudyError::OtherStore);
                };
                let beginning = Self::read(&stored.judgment.setup, &participant)?;
                let events = self.store.judgment_events(id, 0).await?;
                let entries = events.iter().map(|event| Self::read(&event.event, &participant));
                let entries = entries.collect::<Result<_, _>>()?;
                kept.push(Kept { participant, beginning, entries });
            }
            match page.next {
                Some(next) => after = next,
                None => return Ok(kept),
            }
        }
    }

    fn read<T: DeserializeOwned>(bytes: &[u8], of: &str) -> Result<T, StudyError> {
        serde_json::from_slice(bytes)
            .map_err(|source| StudyError::Unreadable { of: of.to_owned(), source })
    }

    fn prefix(&self) -> String {
        format!("{}.", self.hash)
    }

    fn stream(&self, participant: &str) -> String {
        format!("{}{participant}", self.prefix())
    }

    /// Keeps what has happened in the study.
    pub(super) async fn note(&self, number: u64, entry: &log::Entry) -> Result<(), NotKept> {
        let event = serde_json::to_vec(entry).map_err(|error| NotKept::unwritable(&error))?;
        self.in_time(self.store.append(&self.hash, number, event, None)).await
    }

    /// Keeps that a participant begins. The same again is kept already.
    pub(super) async fn begin(
        &self,
        participant: &str,
        person: Option<String>,
        created_ms: u64,
        beginning: &Beginning,
    ) -> Result<(), NotKept> {
        let setup = serde_json::to_vec(beginning).map_err(|error| NotKept::unwritable(&error))?;
        let new = NewJudgment {
            id: self.stream(participant),
            debate: self.hash.clone(),
            judge: person,
            created_ms,
            setup: setup.into(),
            secret: Bytes::new(),
        };
        self.in_time(self.store.create_judgment(new)).await
    }

    /// Keeps what has happened to a participant, the last if there is an ending.
    pub(super) async fn keep(
        &self,
        participant: &str,
        number: u32,
        entry: &Entry,
        ends: bool,
    ) -> Result<(), NotKept> {
        let event = serde_json::to_vec(entry).map_err(|error| NotKept::unwritable(&error))?;
        let finish = ends.then(|| JudgmentFinish { result: Bytes::new(), ended_ms: entry.at_ms });
        let stream = self.stream(participant);
        self.in_time(self.store.append_judgment(&stream, number.into(), event, finish)).await
    }

    /// Removes all that a participant said.
    pub(super) async fn remove(&self, participant: &str) -> Result<(), NotKept> {
        let stream = self.stream(participant);
        self.in_time(async { self.store.remove_judgment(&stream).await.map(drop) }).await
    }

    async fn in_time(
        &self,
        write: impl Future<Output = Result<(), StoreError>>,
    ) -> Result<(), NotKept> {
        match timeout(self.wait, write).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(source)) => {
                error!(%source, "the store failed");
                Err(NotKept { again: source.is_temporary() })
            }
            Err(_) => Err(NotKept { again: true }),
        }
    }
}

/// Whether that is how a rehearsal's stream begins, or a study's.
fn is_rehearsal(setup: &[u8]) -> Result<bool, StudyError> {
    match setup {
        STUDY => Ok(false),
        REHEARSAL => Ok(true),
        _ => Err(StudyError::OtherStore),
    }
}

/// Something is not known to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotKept {
    /// Whether the same may be tried again.
    pub(super) again: bool,
}

impl NotKept {
    fn unwritable(error: &serde_json::Error) -> Self {
        error!(%error, "an event cannot be written");
        Self { again: false }
    }
}

impl From<NotKept> for Refusal {
    fn from(_: NotKept) -> Self {
        let message = "the store has not said that it took this: it may still be carried out";
        let expected = "another try, after a look at whether it was";
        Self::new(RefusalCode::StoreUnavailable, message, expected).again_in(1)
    }
}
