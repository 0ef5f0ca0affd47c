//! How the values of pictures are changed on the way in: not at all, unless asked for.

use std::fmt;

use image::GrayImage;
use image::imageops::{self, FilterType};

/// The width and height to which images are resized: those of MNIST, and of the judge.
pub const RESIZED: (usize, usize) = (28, 28);

/// What is done to images when they are read, in this order. By default nothing is.
///
/// The images are changed before [`Dataset::hash`](crate::Dataset::hash) is taken, and the dataset's
/// name says how, so that no two readings of one folder are taken for each other.
///
/// ```
/// use pixel_debate_datasets::Reading;
///
/// assert_eq!(Reading::default().to_string(), "", "nothing is done unless asked for");
/// let reading = Reading { invert: true, resize: false, threshold: 40 };
/// assert_eq!(reading.to_string(), "+inverted+from-40");
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading {
    /// Black becomes white and white black, for dark ink on light paper. What is transparent becomes
    /// black in either case.
    pub invert: bool,
    /// Images of another size are stretched to 28×28.
    pub resize: bool,
    /// Values below this become 0, as for the noise of JPEG; 0 and 1 change nothing.
    pub threshold: u8,
}

impl Reading {
    /// A dataset's name with what is done to its images.
    pub(crate) fn name(self, name: &str) -> String {
        format!("{name}{self}")
    }

    /// A value as it is taken.
    fn invert(self, value: u8) -> u8 {
        if self.invert { u8::MAX - value } else { value }
    }

    /// A grey value with its opacity, on what will be black.
    pub(crate) fn blend(self, grey: u8, opacity: u8) -> u8 {
        (u16::from(self.invert(grey)) * u16::from(opacity) / u16::from(u8::MAX)) as u8
    }

    /// An image after its values were inverted, resized and held against the threshold.
    pub(crate) fn finish(self, image: GrayImage) -> GrayImage {
        let (width, height) = (RESIZED.0 as u32, RESIZED.1 as u32);
        let mut image = if self.resize && image.dimensions() != (width, height) {
            imageops::resize(&image, width, height, FilterType::Triangle)
        } else {
            image
        };
        for value in image.iter_mut().filter(|value| **value < self.threshold) {
            *value = 0;
        }
        image
    }

    /// The images of an IDX file, as they are taken.
    pub(crate) fn of_all(
        self,
        pixels: Vec<u8>,
        (width, height): (usize, usize),
    ) -> (Vec<u8>, (usize, usize)) {
        if self == Self::default() || pixels.is_empty() {
            return (pixels, (width, height));
        }
        let mut taken = Vec::with_capacity(pixels.len());
        let sides = (width as u32, height as u32);
        for image in pixels.chunks_exact(width * height) {
            let inverted = image.iter().map(|value| self.invert(*value)).collect();
            // The chunk has width × height values.
            let Some(image) = GrayImage::from_raw(sides.0, sides.1, inverted) else { continue };
            taken.extend(self.finish(image).into_raw());
        }
        (taken, if self.resize { RESIZED } else { (width, height) })
    }
}

/// As the name of a dataset has it: `+inverted+resized+from-40`, or nothing.
impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { invert, resize, threshold } = *self;
        if invert {
            f.write_str("+inverted")?;
        }
        if resize {
            f.write_str("+resized")?;
        }
        if threshold > 1 {
            write!(f, "+from-{threshold}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_done_in_order_and_in_the_name() {
        let all = Reading { invert: true, resize: true, threshold: 40 };
        assert_eq!(all.name("digits-test"), "digits-test+inverted+resized+from-40");
        assert_eq!(Reading { threshold: 1, ..Reading::default() }.name("digits"), "digits");
        let (pixels, sides) =
            Reading { resize: false, ..all }.of_all(vec![0, 200, 216, 255], (2, 2));
        assert_eq!((pixels, sides), (vec![255, 55, 0, 0], (2, 2)));
        let (pixels, sides) = all.of_all(vec![0; 3 * 5 * 2], (3, 5));
        assert_eq!((pixels, sides), (vec![255; 2 * 784], RESIZED));
        // What is transparent is black, whatever becomes of the ink.
        assert_eq!((all.blend(0, 0), all.blend(0, 255), all.blend(0, 51)), (0, 255, 51));
        assert_eq!(Reading::default().blend(200, 51), 40);
    }
}
