//! How often the honest side wins: all lies and both orders over many images.
//!
//! The paper's measure with precommit (section 3.1, table 2): **the liar wins an image if any lie
//! wins**. Here each lie is played once in each order; the paper's further averaging over three
//! seeds is not done.

use std::ops::Range;

use pixel_debate_game::{Debate, Role, Verdict, honest_margin};
use rayon::prelude::*;
use serde::Serialize;

use crate::{PlayError, Rate, Series, Setup};

/// How one debate ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DebateResult {
    /// The image's number in the dataset.
    pub image: usize,
    /// Its true label, which the honest debater claimed.
    pub label: u8,
    /// The liar's claim; `None` without precommit.
    pub lie: Option<u8>,
    /// Who made the first reveal.
    pub first: Role,
    /// Who won.
    pub winner: Role,
    /// By how much the true label's logit is above its rival's; above 0 where the honest side won.
    pub margin: f32,
}

/// The share that the honest side won.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct HonestWins {
    /// Images where it won against every lie: the paper's measure.
    pub images: Rate,
    /// Debates. Those over one image depend on each other, so the units of the interval are the
    /// images here too, each with the share of its debates that was won.
    pub debates: Rate,
}

/// What the honest side won, by who made the first reveal.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// The honest side began.
    pub honest_first: HonestWins,
    /// The liar began.
    pub liar_first: HonestWins,
    /// The mean of both orders. Both are played over the same images, so an image is one unit,
    /// which counts half where it was won in one order only.
    pub mean: HonestWins,
}

/// Counts results image by image.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tally {
    images: usize,
    honest_first: Won,
    liar_first: Won,
}

/// Sums over images.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Won {
    images: f64,
    debates: f64,
}

impl Tally {
    /// Counts results, ordered by image, with both orders of each image.
    pub fn of(results: &[DebateResult]) -> Self {
        let mut tally = Self::default();
        for image in results.chunk_by(|one, next| one.image == next.image) {
            tally.add_image(image);
        }
        tally
    }

    /// Counts the results of one image more, in both orders.
    pub fn add_image(&mut self, results: &[DebateResult]) {
        self.images += 1;
        self.honest_first.add(results, Role::Honest);
        self.liar_first.add(results, Role::Liar);
    }

    /// The rates so far.
    pub fn summary(&self) -> Summary {
        let rates = |won: Won| HonestWins {
            images: Rate::wilson(won.images, self.images),
            debates: Rate::wilson(won.debates, self.images),
        };
        Summary {
            honest_first: rates(self.honest_first),
            liar_first: rates(self.liar_first),
            mean: rates(Won {
                images: f64::midpoint(self.honest_first.images, self.liar_first.images),
                debates: f64::midpoint(self.honest_first.debates, self.liar_first.debates),
            }),
        }
    }
}

impl Won {
    fn add(&mut self, image: &[DebateResult], first: Role) {
        let (mut played, mut won) = (0, 0);
        for result in image.iter().filter(|result| result.first == first) {
            played += 1;
            won += u32::from(result.winner == Role::Honest);
        }
        if played > 0 {
            self.images += f64::from(u8::from(won == played));
            self.debates += f64::from(won) / f64::from(played);
        }
    }
}

impl Series<'_> {
    /// Plays over every image of `images`, in both orders: with precommit one debate for each lie,
    /// without it one. `progress` is told the results of each image when they are there, in any
    /// order and from any thread.
    ///
    /// The results come by image, then lie, then order, honest first. They do not depend on the
    /// number of threads; those of rayon's pool are used.
    pub fn evaluate(
        &self,
        images: Range<usize>,
        precommit: bool,
        progress: impl Fn(&[DebateResult]) + Sync,
    ) -> Result<Vec<DebateResult>, PlayError> {
        let dataset = self.dataset;
        let (len, classes) = (dataset.len(), dataset.classes().len());
        if let Some(image) = images.end.checked_sub(1).filter(|image| *image >= len) {
            return Err(PlayError::NoSuchImage { image, dataset: dataset.name().to_owned(), len });
        }
        if precommit && classes < 2 {
            return Err(PlayError::NoLie { dataset: dataset.name().to_owned(), classes });
        }
        let of_image = |image| {
            let results = self.evaluate_image(image, precommit)?;
            progress(&results);
            Ok(results)
        };
        let results: Vec<_> = images
            .into_par_iter()
            .with_max_len(1)
            .map(of_image)
            .collect::<Result<_, PlayError>>()?;
        Ok(results.concat())
    }

    fn evaluate_image(
        &self,
        image: usize,
        precommit: bool,
    ) -> Result<Vec<DebateResult>, PlayError> {
        let lies: Vec<Option<u8>> = if precommit {
            let label = self.dataset.label(image);
            let classes = self.dataset.classes().len() as u8;
            (0..classes).filter(|lie| *lie != label).map(Some).collect()
        } else {
            vec![None]
        };
        let setups = lies
            .into_iter()
            .flat_map(|lie| [Role::Honest, Role::Liar].map(|first| Setup { image, lie, first }));
        setups
            .map(|setup| Ok(DebateResult::of(&setup, &self.play(&setup, |_, _, _| {})?)))
            .collect()
    }
}

impl DebateResult {
    /// The result of a debate that a classifier has judged.
    fn of(setup: &Setup, debate: &Debate) -> Self {
        let claims = debate.claims();
        let margin = match debate.verdict() {
            Some(Verdict::Logits { logits }) => honest_margin(logits, claims),
            _ => unreachable!("a series ends each debate with logits"),
        };
        let winner = if margin > 0.0 { Role::Honest } else { Role::Liar };
        Self {
            image: setup.image,
            label: claims.honest,
            lie: claims.liar,
            first: setup.first,
            winner,
            margin,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use pixel_debate_datasets::{Dataset, mnist};
    use rayon::ThreadPoolBuilder;

    use super::*;
    use crate::{Debaters, Judge};

    fn result(image: usize, lie: Option<u8>, first: Role, winner: Role) -> DebateResult {
        DebateResult { image, label: 7, lie, first, winner, margin: 0.0 }
    }

    fn rate(rate: Rate) -> (f64, usize) {
        (rate.rate, rate.of)
    }

    #[test]
    fn one_lie_that_wins_takes_the_image() {
        use Role::{Honest, Liar};
        let summary = Tally::of(&[
            result(3, Some(1), Honest, Honest),
            result(3, Some(1), Liar, Honest),
            result(3, Some(2), Honest, Liar),
            result(3, Some(2), Liar, Honest),
            result(4, Some(1), Honest, Honest),
            result(4, Some(1), Liar, Honest),
            result(4, Some(2), Honest, Honest),
            result(4, Some(2), Liar, Honest),
        ])
        .summary();
        assert_eq!(rate(summary.honest_first.images), (0.5, 2));
        assert_eq!(rate(summary.honest_first.debates), (0.75, 2));
        assert_eq!(rate(summary.liar_first.images), (1.0, 2));
        assert_eq!(rate(summary.mean.images), (0.75, 2));
        assert_eq!(rate(summary.mean.debates), (0.875, 2));
        assert_eq!(summary.mean.images, Rate::wilson(1.5, 2));
    }

    #[test]
    fn every_lie_and_both_orders_are_played_whatever_the_number_of_threads() {
        let judge = Judge::shipped(4).unwrap();
        let debaters =
            Debaters { honest: "mcts:3".parse().unwrap(), liar: "random".parse().unwrap() };
        let series = Series { dataset: mnist::test(), judge: &judge, pixels: 4, debaters, seed: 5 };
        let run = |threads, precommit| {
            let told = Mutex::new(Vec::new());
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let results = pool.install(|| {
                series.evaluate(17..20, precommit, |image| {
                    told.lock().unwrap().extend(image.to_vec());
                })
            });
            let (results, mut told) = (results.unwrap(), told.into_inner().unwrap());
            told.sort_by_key(|result| result.image);
            assert_eq!(told, results);
            results
        };
        let results = run(1, true);
        assert_eq!(results, run(4, true));
        let (seven, lies): (Vec<_>, Vec<_>) = results
            .iter()
            .filter(|result| result.image == 17 && result.first == Role::Liar)
            .map(|result| (result.label, result.lie.unwrap()))
            .unzip();
        assert_eq!(seven, [7; 9]);
        assert_eq!(lies, [0, 1, 2, 3, 4, 5, 6, 8, 9]);
        assert_eq!(results.len(), 3 * 9 * 2);
        let free = run(2, false);
        assert_eq!(free, run(3, false));
        assert_eq!(free.len(), 3 * 2);
        for result in results.iter().chain(&free) {
            assert_eq!(result.winner == Role::Honest, result.margin > 0.0);
        }
    }

    #[test]
    fn images_and_lies_that_are_not_there_are_refused() {
        let judge = Judge::shipped(4).unwrap();
        let random = "random".parse().unwrap();
        let debaters = Debaters { honest: random, liar: random };
        let series = Series { dataset: mnist::test(), judge: &judge, pixels: 4, debaters, seed: 5 };
        let refusal = series.evaluate(9_999..10_001, true, |_| {}).unwrap_err();
        let wanted = "there is no image 10000: mnist-test has images 0 to 9999";
        assert_eq!(refusal.to_string(), wanted);
        let cats =
            Dataset::new("cats", (28, 28), vec![9; 784], vec![0], vec!["cat".into()]).unwrap();
        let refusal = Series { dataset: &cats, ..series }.evaluate(0..1, true, |_| {}).unwrap_err();
        assert_eq!(refusal.to_string(), "cats has 1 classes: a lie needs two at least");
    }
}
