//! From the debates of a run to its rates.

mod comparison;
mod judged;
mod outcomes;

use pixel_debate_game::Role;
use pixel_debate_play::LeftOut;
use pixel_debate_statistics::{AgentScores, Interval, Rate, bootstrap_mean};
use serde::Serialize;

use crate::Cell;
use crate::experiment::Aggregate;
use crate::manifest::Looks;
use crate::manifest::Manifest;
use crate::rows::Row;
pub use comparison::Comparison;
pub use judged::Judged;
pub(crate) use outcomes::{ImageOutcome, outcomes};

/// What came out of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// What the experiment is called.
    pub title: String,
    /// What the program's debates come to.
    pub behaviour: u32,
    /// The processor's instructions with which the judge computed.
    pub instructions: String,
    /// Images that were chosen and that no debate can be about.
    pub left_out: Vec<LeftOut>,
    /// How many images were to be looked at.
    pub looks: Looks,
    /// The cells, in the order of the manifest.
    pub cells: Vec<CellSummary>,
    /// Cells compared image by image.
    pub comparisons: Vec<Comparison>,
}

/// What came out of a cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CellSummary {
    /// The cell.
    pub cell: Cell,
    /// Images.
    pub images: usize,
    /// Debates played, solved, or judged without debaters.
    pub debates: usize,
    /// The rates, once for each way to count.
    pub results: Vec<CellResult>,
    /// How good the judge's probabilities are, by who made the first reveal.
    pub judged: Vec<Judged>,
    /// What it is worth to argue for the truth before that judge; where both sides have argued for claims.
    pub agents: Option<AgentScores>,
}

/// The rates of a cell, counted in one way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CellResult {
    /// How seeds became one result.
    pub seeds_by: Aggregate,
    /// How lies did.
    pub lies_by: Aggregate,
    /// By who made the first reveal (in a consultancy, every reveal), in the cell's order; one
    /// without a role where the judge was alone.
    pub orders: Vec<OrderRates>,
    /// The mean over the orders, image by image.
    pub mean: HonestWins,
}

/// The rates of one order.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OrderRates {
    /// Who made the first reveal.
    pub first: Option<Role>,
    /// The rates.
    pub honest_wins: HonestWins,
}

/// The share that the honest side won.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct HonestWins {
    /// Images, by the rule about lies: with `any` the paper's measure.
    pub images: Estimate,
    /// Lies, each by the rule about seeds.
    pub lies: Estimate,
}

/// A rate over images with two intervals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The rate with Wilson's interval, by the effective number of images.
    pub wilson: Rate,
    /// The cluster bootstrap's interval, images being the clusters.
    pub bootstrap: Interval,
}

impl Summary {
    /// Counts the debates of a run, given by cell.
    pub fn of(manifest: &Manifest, rows: &[Vec<Row>]) -> Self {
        let cells = manifest.cells.iter().zip(rows);
        Self {
            title: manifest.title.clone(),
            behaviour: manifest.behaviour,
            instructions: manifest.instructions.clone(),
            left_out: manifest.left_out.clone(),
            looks: manifest.looks.clone(),
            cells: cells
                .map(|(cell, rows)| {
                    let forecasts = manifest.gives_probabilities(&cell.play.judge);
                    CellSummary::of(cell, rows, forecasts)
                })
                .collect(),
            comparisons: comparison::comparisons(manifest, rows),
        }
    }
}

impl CellSummary {
    /// Counts the debates of a cell, and scores the judge if what it says are `forecasts`.
    fn of(cell: &Cell, rows: &[Row], forecasts: bool) -> Self {
        let mut results = Vec::new();
        for seeds_by in &cell.seeds_by {
            for lies_by in &cell.lies_by {
                results.push(CellResult::of(rows, *seeds_by, *lies_by));
            }
        }
        let images = rows.chunk_by(|one, next| one.image == next.image).count();
        let judged = if forecasts { judged::judged(cell, rows) } else { Vec::new() };
        let agents = if forecasts { judged::agents(cell, rows) } else { None };
        Self { cell: cell.clone(), images, debates: rows.len(), results, judged, agents }
    }
}

impl CellResult {
    fn of(rows: &[Row], seeds_by: Aggregate, lies_by: Aggregate) -> Self {
        let outcomes = outcomes(rows, seeds_by, lies_by);
        let mut roles: Vec<Option<Role>> = Vec::new();
        for outcome in outcomes.iter().flat_map(|outcome| &outcome.orders) {
            if !roles.contains(&outcome.first) {
                roles.push(outcome.first);
            }
        }
        let orders = roles.into_iter().map(|first| {
            let of_order = |outcome: &ImageOutcome| {
                let order = outcome.orders.iter().find(|order| order.first == first)?;
                Some((order.image, order.lies))
            };
            let honest_wins = HonestWins::of(outcomes.iter().filter_map(of_order));
            OrderRates { first, honest_wins }
        });
        let mean = HonestWins::of(outcomes.iter().map(ImageOutcome::mean));
        Self { seeds_by, lies_by, orders: orders.collect(), mean }
    }
}

impl HonestWins {
    /// Of images, each with its share and that of its lies.
    fn of(shares: impl Iterator<Item = (f64, f64)>) -> Self {
        let (images, lies): (Vec<f64>, Vec<f64>) = shares.unzip();
        Self { images: Estimate::of(&images), lies: Estimate::of(&lies) }
    }
}

impl Estimate {
    fn of(shares: &[f64]) -> Self {
        Self { wilson: Rate::of_shares(shares), bootstrap: bootstrap_mean(shares) }
    }
}
