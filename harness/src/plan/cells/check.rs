//! What a grid may not say.

use std::fmt::Display;
use std::ops::Range;

use pixel_debate_datasets::Dataset;
use toml::Spanned;

use super::super::{CellJudge, Files};
use crate::DebaterSpec;
use crate::experiment::{
    Aggregate, Axis, DebaterChoice, ExperimentError, Grid, LiarSpec, Lies, Protocol,
};

/// A grid that has been checked.
pub(super) struct Checked<'a> {
    pub(super) grid: &'a Grid,
    span: Range<usize>,
    pub(super) files: &'a Files<'a>,
    pub(super) dataset: &'a Dataset,
    /// The images' numbers.
    pub(super) numbers: &'a [usize],
}

impl<'a> Checked<'a> {
    pub(super) fn new(
        grid: &'a Spanned<Grid>,
        files: &'a Files<'a>,
        dataset: &'a Dataset,
        numbers: &'a [usize],
    ) -> Result<Self, ExperimentError> {
        let grid = Self { grid: grid.get_ref(), span: grid.span(), files, dataset, numbers };
        grid.check_lies()?;
        grid.check_debaters()?;
        grid.check_turns()?;
        Ok(grid)
    }

    pub(super) fn refuse<T>(
        &self,
        span: Range<usize>,
        reason: impl Display,
    ) -> Result<T, ExperimentError> {
        // What is wrong with a default is wrong with the grid.
        let span = if span.is_empty() { self.span.clone() } else { span };
        Err(ExperimentError::at(self.files.text, span, reason))
    }

    pub(super) fn protocols(&self) -> &[Protocol] {
        self.grid.protocol.get_ref().values()
    }

    fn some_debate(&self) -> bool {
        self.protocols().iter().any(|protocol| *protocol != Protocol::JudgeAlone)
    }

    fn check_lies(&self) -> Result<(), ExperimentError> {
        let Grid { lies, precommit, .. } = self.grid;
        let some_lie = match precommit {
            Some(axis) => axis.values().contains(&true),
            None => self.some_debate(),
        };
        if !some_lie {
            if lies.span().is_empty() {
                return Ok(());
            }
            return self.refuse(lies.span(), "`lies` without precommit: the liar names no label");
        }
        let classes = self.dataset.classes().len();
        if classes < 2 {
            let name = self.dataset.name();
            let reason = format!("{name} has {classes} classes: a lie needs two at least");
            return self.refuse(lies.span(), reason);
        }
        let Lies::Labels(labels) = lies.get_ref() else { return Ok(()) };
        if let Some(label) = labels.iter().find(|label| usize::from(**label) >= classes) {
            let (name, last) = (self.dataset.name(), classes - 1);
            let reason = format!("`lies` has {label}: the labels of {name} are 0 to {last}");
            return self.refuse(lies.span(), reason);
        }
        Ok(())
    }

    fn check_debaters(&self) -> Result<(), ExperimentError> {
        let Grid { honest, liar, lies_by, .. } = self.grid;
        if !self.some_debate() {
            let span = honest.as_ref().map(Spanned::span).or(liar.as_ref().map(Spanned::span));
            return match span {
                Some(span) => self.refuse(span, "a judge alone has no debaters"),
                None => Ok(()),
            };
        }
        let (Some(honest), Some(liar)) = (honest, liar) else {
            return self.refuse(0..0, "`honest` and `liar` are needed: who debates?");
        };
        let exact_honest = honest.get_ref().values().iter().any(DebaterChoice::is_exact);
        let own_exact = |liar: &LiarSpec| matches!(liar, LiarSpec::Own(liar) if liar.is_exact());
        let exact_liar = liar.get_ref().values().iter().any(own_exact);
        let same = liar.get_ref().values().contains(&LiarSpec::Same);
        let by_mean = lies_by.get_ref().values().contains(&Aggregate::MeanLogit);
        let debated = self.protocols().contains(&Protocol::Debate);
        if debated && exact_honest && (exact_liar || same) && by_mean {
            let reason = "where both sides are `exact` the winner is proven and there is no margin \
                          to take the mean of: choose `any` or `majority`";
            return self.refuse(lies_by.span(), reason);
        }
        Ok(())
    }

    /// A judge that decides one debate after the other gives no margins, and nobody can ask it.
    pub(super) fn check_unasked(&self, span: &Range<usize>) -> Result<(), ExperimentError> {
        let Grid { blame, .. } = self.grid;
        let pairs = self.protocols().iter().flat_map(|protocol| self.debaters(*protocol));
        let asks = pairs.flat_map(|(honest, liar)| [honest, liar]).flatten();
        if let Some(debater) = asks.into_iter().find(DebaterSpec::asks_judge) {
            let reason = format!(
                "the judge decides one debate after the other, and {debater} asks what it would make of other \
                 pixels: choose `random` or a debater of your own, or a judge that answers for batches"
            );
            return self.refuse(span.clone(), reason);
        }
        self.check_margins(span)?;
        if *blame.get_ref() {
            let reason = "the judge decides one debate after the other: nobody can say where a debate was \
                          lost; leave `blame` out";
            return self.refuse(span.clone(), reason);
        }
        Ok(())
    }

    /// A judge that decides one debate after the other gives no margins.
    pub(super) fn check_margins(&self, span: &Range<usize>) -> Result<(), ExperimentError> {
        let Grid { seeds_by, lies_by, seeds, .. } = self.grid;
        let by_mean = |axis: &Axis<Aggregate>| axis.values().contains(&Aggregate::MeanLogit);
        let asked_for = *seeds.get_ref() > 1 && seeds_by.values()[0] == Aggregate::MeanLogit;
        if by_mean(lies_by.get_ref()) || asked_for {
            let reason = "the judge answers labels and gives no margin to take the mean of: choose `any` or \
                          `majority`";
            return self.refuse(span.clone(), reason);
        }
        Ok(())
    }

    /// Whether debaters can ask that judge where another decides.
    pub(super) fn check_asked(
        &self,
        judge: &CellJudge,
        asked: &CellJudge,
        span: &Range<usize>,
    ) -> Result<(), ExperimentError> {
        let [deciding, searched] = [judge, asked].map(|one| one.judging().classes(self.dataset));
        if asked.judging().decides() {
            return self.refuse(
                span.clone(),
                "`debaters_ask` names a judge that decides one debate after the other: nobody can ask it what it would make of \
                 other pixels; name one that answers for batches",
            );
        }
        if deciding != searched {
            let reason = format!(
                "`debaters_ask` names a judge of {searched} labels, and the one that decides tells {deciding} apart: they \
                 must be as many"
            );
            return self.refuse(span.clone(), reason);
        }
        Ok(())
    }

    fn check_turns(&self) -> Result<(), ExperimentError> {
        let Grid { order, blame, debaters_ask, .. } = self.grid;
        if let Some(asked) = debaters_ask {
            if self.protocols().contains(&Protocol::JudgeAlone) {
                return self
                    .refuse(asked.span(), "`debaters_ask` needs debaters: a judge alone has none");
            }
            if *blame.get_ref() {
                let reason = "`blame` and `debaters_ask`: what lost a debate is said of optimal play before the judge that \
                              debaters ask; leave one out";
                return self.refuse(blame.span(), reason);
            }
        }
        if let Some(order) = order
            && !self.protocols().contains(&Protocol::Debate)
        {
            return self.refuse(order.span(), "`order` is a debate's: nobody takes turns here");
        }
        if *blame.get_ref() && self.protocols() != [Protocol::Debate] {
            return self.refuse(blame.span(), "`blame` needs protocol = \"debate\"");
        }
        let exact =
            |debater: &Option<DebaterSpec>| debater.as_ref().is_some_and(DebaterSpec::is_exact);
        let pairs = self.debaters(Protocol::Debate);
        let solved = pairs.iter().all(|(honest, liar)| exact(honest) && exact(liar));
        if *blame.get_ref() && solved {
            let reason = "`blame` is true, and both sides are `exact`: the winner is proven and no \
                          debate is played that could be thrown away";
            return self.refuse(blame.span(), reason);
        }
        Ok(())
    }
}
