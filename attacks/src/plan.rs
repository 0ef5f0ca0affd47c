//! What is to be done.

use pixel_debate_agents::solver::JudgeMark;
use pixel_debate_datasets::Dataset;
use pixel_debate_game::{Image, LegalPixels, Pixel};
use pixel_debate_play::{Judging, random_order};
use rand::{SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// How each image is attacked.
///
/// ```
/// use pixel_debate_attacks::Attack;
///
/// let attack = Attack::default();
/// assert_eq!((attack.pixels, attack.answers), (vec![4, 6], vec![1]));
/// assert_eq!(attack.seconds_an_image, None, "what comes out depends on no clock");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attack {
    /// The numbers of pixels that a consultant reveals.
    pub pixels: Vec<u8>,
    /// The most pixels of a smallest set that is looked for.
    pub smallest: u8,
    /// The numbers of honest reveals that a smallest set is to withstand; 1 and 2 are tried in full.
    pub answers: Vec<u8>,
    /// Which pixels may be revealed.
    pub legal: LegalPixels,
    /// How many sets are kept from pixel to pixel while good ones are looked for.
    pub beam: usize,
    /// That no set has a greater margin is proven where there are no more sets than these.
    pub sets: u64,
    /// That no set wins is proven where there are no more sets than these.
    pub sets_for_a_win: u64,
    /// That no set withstands all answers is proven where there are no more sets than these.
    pub sets_to_answer: u64,
    /// How long an image may take. What is not done by then is open, and not the same from one time to the next.
    pub seconds_an_image: Option<u32>,
}

impl Default for Attack {
    fn default() -> Self {
        Self {
            pixels: vec![4, 6],
            smallest: 6,
            answers: vec![1],
            legal: LegalPixels::Nonzero,
            beam: 4,
            sets: 1_000_000,
            sets_for_a_win: 100_000_000,
            sets_to_answer: 25_000,
            seconds_an_image: None,
        }
    }
}

/// Which images of which data set are attacked, by which judge, and how.
///
/// ```
/// use pixel_debate_attacks::{Attack, Plan};
/// use pixel_debate_datasets::mnist;
/// use pixel_debate_judge::Judge;
///
/// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
/// let plan = |images| Plan::new("judge-6", "its hash", &judge, mnist::test(), Attack::default(), images, 1);
/// let (few, more) = (plan(3)?, plan(5)?);
/// assert_eq!(few.images, more.images[..3], "a smaller number of images are the first of a larger");
/// assert!(plan(10_001).is_err(), "there are 10,000");
/// # Ok::<(), pixel_debate_attacks::PlanError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The version of the folder's files.
    pub version: u32,
    /// Which judge.
    pub judge: JudgeMark,
    /// The data set's name.
    pub dataset: String,
    /// The hash of its images and labels.
    pub dataset_hash: String,
    /// How many columns its images have.
    pub columns: usize,
    /// How many labels there are to lie about.
    pub classes: u8,
    /// What the images' order and the random lies are drawn by.
    pub seed: u64,
    /// How each is attacked.
    pub attack: Attack,
    /// The images' numbers, in their order.
    pub images: Vec<usize>,
    /// How many images before the last of these have too few legal pixels, and are left out.
    pub left_out: usize,
}

/// Why nothing can be planned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The judge does not fit the data set.
    #[error(transparent)]
    Unfit(#[from] pixel_debate_validation::UnfitDataset),
    /// There is nothing to ask.
    #[error("{field} is {was}: it must be {allowed}")]
    Field {
        /// What is wrong.
        field: &'static str,
        /// What it was.
        was: String,
        /// What it may be.
        allowed: String,
    },
    /// Nobody can ask the judge.
    #[error(
        "{judge} decides one debate after the other, and cannot be asked about any set of pixels"
    )]
    Decides {
        /// What it is called.
        judge: String,
    },
}

impl Plan {
    /// The version of the folder's files that this program writes.
    pub const VERSION: u32 = 1;

    /// Attacks the first `images` images of a random order, of those that have enough legal pixels.
    ///
    /// # Errors
    ///
    /// [`PlanError`] if the judge does not fit the data set, or a number is not one that can be.
    pub fn new(
        name: &str,
        hash: &str,
        judge: &dyn Judging,
        dataset: &Dataset,
        attack: Attack,
        images: usize,
        seed: u64,
    ) -> Result<Self, PlanError> {
        judge.check(dataset)?;
        if judge.decides() {
            return Err(PlanError::Decides { judge: name.to_owned() });
        }
        attack.check()?;
        let needed = attack.needed();
        let legal = |image: usize| match attack.legal {
            LegalPixels::Any => dataset.width() * dataset.height(),
            LegalPixels::Nonzero => dataset.image(image).iter().filter(|value| **value > 0).count(),
        };
        let (mut chosen, mut left_out) = (Vec::new(), 0);
        for image in random_order(dataset.len(), seed) {
            if chosen.len() == images {
                break;
            }
            if legal(image) < needed {
                left_out += 1;
            } else {
                chosen.push(image);
            }
        }
        if images == 0 || chosen.len() < images {
            let (name, there) = (dataset.name(), dataset.len() - left_out);
            return Err(PlanError::Field {
                field: "images",
                was: images.to_string(),
                allowed: format!(
                    "1 to {there}, the images of {name} with {needed} legal pixels or more"
                ),
            });
        }
        Ok(Self {
            version: Self::VERSION,
            judge: JudgeMark { name: name.to_owned(), hash: hash.to_owned() },
            dataset: dataset.name().to_owned(),
            dataset_hash: dataset.hash(),
            columns: dataset.width(),
            classes: judge.classes(dataset),
            seed,
            attack,
            images: chosen,
            left_out,
        })
    }

    /// How many images of a data set can be attacked so.
    pub fn possible(attack: &Attack, dataset: &Dataset) -> usize {
        let needed = attack.needed();
        if attack.legal == LegalPixels::Any {
            return if dataset.width() * dataset.height() < needed { 0 } else { dataset.len() };
        }
        let lit = |image: &usize| {
            dataset.image(*image).iter().filter(|value| **value > 0).count() >= needed
        };
        (0..dataset.len()).filter(lit).count()
    }

    /// The random lie about an image: the one that experiments draw with this seed.
    ///
    /// # Panics
    ///
    /// If there is no wrong label.
    pub fn random_lie(&self, image: usize, label: u8) -> u8 {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(image as u64);
        let lies: Vec<u8> = self.lies(label).collect();
        *lies.choose(&mut rng).expect("a judge has two labels at least")
    }

    /// The pixels of an image that may be revealed.
    pub(crate) fn candidates(&self, image: &Image) -> Vec<Pixel> {
        match self.attack.legal {
            LegalPixels::Nonzero => image.nonzero().collect(),
            LegalPixels::Any => image.iter().map(|(pixel, _)| pixel).collect(),
        }
    }

    /// The wrong labels.
    pub(crate) fn lies(&self, label: u8) -> impl Iterator<Item = u8> {
        (0..self.classes).filter(move |lie| *lie != label)
    }
}

impl Attack {
    fn needed(&self) -> usize {
        let most = |numbers: &[u8]| numbers.iter().copied().max().map_or(0, usize::from);
        most(&self.pixels).max(usize::from(self.smallest) + most(&self.answers))
    }

    fn check(&self) -> Result<(), PlanError> {
        let field = |field, was: String, allowed: &str| {
            Err(PlanError::Field { field, was, allowed: allowed.to_owned() })
        };
        let ascending = |numbers: &[u8]| numbers.windows(2).all(|pair| pair[0] < pair[1]);
        let Self { pixels, smallest, answers, beam, seconds_an_image, .. } = self;
        if pixels.is_empty()
            || !ascending(pixels)
            || pixels[0] == 0
            || pixels[pixels.len() - 1] > 16
        {
            let allowed = "one number of pixels or several, ascending, from 1 to 16";
            return field("pixels", format!("{pixels:?}"), allowed);
        }
        if *smallest > 8 {
            return field("smallest", smallest.to_string(), "0 to 8");
        }
        if !ascending(answers) || answers.iter().any(|answers| !(1..=2).contains(answers)) {
            return field(
                "answers",
                format!("{answers:?}"),
                "numbers of reveals, ascending: 1, 2 or both",
            );
        }
        if !(1..=1024).contains(beam) {
            return field("beam", beam.to_string(), "1 to 1024");
        }
        if *seconds_an_image == Some(0) {
            return field("seconds_an_image", "0".to_owned(), "1 or more");
        }
        Ok(())
    }
}
