//! Rows as the debates that they were.

use std::sync::Arc;

use pixel_debate_datasets::Dataset;
use pixel_debate_game::{Debate, Move, Rules, TurnOrder, Verdict};

use crate::cell::Play;
use crate::rows::Row;

/// The debate of a row, replayed by the rules; `None` where nothing was played.
pub(super) fn debate(dataset: &Dataset, play: &Play, row: &Row) -> Option<Debate> {
    let rules = Rules {
        pixels: play.pixels,
        precommit: play.precommit,
        first: row.first?,
        order: play.order.unwrap_or(TurnOrder::Alternating),
        legal: play.legal,
    };
    let image = Arc::new(dataset.to_image(row.image as usize));
    let logits = row.logits.clone()?;
    let classes = u8::try_from(logits.len()).ok()?;
    let mut debate = Debate::new(rules, image, row.label, row.lie, classes).ok()?;
    for pixel in &row.evidence {
        let by = debate.to_move()?;
        debate.apply(Move::Reveal { by, pixel: *pixel }).ok()?;
    }
    debate.apply(Move::Verdict(Verdict::Logits { logits })).ok()?;
    Some(debate)
}
