//! The random sets of pixels as JSON, one a line, with the logits that the dense forward pass gives
//! them: what a peer is fed with and checked against.

use pixel_debate_benches::random;
use pixel_debate_judge::{Evaluator, Judge, WrongSize};
use serde_json::json;

fn main() -> Result<(), WrongSize> {
    let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
    for questions in random(128) {
        let sets = questions.batches.concat();
        let mut dense = judge.reference(questions.image)?;
        for (set, logits) in sets.iter().zip(dense.evaluate(&sets).rows()) {
            let (image, pixels) = (questions.number, set.pixels());
            println!("{}", json!({ "image": image, "pixels": pixels, "logits": logits }));
        }
    }
    Ok(())
}
