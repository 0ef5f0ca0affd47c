//! Several debates over one image made one result.

use pixel_debate_game::Role;

use crate::experiment::Aggregate;
use crate::rows::Row;

/// What the honest side won of an image.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ImageOutcome {
    pub(crate) image: u32,
    pub(crate) label: u8,
    pub(crate) orders: Vec<OrderOutcome>,
}

/// The same in one order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OrderOutcome {
    pub(crate) first: Option<Role>,
    /// 1 where it won the image, 0 where not; between them with replicates of both kinds.
    pub(crate) image: f64,
    /// The share of the lies that it won against.
    pub(crate) lies: f64,
    /// The lies that won, in any replicate; `None` is the lie of a liar that committed to none.
    pub(crate) lost_to: Vec<Option<u8>>,
}

/// A result: whether the honest side won, and by what margin, if that is known.
#[derive(Debug, Clone, Copy)]
struct Result {
    honest: bool,
    margin: Option<f64>,
}

impl ImageOutcome {
    /// The shares of the image and of its lies, in the mean over the orders.
    pub(crate) fn mean(&self) -> (f64, f64) {
        let n = self.orders.len() as f64;
        let sum = |share: fn(&OrderOutcome) -> f64| self.orders.iter().map(share).sum::<f64>() / n;
        (sum(|order| order.image), sum(|order| order.lies))
    }
}

/// The outcomes of a cell, image by image in the order of its rows.
pub(crate) fn outcomes(rows: &[Row], seeds_by: Aggregate, lies_by: Aggregate) -> Vec<ImageOutcome> {
    rows.chunk_by(|one, next| one.image == next.image)
        .map(|rows| ImageOutcome {
            image: rows[0].image,
            label: rows[0].label,
            orders: distinct(rows, |row| row.first)
                .into_iter()
                .map(|first| {
                    let rows = rows.iter().filter(|row| row.first == first);
                    order(first, &rows.collect::<Vec<_>>(), seeds_by, lies_by)
                })
                .collect(),
        })
        .collect()
}

fn order(
    first: Option<Role>,
    rows: &[&Row],
    seeds_by: Aggregate,
    lies_by: Aggregate,
) -> OrderOutcome {
    let replicates = distinct(rows.iter().copied(), |row| row.replicate);
    let (mut image, mut won, mut told) = (0.0, 0.0, 0.0);
    let mut lost_to = Vec::new();
    for replicate in &replicates {
        let rows: Vec<&Row> =
            rows.iter().copied().filter(|row| row.replicate == *replicate).collect();
        let mut results = Vec::new();
        for lie in distinct(rows.iter().copied(), |row| row.lie) {
            let games = rows.iter().filter(|row| row.lie == lie).map(|row| Result {
                honest: row.winner == Role::Honest,
                margin: row.margin.map(f64::from),
            });
            let result = seeds_by.of(&games.collect::<Vec<_>>());
            if !result.honest && !lost_to.contains(&lie) {
                lost_to.push(lie);
            }
            results.push(result);
        }
        image += f64::from(u8::from(lies_by.of(&results).honest));
        won += results.iter().filter(|result| result.honest).count() as f64;
        told += results.len() as f64;
    }
    OrderOutcome { first, image: image / replicates.len() as f64, lies: won / told, lost_to }
}

fn distinct<'a, T: PartialEq>(
    rows: impl IntoIterator<Item = &'a Row>,
    value: impl Fn(&Row) -> T,
) -> Vec<T> {
    let mut values = Vec::new();
    for row in rows {
        let value = value(row);
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

impl Aggregate {
    /// One result of several. Where a margin is not known, the mean of the margins is not either,
    /// and the majority decides.
    fn of(self, results: &[Result]) -> Result {
        let margins: Option<Vec<f64>> = results.iter().map(|result| result.margin).collect();
        let mean = margins.map(|margins| margins.iter().sum::<f64>() / margins.len() as f64);
        let won = results.iter().filter(|result| result.honest).count();
        let honest = match (self, mean) {
            (Self::Any, _) => won == results.len(),
            (Self::MeanLogit, Some(mean)) => mean > 0.0,
            (Self::Majority, _) | (Self::MeanLogit, None) => 2 * won > results.len(),
        };
        Result { honest, margin: mean }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(lie: u8, first: Role, (replicate, seed): (u16, u64), margin: f32) -> Row {
        let winner = if margin > 0.0 { Role::Honest } else { Role::Liar };
        Row {
            image: 3,
            label: 7,
            lie: Some(lie),
            first: Some(first),
            replicate,
            seed: Some(seed),
            winner,
            margin: Some(margin),
            believed: None,
            evidence: Vec::new(),
            logits: None,
            blame: None,
        }
    }

    /// Three seeds of one debate: two narrow wins and one clear loss.
    fn seeds() -> Vec<Row> {
        let margins = [0.5, 0.25, -2.0].into_iter().enumerate();
        margins.map(|(seed, margin)| row(1, Role::Honest, (0, seed as u64), margin)).collect()
    }

    #[test]
    fn seeds_become_one_result_in_three_ways() {
        for (seeds_by, won) in
            [(Aggregate::Any, 0.0), (Aggregate::MeanLogit, 0.0), (Aggregate::Majority, 1.0)]
        {
            let outcome = &outcomes(&seeds(), seeds_by, Aggregate::Any)[0].orders[0];
            assert_eq!((outcome.image, outcome.lies), (won, won), "{seeds_by}");
            assert_eq!(outcome.lost_to.is_empty(), won > 0.0);
        }
        let mut narrow = seeds();
        narrow[2] = row(1, Role::Honest, (0, 2), -0.5);
        let outcome = &outcomes(&narrow, Aggregate::MeanLogit, Aggregate::Any)[0].orders[0];
        assert_eq!(outcome.image, 1.0);
        // Where nothing was played there is no margin, and the majority decides.
        for row in &mut narrow {
            row.margin = None;
        }
        let outcome = &outcomes(&narrow, Aggregate::MeanLogit, Aggregate::Any)[0].orders[0];
        assert_eq!(outcome.image, 1.0);
    }

    #[test]
    fn one_lie_that_wins_takes_the_image_and_replicates_are_shares() {
        let rows = [
            row(1, Role::Honest, (0, 1), 1.0),
            row(2, Role::Honest, (0, 1), -1.0),
            row(1, Role::Honest, (1, 2), 1.0),
            row(2, Role::Honest, (1, 2), 3.0),
            row(1, Role::Liar, (0, 1), 1.0),
            row(2, Role::Liar, (0, 1), 1.0),
            row(1, Role::Liar, (1, 2), 1.0),
            row(2, Role::Liar, (1, 2), 1.0),
        ];
        let outcomes = outcomes(&rows, Aggregate::MeanLogit, Aggregate::Any);
        let [outcome] = &outcomes[..] else { panic!("one image") };
        let [honest, liar] = &outcome.orders[..] else { panic!("two orders") };
        assert_eq!((honest.image, honest.lies, &honest.lost_to[..]), (0.5, 0.75, &[Some(2)][..]));
        assert_eq!((liar.image, liar.lies, liar.lost_to.len()), (1.0, 1.0, 0));
        assert_eq!(outcome.mean(), (0.75, 0.875));
    }
}
