//! The judge as a forecaster, alone and at the end of debates; and what its belief is worth to those who argue.

use pixel_debate_game::Role;
use pixel_debate_statistics::{AgentScores, Forecast, Scores};
use serde::Serialize;

use crate::Cell;
use crate::experiment::Protocol;
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

/// What honest and lying agents are paid by the probabilities of the claims they argued for, where there are two claims:
/// in a debate both are in each, in a consultancy one. None where nobody argued, or only one side ever, or nothing was
/// played.
pub(super) fn agents(cell: &Cell, rows: &[Row]) -> Option<AgentScores> {
    if cell.play.solved {
        return None;
    }
    let argue = |row: &Row, said: &Forecast| {
        // The honest claim comes first.
        let score = |role| {
            let claim = usize::from(role == Role::Liar);
            (role == Role::Honest, Forecast { truth: claim, ..said.clone() })
        };
        let roles = match (cell.play.protocol, row.first) {
            (Protocol::Debate, _) => vec![Role::Honest, Role::Liar],
            (_, first) => first.into_iter().collect(),
        };
        // The logarithmic score is a loss, and a claim's is that of a judge for whom it were true.
        let pay = |(honest, said): (bool, Forecast)| (honest, -said.log());
        roles.into_iter().map(score).map(pay).collect::<Vec<_>>()
    };
    let of_image = |rows: &[Row]| {
        let with_lies = rows.iter().filter(|row| row.lie.is_some());
        let scores = with_lies.filter_map(|row| said(row).map(|said| argue(row, &said)));
        scores.flatten().collect::<Vec<_>>()
    };
    let images = rows.chunk_by(|one, next| one.image == next.image).map(of_image);
    AgentScores::of(&images.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::RunPlan;

    /// A cell of that protocol, and debates over two images with the lie 1 against the truth 0: each with who began, and
    /// the logit of the truth above that of the lie.
    fn agents_of(protocol: &str, debates: [(u32, Role, f32); 3]) -> Option<AgentScores> {
        let file = format!(
            "title = \"Small\"\n[images]\ndataset = \"mnist\"\nrandom = 2\n[[grid]]\nname = \"all\"\nprotocol = \
             \"{protocol}\"\npixels = 4\nlies = \"random\"\nhonest = \"random\"\nliar = \"random\""
        );
        let plan = RunPlan::new(&file, Path::new(""), None).unwrap();
        let rows = debates.map(|(image, first, odds)| Row {
            image,
            label: 0,
            lie: Some(1),
            first: Some(first),
            replicate: 0,
            seed: Some(1),
            winner: if odds > 0.0 { Role::Honest } else { Role::Liar },
            margin: Some(odds),
            believed: Some(u8::from(odds <= 0.0)),
            evidence: Vec::new(),
            logits: Some(vec![odds, 0.0]),
            blame: None,
        });
        agents(&plan.manifest().cells[0], &rows)
    }

    #[test]
    fn in_a_debate_both_are_paid_and_in_a_consultancy_who_speaks() {
        let played = [(0, Role::Honest, 2.0), (0, Role::Liar, -1.0), (1, Role::Liar, 0.5)];
        let debates = agents_of("debate", played).unwrap();
        assert!((debates.difference - 0.5).abs() < 1e-6, "the mean of the log odds: {debates:?}");
        let consultancies = agents_of("consultancy", played).unwrap();
        let log = |odds: f64| -(-odds).exp().ln_1p();
        assert!((consultancies.honest - log(2.0)).abs() < 1e-6, "{consultancies:?}");
        assert!((consultancies.lying - f64::midpoint(log(1.0), log(-0.5))).abs() < 1e-6);
        // Where no liar has spoken, there is nothing that honesty could be held against.
        assert_eq!(
            agents_of("consultancy", played.map(|(image, _, odds)| (image, Role::Honest, odds))),
            None
        );
    }
}
