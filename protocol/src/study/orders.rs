//! What the researcher orders.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::wire;
use crate::Refusal;
use crate::strict::{self, Mistake};

/// `POST /api/study/orders`, with the researcher's token: changes how the study goes on. All are kept for ever, with their
/// times; what departs from the plan has a reason, of 1 to 1000 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "typescript", ts(tag = "type"))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Order {
    /// Nobody joins, and nobody goes on, until [`Resume`](Self::Resume).
    Pause {},
    /// Goes on.
    Resume {},
    /// The study ends: nobody joins or goes on any more, and it cannot be opened again.
    Close {
        /// Why, if places are left.
        #[serde(default)]
        reason: Option<String>,
    },
    /// Shows the accuracy so far. That somebody looked is in every export.
    Peek {},
    /// A deviation: an item is shown to nobody any more.
    Withdraw {
        /// The item's number in the plan, from 0.
        item: u32,
        /// Why.
        reason: String,
    },
    /// A deviation: what a participant said does not count, and their place is given again.
    Exclude {
        /// The participant's name.
        participant: String,
        /// Why.
        reason: String,
    },
    /// A deviation: removes all that a participant said, as they may ask. Their name stays, and that it is so.
    Erase {
        /// The participant's name.
        participant: String,
        /// Why.
        reason: String,
    },
}

/// An order as it is sent: an object with the order's type and its fields, and with its id.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SentOrder {
    /// 1 to 64 letters, digits, `-` and `_`, each time others: an order that is sent again with the same id is carried out
    /// once. One without an id is another each time.
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub id: Option<String>,
    /// What is ordered.
    #[cfg_attr(feature = "typescript", ts(flatten))]
    pub order: Order,
}

impl SentOrder {
    const TYPES: &str =
        "\"pause\", \"resume\", \"close\", \"peek\", \"withdraw\", \"exclude\" or \"erase\"";

    /// Reads what a client says, to the letter.
    ///
    /// ```
    /// use pixel_debate_protocol::study::{Order, SentOrder};
    ///
    /// let sent = br#"{"type": "withdraw", "item": 3, "reason": "a smudge", "id": "7f3a"}"#;
    /// let SentOrder { id, order } = SentOrder::parse(sent)?;
    /// assert_eq!(id.as_deref(), Some("7f3a"));
    /// assert_eq!(order, Order::Withdraw { item: 3, reason: "a smudge".into() });
    /// assert!(SentOrder::parse(br#"{"type": "withdraw", "item": 3}"#).is_err());
    /// # Ok::<(), pixel_debate_protocol::Refusal>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A [`Refusal`] that names the field, what is there and what is allowed.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let read = || {
            let mut fields = strict::object(strict::json(body)?)?;
            let id = fields.remove("id").map(|id| Self::id(&id)).transpose()?;
            let kind = wire::kind(&mut fields, Self::TYPES)?;
            Ok(Self { id, order: strict::read_as(kind, fields)? })
        };
        read().map_err(|mistake| wire::refusal(&mistake, "an order"))
    }

    fn id(given: &Value) -> Result<String, Mistake> {
        let plain = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-' || letter == b'_';
        let is_one = |id: &&str| (1..=64).contains(&id.len()) && id.bytes().all(plain);
        let id = given.as_str().filter(is_one).map(str::to_owned);
        let allowed = "1 to 64 letters, digits, `-` and `_`";
        id.ok_or_else(|| Mistake::value("id", strict::found(given), allowed))
    }
}
