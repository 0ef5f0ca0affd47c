//! What a dataset was taken for, and what is odd about it.

use std::fmt;

use crate::{Dataset, Format, Labelling, Reading};

/// The most pixels that the paper's debates reveal: images with fewer legal ones are of no use.
const PAPER_PIXELS: usize = 6;
/// Values that are hardly to be told from black.
const FAINT: std::ops::RangeInclusive<u8> = 1..=8;
/// Which share of the legal pixels may be faint; of MNIST's test images 3 % are.
const FAINT_SHARE: f64 = 0.15;
/// Of how many images in a hundred the edges may be bright.
const BRIGHT_SHARE: usize = 5;
/// The least that the brightest value of all should be.
const BRIGHTEST: u8 = 128;

/// What a dataset was taken for.
///
/// ```
/// use pixel_debate_datasets::Dataset;
///
/// let (pixels, classes) = (vec![0, 9, 9, 200, 200, 9], vec!["cat".into(), "dog".into()]);
/// let survey = Dataset::new("pets", (3, 1), pixels, vec![0, 0], classes)?.survey();
/// assert_eq!((survey.images, survey.width, survey.height), (2, 3, 1));
/// let images: Vec<usize> = survey.classes.iter().map(|class| class.images).collect();
/// assert_eq!(images, [2, 0], "there is no dog");
/// assert_eq!((survey.legal.least, survey.legal.most), (2, 3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    /// What it is called.
    pub name: String,
    /// What it was read from.
    pub format: Format,
    /// How many images it has.
    pub images: usize,
    /// Columns of an image.
    pub width: usize,
    /// Rows of an image.
    pub height: usize,
    /// Where the labels come from.
    pub labelling: Labelling,
    /// The classes by label.
    pub classes: Vec<Class>,
    /// What was done to the images.
    pub reading: Reading,
    /// How many pixels of an image are not black, and so may be revealed.
    pub legal: Spread,
    /// [`Dataset::hash`].
    pub hash: String,
    /// What is odd.
    pub warnings: Vec<Warning>,
}

/// A class of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// What it is called.
    pub name: String,
    /// How many images have its label.
    pub images: usize,
}

/// How a number is spread over the images.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spread {
    /// The least.
    pub least: usize,
    /// The median, the lower one of two.
    pub median: usize,
    /// The most.
    pub most: usize,
}

/// Files of a kind: how many, and the first of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Count {
    /// How many.
    pub number: usize,
    /// The first.
    pub first: String,
}

impl Count {
    pub(crate) fn add(&mut self, name: impl FnOnce() -> String) {
        if self.number == 0 {
            self.first = name();
        }
        self.number += 1;
    }

    pub(crate) fn into_warning(self, warning: impl FnOnce(Self) -> Warning) -> Option<Warning> {
        (self.number > 0).then(|| warning(self))
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, first } = self;
        write!(f, "{number}, the first of which is {first}")
    }
}

/// Something about a dataset that is allowed, and most often a mistake.
///
/// ```
/// use pixel_debate_datasets::{Count, Warning};
///
/// let pictures = Count { number: 12, first: "cat/1.jpg".into() };
/// assert!(
///     Warning::Lossy { pictures }
///         .to_string()
///         .starts_with("pictures in a lossy format: 12, the first of which is cat/1.jpg: ")
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    /// Images are light at their edges.
    #[error(
        "{images} of {of} images are bright at their edges, the first of which is number {first}: \
         dark ink on light paper needs `invert`"
    )]
    BrightEdges {
        /// How many images.
        images: usize,
        /// Of how many.
        of: usize,
        /// The number of the first of them.
        first: usize,
    },
    /// Hardly any pixel is black.
    #[error(
        "{median} of the {of} pixels of an image are not black in the median, and may be revealed: \
         the paper's images have about 150 of 784"
    )]
    NearlyAllLegal {
        /// The median of the legal pixels.
        median: usize,
        /// The pixels of an image.
        of: usize,
    },
    /// No value is bright.
    #[error("the brightest value of all is {brightest} of 255: were the values on another scale?")]
    Dark {
        /// The greatest value.
        brightest: u8,
    },
    /// Many pixels are nearly black.
    #[error(
        "{percent} % of the pixels that may be revealed have values of 1 to 8, as noise has: \
         `threshold` makes such values black"
    )]
    Faint {
        /// How many in a hundred.
        percent: u32,
    },
    /// Images are black all over.
    #[error(
        "{images} of {of} images are black all over, the first of which is number {first}: nothing of \
         them can be revealed, and they cannot be debated"
    )]
    NoLegal {
        /// How many images.
        images: usize,
        /// Of how many.
        of: usize,
        /// The number of the first of them.
        first: usize,
    },
    /// Images have some legal pixels, and too few for the paper's debates.
    #[error(
        "{images} of {of} images have fewer than {PAPER_PIXELS} pixels that are not black, the \
         first of which is number {first}: they cannot be debated"
    )]
    FewLegal {
        /// How many images.
        images: usize,
        /// Of how many.
        of: usize,
        /// The number of the first of them.
        first: usize,
    },
    /// Pictures whose format does not keep values.
    #[error(
        "pictures in a lossy format: {pictures}: noise around the ink may be revealed as well, \
         which `threshold` makes black"
    )]
    Lossy {
        /// Which.
        pictures: Count,
    },
    /// Pictures with transparent parts.
    #[error("pictures that are transparent in part: {pictures}: they are taken on black")]
    Transparent {
        /// Which.
        pictures: Count,
    },
    /// Pictures that were not square.
    #[error("pictures that are not square: {pictures}: they were stretched")]
    Stretched {
        /// Which.
        pictures: Count,
    },
    /// A class without pictures.
    #[error("the class {class} has no pictures")]
    EmptyClass {
        /// The class's folder.
        class: String,
    },
    /// Pictures in no class.
    #[error("pictures beside the classes' folders: {files}: they are passed over")]
    Beside {
        /// Which.
        files: Count,
    },
    /// A file that is there twice.
    #[error("{file} is there with and without `.gz`: the gzipped one is read")]
    Twice {
        /// The file without the ending.
        file: String,
    },
    /// Folders beside the files of MNIST.
    #[error("there are folders beside MNIST's files, {first} for one: they are passed over")]
    FoldersBeside {
        /// The first of them.
        first: String,
    },
}

impl Dataset {
    /// What the dataset was taken for.
    pub fn survey(&self) -> Survey {
        let mut counts = vec![0; self.classes().len()];
        (0..self.len()).for_each(|image| counts[usize::from(self.label(image))] += 1);
        let classes = self.classes().iter().zip(counts);
        Survey {
            name: self.name().to_owned(),
            format: self.format(),
            images: self.len(),
            width: self.width(),
            height: self.height(),
            labelling: self.labelling(),
            classes: classes.map(|(name, images)| Class { name: name.clone(), images }).collect(),
            reading: self.reading(),
            legal: self.legal(),
            hash: self.hash(),
            warnings: self.warnings().to_vec(),
        }
    }

    fn legal(&self) -> Spread {
        let legal = |image| self.image(image).iter().filter(|value| **value > 0).count();
        let mut legal: Vec<usize> = (0..self.len()).map(legal).collect();
        legal.sort_unstable();
        let [Some(least), Some(most)] = [legal.first(), legal.last()] else {
            return Spread::default();
        };
        Spread { least: *least, median: legal[(legal.len() - 1) / 2], most: *most }
    }

    /// What is odd about the values of the images.
    pub(crate) fn odd_values(&self) -> Vec<Warning> {
        let (of, size) = (self.len(), self.width() * self.height());
        let images = || (0..of).map(|image| self.image(image));
        let mut warnings = Vec::new();
        let bright: Vec<usize> = (0..of).filter(|image| self.is_bright_at_edges(*image)).collect();
        if let Some(first) = bright.first().filter(|_| bright.len() * 100 > of * BRIGHT_SHARE) {
            warnings.push(Warning::BrightEdges { images: bright.len(), of, first: *first });
        }
        let Spread { median, .. } = self.legal();
        if median * 4 > size * 3 {
            warnings.push(Warning::NearlyAllLegal { median, of: size });
        }
        let brightest = images().flatten().max().copied().unwrap_or_default();
        if (1..BRIGHTEST).contains(&brightest) {
            warnings.push(Warning::Dark { brightest });
        }
        let count =
            |wanted: fn(&u8) -> bool| images().flatten().filter(|value| wanted(value)).count();
        let faint = count(|value| FAINT.contains(value)) as f64 / count(|value| *value > 0) as f64;
        if faint > FAINT_SHARE {
            warnings.push(Warning::Faint { percent: (100.0 * faint).round() as u32 });
        }
        let legal = |image| self.image(image).iter().filter(|value| **value > 0).count();
        let with = |wanted: fn(usize) -> bool| -> Vec<usize> {
            (0..of).filter(|image| wanted(legal(*image))).collect()
        };
        let black = with(|legal| legal == 0);
        if let Some(&first) = black.first() {
            warnings.push(Warning::NoLegal { images: black.len(), of, first });
        }
        let few = with(|legal| (1..PAPER_PIXELS).contains(&legal));
        if let Some(&first) = few.first() {
            warnings.push(Warning::FewLegal { images: few.len(), of, first });
        }
        warnings
    }

    /// Whether more than half of the pixels at an image's edges are bright.
    fn is_bright_at_edges(&self, image: usize) -> bool {
        let (width, height) = (self.width(), self.height());
        let (mut edges, mut bright) = (0, 0);
        for (y, row) in self.image(image).chunks_exact(width).enumerate() {
            let whole = y == 0 || y + 1 == height;
            for (_, value) in
                row.iter().enumerate().filter(|(x, _)| whole || *x == 0 || *x + 1 == width)
            {
                edges += 1;
                bright += usize::from(*value >= BRIGHTEST);
            }
        }
        bright * 2 > edges
    }
}
