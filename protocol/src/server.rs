//! What the server says.

use pixel_debate_game::{
    Debater, Event, ImageSource, Outcome, Players, Seat, Truth, View, ViewEvent,
};
use serde::{Deserialize, Serialize};

use crate::{ClassTold, DebateId, Dismissed, Hello, Opened, Refusal, Shows, Tokens, Visibility};

/// A message from the server to a client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum ServerMessage {
    /// The greeting, before anything else.
    Hello(Hello),
    /// The debate that the client asked for is set up.
    Created(Created),
    /// A debate as the client's seat may see it now. Events follow, from the next one on.
    Snapshot(Snapshot),
    /// The client has its seat again, and is now told every event after the one that it named.
    Resumed(Resumed),
    /// It is somebody's turn, although nothing has happened: the debate has begun, or the turn
    /// begins anew after a restart of the server.
    Turn {
        /// Which debate.
        debate: DebateId,
        /// Whose turn it is.
        turn: Turn,
    },
    /// Something has happened in a debate.
    Event(Told),
    /// What a request with an id asked for is done: a move of the client has become an event, or it
    /// has left.
    Accepted(Accepted),
    /// What the classifier makes of the evidence, for those who asked for opinions.
    Opinion {
        /// Which debate.
        debate: DebateId,
        /// After which event.
        seq: u32,
        /// The logits, in the order of the labels. They depend on the evidence alone.
        logits: Vec<f32>,
    },
    /// How far the outside judges are, for those who asked for opinions and may know it.
    Judgments {
        /// Which debate.
        debate: DebateId,
        /// How many judges there are.
        judges: u8,
        /// How many of them have answered or given up.
        answered: u8,
        /// What each of them has said so far that it believed, in the order of their seats; `null` for who may not know
        /// it. How probable the first debater's claim was to the judge: before the first reveal, after it, and so on;
        /// `null` where the judge has not said it.
        beliefs: Option<Vec<Vec<Option<f32>>>>,
    },
    /// No more is said of a debate that the client followed.
    Closed {
        /// Which debate.
        debate: DebateId,
        /// Why.
        reason: CloseReason,
    },
    /// The class that the client asked for is open.
    Opened(Opened),
    /// A class that the client attends, as it is now.
    Class(ClassTold),
    /// No more is said of a class.
    Dismissed(Dismissed),
    /// A request was not carried out.
    Error(Refusal),
}

/// A new debate's name and the keys to its seats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Created {
    /// The request's own id, if it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub id: Option<u32>,
    /// The debate's name.
    pub debate: DebateId,
    /// The keys, which are told here and never again.
    pub tokens: Tokens,
}

/// A debate as a seat may see it after a number of events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Snapshot {
    /// The request's own id, if it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub id: Option<u32>,
    /// Which debate.
    pub debate: DebateId,
    /// The number of events so far, which is the number of the latest.
    pub seq: u32,
    /// The debate from the client's seat.
    pub view: View,
    /// Whose turn it is: none before the debate has begun and after its end.
    pub turn: Option<Turn>,
    /// With the outcome: what else was kept back.
    pub background: Option<Background>,
    /// Who may watch.
    pub visibility: Visibility,
    /// Whether an outside judge may be told by others what it is not told:
    /// [`Setup::judge_may_be_influenced`](crate::Setup::judge_may_be_influenced).
    pub judge_may_be_influenced: bool,
    /// What its labels are called, in their order, where that is not what the server calls its own (see
    /// [`Offer::classes`](crate::Offer::classes)), since it is over other data; left out otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub labels: Option<Vec<String>>,
    /// Where a recorded debate is judged: when its reveals are shown; left out otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub shows: Option<Shows>,
    /// For an outside judge: what it has said so far that it believed, as in
    /// [`judgments`](ServerMessage::Judgments); `null` for all others.
    pub beliefs: Option<Vec<Option<f32>>>,
    /// For a judge of a panel: whether it has answered or given up; left out where it has not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<bool>"))]
    pub answered: bool,
    /// For who has taken a judge's seat with the key to a record: whether the judgment is on that record. It is not
    /// where it was begun without a key or with another. Left out otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub on_record: Option<bool>,
}

/// The answer to a [`resume`](crate::ClientMessage::Resume) that the server can carry out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Resumed {
    /// The request's own id, if it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub id: Option<u32>,
    /// Which debate.
    pub debate: DebateId,
    /// The client's seat.
    pub seat: Seat,
    /// The number of the latest event. Those between the one that the client named and this one
    /// follow at once.
    pub seq: u32,
    /// Whose turn it is after all of them, with the time that is left now.
    pub turn: Option<Turn>,
    /// As in a [`Snapshot`].
    pub beliefs: Option<Vec<Option<f32>>>,
    /// As in a [`Snapshot`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<bool>"))]
    pub answered: bool,
}

/// Who is to act, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Turn {
    /// Whose turn it is: a debater's, or the judge's.
    pub seat: Seat,
    /// The number that the event has which this turn leads to.
    pub seq: u32,
    /// The time left when this was said. Of the debaters' time only the debaters are told, and
    /// nobody of a built-in player's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub left: Option<TimeLeft>,
}

/// The time that an outside player has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TimeLeft {
    /// Of the turn's own time, in milliseconds.
    pub move_ms: u32,
    /// Of the bank, in milliseconds, which is used up after the turn's own time.
    pub bank_ms: u32,
}

/// An event of a debate, the same for everybody but for the clocks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Told {
    /// Which debate.
    pub debate: DebateId,
    /// Its number: 1 for the first, and one more for each.
    pub seq: u32,
    /// What has happened.
    pub event: Event,
    /// Whose reveal is next: `null` when only the verdict is left, and after the end.
    pub to_move: Option<Debater>,
    /// Whose turn it is now: left out when the debate has ended, and in events that are told again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub turn: Option<Turn>,
    /// With the event that ends the debate: all that was kept back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub ending: Option<Ending>,
}

/// What is told with the event that ends a debate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ending {
    /// Who won and why.
    pub outcome: Outcome,
    /// The label, the roles and the image.
    pub truth: Truth,
    /// Where the image comes from, and who played.
    pub background: Background,
}

/// What stands behind a debate and is told with its outcome, for each of it may tell who is honest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Background {
    /// Where the image comes from.
    pub source: ImageSource,
    /// Who played.
    pub players: Players,
}

/// A request with an id is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Accepted {
    /// The request's own id.
    pub id: Option<u32>,
    /// Which debate.
    pub debate: DebateId,
    /// The number of the event that a move has become.
    pub seq: Option<u32>,
    /// How long the server has waited for the move since it told the turn, in milliseconds.
    pub took_ms: Option<u32>,
    /// How much of it was the way to the client and back, by the server's latest ping, in
    /// milliseconds; `null` before the first has been answered.
    pub latency_ms: Option<u32>,
}

/// Why the server says no more of a debate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// It has ended some time ago.
    Over,
    /// An outside seat was not taken in time, and there is nobody who could win by that.
    Absent,
    /// The judge did not answer in time, or gave up.
    NoVerdict,
    /// Another connection took the seat with its token.
    SeatTaken,
    /// The presenter of the class has sent away whoever had the seat.
    SentAway,
    /// The administrator ended it.
    Ended,
    /// Whoever set it up ended it.
    Cancelled,
    /// The server restarts: the debate goes on, and the seat is resumed, when it is back.
    Restarting,
    /// The server failed and cannot go on with the debate.
    Fault,
}

impl Told {
    /// The event as the game has it, for [`View::follow`].
    ///
    /// ```
    /// use pixel_debate_game::{Debater, Event, Pixel};
    /// use pixel_debate_protocol::ServerMessage;
    ///
    /// let text = r#"{"type": "event", "debate": "d1", "seq": 1, "to_move": "second",
    ///     "event": {"type": "reveal", "by": "first", "pixel": [12, 7], "value": 253}}"#;
    /// let ServerMessage::Event(told) = serde_json::from_str(text)? else { unreachable!() };
    /// let event = told.view_event();
    /// let reveal = Event::Reveal { by: Debater::First, pixel: Pixel::new(12, 7), value: 253 };
    /// assert_eq!((event.event, event.to_move), (reveal, Some(Debater::Second)));
    /// assert_eq!(event.truth, None, "that is told with the last event");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn view_event(&self) -> ViewEvent {
        let ending = self.ending.as_ref();
        ViewEvent {
            event: self.event.clone(),
            to_move: self.to_move,
            outcome: ending.map(|ending| ending.outcome),
            truth: ending.map(|ending| ending.truth.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use pixel_debate_game::Pixel;

    use super::*;

    #[test]
    fn an_event_is_short_while_the_debate_goes_on() {
        let told = Told {
            debate: DebateId("d".into()),
            seq: 1,
            event: Event::Reveal { by: Debater::First, pixel: Pixel::new(12, 7), value: 253 },
            to_move: Some(Debater::Second),
            turn: Some(Turn { seat: Seat::Debater(Debater::Second), seq: 2, left: None }),
            ending: None,
        };
        let json = concat!(
            r#"{"type":"event","debate":"d","seq":1,"#,
            r#""event":{"type":"reveal","by":"first","pixel":[12,7],"value":253},"#,
            r#""to_move":"second","turn":{"seat":"second","seq":2}}"#
        );
        let message = ServerMessage::Event(told);
        assert_eq!(serde_json::to_string(&message).unwrap(), json);
        assert_eq!(serde_json::from_str::<ServerMessage>(json).unwrap(), message);
    }

    #[test]
    fn an_answer_has_the_id_of_its_request_and_else_none() {
        let accepted = |id| {
            let debate = DebateId("d".into());
            let creator = crate::Token("t".into());
            let (honest, liar, judge, spectator) = (None, None, None, None);
            let tokens = Tokens { honest, liar, judge, panel: Vec::new(), spectator, creator };
            serde_json::to_value(ServerMessage::Created(Created { id, debate, tokens })).unwrap()
        };
        assert_eq!(accepted(Some(4))["id"], 4);
        assert!(accepted(None).get("id").is_none());
    }
}
