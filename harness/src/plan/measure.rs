//! How long a run will take, by a few of its debates.

use std::time::Duration;

use pixel_debate_play::PlayError;

use super::RunPlan;
use crate::Cell;

/// What a cell is likely to take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured<'a> {
    /// The cell.
    pub cell: &'a Cell,
    /// How many debates it has at most.
    pub debates: usize,
    /// How many seconds they take on one core, roughly.
    pub seconds: f64,
    /// Of how many images the debates were timed; of none where one alone would take too long: then the
    /// seconds are a guess.
    pub timed: usize,
}

/// Seconds that all cells together are timed for.
const ALL: f64 = 20.0;
/// The most seconds for one cell, but that an image that was begun is ended.
const EACH: f64 = 2.0;
/// Images of which one is guessed to take longer are not begun.
const TOO_LONG: f64 = 10.0;
/// Images between those that are timed: the first ones may be alike.
const STEP: usize = 7;

impl RunPlan {
    /// Times some images of each cell, by a clock that says how long ago something was, and says what all
    /// would take.
    ///
    /// # Errors
    ///
    /// [`PlayError`] if a debate cannot be played.
    pub fn measure(
        &self,
        mut clock: impl FnMut() -> Duration,
    ) -> Result<Vec<Measured<'_>>, PlayError> {
        let classes = self.dataset.classes().len();
        let cells = &self.manifest.cells;
        let limit = EACH.min(ALL / cells.len() as f64);
        let mut measured = Vec::new();
        for (number, cell) in cells.iter().enumerate() {
            let images = cell.images;
            let debates = images * cell.play.debates(classes);
            let guess = cell.play.seconds(classes);
            let (mut timed, mut spent) = (0, 0.0);
            if guess <= TOO_LONG {
                let work = self.work(number);
                let order = (0..STEP).flat_map(|first| (first..images).step_by(STEP));
                for place in order {
                    let begun = clock();
                    work.rows(self.images[place])?;
                    spent += (clock().saturating_sub(begun)).as_secs_f64();
                    timed += 1;
                    if spent >= limit {
                        break;
                    }
                }
            }
            let each = if timed > 0 { spent / timed as f64 } else { guess };
            measured.push(Measured { cell, debates, seconds: images as f64 * each, timed });
        }
        Ok(measured)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_run_takes_as_long_as_its_images_do() {
        let text = "title = \"Small\"\n[images]\ndataset = \"mnist\"\nrandom = 50\n[[grid]]\nname = \
                    \"greedy\"\nprotocol = \"debate\"\npixels = 4\nlies = \"random\"\nhonest = \"greedy\"\n\
                    liar = \"greedy\"\n[[grid]]\nname = \"exact\"\nprotocol = \"debate\"\npixels = 12\n\
                    judge = \"judge-6\"\nlies = \"random\"\nhonest = \"exact\"\nliar = \"exact\"\n";
        let plan = RunPlan::new(text, Path::new(""), None).unwrap();
        // A clock by which each image takes a third of a second.
        let mut time = Duration::ZERO;
        let measured = plan.measure(|| {
            time += Duration::from_millis(333);
            time
        });
        let [greedy, exact] = measured.unwrap()[..] else { panic!("two cells") };
        assert_eq!((greedy.debates, greedy.timed), (100, 7));
        assert!((greedy.seconds - 50.0 * 0.333).abs() < 1e-6, "{greedy:?}");
        // Twelve pixels solved: nobody waits for that.
        assert_eq!((exact.debates, exact.timed), (100, 0));
        assert!(exact.seconds > 1e5, "{exact:?}");
    }
}
