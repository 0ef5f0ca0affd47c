//! A debate as an animation: one reveal after the other.

use image::codecs::gif::{GifEncoder, Repeat};
use image::imageops::{FilterType, resize};
use image::{Delay, Frame, ImageResult, RgbImage, buffer::ConvertBuffer};
use pixel_debate_game::View;

use crate::layout::{SIDE, lay_out};

/// How long a reveal is shown, and how long the end, in milliseconds.
const REVEAL_MS: u32 = 900;
const END_MS: u32 = 4000;

/// How coarse the search for a frame's 256 colours is: 1 is the best, 30 the fastest. A debate's
/// picture is grey and a few colours.
const COARSENESS: i32 = 30;

/// The animation as a GIF, half as large as the picture: the debate as a seat sees it after no
/// reveal, after the first, and so on, and at last as it stands.
///
/// # Errors
///
/// If the frames cannot be written as a GIF, which memory gives no cause for.
pub fn gif(view: &View) -> ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut bytes, COARSENESS);
    encoder.set_repeat(Repeat::Infinite)?;
    let shown = view.evidence.len();
    for number in 0..=shown {
        encoder.encode_frame(frame(&lay_out(view, SIDE, number, false).image(), REVEAL_MS))?;
    }
    encoder.encode_frame(frame(&lay_out(view, SIDE, shown, true).image(), END_MS))?;
    drop(encoder);
    Ok(bytes)
}

fn frame(picture: &RgbImage, ms: u32) -> Frame {
    let (width, height) = (picture.width() / 2, picture.height() / 2);
    let small = resize(picture, width, height, FilterType::Triangle);
    Frame::from_parts(small.convert(), 0, 0, Delay::from_numer_denom_ms(ms, 1))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::sync::Arc;

    use image::AnimationDecoder;
    use image::codecs::gif::GifDecoder;
    use pixel_debate_game::{Debate, Debater, Image, Move, Pixel, Role, Rules, Seat};

    use super::*;

    #[test]
    fn there_is_a_frame_for_every_reveal() {
        let image = Arc::new(Image::new(28, 28, vec![9; 28 * 28]).unwrap());
        let rules = Rules::paper(2, true, Role::Liar);
        let mut debate = Debate::new(rules, image, 1, Some(0), 2).unwrap();
        let frames = |debate: &Debate| {
            let bytes = gif(&debate.view(Seat::Spectator)).unwrap();
            let decoder = GifDecoder::new(Cursor::new(bytes)).unwrap();
            decoder.into_frames().collect_frames().unwrap()
        };
        assert_eq!(frames(&debate).len(), 2);
        debate.apply(Move::Reveal { by: Debater::First, pixel: Pixel::new(3, 4) }).unwrap();
        let two = frames(&debate);
        assert_eq!(two.len(), 3);
        assert_ne!(two[0].buffer(), two[1].buffer());
        assert_eq!(two[1].buffer(), two[2].buffer());
        debate.apply(Move::Resign { by: Debater::First }).unwrap();
        assert!(frames(&debate)[0].buffer().width() > two[0].buffer().width());
    }
}
