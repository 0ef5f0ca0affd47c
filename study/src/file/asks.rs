//! What is asked of an item, and in what time.

use pixel_debate_fields::{Count, Fields, Refusal, named};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::InStudy;

/// What is asked of an item. A verdict always is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asks {
    /// When the judge says how probable the answers are. Nothing is set beforehand: a belief counts only when given.
    pub belief: Belief,
    /// Whether the judge says how sure it is of its verdict.
    pub confidence: bool,
    /// Whether it explains the verdict.
    pub explanation: Explanation,
    /// Whether a verdict against the last belief needs a reason; otherwise it is refused.
    pub reason: bool,
    /// When the truth is told of main items. Of practice items it is at once.
    pub feedback: Feedback,
}

/// When a belief is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Belief {
    /// After each reveal.
    Each,
    /// After the last.
    End,
    /// Never.
    Never,
}

/// Whether a verdict is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Explanation {
    /// It is not asked for.
    Never,
    /// It may be.
    Optional,
    /// It must be.
    Required,
}

/// When the truth is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feedback {
    /// After each item.
    Item,
    /// After the last item.
    End,
    /// Never.
    Never,
}

/// How long participants have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// Seconds for an item, 5 to 3600; as long as it takes, where nothing is said.
    pub limit: Option<u64>,
    /// How many seconds before their end there is a warning, 1 to 600.
    pub warning: Option<u64>,
    /// How many milliseconds lie between reveals at least, 0 to 60,000: at 0 the judge goes on when it likes.
    pub reveal_ms: u64,
}

pub(super) const ASKS: &[&str] = &["belief", "confidence", "explanation", "reason", "feedback"];
pub(super) const TIMES: &[&str] = &["limit", "warning", "reveal_ms"];

impl Asks {
    pub(super) fn read(fields: &Fields<'_, '_, InStudy>) -> Result<Self, Refusal> {
        let belief = fields.or("belief", Belief::Each)?.into_inner();
        let reason = fields.or("reason", belief != Belief::Never)?.into_inner();
        if reason && belief == Belief::Never {
            let refused = "`reason` is true: it must be false where `belief` is \"never\", for then no \
                           verdict is against one";
            return Err(fields.refuse("reason", refused));
        }
        Ok(Self {
            belief,
            confidence: fields.or("confidence", false)?.into_inner(),
            explanation: fields.or("explanation", Explanation::Never)?.into_inner(),
            reason,
            feedback: fields.or("feedback", Feedback::Never)?.into_inner(),
        })
    }
}

impl Times {
    pub(super) fn read(fields: &Fields<'_, '_, InStudy>) -> Result<Self, Refusal> {
        let limit: Option<Spanned<Count<5, 3600>>> = fields.optional("limit")?;
        let limit = limit.map(|limit| limit.into_inner().get());
        let warning: Option<Spanned<Count<1, 600>>> = fields.optional("warning")?;
        let warning = warning.map(|warning| warning.into_inner().get());
        match (limit, warning) {
            (None, Some(_)) => {
                let reason =
                    "`warning` needs `limit`: where there is no limit nobody is warned of one";
                return Err(fields.refuse("warning", reason));
            }
            (Some(limit), Some(warning)) if warning >= limit => {
                let reason = format!(
                    "`warning` is {warning}: it must be a whole number from 1 to {}, below `limit`",
                    (limit - 1).min(600)
                );
                return Err(fields.refuse("warning", reason));
            }
            _ => {}
        }
        let reveal_ms: Option<Spanned<Count<0, 60_000>>> = fields.optional("reveal_ms")?;
        let reveal_ms = reveal_ms.map_or(0, |pause| pause.into_inner().get());
        Ok(Self { limit, warning, reveal_ms })
    }
}

named!(InStudy; Belief:
    "each" => Belief::Each,
    "end" => Belief::End,
    "never" => Belief::Never,
);
named!(InStudy; Explanation:
    "never" => Explanation::Never,
    "optional" => Explanation::Optional,
    "required" => Explanation::Required,
);
named!(InStudy; Feedback:
    "item" => Feedback::Item,
    "end" => Feedback::End,
    "never" => Feedback::Never,
);
