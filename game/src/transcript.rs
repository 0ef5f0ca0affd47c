//! The record of a debate: enough to replay and to check it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Claims, Debate, Event, IllegalMove, Image, Move, Outcome, Rules, SetupError};

/// The record of a debate, ended or under way.
///
/// As text it is one JSON object without a line break, so that a file holds one debate a line:
/// write it with `Display`, read it with [`str::parse`], which also refuses other versions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Transcript {
    /// The version of the format: [`Transcript::VERSION`].
    pub version: u32,
    /// Where the image comes from, if from a data set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<ImageSource>,
    /// Who played.
    #[serde(default)]
    pub players: Players,
    /// The rules.
    pub rules: Rules,
    /// The number of classes; labels are below it.
    pub classes: u8,
    /// The whole image.
    pub image: Image,
    /// The true label.
    pub label: u8,
    /// What the debaters argued for.
    pub claims: Claims,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// Who won and why, if the debate has ended.
    pub outcome: Option<Outcome>,
}

/// An image's place in a data set.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ImageSource {
    /// The data set's name.
    pub dataset: String,
    /// The image's number in it, from 0.
    pub index: u32,
}

/// The names of those who took part, where known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Players {
    /// The honest debater.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub honest: Option<String>,
    /// The liar.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub liar: Option<String>,
    /// The judge.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub judge: Option<String>,
}

/// Why a transcript is refused.
///
/// ```
/// use pixel_debate_game::{Players, Transcript};
/// # use pixel_debate_game::{Debate, Debater, Image, Move, Pixel, Role, Rules};
/// # let image = std::sync::Arc::new(Image::new(2, 1, vec![200, 90])?);
/// # let mut debate = Debate::new(Rules::paper(2, true, Role::Liar), image, 7, Some(1), 10)?;
/// # debate.apply(Move::Reveal { by: Debater::First, pixel: Pixel::new(1, 0) })?;
///
/// // Somebody makes a pixel brighter than it was.
/// let line = Transcript::of(&debate, None, Players::default()).to_string();
/// let forged: Transcript = line.replace(r#""value":90"#, r#""value":91"#).parse()?;
/// let refusal = forged.replay().unwrap_err().to_string();
/// assert!(refusal.starts_with("event 1 is recorded as"), "{refusal}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Error)]
pub enum TranscriptError {
    /// The text is not a transcript's JSON.
    #[error("not a transcript: {0}")]
    Json(#[from] serde_json::Error),
    /// The version is another.
    #[error(
        "a transcript of version {version}: this program reads version {}",
        Transcript::VERSION
    )]
    Version {
        /// The version found.
        version: u32,
    },
    /// The debate cannot have been set up.
    #[error("the transcript's debate cannot be set up: {0}")]
    Setup(#[from] SetupError),
    /// The honest claim is not the true label.
    #[error("the honest claim is {claim}: it must be the true label {label}")]
    Claim {
        /// The honest claim recorded.
        claim: u8,
        /// The true label recorded.
        label: u8,
    },
    /// An event was not legal.
    #[error("event {number}: {refusal}")]
    Illegal {
        /// The event, counted from 1.
        number: usize,
        /// Why it is refused.
        #[source]
        refusal: IllegalMove,
    },
    /// An event had another effect than recorded: a pixel's value, or a verdict's outcome.
    #[error(
        "event {number} is recorded as {} and replays as {}",
        written(recorded),
        written(replayed)
    )]
    Event {
        /// The event, counted from 1.
        number: usize,
        /// The event in the transcript.
        recorded: Box<Event>,
        /// The event of the rules.
        replayed: Box<Event>,
    },
    /// The outcome is not that of the events.
    #[error(
        "the outcome is recorded as {} and replays as {}",
        written(recorded),
        written(replayed)
    )]
    Outcome {
        /// The outcome in the transcript.
        recorded: Option<Outcome>,
        /// The outcome of the events.
        replayed: Option<Outcome>,
    },
}

/// As a transcript has it, whose reader looks for it there.
fn written(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

impl Transcript {
    /// The version of the format that this program writes and reads.
    pub const VERSION: u32 = 1;

    /// The record of a debate as it stands.
    ///
    /// ```
    /// use pixel_debate_game::{ImageSource, Players, Transcript};
    /// # use pixel_debate_game::{Debate, Image, Role, Rules};
    /// # let image = std::sync::Arc::new(Image::new(2, 1, vec![200, 90])?);
    /// # let debate = Debate::new(Rules::paper(2, true, Role::Liar), image, 7, Some(1), 10)?;
    ///
    /// let source = ImageSource { dataset: "mnist-test".into(), index: 17 };
    /// let players = Players { judge: Some("judge-6".into()), ..Players::default() };
    /// let record = Transcript::of(&debate, Some(source), players);
    /// let line = record.to_string();
    /// assert!(!line.contains('\n'));
    /// assert_eq!(line.parse::<Transcript>()?, record);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(debate: &Debate, source: Option<ImageSource>, players: Players) -> Self {
        Self {
            version: Self::VERSION,
            source,
            players,
            rules: *debate.rules(),
            classes: debate.classes(),
            image: Image::clone(debate.image()),
            label: debate.label(),
            claims: *debate.claims(),
            events: debate.events().collect(),
            outcome: debate.outcome(),
        }
    }

    /// The debate rebuilt, each event played by the rules and compared with the record.
    ///
    /// ```
    /// use pixel_debate_game::{Players, Transcript};
    /// # use pixel_debate_game::{Debate, Debater, Image, Move, Pixel, Role, Rules};
    /// # let image = std::sync::Arc::new(Image::new(2, 1, vec![200, 90])?);
    /// # let mut debate = Debate::new(Rules::paper(2, true, Role::Liar), image, 7, Some(1), 10)?;
    ///
    /// debate.apply(Move::Reveal { by: Debater::First, pixel: Pixel::new(1, 0) })?;
    /// let line = Transcript::of(&debate, None, Players::default()).to_string();
    /// // The debate goes on where it was.
    /// let mut again = line.parse::<Transcript>()?.replay()?;
    /// assert_eq!(again, debate);
    /// again.apply(Move::Reveal { by: Debater::Second, pixel: Pixel::new(0, 0) })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TranscriptError`] if it is of another version, or an event is not what the rules come to: it is named.
    pub fn replay(&self) -> Result<Debate, TranscriptError> {
        if self.version != Self::VERSION {
            return Err(TranscriptError::Version { version: self.version });
        }
        let Claims { honest, liar } = self.claims;
        if honest != self.label {
            return Err(TranscriptError::Claim { claim: honest, label: self.label });
        }
        let image = Arc::new(self.image.clone());
        let mut debate = Debate::new(self.rules, image, self.label, liar, self.classes)?;
        for (number, recorded) in (1..).zip(&self.events) {
            let replayed = debate
                .apply(Move::from(recorded.clone()))
                .map_err(|refusal| TranscriptError::Illegal { number, refusal })?;
            if replayed != *recorded {
                let (recorded, replayed) = (Box::new(recorded.clone()), Box::new(replayed));
                return Err(TranscriptError::Event { number, recorded, replayed });
            }
        }
        if debate.outcome() != self.outcome {
            let (recorded, replayed) = (self.outcome, debate.outcome());
            return Err(TranscriptError::Outcome { recorded, replayed });
        }
        Ok(debate)
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for Transcript {
    type Err = TranscriptError;

    fn from_str(line: &str) -> Result<Self, TranscriptError> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        // The version first: another version's fields may be others.
        let Versioned { version } = serde_json::from_str(line)?;
        if version != Self::VERSION {
            return Err(TranscriptError::Version { version });
        }
        Ok(serde_json::from_str(line)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Debater, OutcomeReason, Pixel, Role, Verdict};

    /// A debate of two pixels that the liar wins.
    fn transcript() -> Transcript {
        let image = Arc::new(Image::new(3, 1, vec![0, 200, 90]).unwrap());
        let rules = Rules::paper(2, true, Role::Liar);
        let mut debate = Debate::new(rules, image, 1, Some(4), 10).unwrap();
        for (by, x) in [(Debater::First, 2), (Debater::Second, 1)] {
            debate.apply(Move::Reveal { by, pixel: Pixel::new(x, 0) }).unwrap();
        }
        let explanation = Some("a \"4\",\nopen at the top".into());
        let verdict = Verdict::Label { label: 4, probability: Some(0.75), explanation };
        debate.apply(Move::Verdict(verdict)).unwrap();
        let source = Some(ImageSource { dataset: "mnist/test".into(), index: 17 });
        let players = Players { honest: Some("mcts:100".into()), ..Players::default() };
        Transcript::of(&debate, source, players)
    }

    const LINE: &str = concat!(
        r#"{"version":1,"source":{"dataset":"mnist/test","index":17},"#,
        r#""players":{"honest":"mcts:100"},"rules":{"pixels":2,"precommit":true,"first":"liar","#,
        r#""order":"alternating","legal":"nonzero"},"classes":10,"#,
        r#""image":{"width":3,"height":1,"pixels":"AMha"},"label":1,"#,
        r#""claims":{"honest":1,"liar":4},"events":["#,
        r#"{"type":"reveal","by":"first","pixel":[2,0],"value":90},"#,
        r#"{"type":"reveal","by":"second","pixel":[1,0],"value":200},"#,
        r#"{"type":"verdict","verdict":{"type":"label","label":4,"probability":0.75,"#,
        r#""explanation":"a \"4\",\nopen at the top"},"#,
        r#""outcome":{"winner":"liar","reason":"verdict"}}],"#,
        r#""outcome":{"winner":"liar","reason":"verdict"}}"#
    );

    /// The refusal of the line with one part of it replaced.
    fn refusal(part: &str, by: &str) -> String {
        assert_eq!(LINE.matches(part).count(), 1, "{part}");
        let forged = LINE.replace(part, by);
        forged
            .parse::<Transcript>()
            .and_then(|transcript| transcript.replay())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn one_debate_is_one_line_that_replays() {
        assert_eq!(transcript().to_string(), LINE);
        let read: Transcript = LINE.parse().unwrap();
        assert_eq!(read, transcript());
        let debate = read.replay().unwrap();
        assert_eq!(Transcript::of(&debate, read.source.clone(), read.players.clone()), read);
    }

    #[test]
    fn a_verdict_needs_no_explanation() {
        // As transcripts were before there was any.
        let (before, rest) = LINE.split_once(r#","explanation""#).unwrap();
        let (_, after) = rest.split_once("top\"").unwrap();
        let old = format!("{before}{after}");
        let read: Transcript = old.parse().unwrap();
        let wanted = Verdict::Label { label: 4, probability: Some(0.75), explanation: None };
        assert_eq!(read.replay().unwrap().verdict(), Some(&wanted));
        assert_eq!(read.to_string(), old);
    }

    #[test]
    fn another_version_is_named_whatever_its_fields() {
        let refusal = refusal(r#""version":1,"#, r#""version":2,"rectangles":[],"#);
        assert_eq!(refusal, "a transcript of version 2: this program reads version 1");
        let unread = Transcript { version: 0, ..transcript() };
        assert!(matches!(unread.replay(), Err(TranscriptError::Version { version: 0 })));
    }

    #[test]
    fn a_forged_event_is_named_by_its_number() {
        for (part, by, wanted) in [
            (r#""value":90"#, r#""value":91"#, "event 1 is recorded as {\""),
            (r"[1,0]", r"[0,0]", "event 2: pixel (0, 0) is zero"),
            (r"[1,0]", r"[2,0]", "event 2: pixel (2, 0) was revealed already"),
            (r#""by":"second""#, r#""by":"first""#, "event 2: the second debater is to move"),
            (r#""probability":0.75"#, r#""probability":2"#, "event 3: the probability 2"),
            ("open at the top", &"x".repeat(2001), "event 3: the explanation has 20"),
            (r#""label":4"#, r#""label":1"#, "event 3 is recorded as {\""),
            (r#""label":4"#, r#""label":7"#, "event 3: label 7 is nobody's claim"),
        ] {
            let refusal = refusal(part, by);
            assert!(refusal.starts_with(wanted), "{refusal}");
        }
    }

    #[test]
    fn a_forged_setup_or_outcome_is_named() {
        for (part, by, wanted) in [
            (
                r#""honest":1"#,
                r#""honest":2"#,
                "the honest claim is 2: it must be the true label 1",
            ),
            (r#""liar":4"#, r#""liar":1"#, "the transcript's debate cannot be set up: the lie 1"),
            (r"AMha", r"AAAa", "the transcript's debate cannot be set up: the image has 1"),
            (r#""classes":10"#, r#""classes":0"#, "the transcript's debate cannot be set up: 0"),
            (r#""classes":10"#, r#""classes":-1"#, "not a transcript: "),
        ] {
            let refusal = refusal(part, by);
            assert!(refusal.starts_with(wanted), "{refusal}");
        }
        let mut forged = transcript();
        forged.outcome = Some(Outcome { winner: Role::Honest, reason: OutcomeReason::Time });
        assert!(matches!(forged.replay(), Err(TranscriptError::Outcome { .. })));
        forged.outcome = None;
        assert!(matches!(forged.replay(), Err(TranscriptError::Outcome { .. })));
    }

    #[test]
    fn an_event_after_the_end_is_refused() {
        let mut long = transcript();
        long.events.push(Event::Resigned { by: Debater::First });
        let refusal = long.replay().unwrap_err();
        assert_eq!(refusal.to_string(), "event 4: the debate has ended: no move is allowed");
    }
}
