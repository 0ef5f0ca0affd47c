//! Debates that share all but their image, lie and order, from the claims to the verdict.

use std::fmt;
use std::sync::Arc;

use pixel_debate_agents::{AgentSpec, Clock, Proof};
use pixel_debate_datasets::Dataset;
use pixel_debate_game::{
    Debate, Event, ImageSource, LegalPixels, Players, Role, Rules, SetupError, Transcript,
    TurnOrder,
};
use pixel_debate_judge::{WrongSize, failing};
use pixel_debate_validation::UnfitDataset;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::apart::Apart;
use crate::judging::Judging;
use crate::player::{AgentPlayer, NoAnswer};
use crate::seats::{Seats, Stall};

/// What the debates of a series share.
///
/// A series is data, so that another one is the paper's with a difference:
///
/// ```
/// use pixel_debate_datasets::mnist;
/// use pixel_debate_game::{Role, TurnOrder};
/// use pixel_debate_judge::Judge;
/// use pixel_debate_play::{Debaters, Series, Setup};
///
/// let judge = Judge::shipped(4).expect("a judge for 4 pixels comes with the program");
/// let debaters = Debaters { honest: "random".parse()?, liar: "random".parse()? };
/// let debate = Series::paper(mnist::test(), &judge, 4, 1);
/// let consultancy = Series { order: TurnOrder::Alone, ..debate };
/// let setup = Setup { image: 0, lie: Some(8), first: Role::Liar };
/// let played = consultancy.play(&setup, debaters, |_, _, _| {})?;
/// let honest = played.rules().seat_of(Role::Honest);
/// assert!(played.evidence().iter().all(|reveal| reveal.by != honest), "it has no say");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Series<'a> {
    /// The images.
    pub dataset: &'a Dataset,
    /// The judge, who gives the verdicts.
    pub judge: &'a dyn Judging,
    /// Whom debaters ask when they search: the judge itself, unless another is named, which tells apart as many labels.
    /// Then they argue before one judge as they would before the other.
    pub debaters_ask: Option<&'a dyn Judging>,
    /// How many pixels both debaters together reveal: the paper's K.
    pub pixels: u8,
    /// In what order they reveal them.
    pub order: TurnOrder,
    /// Which pixels they may reveal.
    pub legal: LegalPixels,
    /// What all that is random depends on.
    pub seed: u64,
    /// How long each move may take.
    pub clock: Clock,
}

/// The two agents of a debate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Debaters {
    /// Argues for the true label.
    pub honest: AgentSpec,
    /// Argues for another.
    pub liar: AgentSpec,
}

/// What sets one debate of a series apart from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setup {
    /// The image's number in the dataset, from 0.
    pub image: usize,
    /// The label that the liar commits to; `None` is a debate without precommit.
    pub lie: Option<u8>,
    /// Who makes the first reveal.
    pub first: Role,
}

/// Why a debate cannot be played.
///
/// ```
/// use pixel_debate_datasets::mnist;
/// use pixel_debate_game::Role;
/// use pixel_debate_judge::Judge;
/// use pixel_debate_play::{Debaters, Series, Setup};
///
/// let judge = Judge::shipped(4).expect("a judge for 4 pixels comes with the program");
/// let debaters = Debaters { honest: "random".parse()?, liar: "random".parse()? };
/// let series = Series::paper(mnist::test(), &judge, 4, 1);
/// let setup = Setup { image: 10_000, lie: None, first: Role::Honest };
/// assert_eq!(
///     series.open(&setup).unwrap_err().to_string(),
///     "there is no image 10000: mnist-test has images 0 to 9999"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// The judge cannot read images of that size, or tell so many classes apart.
    #[error(transparent)]
    UnfitDataset(#[from] UnfitDataset),
    /// The judge cannot read the image.
    #[error(transparent)]
    WrongSize(#[from] WrongSize),
    /// The dataset has no such image.
    #[error("there is no image {image}: {dataset} has images 0 to {}", len.saturating_sub(1))]
    NoSuchImage {
        /// The number asked for.
        image: usize,
        /// The dataset's name.
        dataset: String,
        /// How many images it has.
        len: usize,
    },
    /// The debate cannot be set up.
    #[error("image {image}: {source}")]
    Setup {
        /// The image's number.
        image: usize,
        /// What stands in the way.
        source: SetupError,
    },
    /// No lie can be told.
    #[error("{dataset} has {classes} classes: a lie needs two at least")]
    NoLie {
        /// The dataset's name.
        dataset: String,
        /// How many classes it has.
        classes: usize,
    },
    /// A player made no move, or one that the rules forbid.
    #[error("{what}: {source}")]
    Stall {
        /// The debate, in words.
        what: String,
        /// Whose move it was, and why.
        source: Stall,
    },
    /// The series' time was over before the debate was.
    #[error("{what}: it was stopped before its end")]
    Stopped {
        /// The debate, in words.
        what: String,
    },
}

impl PlayError {
    /// The judge of that debate, `what` in words, [has failed](failing).
    pub fn no_judge(what: String, why: failing::Failure) -> Self {
        Self::Stall { what, source: Stall::NoAnswer { role: None, source: NoAnswer::Failed(why) } }
    }
}

impl fmt::Display for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { image, lie, first } = self;
        let lie = lie.map_or("no lie".to_owned(), |lie| format!("lie {lie}"));
        write!(f, "image {image}, {lie}, {first} first")
    }
}

impl<'a> Series<'a> {
    /// A series by the paper's rules: alternating reveals of nonzero pixels, and no limit of time.
    pub const fn paper(
        dataset: &'a Dataset,
        judge: &'a dyn Judging,
        pixels: u8,
        seed: u64,
    ) -> Self {
        let (order, legal) = (TurnOrder::Alternating, LegalPixels::Nonzero);
        let (debaters_ask, clock) = (None, Clock::unlimited());
        Self { dataset, judge, debaters_ask, pixels, order, legal, seed, clock }
    }

    /// The debate before its first move.
    ///
    /// Its labels are all that the judge tells apart, be there images of them or not, for without
    /// precommit its answer is the greatest of *all* its logits. A lie names a class of the
    /// dataset.
    ///
    /// ```
    /// use pixel_debate_datasets::mnist;
    /// use pixel_debate_game::Role;
    /// use pixel_debate_judge::Judge;
    /// use pixel_debate_play::{Debaters, Series, Setup};
    ///
    /// let judge = Judge::shipped(6).expect("a judge for 6 pixels comes with the program");
    /// let debaters = Debaters { honest: "greedy".parse()?, liar: "greedy".parse()? };
    /// let series = Series::paper(mnist::test(), &judge, 6, 1);
    /// // Without a lie there is no precommit.
    /// let debate = series.open(&Setup { image: 17, lie: None, first: Role::Honest })?;
    /// assert!(!debate.rules().precommit && debate.evidence().is_empty());
    /// assert_eq!((debate.label(), debate.classes()), (7, 10));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`PlayError`] if the image cannot be debated, by its number, by its pixels or by that lie.
    pub fn open(&self, setup: &Setup) -> Result<Debate, PlayError> {
        let Setup { image, lie, first } = *setup;
        let dataset = self.dataset;
        self.judge.check(dataset)?;
        if image >= dataset.len() {
            let (dataset, len) = (dataset.name().to_owned(), dataset.len());
            return Err(PlayError::NoSuchImage { image, dataset, len });
        }
        let classes = dataset.classes().len();
        if let Some(lie) = lie.filter(|lie| usize::from(*lie) >= classes) {
            let source = SetupError::Lie { lie, classes: classes as u8 };
            return Err(PlayError::Setup { image, source });
        }
        let picture = Arc::new(dataset.to_image(image));
        let Self { pixels, order, legal, .. } = *self;
        let rules = Rules { pixels, precommit: lie.is_some(), first, order, legal };
        Debate::new(rules, picture, dataset.label(image), lie, self.judge.classes(dataset))
            .map_err(|source| PlayError::Setup { image, source })
    }

    /// Plays a debate between two agents to its end. `observe` is told of each event as it happens, with the debate
    /// as it then stands and what the agent has proven by its reveal (at the verdict, nothing).
    ///
    /// The debate is a function of the series and `setup` alone.
    ///
    /// ```
    /// use pixel_debate_datasets::mnist;
    /// use pixel_debate_game::Role;
    /// use pixel_debate_judge::Judge;
    /// use pixel_debate_play::{Debaters, Series, Setup};
    ///
    /// let judge = Judge::shipped(4).expect("a judge for 4 pixels comes with the program");
    /// let debaters = Debaters { honest: "greedy".parse()?, liar: "random".parse()? };
    /// let series = Series::paper(mnist::test(), &judge, 4, 1);
    /// let setup = Setup { image: 0, lie: Some(8), first: Role::Honest };
    /// let mut told = Vec::new();
    /// let debate = series.play(&setup, debaters, |_, event, _| told.push(event.clone()))?;
    /// assert!(debate.events().eq(told));
    /// assert_eq!(series.play(&setup, debaters, |_, _, _| {})?, debate, "again it is the same");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`PlayError`] if there is no such debate.
    pub fn play(
        &self,
        setup: &Setup,
        debaters: Debaters,
        observe: impl FnMut(&Debate, &Event, Proof),
    ) -> Result<Debate, PlayError> {
        let seat = |role| {
            let agent = match role {
                Role::Honest => debaters.honest,
                Role::Liar => debaters.liar,
            };
            AgentPlayer::new(agent, agent_seed(self.seed, setup, role))
        };
        let (mut first, mut second) = (seat(setup.first), seat(setup.first.other()));
        let mut judge = self.judge.player();
        let seats = Seats { first: &mut first, second: &mut second, judge: &mut *judge };
        self.play_between(setup, seats, observe)
    }

    /// Plays a debate to its end between any players, who may ask the series' judge. `observe` is told as
    /// by [`play`](Self::play).
    ///
    /// ```
    /// use pixel_debate_datasets::mnist;
    /// use pixel_debate_game::Role;
    /// use pixel_debate_judge::Judge;
    /// use pixel_debate_play::{AgentPlayer, Classifier, Debaters, Seats, Series, Setup};
    ///
    /// let judge = Judge::shipped(4).expect("a judge for 4 pixels comes with the program");
    /// let random = "random".parse()?;
    /// let series = Series::paper(mnist::test(), &judge, 4, 1);
    /// let [mut first, mut second] = [1, 2].map(|seed| AgentPlayer::new(random, seed));
    /// let seats = Seats { first: &mut first, second: &mut second, judge: &mut Classifier };
    /// let setup = Setup { image: 0, lie: Some(8), first: Role::Honest };
    /// let debate = series.play_between(&setup, seats, |_, _, _| {})?;
    /// assert!(debate.outcome().is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`PlayError`] if there is no such debate, or a player makes no move or a forbidden one.
    pub fn play_between(
        &self,
        setup: &Setup,
        mut seats: Seats<'_>,
        observe: impl FnMut(&Debate, &Event, Proof),
    ) -> Result<Debate, PlayError> {
        let mut debate = self.open(setup)?;
        // What a judge answers does not depend on what it was asked before: one will do for all.
        let mut evaluator = self.judge.asked_about(debate.image(), debate.classes())?;
        // What failed before was another debate's.
        failing::take();
        let played = match self.debaters_ask {
            None => seats.play(&mut debate, &mut *evaluator, || self.clock, observe),
            Some(asked) => {
                let mut lent = asked.asked_about(debate.image(), debate.classes())?;
                let Seats { first, second, judge } = seats;
                let mut judge = Apart { player: judge, evaluator: &mut *evaluator };
                let mut seats = Seats { first, second, judge: &mut judge };
                seats.play(&mut debate, &mut *lent, || self.clock, observe)
            }
        };
        if let Some(why) = failing::take() {
            return Err(PlayError::no_judge(setup.to_string(), why));
        }
        if self.clock.is_over() {
            return Err(PlayError::Stopped { what: setup.to_string() });
        }
        played.map_err(|source| PlayError::Stall { what: setup.to_string(), source })?;
        Ok(debate)
    }

    /// The record of a debate of this series over that image.
    ///
    /// ```
    /// use pixel_debate_datasets::mnist;
    /// use pixel_debate_game::Role;
    /// use pixel_debate_judge::Judge;
    /// use pixel_debate_play::{Debaters, Series, Setup};
    ///
    /// let judge = Judge::shipped(4).expect("a judge for 4 pixels comes with the program");
    /// let debaters = Debaters { honest: "greedy".parse()?, liar: "random".parse()? };
    /// let series = Series::paper(mnist::test(), &judge, 4, 1);
    /// let setup = Setup { image: 0, lie: Some(8), first: Role::Liar };
    /// let debate = series.play(&setup, debaters, |_, _, _| {})?;
    /// let record = series.transcript(0, debaters, &debate);
    /// assert_eq!(record.players.honest.as_deref(), Some("greedy"));
    /// assert_eq!(record.replay()?, debate);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn transcript(&self, image: usize, debaters: Debaters, debate: &Debate) -> Transcript {
        let source = ImageSource { dataset: self.dataset.name().to_owned(), index: image as u32 };
        let players = Players {
            honest: Some(debaters.honest.to_string()),
            liar: Some(debaters.liar.to_string()),
            judge: Some(self.judge.name().to_owned()),
        };
        Transcript::of(debate, Some(source), players)
    }
}

/// The seed of the debater of that role in one debate of a series: the first number of a `ChaCha` stream whose key is all
/// that names this seat. It does not depend on which debates were played before, or where.
pub fn agent_seed(seed: u64, setup: &Setup, role: Role) -> u64 {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&(setup.image as u64).to_le_bytes());
    let lie = setup.lie.map_or(0, |lie| u16::from(lie) + 1);
    key[16..18].copy_from_slice(&lie.to_le_bytes());
    key[18] = u8::from(setup.first == Role::Liar);
    key[19] = u8::from(role == Role::Liar);
    ChaCha8Rng::from_seed(key).next_u64()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use pixel_debate_datasets::mnist;
    use pixel_debate_game::{Claims, OutcomeReason, Verdict, honest_wins};
    use pixel_debate_judge::Judge;

    use super::*;

    fn debaters(honest: &str, liar: &str) -> Debaters {
        Debaters { honest: honest.parse().unwrap(), liar: liar.parse().unwrap() }
    }

    fn series(judge: &Judge) -> Series<'_> {
        Series::paper(mnist::test(), judge, 4, 1)
    }

    #[test]
    fn a_debate_ends_with_the_judges_verdict() {
        let judge = Judge::shipped(4).unwrap();
        let (series, debaters) = (series(&judge), debaters("mcts:20", "greedy"));
        for lie in [Some(8), None] {
            let setup = Setup { image: 17, lie, first: Role::Liar };
            let mut events = Vec::new();
            let debate = series
                .play(&setup, debaters, |_, event, proof| {
                    events.push(event.clone());
                    assert_eq!(proof, Proof::NotSought);
                })
                .unwrap();
            assert!(debate.events().eq(events));
            let outcome = debate.outcome().unwrap();
            assert_eq!(outcome.reason, OutcomeReason::Verdict);
            let Some(Verdict::Logits { logits }) = debate.verdict() else { panic!("no logits") };
            let honest = honest_wins(logits, &Claims { honest: 7, liar: lie });
            assert_eq!(outcome.winner == Role::Honest, honest);
            let transcript = series.transcript(17, debaters, &debate);
            assert_eq!(transcript.source.as_ref().unwrap().index, 17);
            assert_eq!(transcript.players.liar.as_deref(), Some("greedy"));
            assert_eq!(transcript.replay().unwrap(), debate);
        }
    }

    #[test]
    fn every_seat_has_a_seed_of_its_own() {
        let mut seeds = HashSet::new();
        for seed in [1, 2] {
            for image in [0, 1, 300] {
                for lie in [None, Some(0), Some(1), Some(9)] {
                    for first in [Role::Honest, Role::Liar] {
                        for role in [Role::Honest, Role::Liar] {
                            seeds.insert(agent_seed(seed, &Setup { image, lie, first }, role));
                        }
                    }
                }
            }
        }
        assert_eq!(seeds.len(), 2 * 3 * 4 * 2 * 2);
    }

    #[test]
    fn a_series_whose_time_is_over_ends_no_debate() {
        let judge = Judge::shipped(4).unwrap();
        let clock = Clock::unlimited().unless(|| true);
        let series = Series { clock, ..series(&judge) };
        let setup = Setup { image: 17, lie: Some(8), first: Role::Liar };
        let stopped = series.play(&setup, debaters("mcts:20", "greedy"), |_, _, _| {});
        assert_eq!(
            stopped.unwrap_err().to_string(),
            "image 17, lie 8, liar first: it was stopped before its end"
        );
    }

    #[test]
    fn what_cannot_be_played_is_refused() {
        let judge = Judge::shipped(4).unwrap();
        let series = series(&judge);
        let refusal = |series: &Series<'_>, image, lie| {
            let setup = Setup { image, lie, first: Role::Honest };
            series.open(&setup).unwrap_err().to_string()
        };
        for (image, lie, wanted) in [
            (10_000, None, "there is no image 10000: mnist-test has images 0 to 9999"),
            (17, Some(7), "image 17: the lie 7 is the true label: the liar must claim another"),
            (17, Some(10), "image 17: the lie 10 is not one of the 10 classes: it must be 0 to 9"),
        ] {
            assert_eq!(refusal(&series, image, lie), wanted);
        }
        let many = Series { pixels: 129, ..series };
        assert_eq!(
            refusal(&many, 17, None),
            "image 17: a debate of 129 pixels: the number must be 1 to 128"
        );
        let small = Dataset::new("small", (2, 1), vec![9, 9], vec![1], mnist_classes()).unwrap();
        assert!(refusal(&Series { dataset: &small, ..series }, 0, None).contains("28×28"));
        let dark = Dataset::new("dark", (28, 28), vec![0; 784], vec![1], mnist_classes()).unwrap();
        assert_eq!(
            refusal(&Series { dataset: &dark, ..series }, 0, None),
            "image 0: the image has 0 pixels that may be revealed: a debate of 4 needs as many"
        );
    }

    fn mnist_classes() -> Vec<String> {
        mnist::test().classes().to_vec()
    }
}
