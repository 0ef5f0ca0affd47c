//! What a participant may try, and what then has happened.

use serde::{Deserialize, Serialize};

use crate::{Debater, Outcome, Pixel, Verdict};

/// Something that a participant does, not yet checked.
///
/// ```
/// use pixel_debate_game::{Debater, Event, Move, Pixel};
/// # use pixel_debate_game::{Debate, Image, Role, Rules};
/// # let image = std::sync::Arc::new(Image::new(2, 1, vec![200, 90])?);
/// # let mut debate = Debate::new(Rules::paper(2, true, Role::Liar), image, 7, Some(1), 10)?;
///
/// // A move names the pixel; its value is the image's to say.
/// let (by, pixel) = (Debater::First, Pixel::new(0, 0));
/// let event = debate.apply(Move::Reveal { by, pixel })?;
/// assert_eq!(event, Event::Reveal { by, pixel, value: 200 });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Move {
    /// A debater shows a pixel to the judge.
    Reveal {
        /// Who reveals.
        by: Debater,
        /// Which pixel.
        pixel: Pixel,
    },
    /// A debater gives up. Allowed until the end, in and out of turn.
    Resign {
        /// Who resigns.
        by: Debater,
    },
    /// A debater is ruled to have lost, by whoever runs the debate: the rules have no clock.
    Forfeit {
        /// Who forfeits.
        by: Debater,
        /// What for.
        reason: ForfeitReason,
    },
    /// The judge answers, once all pixels are revealed.
    Verdict(Verdict),
}

/// Why a debater forfeits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ForfeitReason {
    /// Its time ran out.
    Time,
    /// It made an illegal move.
    IllegalMove,
    /// It never came, or left.
    Absent,
}

/// Something that has happened in a debate, with all that is needed to do it again.
///
/// Serialises as an object with a `"type"`: `{"type": "reveal", "by": "first", "pixel": [12, 7],
/// "value": 253}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum Event {
    /// A pixel was shown to the judge.
    Reveal {
        /// Who revealed it.
        by: Debater,
        /// Where it is.
        pixel: Pixel,
        /// Its value in the image.
        value: u8,
    },
    /// A debater gave up; the other has won.
    Resigned {
        /// Who gave up.
        by: Debater,
    },
    /// A debater forfeited; the other has won.
    Forfeited {
        /// Who forfeited.
        by: Debater,
        /// What for.
        reason: ForfeitReason,
    },
    /// The judge answered.
    Verdict {
        /// The answer.
        verdict: Verdict,
        /// What it led to.
        outcome: Outcome,
    },
}

impl From<Event> for Move {
    /// The move that leads to this event.
    ///
    /// ```
    /// use pixel_debate_game::{Debater, Event, Move, Pixel};
    ///
    /// let json = r#"{"type": "reveal", "by": "first", "pixel": [12, 7], "value": 253}"#;
    /// let event: Event = serde_json::from_str(json)?;
    /// let r#move = Move::Reveal { by: Debater::First, pixel: Pixel::new(12, 7) };
    /// assert_eq!(Move::from(event), r#move);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn from(event: Event) -> Self {
        match event {
            Event::Reveal { by, pixel, .. } => Self::Reveal { by, pixel },
            Event::Resigned { by } => Self::Resign { by },
            Event::Forfeited { by, reason } => Self::Forfeit { by, reason },
            Event::Verdict { verdict, .. } => Self::Verdict(verdict),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{OutcomeReason, Role};

    #[test]
    fn events_are_tagged_objects() {
        let outcome = Outcome { winner: Role::Liar, reason: OutcomeReason::Verdict };
        for (event, json) in [
            (
                Event::Reveal { by: Debater::First, pixel: Pixel::new(12, 7), value: 253 },
                r#"{"type":"reveal","by":"first","pixel":[12,7],"value":253}"#,
            ),
            (Event::Resigned { by: Debater::Second }, r#"{"type":"resigned","by":"second"}"#),
            (
                Event::Forfeited { by: Debater::First, reason: ForfeitReason::IllegalMove },
                r#"{"type":"forfeited","by":"first","reason":"illegal_move"}"#,
            ),
            (
                Event::Verdict { verdict: Verdict::Logits { logits: vec![0.5, -1.25] }, outcome },
                r#"{"type":"verdict","verdict":{"type":"logits","logits":[0.5,-1.25]},"outcome":{"winner":"liar","reason":"verdict"}}"#,
            ),
            (
                Event::Verdict { verdict: Verdict::label(8), outcome },
                r#"{"type":"verdict","verdict":{"type":"label","label":8,"probability":null},"outcome":{"winner":"liar","reason":"verdict"}}"#,
            ),
            (
                Event::Verdict {
                    verdict: Verdict::Label {
                        label: 8,
                        probability: None,
                        explanation: Some("two holes".into()),
                    },
                    outcome,
                },
                r#"{"type":"verdict","verdict":{"type":"label","label":8,"probability":null,"explanation":"two holes"},"outcome":{"winner":"liar","reason":"verdict"}}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&event).unwrap(), json);
            assert_eq!(serde_json::from_str::<Event>(json).unwrap(), event);
        }
    }
}
