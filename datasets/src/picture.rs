//! One picture as grey values.

use std::fs::{self};
use std::io::Cursor;
use std::path::Path;

use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{
    AnimationDecoder, DynamicImage, GrayImage, ImageDecoder, ImageError, ImageFormat, ImageReader,
    Luma,
};

use crate::dataset::MAX_SIDE;
use crate::{DatasetError, Fault, Reading};

/// The longest file of a picture that is read, in bytes.
const MOST_BYTES: u64 = 64 << 20;
/// The longest side of a picture that is resized.
const MOST_SIDE: u32 = 8192;

/// A picture as it is taken, and what may be amiss with it.
pub(crate) struct Picture {
    pub(crate) grey: GrayImage,
    /// Width and height in the file.
    pub(crate) sides: (u32, u32),
    /// Whether its format throws values away, so that black has noise.
    pub(crate) lossy: bool,
    /// Whether some of it is not opaque.
    pub(crate) transparent: bool,
}

/// Reads a picture, whatever its name says of its format.
pub(crate) fn read(path: &Path, reading: Reading) -> Result<Picture, DatasetError> {
    let io = |source| DatasetError::Io { path: path.into(), source };
    let fault = |fault: Fault| fault.of(path.display());
    // Asked before it is opened: to open a pipe is to wait for its writer.
    let metadata = path.metadata().map_err(io)?;
    if metadata.is_dir() {
        return Err(fault(Fault::FolderInClass));
    }
    if !metadata.is_file() {
        return Err(fault(Fault::NotAFile));
    }
    if metadata.len() > MOST_BYTES {
        return Err(fault(Fault::LongFile { bytes: metadata.len(), most: MOST_BYTES }));
    }
    let bytes = fs::read(path).map_err(io)?;
    let picture = |source| DatasetError::Picture { path: path.into(), source };
    let reader = ImageReader::new(Cursor::new(&*bytes)).with_guessed_format().map_err(io)?;
    let format = reader.format();
    if let Some(format) = format
        && moves(format, &bytes).map_err(picture)?
    {
        return Err(fault(Fault::Animation));
    }
    if format == Some(ImageFormat::Jpeg) && jpeg_components(&bytes) == Some(4) {
        return Err(fault(Fault::Cmyk));
    }
    let mut decoder = reader.into_decoder().map_err(picture)?;
    let (width, height) = decoder.dimensions();
    let most = if reading.resize { MOST_SIDE } else { MAX_SIDE as u32 };
    if width > most || height > most {
        return Err(fault(Fault::LargePicture { width, height, most }));
    }
    let orientation = decoder.orientation().map_err(picture)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(picture)?;
    image.apply_orientation(orientation);
    if has_values_of_bytes(&image) {
        return Err(fault(Fault::Depth));
    }
    let image = image.into_luma_alpha8();
    let transparent = image.pixels().any(|pixel| pixel.0[1] < u8::MAX);
    let grey = GrayImage::from_fn(image.width(), image.height(), |x, y| {
        let [grey, opacity] = image.get_pixel(x, y).0;
        Luma([reading.blend(grey, opacity)])
    });
    let (sides, lossy) = (grey.dimensions(), format.is_some_and(|format| is_lossy(format, &bytes)));
    Ok(Picture { grey: reading.finish(grey), sides, lossy, transparent })
}

/// Whether a picture has more than one frame.
fn moves(format: ImageFormat, bytes: &[u8]) -> Result<bool, ImageError> {
    let bytes = Cursor::new(bytes);
    Ok(match format {
        ImageFormat::Gif => GifDecoder::new(bytes)?.into_frames().nth(1).is_some(),
        ImageFormat::Png => PngDecoder::new(bytes)?.is_apng()?,
        ImageFormat::WebP => WebPDecoder::new(bytes)?.has_animation(),
        _ => false,
    })
}

/// The number of colours that a JPEG file has by the header of its frame: four are inks.
fn jpeg_components(bytes: &[u8]) -> Option<u8> {
    let mut at = 2;
    loop {
        let [mark, kind, high, low] = *bytes.get(at..at + 4)?.first_chunk()?;
        if mark != 0xff {
            return None;
        }
        match kind {
            // A byte of filling, and marks without a length.
            0xff => at += 1,
            0x01 | 0xd0..=0xd8 => at += 2,
            0xc4 | 0xc8 | 0xcc => at += 2 + usize::from(u16::from_be_bytes([high, low])),
            0xc0..=0xcf => return bytes.get(at + 9).copied(),
            _ => at += 2 + usize::from(u16::from_be_bytes([high, low])),
        }
    }
}

/// Whether a picture of 16 bits a value has none that does not fit into a byte, and is not black:
/// such values were meant to be bytes.
fn has_values_of_bytes(image: &DynamicImage) -> bool {
    fn greatest<'a>(samples: &'a [u16], channels: usize, colours: usize) -> Option<u16> {
        samples.chunks_exact(channels).flat_map(|pixel: &'a [u16]| &pixel[..colours]).max().copied()
    }
    let greatest = match image {
        DynamicImage::ImageLuma16(image) => greatest(image, 1, 1),
        DynamicImage::ImageLumaA16(image) => greatest(image, 2, 1),
        DynamicImage::ImageRgb16(image) => greatest(image, 3, 3),
        DynamicImage::ImageRgba16(image) => greatest(image, 4, 3),
        _ => None,
    };
    greatest.is_some_and(|greatest| (1..=u16::from(u8::MAX)).contains(&greatest))
}

/// Whether a format changes values to save room.
fn is_lossy(format: ImageFormat, bytes: &[u8]) -> bool {
    match format {
        ImageFormat::Jpeg => true,
        ImageFormat::WebP => !bytes.windows(4).any(|chunk| chunk == b"VP8L"),
        _ => false,
    }
}
