//! The image that is debated.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Pixel;

/// A grey image, 0 black to 255 white, of 1x1 up to 255x255 pixels.
///
/// Serialises as `{"width": 28, "height": 28, "pixels": "<base64, row by row>"}`; reading one back
/// checks it as [`Image::new`] does.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(as = "Encoded"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "Encoded"))]
#[serde(try_from = "Encoded", into = "Encoded")]
pub struct Image {
    width: u8,
    height: u8,
    pixels: Vec<u8>,
}

/// Why bytes are not an [`Image`].
///
/// ```
/// use pixel_debate_game::{Image, ImageError};
///
/// let refusal = Image::new(28, 28, vec![0; 783]).unwrap_err();
/// assert_eq!(refusal, ImageError::PixelCount { have: 783, width: 28, height: 28 });
/// assert_eq!(refusal.to_string(), "783 pixel values for an image of 28x28, which has 784");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ImageError {
    /// A side is 0.
    #[error("an image of {width}x{height} pixels has none: both sides must be 1 to 255")]
    Empty {
        /// The width given.
        width: u8,
        /// The height given.
        height: u8,
    },
    /// The number of values is not width times height.
    #[error("{have} pixel values for an image of {width}x{height}, which has {}", usize::from(*width) * usize::from(*height))]
    PixelCount {
        /// The number of values given.
        have: usize,
        /// The width given.
        width: u8,
        /// The height given.
        height: u8,
    },
    /// The text of the pixels is not base64.
    #[error("the pixels are not standard base64: {0}")]
    Base64(#[from] base64::DecodeError),
}

impl Image {
    /// An image from its values, row by row from the top left.
    ///
    /// ```
    /// use pixel_debate_game::{Image, Pixel};
    ///
    /// // Three columns, two rows.
    /// let image = Image::new(3, 2, vec![0, 1, 2, 10, 11, 12])?;
    /// assert_eq!(image.value(Pixel::new(2, 1)), Some(12));
    /// let json = r#"{"width":3,"height":2,"pixels":"AAECCgsM"}"#;
    /// assert_eq!(serde_json::to_string(&image)?, json);
    /// assert_eq!(serde_json::from_str::<Image>(json)?, image);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ImageError`] if a side is 0, or there are fewer or more values than places.
    pub fn new(width: u8, height: u8, pixels: Vec<u8>) -> Result<Self, ImageError> {
        if width == 0 || height == 0 {
            return Err(ImageError::Empty { width, height });
        }
        if pixels.len() != usize::from(width) * usize::from(height) {
            return Err(ImageError::PixelCount { have: pixels.len(), width, height });
        }
        Ok(Self { width, height, pixels })
    }

    /// The number of columns, at least 1.
    pub fn width(&self) -> u8 {
        self.width
    }

    /// The number of rows, at least 1.
    pub fn height(&self) -> u8 {
        self.height
    }

    /// All values, row by row from the top left.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// The value at a pixel, or `None` outside the image.
    ///
    /// ```
    /// use pixel_debate_game::{Image, Pixel};
    ///
    /// let image = Image::new(3, 1, vec![0, 200, 90])?;
    /// assert_eq!(image.value(Pixel::new(1, 0)), Some(200));
    /// assert_eq!(image.value(Pixel::new(0, 1)), None, "there is one row");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn value(&self, pixel: Pixel) -> Option<u8> {
        if pixel.x >= self.width || pixel.y >= self.height {
            return None;
        }
        Some(self.pixels[usize::from(pixel.y) * usize::from(self.width) + usize::from(pixel.x)])
    }

    /// Every pixel with its value, in reading order.
    ///
    /// ```
    /// use pixel_debate_game::{Image, Pixel};
    ///
    /// let image = Image::new(2, 2, vec![0, 200, 90, 255])?;
    /// let brightest = image.iter().max_by_key(|(_, value)| *value);
    /// assert_eq!(brightest, Some((Pixel::new(1, 1), 255)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (Pixel, u8)> + '_ {
        let places = (0..self.height).flat_map(|y| (0..self.width).map(move |x| Pixel { x, y }));
        places.zip(self.pixels.iter().copied())
    }

    /// The pixels with a value above 0, in reading order.
    ///
    /// ```
    /// use pixel_debate_game::{Image, Pixel};
    ///
    /// let image = Image::new(2, 2, vec![0, 200, 90, 0])?;
    /// assert!(image.nonzero().eq([Pixel::new(1, 0), Pixel::new(0, 1)]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn nonzero(&self) -> impl Iterator<Item = Pixel> + '_ {
        self.iter().filter(|&(_, value)| value > 0).map(|(pixel, _)| pixel)
    }
}

/// The form of an [`Image`] in JSON.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "Image"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Image"))]
#[serde(deny_unknown_fields)]
struct Encoded {
    width: u8,
    height: u8,
    pixels: String,
}

impl From<Image> for Encoded {
    fn from(image: Image) -> Self {
        Self { width: image.width, height: image.height, pixels: STANDARD.encode(image.pixels) }
    }
}

impl TryFrom<Encoded> for Image {
    type Error = ImageError;

    fn try_from(encoded: Encoded) -> Result<Self, ImageError> {
        Self::new(encoded.width, encoded.height, STANDARD.decode(encoded.pixels)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image() -> Image {
        Image::new(3, 2, vec![0, 1, 2, 3, 0, 255]).unwrap()
    }

    #[test]
    fn values_are_row_by_row() {
        assert_eq!(image().value(Pixel::new(2, 0)), Some(2));
        assert_eq!(image().value(Pixel::new(0, 1)), Some(3));
        assert_eq!(image().value(Pixel::new(3, 0)), None);
        assert_eq!(image().value(Pixel::new(0, 2)), None);
        let nonzero: Vec<[u8; 2]> = image().nonzero().map(Into::into).collect();
        assert_eq!(nonzero, [[1, 0], [2, 0], [0, 1], [2, 1]]);
    }

    #[test]
    fn sizes_are_checked() {
        assert_eq!(Image::new(0, 2, vec![]), Err(ImageError::Empty { width: 0, height: 2 }));
        assert_eq!(
            Image::new(2, 2, vec![0; 3]).unwrap_err().to_string(),
            "3 pixel values for an image of 2x2, which has 4"
        );
    }

    #[test]
    fn json_is_base64_and_checked() {
        let json = serde_json::to_string(&image()).unwrap();
        assert_eq!(json, r#"{"width":3,"height":2,"pixels":"AAECAwD/"}"#);
        assert_eq!(serde_json::from_str::<Image>(&json).unwrap(), image());
        for wrong in [
            r#"{"width":3,"height":3,"pixels":"AAECAwD/"}"#,
            r#"{"width":0,"height":0,"pixels":""}"#,
            r#"{"width":3,"height":2,"pixels":"AAECAwD!"}"#,
            r#"{"width":3,"height":2,"pixels":"AAECAwD/","label":1}"#,
        ] {
            assert!(serde_json::from_str::<Image>(wrong).is_err(), "{wrong}");
        }
    }
}
