//! How revealed pixels are numbers of an input.

use std::fmt;

use pixel_debate_game::Image;
use pixel_debate_judge::PixelSet;
use pixel_debate_judge::network::SIDE;

/// What an input may be like, in words.
pub(crate) const ALLOWED: &str = "n × 2 × 28 × 28 or n × 28 × 28 × 2 (mask and value), n × 1 × 28 × 28, n × 28 × 28 × 1 or \
     n × 28 × 28 (value), or one row an image, n × 1568 (mask, then value) or n × 784 (value)";

const AREA: usize = SIDE * SIDE;

/// What an input is like.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layout {
    /// The sizes after that of the batch.
    pub(crate) sizes: Vec<usize>,
    /// Whether there is a mask beside the values.
    pub(crate) has_mask: bool,
    /// Whether a pixel's mask and value stand side by side.
    interleaved: bool,
    /// What a hidden pixel's value is where there is no mask.
    pub(crate) hidden: f32,
}

impl Layout {
    /// The layout of an input of these sizes, that of the batch left out.
    pub(crate) fn of(sizes: &[usize]) -> Option<Self> {
        let (has_mask, interleaved) = match sizes {
            [2, SIDE, SIDE] => (true, false),
            [SIDE, SIDE, 2] => (true, true),
            [1, SIDE, SIDE] | [SIDE, SIDE, 1] | [SIDE, SIDE] => (false, false),
            [size] if *size == 2 * AREA => (true, false),
            [size] if *size == AREA => (false, false),
            _ => return None,
        };
        Some(Self { sizes: sizes.to_vec(), has_mask, interleaved, hidden: 0.0 })
    }

    /// How many numbers a set is.
    pub(crate) fn numbers(&self) -> usize {
        if self.has_mask { 2 * AREA } else { AREA }
    }

    /// Writes a set of an image's pixels as numbers.
    pub(crate) fn write(&self, image: &Image, set: &PixelSet, numbers: &mut [f32]) {
        numbers.fill(if self.has_mask { 0.0 } else { self.hidden });
        for pixel in set.pixels() {
            let at = usize::from(pixel.y) * SIDE + usize::from(pixel.x);
            let value = f32::from(image.pixels()[at]) / 255.0;
            match (self.has_mask, self.interleaved) {
                (false, _) => numbers[at] = value,
                (true, false) => (numbers[at], numbers[AREA + at]) = (1.0, value),
                (true, true) => (numbers[2 * at], numbers[2 * at + 1]) = (1.0, value),
            }
        }
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("n")?;
        self.sizes.iter().try_for_each(|size| write!(f, " × {size}"))?;
        if self.has_mask {
            f.write_str(", mask and value")
        } else {
            write!(f, ", value, {} where hidden", self.hidden)
        }
    }
}

#[cfg(test)]
mod tests {
    use pixel_debate_game::Pixel;

    use super::*;

    #[test]
    fn a_pixel_is_where_each_layout_has_it() {
        let image = Image::new(28, 28, vec![51; 784]).unwrap();
        let set: PixelSet = [Pixel::new(3, 2)].into_iter().collect();
        let at = 2 * 28 + 3;
        for (sizes, places) in [
            (&[2, 28, 28][..], &[(at, 1.0), (784 + at, 0.2)][..]),
            (&[28, 28, 2], &[(2 * at, 1.0), (2 * at + 1, 0.2)]),
            (&[1568], &[(at, 1.0), (784 + at, 0.2)]),
            (&[1, 28, 28], &[(at, 0.2)]),
            (&[28, 28, 1], &[(at, 0.2)]),
            (&[28, 28], &[(at, 0.2)]),
            (&[784], &[(at, 0.2)]),
        ] {
            let layout = Layout::of(sizes).unwrap();
            let mut numbers = vec![9.0; layout.numbers()];
            layout.write(&image, &set, &mut numbers);
            let found = numbers.iter().copied().enumerate().filter(|(_, number)| *number != 0.0);
            assert_eq!(found.collect::<Vec<_>>(), places, "{layout}");
        }
        let layout = Layout { hidden: -1.0, ..Layout::of(&[784]).unwrap() };
        let mut numbers = vec![0.0; 784];
        layout.write(&image, &set, &mut numbers);
        assert_eq!(numbers.iter().filter(|number| **number == -1.0).count(), 783);
        assert_eq!(layout.to_string(), "n × 784, value, -1 where hidden");
        for sizes in [&[3, 28, 28][..], &[28, 28, 3], &[1, 28, 27], &[785], &[], &[1, 1, 28, 28]] {
            assert_eq!(Layout::of(sizes), None);
        }
    }
}
