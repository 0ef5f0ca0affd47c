//! The two judges that are part of the program: the paper's, for 4 and for 6 pixels.
//!
//! Both were trained by `pixel-debate judge train` with seed 1 and the paper's number of batches;
//! the files' metadata say what came out.

use std::sync::LazyLock;

use crate::judge::Judge;

static FOUR: LazyLock<Judge> =
    LazyLock::new(|| read("judge-4", include_bytes!("../weights/judge-4.safetensors")));
static SIX: LazyLock<Judge> =
    LazyLock::new(|| read("judge-6", include_bytes!("../weights/judge-6.safetensors")));

fn read(name: &str, bytes: &[u8]) -> Judge {
    Judge::from_bytes(name, bytes).expect("the files compiled in are sound, a test reads them")
}

/// The numbers of pixels that there is a judge for.
pub const SHIPPED_PIXELS: [u8; 2] = [4, 6];

impl Judge {
    /// The judge that comes with the program for debates of so many pixels, if there is one
    /// (see [`SHIPPED_PIXELS`]).
    ///
    /// ```
    /// use pixel_debate_judge::{Judge, SHIPPED_PIXELS};
    ///
    /// assert!(SHIPPED_PIXELS.iter().all(|pixels| Judge::shipped(*pixels).is_some()));
    /// assert!(Judge::shipped(5).is_none());
    /// ```
    pub fn shipped(pixels: u8) -> Option<Self> {
        match pixels {
            4 => Some(FOUR.clone()),
            6 => Some(SIX.clone()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_judges_say_what_they_were_trained_for() {
        for pixels in SHIPPED_PIXELS {
            let judge = Judge::shipped(pixels).unwrap();
            assert_eq!(judge.provenance().pixels(), Some(usize::from(pixels)));
            assert_eq!(judge.name(), format!("judge-{pixels}"));
        }
        assert!(Judge::shipped(5).is_none());
    }
}
