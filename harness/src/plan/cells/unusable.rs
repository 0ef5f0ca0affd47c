//! Images that no debate can be about.

use pixel_debate_datasets::Dataset;
use pixel_debate_play::LeftOut;

use super::super::Files;
use crate::experiment::{Experiment, ExperimentError, Grid, Lies, Protocol};

/// Takes the images away that one of the grids can have no debate about, if the experiment says that
/// they are to be left out; otherwise the first of them is refused.
pub(in super::super) fn unusable(
    experiment: &Experiment,
    files: &Files<'_>,
    dataset: &Dataset,
    numbers: &mut Vec<usize>,
) -> Result<Vec<LeftOut>, ExperimentError> {
    let skip = experiment.images.get_ref().skip_unusable;
    let mut left_out = Vec::new();
    for image in numbers.iter().copied() {
        let found = experiment.grids.iter().find_map(|grid| {
            let (place, why) = grid.get_ref().cannot_use(dataset, image)?;
            let span = if place.is_empty() { grid.span() } else { place };
            Some((span, why))
        });
        match found {
            Some((_, why)) if skip => left_out.push(LeftOut { image, why }),
            Some((span, why)) => {
                let reason = format!(
                    "image {image} {why}: choose others, or leave such images out by \
                     `skip_unusable = true` in [images]"
                );
                return Err(ExperimentError::at(files.text, span, reason));
            }
            None => {}
        }
    }
    numbers.retain(|number| left_out.iter().all(|left| left.image != *number));
    Ok(left_out)
}

impl Grid {
    /// Why this image can have no debate of the grid, and where that is said.
    fn cannot_use(
        &self,
        dataset: &Dataset,
        image: usize,
    ) -> Option<(std::ops::Range<usize>, String)> {
        let most = self.pixels.get_ref().values().iter().copied().max().unwrap_or(0);
        for legal in self.legal.values() {
            let pixels = dataset.image(image).iter();
            let count = pixels.filter(|value| legal.allows(**value)).count();
            if count < usize::from(most) {
                let why = format!(
                    "has {count} pixels that may be revealed, and a debate of {most} needs as many"
                );
                return Some((self.pixels.span(), why));
            }
        }
        let commits = match &self.precommit {
            Some(axis) => axis.values().contains(&true),
            None => self.protocol.get_ref().values().iter().any(|one| *one != Protocol::JudgeAlone),
        };
        let label = dataset.label(image);
        match self.lies.get_ref() {
            Lies::Labels(lies) if commits && lies.iter().all(|lie| *lie == label) => Some((
                self.lies.span(),
                format!("is a {label}, and that is all that `lies` has: no lie is left"),
            )),
            _ => None,
        }
    }
}
