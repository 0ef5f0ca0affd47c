//! What a table is told, and what it wants done.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use pixel_debate_game::{Debater, Pixel, View};
use pixel_debate_protocol::{DebateRecord, Refusal, ServerMessage, Snapshot, Summary};
use pixel_debate_store::{Finish, JudgmentFinish, NewJudgment, StoreError};
use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::handle::Request;
use crate::audience::Tally;
use crate::outbox::{Outbox, frame};
use crate::searches::{Chosen, SearchRequest};

/// The time of a step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    /// By the clock that never goes back.
    pub(crate) at: Instant,
    /// In milliseconds since 1970.
    pub(crate) unix_ms: u64,
}

/// What has happened.
#[derive(Debug)]
pub(crate) enum Input {
    /// The table is there: before anything else, once.
    Begin,
    /// Somebody asks for something.
    Request(Request),
    /// What [`Effect::Think`] asked for, or the time of [`Effect::Replay`].
    Chosen { by: Debater, chosen: Chosen },
    /// What [`Effect::Judge`] asked for.
    Judged { logits: Vec<f32> },
    /// A built-in player or the classifier failed.
    Failed(String),
    /// What has come of the last [`Effect::Append`].
    Written(Result<(), Unwritten>),
    /// What has come of the last [`Effect::AppendJudgment`] of that judge.
    JudgmentWritten { judge: u16, written: Result<(), Unwritten> },
    /// What [`Effect::Opine`] asked for.
    Opinion(Result<Vec<f32>, String>),
    /// The share that [`Effect::AskShare`] asked for is there.
    Share,
    /// The time of [`Table::deadline`](super::Table::deadline) is over.
    Late,
    /// What [`Effect::Look`] asked for is done, or the time of [`Effect::Wait`] is over.
    Looked,
    /// The client with that number cannot be reached any more.
    Lost(u64),
    /// Nobody can ask for anything any more.
    Forsaken,
    /// The server stops.
    Stop,
}

/// What is to be done, in the order in which a step returns it.
///
/// Of thinking, judging and appending only the last that was asked for counts; likewise of looking and
/// waiting.
#[derive(Debug)]
pub(crate) enum Effect {
    /// Put this frame into that client's outbox.
    Tell(Outbox, Utf8Bytes),
    /// Answer who looked at the debate.
    Show(oneshot::Sender<Result<Snapshot, Refusal>>, Box<Result<Snapshot, Refusal>>),
    /// Answer who asked for the record.
    Give(oneshot::Sender<Result<DebateRecord, Refusal>>, Box<Result<DebateRecord, Refusal>>),
    /// Answer who asked for the end.
    Ended(oneshot::Sender<Result<(), Refusal>>, Result<(), Refusal>),
    /// Have the store take an event.
    Append { seq: u32, entry: Bytes, finish: Option<Box<Finish>>, attempt: u32 },
    /// Have the store take something of a judgment. Of each judge one thing is on its way at a time.
    AppendJudgment(Box<JudgmentWrite>),
    /// Ask a built-in debater for its move.
    Think(Box<SearchRequest>),
    /// Make a recorded reveal at that time.
    Replay { by: Debater, pixel: Pixel, told: Instant },
    /// Ask the classifier, which has that view, for its verdict, to be had at that time.
    Judge { view: Box<View>, told: Instant },
    /// Ask the classifier for its opinion, as if it had to judge now.
    Opine(Box<View>),
    /// Ask for a share of the search threads for searches so long at the most, once in every period.
    AskShare { allotment: Duration, period: Duration },
    /// Give the share back, or wait for it no longer.
    LeaveShare,
    /// Have read what these clients have sent till now.
    Look(Vec<Outbox>),
    /// Wait so long.
    Wait(Duration),
    /// Let go of what the searches keep.
    Forget,
    /// The debate is no longer one of those that go on.
    GoesOnNoMore,
    /// The debate stands so now.
    Stands(Box<Summary>),
    /// Tell the class whose debate it is how that stands now.
    TellClass(Arc<Tally>),
    /// Count something.
    Count(Counted),
}

impl Effect {
    /// Telling a client that.
    pub(super) fn tell(client: &Outbox, message: &ServerMessage) -> Self {
        Self::Tell(client.clone(), frame(message))
    }
}

/// Something of a judgment, for the store.
#[derive(Clone, Debug)]
pub(crate) struct JudgmentWrite {
    pub(crate) judge: u16,
    /// Before the first that is said the judgment is opened.
    pub(crate) opening: Option<NewJudgment>,
    /// What the judge has said; none where it is put on a record before it says anything.
    pub(crate) said: Option<SaidWrite>,
    pub(crate) attempt: u32,
    /// Whether it is counted and measured for all to see: votes of a class are not, for so somebody could count them
    /// while it votes.
    pub(crate) measured: bool,
}

/// Something that a judge has said, for the store.
#[derive(Clone, Debug)]
pub(crate) struct SaidWrite {
    pub(crate) name: String,
    pub(crate) seq: u32,
    pub(crate) entry: Bytes,
    pub(crate) finish: Option<JudgmentFinish>,
}

/// What is counted of a debate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    /// An event.
    Event,
    /// A request that was refused.
    Refusal,
    /// A move, which was read at that time.
    Move { read: Instant },
}

/// Why an event is not in the store, as far as is known.
#[derive(Debug)]
pub(crate) enum Unwritten {
    Refused(StoreError),
    /// Refused for good, while the server stops.
    Stopping(StoreError),
    NotInTime,
}

impl Unwritten {
    /// Whether it is worth while to try again.
    pub(super) fn is_temporary(&self) -> bool {
        match self {
            Self::Refused(error) => error.is_temporary(),
            Self::Stopping(_) => false,
            Self::NotInTime => true,
        }
    }

    /// Whether it is since the server stops.
    pub(super) fn is_of_the_end(&self) -> bool {
        matches!(self, Self::Stopping(_))
    }
}

impl std::fmt::Display for Unwritten {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(error) | Self::Stopping(error) => error.fmt(f),
            Self::NotInTime => f.write_str("the store does not answer"),
        }
    }
}
