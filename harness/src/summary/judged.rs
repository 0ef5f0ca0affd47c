//! The judge as a forecaster: alone, and at the end of debates.

use pixel_debate_game::Role;
use pixel_debate_statistics::{Forecast, Scores};
use serde::Serialize;

use crate::Cell;
use crate::rows::Row;

/// How good a judge's probabilities are in debates with the same first debater.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judged {
    /// Who made the first reveal; nobody where the judge was alone.
    pub first: Option<Role>,
    /// Labels in play: the two claims, or all that the judge knows.
    pub labels: usize,
    /// The scores.
    pub scores: Scores,
}

/// The scores of a cell's debates; none where nothing was played, for a line of optimal play is no
/// debate.
pub(super) fn judged(cell: &Cell, rows: &[Row]) -> Vec<Judged> {
    if cell.play.solved {
        return Vec::new();
    }
    let firsts: Vec<Option<Role>> = match &cell.play.first[..] {
        [] => vec![None],
        roles => roles.iter().copied().map(Some).collect(),
    };
    let of_first = |first| {
        let images: Vec<Vec<Forecast>> = rows
            .chunk_by(|one, next| one.image == next.image)
            .map(|rows| rows.iter().filter(|row| row.first == first).filter_map(said).collect())
            .collect();
        let labels = images.iter().flatten().map(|said| said.probabilities.len()).next()?;
        Scores::of(&images).map(|scores| Judged { first, labels, scores })
    };
    firsts.into_iter().filter_map(of_first).collect()
}

/// What the judge said at the end of a debate, of the labels in play.
fn said(row: &Row) -> Option<Forecast> {
    let logits = row.logits.as_ref()?;
    let believed = row.believed?;
    Some(match row.lie {
        Some(lie) => {
            let two = [row.label, lie].map(|label| logits[usize::from(label)]);
            Forecast::of_logits(&two, 0, usize::from(believed != row.label))
        }
        None => Forecast::of_logits(logits, row.label.into(), believed.into()),
    })
}
