//! What a store keeps: debates, their events, and what came of them.

use bytes::Bytes;

/// A debate as it is when it begins. What the fields hold is the server's affair.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewDebate {
    /// Its name, which no other debate of the store has.
    pub id: String,
    /// When it was created, in milliseconds since 1970.
    pub created_ms: u64,
    /// What its creator asked for.
    pub setup: Bytes,
    /// What only the server may know, and needs to go on with the debate: image, label, claims,
    /// seeds.
    pub secret: Bytes,
    /// The hashes of the tokens that open its seats.
    pub seats: Bytes,
}

/// What comes with the last event of a debate: what the server needs to know of it ever after.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finish {
    /// What it has in common with other debates that were about the same.
    pub topic: Option<String>,
    /// What came of it.
    pub result: Bytes,
    /// When it ended, in milliseconds since 1970.
    pub ended_ms: u64,
}

/// A debate as the store holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDebate {
    /// Its number among the debates of the store, in the order in which they were created: from 1,
    /// perhaps with gaps.
    pub place: u64,
    /// How it began.
    pub debate: NewDebate,
    /// The number of its last event; 0 before the first.
    pub last_seq: u64,
    /// Whether it has ended.
    pub ended: bool,
    /// When it ended, in milliseconds since 1970.
    pub ended_ms: Option<u64>,
    /// What came of it, if it has ended since results are kept.
    pub result: Option<Bytes>,
}

impl StoredDebate {
    /// When it ended, or else was created, in milliseconds since 1970.
    pub fn since_ms(&self) -> u64 {
        self.ended_ms.unwrap_or(self.debate.created_ms)
    }
}

/// What came of a debate, as the store holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredResult {
    /// Its number among the results of the store, in the order in which debates ended: from 1,
    /// perhaps with gaps.
    pub number: u64,
    /// The debate's name.
    pub debate: String,
    /// The result; `None` where the debate had ended before results were kept.
    pub result: Option<Bytes>,
}

/// An event as the store holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its number in its debate, from 1.
    pub seq: u64,
    /// The event.
    pub event: Bytes,
}
