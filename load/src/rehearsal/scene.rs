//! What all simulated participants have in common.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use pixel_debate_protocol::study::{Given, Part, QuestionForm, Questions};
use pixel_debate_study::allocation::Kind;
use pixel_debate_study::file::{Answer, Belief, Feedback, Question};
use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::items::Shown;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::skill::{Chance, Field, Purpose, Skills};
use super::tally::Tally;

/// How simulated participants behave.
#[derive(Clone, Debug, PartialEq)]
pub struct Behaviour {
    /// How often they are right.
    pub skills: Skills,
    /// How long they think before each reply, on average.
    pub pause: Duration,
    /// Which part of them does not agree, or leaves in the middle: 0 to 1, as all that follows.
    pub drop_outs: f64,
    /// Which part loses the connection in the middle and comes back by the link.
    pub returns: f64,
    /// Which part guesses, and answers attention checks wrongly.
    pub careless: f64,
    /// Which part answers so that it is screened out, where an answer does.
    pub screened_out: f64,
}

/// What a participant does beside judging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Nature {
    pub(super) careless: bool,
    pub(super) screened_out: bool,
    /// In which item they leave, after how many pixels; in item 0 they do not agree.
    pub(super) leaves: Option<(u32, u32)>,
    /// After how many replies they lose the connection.
    pub(super) returns: Option<u32>,
}

/// What all simulated participants have in common.
pub(super) struct Scene {
    pub(super) frozen: Arc<Frozen>,
    pub(super) server: SocketAddr,
    pub(super) behaviour: Behaviour,
    pub(super) field: Field,
    pub(super) chance: Chance,
    pub(super) seed: u64,
    pub(super) tally: Arc<Tally>,
    /// Whether a connection that breaks is a fault.
    pub(super) steady: bool,
}

impl Scene {
    /// What the participant of that number is like, whatever their turn.
    pub(super) fn nature(&self, participant: u32, items: u32) -> Nature {
        let mut random = self.chance.of(Purpose::Nature(participant));
        let Behaviour { drop_outs, returns, careless, screened_out, .. } = self.behaviour;
        let [drops, comes_back, guesses, is_out] = [drop_outs, returns, careless, screened_out]
            .map(|share| random.random::<f64>() < share);
        let leaves = (random.random_range(0..=items), random.random_range(0..4));
        let returns = random.random_range(1..=(replies(&self.frozen) / 2).max(1) as u32);
        Nature {
            careless: guesses,
            screened_out: is_out,
            leaves: drops.then_some(leaves),
            returns: comes_back.then_some(returns),
        }
    }

    /// The link's parameters of whoever comes as the one of that number.
    pub(super) fn parameters(&self, coming: u32) -> BTreeMap<String, String> {
        let named = &self.frozen.plan().study.recruits.parameters;
        let value = format!("rehearsal-{}-{coming}", self.seed);
        named.iter().map(|name| (name.clone(), value.clone())).collect()
    }

    /// In which language they read: one after the other.
    pub(super) fn language(&self, coming: u32) -> String {
        let languages = &self.frozen.plan().texts;
        let at = coming as usize % languages.len().max(1);
        let language = languages.keys().nth(at);
        language.unwrap_or(&self.frozen.plan().study.language).clone()
    }

    /// Answers to questions: options by chance, none that screens out unless the participant is to be screened out.
    pub(super) fn answers(
        &self,
        asked: &Questions,
        nature: Nature,
        random: &mut ChaCha8Rng,
    ) -> BTreeMap<String, Given> {
        let study = &self.frozen.plan().study;
        let planned: &[Question] = match asked.part {
            Part::Before => &study.before,
            Part::After => &study.after,
        };
        let mut answers = BTreeMap::new();
        for question in &asked.questions {
            if !question.required && random.random::<bool>() {
                continue;
            }
            let given = match &question.form {
                QuestionForm::Choice { options } => {
                    let out = planned.iter().find_map(|planned| match &planned.answer {
                        Answer::Choice { screen_out, .. } if planned.name == question.name => {
                            Some(screen_out)
                        }
                        _ => None,
                    });
                    let is_out =
                        |name: &str| out.is_some_and(|out| out.iter().any(|one| one == name));
                    let names = || options.iter().map(|(name, _)| name.as_str());
                    let wanted = nature.screened_out && names().any(is_out);
                    let names: Vec<&str> = names().filter(|name| is_out(name) == wanted).collect();
                    let Some(name) = names.get(random.random_range(0..names.len().max(1))) else {
                        continue;
                    };
                    Given::Text((*name).to_owned())
                }
                QuestionForm::Scale { from, to, .. } => {
                    Given::Number(random.random_range(*from..=(*to).max(*from)))
                }
                QuestionForm::Text { longest } => {
                    Given::Text(WORDS.chars().take(*longest as usize).collect())
                }
            };
            answers.insert(question.name.clone(), given);
        }
        answers
    }
}

/// What they say in words.
pub(super) const WORDS: &str = "Said in a rehearsal.";

/// How many replies a participant gives who does all.
pub(super) fn replies(frozen: &Frozen) -> u64 {
    let study = &frozen.plan().study;
    let asks = &study.asks;
    let mut all = 2 + u64::from(!study.before.is_empty()) + u64::from(!study.after.is_empty());
    all += u64::from(asks.feedback == Feedback::End);
    let sequence = frozen.sequences().slot(0).unwrap_or_default();
    let items: Vec<_> = frozen.items().collect();
    for planned in sequence {
        let Some(item) = items.get(planned.item) else { continue };
        let pixels = item.reveals() as u64;
        let is_live = matches!(item.shown, Shown::Live { .. });
        let (beliefs, by_belief) = match asks.belief {
            _ if item.claims.liar.is_none() => (0, 0),
            // What is shown next follows upon each but the last.
            Belief::Each if study.times.reveal_ms == 0 && !is_live => (pixels, pixels - 1),
            Belief::Each => (pixels, 0),
            Belief::End => (1, 0),
            Belief::Never => (0, 0),
        };
        let told = asks.feedback == Feedback::Item || planned.kind == Kind::Practice;
        all += pixels - by_belief + beliefs + 1 + u64::from(told);
    }
    all
}
