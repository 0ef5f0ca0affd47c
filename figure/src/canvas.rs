//! Filled rectangles, discs and text on a picture.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, Glyph, PxScale, ScaleFont, point};
use epaint_default_fonts::{HACK_REGULAR, UBUNTU_LIGHT};
use image::{Rgb, RgbImage};

static TEXT: LazyLock<FontRef<'static>> = LazyLock::new(|| font(UBUNTU_LIGHT));
static NUMBERS: LazyLock<FontRef<'static>> = LazyLock::new(|| font(HACK_REGULAR));

fn font(bytes: &'static [u8]) -> FontRef<'static> {
    FontRef::try_from_slice(bytes).expect("the fonts compiled in are sound, a test reads them")
}

/// A picture under way. Whatever would lie outside of it is cut off.
pub(super) struct Canvas(RgbImage);

impl Canvas {
    pub(super) fn new(width: u32, height: u32, ground: Rgb<u8>) -> Self {
        Self(RgbImage::from_pixel(width, height, ground))
    }

    pub(super) fn into_image(self) -> RgbImage {
        self.0
    }

    /// A rectangle with that corner and size.
    pub(super) fn fill(&mut self, [x, y]: [u32; 2], [width, height]: [u32; 2], colour: Rgb<u8>) {
        for y in y..(y + height).min(self.0.height()) {
            for x in x..(x + width).min(self.0.width()) {
                self.0.put_pixel(x, y, colour);
            }
        }
    }

    /// A disc around a place, with a smooth edge.
    pub(super) fn disc(&mut self, [x, y]: [u32; 2], diameter: u32, colour: Rgb<u8>) {
        let radius = diameter as f32 / 2.0;
        let reach = diameter / 2 + 1;
        for at_y in y.saturating_sub(reach)..(y + reach).min(self.0.height()) {
            for at_x in x.saturating_sub(reach)..(x + reach).min(self.0.width()) {
                let beside = at_x as f32 + 0.5 - x as f32;
                let below = at_y as f32 + 0.5 - y as f32;
                let coverage = (radius + 0.5 - beside.hypot(below)).clamp(0.0, 1.0);
                blend(self.0.get_pixel_mut(at_x, at_y), colour, coverage);
            }
        }
    }

    /// Text of that height that begins at `left` and stands on `baseline`.
    pub(super) fn text(
        &mut self,
        (left, baseline): (u32, u32),
        size: f32,
        colour: Rgb<u8>,
        text: &str,
    ) {
        let (glyphs, _) = line(&TEXT, size, text);
        self.draw(&TEXT, glyphs, (left as f32, baseline as f32), colour);
    }

    /// A number in the middle of a place.
    pub(super) fn number(&mut self, (x, y): (u32, u32), size: f32, colour: Rgb<u8>, number: &str) {
        let (glyphs, width) = line(&NUMBERS, size, number);
        // Digits have one height: the middle of any is the middle of all.
        let digit = NUMBERS.glyph_id('0').with_scale(size);
        let rise = NUMBERS
            .outline_glyph(digit)
            .map_or(0.0, |zero| f32::midpoint(zero.px_bounds().min.y, zero.px_bounds().max.y));
        self.draw(&NUMBERS, glyphs, (x as f32 - width / 2.0, y as f32 - rise), colour);
    }

    fn draw(
        &mut self,
        font: &FontRef<'_>,
        glyphs: Vec<Glyph>,
        (left, baseline): (f32, f32),
        colour: Rgb<u8>,
    ) {
        for mut glyph in glyphs {
            glyph.position += point(left, baseline);
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let corner = outline.px_bounds().min;
            outline.draw(|x, y, coverage| {
                let (x, y) = (corner.x as i64 + i64::from(x), corner.y as i64 + i64::from(y));
                let place = u32::try_from(x).ok().zip(u32::try_from(y).ok());
                if let Some(ground) = place.and_then(|(x, y)| self.0.get_pixel_mut_checked(x, y)) {
                    blend(ground, colour, coverage);
                }
            });
        }
    }
}

/// The glyphs of a line that begins at the origin, and its width.
fn line(font: &FontRef<'_>, size: f32, text: &str) -> (Vec<Glyph>, f32) {
    let font = font.as_scaled(PxScale::from(size));
    let (mut glyphs, mut x) = (Vec::<Glyph>::new(), 0.0);
    for character in text.chars() {
        let mut glyph = font.scaled_glyph(character);
        if let Some(before) = glyphs.last() {
            x += font.kern(before.id, glyph.id);
        }
        glyph.position = point(x, 0.0);
        x += font.h_advance(glyph.id);
        glyphs.push(glyph);
    }
    (glyphs, x)
}

/// Lays `colour` over `ground`, which it covers to that share.
fn blend(ground: &mut Rgb<u8>, colour: Rgb<u8>, coverage: f32) {
    for (below, above) in ground.0.iter_mut().zip(colour.0) {
        let mixed = f32::from(*below) * (1.0 - coverage) + f32::from(above) * coverage;
        *below = mixed.round() as u8;
    }
}
