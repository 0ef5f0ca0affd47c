//! The solver, by the decisions that it asks for.

use super::{Case, Pass};
use crate::Games;

pub(super) const CASES: &[Case] = &[Case {
    name: "solve-4",
    about: "decisions: all that solving the first pair's debate of 4 pixels asks for, solver included",
    prepare: solve,
}];

fn solve() -> Pass {
    let games = Games::new(4).expect("there is a judge for 4 pixels");
    Box::new(move || games.solve(0).evaluations as usize)
}
