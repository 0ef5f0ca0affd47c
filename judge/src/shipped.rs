//! The two judges that are part of the program: the paper's, for 4 and for 6 pixels.
//!
//! Both were trained by `pixel-debate judge train` with seed 1 and the paper's number of batches;
//! the files' metadata say what came out.

use std::sync::LazyLock;

use crate::Weights;

static FOUR: LazyLock<Weights> =
    LazyLock::new(|| read("judge-4", include_bytes!("../weights/judge-4.safetensors")));
static SIX: LazyLock<Weights> =
    LazyLock::new(|| read("judge-6", include_bytes!("../weights/judge-6.safetensors")));

fn read(name: &str, bytes: &[u8]) -> Weights {
    Weights::from_bytes(name, bytes).expect("the files compiled in are sound, a test reads them")
}

/// The numbers of pixels that there is a judge for.
pub const SHIPPED_PIXELS: [u8; 2] = [4, 6];

/// The judge that was trained for debates of so many pixels, if there is one
/// (see [`SHIPPED_PIXELS`]).
pub fn shipped(pixels: u8) -> Option<&'static Weights> {
    match pixels {
        4 => Some(&FOUR),
        6 => Some(&SIX),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_judges_say_what_they_were_trained_for() {
        for pixels in SHIPPED_PIXELS {
            let judge = shipped(pixels).unwrap();
            assert_eq!(judge.provenance.pixels(), Some(usize::from(pixels)));
        }
        assert_eq!(shipped(5), None);
    }
}
