//! What the store keeps of a class: a stream of its own, beside those of judgments.

use bytes::Bytes;
use pixel_debate_protocol::{ClassCode, CloseReason, DebateId};
use pixel_debate_store::NewJudgment;
use serde::{Deserialize, Serialize};

use crate::audience::{CLASSES, stream};
use crate::stored::json;
use crate::tokens::Lock;

/// Something that has happened in a class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Entry {
    /// Somebody has joined, and has the next place.
    Joined { name: Option<String>, lock: Lock },
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
    pub(super) fn to_bytes(&self, at_ms: u64) -> Bytes {
        json(&Timed { at_ms, entry: self })
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice::<Timed<Self>>(bytes).map(|timed| timed.entry)
    }

    /// Whether it is the last.
    pub(super) fn ends(&self) -> bool {
        matches!(self, Self::Dismissed { .. })
    }
}

/// A class in which nothing has happened. The store keeps it as long as that debate.
pub(super) fn opening(
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
pub(super) fn presenter(opening: &NewJudgment) -> Result<Lock, serde_json::Error> {
    serde_json::from_slice::<Secret>(&opening.secret).map(|secret| secret.presenter)
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
