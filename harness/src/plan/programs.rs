//! The programs that an experiment names, each started once.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use pixel_debate_game::Role;
use pixel_debate_play::{Judging, NoAnswer, Player};
use pixel_debate_programs::{Note, ProgramDebater, ProgramJudge};

use super::CellJudge;
use crate::experiment::{DebaterChoice, Experiment, ExperimentError, LiarSpec, ProgramFields};
use crate::{Custom, CustomDebater, DebaterSpec};

/// Programs under way, with how the file names them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Programs {
    judges: Vec<(ProgramFields, ProgramJudge)>,
    debaters: Vec<(ProgramFields, ProgramDebater)>,
}

impl CustomDebater for ProgramDebater {
    fn player(&self, _: Role, seed: u64) -> Result<Box<dyn Player>, NoAnswer> {
        // Its view says which role it has.
        Ok(Self::player(self, seed))
    }
}

impl Programs {
    /// Starts all programs of an experiment from that folder. The debaters among them are brought along from then on.
    pub(super) fn start(
        experiment: &Experiment,
        text: &str,
        folder: &Path,
        custom: &mut Custom,
    ) -> Result<Self, ExperimentError> {
        let mut programs = Self::default();
        for grid in &experiment.grids {
            let grid = grid.get_ref();
            for (field, span, judge) in grid.judges() {
                let Some(fields) = &judge.program else { continue };
                let refuse = |why: String| refusal(text, span, field, &why);
                programs.start_judge(fields, folder, custom).map_err(refuse)?;
            }
            if let Some(honest) = &grid.honest {
                let refuse = |why: String| refusal(text, honest.span(), "honest", &why);
                for choice in honest.get_ref().values() {
                    programs.start_debater(choice, folder, custom).map_err(refuse)?;
                }
            }
            if let Some(liar) = &grid.liar {
                let refuse = |why: String| refusal(text, liar.span(), "liar", &why);
                for liar in liar.get_ref().values() {
                    if let LiarSpec::Own(choice) = liar {
                        programs.start_debater(choice, folder, custom).map_err(refuse)?;
                    }
                }
            }
        }
        Ok(programs)
    }

    fn start_judge(
        &mut self,
        fields: &ProgramFields,
        folder: &Path,
        custom: &Custom,
    ) -> Result<(), String> {
        if self.judges.iter().any(|(known, _)| known == fields) {
            return Ok(());
        }
        let judge = ProgramJudge::start(fields.spec(folder)).map_err(|error| error.to_string())?;
        let name = Judging::name(&judge);
        Custom::check_judge(name, judge.version()).map_err(|error| error.to_string())?;
        let same = |other: &ProgramJudge| {
            (Judging::name(other), other.version()) == (name, judge.version())
        };
        let other = self.judges.iter().map(|(_, other)| other).find(|other| same(other));
        if let Some(other) = other {
            return Err(twice(
                name,
                judge.version(),
                &judge.spec().to_string(),
                &other.spec().to_string(),
            ));
        }
        if custom.judge(name).is_some() {
            return Err(format!(
                "the program {} is called {name}, as a judge that was brought along",
                judge.spec()
            ));
        }
        self.judges.push((fields.clone(), judge));
        Ok(())
    }

    fn start_debater(
        &mut self,
        choice: &DebaterChoice,
        folder: &Path,
        custom: &mut Custom,
    ) -> Result<(), String> {
        let DebaterChoice::Program(fields) = choice else { return Ok(()) };
        if self.debaters.iter().any(|(known, _)| known == fields) {
            return Ok(());
        }
        let debater =
            ProgramDebater::start(fields.spec(folder)).map_err(|error| error.to_string())?;
        let (name, version) = (debater.name().to_owned(), debater.version().to_owned());
        let other = self.debaters.iter().map(|(_, other)| other).find(|other| other.name() == name);
        if let Some(other) = other {
            return Err(twice(
                &name,
                &version,
                &debater.spec().to_string(),
                &other.spec().to_string(),
            ));
        }
        if custom.debater(&name).is_some() {
            return Err(format!(
                "the program {} is called {name}, as a debater that was brought along",
                debater.spec()
            ));
        }
        let brought = Arc::new(debater.clone());
        custom.add_debater(&name, &version, brought).map_err(|error| error.to_string())?;
        self.debaters.push((fields.clone(), debater));
        Ok(())
    }

    /// The judge that was started for these fields.
    pub(super) fn judge(&self, fields: &ProgramFields) -> Option<CellJudge> {
        let (_, judge) = self.judges.iter().find(|(known, _)| known == fields)?;
        Some(CellJudge::Found(judge.clone().into()))
    }

    /// The debater of the file, by its name.
    pub(super) fn debater(&self, choice: &DebaterChoice) -> Option<DebaterSpec> {
        match choice {
            DebaterChoice::Known(known) => Some(known.clone()),
            DebaterChoice::Program(fields) => {
                let (_, debater) = self.debaters.iter().find(|(known, _)| known == fields)?;
                let (name, version) = (debater.name().to_owned(), debater.version().to_owned());
                Some(DebaterSpec::Custom { name, version })
            }
        }
    }

    /// Ends all that nobody asks any more, and tells what is to be known of those that have ended.
    pub(crate) fn close(&self) -> Vec<Note> {
        let judges = self.judges.iter().flat_map(|(_, judge)| judge.close());
        judges.chain(self.debaters.iter().flat_map(|(_, debater)| debater.close())).collect()
    }
}

fn refusal(text: &str, span: Range<usize>, field: &str, why: &str) -> ExperimentError {
    ExperimentError::at(text, span, format!("`{field}`: {why}"))
}

fn twice(name: &str, version: &str, one: &str, other: &str) -> String {
    format!(
        "the programs {one} and {other} both say that they are {name} of version {version}: nobody could tell their \
         debates apart"
    )
}
