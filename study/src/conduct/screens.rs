//! What a participant is shown where they are.

use pixel_debate_protocol::study::{
    Asked, Feedback, Glance, ItemScreen, Part, Payment, Progress, Question as Asking, QuestionForm,
    Questions, Screen, Sheet, Stopped, ToldItem as Told,
};

use super::asks::{asked, asks_belief, asks_next};
use super::session::{Ending, Session, Stage};
use super::trial::{Judged, JudgedEnd, Trial};
use crate::allocation::Kind;
use crate::file::{Answer, Explanation, Question};
use crate::frozen::{Frozen, Planned};
use crate::items::{Item, Part as ItemPart, Shown};
use crate::texts::Texts;

impl Session {
    /// What is shown now to the participant of that name: a function of the plan, of what they have done, and of
    /// nothing that they have not been shown.
    pub fn sheet(&self, frozen: &Frozen, participant: &str, now_ms: u64) -> Sheet {
        self.sheet_of(frozen, participant, self.screen(frozen, now_ms))
    }

    /// A screen of another's choice, where the participant is.
    pub(super) fn sheet_of(&self, frozen: &Frozen, participant: &str, screen: Screen) -> Sheet {
        let progress =
            Progress { done: self.judged().len() as u32, of: self.sequence.len() as u32 };
        Sheet {
            hash: frozen.hash().to_owned(),
            participant: participant.to_owned(),
            title: self.texts(frozen).map_or_else(String::new, |texts| texts.title.clone()),
            language: self.language.clone(),
            step: self.steps(),
            progress,
            screen,
        }
    }

    fn texts<'a>(&self, frozen: &'a Frozen) -> Option<&'a Texts> {
        frozen.plan().texts.get(&self.language)
    }

    fn screen(&self, frozen: &Frozen, now_ms: u64) -> Screen {
        let study = &frozen.plan().study;
        let Some(texts) = self.texts(frozen) else { return Screen::Stopped(closed(frozen)) };
        match (self.stage, &self.trial) {
            (Stage::Consent, _) => Screen::Consent {
                text: texts.consent.clone(),
                version: study.consent.version.clone(),
            },
            (Stage::Questions(part), _) => {
                Screen::Questions(questions(asked(study, part), part, texts))
            }
            (Stage::Instructions, _) => Screen::Instructions {
                text: texts.instructions.clone(),
                practice: texts.practice.clone(),
            },
            (Stage::Item, Some(trial)) => Screen::Item(self.item(frozen, trial, texts, now_ms)),
            (Stage::Feedback, _) => {
                let last = self.judged().len().saturating_sub(1);
                let items = self.judged().last().map(|judged| told(frozen, last, judged));
                Screen::Feedback(Feedback { items: items.into_iter().collect() })
            }
            (Stage::FeedbackOnAll, _) => {
                let judged = self.judged().iter().enumerate();
                let counted = judged.filter(|(_, judged)| {
                    judged.planned.kind != Kind::Practice && judged.end != JudgedEnd::Skipped
                });
                Screen::Feedback(Feedback {
                    items: counted.map(|(at, judged)| told(frozen, at, judged)).collect(),
                })
            }
            (Stage::Ended(ending), _) => Screen::Stopped(self.stopped(frozen, ending, texts)),
            (Stage::Item, None) => Screen::Stopped(closed(frozen)),
        }
    }

    fn item(&self, frozen: &Frozen, trial: &Trial, texts: &Texts, now_ms: u64) -> ItemScreen {
        let (plan, item) = (frozen.plan(), frozen.item(trial.planned.item));
        let study = &plan.study;
        let answers = answers(frozen, trial.planned);
        let left_of = |at_ms: u64| at_ms.saturating_sub(now_ms).min(u32::MAX.into()) as u32;
        let claims = trial.debate.claims().by_seat(trial.debate.rules());
        // The belief that is kept is about the first debater's claim, the one that is shown about the first answer.
        let is_first = answers.first().map(|(label, _)| *label) == claims.first;
        let beliefs = trial.beliefs.iter().map(|belief| {
            (belief.after, if is_first { belief.probability } else { 1.0 - belief.probability })
        });
        let argues = matches!(item.shown, Shown::Recorded { .. } | Shown::Live { .. })
            && item.claims.liar.is_some();
        let shown = trial.debate.evidence().iter().map(|reveal| Glance {
            x: reveal.pixel.x,
            y: reveal.pixel.y,
            value: reveal.value,
            by: claims.of(reveal.by).filter(|_| argues),
        });
        let more = item.rest.iter().filter(|_| trial.is_shown()).map(|glimpse| Glance {
            x: glimpse.pixel.x,
            y: glimpse.pixel.y,
            value: glimpse.value,
            by: None,
        });
        let asks = if trial.waits {
            Asked::Wait {}
        } else if asks_belief(study, trial) {
            Asked::Belief {}
        } else if asks_next(study, trial) {
            Asked::Next {}
        } else {
            Asked::Verdict {
                confidence: study.asks.confidence,
                explanation: study.asks.explanation != Explanation::Never,
                explained: study.asks.explanation == Explanation::Required,
                reason: study.asks.reason,
            }
        };
        ItemScreen {
            number: self.judged().len() as u32 + 1,
            practice: trial.planned.kind == Kind::Practice,
            text: item_text(frozen, item, texts),
            width: plan.dataset.width.into(),
            height: plan.dataset.height.into(),
            answers,
            shown: shown.collect(),
            more: more.collect(),
            pixels: trial.pixels(),
            beliefs: beliefs.collect(),
            asks,
            next_ms: if matches!(asks, Asked::Next {}) { left_of(self.next_ms(frozen)) } else { 0 },
            left_ms: self.over_ms(frozen).map(left_of),
            warning_ms: study
                .times
                .warning
                .map(|seconds| (seconds * 1000).min(u32::MAX.into()) as u32),
        }
    }

    fn stopped(&self, frozen: &Frozen, ending: Ending, texts: &Texts) -> Stopped {
        let secrets = &frozen.secret().secrets;
        match ending {
            Ending::Finished => Stopped::Finished {
                text: texts.thanks.clone(),
                code: secrets.completion_code.clone(),
                bonus: self.bonus(frozen),
            },
            Ending::ScreenedOut => Stopped::ScreenedOut {
                text: texts.screened_out.clone(),
                code: secrets.screen_out_code.clone(),
            },
            Ending::FailedChecks => excluded(frozen),
            Ending::Declined | Ending::Left => Stopped::Left {},
        }
    }

    /// What a participant's beliefs have earned so far: the mean payment of the counted items that were not withdrawn
    /// before they were shown, where an item without a belief earns the least.
    pub fn bonus(&self, frozen: &Frozen) -> Option<Payment> {
        let bonus = frozen.plan().study.bonus.as_ref()?;
        let [least, most] =
            [bonus.least, bonus.most].map(|money| money.min(u32::MAX.into()) as u32);
        let counted = self.judged().iter();
        let counted = counted
            .filter(|judged| judged.planned.kind == Kind::Main && judged.end != JudgedEnd::Skipped);
        let beliefs = counted.map(|judged| {
            let belief = judged.belief_in_truth(frozen.item(judged.planned.item));
            belief.map_or(0.0, f64::from)
        });
        let hundredths = pixel_debate_statistics::Bonus { least, most }.pay_mean(beliefs)?;
        Some(Payment { hundredths, currency: bonus.currency.clone() })
    }
}

/// What is told to whoever is excluded, by the rule or by the researcher.
pub(super) fn excluded(frozen: &Frozen) -> Stopped {
    Stopped::Excluded { code: frozen.secret().secrets.excluded_code.clone() }
}

/// What is told to whoever finds the study ended.
pub(super) fn closed(frozen: &Frozen) -> Stopped {
    Stopped::Closed { code: frozen.secret().secrets.closed_code.clone() }
}

/// What is told to whoever comes back too late.
pub(super) fn too_late(frozen: &Frozen) -> Stopped {
    Stopped::TooLate { code: frozen.secret().secrets.closed_code.clone() }
}

/// The answers to an item in the order in which they are shown: labels and names.
fn answers(frozen: &Frozen, planned: Planned) -> Vec<(u8, String)> {
    labels(frozen, planned).into_iter().map(|label| (label, name_of(frozen, label))).collect()
}

/// The labels of the answers to an item in the order in which they are shown: the right one on the left as often as on the
/// right, or where places are not balanced the lower one on the left.
pub(super) fn labels(frozen: &Frozen, planned: Planned) -> Vec<u8> {
    let (plan, item) = (frozen.plan(), frozen.item(planned.item));
    let Some(lie) = item.claims.liar else {
        return (0..plan.dataset.classes.len().min(usize::from(u8::MAX)) as u8).collect();
    };
    let mut labels = vec![item.claims.honest, lie];
    if !plan.study.assignment.balance_answers {
        labels.sort_unstable();
    } else if planned.answers_swapped {
        labels.reverse();
    }
    labels
}

fn name_of(frozen: &Frozen, label: u8) -> String {
    let name = frozen.plan().dataset.classes.get(usize::from(label));
    name.map_or_else(|| label.to_string(), Clone::clone)
}

/// What is said of an item's condition; of an attention check by words, what to answer as well.
fn item_text(frozen: &Frozen, item: &Item, texts: &Texts) -> String {
    let name = item.condition.as_ref();
    let text = name.and_then(|name| texts.conditions.get(name)).cloned().unwrap_or_default();
    match &texts.check {
        Some(check) if item.part == ItemPart::Check => {
            let check = check.replace(Texts::ANSWER, &name_of(frozen, item.label));
            format!("{text}\n\n{check}")
        }
        _ => text,
    }
}

fn told(frozen: &Frozen, at: usize, judged: &Judged) -> Told {
    let item = frozen.item(judged.planned.item);
    Told {
        number: at as u32 + 1,
        truth: name_of(frozen, item.label),
        verdict: judged.verdict().map(|label| name_of(frozen, label)),
        belief: judged.belief_in_truth(item),
    }
}

fn questions(asked: &[Question], part: Part, texts: &Texts) -> Questions {
    let one = |question: &Question| {
        let words = texts.questions.get(&question.name);
        let form = match &question.answer {
            Answer::Choice { options, .. } => {
                let said = |name: &String| {
                    let said = words.and_then(|words| words.options.get(name)).unwrap_or(name);
                    (name.clone(), said.clone())
                };
                QuestionForm::Choice { options: options.iter().map(said).collect() }
            }
            Answer::Scale { from, to } => QuestionForm::Scale {
                from: (*from).min(u32::MAX.into()) as u32,
                to: (*to).min(u32::MAX.into()) as u32,
                low: words.and_then(|words| words.low.clone()),
                high: words.and_then(|words| words.high.clone()),
            },
            Answer::Text { longest } => {
                QuestionForm::Text { longest: (*longest).min(u32::MAX.into()) as u32 }
            }
        };
        Asking {
            name: question.name.clone(),
            text: words.map_or_else(|| question.name.clone(), |words| words.text.clone()),
            required: question.required,
            form,
        }
    };
    Questions { part, questions: asked.iter().map(one).collect() }
}
