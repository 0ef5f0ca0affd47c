//! Images to test the engine on.

use pixel_debate_datasets::mnist;
use pixel_debate_game::Image;
use proptest::prelude::*;

/// MNIST's images, and hostile ones: all white, noise with and without black pixels, one lit pixel,
/// and lit edges around nothing.
pub(crate) fn any_image() -> impl Strategy<Value = Image> {
    let mnist = (0..mnist::test().len()).prop_map(|index| mnist::test().image(index).to_vec());
    let noise = prop::collection::vec(any::<u8>(), 28 * 28);
    let lit_noise = prop::collection::vec(1..=255_u8, 28 * 28);
    let one_pixel = (0..28_usize * 28, 1..=255_u8).prop_map(|(at, value)| {
        let mut pixels = vec![0; 28 * 28];
        pixels[at] = value;
        pixels
    });
    let edges = (1..=255_u8).prop_map(|value| {
        let on_edge = |index: usize| [0, 27].iter().any(|e| index / 28 == *e || index % 28 == *e);
        (0..28 * 28).map(|index| if on_edge(index) { value } else { 0 }).collect()
    });
    let white = Just(vec![255; 28 * 28]);
    let pixels =
        prop_oneof![5 => mnist, 1 => white, 1 => noise, 1 => lit_noise, 1 => one_pixel, 1 => edges];
    pixels.prop_map(|pixels| Image::new(28, 28, pixels).unwrap())
}
