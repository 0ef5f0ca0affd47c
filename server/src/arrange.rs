//! From what a client asks for to a debate that can begin.

use std::sync::Arc;
use std::time::Duration;

use pixel_debate_agents::Agent;
use pixel_debate_datasets::Dataset;
use pixel_debate_game::{Debate, Debater, Image, ImageSource, Players as Names, Role, Rules};
use pixel_debate_protocol::v1::{Background, JudgeKind, Offer, Refusal, RefusalCode, Setup};
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};

use crate::players::Players;

/// A debate with everybody in place.
pub(crate) struct Arrangement {
    pub(crate) debate: Debate,
    /// The agents of the first and of the second debater.
    pub(crate) agents: [Box<dyn Agent>; 2],
    pub(crate) judge: JudgeKind,
    pub(crate) pace: Duration,
    pub(crate) background: Background,
}

/// Draws what the setup leaves open, and checks all of it.
pub(crate) fn arrange(
    setup: &Setup,
    offer: &Offer,
    dataset: &Dataset,
    players: &dyn Players,
) -> Result<Arrangement, Refusal> {
    check(setup, offer)?;
    let mut random = rand::rng();
    let index = draw_image(setup, offer, dataset, &mut random)?;
    let label = dataset.label(index);
    let classes = offer.classes.len() as u8;
    let lie =
        setup.precommit.then(|| setup.lie.unwrap_or_else(|| draw_lie(label, classes, &mut random)));
    let either = if random.random() { Role::Honest } else { Role::Liar };
    let rules = Rules::paper(setup.pixels, setup.precommit, setup.first.unwrap_or(either));
    let image = Arc::new(image(dataset, index)?);
    let debate = Debate::new(rules, image, label, lie, classes)
        .map_err(|error| refusal(error.to_string(), "another image, lie or number of pixels"))?;

    let mut seat = |debater: Debater| {
        let role = rules.role_of(debater);
        let name = match role {
            Role::Honest => &setup.honest,
            Role::Liar => &setup.liar,
        };
        players.debater(name, setup.pixels, debate.image(), random.random()).map_err(|reason| {
            refusal(
                format!("the {role} debater cannot be seated: {reason}"),
                format!(
                    "{role}: random, greedy, or mcts:N with N from 1 to {}, after which :margin, \
                     :graph or :margin:graph may follow",
                    offer.max_rollouts
                ),
            )
        })
    };
    let agents = [seat(Debater::First)?, seat(Debater::Second)?];
    let judge = match setup.judge {
        JudgeKind::Classifier => format!("classifier:{}", setup.pixels),
        JudgeKind::Person => "person".into(),
    };
    Ok(Arrangement {
        debate,
        agents,
        judge: setup.judge,
        pace: Duration::from_millis(setup.pace_ms.into()),
        background: Background {
            source: ImageSource { dataset: dataset.name().into(), index: index as u32 },
            players: Names {
                honest: Some(setup.honest.clone()),
                liar: Some(setup.liar.clone()),
                judge: Some(judge),
            },
        },
    })
}

fn refusal(message: impl Into<String>, expected: impl Into<String>) -> Refusal {
    Refusal::new(RefusalCode::Setup, message, expected)
}

/// Whether the server offers what the setup names.
fn check(setup: &Setup, offer: &Offer) -> Result<(), Refusal> {
    let Setup { image, pixels, precommit, lie, pace_ms, .. } = *setup;
    let last = offer.classes.len() - 1;
    if !offer.pixels.contains(&pixels) {
        let offered: Vec<_> = offer.pixels.iter().map(u8::to_string).collect();
        Err(refusal(
            format!("no classifier is trained for debates of {pixels} pixels"),
            format!("pixels: {}", offered.join(" or ")),
        ))
    } else if pace_ms > offer.max_pace_ms {
        Err(refusal(
            format!("a pace of {pace_ms} ms is too slow"),
            format!("pace_ms: 0 to {}", offer.max_pace_ms),
        ))
    } else if let Some(image) = image.filter(|image| *image >= offer.images) {
        Err(refusal(
            format!("the data set has no image {image}"),
            format!("image: 0 to {}, or null for any", offer.images - 1),
        ))
    } else if lie.is_some() && !precommit {
        Err(refusal("without precommit the liar claims no label", "lie: null, or precommit: true"))
    } else if let Some(lie) = lie.filter(|lie| usize::from(*lie) > last) {
        Err(refusal(
            format!("the lie {lie} is not a label"),
            format!("lie: 0 to {last}, or null for any wrong label"),
        ))
    } else {
        Ok(())
    }
}

/// The image that the setup names, or any with enough pixels that the lie is wrong about.
fn draw_image(
    setup: &Setup,
    offer: &Offer,
    dataset: &Dataset,
    random: &mut impl Rng,
) -> Result<usize, Refusal> {
    if let Some(index) = setup.image {
        return Ok(index as usize);
    }
    let fits = |index: &usize| {
        let lit = dataset.image(*index).iter().filter(|value| **value > 0).count();
        lit >= usize::from(setup.pixels) && setup.lie != Some(dataset.label(*index))
    };
    let candidates: Vec<_> = (0..offer.images as usize).filter(fits).collect();
    candidates.choose(random).copied().ok_or_else(|| {
        refusal(
            "every image has that label, or too few pixels",
            "lie: another label, or fewer pixels",
        )
    })
}

/// A label other than the true one, each with the same chance.
fn draw_lie(label: u8, classes: u8, random: &mut impl Rng) -> u8 {
    let drawn = random.random_range(0..classes - 1);
    if drawn < label { drawn } else { drawn + 1 }
}

/// One image of the data set, as the game has it.
fn image(dataset: &Dataset, index: usize) -> Result<Image, Refusal> {
    let side = |pixels: usize| u8::try_from(pixels).unwrap_or(0);
    let (width, height) = (side(dataset.width()), side(dataset.height()));
    Image::new(width, height, dataset.image(index).to_vec())
        .map_err(|error| refusal(error.to_string(), "images of at most 255x255 pixels"))
}
