//! A place in an image.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A pixel's place: column `x` and row `y`, counted from 0 at the top left.
///
/// Serialises as `[x, y]`. Pixels are ordered as they are read: by row, then by column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(as = "[u8; 2]"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "[u8; 2]"))]
#[serde(from = "[u8; 2]", into = "[u8; 2]")]
pub struct Pixel {
    /// The column, from the left.
    pub x: u8,
    /// The row, from the top.
    pub y: u8,
}

impl Pixel {
    /// The pixel in column `x` and row `y`.
    ///
    /// ```
    /// use pixel_debate_game::Pixel;
    ///
    /// let pixel = Pixel::new(12, 7);
    /// assert_eq!(pixel.to_string(), "(12, 7)");
    /// assert_eq!(serde_json::to_string(&pixel)?, "[12,7]");
    /// // As they are read: a row is before those below it.
    /// assert!(Pixel::new(27, 6) < pixel && pixel < Pixel::new(13, 7));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn new(x: u8, y: u8) -> Self {
        Self { x, y }
    }
}

impl From<[u8; 2]> for Pixel {
    fn from([x, y]: [u8; 2]) -> Self {
        Self { x, y }
    }
}

impl From<Pixel> for [u8; 2] {
    fn from(pixel: Pixel) -> Self {
        [pixel.x, pixel.y]
    }
}

impl Ord for Pixel {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.y, self.x).cmp(&(other.y, other.x))
    }
}

impl PartialOrd for Pixel {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Pixel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}, {})", self.x, self.y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_column_then_row() {
        assert_eq!(serde_json::to_string(&Pixel::new(3, 14)).unwrap(), "[3,14]");
        assert_eq!(serde_json::from_str::<Pixel>("[3,14]").unwrap(), Pixel::new(3, 14));
        assert!(serde_json::from_str::<Pixel>("[3,256]").is_err());
        assert!(serde_json::from_str::<Pixel>("[3]").is_err());
    }

    #[test]
    fn order_is_reading_order() {
        assert!(Pixel::new(9, 0) < Pixel::new(0, 1));
        assert!(Pixel::new(0, 1) < Pixel::new(1, 1));
    }
}
