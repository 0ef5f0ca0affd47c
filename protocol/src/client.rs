//! What a client says.

use pixel_debate_game::Pixel;
use serde::{Deserialize, Serialize};

use crate::{DebateId, Refusal, RefusalCode, Setup, Token};

/// A message from a client to the server, as it stands in a frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Request {
    /// A number of the client's choice. With it the request is answered by exactly one message that
    /// has the same id: [`created`](crate::ServerMessage::Created),
    /// [`snapshot`](crate::ServerMessage::Snapshot), [`resumed`](crate::ServerMessage::Resumed),
    /// [`accepted`](crate::ServerMessage::Accepted) or [`error`](crate::ServerMessage::Error).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub id: Option<u32>,
    /// What is said.
    #[serde(flatten)]
    pub message: ClientMessage,
}

/// What a client says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum ClientMessage {
    /// Sets up a debate; answered by [`created`](crate::ServerMessage::Created), with or without an
    /// id. The debate begins when every outside seat has been taken: at once where there is none.
    Create(Setup),
    /// Watches a debate; answered by a [`snapshot`](crate::ServerMessage::Snapshot), with or
    /// without an id, and then by every [`event`](crate::ServerMessage::Event).
    Watch {
        /// Which debate; `null` for the one that the server shows to visitors, which it sets up if
        /// none is under way.
        debate: Option<DebateId>,
        /// The spectators' key, where the debate is private.
        token: Option<Token>,
        /// Whether to be told the classifier's [`opinion`](crate::ServerMessage::Opinion) of the
        /// evidence as well.
        #[serde(default)]
        opinions: bool,
    },
    /// Takes the seat that the token opens, also from another connection that holds it; answered
    /// like [`watch`](Self::Watch).
    Take {
        /// Which debate.
        debate: DebateId,
        /// The key to the seat.
        token: Token,
        /// Whether to be told the classifier's opinions: an outside judge is told them with the
        /// outcome.
        #[serde(default)]
        opinions: bool,
    },
    /// Takes a seat, or watches, after a loss of the connection; answered by
    /// [`resumed`](crate::ServerMessage::Resumed), with or without an id, and then by every event
    /// after `seq`, in order and once. Where the server cannot tell them it answers with a
    /// [`snapshot`](crate::ServerMessage::Snapshot).
    Resume {
        /// Which debate.
        debate: DebateId,
        /// The key to the seat; a spectator needs one only where the debate is private.
        token: Option<Token>,
        /// The number of the last event that the client knows; 0 if it knows none.
        seq: u32,
        /// As in [`take`](Self::Take): those of the events after `seq`, and of later ones.
        #[serde(default)]
        opinions: bool,
    },
    /// Reveals a pixel, as the debater to move.
    Reveal {
        /// Which debate.
        debate: DebateId,
        /// The number that the reveal's event is to have: [`Turn::seq`](crate::Turn::seq). What is
        /// sent a second time, after a loss of the connection, so does nothing.
        seq: u32,
        /// Which pixel.
        pixel: Pixel,
    },
    /// Says what the judge believes while the debate goes on, as the judge: once before the first
    /// reveal and after each. It decides nothing, and is told in
    /// [`beliefs`](crate::ServerMessage::Beliefs).
    Belief {
        /// Which debate.
        debate: DebateId,
        /// After how many reveals: 0 before the first.
        after: u32,
        /// How probable the first debater's claim is to the judge, from 0 to 1.
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
        probability: f32,
    },
    /// Answers as the judge, once all pixels are revealed: with a label or with logits.
    Verdict {
        /// Which debate.
        debate: DebateId,
        /// The label that the judge believes: with precommit one of the claims.
        label: Option<u8>,
        /// How sure the judge is of the label, from 0 to 1, if it says.
        probability: Option<f32>,
        /// Why the judge believes the label, if it says: at most
        /// [`Verdict::MAX_EXPLANATION`](pixel_debate_game::Verdict::MAX_EXPLANATION) characters,
        /// told to everybody with the verdict.
        #[cfg_attr(feature = "schema", schemars(length(max = pixel_debate_game::Verdict::MAX_EXPLANATION)))]
        explanation: Option<String>,
        /// One finite logit a class, in the order of the labels, instead of a label: the rules say
        /// who wins by them.
        logits: Option<Vec<f32>>,
    },
    /// Gives up, as a debater, in or out of turn.
    Resign {
        /// Which debate.
        debate: DebateId,
    },
    /// Stops following a debate. A seat can be taken again with its token; the clock goes on.
    Leave {
        /// Which debate.
        debate: DebateId,
    },
}

impl Request {
    /// Every `"type"`, for those who sent another.
    const TYPES: &str = "\"create\", \"watch\", \"take\", \"resume\", \"reveal\", \"belief\", \
                         \"verdict\", \"resign\" or \"leave\"";

    /// Reads a text frame.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        serde_json::from_str(text).map_err(|error| {
            /// The id alone, of what is no message but may still say whom the refusal answers.
            #[derive(Deserialize)]
            struct Id {
                id: Option<u32>,
            }
            let id = serde_json::from_str(text).ok().and_then(|Id { id }| id);
            Refusal::new(
                RefusalCode::Malformed,
                format!("this is not a message of the protocol: {error}"),
                format!("a JSON object whose \"type\" is {}, with that type's fields", Self::TYPES),
            )
            .answering(id)
        })
    }
}

impl From<ClientMessage> for Request {
    /// The message without an id.
    fn from(message: ClientMessage) -> Self {
        Self { id: None, message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Player;

    #[test]
    fn messages_are_read_with_what_they_leave_out() {
        let debate = DebateId("d".into());
        let token = Token("t".into());
        for (text, message) in [
            (r#"{"type":"create"}"#, ClientMessage::Create(Setup::default())),
            (
                r#"{"type":"create","judge":"outside","lie":7,"clock":{"bank_ms":0}}"#,
                ClientMessage::Create(Setup {
                    judge: Player::outside(),
                    lie: Some(7),
                    clock: crate::Clock { bank_ms: 0, ..crate::Clock::default() },
                    ..Setup::default()
                }),
            ),
            (
                r#"{"type":"watch"}"#,
                ClientMessage::Watch { debate: None, token: None, opinions: false },
            ),
            (
                r#"{"token":"t","debate":"d","type":"take","opinions":true}"#,
                ClientMessage::Take { debate: debate.clone(), token, opinions: true },
            ),
            (
                r#"{"type":"resume","debate":"d","seq":3}"#,
                ClientMessage::Resume {
                    debate: debate.clone(),
                    token: None,
                    seq: 3,
                    opinions: false,
                },
            ),
            (
                r#"{"type":"reveal","debate":"d","seq":1,"pixel":[12,7]}"#,
                ClientMessage::Reveal { debate: debate.clone(), seq: 1, pixel: Pixel::new(12, 7) },
            ),
            (
                r#"{"type":"belief","debate":"d","after":0,"probability":0.5}"#,
                ClientMessage::Belief { debate: debate.clone(), after: 0, probability: 0.5 },
            ),
            (
                r#"{"debate":"d","label":3,"type":"verdict"}"#,
                ClientMessage::Verdict {
                    debate: debate.clone(),
                    label: Some(3),
                    probability: None,
                    explanation: None,
                    logits: None,
                },
            ),
            (
                r#"{"type":"verdict","debate":"d","label":3,"explanation":"one\nloop"}"#,
                ClientMessage::Verdict {
                    debate: debate.clone(),
                    label: Some(3),
                    probability: None,
                    explanation: Some("one\nloop".into()),
                    logits: None,
                },
            ),
            (r#"{"type":"resign","debate":"d"}"#, ClientMessage::Resign { debate: debate.clone() }),
            (r#"{"type":"leave","debate":"d"}"#, ClientMessage::Leave { debate }),
        ] {
            assert_eq!(Request::parse(text), Ok(message.clone().into()), "{text}");
            let request = Request { id: Some(7), message };
            let with_id = text.replacen('{', r#"{"id":7,"#, 1);
            assert_eq!(Request::parse(&with_id), Ok(request.clone()));
            assert_eq!(Request::parse(&serde_json::to_string(&request).unwrap()), Ok(request));
        }
    }

    #[test]
    fn anything_else_is_refused_with_what_is_wrong() {
        for (text, wrong) in [
            ("", "EOF"),
            ("null", "expected"),
            ("[]", "expected"),
            (r#"{"debate":"d"}"#, "missing field `type`"),
            (r#"{"type":"move"}"#, "unknown variant `move`"),
            (r#"{"type":"leave"}"#, "missing field `debate`"),
            (r#"{"type":"watch","debat":"d"}"#, "unknown field `debat`"),
            (r#"{"type":"reveal","debate":"d","seq":1,"pixel":[1]}"#, "array of length 2"),
            (r#"{"type":"reveal","debate":"d","seq":-1,"pixel":[1,2]}"#, "-1"),
            (r#"{"type":"create","lies":1}"#, "unknown field `lies`"),
            (r#"{"type":"create","pixels":300}"#, "300"),
            (r#"{"type":"create","image":-1}"#, "-1"),
            (r#"{"type":"create","honest":"outside:"}"#, "an outside player's name"),
            (r#"{"type":"watch","id":"seven"}"#, "seven"),
            (r#"{"type":"watch"} {}"#, "trailing"),
        ] {
            let refusal = Request::parse(text).unwrap_err();
            assert_eq!(refusal.code, RefusalCode::Malformed);
            assert!(refusal.message.contains(wrong), "{text}: {}", refusal.message);
            assert!(refusal.expected.contains("\"create\""));
        }
    }

    #[test]
    fn a_refusal_answers_the_request_that_it_could_not_read() {
        let refusal = Request::parse(r#"{"id":9,"type":"leave"}"#).unwrap_err();
        assert_eq!(refusal.id, Some(9));
        assert_eq!(Request::parse(r#"{"type":"leave"}"#).unwrap_err().id, None);
    }

    #[test]
    fn a_token_is_not_printed() {
        let message = Request::parse(r#"{"type":"take","debate":"d","token":"secret"}"#);
        assert!(!format!("{message:?}").contains("secret"));
    }
}
