//! A set of grey images of one size, each with a label.

use pixel_debate_game::Image;
use sha2::{Digest, Sha256};

use crate::{DatasetError, Fault, Labelling, Reading, Warning};

/// The longest side of an image, in pixels: coordinates are bytes.
pub(crate) const MAX_SIDE: usize = 255;

/// What a dataset was read from.
///
/// ```
/// use pixel_debate_datasets::{Dataset, Format, mnist};
///
/// assert_eq!(mnist::test().format(), Format::Idx);
/// let made = Dataset::new("made", (1, 1), vec![255], vec![0], vec!["light".into()])?;
/// assert_eq!(made.format(), Format::Memory);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Files as MNIST has them.
    Idx,
    /// Files of a part of EMNIST, with rows for columns.
    Emnist,
    /// A folder of pictures with one subfolder a class.
    Pictures,
    /// Numbers in memory.
    Memory,
}

/// Grey images of one size with their labels.
///
/// Images are stored one after another, row by row from the top left, one byte a pixel
/// (0 black to 255 white).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    name: String,
    width: usize,
    height: usize,
    pixels: Vec<u8>,
    labels: Vec<u8>,
    classes: Vec<String>,
    format: Format,
    labelling: Labelling,
    reading: Reading,
    warnings: Vec<Warning>,
}

impl Dataset {
    /// Puts images and labels together.
    ///
    /// `pixels` holds `labels.len()` images of `width * height` bytes, both sides 1 to 255; every
    /// label is an index into `classes`. Errors call the dataset by its name.
    ///
    /// ```
    /// use pixel_debate_datasets::Dataset;
    ///
    /// // Two images of three columns and one row.
    /// let classes = || vec!["left".to_owned(), "right".to_owned()];
    /// let pixels = vec![9, 0, 0, 0, 0, 9];
    /// let dataset = Dataset::new("sides", (3, 1), pixels.clone(), vec![0, 1], classes())?;
    /// assert_eq!((dataset.len(), dataset.image(1)), (2, &[0, 0, 9][..]));
    ///
    /// let wrong = Dataset::new("sides", (3, 1), pixels, vec![0, 2], classes()).unwrap_err();
    /// assert!(wrong.to_string().starts_with("sides: "), "{wrong}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DatasetError`] if there are fewer or more pixels than that, a side is 0 or over 255, or a label names no
    /// class.
    pub fn new(
        name: impl Into<String>,
        sides: (usize, usize),
        pixels: Vec<u8>,
        labels: Vec<u8>,
        classes: Vec<String>,
    ) -> Result<Self, DatasetError> {
        let name = name.into();
        Self::assemble(name.clone(), sides, pixels, labels, classes).map_err(|fault| fault.of(name))
    }

    /// As [`new`](Self::new), for a caller that knows which file is at fault.
    pub(crate) fn assemble(
        name: String,
        sides: (usize, usize),
        pixels: Vec<u8>,
        labels: Vec<u8>,
        classes: Vec<String>,
    ) -> Result<Self, Fault> {
        check_sides(sides)?;
        let (width, height) = sides;
        if !pixels.len().is_multiple_of(width * height) {
            return Err(Fault::Ragged { pixels: pixels.len(), width, height });
        }
        let images = pixels.len() / (width * height);
        if images != labels.len() {
            return Err(Fault::Count { images, labels: labels.len() });
        }
        let wrong = |label: &u8| usize::from(*label) >= classes.len();
        if let Some(index) = labels.iter().position(wrong) {
            return Err(Fault::Label {
                label: labels[index],
                index,
                classes: classes.len(),
                first: 0,
            });
        }
        let (format, labelling) = (Format::Memory, Labelling::Stated);
        let (reading, warnings) = (Reading::default(), Vec::new());
        Ok(Self {
            name,
            width,
            height,
            pixels,
            labels,
            classes,
            format,
            labelling,
            reading,
            warnings,
        })
    }

    /// Notes where the dataset came from and how, with what is odd about its files and its values.
    pub(crate) fn take(
        &mut self,
        format: Format,
        labelling: Labelling,
        reading: Reading,
        warnings: Vec<Warning>,
    ) {
        (self.format, self.labelling, self.reading) = (format, labelling, reading);
        self.warnings = warnings;
        self.warnings.extend(self.odd_values());
    }

    /// What the dataset is called, `mnist-test` for example.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Pixels in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// How many images there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no image at all.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The names of the classes; a label is an index into it.
    ///
    /// ```
    /// let test = pixel_debate_datasets::mnist::test();
    /// assert_eq!(test.classes()[usize::from(test.label(0))], "7");
    /// ```
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// What it was read from.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Where its labels come from.
    pub fn labelling(&self) -> Labelling {
        self.labelling
    }

    /// What was done to its images when they were read.
    pub fn reading(&self) -> Reading {
        self.reading
    }

    /// What is odd about it: to be shown to whoever named the folder.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The pixels of all images, one image after another, row by row from the top left.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// The labels of all images.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// The pixels of image `index`, row by row from the top left.
    ///
    /// # Panics
    ///
    /// If `index` is not below [`Self::len`].
    pub fn image(&self, index: usize) -> &[u8] {
        let size = self.width * self.height;
        &self.pixels[index * size..(index + 1) * size]
    }

    /// Image `index` as the game has it.
    ///
    /// ```
    /// use pixel_debate_game::Pixel;
    ///
    /// let test = pixel_debate_datasets::mnist::test();
    /// let image = test.to_image(17);
    /// assert_eq!((image.width(), image.height()), (28, 28));
    /// assert_eq!(image.value(Pixel::new(5, 9)), Some(test.image(17)[9 * 28 + 5]));
    /// ```
    ///
    /// # Panics
    ///
    /// If `index` is not below [`Self::len`].
    pub fn to_image(&self, index: usize) -> Image {
        let sides = [self.width, self.height].map(u8::try_from);
        let [Ok(width), Ok(height)] = sides else { unreachable!("sides are at most {MAX_SIDE}") };
        Image::new(width, height, self.image(index).to_vec())
            .expect("sides are 1 to 255, and an image has as many pixels as they make")
    }

    /// The label of image `index`.
    ///
    /// # Panics
    ///
    /// If `index` is not below [`Self::len`].
    pub fn label(&self, index: usize) -> u8 {
        self.labels[index]
    }

    /// SHA-256 of all pixels followed by all labels, in hexadecimal: says which data a judge was
    /// trained or measured on.
    ///
    /// ```
    /// use pixel_debate_datasets::Dataset;
    ///
    /// let classes = || vec!["a".into(), "b".into()];
    /// let of = |labels| Dataset::new("dots", (1, 1), vec![9, 9], labels, classes());
    /// let [one, same, other] = [of(vec![0, 1])?, of(vec![0, 1])?, of(vec![1, 0])?];
    /// assert_eq!((one.hash().len(), one.hash()), (64, same.hash()));
    /// assert_ne!(one.hash(), other.hash(), "the labels count");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn hash(&self) -> String {
        let digest = Sha256::new().chain_update(&self.pixels).chain_update(&self.labels).finalize();
        let nibbles = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        nibbles.filter_map(|nibble| char::from_digit(nibble.into(), 16)).collect()
    }
}

/// Whether images may have that width and height.
pub(crate) fn check_sides((width, height): (usize, usize)) -> Result<(), Fault> {
    let side = 1..=MAX_SIDE;
    if side.contains(&width) && side.contains(&height) {
        Ok(())
    } else {
        Err(Fault::Sides { width, height })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dataset(sides: (usize, usize), pixels: usize, labels: &[u8]) -> Result<Dataset, String> {
        let classes = vec!["cat".into(), "dog".into()];
        Dataset::new("pets", sides, vec![7; pixels], labels.to_vec(), classes)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn images_and_labels_must_fit_together() {
        let two = dataset((3, 2), 12, &[1, 0]).unwrap();
        assert_eq!((two.len(), two.labels()), (2, &[1, 0][..]));
        assert_eq!(two.pixels(), [two.image(0), two.image(1)].concat());
        for (sides, pixels, labels, refusal) in [
            ((3, 2), 11, &[1, 0][..], "pets: 11 pixels are no whole number of images of 3×2"),
            ((3, 2), 18, &[1, 0], "pets: 2 labels for 3 images: each image has one"),
            ((0, 2), 0, &[], "pets: images of 0×2 pixels: both sides must be 1 to 255"),
            ((1, 256), 256, &[0], "pets: images of 1×256 pixels: both sides must be 1 to 255"),
            (
                (3, 2),
                12,
                &[1, 2],
                "pets: label 2 of image 1 is out of range: there are 2 classes, from 0",
            ),
        ] {
            assert_eq!(dataset(sides, pixels, labels).unwrap_err(), refusal);
        }
    }

    #[test]
    fn the_hash_tells_data_apart() {
        let one = dataset((1, 1), 2, &[0, 1]).unwrap();
        let other = dataset((1, 1), 2, &[1, 0]).unwrap();
        // As `printf '\007\007\000\001' | sha256sum` has it.
        assert_eq!(one.hash(), "5697e440998c4d3be6d25121f5cc8cbadbcde359aa50dfb2c099639608484966");
        assert_ne!(one.hash(), other.hash());
    }
}
