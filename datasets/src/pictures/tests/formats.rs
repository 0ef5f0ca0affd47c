//! Pictures of each depth and kind: right, or refused by name.

use image::codecs::gif::GifEncoder;
use image::{Frame, GrayImage, ImageBuffer, Luma, Rgb, Rgba, RgbaImage};
use proptest::prelude::*;

use super::*;

/// A PNG of four pixels in a row, as its bytes are in the file.
fn row(colour: png::ColorType, depth: png::BitDepth, data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 4, 1);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    if colour == png::ColorType::Indexed {
        encoder.set_palette(&[0, 0, 0, 255, 255, 255, 100, 100, 100, 0, 0, 0][..]);
    }
    encoder.write_header().unwrap().write_image_data(data).unwrap();
    bytes
}

fn values(name: &str, bytes: &[u8]) -> Vec<u8> {
    open(&seven(name, bytes)).unwrap().image(0).to_vec()
}

#[test]
fn grey_of_every_depth_and_palettes_are_scaled_to_bytes() {
    use png::{BitDepth, ColorType};
    let grey = |depth, data: &[u8]| values("x.png", &row(ColorType::Grayscale, depth, data));
    assert_eq!(grey(BitDepth::One, &[0b0110_0000]), [0, 255, 255, 0]);
    assert_eq!(grey(BitDepth::Two, &[0b0001_1011]), [0, 85, 170, 255]);
    assert_eq!(grey(BitDepth::Four, &[0x0f, 0x18]), [0, 255, 17, 136]);
    assert_eq!(grey(BitDepth::Eight, &[0, 1, 254, 255]), [0, 1, 254, 255]);
    assert_eq!(grey(BitDepth::Sixteen, &[0, 0, 1, 1, 128, 128, 255, 255]), [0, 1, 128, 255]);
    let palette = row(ColorType::Indexed, BitDepth::Two, &[0b0001_1011]);
    assert_eq!(values("x.png", &palette), [0, 255, 100, 0]);
    assert_eq!(values("x.pbm", b"P1 4 1\n0 1 1 0\n"), [255, 0, 0, 255]);
    assert_eq!(values("x.pgm", b"P2 4 1 15\n0 15 1 8\n"), [0, 255, 17, 136]);
}

#[test]
fn bytes_in_a_picture_of_16_bits_are_refused() {
    let refused = "PETS/7/x.png: 16 bits a value, and none above 255: these are values of 8 bits";
    let grey = ImageBuffer::<Luma<u16>, _>::from_vec(4, 1, vec![0, 1, 254, 255]).unwrap();
    let colour = ImageBuffer::from_pixel(2, 2, Rgb([0_u16, 255, 9]));
    let opaque = ImageBuffer::from_pixel(2, 2, Rgba([0_u16, 255, 9, 65535]));
    for picture in [
        DynamicImage::ImageLuma16(grey),
        DynamicImage::ImageRgb16(colour),
        DynamicImage::ImageRgba16(opaque),
    ] {
        let error = refusal(&seven("x.png", &png(&picture)));
        assert!(error.starts_with(refused), "{error}");
    }
    // One more is a value of 16 bits, and black is black in any depth.
    for (brightest, values) in [(256, [0, 0, 0, 1]), (0, [0; 4])] {
        let grey = ImageBuffer::<Luma<u16>, _>::from_vec(4, 1, vec![0, 0, 0, brightest]).unwrap();
        let picture = png(&DynamicImage::ImageLuma16(grey));
        assert_eq!(self::values("x.png", &picture), values);
    }
}

#[test]
fn moving_pictures_are_refused_and_single_frames_are_not() {
    let gif = |frames: u8| {
        let mut bytes = Vec::new();
        let mut encoder = GifEncoder::new(&mut bytes);
        for _ in 0..frames {
            let frame = Frame::new(RgbaImage::from_pixel(4, 2, Rgba([255; 4])));
            encoder.encode_frame(frame).unwrap();
        }
        drop(encoder);
        bytes
    };
    assert_eq!(values("x.gif", &gif(1)), [255; 8]);
    let moving = "PETS/7/x.gif: a moving picture: only still ones can be debated";
    assert_eq!(refusal(&seven("x.gif", &gif(2))), moving);

    let mut apng = Vec::new();
    let mut encoder = png::Encoder::new(&mut apng, 1, 1);
    encoder.set_animated(2, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    for value in [0, 255] {
        writer.write_image_data(&[value]).unwrap();
    }
    writer.finish().unwrap();
    // Whatever the ending says.
    assert_eq!(refusal(&seven("x.gif", &apng)), moving);
}

#[test]
fn inks_are_refused() {
    // The header of a frame with four components, as far as it is read.
    let frame = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xff, 0xc0, 0, 20, 8, 0, 1, 0, 1, 4];
    let refused = refusal(&seven("x.jpg", &frame));
    assert!(refused.starts_with("PETS/7/x.jpg: a picture in CMYK"), "{refused}");
}

#[test]
fn pictures_are_turned_as_their_exif_data_say() {
    let mut jpeg = Cursor::new(Vec::new());
    let left = GrayImage::from_fn(16, 8, |x, _| Luma([if x < 8 { 255 } else { 0 }]));
    left.write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
    let jpeg = jpeg.into_inner();
    // To be turned by a quarter to the right, so that the left is above.
    let exif =
        b"\xff\xe1\x00\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let turned = [&jpeg[..2], exif, &jpeg[2..]].concat();
    let (plain, turned) = (open(&seven("x.jpg", &jpeg)), open(&seven("x.jpg", &turned)).unwrap());
    assert_eq!((plain.unwrap().width(), turned.width(), turned.height()), (16, 8, 16));
    let bright = |rows: &[u8]| rows.iter().all(|value| *value > 200);
    assert!(bright(&turned.image(0)[..64]) && !bright(&turned.image(0)[64..]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever is changed in a picture's file, it is read or refused by its name.
    #[test]
    fn a_damaged_picture_is_read_or_refused_by_name(
        format in prop::sample::select(vec![
            ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::Bmp,
            ImageFormat::Pnm, ImageFormat::WebP,
        ]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        length in prop::option::of(any::<prop::sample::Index>()),
        invert: bool, resize: bool, threshold: u8,
    ) {
        let mut bytes = Cursor::new(Vec::new());
        image::RgbImage::from_fn(9, 7, |x, y| Rgb([(x * 25) as u8, (y * 30) as u8, 9]))
            .write_to(&mut bytes, format).unwrap();
        let mut bytes = bytes.into_inner();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(length) = length {
            bytes.truncate(length.index(bytes.len()));
        }
        match open_as(&seven("x", &bytes), Reading { invert, resize, threshold }) {
            Ok(pictures) => prop_assert_eq!(pictures.len(), 1),
            Err(error) => prop_assert!(error.starts_with("PETS/7/x: "), "{}", error),
        }
    }
}
