//! From a study's file to its items.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use pixel_debate_game::{ImageSource, LegalPixels, Pixel, Role};
use pixel_debate_judge::masks::Masks;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;

use super::choose::{Chosen, ChosenImage, choose, lie};
use super::play::{Played, claims, draw, play};
use super::seeds::seed_of;
use super::work::{Observer, Stage, Work};
use super::{Glimpse, Item, ItemsError, Part, Shown};
use crate::draft::Draft;
use crate::file::{CheckBy, Condition};

impl Draft {
    /// Chooses the study's images, on so many threads. What is examined is kept in the folder `kept`, and not examined
    /// again. Tiers that cannot be filled are no error here.
    ///
    /// # Errors
    ///
    /// [`ItemsError`] if there are too few images, or it was stopped.
    pub fn choose(
        &self,
        kept: Option<&Path>,
        threads: usize,
        observer: &dyn Observer,
    ) -> Result<Chosen, ItemsError> {
        let work = Work::new(self, kept, observer)?;
        pool(threads)?.install(|| choose(&work))
    }

    /// Makes the study's items, on so many threads. What is done is kept in the folder `kept`, and not done again.
    ///
    /// # Errors
    ///
    /// [`ItemsError`] if there are too few images, in a tier or at all, a debate cannot be played, or it was stopped.
    pub fn items(
        &self,
        kept: Option<&Path>,
        threads: usize,
        observer: &dyn Observer,
    ) -> Result<Vec<Item>, ItemsError> {
        let work = Work::new(self, kept, observer)?;
        pool(threads)?.install(|| {
            let chosen = choose(&work)?;
            if let Some(tier) = chosen.tiers.iter().find(|tier| tier.found < tier.wanted) {
                return Err(ItemsError::TierTooSmall {
                    tier: tier.name.clone(),
                    wanted: tier.wanted,
                    found: tier.found,
                    fits: tier.fits,
                    examined: chosen.examined,
                });
            }
            work.items(&chosen)
        })
    }
}

fn pool(threads: usize) -> Result<rayon::ThreadPool, ItemsError> {
    Ok(rayon::ThreadPoolBuilder::new().num_threads(threads).build()?)
}

/// An image that is played in a condition.
struct Task<'a> {
    part: Part,
    chosen: ChosenImage,
    condition: &'a Condition,
    /// Of the debates in either order, this one alone.
    only: Option<usize>,
}

/// All that what is shown depends on.
#[derive(Serialize)]
struct PlayKey<'a> {
    kind: &'static str,
    base: &'a str,
    seed: String,
    condition: &'a Condition,
    image: usize,
    lie: Option<u8>,
}

impl Work<'_> {
    fn items(&self, chosen: &Chosen) -> Result<Vec<Item>, ItemsError> {
        let conditions = &self.draft.study().conditions;
        let main = chosen.main.iter().flat_map(|chosen| {
            conditions.iter().map(|condition| Task {
                part: Part::Main,
                chosen: chosen.clone(),
                condition,
                only: None,
            })
        });
        let practice = chosen.practice.iter().enumerate().map(|(at, image)| Task {
            part: Part::Practice,
            chosen: ChosenImage { image: *image, tier: None, proof: None },
            condition: &conditions[at % conditions.len()],
            only: Some(at / conditions.len()),
        });
        // An attention check looks like an item of a condition, in turn of each, from either side.
        let beforehand: Vec<Condition> = conditions.iter().map(Condition::beforehand).collect();
        let checks = chosen.checks.iter().enumerate().map(|(at, image)| Task {
            part: Part::Check,
            chosen: ChosenImage { image: *image, tier: None, proof: None },
            condition: &beforehand[at % beforehand.len()],
            only: Some(at / beforehand.len()),
        });
        let tasks: Vec<Task<'_>> = main.chain(practice).chain(checks).collect();
        let done = AtomicUsize::new(0);
        let play = |task: &Task<'_>| {
            let played = self.play(task)?;
            self.done(Stage::Playing, 1 + done.fetch_add(1, Ordering::Relaxed), tasks.len());
            Ok(played)
        };
        let played: Vec<Vec<Item>> =
            tasks.par_iter().map(play).collect::<Result<_, ItemsError>>()?;
        let mut items: Vec<Item> = played.into_iter().flatten().collect();
        // Nothing is told by an item's number.
        let seed = seed_of(self.draft.study().secrets.seed, &["numbers"]);
        items.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        Ok(items)
    }

    fn play(&self, task: &Task<'_>) -> Result<Vec<Item>, ItemsError> {
        if self.clock().is_over() {
            return Err(ItemsError::Stopped);
        }
        let Task { part, chosen: ChosenImage { image, tier, proof }, condition, only } = task;
        let study = self.draft.study();
        let lie = lie(self, condition, *image, proof.as_ref())?;
        let key = PlayKey {
            kind: "play",
            base: &self.base(condition.pixels),
            seed: study.secrets.seed.to_string(),
            condition,
            image: *image,
            lie,
        };
        let make = || play(self.draft, condition, *image, lie, self.clock());
        let mut played: Vec<Played> = self.kept.or_make(&key, make)?;
        if let Some(only) = only {
            played = vec![played.swap_remove(only % played.len())];
        }
        let item = |played: Played| Item {
            part: *part,
            condition: Some(condition.name.clone()),
            tier: tier.map(|tier| study.images.tiers[tier].name.clone()),
            proof: proof.clone(),
            ..self.item(*image, lie, played.first, played.shown)
        };
        let mut items: Vec<Item> = played.into_iter().map(item).collect();
        if *part == Part::Check && study.assignment.check_by == CheckBy::Evidence {
            for item in &mut items {
                item.rest = self.rest(*image, &item.revealed());
            }
        }
        Ok(items)
    }

    /// What an attention check shows in the end beside what was revealed: so many pixels that whoever looks sees what
    /// it is.
    fn rest(&self, image: usize, revealed: &[Pixel]) -> Vec<Glimpse> {
        let study = self.draft.study();
        let pixels = usize::from(study.assignment.check_pixels);
        let masks = Masks { pixels, legal: LegalPixels::Nonzero };
        let seed = seed_of(study.secrets.seed, &["checks"]);
        let drawn = draw(self.draft, masks, seed, image).into_iter();
        let others = drawn.filter(|glimpse| !revealed.contains(&glimpse.pixel));
        others.take(pixels.saturating_sub(revealed.len())).collect()
    }

    fn item(&self, image: usize, lie: Option<u8>, first: Option<Role>, shown: Shown) -> Item {
        let dataset = self.draft.dataset();
        Item {
            part: Part::Check,
            condition: None,
            tier: None,
            source: ImageSource { dataset: dataset.name().to_owned(), index: image as u32 },
            image: dataset.to_image(image),
            label: dataset.label(image),
            claims: claims(self.draft, image, lie),
            first,
            shown,
            rest: Vec::new(),
            proof: None,
        }
    }
}
