//! Grids multiplied out, with every setting checked.

mod check;
mod unusable;

pub(super) use unusable::unusable;

use super::{CellJudge, CellJudges, Files};
use crate::experiment::{
    DebateOrder, Experiment, ExperimentError, Grid, JudgeSpec, LiarSpec, Lies, NamedLies, Protocol,
};
use crate::{Cell, DebaterSpec, cell::Play};
use check::Checked;
use pixel_debate_datasets::Dataset;
use pixel_debate_game::{LegalPixels, Role, TurnOrder};
use std::ops::Range;

/// All cells of a file, in the order of its grids; the judge of each is added to `judges`.
pub(super) fn of(
    experiment: &Experiment,
    files: &Files<'_>,
    dataset: &Dataset,
    numbers: &[usize],
    judges: &mut Vec<CellJudges>,
) -> Result<Vec<Cell>, ExperimentError> {
    let mut cells: Vec<Cell> = Vec::new();
    for grid in &experiment.grids {
        let name = &grid.get_ref().name;
        let refuse = |reason: String| Err(ExperimentError::at(files.text, grid.span(), reason));
        if name.is_empty() {
            return refuse("a grid needs a name".to_owned());
        }
        if cells.iter().any(|cell| cell.grid == *name) {
            return refuse(format!("a second grid is called {name:?}"));
        }
        let grid = Checked::new(grid, files, dataset, numbers)?;
        grid.add_cells(&mut cells, judges)?;
    }
    if cells.is_empty() {
        return Err(ExperimentError::at(files.text, 0..0, "no [[grid]]: there is nothing to run"));
    }
    Ok(cells)
}

impl Checked<'_> {
    fn add_cells(
        &self,
        cells: &mut Vec<Cell>,
        judges: &mut Vec<CellJudges>,
    ) -> Result<(), ExperimentError> {
        for protocol in self.protocols() {
            for pixels in self.grid.pixels.get_ref().values() {
                for found in self.judges(*pixels)? {
                    for (precommit, order, legal) in self.rules(*protocol) {
                        for (honest, liar) in self.debaters(*protocol) {
                            let solved = found.asked.is_none()
                                && is_solved(*protocol, honest.as_ref(), liar.as_ref());
                            cells.push(self.cell(Play {
                                protocol: *protocol,
                                pixels: *pixels,
                                precommit,
                                lies: precommit.then(|| self.grid.lies.get_ref().clone()),
                                first: self.first(*protocol),
                                order,
                                legal,
                                honest,
                                liar,
                                judge: found.judge.mark(),
                                debaters_ask: found.asked.as_ref().map(CellJudge::mark),
                                seeds: self.seeds(*protocol, precommit, solved),
                                blame: *self.grid.blame.get_ref(),
                                solved,
                            }));
                            judges.push(found.clone());
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Who decides, with whom debaters ask: each with each.
    fn judges(&self, pixels: u8) -> Result<Vec<CellJudges>, ExperimentError> {
        let mut all = Vec::new();
        for spec in self.grid.judge.get_ref().values() {
            let judge = self.judge(spec, pixels, &self.grid.judge.span())?;
            let Some(axis) = &self.grid.debaters_ask else {
                if judge.judging().decides() {
                    self.check_unasked(&self.grid.judge.span())?;
                }
                all.push(CellJudges { judge, asked: None });
                continue;
            };
            if judge.judging().decides() {
                self.check_margins(&self.grid.judge.span())?;
            }
            for spec in axis.get_ref().values() {
                let asked = self.judge(spec, pixels, &axis.span())?;
                self.check_asked(&judge, &asked, &axis.span())?;
                // Who asks the judge asks nobody else.
                let asked = (asked.mark() != judge.mark()).then_some(asked);
                all.push(CellJudges { judge: judge.clone(), asked });
            }
        }
        Ok(all)
    }

    fn cell(&self, play: Play) -> Cell {
        let Grid { name, images, seeds_by, lies_by, .. } = self.grid;
        let all = self.numbers.len();
        let images = images.as_ref().map_or(all, |images| all.min(*images.get_ref()));
        let (seeds_by, lies_by) = (seeds_by.values(), lies_by.get_ref().values());
        // Of one debate there is one result, however it is taken.
        let several = play.seeds.iter().any(|seeds| seeds.len() > 1);
        let seeds_by = if several { seeds_by } else { &seeds_by[..1] };
        let lies_by = if play.precommit { lies_by } else { &lies_by[..1] };
        let (seeds_by, lies_by) = (seeds_by.to_vec(), lies_by.to_vec());
        Cell { grid: name.clone(), images, play, seeds_by, lies_by }
    }

    fn judge(
        &self,
        spec: &JudgeSpec,
        pixels: u8,
        span: &Range<usize>,
    ) -> Result<CellJudge, ExperimentError> {
        let judge = self.files.judge(spec, pixels);
        let judge = judge.or_else(|reason| self.refuse(span.clone(), reason))?;
        let checked = judge.judging().check(self.dataset);
        checked.or_else(|error| self.refuse(span.clone(), error))?;
        Ok(judge)
    }

    /// The combinations of precommit, order and legal pixels.
    fn rules(&self, protocol: Protocol) -> Vec<(bool, Option<TurnOrder>, LegalPixels)> {
        let precommit = match &self.grid.precommit {
            Some(axis) => axis.values().to_vec(),
            None => vec![protocol != Protocol::JudgeAlone],
        };
        let orders = match (protocol, &self.grid.order) {
            (Protocol::JudgeAlone, _) => vec![None],
            (Protocol::Consultancy, _) => vec![Some(TurnOrder::Alone)],
            (Protocol::Debate, None) => vec![Some(TurnOrder::Alternating)],
            (Protocol::Debate, Some(axis)) => {
                axis.get_ref().values().iter().map(|order| Some(order.turns())).collect()
            }
        };
        let mut rules = Vec::new();
        for precommit in precommit {
            for order in &orders {
                let legal = self.grid.legal.values().iter();
                rules.extend(legal.map(|legal| (precommit, *order, *legal)));
            }
        }
        rules
    }

    fn first(&self, protocol: Protocol) -> Vec<Role> {
        match protocol {
            Protocol::JudgeAlone => Vec::new(),
            Protocol::Consultancy | Protocol::Debate => self.grid.first.get_ref().values().to_vec(),
        }
    }

    /// The pairs of debaters, each once.
    pub(super) fn debaters(
        &self,
        protocol: Protocol,
    ) -> Vec<(Option<DebaterSpec>, Option<DebaterSpec>)> {
        let (Some(honest), Some(liar)) = (&self.grid.honest, &self.grid.liar) else {
            return vec![(None, None)];
        };
        if protocol == Protocol::JudgeAlone {
            return vec![(None, None)];
        }
        let mut pairs = Vec::new();
        for honest in honest.get_ref().values() {
            for liar in liar.get_ref().values() {
                let liar = match liar {
                    LiarSpec::Same => honest,
                    LiarSpec::Own(liar) => liar,
                };
                let programs = self.files.programs;
                let pair = (programs.debater(honest), programs.debater(liar));
                if !pairs.contains(&pair) {
                    pairs.push(pair);
                }
            }
        }
        pairs
    }

    /// The seeds of each replicate: consecutive numbers, or none where nothing is random. Where
    /// debates are solved only the lie can be, which does not differ between replicates.
    fn seeds(&self, protocol: Protocol, precommit: bool, solved: bool) -> Vec<Vec<u64>> {
        let Grid { seed, seeds, replicates, lies, .. } = self.grid;
        if solved {
            let random = precommit && *lies.get_ref() == Lies::Named(NamedLies::Random);
            return if random { vec![vec![*seed]] } else { Vec::new() };
        }
        // A judge alone looks once.
        let seeds = if protocol == Protocol::JudgeAlone { 1 } else { *seeds.get_ref() };
        (0..*replicates.get_ref())
            .map(|replicate| {
                let start = seed.wrapping_add(replicate * seeds);
                (0..seeds).map(|number| start.wrapping_add(number)).collect()
            })
            .collect()
    }
}

/// Whether the winner is proven and nothing is played, where debaters ask the judge: both sides are `exact`. A consultant has
/// nobody to play against, and reveals the best set.
fn is_solved(protocol: Protocol, honest: Option<&DebaterSpec>, liar: Option<&DebaterSpec>) -> bool {
    let exact = |debater: Option<&DebaterSpec>| debater.is_some_and(DebaterSpec::is_exact);
    protocol == Protocol::Debate && exact(honest) && exact(liar)
}

impl DebateOrder {
    fn turns(self) -> TurnOrder {
        match self {
            Self::Alternating => TurnOrder::Alternating,
            Self::Blocks => TurnOrder::Blocks,
        }
    }
}
