//! What the store keeps of a class: a stream of its own, beside those of judgments, of which the class is made again
//! and, when it has ended, who its members were.

use bytes::Bytes;
use pixel_debate_protocol::{ClassCode, CloseReason, DebateId};
use pixel_debate_store::{NewJudgment, Store, StoreError};
use serde::{Deserialize, Serialize};

use crate::audience::{Audience, CLASSES, stream};
use crate::stored::{Unreadable, json};
use crate::tokens::Lock;

/// Something that has happened in a class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Entry {
    /// Somebody has joined, and has the next place.
    Joined { name: Option<String>, lock: Lock },
    /// The member at that place would debate, or would no more.
    Willing { member: u16, willing: bool },
    /// The door was opened or closed.
    Door { open: bool },
    /// The member at that place was sent away.
    SentAway { member: u16 },
    /// A debate is on, between members with those places or between agents.
    Began { debate: DebateId, debaters: [Option<u16>; 2] },
    /// The debate is over, and each member has so many points of it; none who had no part in it.
    Counted { debate: DebateId, points: Vec<Option<u32>> },
    /// The class has ended.
    Dismissed { reason: CloseReason },
}

/// An event as it is written: with when it happened.
#[derive(Serialize, Deserialize)]
struct Timed<E> {
    at_ms: u64,
    #[serde(flatten)]
    entry: E,
}

/// What only the server may know of a class.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Secret {
    presenter: Lock,
}

impl Entry {
    /// The event as the store keeps it.
    pub(crate) fn to_bytes(&self, at_ms: u64) -> Bytes {
        json(&Timed { at_ms, entry: self })
    }

    pub(crate) fn read(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice::<Timed<Self>>(bytes).map(|timed| timed.entry)
    }

    /// Whether it is the last.
    pub(crate) fn ends(&self) -> bool {
        matches!(self, Self::Dismissed { .. })
    }
}

/// A class in which nothing has happened. The store keeps it as long as that debate.
pub(crate) fn opening(
    code: &ClassCode,
    presenter: &Lock,
    debate: &DebateId,
    created_ms: u64,
) -> NewJudgment {
    NewJudgment {
        id: stream(code),
        debate: debate.0.clone(),
        judge: Some(CLASSES.into()),
        created_ms,
        setup: json(&serde_json::Map::new()),
        secret: json(&Secret { presenter: presenter.clone() }),
    }
}

/// The presenter's lock.
pub(crate) fn presenter(opening: &NewJudgment) -> Result<Lock, serde_json::Error> {
    serde_json::from_slice::<Secret>(&opening.secret).map(|secret| secret.presenter)
}

/// What has happened in the class with that code, as the store has it.
pub(crate) async fn entries(store: &Store, code: &ClassCode) -> Result<Vec<Entry>, Unreadable> {
    let mut entries = Vec::new();
    for event in store.judgment_events(&stream(code), 0).await? {
        let entry = Entry::read(&event.event);
        entries.push(entry.map_err(|error| format!("event {}: {error}", event.seq))?);
    }
    Ok(entries)
}

/// Who was in a class that has ended: its members read the records of its debates as long as the store has them.
/// Nobody, where the store has the class no more or cannot read it.
pub(crate) async fn former(
    store: &Store,
    code: &ClassCode,
) -> Result<Option<Audience>, StoreError> {
    let entries = match entries(store, code).await {
        Ok(entries) => entries,
        Err(Unreadable::Damaged(_)) => return Ok(None),
        Err(Unreadable::Store(error)) => return Err(error),
    };
    let audience = Audience::new();
    for entry in entries {
        match entry {
            Entry::Joined { lock, .. } => audience.admit(lock),
            Entry::SentAway { member } => audience.send_away(member),
            Entry::Willing { .. }
            | Entry::Door { .. }
            | Entry::Began { .. }
            | Entry::Counted { .. }
            | Entry::Dismissed { .. } => {}
        }
    }
    Ok(Some(audience))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_comes_back_as_it_was() {
        let (debate, lock) = (DebateId("d".into()), Lock::of("token"));
        for entry in [
            Entry::Joined { name: Some("Ann".into()), lock: lock.clone() },
            Entry::Joined { name: None, lock: lock.clone() },
            Entry::Willing { member: 300, willing: true },
            Entry::Door { open: false },
            Entry::SentAway { member: 300 },
            Entry::Began { debate: debate.clone(), debaters: [Some(3), None] },
            Entry::Counted { debate: debate.clone(), points: vec![Some(375), None] },
            Entry::Dismissed { reason: CloseReason::Ended },
        ] {
            assert_eq!(Entry::read(&entry.to_bytes(7)).unwrap(), entry);
        }
        let code: ClassCode = "K7WM3X".parse().unwrap();
        let opening = opening(&code, &lock, &debate, 5);
        assert_eq!(crate::audience::class(&opening.id), Some(code));
        assert_eq!(presenter(&opening).unwrap(), lock);
        assert_eq!(crate::judgment::number(&opening.id), None);
    }
}
