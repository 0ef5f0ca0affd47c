//! The hardest images, and how few pixels mislead the judge.

use std::sync::Arc;

use pixel_debate_charts::{Chart, Drawn, Games, Lines, Point, Series};
use pixel_debate_datasets::Dataset;
use pixel_debate_game::{Debate, Move, Role, Rules, TurnOrder, Verdict};
use pixel_debate_judge::PixelSet;
use pixel_debate_play::Judging;
use pixel_debate_statistics::Rate;

use crate::{AttackError, Attacked, Plan, Said, Sizes, Summary};

/// How many images are shown.
const SHOWN: usize = 8;

/// The pictures by name.
pub(crate) fn all(
    plan: &Plan,
    judge: &dyn Judging,
    dataset: &Dataset,
    images: &[Attacked],
    summary: &Summary,
) -> Result<Vec<(&'static str, Drawn)>, AttackError> {
    let mut pictures = Vec::new();
    let mut draw = |name, chart: Chart| -> Result<(), AttackError> {
        pictures.push((name, chart.draw(name)?));
        Ok(())
    };
    draw("hardest", Chart::Games(hardest(plan, judge, dataset, images)?))?;
    if plan.attack.smallest > 0 {
        draw("smallest", Chart::Lines(smallest(plan, summary)))?;
    }
    Ok(pictures)
}

/// The images on which the judge is most wrong, each with its worst lie.
fn hardest(
    plan: &Plan,
    judge: &dyn Judging,
    dataset: &Dataset,
    images: &[Attacked],
) -> Result<Games, AttackError> {
    let worst = |image: &Attacked| -> Option<Said> {
        let said = image.revealed.last()?.said.iter().filter(|said| said.lie.is_some());
        said.max_by(|a, b| a.margin.total_cmp(&b.margin)).cloned()
    };
    let mut worst: Vec<(&Attacked, Said)> =
        images.iter().filter_map(|image| Some((image, worst(image)?))).collect();
    worst.sort_by(|a, b| b.1.margin.total_cmp(&a.1.margin).then(a.0.image.cmp(&b.0.image)));
    let debates: Result<Vec<Debate>, AttackError> = worst
        .iter()
        .take(SHOWN)
        .map(|(image, said)| debate(plan, judge, dataset, image, said))
        .collect();
    let pixels = plan.attack.pixels.last().copied().unwrap_or_default();
    Ok(Games {
        title: format!("Where {} is most wrong", plan.judge.name),
        note: format!(
            "The {} of {} images of {} with the greatest margin of a lie after {pixels} pixels, all of them the liar's.",
            debates.as_ref().map_or(0, Vec::len),
            images.len(),
            plan.dataset
        ),
        debates: debates?,
    })
}

/// A consultancy in which a liar has revealed its set.
fn debate(
    plan: &Plan,
    judge: &dyn Judging,
    dataset: &Dataset,
    image: &Attacked,
    said: &Said,
) -> Result<Debate, AttackError> {
    let picture = Arc::new(dataset.to_image(image.image));
    let set: PixelSet = said.set.iter().copied().collect();
    let logits = judge.asked_about(&picture, plan.classes)?.evaluate(&[set]).into_numbers();
    let paper = Rules::paper(said.set.len() as u8, true, Role::Liar);
    let rules = Rules { order: TurnOrder::Alone, legal: plan.attack.legal, ..paper };
    let mut debate = Debate::new(rules, picture, image.label, said.lie, plan.classes)
        .expect("what was attacked can be debated");
    for pixel in &said.set {
        let by = debate.to_move().expect("as many pixels as the rules have");
        debate.apply(Move::Reveal { by, pixel: *pixel }).expect("legal pixels, each once");
    }
    debate.apply(Move::Verdict(Verdict::Logits { logits })).expect("a logit a label");
    Ok(debate)
}

/// The share of the images that so many pixels mislead the judge on.
fn smallest(plan: &Plan, summary: &Summary) -> Lines {
    let sizes = 1..=plan.attack.smallest;
    let points = |counts: &std::collections::BTreeMap<u8, usize>| -> Vec<Option<Point>> {
        let misled = |size| counts.range(..=size).map(|(_, images)| *images).sum::<usize>();
        let rate = |size| Rate::wilson(misled(size) as f64, summary.images);
        let point = |Rate { rate, low, high, .. }| Some(Point { rate, low, high });
        sizes.clone().map(|size| point(rate(size))).collect()
    };
    let series = |sizes: &Sizes| {
        let after = match sizes.answers {
            0 => "alone".to_owned(),
            1 => "one answer".to_owned(),
            answers => format!("{answers} answers"),
        };
        [("some lie", &sizes.some_lie), ("a random lie", &sizes.random_lie)].map(
            |(name, counts)| Series {
                name: format!("{name}, {after}"),
                points: points(counts),
                ..Series::default()
            },
        )
    };
    Lines {
        title: format!("How few pixels mislead {}", plan.judge.name),
        note: format!(
            "{} images of {}; with an answer, whatever the honest side then reveals. 95 % intervals.",
            summary.images, plan.dataset
        ),
        rates: "images misled".to_owned(),
        axis: "pixels of the liar at most".to_owned(),
        categories: sizes.clone().map(|size| size.to_string()).collect(),
        series: summary.smallest.iter().flat_map(series).collect(),
        connected: true,
    }
}
