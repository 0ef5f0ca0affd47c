//! What a client says.

use serde::{Deserialize, Serialize};

use super::{DebateId, Refusal, RefusalCode, Setup, Token};

/// A message from a client to the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum ClientMessage {
    /// Sets up a debate; answered by [`created`](crate::ServerMessage::Created). The debate begins
    /// when somebody watches it or, where a person judges, when the judge's seat is taken. It waits
    /// while nobody follows it.
    Create(Setup),
    /// Watches a debate; answered by its [`state`](crate::ServerMessage::State), which is sent
    /// again after each event.
    Watch {
        /// Which debate; `null` for the one that the server shows to visitors, which it begins if
        /// none is under way.
        debate: Option<DebateId>,
    },
    /// Takes the judge's seat, also from another connection that holds it; answered by the
    /// debate's [`state`](crate::ServerMessage::State) as the judge may see it, which is sent again
    /// after each event.
    Take {
        /// Which debate.
        debate: DebateId,
        /// The key to the seat.
        token: Token,
    },
    /// Answers as the judge, once all pixels are revealed.
    Verdict {
        /// Which debate.
        debate: DebateId,
        /// The label that the judge believes: with precommit one of the claims.
        label: u8,
        /// How sure the judge is of it, from 0 to 1, if it says.
        probability: Option<f32>,
    },
    /// Stops watching a debate, or gives up its seat, which its token can take again.
    Leave {
        /// Which debate.
        debate: DebateId,
    },
}

impl ClientMessage {
    /// Every `"type"`, for those who sent another.
    const TYPES: &str = "\"create\", \"watch\", \"take\", \"verdict\" or \"leave\"";

    /// Reads a text frame.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        serde_json::from_str(text).map_err(|error| {
            Refusal::new(
                RefusalCode::Malformed,
                format!("this is not a message of the protocol: {error}"),
                format!("a JSON object whose \"type\" is {}, with that type's fields", Self::TYPES),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::JudgeKind;
    use super::*;

    #[test]
    fn messages_read_as_documented() {
        let debate = DebateId("d".into());
        for (text, message) in [
            (r#"{"type":"create"}"#, ClientMessage::Create(Setup::default())),
            (
                r#"{"type":"create","image":7,"lie":3,"judge":"person","honest":"greedy"}"#,
                ClientMessage::Create(Setup {
                    image: Some(7),
                    lie: Some(3),
                    judge: JudgeKind::Person,
                    honest: "greedy".into(),
                    ..Setup::default()
                }),
            ),
            (r#"{"type":"watch"}"#, ClientMessage::Watch { debate: None }),
            (r#"{"type":"watch","debate":null}"#, ClientMessage::Watch { debate: None }),
            (
                r#"{"type":"take","debate":"d","token":"t"}"#,
                ClientMessage::Take { debate: debate.clone(), token: Token("t".into()) },
            ),
            (
                r#"{"debate":"d","label":3,"type":"verdict"}"#,
                ClientMessage::Verdict { debate: debate.clone(), label: 3, probability: None },
            ),
            (r#"{"type":"leave","debate":"d"}"#, ClientMessage::Leave { debate }),
        ] {
            assert_eq!(ClientMessage::parse(text), Ok(message), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_what_is_wrong() {
        for (text, wrong) in [
            ("", "EOF"),
            ("null", "expected"),
            ("[]", "missing field `type`"),
            (r#"{"debate":"d"}"#, "missing field `type`"),
            (r#"{"type":"reveal"}"#, "unknown variant `reveal`"),
            (r#"{"type":"leave"}"#, "missing field `debate`"),
            (r#"{"type":"watch","debat":"d"}"#, "unknown field `debat`"),
            (r#"{"type":"create","lies":1}"#, "unknown field `lies`"),
            (r#"{"type":"create","pixels":300}"#, "300"),
            (r#"{"type":"create","image":-1}"#, "-1"),
            (r#"{"type":"watch"} {}"#, "trailing"),
        ] {
            let refusal = ClientMessage::parse(text).unwrap_err();
            assert_eq!(refusal.code, RefusalCode::Malformed);
            assert!(refusal.message.contains(wrong), "{text}: {}", refusal.message);
            assert!(refusal.expected.contains("\"create\""));
        }
    }

    #[test]
    fn a_token_is_not_printed() {
        let message = ClientMessage::parse(r#"{"type":"take","debate":"d","token":"secret"}"#);
        assert!(!format!("{message:?}").contains("secret"));
    }
}
