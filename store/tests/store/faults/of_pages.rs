//! A file of which one page or a few bytes are not what was written. Whatever is damaged, every answer
//! is what it was, or an error, or counted among what is damaged; or the check of the whole file says
//! that it is damaged.

use std::fs;

use pixel_debate_store::StoreError;
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};

use crate::answers::{answers, fill, lies};
use crate::places::NewPlace;

const PAGE: usize = 4096;

/// How many damages are tried.
const TRIALS: u64 = 60;

/// Damages one page, and says how.
fn damage(bytes: &mut [u8], random: &mut StdRng) -> String {
    let pages = bytes.len() / PAGE;
    let page = random.random_range(0..pages);
    let (kind, at) = (random.random_range(0..5), random.random_range(0..PAGE));
    let one = &mut bytes[page * PAGE..][..PAGE];
    match kind {
        0 => random.fill_bytes(one),
        1 => one.fill(0),
        2 => one[at] ^= 1 << random.random_range(0..8),
        3 => {
            let end = (at + 16).min(PAGE);
            random.fill_bytes(&mut one[at..end]);
        }
        _ => {
            let other = random.random_range(0..pages);
            let copy = bytes[other * PAGE..][..PAGE].to_vec();
            bytes[page * PAGE..][..PAGE].copy_from_slice(&copy);
        }
    }
    format!("page {page} of {pages}, kind {kind}, at {at}")
}

#[tokio::test]
async fn no_damage_is_told_as_the_truth() {
    let whole = NewPlace::file();
    fill(&whole).await;
    let pristine = fs::read(&whole.text).unwrap();
    let was = {
        let store = whole.open().await;
        assert_eq!(store.faults().await.unwrap(), [""; 0]);
        answers(&store).await
    };
    assert!(lies(&was, &was).is_empty());
    let (mut refused, mut told, mut checked, mut harmless) = (0, 0, 0, 0);
    for seed in 0..TRIALS {
        let mut random = StdRng::seed_from_u64(seed);
        let place = NewPlace::file();
        let mut bytes = pristine.clone();
        let how = damage(&mut bytes, &mut random);
        fs::write(&place.text, &bytes).unwrap();
        let Ok(store) = place.try_open().await else {
            refused += 1;
            continue;
        };
        let is = answers(&store).await;
        let lies = lies(&was, &is);
        let faults = store.faults().await.unwrap();
        assert!(lies.is_empty() || !faults.is_empty(), "trial {seed}, {how}: {lies:?} in silence");
        match (is.tell_of_damage(), faults.is_empty()) {
            (true, _) => told += 1,
            (false, false) => checked += 1,
            (false, true) => harmless += 1,
        }
        if !faults.is_empty() {
            // From then on a name that is not found is not said to be that of no debate.
            let none = store.debate("debate-nobody-had").await;
            assert!(matches!(none, Err(StoreError::Corrupt { .. })), "{how}: {none:?}");
        }
        // One page does not make all of a list unreadable.
        for page in &is.recent {
            assert!(page.is_ok() || !faults.is_empty(), "trial {seed}, {how}: {page:?}");
        }
    }
    println!(
        "{refused} refused, {told} told, {checked} found by the check, {harmless} without effect"
    );
    assert_eq!(refused + told + checked + harmless, TRIALS);
    assert!(told > TRIALS / 4, "{told} of {TRIALS} damages were told by the debate");
}
