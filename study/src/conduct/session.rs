//! One participant's way through a study.

use std::collections::{BTreeMap, BTreeSet};

use pixel_debate_game::{IllegalMove, JudgmentEvent, Verdict};
use pixel_debate_protocol::study::{Answer, Given, Part};
use pixel_debate_protocol::{Refusal, RefusalCode};

use super::asks::{asked, asks_belief, asks_next, asks_verdict, check_verdict, illegal, told};
use super::event::{Beginning, Entry, Event};
use super::questions;
use super::trial::{Judged, JudgedEnd, Thought, Trial};
use crate::allocation::Kind;
use crate::file::{Feedback, Study};
use crate::frozen::{Frozen, Planned};
use crate::items::{Item, Shown};

/// How long after its time an answer is still taken, in milliseconds: it was on its way.
const LATE_MS: u64 = 1_000;

/// How much earlier than it may be the next pixel is shown, in milliseconds: clocks of pages are not exact.
const EARLY_MS: u64 = 50;

/// One participant's way through a study: a value that changes by events alone, each at its time. It refuses what the
/// plan does not have, so what the store has kept is held against the plan when it is read again.
///
/// It goes from the consent through the questions before, the instructions, the items each with its feedback, the
/// questions after and the feedback on all, to its end.
#[derive(Debug, Clone)]
pub struct Session {
    pub(super) language: String,
    pub(super) sequence: Vec<Planned>,
    pub(super) stage: Stage,
    pub(super) trial: Option<Trial>,
    judged: Vec<Judged>,
    answers: BTreeMap<String, Given>,
    agreed: Option<(String, u64)>,
    steps: u32,
    heard_ms: u64,
}

/// Where a participant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Consent,
    Questions(Part),
    Instructions,
    Item,
    /// On the item before.
    Feedback,
    FeedbackOnAll,
    Ended(Ending),
}

/// How a participant's way has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All is done.
    Finished,
    /// An answer has screened them out.
    ScreenedOut,
    /// Too few attention checks were right.
    FailedChecks,
    /// They did not agree.
    Declined,
    /// They take no further part.
    Left,
}

impl Session {
    /// The way of somebody who begins now, and is shown these items.
    pub fn new(sequence: Vec<Planned>, beginning: &Beginning, at_ms: u64) -> Self {
        Self {
            language: beginning.language.clone(),
            sequence,
            stage: Stage::Consent,
            trial: None,
            judged: Vec::new(),
            answers: BTreeMap::new(),
            agreed: None,
            steps: 0,
            heard_ms: at_ms,
        }
    }

    /// How many events there were: the step that an answer names.
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// When something last happened to the participant, in milliseconds since 1970.
    pub fn heard_ms(&self) -> u64 {
        self.heard_ms
    }

    /// How it has ended, if it has.
    pub fn ending(&self) -> Option<Ending> {
        match self.stage {
            Stage::Ended(ending) => Some(ending),
            _ => None,
        }
    }

    /// Whether all is done that counts: what is told after it is no part of it.
    pub fn is_done(&self) -> bool {
        matches!(self.stage, Stage::FeedbackOnAll | Stage::Ended(Ending::Finished))
    }

    /// What they have made of the items so far, in the order in which the items were shown.
    pub fn judged(&self) -> &[Judged] {
        &self.judged
    }

    /// What they are shown, from first to last.
    pub fn sequence(&self) -> &[Planned] {
        &self.sequence
    }

    /// What they have answered to questions.
    pub fn answers(&self) -> &BTreeMap<String, Given> {
        &self.answers
    }

    /// To which version of the words they agreed, and when.
    pub fn agreed(&self) -> Option<(&str, u64)> {
        self.agreed.as_ref().map(|(version, at_ms)| (version.as_str(), *at_ms))
    }

    /// The language in which they read.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// How many attention checks they have answered, and how many of them rightly.
    pub fn checks(&self, frozen: &Frozen) -> (u32, u32) {
        let checks = self.judged.iter().filter(|judged| judged.planned.kind == Kind::Check);
        let answered = checks.filter(|judged| judged.end != JudgedEnd::Skipped);
        answered.fold((0, 0), |(all, right), judged| {
            let is_right = judged.verdict() == Some(frozen.item(judged.planned.item).label);
            (all + 1, right + u32::from(is_right))
        })
    }

    /// What happens by itself, if anything does now: the study was interrupted, the time for an item is over, or it was
    /// withdrawn before they saw anything of it. `paused_ms` says how long the study was interrupted since a time.
    pub fn due(
        &self,
        frozen: &Frozen,
        withdrawn: &BTreeSet<usize>,
        paused_ms: impl Fn(u64) -> u64,
        now_ms: u64,
    ) -> Option<Event> {
        let trial = self.trial.as_ref()?;
        let paused_ms = trial.shown_ms.first().map_or(0, |begun| paused_ms(*begun));
        if frozen.plan().study.times.limit.is_some() && paused_ms > trial.extended_ms {
            return Some(Event::Extended { ms: paused_ms - trial.extended_ms });
        }
        if trial.shown() == 0 && withdrawn.contains(&trial.planned.item) {
            return Some(Event::Skipped {});
        }
        let over = self.over_ms(frozen)?.saturating_add(LATE_MS) < now_ms;
        over.then_some(Event::Judged { said: JudgmentEvent::Unanswered })
    }

    /// When the time for the item is over, in milliseconds since 1970, if it has a limit and has begun.
    pub fn over_ms(&self, frozen: &Frozen) -> Option<u64> {
        let seconds = frozen.plan().study.times.limit?;
        let begun = self.trial.as_ref()?.shown_ms.first()?;
        Some(begun.saturating_add(seconds * 1000).saturating_add(self.trial.as_ref()?.extended_ms))
    }

    /// When the next pixel may be shown.
    pub(super) fn next_ms(&self, frozen: &Frozen) -> u64 {
        let last = self.trial.as_ref().and_then(|trial| trial.shown_ms.last());
        last.map_or(0, |last| last.saturating_add(frozen.plan().study.times.reveal_ms))
    }

    /// What a live debater is to do, if the participant waits for one.
    pub fn thought(&self, frozen: &Frozen) -> Option<Thought> {
        self.trial.as_ref()?.thought(frozen, self.steps)
    }

    /// What an answer comes to.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] where the screen asks for something else. That the plan allows it is for
    /// [`apply`](Self::apply) to say.
    pub fn event(&self, frozen: &Frozen, answer: &Answer) -> Result<Event, Refusal> {
        let judged = |said| Ok(Event::Judged { said });
        match answer {
            Answer::Agree { version } => Ok(Event::Agreed { version: version.clone() }),
            Answer::Decline {} => Ok(Event::Declined {}),
            Answer::Questions { answers } => Ok(Event::Answered { answers: answers.clone() }),
            Answer::Continue {} => Ok(Event::Continued {}),
            Answer::Next {} => Ok(Event::Next {}),
            Answer::GiveUp {} => judged(JudgmentEvent::GaveUp),
            Answer::Leave {} => Ok(Event::Left {}),
            Answer::Belief { label, probability } => {
                let trial = self.trial.as_ref().ok_or_else(not_now)?;
                // Before it is turned round, so that what is said of it does not depend on whose claim it is about.
                if !(0.0..=1.0).contains(probability) {
                    let message = format!("a belief of {probability}");
                    return Err(illegal(message, "probability: 0 to 1"));
                }
                let claims = trial.debate.claims().by_seat(trial.debate.rules());
                let probability = match *label {
                    label if claims.first == Some(label) && claims.second.is_some() => *probability,
                    label if claims.second == Some(label) => 1.0 - probability,
                    other => {
                        let message = format!("a belief about {other}, which is no answer here");
                        return Err(illegal(message, self.expected(frozen)));
                    }
                };
                judged(JudgmentEvent::Belief { after: trial.shown(), probability })
            }
            Answer::Verdict { label, confidence, explanation } => judged(JudgmentEvent::Verdict {
                verdict: Verdict::Label {
                    label: *label,
                    probability: *confidence,
                    explanation: explanation.clone(),
                },
            }),
        }
    }

    /// Takes down what has happened. Nothing has changed where it is refused.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] with what the plan allows instead.
    pub fn apply(&mut self, frozen: &Frozen, entry: &Entry) -> Result<(), Refusal> {
        let mut next = self.clone();
        next.take(frozen, &entry.event, entry.at_ms)?;
        next.steps += 1;
        // A server's clock may be set back; nobody is heard earlier than before.
        next.heard_ms = next.heard_ms.max(entry.at_ms);
        *self = next;
        Ok(())
    }

    fn take(&mut self, frozen: &Frozen, event: &Event, at_ms: u64) -> Result<(), Refusal> {
        let study = &frozen.plan().study;
        match (self.stage, event) {
            (Stage::Ended(_), _) => {
                Err(illegal("this part in the study has ended", "nothing more"))
            }
            // Who has seen what was right has done all.
            (Stage::FeedbackOnAll, Event::Continued {} | Event::Left {}) => {
                self.end(Ending::Finished);
                Ok(())
            }
            (_, Event::Left {}) => {
                self.end(Ending::Left);
                Ok(())
            }
            (Stage::Consent, Event::Agreed { version }) if *version == study.consent.version => {
                self.agreed = Some((version.clone(), at_ms));
                self.stage = if study.before.is_empty() {
                    Stage::Instructions
                } else {
                    Stage::Questions(Part::Before)
                };
                Ok(())
            }
            (Stage::Consent, Event::Agreed { version }) => {
                let shortened: String = version.chars().take(60).collect();
                let message = format!("agreed to version {shortened:?} of the words");
                Err(illegal(
                    message,
                    format!("version {:?}, which was shown", study.consent.version),
                ))
            }
            (Stage::Consent, Event::Declined {}) => {
                self.end(Ending::Declined);
                Ok(())
            }
            (Stage::Questions(part), Event::Answered { answers }) => {
                let asked = asked(study, part);
                questions::check(asked, answers)?;
                self.answers.extend(answers.clone());
                if questions::screen_out(asked, answers) {
                    self.end(Ending::ScreenedOut);
                    return Ok(());
                }
                match part {
                    Part::Before => self.stage = Stage::Instructions,
                    Part::After => self.after_questions(study),
                }
                Ok(())
            }
            (Stage::Instructions | Stage::Feedback, Event::Continued {}) => {
                self.begin_item(frozen, at_ms)
            }
            (Stage::Item, _) => self.take_item(frozen, event, at_ms),
            _ => Err(illegal("this is not asked now", self.expected(frozen))),
        }
    }

    fn take_item(&mut self, frozen: &Frozen, event: &Event, at_ms: u64) -> Result<(), Refusal> {
        let study = &frozen.plan().study;
        let expected = self.expected(frozen);
        let (over, early) = (self.over_ms(frozen), self.next_ms(frozen).saturating_sub(EARLY_MS));
        let Some(trial) = &mut self.trial else { return Err(not_now()) };
        let item = frozen.item(trial.planned.item);
        let is_late = over.is_some_and(|over| over.saturating_add(LATE_MS) < at_ms);
        let end = match event {
            Event::Extended { ms } => {
                trial.extended_ms = trial.extended_ms.saturating_add(*ms);
                None
            }
            Event::Skipped {} if trial.shown() == 0 => Some(JudgedEnd::Skipped),
            Event::Judged { said: said @ JudgmentEvent::Unanswered } if is_late => {
                trial.judge(said, at_ms).map_err(|refused| told(&refused))?;
                Some(JudgedEnd::TimedOut)
            }
            Event::Stalled { .. } if trial.waits => Some(JudgedEnd::Stalled),
            Event::Moved { pixel } if trial.waits => {
                trial
                    .reveal(*pixel, at_ms)
                    .map_err(|refused| illegal(refused.to_string(), refused.expected()))?;
                None
            }
            Event::Skipped {} | Event::Stalled { .. } | Event::Moved { .. } => {
                return Err(not_now());
            }
            _ if is_late => {
                return Err(illegal("the time for this item is over", "an answer to the next one"));
            }
            Event::Next {} if asks_next(study, trial) => {
                if at_ms < early {
                    let message = format!("the next pixel is shown in {} ms", early - at_ms);
                    return Err(illegal(message, "to wait as long"));
                }
                show_next(trial, item, at_ms)?;
                None
            }
            Event::Judged { said: said @ JudgmentEvent::GaveUp } => {
                trial.judge(said, at_ms).map_err(|refused| told(&refused))?;
                trial.end()
            }
            Event::Judged { said: said @ JudgmentEvent::Belief { .. } }
                if asks_belief(study, trial) =>
            {
                trial.judge(said, at_ms).map_err(|refused| told(&refused))?;
                // Who has said what they believe wants to see more, unless there is something to wait for.
                let at_once =
                    study.times.reveal_ms == 0 && !matches!(item.shown, Shown::Live { .. });
                if at_once && !trial.is_shown() {
                    show_next(trial, item, at_ms)?;
                }
                None
            }
            Event::Judged { said: said @ JudgmentEvent::Verdict { verdict } }
                if asks_verdict(study, trial) =>
            {
                check_verdict(study, trial, verdict)?;
                trial.judge(said, at_ms).map_err(|refused| told(&refused))?;
                trial.end()
            }
            _ => return Err(illegal("this is not asked now", expected)),
        };
        match end {
            Some(end) => self.end_item(frozen, end, at_ms),
            None => Ok(()),
        }
    }

    /// Goes on to the next item, or to what comes after the last.
    fn begin_item(&mut self, frozen: &Frozen, at_ms: u64) -> Result<(), Refusal> {
        let Some(planned) = self.sequence.get(self.judged.len()).copied() else {
            self.after_items(frozen);
            return Ok(());
        };
        self.stage = Stage::Item;
        let trial = Trial::open(frozen, planned, at_ms);
        let trial = trial.map_err(|error| {
            Refusal::new(RefusalCode::Unavailable, error.to_string(), "another study")
        })?;
        self.trial = Some(trial);
        Ok(())
    }

    fn end_item(&mut self, frozen: &Frozen, end: JudgedEnd, at_ms: u64) -> Result<(), Refusal> {
        let Some(trial) = self.trial.take() else { return Err(not_now()) };
        let kind = trial.planned.kind;
        let told = frozen.plan().study.asks.feedback == Feedback::Item || kind == Kind::Practice;
        let skipped = end == JudgedEnd::Skipped;
        self.judged.push(trial.close(end, at_ms));
        if told && !skipped {
            self.stage = Stage::Feedback;
            return Ok(());
        }
        self.begin_item(frozen, at_ms)
    }

    /// After the last item it is seen who has attended.
    fn after_items(&mut self, frozen: &Frozen) {
        let study = &frozen.plan().study;
        let (asked, right) = self.checks(frozen);
        if u64::from(right) < study.assignment.checks_needed.min(asked.into()) {
            self.end(Ending::FailedChecks);
        } else if study.after.is_empty() {
            self.after_questions(study);
        } else {
            self.stage = Stage::Questions(Part::After);
        }
    }

    /// What is told of all items comes after the questions: it must not change their answers.
    fn after_questions(&mut self, study: &Study) {
        self.stage = match study.asks.feedback {
            Feedback::End => Stage::FeedbackOnAll,
            Feedback::Item | Feedback::Never => Stage::Ended(Ending::Finished),
        };
    }

    fn end(&mut self, ending: Ending) {
        self.trial = None;
        self.stage = Stage::Ended(ending);
    }

    /// What may be said now.
    fn expected(&self, frozen: &Frozen) -> String {
        let study = &frozen.plan().study;
        match (self.stage, &self.trial) {
            (Stage::Consent, _) => "\"agree\" or \"decline\"".into(),
            (Stage::Questions(_), _) => "\"questions\"".into(),
            (Stage::Instructions | Stage::Feedback | Stage::FeedbackOnAll, _) => {
                "\"continue\"".into()
            }
            (Stage::Item, Some(trial)) if asks_belief(study, trial) => {
                let claims = trial.debate.claims();
                let mut labels: Vec<u8> = claims.liar.into_iter().chain([claims.honest]).collect();
                labels.sort_unstable();
                let labels: Vec<String> = labels.iter().map(u8::to_string).collect();
                format!(
                    "\"belief\" about {}, with a probability from 0 to 1, or \"give_up\"",
                    labels.join(" or ")
                )
            }
            (Stage::Item, Some(trial)) if asks_next(study, trial) => {
                "\"next\" or \"give_up\"".into()
            }
            (Stage::Item, Some(trial)) if trial.waits => {
                "nothing before the next pixel is there".into()
            }
            (Stage::Item, _) => "\"verdict\" or \"give_up\"".into(),
            (Stage::Ended(_), _) => "nothing more".into(),
        }
    }
}

/// What is said where something is not asked for.
fn not_now() -> Refusal {
    illegal("this is not asked now", "what the screen asks for")
}

/// Shows the next pixel, or waits for a live debater's.
fn show_next(trial: &mut Trial, item: &Item, at_ms: u64) -> Result<(), Refusal> {
    let impossible = |refused: IllegalMove| {
        Refusal::new(RefusalCode::Unavailable, refused.to_string(), "another study")
    };
    let Some(pixel) = trial.next_pixel(item) else {
        trial.waits = true;
        return Ok(());
    };
    trial.reveal(pixel, at_ms).map_err(impossible)
}
