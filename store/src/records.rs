//! What a store keeps: debates and judgments of them, their events, and what came of them.

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

/// A judgment as it is when it begins: what one judge makes of a debate. What the fields hold is the
/// server's affair.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewJudgment {
    /// Its name, which no other judgment of the store has.
    pub id: String,
    /// The name of the debate that is judged.
    pub debate: String,
    /// Who judges: a key by which all judgments of one judge are found; `None` where nobody will look
    /// for them. It is in an index, so it should be short: up to a few hundred bytes.
    pub judge: Option<String>,
    /// When it was created, in milliseconds since 1970.
    pub created_ms: u64,
    /// What whoever created it asked for.
    pub setup: Bytes,
    /// What only the server may know, and needs to go on with it.
    pub secret: Bytes,
}

/// What comes with the last event of a judgment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JudgmentFinish {
    /// What came of it.
    pub result: Bytes,
    /// When it ended, in milliseconds since 1970.
    pub ended_ms: u64,
}

impl From<JudgmentFinish> for Finish {
    fn from(JudgmentFinish { result, ended_ms }: JudgmentFinish) -> Self {
        Self { topic: None, result, ended_ms }
    }
}

/// A debate as the store holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDebate {
    /// Its number among the debates and judgments of the store, in the order in which they were
    /// created: from 1, perhaps with gaps.
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

/// A judgment as the store holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredJudgment {
    /// Its number among the debates and judgments of the store, in the order in which they were
    /// created: from 1, perhaps with gaps.
    pub place: u64,
    /// How it began.
    pub judgment: NewJudgment,
    /// The number of its last event; 0 before the first.
    pub last_seq: u64,
    /// How it ended, if it has.
    pub finish: Option<JudgmentFinish>,
}

impl StoredJudgment {
    /// Whether it has ended.
    pub fn ended(&self) -> bool {
        self.finish.is_some()
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
    /// Its number in its debate or judgment, from 1.
    pub seq: u64,
    /// The event.
    pub event: Bytes,
}
