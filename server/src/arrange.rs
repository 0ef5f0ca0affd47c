//! From what a client asks for to a debate that can begin.

use std::sync::Arc;

use pixel_debate_datasets::Dataset;
use pixel_debate_game::{Debate, Debater, ImageSource, LegalPixels, Players, Role, Rules, Sight};
use pixel_debate_protocol::{
    Background, Clock, DebateRecord, Offer, Panel, Player, Refusal, RefusalCode, Setup, Shows,
    Tokens,
};
use rand::{Rng, RngExt};

use crate::record::now_ms;
use crate::recording::{Again, again};
use crate::roster::Roster;
use crate::stages::Stages;
use crate::terms::Terms;
use crate::tokens::{Locks, NoRandomness};

/// How often an image is drawn at random before all are looked at.
const DRAWS: usize = 64;

/// Draws what the setup leaves open, checks all of it, and makes the keys to the seats.
pub(crate) fn arrange(
    setup: &Setup,
    offer: &Offer,
    dataset: &Dataset,
    roster: &dyn Roster,
    stages: &Stages,
) -> Result<(Debate, Terms, Tokens), Refusal> {
    check(setup, offer)?;
    let mut random = rand::rng();
    let index = draw_image(setup, offer, dataset, &mut random)?;
    let label = dataset.label(index);
    let classes = offer.classes.len() as u8;
    let lie =
        setup.precommit.then(|| setup.lie.unwrap_or_else(|| draw_lie(label, classes, &mut random)));
    let either = if random.random() { Role::Honest } else { Role::Liar };
    let rules = Rules {
        pixels: setup.pixels,
        precommit: setup.precommit,
        first: setup.first.unwrap_or(either),
        order: setup.order,
        legal: setup.legal,
    };
    let image = Arc::new(dataset.to_image(index));
    let debate = Debate::new(rules, image, label, lie, classes)
        .map_err(|error| refusal(error.to_string(), "another image, lie or number of pixels"))?;
    for role in [Role::Honest, Role::Liar] {
        check_debater(setup, role, &debate, offer, roster)?;
    }
    let (locks, tokens) = Locks::new(setup, rules).map_err(|error| no_randomness(&error))?;
    let name = |player: &Player| match (player, roster.own_classifier(setup.pixels)) {
        (Player::BuiltIn(name), None) if name == CLASSIFIER => format!("{name}:{}", setup.pixels),
        (Player::BuiltIn(name), Some(own)) if name == CLASSIFIER => {
            format!("{name}:{}:{}", setup.pixels, own.name)
        }
        (player, _) => player.to_string(),
    };
    let background = Background {
        source: ImageSource { dataset: dataset.name().into(), index: index as u32 },
        players: Players {
            honest: Some(setup.honest.to_string()),
            liar: Some(setup.liar.to_string()),
            judge: Some(name(&setup.judge)),
        },
    };
    let (setup, seeds) = (setup.clone(), random.random());
    let (recording, stage) = (None, stages.of(setup.pixels));
    let terms = Terms { setup, background, seeds, recording, stage, locks, created_ms: now_ms() };
    Ok((debate, terms, tokens))
}

/// Checks a setup that has a recorded debate judged again, and makes the keys to its seats.
pub(crate) fn arrange_again(
    setup: &Setup,
    shows: Shows,
    record: &DebateRecord,
    offer: &Offer,
    stages: &Stages,
) -> Result<(Debate, Terms, Tokens), Refusal> {
    check_data(record, stages)?;
    let Again { debate, background, recording } = again(setup, shows, record)?;
    let rules = *debate.rules();
    let mut setup = Setup { pixels: rules.pixels, precommit: rules.precommit, ..setup.clone() };
    check(&setup, offer)?;
    // Its key has opened what it opens.
    if let Some(recorded) = &mut setup.recorded {
        recorded.token = None;
    }
    let (locks, tokens) = Locks::new(&setup, rules).map_err(|error| no_randomness(&error))?;
    let players = Players { judge: Some(setup.judge.to_string()), ..background.players };
    let background = Background { players, ..background };
    let (seeds, recording, stage) = ([0; 2], Some(recording), stages.of(rules.pixels));
    let terms = Terms { setup, background, seeds, recording, stage, locks, created_ms: now_ms() };
    Ok((debate, terms, tokens))
}

/// Whether a recorded debate is over the server's own data: what goes on at a server is.
fn check_data(record: &DebateRecord, stages: &Stages) -> Result<(), Refusal> {
    if stages.has_data_of_record(record) {
        return Ok(());
    }
    let source = record.transcript.source.as_ref();
    let dataset = source.map_or("no data set", |source| &source.dataset);
    Err(Refusal::new(
        RefusalCode::OtherData,
        format!("the debate {} is over {dataset}, and this server has other data", record.debate),
        "recorded.debate: one over the server's own data",
    ))
}

fn no_randomness(error: &NoRandomness) -> Refusal {
    Refusal::new(RefusalCode::Unavailable, error.to_string(), "another try later")
}

impl Terms {
    /// Whether somebody judges who is to be told nothing beside the evidence, so that nobody else may
    /// be told it either, since they could tell the judge.
    pub(crate) fn judge_is_blind(&self) -> bool {
        let judges = self.setup.judge.is_outside() && !self.setup.judge_may_be_influenced;
        judges || self.is_of_a_class()
    }

    /// Whether it is a class's debate: it goes on when the presenter asks for that, and the class votes.
    pub(crate) fn is_of_a_class(&self) -> bool {
        self.locks.class.is_some()
    }

    /// The name of the agent that the server seats as that debater, if it does.
    pub(crate) fn agent(&self, debate: &Debate, debater: Debater) -> Option<&str> {
        match self.player(debate.rules().role_of(debater)) {
            Player::BuiltIn(name) => Some(name),
            Player::Outside { .. } => None,
        }
    }

    fn player(&self, role: Role) -> &Player {
        match role {
            Role::Honest => &self.setup.honest,
            Role::Liar => &self.setup.liar,
        }
    }
}

/// The name of the judge that is built in.
const CLASSIFIER: &str = "classifier";

fn refusal(message: impl Into<String>, expected: impl Into<String>) -> Refusal {
    Refusal::new(RefusalCode::Setup, message, expected)
}

/// Whether the server offers what the setup names, the debaters aside.
fn check(setup: &Setup, offer: &Offer) -> Result<(), Refusal> {
    let Setup { image, pixels, precommit, lie, pace_ms, legal, .. } = *setup;
    let Clock { move_ms, bank_ms } = setup.clock;
    let last = offer.classes.len() - 1;
    check_judge(&setup.judge, pixels, legal, offer)?;
    check_panel(setup)?;
    check_secrecy(setup)?;
    if pixels == 0 || pixels > Rules::MAX_PIXELS {
        Err(refusal(
            format!("a debate of {pixels} pixels"),
            format!("pixels: 1 to {}", Rules::MAX_PIXELS),
        ))
    } else if pace_ms > offer.max_pace_ms {
        Err(refusal(
            format!("a pace of {pace_ms} ms is too slow"),
            format!("pace_ms: 0 to {}", offer.max_pace_ms),
        ))
    } else if move_ms == 0 || move_ms > offer.max_move_ms {
        Err(refusal(
            format!("{move_ms} ms for a move"),
            format!("clock.move_ms: 1 to {}", offer.max_move_ms),
        ))
    } else if bank_ms > offer.max_bank_ms {
        Err(refusal(
            format!("a bank of {bank_ms} ms"),
            format!("clock.bank_ms: 0 to {}", offer.max_bank_ms),
        ))
    } else if let Some(time) =
        setup.seats_ms.filter(|time| !(1..=offer.max_seats_ms).contains(time))
    {
        Err(refusal(
            format!("{time} ms for the seats to be taken"),
            format!("seats_ms: 1 to {}, or null", offer.max_seats_ms),
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

/// Whether there is such a judge for debates by these rules.
fn check_judge(
    judge: &Player,
    pixels: u8,
    legal: LegalPixels,
    offer: &Offer,
) -> Result<(), Refusal> {
    let Player::BuiltIn(name) = judge else { return Ok(()) };
    if name != CLASSIFIER {
        Err(refusal(
            format!("no judge is named {name:?}"),
            format!("judge: {CLASSIFIER:?}, \"outside\" or \"outside:NAME\""),
        ))
    } else if !offer.pixels.contains(&pixels) {
        let offered: Vec<_> = offer.pixels.iter().map(u8::to_string).collect();
        Err(refusal(
            format!("no classifier is trained for debates of {pixels} pixels"),
            format!("pixels: {}, or judge: \"outside\"", offered.join(" or ")),
        ))
    } else if legal != LegalPixels::Nonzero {
        Err(refusal(
            "the classifiers are trained on nonzero pixels alone",
            "legal: \"nonzero\", or judge: \"outside\"",
        ))
    } else {
        Ok(())
    }
}

/// Whether there can be such a panel of judges.
fn check_panel(setup: &Setup) -> Result<(), Refusal> {
    let Some(panel) = setup.panel else { return Ok(()) };
    if !setup.judge.is_outside() {
        Err(refusal(
            "the classifier judges alone",
            "panel: null, or judge: \"outside\" or \"outside:NAME\"",
        ))
    } else if !(2..=Panel::MOST).contains(&panel.judges) {
        Err(refusal(
            format!("a panel of {} judges", panel.judges),
            format!("panel.judges: 2 to {}, or panel: null for one judge", Panel::MOST),
        ))
    } else {
        Ok(())
    }
}

/// Whether nobody is told more than an outside judge, unless that is what is asked for.
fn check_secrecy(setup: &Setup) -> Result<(), Refusal> {
    let Setup { judge_may_be_influenced, spectators_see, .. } = *setup;
    match (setup.judge.is_outside(), judge_may_be_influenced) {
        (true, false) if spectators_see == Sight::Image => Err(refusal(
            "spectators who see the image could tell the outside judge",
            "spectators_see: \"evidence\", or judge_may_be_influenced: true",
        )),
        (false, true) => Err(refusal(
            "nobody can influence a classifier",
            "judge_may_be_influenced: false, or an outside judge",
        )),
        _ => Ok(()),
    }
}

/// Whether there is such a debater for this debate.
fn check_debater(
    setup: &Setup,
    role: Role,
    debate: &Debate,
    offer: &Offer,
    roster: &dyn Roster,
) -> Result<(), Refusal> {
    let player = match role {
        Role::Honest => &setup.honest,
        Role::Liar => &setup.liar,
    };
    let Player::BuiltIn(name) = player else { return Ok(()) };
    roster.check(name, debate.rules(), debate.image()).map_err(|reason| {
        refusal(
            format!("the {role} debater cannot be seated: {reason}"),
            format!(
                "{role}: outside, random, greedy, exact, or mcts:N with N from 1 to {}, after \
                 which :margin, :graph or :margin:graph may follow",
                offer.max_rollouts
            ),
        )
    })
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
        let legal = dataset.image(*index).iter().filter(|value| setup.legal.allows(**value));
        legal.count() >= usize::from(setup.pixels) && setup.lie != Some(dataset.label(*index))
    };
    let images = offer.images as usize;
    let drawn = (0..DRAWS).map(|_| random.random_range(0..images)).find(fits);
    // Where few images fit, draws hit them rarely: those that do are counted then.
    let rare = || {
        let candidates: Vec<_> = (0..images).filter(fits).collect();
        (!candidates.is_empty()).then(|| candidates[random.random_range(0..candidates.len())])
    };
    drawn.or_else(rare).ok_or_else(|| {
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
