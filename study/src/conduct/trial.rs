//! One item before one participant.

use std::sync::Arc;

use pixel_debate_agents::AgentSpec;
use pixel_debate_game::{
    Debate, Event as DebateEvent, IllegalJudgment, IllegalMove, Judgment, JudgmentEnd,
    JudgmentEvent, LegalPixels, Move, Pixel, Role, Rules, SetupError, TurnOrder, Verdict,
};
use pixel_debate_play::{Setup, agent_seed};
use serde::Serialize;

use crate::file::Play;
use crate::frozen::{Frozen, Planned};
use crate::items::{Item, Shown};

/// An item that is being judged.
#[derive(Debug, Clone)]
pub(super) struct Trial {
    pub(super) planned: Planned,
    /// As far as it is shown.
    pub(super) debate: Debate,
    pub(super) judgment: Judgment,
    pub(super) begun_ms: u64,
    /// When each pixel was shown.
    pub(super) shown_ms: Vec<u64>,
    pub(super) beliefs: Vec<BeliefAt>,
    /// Whether the next pixel is waited for.
    pub(super) waits: bool,
    /// How long the study was interrupted meanwhile, as far as that was added to the time, in milliseconds.
    pub(super) extended_ms: u64,
}

/// A belief, and when it was given.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BeliefAt {
    /// After how many pixels.
    pub after: u32,
    /// How probable the first debater's claim was; where pixels are random, the lower label.
    pub probability: f32,
    /// In milliseconds since 1970.
    pub at_ms: u64,
}

/// What a participant made of an item.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judged {
    /// The item, and how it was presented.
    pub planned: Planned,
    /// When it was first shown.
    pub begun_ms: u64,
    /// Where the pixels were, in order, and when each was shown.
    pub shown: Vec<(Pixel, u64)>,
    /// The beliefs in the order in which they were given.
    pub beliefs: Vec<BeliefAt>,
    /// How it ended.
    pub end: JudgedEnd,
    /// When.
    pub ended_ms: u64,
}

/// How an item ended for a participant.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum JudgedEnd {
    /// By a verdict.
    Verdict {
        /// The answer.
        label: u8,
        /// How sure they were of it, 0 to 1, if that was asked.
        confidence: Option<f32>,
        /// Why, if they said.
        explanation: Option<String>,
    },
    /// They gave up.
    GaveUp,
    /// Their time was over.
    TimedOut,
    /// The item was withdrawn before they saw anything of it.
    Skipped,
    /// A debater made no move.
    Stalled,
}

/// A move that a live debater is to make.
#[derive(Debug, Clone)]
pub struct Thought {
    /// The debate as it stands.
    pub debate: Debate,
    /// Who is to move.
    pub agent: AgentSpec,
    /// What all that is random in the move comes from.
    pub seed: u64,
    /// How many seconds it may take.
    pub seconds: Option<u64>,
    /// At which step of the participant it is asked for: later it is no move any more.
    pub step: u32,
}

/// An item that cannot be shown: no frozen study has one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("item {item}: {source}")]
pub struct NoTrial {
    /// Its number.
    pub item: usize,
    /// Why.
    pub source: SetupError,
}

/// The debate of an item, before anything is shown. Random pixels are shown as one debater's would be.
pub(super) fn debate(item: &Item, classes: u8) -> Result<Debate, SetupError> {
    let rules = match &item.shown {
        Shown::Recorded { rules, .. } | Shown::Live { rules, .. } => *rules,
        Shown::Random { pixels, .. } => Rules {
            pixels: pixels.len().min(usize::from(u8::MAX)) as u8,
            precommit: item.claims.liar.is_some(),
            first: item.first_role(),
            order: TurnOrder::Alone,
            legal: LegalPixels::Any,
        },
    };
    Debate::new(rules, Arc::new(item.image.clone()), item.label, item.claims.liar, classes)
}

impl Trial {
    /// An item from its beginning.
    pub(super) fn open(frozen: &Frozen, planned: Planned, at_ms: u64) -> Result<Self, NoTrial> {
        let item = frozen.item(planned.item);
        let classes = frozen.plan().dataset.classes.len().min(usize::from(u8::MAX)) as u8;
        let debate =
            debate(item, classes).map_err(|source| NoTrial { item: planned.item, source })?;
        Ok(Self {
            planned,
            debate,
            judgment: Judgment::default(),
            begun_ms: at_ms,
            shown_ms: Vec::new(),
            beliefs: Vec::new(),
            waits: false,
            extended_ms: 0,
        })
    }

    /// How many pixels are shown.
    pub(super) fn shown(&self) -> u32 {
        self.shown_ms.len() as u32
    }

    /// How many will be.
    pub(super) fn pixels(&self) -> u32 {
        self.debate.rules().pixels.into()
    }

    pub(super) fn is_shown(&self) -> bool {
        self.shown() >= self.pixels()
    }

    /// Whether the belief after what is shown has been given.
    pub(super) fn is_believed(&self) -> bool {
        let shown = self.shown();
        self.beliefs.iter().any(|belief| belief.after == shown)
    }

    /// The next pixel, where it is known beforehand.
    pub(super) fn next_pixel(&self, item: &Item) -> Option<Pixel> {
        let at = self.shown_ms.len();
        match &item.shown {
            Shown::Recorded { events, .. } => {
                let pixel = |event: &DebateEvent| match event {
                    DebateEvent::Reveal { pixel, .. } => Some(*pixel),
                    _ => None,
                };
                events.iter().filter_map(pixel).nth(at)
            }
            Shown::Random { pixels, .. } => pixels.get(at).map(|glimpse| glimpse.pixel),
            Shown::Live { .. } => None,
        }
    }

    /// Shows a pixel.
    pub(super) fn reveal(&mut self, pixel: Pixel, at_ms: u64) -> Result<(), IllegalMove> {
        let Some(by) = self.debate.to_move() else { return Ok(()) };
        self.debate.apply(Move::Reveal { by, pixel })?;
        self.shown_ms.push(at_ms);
        self.waits = false;
        Ok(())
    }

    /// Takes down what the participant says.
    pub(super) fn judge(
        &mut self,
        said: &JudgmentEvent,
        at_ms: u64,
    ) -> Result<(), IllegalJudgment> {
        self.judgment.apply(&self.debate, said)?;
        if let JudgmentEvent::Belief { after, probability } = *said {
            self.beliefs.push(BeliefAt { after, probability, at_ms });
        }
        Ok(())
    }

    /// What a live debater is to do, if the participant waits for one.
    pub(super) fn thought(&self, frozen: &Frozen, step: u32) -> Option<Thought> {
        let item = frozen.item(self.planned.item);
        let (true, Shown::Live { seed, .. }) = (self.waits, &item.shown) else { return None };
        let name = item.condition.as_ref()?;
        let condition =
            frozen.plan().study.conditions.iter().find(|condition| condition.name == *name)?;
        let role = self.debate.rules().role_of(self.debate.to_move()?);
        let (Play::Debate { honest, liar, live, .. }
        | Play::Consultancy { honest, liar, live, .. }) = condition.play
        else {
            return None;
        };
        let setup = Setup {
            image: item.source.index as usize,
            lie: item.claims.liar,
            first: self.debate.rules().first,
        };
        // Each move is a search of its own, which does not go on where the one before stopped: so it is the same
        // after a restart.
        let series = seed.parse::<u64>().unwrap_or_default().wrapping_add(self.shown().into());
        Some(Thought {
            debate: self.debate.clone(),
            agent: if role == Role::Honest { honest } else { liar },
            seed: agent_seed(series, &setup, role),
            seconds: live.and_then(|live| live.seconds),
            step,
        })
    }

    /// What has become of it, at its end.
    pub(super) fn close(self, end: JudgedEnd, ended_ms: u64) -> Judged {
        let pixels = self.debate.evidence().iter().map(|reveal| reveal.pixel);
        Judged {
            planned: self.planned,
            begun_ms: self.begun_ms,
            shown: pixels.zip(self.shown_ms.iter().copied()).collect(),
            beliefs: self.beliefs,
            end,
            ended_ms,
        }
    }

    /// How the judgment has ended, if it has.
    pub(super) fn end(&self) -> Option<JudgedEnd> {
        Some(match self.judgment.end()? {
            JudgmentEnd::Verdict(Verdict::Label { label, probability, explanation }) => {
                JudgedEnd::Verdict {
                    label: *label,
                    confidence: *probability,
                    explanation: explanation.clone(),
                }
            }
            JudgmentEnd::GaveUp => JudgedEnd::GaveUp,
            // A participant says no logits.
            JudgmentEnd::Unanswered | JudgmentEnd::Verdict(Verdict::Logits { .. }) => {
                JudgedEnd::TimedOut
            }
        })
    }
}

impl Judged {
    /// The answer, if there was one.
    pub fn verdict(&self) -> Option<u8> {
        match self.end {
            JudgedEnd::Verdict { label, .. } => Some(label),
            _ => None,
        }
    }

    /// The last probability that was given to what is right, if a belief was given.
    pub fn belief_in_truth(&self, item: &Item) -> Option<f32> {
        let last = self.beliefs.iter().max_by_key(|belief| belief.after)?;
        let first_is_right = item.first_role() == Role::Honest;
        Some(if first_is_right { last.probability } else { 1.0 - last.probability })
    }
}
