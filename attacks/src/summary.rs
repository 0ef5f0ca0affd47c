//! What came of all images together.

use std::collections::BTreeMap;
use std::fmt;

use pixel_debate_game::Role;
use pixel_debate_statistics::Rate;
use serde::Serialize;

use crate::{Attacked, Plan, Said, Smallest};

/// Rates and counts over the images.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// The judge's name.
    pub judge: String,
    /// The data set's name.
    pub dataset: String,
    /// How many images.
    pub images: usize,
    /// On how many of them the time was over before all was done.
    pub cut_short: usize,
    /// Consultants, by the number of pixels that they reveal.
    pub told: Vec<Told>,
    /// The smallest sets, by the number of answers that they withstand.
    pub smallest: Vec<Sizes>,
}

/// A share of the images with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// The rate with its 95 % interval, what is open counted as no.
    #[serde(flatten)]
    pub rate: Rate,
    /// In how many it is open.
    pub open: usize,
}

/// What consultants do with so many pixels.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Told {
    /// How many pixels.
    pub pixels: u8,
    /// Images on which some lie wins.
    pub some_lie: Share,
    /// Images on which a random lie wins.
    pub random_lie: Share,
    /// Lies that win, of all lies over all images: the interval is that of images.
    pub all_lies: Share,
    /// Images on which the honest consultant convinces the judge of the truth, against all labels.
    pub truth: Share,
    /// Of the lies over all images, how many have a set of which it is proven that none has a greater margin.
    pub greatest_proven: usize,
    /// Lies over all images.
    pub lies: usize,
    /// The median over the images of the greatest margin that is known for a random lie.
    pub median_margin: f32,
}

/// The smallest sets that withstand so many answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sizes {
    /// How many honest reveals they withstand.
    pub answers: u8,
    /// By size, the images on which the smallest set for the lie that needs the fewest pixels has it.
    pub some_lie: BTreeMap<u8, usize>,
    /// On how many images that size is proven to be the least.
    pub some_lie_proven: usize,
    /// By size, the images on which the smallest set for a random lie has it.
    pub random_lie: BTreeMap<u8, usize>,
    /// On how many images that size is proven to be the least.
    pub random_lie_proven: usize,
    /// Lies over all images.
    pub lies: usize,
    /// Of those, how many have a set that is known.
    pub lies_known: usize,
    /// Of those, how many of a size that is proven to be the least.
    pub lies_proven: usize,
}

impl Summary {
    /// Counts what came of all images of a plan.
    pub(crate) fn of(plan: &Plan, images: &[Attacked]) -> Self {
        let told = plan.attack.pixels.iter().enumerate();
        let answers = std::iter::once(0).chain(plan.attack.answers.iter().copied());
        Self {
            judge: plan.judge.name.clone(),
            dataset: plan.dataset.clone(),
            images: images.len(),
            cut_short: images.iter().filter(|image| image.cut_short).count(),
            told: told.map(|(at, pixels)| Told::of(plan, images, at, *pixels)).collect(),
            smallest: answers.map(|answers| Sizes::of(plan, images, answers)).collect(),
        }
    }
}

/// Whether something is so, if that is known.
type Known = Option<bool>;

fn share(known: &[Known]) -> Share {
    let yes = known.iter().filter(|known| **known == Some(true)).count();
    let open = known.iter().filter(|known| known.is_none()).count();
    Share { rate: Rate::wilson(yes as f64, known.len()), open }
}

fn wins(said: &Said, role: Role) -> Known {
    said.winner.map(|winner| winner == role)
}

impl Told {
    fn of(plan: &Plan, images: &[Attacked], at: usize, pixels: u8) -> Self {
        let lies = |image: &Attacked| -> Vec<Said> {
            let said = image.revealed[at].said.iter();
            said.filter(|said| said.lie.is_some()).cloned().collect()
        };
        let random = |image: &Attacked| {
            let lie = plan.random_lie(image.image, image.label);
            lies(image).into_iter().find(|said| said.lie == Some(lie)).expect("every lie is tried")
        };
        let some = |image: &Attacked| {
            let lies: Vec<Known> = lies(image).iter().map(|said| wins(said, Role::Liar)).collect();
            if lies.contains(&Some(true)) {
                Some(true)
            } else {
                (!lies.contains(&None)).then_some(false)
            }
        };
        let truth = |image: &Attacked| {
            let said = image.revealed[at].said.iter().find(|said| said.lie.is_none());
            said.and_then(|said| wins(said, Role::Honest))
        };
        let of = |known: &dyn Fn(&Attacked) -> Known| -> Share {
            share(&images.iter().map(known).collect::<Vec<_>>())
        };
        let all: Vec<Vec<Said>> = images.iter().map(lies).collect();
        let shares = all.iter().map(|lies| {
            lies.iter().filter(|said| said.wins()).count() as f64 / lies.len().max(1) as f64
        });
        let rate = Rate::of_shares(&shares.collect::<Vec<_>>());
        let each = || all.iter().flatten();
        let mut margins: Vec<f32> = images.iter().map(|image| random(image).margin).collect();
        margins.sort_by(f32::total_cmp);
        Self {
            pixels,
            some_lie: of(&some),
            random_lie: of(&|image| wins(&random(image), Role::Liar)),
            all_lies: Share { rate, open: each().filter(|said| said.winner.is_none()).count() },
            truth: of(&truth),
            greatest_proven: each().filter(|said| said.is_greatest).count(),
            lies: each().count(),
            median_margin: margins.get(margins.len() / 2).copied().unwrap_or_default(),
        }
    }
}

impl Sizes {
    fn of(plan: &Plan, images: &[Attacked], answers: u8) -> Self {
        let of = |image: &Attacked| -> Vec<Smallest> {
            let smallest = image.smallest.iter();
            smallest.filter(|smallest| smallest.answers == answers).cloned().collect()
        };
        let all: Vec<Vec<Smallest>> = images.iter().map(of).collect();
        let mut sizes = Self {
            answers,
            some_lie: BTreeMap::new(),
            some_lie_proven: 0,
            random_lie: BTreeMap::new(),
            random_lie_proven: 0,
            lies: all.iter().flatten().count(),
            lies_known: all.iter().flatten().filter(|one| one.size.is_some()).count(),
            lies_proven: all.iter().flatten().filter(|one| one.is_proven()).count(),
        };
        for (image, all) in images.iter().zip(&all) {
            if let Some(size) = all.iter().filter_map(|one| one.size).min() {
                *sizes.some_lie.entry(size).or_default() += 1;
                // No lie can do with fewer.
                let proven = all.iter().all(|one| one.at_least >= size);
                sizes.some_lie_proven += usize::from(proven);
            }
            let lie = plan.random_lie(image.image, image.label);
            let random = all.iter().find(|one| one.lie == lie);
            if let Some(size) = random.and_then(|one| one.size) {
                *sizes.random_lie.entry(size).or_default() += 1;
                sizes.random_lie_proven += usize::from(random.is_some_and(Smallest::is_proven));
            }
        }
        sizes
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rate { rate, low, high, .. } = self.rate;
        let [rate, low, high] = [rate, low, high].map(|share| 100.0 * share);
        write!(f, "{rate:5.1} % ({low:.1} to {high:.1})")?;
        if self.open > 0 { write!(f, ", {} open", self.open) } else { Ok(()) }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { judge, dataset, images, cut_short, told, smallest } = self;
        writeln!(f, "{judge} attacked on {images} images of {dataset}, 95 % intervals")?;
        if *cut_short > 0 {
            writeln!(f, "The time was over before all was done on {cut_short} of them.")?;
        }
        for Told {
            pixels,
            some_lie,
            random_lie,
            all_lies,
            truth,
            greatest_proven,
            lies,
            median_margin,
        } in told
        {
            let s = if *pixels == 1 { "" } else { "s" };
            writeln!(f, "\n{pixels} pixel{s}, by the best consultant")?;
            writeln!(f, "  some lie wins            {some_lie}")?;
            writeln!(f, "  a random lie wins        {random_lie}")?;
            writeln!(f, "  lies that win, of all    {all_lies}")?;
            writeln!(f, "  the truth wins           {truth}")?;
            writeln!(
                f,
                "  greatest margin proven   {greatest_proven} of {lies} lies; median of the random lies' {median_margin:.2}"
            )?;
        }
        for sizes in smallest {
            let Sizes { answers, lies, lies_known, lies_proven, .. } = sizes;
            let what = match answers {
                0 => "that mislead the judge".to_owned(),
                1 => "that mislead it whatever one honest reveal answers".to_owned(),
                answers => format!("that mislead it whatever {answers} honest reveals answer"),
            };
            writeln!(f, "\nSmallest sets {what}: images by size")?;
            for (name, counts, proven) in [
                ("some lie", &sizes.some_lie, sizes.some_lie_proven),
                ("a random lie", &sizes.random_lie, sizes.random_lie_proven),
            ] {
                let counts: Vec<String> =
                    counts.iter().map(|(size, images)| format!("{size}: {images}")).collect();
                let counts = if counts.is_empty() {
                    "none is known".to_owned()
                } else {
                    format!("{}; {proven} proven to be the least", counts.join(", "))
                };
                writeln!(f, "  {name:<14} {counts}")?;
            }
            writeln!(
                f,
                "  of {lies} lies a set is known for {lies_known}, of the least size for {lies_proven}"
            )?;
        }
        Ok(())
    }
}
