//! What a run is, as it is written beside its results.

use serde::{Deserialize, Serialize};

use crate::Cell;

/// A run as it is run: nothing that the results depend on is left out, every default is written
/// out, and nothing is in it that they do not depend on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of the folder's format: [`Manifest::FORMAT`].
    pub format: u32,
    /// The version of the program.
    pub version: String,
    /// What the experiment is called.
    pub title: String,
    /// What it is about.
    pub about: String,
    /// Where the images come from.
    pub dataset: DataMark,
    /// How they were chosen, in words.
    pub selection: String,
    /// Their numbers in the order of the run, separated by spaces.
    pub images: String,
    /// What the paper leaves open and how it is here.
    pub conventions: Vec<String>,
    /// What is done with them.
    pub cells: Vec<Cell>,
    /// Grids whose cells are compared, two and two.
    pub comparisons: Vec<[String; 2]>,
    /// Pictures beyond that of all rates.
    pub plots: Vec<PlotMark>,
}

/// Which dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataMark {
    /// Its name.
    pub name: String,
    /// [`Dataset::hash`](pixel_debate_datasets::Dataset::hash).
    pub hash: String,
    /// The names of its classes.
    pub classes: Vec<String>,
}

/// A picture that a report has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlotMark {
    /// The file's name without ending.
    pub name: String,
    /// What it shows.
    pub kind: crate::experiment::PlotKind,
    /// The grids that it shows.
    pub grids: Vec<String>,
}

impl Manifest {
    /// The version of the folder's format that this program writes and reads.
    pub const FORMAT: u32 = 1;

    /// What the paper leaves open and how it is here.
    pub(crate) fn conventions() -> Vec<String> {
        [
            "search: maximise Q + U, U = c P sqrt(sum N) / (1 + N), c = 1, P = 1 / legal pixels",
            "search: a rollout goes to the last pixel; its end counts 1 for the winner and 0 for \
             the loser, with `:margin` the judge's probability",
            "search: an untried move has Q = 0; ties are broken at random",
            "search: what lies below the moves played is kept and counts towards the next rollouts",
            "verdict: equal logits are the liar's",
        ]
        .map(str::to_owned)
        .to_vec()
    }

    /// The images' numbers, in the order of the run.
    pub fn image_numbers(&self) -> Vec<usize> {
        self.images.split_whitespace().filter_map(|number| number.parse().ok()).collect()
    }
}
