//! One image attacked.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pixel_debate_agents::Clock;
use pixel_debate_datasets::Dataset;
use pixel_debate_judge::WrongSize;
use pixel_debate_play::Judging;

use crate::attacked::Attacked;
use crate::attacker::Attacker;
use crate::plan::Plan;
use crate::robust::withstanding;

/// Attacks one image.
///
/// ```
/// use pixel_debate_attacks::{Attack, Plan, attack};
/// use pixel_debate_datasets::mnist;
/// use pixel_debate_judge::Judge;
///
/// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
/// let how = Attack { pixels: vec![1], smallest: 1, answers: vec![], ..Attack::default() };
/// let plan = Plan::new("judge-6", "its hash", &judge, mnist::test(), how, 1, 1)?;
/// let image = plan.images[0];
/// let attacked = attack(&plan, &judge, mnist::test(), image)?;
/// let said = &attacked.revealed[0].said;
/// assert_eq!(said.len(), 10, "nine lies and the truth");
/// assert!(said.iter().all(|said| said.is_greatest), "single pixels are soon tried");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`WrongSize`] if the judge cannot read such images.
pub fn attack(
    plan: &Plan,
    judge: &dyn Judging,
    dataset: &Dataset,
    image: usize,
) -> Result<Attacked, WrongSize> {
    let label = dataset.label(image);
    let picture = Arc::new(dataset.to_image(image));
    let candidates = plan.candidates(&picture);
    let mut evaluator = judge.asked_about(&picture, plan.classes)?;
    let start = Instant::now();
    let time = plan.attack.seconds_an_image.map(u64::from).map(Duration::from_secs);
    let clock = time.map_or(Clock::unlimited(), |time| Clock::until(start + time));
    let mut attacker = Attacker { plan, label, candidates, evaluator: &mut *evaluator, clock };
    let revealed = plan.attack.pixels.iter().map(|pixels| attacker.reveal(*pixels)).collect();
    let then = Instant::now();
    let mut smallest = attacker.alone();
    for answers in &plan.attack.answers {
        smallest.extend(plan.lies(label).map(|lie| withstanding(&mut attacker, lie, *answers)));
    }
    Ok(Attacked {
        image,
        label,
        candidates: attacker.candidates.len() as u16,
        revealed,
        smallest,
        cut_short: clock.is_over(),
        seconds: then.elapsed().as_secs_f64(),
    })
}
