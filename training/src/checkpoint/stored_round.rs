//! What players revealed in a round, as tensors.

use pixel_debate_datasets::Dataset;
use safetensors::{Dtype, SafeTensorError, SafeTensors, tensor::TensorView};

use crate::{players::Chosen, rounds::Round};

/// For each mask, which image it is of.
const IMAGES: &str = "round.images";
/// For each mask, how many pixels it has.
const LENGTHS: &str = "round.lengths";
/// The masks' pixels, one mask after another.
const PIXELS: &str = "round.pixels";

/// The bytes of a round's tensors.
pub(super) struct StoredRound {
    images: Vec<u8>,
    lengths: Vec<u8>,
    pixels: Vec<u8>,
}

impl StoredRound {
    /// Of that round.
    pub(super) fn of(round: &Round) -> Self {
        let masks = &round.masks;
        let length = |mask: &Chosen| (mask.pixels.len() as u32).to_le_bytes();
        Self {
            images: masks.iter().flat_map(|mask| mask.image.to_le_bytes()).collect(),
            lengths: masks.iter().flat_map(length).collect(),
            pixels: masks
                .iter()
                .flat_map(|mask| &mask.pixels)
                .flat_map(|at| at.to_le_bytes())
                .collect(),
        }
    }

    /// As a file has them.
    pub(super) fn views(&self) -> Result<[(&'static str, TensorView<'_>); 3], SafeTensorError> {
        let Self { images, lengths, pixels } = self;
        Ok([
            (IMAGES, TensorView::new(Dtype::U32, vec![images.len() / 4], images)?),
            (LENGTHS, TensorView::new(Dtype::U32, vec![lengths.len() / 4], lengths)?),
            (PIXELS, TensorView::new(Dtype::U16, vec![pixels.len() / 2], pixels)?),
        ])
    }
}

/// The round of that number that a file has, of these images; or what is wrong with it.
pub(super) fn read(
    number: &str,
    tensors: &SafeTensors<'_>,
    dataset: &Dataset,
) -> Result<Round, String> {
    let number = number.parse().map_err(|_| format!("its round is {number:?}, not a number"))?;
    let bytes = |name: &str, dtype: Dtype| match tensors.tensor(name) {
        Ok(tensor) if tensor.dtype() == dtype => Ok(tensor.data()),
        Ok(tensor) => Err(format!("{name} is stored as {:?}, not as {dtype:?}", tensor.dtype())),
        Err(error) => Err(error.to_string()),
    };
    let numbers = |name: &str| -> Result<Vec<u32>, String> {
        let bytes = bytes(name, Dtype::U32)?;
        Ok(bytes.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect())
    };
    let (images, lengths) = (numbers(IMAGES)?, numbers(LENGTHS)?);
    let pixels = bytes(PIXELS, Dtype::U16)?.as_chunks().0;
    let pixels: Vec<u16> = pixels.iter().map(|bytes| u16::from_le_bytes(*bytes)).collect();

    if images.is_empty() || images.len() != lengths.len() {
        let (images, lengths) = (images.len(), lengths.len());
        return Err(format!("its round has {images} images and {lengths} masks of them"));
    }
    if let Some(image) = images.iter().find(|image| **image as usize >= dataset.len()) {
        return Err(format!("its round shows image {image} of {}", dataset.len()));
    }
    let size = dataset.width() * dataset.height();
    if let Some(at) = pixels.iter().find(|at| usize::from(**at) >= size) {
        return Err(format!("its round shows pixel {at} of {size}"));
    }
    let mut rest = pixels.as_slice();
    let mut masks = Vec::with_capacity(images.len());
    for (image, length) in images.into_iter().zip(lengths) {
        let Some((pixels, after)) = rest.split_at_checked(length as usize) else {
            return Err("its round has fewer pixels than its masks".to_owned());
        };
        masks.push(Chosen { image, pixels: pixels.to_vec() });
        rest = after;
    }
    if !rest.is_empty() {
        return Err(format!("its round has {} pixels more than its masks", rest.len()));
    }
    Ok(Round { number, masks })
}
