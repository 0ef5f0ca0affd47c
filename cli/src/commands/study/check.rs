//! `pixel-debate study check`: what a study is, before anybody takes part.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use pixel_debate_game::Role;
use pixel_debate_study::file::Study;
use pixel_debate_study::frozen::{Frozen, Remade};
use pixel_debate_study::items::{Chosen, ChosenImage, Item, Part};
use pixel_debate_study::{Draft, Minutes};

use super::power::{self, PowerOptions};
use super::stopping::{self, Bar};
use crate::failure::Failure;
use crate::options::{ThreadsOption, warn};

/// Say what a study's file comes to, or hold a frozen folder against itself
///
/// Of a file: its conditions, cells and numbers, how balanced they are and what difference can be found, what is proven
/// of its images, how long it takes, and warnings. The
/// exit status is 0 if it can be frozen, warnings or not. Of a folder that `study freeze` wrote: whether every byte
/// is what was frozen, whether images and the judge's verdicts are those that they are said to be, where data set and
/// judge are at hand, and its hash.
#[derive(Args)]
pub(crate) struct Check {
    /// The study: a TOML file, of which studies/ has an example, or a frozen folder
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Also play what is played beforehand, and say how the program's own judge does on it
    #[arg(long)]
    play: bool,
    /// Keep what is examined and played in this folder, where `study freeze --out` goes on
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    #[command(flatten)]
    power: PowerOptions,
    #[command(flatten)]
    threads: ThreadsOption,
}

impl Check {
    pub(crate) fn run(self) -> Result<(), Failure> {
        if self.file.is_dir() {
            return frozen(&self.file, self.threads.count());
        }
        stopping::begin()?;
        let draft = Draft::open(&self.file)?;
        let mut output = io::stdout().lock();
        study(&mut output, draft.study(), &draft)?;
        power::allocation(&mut output, draft.study())?;
        self.power.say(&mut output, draft.study())?;
        output.flush()?;
        let (bar, out) = (Bar::new(), self.out.as_deref());
        let kept = out.map(stopping::kept);
        let chosen = draft.choose(kept.as_deref(), self.threads.count(), &bar);
        let chosen = chosen.map_err(|error| stopping::failure(error, out))?;
        tiers(&mut output, draft.study(), &chosen)?;
        let items = if self.play {
            let items = draft.items(kept.as_deref(), self.threads.count(), &bar);
            let items = items.map_err(|error| stopping::failure(error, out))?;
            played(&mut output, draft.study(), &items)?;
            Some(items)
        } else {
            None
        };
        bar.end();
        output.flush()?;
        warn(draft.warnings(&chosen, items.as_deref()));
        match chosen.tiers.iter().filter(|tier| tier.found < tier.wanted).count() {
            0 => Ok(()),
            count => Err(Failure::Tiers { count }),
        }
    }
}

/// What is said of a frozen folder, all of which fits together, and as far as it can be seen was made of what it says.
fn frozen(folder: &Path, threads: usize) -> Result<(), Failure> {
    stopping::begin()?;
    let frozen = Frozen::read(folder)?;
    // Beside it is where its file was, unless it was said otherwise.
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let beside = whole.parent().unwrap_or(Path::new(""));
    let Remade { images, verdicts } = frozen.remake(&[&whole, beside], threads)?;
    let (plan, items) = (frozen.plan(), frozen.items().len());
    let mut output = io::stdout().lock();
    writeln!(output, "{}: {}", plan.study.name, plan.study.title)?;
    writeln!(
        output,
        "  frozen by version {}, behaviour {}; {items} items, each as it was committed to",
        plan.version, plan.behaviour
    )?;
    match images {
        Ok(count) => writeln!(
            output,
            "  the images and labels of all {count} items are those of {}",
            plan.dataset.name
        )?,
        Err(why) => writeln!(output, "  images and labels were not checked: {why}")?,
    }
    match verdicts {
        Ok(count) => writeln!(output, "  of {count} items the judge says again what it said")?,
        Err(why) => writeln!(output, "  the judge was not checked: {why}")?,
    }
    Ok(writeln!(output, "{}", frozen.hash())?)
}

/// The study in numbers.
fn study(output: &mut impl Write, study: &Study, draft: &Draft) -> io::Result<()> {
    writeln!(output, "{}: {}", study.name, study.title)?;
    let dataset = draft.dataset();
    writeln!(output, "  images of {}, {} classes", dataset.name(), dataset.classes().len())?;
    for (pixels, judge) in draft.judges() {
        writeln!(output, "  judge of {pixels} pixels: {} {}", judge.name, &judge.hash[..16])?;
    }
    writeln!(output, "conditions")?;
    for condition in &study.conditions {
        writeln!(output, "  {:12} {}", condition.name, condition.in_words())?;
    }
    let assignment = &study.assignment;
    let (images, conditions) = (study.images_in_all(), study.conditions.len());
    writeln!(
        output,
        "cells\n  {} of {images} images in {conditions} conditions, {} judgments each: {} participants with {} items",
        study.cells(),
        study.judgments_of_a_cell(),
        assignment.participants,
        assignment.items
    )?;
    writeln!(output, "participant")?;
    for (count, what) in [
        (assignment.practice, "for practice, with the answer after each"),
        (assignment.items, "counted"),
        (study.repeats(), "that come again unchanged"),
        (study.flips(), "that come again with the sides changed"),
        (assignment.checks, "attention checks"),
    ] {
        if count > 0 {
            writeln!(output, "  {count:4} {what}")?;
        }
    }
    if assignment.checks > 0 {
        writeln!(
            output,
            "       excluded with fewer than {} attention checks right",
            assignment.checks_needed
        )?;
    }
    let Minutes { usual, most } = study.minutes();
    let most = most.map_or(String::new(), |most| format!(", {most:.0} at most"));
    let hours = usual * assignment.participants as f64 / 60.0;
    writeln!(output, "  {usual:4.0} minutes, roughly{most}; {hours:.0} hours of all participants")?;
    if let Some(bonus) = &study.bonus {
        let money = |hundredths: u64| format!("{}.{:02}", hundredths / 100, hundredths % 100);
        let (least, most, currency) = (money(bonus.least), money(bonus.most), &bonus.currency);
        let all = money(bonus.most * assignment.participants);
        writeln!(
            output,
            "  a bonus of {least} to {most} {currency}: {all} {currency} in all at most"
        )?;
    }
    Ok(())
}

/// What is proven of the images.
fn tiers(output: &mut impl Write, study: &Study, chosen: &Chosen) -> io::Result<()> {
    if chosen.tiers.is_empty() {
        return Ok(());
    }
    let game = study.proven_for().map_or("", |condition| &condition.name);
    writeln!(
        output,
        "tiers, proven for the game of {game:?}; {} images examined",
        chosen.examined
    )?;
    for (at, tier) in chosen.tiers.iter().enumerate() {
        writeln!(
            output,
            "  {:12} {} of {} images; {} fit",
            tier.name, tier.found, tier.wanted, tier.fits
        )?;
        let images: Vec<&ChosenImage> =
            chosen.main.iter().filter(|image| image.tier == Some(at)).collect();
        let games = || {
            images.iter().filter_map(|image| image.proof.as_ref()).flat_map(|proof| &proof.games)
        };
        let Some(one) = games().next() else { continue };
        let wins = |role| games().filter(|game| game.winner == role).count();
        let (least, most) = games().fold((one.margin, one.margin), |(least, most), game| {
            (least.min(game.margin), most.max(game.margin))
        });
        let mut plans = BTreeMap::<Option<u8>, usize>::new();
        games().for_each(|game| *plans.entry(game.plan).or_default() += 1);
        let plans = plans.iter().map(|(plan, count)| match plan {
            Some(pixels) => format!("{count} by a plan of {pixels}"),
            None => format!("{count} by answers"),
        });
        let plans: Vec<String> = plans.collect();
        writeln!(
            output,
            "               {} games: honest wins {}, liar {}; {}; margins {least:.2} to {most:.2}",
            games().count(),
            wins(Role::Honest),
            wins(Role::Liar),
            plans.join(", ")
        )?;
    }
    Ok(())
}

/// How the program's own judge does on what was played beforehand.
fn played(output: &mut impl Write, study: &Study, items: &[Item]) -> io::Result<()> {
    writeln!(output, "the program's own judge, on the items to be judged")?;
    for condition in &study.conditions {
        let of = |item: &&Item| {
            item.part == Part::Main && item.condition.as_ref() == Some(&condition.name)
        };
        let judged: Vec<bool> = items.iter().filter(of).filter_map(Item::judged_right).collect();
        let right = judged.iter().filter(|right| **right).count();
        if judged.is_empty() {
            writeln!(output, "  {:12} is live", condition.name)?;
        } else {
            let (of, rate) = (judged.len(), 100.0 * right as f64 / judged.len() as f64);
            writeln!(output, "  {:12} right on {right} of {of} ({rate:.0} %)", condition.name)?;
        }
    }
    Ok(())
}
