//! Which images a study is about.

use pixel_debate_play::random_order;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::proof::{Proof, orders, prove};
use super::seeds::seed_of;
use super::work::{Stage, Work};
use super::{ItemsError, Part};
use crate::draft::Draft;
use crate::file::{CheckBy, Condition, Kind, Lies};

/// The images of a study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chosen {
    /// Those that are judged, in the order in which they were taken.
    pub main: Vec<ChosenImage>,
    /// Those for practice.
    pub practice: Vec<usize>,
    /// Those for attention checks.
    pub checks: Vec<usize>,
    /// How the tiers were filled.
    pub tiers: Vec<TierCount>,
    /// How many images were examined for them.
    pub examined: u64,
}

/// An image that is judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChosenImage {
    /// Its number in the data set.
    pub image: usize,
    /// The tier, by its place in the file.
    pub tier: Option<usize>,
    /// What is proven of it.
    pub proof: Option<Proof>,
}

/// How a tier was filled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierCount {
    /// The tier's name.
    pub name: String,
    /// How many images it is to have.
    pub wanted: u64,
    /// How many it has.
    pub found: u64,
    /// How many of those that were examined fit it, in another tier or not.
    pub fits: u64,
}

/// How many images are examined at once at most. More than are needed may be, and are not counted.
const AT_ONCE: usize = 256;

/// Chooses the images. Tiers that cannot be filled are no error here.
pub(super) fn choose(work: &Work<'_>) -> Result<Chosen, ItemsError> {
    let draft = work.draft;
    let study = draft.study();
    let (practice, checks) = (study.assignment.practice as usize, study.assignment.checks as usize);
    let main = study.images_in_all() as usize;
    let dataset = draft.dataset();
    let order = random_order(dataset.len(), seed_of(study.secrets.seed, &["images"]));
    let mut usable: Vec<usize> =
        order.into_iter().filter(|image| is_usable(draft, *image)).collect();
    let found = usable.len();
    let too_few = || ItemsError::TooFew {
        dataset: dataset.name().to_owned(),
        wanted: main + practice + checks,
        main,
        practice,
        checks,
        found,
    };
    // From the end of the order, so that their number changes nothing of the others.
    let mut take = |count: usize, part: Part| -> Result<Vec<usize>, ItemsError> {
        let mut taken = Vec::new();
        while taken.len() < count {
            let fits = |image: &usize| part != Part::Check || is_clear(draft, *image);
            let at = usable.iter().rposition(fits).ok_or_else(too_few)?;
            taken.push(usable.remove(at));
        }
        Ok(taken)
    };
    let checks = take(checks, Part::Check)?;
    let practice = take(practice, Part::Practice)?;
    if usable.len() < main {
        return Err(too_few());
    }
    if study.images.tiers.is_empty() {
        usable.truncate(main);
        let main = usable.into_iter().map(|image| ChosenImage { image, tier: None, proof: None });
        return Ok(Chosen {
            main: main.collect(),
            practice,
            checks,
            tiers: Vec::new(),
            examined: 0,
        });
    }
    usable.truncate(study.images.examine as usize);
    let (main, tiers, examined) = fill(work, &usable)?;
    Ok(Chosen { main, practice, checks, tiers, examined })
}

type Filled = (Vec<ChosenImage>, Vec<TierCount>, u64);

/// Fills the tiers with the first images of the order that fit.
fn fill(work: &Work<'_>, order: &[usize]) -> Result<Filled, ItemsError> {
    let study = work.draft.study();
    let mut tiers: Vec<TierCount> = study
        .images
        .tiers
        .iter()
        .map(|tier| TierCount { name: tier.name.clone(), wanted: tier.number, found: 0, fits: 0 })
        .collect();
    let (mut main, mut examined) = (Vec::new(), 0);
    let wanted = study.images_in_all() as usize;
    let mut rest = order;
    while !rest.is_empty() {
        let at_once = (wanted - main.len()).max(rayon::current_num_threads()).min(AT_ONCE);
        let (images, later) = rest.split_at(at_once.min(rest.len()));
        rest = later;
        let proofs: Vec<Proof> =
            images.par_iter().map(|image| proof(work, *image)).collect::<Result<_, _>>()?;
        for (image, proof) in images.iter().zip(proofs) {
            examined += 1;
            let mut place = None;
            for (at, tier) in study.images.tiers.iter().enumerate() {
                if proof.fits(tier) {
                    tiers[at].fits += 1;
                    if place.is_none() && tiers[at].found < tiers[at].wanted {
                        place = Some(at);
                    }
                }
            }
            if let Some(at) = place {
                tiers[at].found += 1;
                main.push(ChosenImage { image: *image, tier: Some(at), proof: Some(proof) });
            }
            if main.len() == wanted {
                work.done(Stage::Choosing, wanted, wanted);
                return Ok((main, tiers, examined));
            }
        }
        work.done(Stage::Choosing, main.len(), wanted);
    }
    Ok((main, tiers, examined))
}

/// Whether every condition can be about an image.
fn is_usable(draft: &Draft, image: usize) -> bool {
    let study = draft.study();
    let label = draft.dataset().label(image);
    if study.images.classes.as_ref().is_some_and(|classes| !classes.contains(&label)) {
        return false;
    }
    let values = draft.dataset().image(image);
    study.conditions.iter().all(|condition| {
        let legal = values.iter().filter(|value| condition.legal.allows(**value)).count();
        legal >= usize::from(condition.pixels) && condition.lies != Some(Lies::Label(label))
    })
}

/// Whether an image has as many pixels as an attention check shows in the end, where it does.
fn is_clear(draft: &Draft, image: usize) -> bool {
    if draft.study().assignment.check_by == CheckBy::Words {
        return true;
    }
    let lit = draft.dataset().image(image).iter().filter(|value| **value > 0).count();
    lit >= usize::from(draft.study().assignment.check_pixels)
}

/// All that a proof depends on.
#[derive(Serialize)]
struct ProofKey<'a> {
    kind: &'static str,
    base: &'a str,
    pixels: u8,
    rules: pixel_debate_game::Rules,
    orders: &'a [pixel_debate_game::Role],
    lies: &'a [Option<u8>],
    image: usize,
}

/// What is proven of an image in the game that difficulty is proven for.
fn proof(work: &Work<'_>, image: usize) -> Result<Proof, ItemsError> {
    let Some(game) = work.draft.study().proven_for() else { return Err(ItemsError::Stopped) };
    let lies = match game.lies {
        None => vec![None],
        Some(Lies::Label(label)) => vec![Some(label)],
        Some(Lies::Random) => vec![work.random_lie(image)],
        Some(Lies::Strongest) => work.wrong(image).map(Some).collect(),
    };
    proof_of(work, game, image, &lies)
}

fn proof_of(
    work: &Work<'_>,
    game: &Condition,
    image: usize,
    lies: &[Option<u8>],
) -> Result<Proof, ItemsError> {
    debug_assert_eq!(game.kind(), Kind::Debate);
    let key = ProofKey {
        kind: "proof",
        base: &work.base(game.pixels),
        pixels: game.pixels,
        rules: game.rules(pixel_debate_game::Role::Honest),
        orders: orders(game),
        lies,
        image,
    };
    work.kept.or_make(&key, || prove(work.draft, game, image, lies, work.clock()))
}

/// The lie that a condition tells of an image, of which something may be proven already.
pub(super) fn lie(
    work: &Work<'_>,
    condition: &Condition,
    image: usize,
    proof: Option<&Proof>,
) -> Result<Option<u8>, ItemsError> {
    match condition.lies {
        None => Ok(None),
        Some(Lies::Label(label)) => Ok(Some(label)),
        Some(Lies::Random) => Ok(work.random_lie(image)),
        Some(Lies::Strongest) => {
            let Some(game) = work.draft.study().proven_for() else {
                return Err(ItemsError::Stopped);
            };
            if let Some(proof) = proof.filter(|_| game.lies == Some(Lies::Strongest)) {
                return Ok(proof.lie);
            }
            let lies: Vec<Option<u8>> = work.wrong(image).map(Some).collect();
            Ok(proof_of(work, game, image, &lies)?.lie)
        }
    }
}
