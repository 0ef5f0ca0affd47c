//! Holding a frozen study against what it was made of: its images, and its judges.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use pixel_debate_datasets::{Dataset, Split, mnist};
use pixel_debate_game::{BEHAVIOUR, Event};
use pixel_debate_judge::kernels::Instructions;
use pixel_debate_judge::{Judge, PixelSet};
use rayon::prelude::*;

use super::{Frozen, Plan};
use crate::draft::judge;
use crate::items::{Item, Shown};

/// What a frozen study was held against, beside itself.
#[derive(Debug)]
pub struct Remade {
    /// The images and labels of all items: how many are those of the data set.
    pub images: Result<usize, NotRemade>,
    /// The judge's verdicts: for how many items it says the same again.
    pub verdicts: Result<usize, NotRemade>,
}

/// Why a frozen study was not held against something. It may be whole all the same.
#[derive(Debug, thiserror::Error)]
pub enum NotRemade {
    /// The data set is not there.
    #[error("the data set {name:?} is not beside the study: {detail}")]
    NoDataset {
        /// Its name in the file.
        name: String,
        /// What was found.
        detail: String,
    },
    /// The data set is another.
    #[error(
        "the data set {name:?} that is beside the study has the hash {found}, and the plan has {frozen}"
    )]
    OtherDataset {
        /// Its name in the file.
        name: String,
        /// Its hash.
        found: String,
        /// The plan's.
        frozen: String,
    },
    /// The judge is not there.
    #[error("the judge {name:?} is not beside the study: {detail}")]
    NoJudge {
        /// Its name in the file.
        name: String,
        /// What was found.
        detail: String,
    },
    /// The judge is another.
    #[error(
        "the judge {name:?} for {pixels} pixels has the hash {found}, and the plan has {frozen}"
    )]
    OtherJudge {
        /// Its name in the file.
        name: String,
        /// For how many pixels.
        pixels: u8,
        /// Its hash.
        found: String,
        /// The plan's.
        frozen: String,
    },
    /// The study was frozen by a program whose judges and debates come to something else.
    #[error("it was frozen with {frozen}, and this program computes with {here}")]
    Otherwise {
        /// With what it was frozen.
        frozen: String,
        /// What this program has.
        here: String,
    },
}

/// An item that is not what its study was made of, though everything in the folder fits together.
#[derive(Debug, thiserror::Error)]
pub enum RemakeError {
    /// An image is not the one that it is said to be.
    #[error(
        "item {number} is said to be image {index} of {dataset}, and has other pixels, or another label"
    )]
    Image {
        /// The item's number, from 0.
        number: usize,
        /// The image's number.
        index: u32,
        /// The data set's name.
        dataset: String,
    },
    /// The judge says something else.
    #[error("of item {number} the judge says something else than is recorded")]
    Verdict {
        /// The item's number, from 0.
        number: usize,
    },
    /// The work cannot be done on so many threads.
    #[error("the threads cannot be started: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

impl Frozen {
    /// Holds the items against the data set and the judges that they were made of, where these are in one of the
    /// folders, on so many threads: whether each image and label is that of the data set, and whether the judge says
    /// again what it said of debates that are over and of random pixels.
    ///
    /// # Errors
    ///
    /// [`RemakeError`] with the item that is something else.
    pub fn remake(&self, folders: &[&Path], threads: usize) -> Result<Remade, RemakeError> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
        let items: Vec<(usize, &Item)> = self.items().enumerate().collect();
        pool.install(|| {
            let images = match dataset(&self.plan, folders) {
                Ok(dataset) => {
                    items
                        .par_iter()
                        .try_for_each(|(number, item)| image(&dataset, *number, item))?;
                    Ok(items.len())
                }
                Err(why) => Err(why),
            };
            let verdicts = match judges(&self.plan, folders) {
                Ok(judges) => {
                    let same = items.par_iter().map(|(number, item)| {
                        let verdict = verdict(item).map(|said| again(&judges, item, said));
                        match verdict {
                            Some(false) => Err(RemakeError::Verdict { number: *number }),
                            same => Ok(usize::from(same.is_some())),
                        }
                    });
                    Ok(same.try_reduce(|| 0, |one, other| Ok(one + other))?)
                }
                Err(why) => Err(why),
            };
            Ok(Remade { images, verdicts })
        })
    }
}

/// The data set, if it is in one of these folders and the one that the study was frozen with.
fn dataset(plan: &Plan, folders: &[&Path]) -> Result<Cow<'static, Dataset>, NotRemade> {
    let name = &plan.study.dataset;
    let mut why = None;
    let places = if name == "mnist" { &[Path::new("")] } else { folders };
    for folder in places {
        let found = if name == "mnist" {
            Cow::Borrowed(mnist::test())
        } else {
            match Dataset::open(&folder.join(name), Split::Test) {
                Ok(found) => Cow::Owned(found),
                Err(error) => {
                    let detail = error.to_string();
                    why = why.or(Some(NotRemade::NoDataset { name: name.clone(), detail }));
                    continue;
                }
            }
        };
        let (found_hash, frozen) = (found.hash(), plan.dataset.hash.clone());
        if found_hash == frozen {
            return Ok(found);
        }
        why = Some(NotRemade::OtherDataset { name: name.clone(), found: found_hash, frozen });
    }
    Err(why.unwrap_or_else(|| {
        let detail = "no folder was named".to_owned();
        NotRemade::NoDataset { name: name.clone(), detail }
    }))
}

/// Whether the item's image and label are those of the data set.
fn image(dataset: &Dataset, number: usize, item: &Item) -> Result<(), RemakeError> {
    let at = item.source.index as usize;
    let same =
        at < dataset.len() && dataset.label(at) == item.label && dataset.to_image(at) == item.image;
    let dataset = || item.source.dataset.clone();
    let other = || RemakeError::Image { number, index: item.source.index, dataset: dataset() };
    if same { Ok(()) } else { Err(other()) }
}

/// The judges by the number of pixels, if they are those that the study was frozen with and compute as they did.
fn judges(plan: &Plan, folders: &[&Path]) -> Result<BTreeMap<u8, Judge>, NotRemade> {
    let words = |behaviour: u32, instructions: &str| {
        format!("behaviour {behaviour} and {instructions} instructions")
    };
    let frozen = words(plan.behaviour, &plan.instructions);
    let here = words(BEHAVIOUR, &Instructions::in_use().to_string());
    if frozen != here {
        return Err(NotRemade::Otherwise { frozen, here });
    }
    let pixels: BTreeSet<u8> =
        plan.study.conditions.iter().map(|condition| condition.pixels).collect();
    let judge = |pixels| Ok((pixels, found_judge(plan, pixels, folders)?));
    pixels.into_iter().map(judge).collect()
}

fn found_judge(plan: &Plan, pixels: u8, folders: &[&Path]) -> Result<Judge, NotRemade> {
    let name = || plan.study.judge.clone();
    let frozen = plan.judges.get(&pixels.to_string()).map_or("", |mark| &mark.hash);
    let mut why = None;
    for folder in folders {
        match judge(&plan.study.judge, pixels, folder) {
            Ok(found) if found.hash() == frozen => return Ok(found),
            Ok(found) => {
                let (found, frozen) = (found.hash(), frozen.to_owned());
                why = Some(NotRemade::OtherJudge { name: name(), pixels, found, frozen });
            }
            Err(detail) => why = why.or(Some(NotRemade::NoJudge { name: name(), detail })),
        }
    }
    let nowhere = || NotRemade::NoJudge { name: name(), detail: "no folder was named".to_owned() };
    Err(why.unwrap_or_else(nowhere))
}

/// What the judge has said of an item in the end, and of which pixels, where it has.
fn verdict(item: &Item) -> Option<(PixelSet, &[f32])> {
    match &item.shown {
        Shown::Recorded { events, .. } => {
            let revealed = events.iter().filter_map(|event| match event {
                Event::Reveal { pixel, .. } => Some(*pixel),
                _ => None,
            });
            Some((revealed.collect(), item.logits()?))
        }
        Shown::Random { pixels, .. } => {
            Some((pixels.iter().map(|glimpse| glimpse.pixel).collect(), item.logits()?))
        }
        Shown::Live { .. } => None,
    }
}

/// Whether the judge says just that again.
fn again(judges: &BTreeMap<u8, Judge>, item: &Item, (revealed, said): (PixelSet, &[f32])) -> bool {
    let judge = u8::try_from(item.reveals()).ok().and_then(|pixels| judges.get(&pixels));
    let evaluator = judge.map(|judge| judge.evaluator(Arc::new(item.image.clone())));
    let Some(Ok(mut evaluator)) = evaluator else { return false };
    let logits = evaluator.evaluate(&[revealed]);
    logits[0] == *said
}
