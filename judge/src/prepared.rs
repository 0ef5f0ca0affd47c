//! How a judge of each kind is asked.
//!
//! | kind | one image, sets of pixels | many images, a set each |
//! |---|---|---|
//! | the paper's network | the [engine](crate::sparse) | the same, sharing what it reads |
//! | linear, one hidden layer | [sums](crate::rows) over the revealed pixels | the same |
//! | convolutions of other widths | [batches](crate::batches) of sets, by matrix products | the same |
//! | an ensemble | each member in its own way | the same |

use std::{iter, sync::Arc};

use pixel_debate_game::{Image, Pixel};
use smallvec::SmallVec;

use crate::{
    batches::{BATCH, BatchWeights, Batches},
    evaluator::{Evaluator, WrongSize, check_size},
    logits::{Logits, mean},
    model::{Kind, Model},
    pixel_set::PixelSet,
    rows::{RowWeights, Rows},
    sparse::{SparseEvaluator, SparseMany, SparseWeights},
};

/// Sets that are asked about together.
const TOGETHER: usize = 256;

/// What is shown of an image: pixels with their values.
type Set = SmallVec<[(Pixel, u8); 8]>;

/// A judge's numbers in the order in which its evaluators want them, which share them.
#[derive(Debug, Clone)]
pub(crate) enum Prepared {
    Engine(Arc<SparseWeights>),
    Rows(Arc<RowWeights>),
    Batches(Arc<BatchWeights>),
    Members(Arc<[Prepared]>),
}

impl Prepared {
    pub(crate) fn new(model: &Model) -> Self {
        match model {
            Model::Convolutions(network) if model.kind() == Kind::Paper => {
                Self::Engine(Arc::new(SparseWeights::new(network)))
            }
            Model::Convolutions(network) => Self::Batches(Arc::new(BatchWeights::new(network))),
            Model::Linear(linear) => Self::Rows(Arc::new(RowWeights::of_linear(linear))),
            Model::Mlp(mlp) => Self::Rows(Arc::new(RowWeights::of_mlp(mlp))),
            Model::Ensemble(ensemble) => {
                let members = ensemble.members().iter();
                Self::Members(members.map(|member| Self::new(&member.model)).collect())
            }
        }
    }

    pub(crate) fn evaluator(&self, image: Arc<Image>) -> Result<Box<dyn Evaluator>, WrongSize> {
        Ok(match self {
            Self::Engine(weights) => Box::new(SparseEvaluator::new(Arc::clone(weights), image)?),
            Self::Rows(_) | Self::Batches(_) => {
                check_size(&image)?;
                Box::new(OfImage { many: self.many(), image })
            }
            Self::Members(members) => {
                let members = members.iter().map(|member| member.evaluator(Arc::clone(&image)));
                Box::new(OfMembers { members: members.collect::<Result<_, _>>()? })
            }
        })
    }

    pub(crate) fn many(&self) -> ManyEvaluator {
        let (classes, asked) = match self {
            Self::Engine(weights) => {
                (weights.classes(), Asked::Engine(Box::new(SparseMany::new(Arc::clone(weights)))))
            }
            Self::Rows(weights) => (weights.classes(), Asked::Rows(Rows::new(Arc::clone(weights)))),
            Self::Batches(weights) => {
                (weights.classes(), Asked::Batches(Batches::new(Arc::clone(weights))))
            }
            Self::Members(members) => {
                let members: Vec<ManyEvaluator> = members.iter().map(Self::many).collect();
                (members[0].classes, Asked::Members(members))
            }
        };
        ManyEvaluator { classes, asked }
    }
}

/// A judge of whatever kind, asked about many images: for each one set of pixels.
///
/// ```
/// use pixel_debate_game::Pixel;
/// use pixel_debate_judge::Judge;
///
/// let judge = Judge::shipped(4).expect("there is a judge for 4 pixels");
/// let mut many = judge.many();
/// // Of one image two pixels with their values, of another nothing.
/// let shown = [vec![(Pixel::new(14, 9), 200), (Pixel::new(13, 20), 255)], vec![]];
/// let logits = many.logits(shown);
/// assert_eq!(logits.len(), 2);
/// ```
#[derive(Debug)]
pub struct ManyEvaluator {
    classes: usize,
    asked: Asked,
}

#[derive(Debug)]
enum Asked {
    Engine(Box<SparseMany>),
    Rows(Rows),
    Batches(Batches),
    Members(Vec<ManyEvaluator>),
}

impl ManyEvaluator {
    /// How many labels the judge tells apart.
    ///
    /// ```
    /// use pixel_debate_judge::Judge;
    ///
    /// assert_eq!(Judge::shipped(4).expect("there is one").many().classes(), 10);
    /// ```
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The logits for each of `shown`, in their order: pixels of one image with their values, 0 to 255.
    ///
    /// Up to rounding they are what an [`Evaluator`](crate::Evaluator) of the image says of the set. An
    /// image's logits have the same bits whatever else is asked about.
    ///
    /// # Panics
    ///
    /// If a pixel lies outside of 28 × 28.
    pub fn logits<I>(&mut self, shown: I) -> Logits
    where
        I: IntoIterator<Item: IntoIterator<Item = (Pixel, u8)>>,
    {
        if let Asked::Engine(engine) = &mut self.asked {
            return engine.logits(shown);
        }
        let mut logits = Logits::new(self.classes);
        let mut shown = shown.into_iter();
        let part = || -> Vec<Set> {
            let mut part: Vec<Set> =
                shown.by_ref().take(TOGETHER).map(|set| set.into_iter().collect()).collect();
            // So that the set alone decides in which order it is summed.
            for set in &mut part {
                set.sort_by_key(|(pixel, _)| *pixel);
            }
            part
        };
        for part in iter::repeat_with(part).take_while(|part| !part.is_empty()) {
            logits.append(&self.of_part(&part));
        }
        logits
    }

    /// The logits of some sets, whose pixels are in order.
    fn of_part(&mut self, part: &[Set]) -> Logits {
        match &mut self.asked {
            Asked::Engine(engine) => engine.logits(part.iter().map(|set| set.iter().copied())),
            Asked::Rows(rows) => {
                let mut logits = Logits::new(self.classes);
                for set in part {
                    rows.push_logits(set, &mut logits);
                }
                logits
            }
            Asked::Batches(batches) => {
                let mut logits = Logits::new(self.classes);
                batches.push_logits(part, &mut logits);
                logits
            }
            Asked::Members(members) => {
                let each = members.iter_mut().map(|member| member.of_part(part));
                mean(&each.collect::<Vec<_>>())
            }
        }
    }
}

/// A judge that learns nothing of one set for the next, asked about one image.
#[derive(Debug)]
struct OfImage {
    many: ManyEvaluator,
    image: Arc<Image>,
}

impl Evaluator for OfImage {
    fn classes(&self) -> usize {
        self.many.classes
    }

    fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
        let image = &self.image;
        self.many.logits(sets.iter().map(|set| {
            set.pixels()
                .iter()
                .map(|pixel| (*pixel, image.value(*pixel).expect("the pixels lie in the image")))
        }))
    }

    fn batch(&self) -> usize {
        BATCH
    }
}

/// An ensemble, asked about one image.
struct OfMembers {
    members: Vec<Box<dyn Evaluator>>,
}

impl Evaluator for OfMembers {
    fn classes(&self) -> usize {
        self.members[0].classes()
    }

    fn evaluate(&mut self, sets: &[PixelSet]) -> Logits {
        let each = self.members.iter_mut().map(|member| member.evaluate(sets));
        mean(&each.collect::<Vec<_>>())
    }

    fn batch(&self) -> usize {
        self.members.iter().map(|member| member.batch()).max().unwrap_or(1)
    }

    fn bytes(&self) -> usize {
        self.members.iter().map(|member| member.bytes()).sum()
    }
}
