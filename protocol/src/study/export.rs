//! What the researcher asks to be handed out.

use serde::{Deserialize, Serialize};

use super::wire;
use crate::{Refusal, strict};

/// `POST /api/study/export`, with the researcher's token: hands out what has come of the study so far, as it is at one
/// moment, for `pixel-debate study export`, `report` and `payments`. Before the study has ended this is a look at it: it is
/// noted for ever before anything is handed out, and is in every export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "typescript", ts(tag = "type"))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Export {
    /// All that was judged and answered.
    Results {
        /// Whether with the parameters of participants' links, and their codes. They are in it in any case where the
        /// study does not call them by pseudonyms.
        identify: bool,
    },
    /// Who took part, with the parameters of the link, what has become of them, their codes and what they have earned; and
    /// nothing of what was judged.
    Payments {},
}

impl Export {
    const TYPES: &str = "\"results\" or \"payments\"";

    /// Reads what a client says, to the letter.
    ///
    /// ```
    /// use pixel_debate_protocol::study::Export;
    ///
    /// let export = Export::parse(br#"{"type": "results", "identify": false}"#)?;
    /// assert_eq!(export, Export::Results { identify: false });
    /// assert!(Export::parse(br#"{"type": "results"}"#).is_err());
    /// # Ok::<(), pixel_debate_protocol::Refusal>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A [`Refusal`] that names the field, what is there and what is allowed.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let read = || {
            let mut fields = strict::object(strict::json(body)?)?;
            let kind = wire::kind(&mut fields, Self::TYPES)?;
            strict::read_as(kind, fields)
        };
        read().map_err(|mistake| wire::refusal(&mistake, "what is to be handed out"))
    }

    /// As it is sent: an object with the type, and its fields.
    ///
    /// ```
    /// use pixel_debate_protocol::study::Export;
    ///
    /// let sent = Export::Results { identify: true }.to_json();
    /// assert_eq!(Export::parse(sent.as_bytes()), Ok(Export::Results { identify: true }));
    /// ```
    pub fn to_json(self) -> String {
        match self {
            Self::Results { identify } => {
                serde_json::json!({ "type": "results", "identify": identify }).to_string()
            }
            Self::Payments {} => serde_json::json!({ "type": "payments" }).to_string(),
        }
    }
}
