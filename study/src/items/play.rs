//! What is shown of an image in a condition.

use pixel_debate_agents::Clock;
use pixel_debate_game::{Claims, Debate, Pixel, Players, Role, Verdict, honest_margin};
use pixel_debate_judge::PixelSet;
use pixel_debate_judge::masks::{Masks, measuring_rng};
use pixel_debate_play::{Debaters, PlayError, Series, Setup};
use serde::{Deserialize, Serialize};

use super::seeds::seed_of;
use super::{Glimpse, ItemsError, Shown};
use crate::draft::Draft;
use crate::file::{Condition, Play};

/// What is shown where one side begins, or argues.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Played {
    pub(super) first: Option<Role>,
    pub(super) shown: Shown,
}

/// All that a condition shows of an image with that lie.
pub(super) fn play(
    draft: &Draft,
    condition: &Condition,
    image: usize,
    lie: Option<u8>,
    clock: Clock,
) -> Result<Vec<Played>, ItemsError> {
    let (honest, liar) = match condition.play {
        Play::Alone {} => {
            let shown = random(draft, condition, image)?;
            return Ok(vec![Played { first: None, shown }]);
        }
        Play::Debate { honest, liar, .. } | Play::Consultancy { honest, liar, .. } => {
            (honest, liar)
        }
    };
    let rules = condition.rules(Role::Honest);
    let series = Series {
        dataset: draft.dataset(),
        judge: draft.judge(condition.pixels),
        debaters_ask: None,
        pixels: condition.pixels,
        order: rules.order,
        legal: rules.legal,
        seed: seed_of(draft.study().secrets.seed, &["debates", &condition.name]),
        clock,
    };
    let debaters = Debaters { honest, liar };
    let is_open = condition.is_open();
    let mut played: Vec<(f32, Played)> = Vec::new();
    for first in condition.sides() {
        let setup = Setup { image, lie, first: *first };
        let record = |debate: &Debate| {
            let transcript = series.transcript(image, debaters, debate);
            let (rules, players) = (transcript.rules, transcript.players);
            let (events, outcome) = (transcript.events, transcript.outcome);
            Shown::Recorded { rules, players, events, outcome }
        };
        let mut favour = 0.0;
        let waits = condition.live().is_some();
        let debate = if waits && !is_open {
            series.open(&setup)?
        } else {
            let debate = series.play(&setup, debaters, |_, _, _| {}).map_err(stopped)?;
            favour = favour_of(*first, &debate);
            debate
        };
        let shown = if waits {
            let seed = series.seed.to_string();
            let name = |role, agent: String| {
                (condition.kind() == crate::file::Kind::Debate || *first == role).then_some(agent)
            };
            let players = Players {
                honest: name(Role::Honest, honest.to_string()),
                liar: name(Role::Liar, liar.to_string()),
                judge: None,
            };
            Shown::Live { rules: *debate.rules(), players, seed }
        } else {
            record(&debate)
        };
        played.push((favour, Played { first: Some(*first), shown }));
    }
    if is_open {
        // Equal ones go to the true label, which comes first.
        let better = |(liar, honest): (f32, f32)| liar > honest;
        let chosen = usize::from(played.len() == 2 && better((played[1].0, played[0].0)));
        return Ok(vec![played.swap_remove(chosen).1]);
    }
    Ok(played.into_iter().map(|(_, played)| played).collect())
}

/// A search that was stopped is no failure of the debate.
fn stopped(error: PlayError) -> ItemsError {
    match error {
        PlayError::Stopped { .. } => ItemsError::Stopped,
        other => ItemsError::Play(other),
    }
}

/// By how much the judge favours that side's claim in the end.
fn favour_of(side: Role, debate: &Debate) -> f32 {
    let Some(Verdict::Logits { logits }) = debate.verdict() else { return 0.0 };
    let honest = honest_margin(logits, debate.claims());
    if side == Role::Honest { honest } else { -honest }
}

/// Random legal pixels, and what the built-in judge makes of them.
fn random(draft: &Draft, condition: &Condition, image: usize) -> Result<Shown, ItemsError> {
    let seed = seed_of(draft.study().secrets.seed, &["alone", &condition.name]);
    let masks = Masks { pixels: condition.pixels.into(), legal: condition.legal };
    let pixels = draw(draft, masks, seed, image);
    let set: PixelSet = pixels.iter().map(|glimpse| glimpse.pixel).collect();
    let image = std::sync::Arc::new(draft.dataset().to_image(image));
    let judge = draft.judge(condition.pixels);
    let mut evaluator = judge.evaluator(image).map_err(PlayError::from)?;
    let logits = evaluator.evaluate(&[set])[0].to_vec();
    Ok(Shown::Random { pixels, logits })
}

/// Random pixels of an image, with their values.
pub(super) fn draw(draft: &Draft, masks: Masks, seed: u64, image: usize) -> Vec<Glimpse> {
    let values = draft.dataset().image(image);
    let width = draft.dataset().width();
    let drawn = masks.draw(values, &mut measuring_rng(seed, image));
    let glimpse = |at: usize| Glimpse {
        pixel: Pixel::new((at % width) as u8, (at / width) as u8),
        value: values[at],
    };
    drawn.into_iter().map(glimpse).collect()
}

/// What is claimed of an image.
pub(super) fn claims(draft: &Draft, image: usize, lie: Option<u8>) -> Claims {
    Claims { honest: draft.dataset().label(image), liar: lie }
}
