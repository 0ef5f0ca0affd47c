//! Whatever the bytes, the IDX parser says what is wrong with them or reads a whole file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pixel_debate_datasets::idx::{self, IdxImages};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(IdxImages { height, width, pixels }) = idx::images("FILE", bytes) {
        assert!(pixels.is_empty() || pixels.len() % (height * width) == 0);
    }
    let _ = idx::labels("FILE", bytes);
});
