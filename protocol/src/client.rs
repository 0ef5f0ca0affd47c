//! What a client says.

use pixel_debate_game::Pixel;
use serde::{Deserialize, Serialize, Serializer, ser};
use serde_json::Value;

use crate::strict::{self, Mistake};
use crate::{ClassCode, DebateId, Join, JudgeKey, Refusal, RefusalCode, Round, Setup, Show, Token};

/// A message from a client to the server, as it stands in a frame: written by its `Serialize`, read
/// by [`Request::parse`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Request {
    /// A number of the client's choice. With it the request is answered by exactly one message that
    /// has the same id: [`created`](crate::ServerMessage::Created),
    /// [`snapshot`](crate::ServerMessage::Snapshot), [`resumed`](crate::ServerMessage::Resumed),
    /// [`accepted`](crate::ServerMessage::Accepted), [`opened`](crate::ServerMessage::Opened),
    /// [`class`](crate::ServerMessage::Class) or [`error`](crate::ServerMessage::Error).
    #[cfg_attr(feature = "schema", schemars(default))]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub id: Option<u32>,
    /// What is said.
    #[cfg_attr(feature = "typescript", ts(flatten))]
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub message: ClientMessage,
}

/// What a client says. In a frame the kind is its field `type`, among the others: see [`Request`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(tag = "type"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(tag = "type"))]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
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
        /// With a judge's token: the key to the record that the judgment is to be on. Only a judgment in which
        /// nothing has been said yet gets onto one, and it stays on that; the answer says whether it is there, and
        /// comes when the store has it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional))]
        judge_key: Option<JudgeKey>,
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
    /// reveal and after each. It decides nothing, outlives a crash of the server once it is
    /// [`accepted`](crate::ServerMessage::Accepted), and is told in
    /// [`judgments`](crate::ServerMessage::Judgments).
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
        #[serde(default, deserialize_with = "crate::text::explanation")]
        #[cfg_attr(feature = "schema", schemars(length(max = pixel_debate_game::Verdict::MAX_EXPLANATION)))]
        explanation: Option<String>,
        /// One finite logit a class, in the order of the labels, instead of a label: the rules say
        /// who wins by them.
        logits: Option<Vec<f32>>,
    },
    /// Has the next reveal of a [recorded](crate::Setup::recorded) debate shown that is shown when it is asked for:
    /// as its one judge, or by the creator's key. In a class's debate its presenter asks so for each reveal, be it an
    /// agent's or a member's, and in the end for the verdict, with which the truth is told.
    Next {
        /// Which debate.
        debate: DebateId,
        /// The number that the reveal's event is to have: [`Turn::seq`](crate::Turn::seq).
        seq: u32,
        /// The creator's key; without one as the judge.
        #[serde(default)]
        token: Option<Token>,
    },
    /// Gives up, in or out of turn: a debater loses by it, and a judge has no verdict.
    Resign {
        /// Which debate.
        debate: DebateId,
    },
    /// Ends a debate that has no outcome yet, as who set it up: everybody is told that it is
    /// [`cancelled`](crate::CloseReason::Cancelled).
    Cancel {
        /// Which debate.
        debate: DebateId,
        /// The creator's key, which came with [`created`](crate::ServerMessage::Created).
        token: Token,
    },
    /// Stops following a debate. A seat can be taken again with its token; the clock goes on.
    Leave {
        /// Which debate.
        debate: DebateId,
    },
    /// Opens a class that votes together; answered by [`opened`](crate::ServerMessage::Opened), with or without an
    /// id.
    Open {},
    /// Joins a class and attends it; answered as [`attend`](Self::Attend) is, once the store has it.
    Join(Join),
    /// Attends a class, as its presenter or as a member who has joined, also from another connection; answered by
    /// [`class`](crate::ServerMessage::Class), with or without an id, which is told again whenever something of it
    /// has changed. A connection attends one class.
    Attend {
        /// Which class.
        class: ClassCode,
        /// The presenter's key, or the member's.
        token: Token,
    },
    /// Says whether a member would debate, if two of the class are drawn for that; answered like
    /// [`attend`](Self::Attend).
    Willing {
        /// Which class.
        class: ClassCode,
        /// The member's key.
        token: Token,
        /// Whether it would.
        willing: bool,
    },
    /// Brings on the next debate of a class, as its presenter; answered like [`attend`](Self::Attend), once the store
    /// has it.
    Round(Round),
    /// Shows all of a class something, or does so no more, as its presenter; answered like [`attend`](Self::Attend).
    Show(Show),
    /// Opens or closes the door of a class, as its presenter: while it is closed nobody new may join. Answered like
    /// [`attend`](Self::Attend), once the store has it.
    Door {
        /// Which class.
        class: ClassCode,
        /// The presenter's key.
        token: Token,
        /// Whether it is open.
        open: bool,
    },
    /// Sends a member away for good, as the class's presenter; answered like [`attend`](Self::Attend), once the store
    /// has it. The member is [told](crate::ServerMessage::Dismissed), and its token opens nothing any more.
    Expel {
        /// Which class.
        class: ClassCode,
        /// The presenter's key.
        token: Token,
        /// Whom: by [`Present::member`](crate::Present::member).
        member: u16,
    },
    /// Ends a class, as its presenter; answered like [`attend`](Self::Attend), and everybody is
    /// [told](crate::ServerMessage::Dismissed).
    Dismiss {
        /// Which class.
        class: ClassCode,
        /// The presenter's key.
        token: Token,
    },
}

impl Request {
    /// Every `"type"`, for those who sent another.
    const TYPES: &str = "\"create\", \"watch\", \"take\", \"resume\", \"reveal\", \"belief\", \
                         \"verdict\", \"next\", \"resign\", \"cancel\", \"leave\", \"open\", \"join\", \
                         \"attend\", \"willing\", \"round\", \"show\", \"door\", \"expel\" or \
                         \"dismiss\"";

    /// Reads a text frame.
    ///
    /// ```
    /// use pixel_debate_protocol::{Request, RefusalCode};
    ///
    /// let request = Request::parse(r#"{"type": "resign", "debate": "d1"}"#)?;
    /// assert_eq!(request.id, None);
    /// // A refusal names the field, says what would be right, and answers the request's id.
    /// let text = r#"{"id": 7, "type": "reveal", "debate": "d1", "seq": 1, "pixel": [300, 2]}"#;
    /// let refusal = Request::parse(text).unwrap_err();
    /// assert_eq!((refusal.id, refusal.code), (Some(7), RefusalCode::Malformed));
    /// assert!(refusal.message.contains("\"pixel[0]\" is 300"), "{refusal}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal`] with the field that is wrong, what is there and what is allowed.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let mut id = None;
        let mut of = "a message".to_owned();
        Self::read(text, &mut id, &mut of).map_err(|mistake| {
            let (message, expected) = (mistake.message(), mistake.expected(&of));
            Refusal::new(RefusalCode::Malformed, message, expected).answering(id)
        })
    }

    /// Reads a text frame, and notes its id and of what kind it is as soon as they are known, so that
    /// a refusal can answer it.
    fn read(text: &str, id: &mut Option<u32>, of: &mut String) -> Result<Self, Mistake> {
        let mut fields = strict::object(strict::json(text.as_bytes())?)?;
        let given = fields.remove("id").filter(|id| !id.is_null());
        let number = given.as_ref().and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok());
        *id = number;
        if let (Some(given), None) = (given, number) {
            let allowed = format!("a whole number from 0 to {}", u32::MAX);
            return Err(Mistake::value("id", strict::found(&given), allowed));
        }
        let kind = match fields.remove("type") {
            Some(Value::String(kind)) => kind,
            Some(other) => return Err(Mistake::value("type", strict::found(&other), Self::TYPES)),
            None => return Err(Mistake::value("type", "missing", Self::TYPES)),
        };
        if Self::TYPES.contains(&format!("{kind:?}")) {
            *of = format!("{kind:?}");
        }
        Ok(Self { id: *id, message: strict::read_as(kind, fields)? })
    }
}

impl Serialize for Request {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let message = serde_json::to_value(&self.message).map_err(ser::Error::custom)?;
        // A message is an object of one field, its kind, and in it all the others.
        let kinds = message.as_object().into_iter().flatten();
        let mut all = serde_json::Map::new();
        for (kind, fields) in kinds {
            all.insert("type".into(), kind.as_str().into());
            all.extend(fields.as_object().cloned().unwrap_or_default());
        }
        all.extend(self.id.map(|id| ("id".into(), id.into())));
        all.serialize(serializer)
    }
}

/// For what needs no answer:
///
/// ```
/// use pixel_debate_protocol::{ClientMessage, DebateId, Request};
///
/// let resign = ClientMessage::Resign { debate: DebateId("d1".into()) };
/// let text = serde_json::to_string(&Request::from(resign))?;
/// assert_eq!(Request::parse(&text)?.id, None);
/// assert_eq!(text, r#"{"debate":"d1","type":"resign"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
                ClientMessage::Take {
                    debate: debate.clone(),
                    token,
                    opinions: true,
                    judge_key: None,
                },
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
            (
                r#"{"type":"next","debate":"d","seq":2}"#,
                ClientMessage::Next { debate: debate.clone(), seq: 2, token: None },
            ),
            (r#"{"type":"resign","debate":"d"}"#, ClientMessage::Resign { debate: debate.clone() }),
            (
                r#"{"type":"cancel","debate":"d","token":"t"}"#,
                ClientMessage::Cancel { debate: debate.clone(), token: Token("t".into()) },
            ),
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
    fn anything_else_is_refused_with_the_field_and_what_is_allowed_there() {
        for (text, message, expected) in [
            ("", "no JSON: EOF", "a JSON object"),
            ("null", "this is null", "a JSON object"),
            ("[]", "this is a list of 0", "a JSON object"),
            (r#"{"debate":"d"}"#, "\"type\" is missing", "\"type\": \"create\", \"watch\""),
            (r#"{"type":0}"#, "\"type\" is 0", "\"type\": \"create\", \"watch\""),
            (r#"{"type":"move"}"#, "\"type\" is the text \"move\"", "\"type\": \"create\""),
            (
                r#"{"type":"leave"}"#,
                "the field \"debate\" is missing",
                "\"leave\" with the field \"debate\"",
            ),
            (r#"{"type":"leave","debate":null}"#, "the field \"debate\" is missing", "\"leave\""),
            (r#"{"type":"leave","debate":["d"]}"#, "\"debate\" is a list", "\"debate\": text"),
            (
                r#"{"type":"watch","debat":"d"}"#,
                "no field \"debat\"",
                "of \"watch\": \"debate\", \"token\" and \"opinions\"",
            ),
            (
                r#"{"type":"reveal","debate":"d","seq":1,"pixel":[1]}"#,
                "\"pixel\" is a list of 1",
                "\"pixel\": a list of 2",
            ),
            (
                r#"{"type":"reveal","debate":"d","seq":1,"pixel":[1,2.0]}"#,
                "\"pixel[1]\" is 2",
                "\"pixel[1]\": a whole number from 0 to 255",
            ),
            (
                r#"{"type":"reveal","debate":"d","seq":-1,"pixel":[1,2]}"#,
                "\"seq\" is -1",
                "\"seq\": a whole number from 0 to 4294967295",
            ),
            (
                r#"{"type":"verdict","debate":"d","logits":[1,"x"]}"#,
                "\"logits[1]\" is the text \"x\"",
                "\"logits[1]\": a number",
            ),
            (r#"{"type":"create","lies":1}"#, "no field \"lies\"", "\"lie\""),
            (
                r#"{"type":"create","clock":{"move":1}}"#,
                "no field \"clock.move\"",
                "of \"clock\": \"move_ms\" and \"bank_ms\"",
            ),
            (
                r#"{"type":"create","clock":{"move_ms":"1"}}"#,
                "\"clock.move_ms\" is the text \"1\"",
                "\"clock.move_ms\": a whole",
            ),
            (
                r#"{"type":"create","clock":[1,2]}"#,
                "\"clock\" is a list of 2",
                "\"clock\": a JSON object",
            ),
            (
                r#"{"type":"create","first":{"honest":null}}"#,
                "\"first\" is an object",
                "\"first\": \"honest\" or \"liar\"",
            ),
            (
                r#"{"type":"create","first":0}"#,
                "\"first\" is 0",
                "\"first\": \"honest\" or \"liar\"",
            ),
            (
                r#"{"type":"create","pixels":300}"#,
                "\"pixels\" is 300",
                "\"pixels\": a whole number from 0 to 255",
            ),
            (r#"{"type":"create","image":-1}"#, "\"image\" is -1", "\"image\": a whole"),
            (
                r#"{"type":"create","honest":"outside:"}"#,
                "\"honest\" is the text \"outside:\"",
                "\"honest\": \"outside\", or",
            ),
            (r#"{"type":"create","private":true}"#, "no field \"private\"", "\"visibility\""),
            (r#"{"type":"watch","id":"seven"}"#, "\"id\" is the text \"seven\"", "\"id\": a whole"),
            (r#"{"type":"watch","type":"leave"}"#, "\"type\" is there twice", "once"),
            (
                r#"{"type":"create","clock":{"move_ms":1,"move_ms":2}}"#,
                "\"move_ms\" is there twice",
                "once",
            ),
            (r#"{"type":"watch"} {}"#, "trailing", "a JSON object"),
        ] {
            let refusal = Request::parse(text).unwrap_err();
            assert_eq!(refusal.code, RefusalCode::Malformed);
            assert!(refusal.message.contains(message), "{text}: {}", refusal.message);
            assert!(refusal.expected.contains(expected), "{text}: {}", refusal.expected);
        }
        let long = format!(r#"{{"type":"{}"}}"#, "x".repeat(10_000));
        assert!(Request::parse(&long).unwrap_err().message.len() < 200);
    }

    #[test]
    fn null_is_as_good_as_leaving_a_field_out() {
        let all = serde_json::to_value(Setup::default()).unwrap();
        let mut nulls: serde_json::Map<_, _> = all.as_object().unwrap().clone();
        nulls.values_mut().for_each(|value| *value = Value::Null);
        nulls.extend([("type".into(), "create".into()), ("id".into(), Value::Null)]);
        let message = ClientMessage::Create(Setup::default());
        assert_eq!(Request::parse(&Value::Object(nulls).to_string()), Ok(message.into()));
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
