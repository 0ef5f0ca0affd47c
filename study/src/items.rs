//! The items of a study: what is judged, made from the file alone.
//!
//! All that is random comes from the study's seed, and nothing depends on the machine, the number of threads, or where
//! the work was stopped and gone on with. For that the judge must compute with
//! [portable](pixel_debate_judge::kernels::Instructions) instructions, which the program has it do; the plan says with
//! which it did.

mod choose;
mod error;
mod kept;
mod make;
mod play;
mod proof;
pub(crate) mod seeds;
mod work;

use pixel_debate_game::{
    Claims, Event, Image, ImageSource, Outcome, Pixel, Players, Role, Rules, Transcript, Verdict,
    honest_wins,
};
use serde::{Deserialize, Serialize};

pub use choose::{Chosen, ChosenImage, TierCount};
pub use error::ItemsError;
pub use proof::{Proof, ProvenGame};
pub use work::{Observer, Stage, Unobserved};

/// What is judged: an image in a condition, and what is shown of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// What it is for.
    pub part: Part,
    /// The condition's name. Of an attention check it is that of the items that it looks like.
    pub condition: Option<String>,
    /// The tier's name, if it has one.
    pub tier: Option<String>,
    /// Which image of the data set.
    pub source: ImageSource,
    /// The whole image.
    pub image: Image,
    /// The right answer.
    pub label: u8,
    /// The answers that there are: the right one and the lie; without a lie, every class is one.
    pub claims: Claims,
    /// Who begins, or for whom the adviser argues; nobody where pixels are random.
    pub first: Option<Role>,
    /// What is shown.
    pub shown: Shown,
    /// What is shown at once with the last of these, so that the answer is plain: of attention checks alone.
    pub rest: Vec<Glimpse>,
    /// What is proven of the image, if anything is.
    pub proof: Option<Proof>,
}

/// What an item is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// To practise.
    Practice,
    /// To be counted.
    Main,
    /// To see who attends.
    Check,
}

/// What is shown of an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Shown {
    /// A debate that was played beforehand.
    Recorded {
        /// Its rules.
        rules: Rules,
        /// Who played.
        players: Players,
        /// What happened, the built-in judge's verdict included.
        events: Vec<Event>,
        /// Who won before the built-in judge.
        outcome: Option<Outcome>,
    },
    /// A debate that is played while the judge waits.
    Live {
        /// Its rules.
        rules: Rules,
        /// Who plays.
        players: Players,
        /// The seed of the condition's debates, of which each debater's is the
        /// [`agent_seed`](pixel_debate_play::agent_seed). It is text: a number of JSON has not as many digits.
        seed: String,
    },
    /// Random pixels, of nobody's choice.
    Random {
        /// In the order in which they are shown.
        pixels: Vec<Glimpse>,
        /// What the built-in judge makes of them all; nothing, where it is not asked.
        logits: Vec<f32>,
    },
}

/// A pixel and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Glimpse {
    /// Where it is.
    pub pixel: Pixel,
    /// Its value, 0 black to 255 white.
    pub value: u8,
}

impl Item {
    /// The built-in judge's logits in the end, a number a label that it tells apart; `None` where it was not asked.
    pub fn logits(&self) -> Option<&[f32]> {
        match &self.shown {
            Shown::Recorded { events, .. } => events.iter().find_map(|event| match event {
                Event::Verdict { verdict: Verdict::Logits { logits }, .. } => Some(&logits[..]),
                _ => None,
            }),
            Shown::Random { logits, .. } if !logits.is_empty() => Some(logits),
            Shown::Random { .. } | Shown::Live { .. } => None,
        }
    }

    /// The record of its debate, if that was played beforehand and judged; its classes are as many as the built-in
    /// judge tells apart.
    pub fn transcript(&self) -> Option<Transcript> {
        let Shown::Recorded { rules, players, events, outcome } = &self.shown else { return None };
        let classes = u8::try_from(self.logits()?.len()).ok()?;
        Some(Transcript {
            version: Transcript::VERSION,
            source: Some(self.source.clone()),
            players: players.clone(),
            rules: *rules,
            classes,
            image: self.image.clone(),
            label: self.label,
            claims: self.claims,
            events: events.clone(),
            outcome: *outcome,
        })
    }

    /// Whether the built-in judge is right about it, where it has judged.
    pub fn judged_right(&self) -> Option<bool> {
        match &self.shown {
            Shown::Recorded { outcome, .. } => {
                outcome.map(|outcome| outcome.winner == Role::Honest)
            }
            Shown::Random { logits, .. } if !logits.is_empty() => {
                Some(honest_wins(logits, &self.claims))
            }
            Shown::Live { .. } | Shown::Random { .. } => None,
        }
    }

    /// Whose claim beliefs are kept about: the first debater's. Where pixels are random it is the lower label, whoever's
    /// that is, so that nothing that is said of a belief tells which is right.
    pub fn first_role(&self) -> Role {
        let lower = match self.claims.liar {
            Some(lie) if lie < self.claims.honest => Role::Liar,
            _ => Role::Honest,
        };
        self.first.unwrap_or(lower)
    }

    /// Where the pixels are that are shown one by one, in order, where that is known beforehand.
    pub fn revealed(&self) -> Vec<Pixel> {
        match &self.shown {
            Shown::Recorded { events, .. } => {
                let pixel = |event: &Event| match event {
                    Event::Reveal { pixel, .. } => Some(*pixel),
                    _ => None,
                };
                events.iter().filter_map(pixel).collect()
            }
            Shown::Random { pixels, .. } => pixels.iter().map(|glimpse| glimpse.pixel).collect(),
            Shown::Live { .. } => Vec::new(),
        }
    }

    /// How many pixels are shown one by one.
    pub fn reveals(&self) -> usize {
        match &self.shown {
            Shown::Recorded { rules, .. } | Shown::Live { rules, .. } => rules.pixels.into(),
            Shown::Random { pixels, .. } => pixels.len(),
        }
    }
}
