//! All images of a plan, in a folder.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use pixel_debate_datasets::Dataset;
use pixel_debate_play::Judging;
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use crate::folder::{Folder, json};
use crate::{AttackError, Attacked, Plan, Summary, attack, pictures, table};

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Images that are done, those of an earlier attempt included.
    pub done: usize,
    /// Images in all.
    pub of: usize,
}

/// Attacks all images of a plan that were not attacked before, and writes tables, summary and pictures.
///
/// Where it is stopped, or fails, the same call goes on from there; with more images as well. What is written does
/// not depend on the number of threads, nor on being stopped, but for how long things took; and with a time limit for
/// what was reached in it.
///
/// # Errors
///
/// [`AttackError`] if the folder is another's or cannot be written, or the judge cannot read the images.
pub fn run(
    plan: &Plan,
    judge: &dyn Judging,
    dataset: &Dataset,
    folder: &Path,
    threads: usize,
    tell: impl Fn(Progress) + Sync,
) -> Result<Summary, AttackError> {
    let folder = Folder::open(folder, plan)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let done = AtomicUsize::new(0);
    let one = |image: &usize| -> Result<Attacked, AttackError> {
        let attacked = if let Some(attacked) = folder.attacked(plan, dataset, *image)? {
            attacked
        } else {
            let attacked = attack(plan, judge, dataset, *image)?;
            folder.keep(&attacked)?;
            attacked
        };
        tell(Progress { done: done.fetch_add(1, Ordering::Relaxed) + 1, of: plan.images.len() });
        Ok(attacked)
    };
    let images: Result<Vec<Attacked>, AttackError> =
        pool.install(|| plan.images.par_iter().with_max_len(1).map(one).collect());
    let images = images?;
    for (name, bytes) in table::all(plan, &images)? {
        folder.write(name, &bytes)?;
    }
    let summary = Summary::of(plan, &images);
    for (name, drawn) in pictures::all(plan, judge, dataset, &images, &summary)? {
        folder.write(&format!("plots/{name}.svg"), drawn.svg.as_bytes())?;
        folder.write(&format!("plots/{name}.png"), &drawn.png)?;
    }
    folder.write("summary.json", &json(&summary))?;
    folder.write("summary.txt", summary.to_string().as_bytes())?;
    Ok(summary)
}
