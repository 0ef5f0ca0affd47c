//! Which pixels of an image are revealed.

use pixel_debate_game::Pixel;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

/// Revealed pixels of one image, whatever the order in which they were revealed.
///
/// Equal sets compare and hash alike, so that a set can be the key of what is known of it.
///
/// Serialises as the list of its pixels; read, a list may be in any order.
///
/// ```
/// use pixel_debate_game::Pixel;
/// use pixel_debate_judge::PixelSet;
///
/// let [upper, lower] = [Pixel::new(14, 9), Pixel::new(13, 20)];
/// let set: PixelSet = [lower, upper].into_iter().collect();
/// assert_eq!(set.pixels(), [upper, lower]);
/// assert_eq!(set, PixelSet::default().with(upper).with(lower));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Pixel>", into = "Vec<Pixel>")]
pub struct PixelSet(SmallVec<[Pixel; 8]>);

impl PixelSet {
    /// Adds a pixel, or does nothing if it is there.
    ///
    /// ```
    /// use pixel_debate_game::Pixel;
    /// use pixel_debate_judge::PixelSet;
    ///
    /// let mut set = PixelSet::default();
    /// set.insert(Pixel::new(14, 9));
    /// set.insert(Pixel::new(14, 9));
    /// assert_eq!(set.pixels().len(), 1);
    /// ```
    pub fn insert(&mut self, pixel: Pixel) {
        if let Err(place) = self.0.binary_search(&pixel) {
            self.0.insert(place, pixel);
        }
    }

    /// The set with one pixel more.
    ///
    /// ```
    /// use pixel_debate_game::Pixel;
    /// use pixel_debate_judge::PixelSet;
    ///
    /// let one = PixelSet::default().with(Pixel::new(14, 9));
    /// let two = one.with(Pixel::new(13, 20));
    /// assert!(!one.contains(Pixel::new(13, 20)) && two.contains(Pixel::new(13, 20)));
    /// ```
    #[must_use]
    pub fn with(&self, pixel: Pixel) -> Self {
        let mut larger = self.clone();
        larger.insert(pixel);
        larger
    }

    /// Whether the pixel is there.
    pub fn contains(&self, pixel: Pixel) -> bool {
        self.0.binary_search(&pixel).is_ok()
    }

    /// The pixels in ascending order.
    pub fn pixels(&self) -> &[Pixel] {
        &self.0
    }
}

impl From<Vec<Pixel>> for PixelSet {
    fn from(pixels: Vec<Pixel>) -> Self {
        pixels.into_iter().collect()
    }
}

impl From<PixelSet> for Vec<Pixel> {
    fn from(set: PixelSet) -> Self {
        set.0.to_vec()
    }
}

impl FromIterator<Pixel> for PixelSet {
    fn from_iter<I: IntoIterator<Item = Pixel>>(pixels: I) -> Self {
        let mut set = Self::default();
        for pixel in pixels {
            set.insert(pixel);
        }
        set
    }
}
