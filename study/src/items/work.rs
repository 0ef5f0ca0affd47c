//! What the work of making a study's items has in common.

use std::path::Path;

use pixel_debate_agents::Clock;
use pixel_debate_game::BEHAVIOUR;
use pixel_debate_judge::kernels::Instructions;
use rand::SeedableRng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use super::ItemsError;
use super::kept::Kept;
use super::seeds::seed_of;
use crate::draft::Draft;

/// The version of what is kept: another program's is not taken for this one's.
const KEPT: u32 = 1;

/// Who is told how far the work is, and may stop it. It is told from any thread.
pub trait Observer: Sync {
    /// So many of so many pieces are done.
    fn done(&self, stage: Stage, done: usize, of: usize);

    /// Once it is over, the work stops.
    fn clock(&self) -> Clock {
        Clock::unlimited()
    }
}

/// Nobody, who is told nothing and stops nothing.
#[derive(Debug, Clone, Copy)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn done(&self, _: Stage, _: usize, _: usize) {}
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Images are chosen; where there are tiers, by examining them.
    Choosing,
    /// Debates are played.
    Playing,
}

/// The work of making items.
pub(super) struct Work<'a> {
    pub(super) draft: &'a Draft,
    pub(super) kept: Kept,
    observer: &'a dyn Observer,
    /// The data set's hash, of which there is a lot to hash.
    dataset: String,
}

impl<'a> Work<'a> {
    pub(super) fn new(
        draft: &'a Draft,
        kept: Option<&Path>,
        observer: &'a dyn Observer,
    ) -> Result<Self, ItemsError> {
        let dataset = draft.dataset().hash();
        Ok(Self { draft, kept: Kept::at(kept)?, observer, dataset })
    }

    pub(super) fn clock(&self) -> Clock {
        self.observer.clock()
    }

    pub(super) fn done(&self, stage: Stage, done: usize, of: usize) {
        self.observer.done(stage, done, of);
    }

    /// What all that is computed with the judge of so many pixels depends on.
    pub(super) fn base(&self, pixels: u8) -> String {
        let judge = self.draft.judge(pixels).hash();
        format!("{KEPT} {BEHAVIOUR} {} {} {judge}", Instructions::in_use(), self.dataset)
    }

    /// The wrong labels of an image.
    pub(super) fn wrong(&self, image: usize) -> impl Iterator<Item = u8> {
        let dataset = self.draft.dataset();
        let label = dataset.label(image);
        (0..dataset.classes().len() as u8).filter(move |lie| *lie != label)
    }

    /// The random lie of an image, the same in every condition.
    pub(super) fn random_lie(&self, image: usize) -> Option<u8> {
        let seed = seed_of(self.draft.study().secrets.seed, &["lies"]);
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(image as u64);
        self.wrong(image).collect::<Vec<_>>().choose(&mut rng).copied()
    }
}
