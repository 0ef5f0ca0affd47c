//! Who can be seated: the debaters and the classifiers that the server runs itself.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use pixel_debate_agents::{AgentSpec, Clock, LeafValue};
use pixel_debate_game::{Image, ImageError, LegalPixels, Rules, Verdict, View};
use pixel_debate_judge::network::SIDE;
use pixel_debate_judge::{Evaluator, Judge, SHIPPED_PIXELS, WrongSize};
use pixel_debate_play::{AgentPlayer, Answer, Asked, Classifier, NoAnswer, Player};

/// The debaters and the judges that a server seats itself.
///
/// What thinks may take long and block: the server lets it, on threads set aside for that.
pub trait Roster: Send + Sync + 'static {
    /// The numbers of pixels for which there is a classifier, in ascending order.
    fn pixels(&self) -> Vec<u8>;

    /// What tells the classifier of debates of `pixels` pixels from others, where it is not the program's own. By default
    /// all are.
    fn own_classifier(&self, pixels: u8) -> Option<&OwnClassifier> {
        let _ = pixels;
        None
    }

    /// The most rollouts a move that [`debater`](Self::debater) gives a tree search.
    fn max_rollouts(&self) -> u32;

    /// Whether [`debater`](Self::debater) seats an agent with that name in a debate by these rules
    /// over an image of that size. This must not take long.
    ///
    /// # Errors
    ///
    /// [`NotSeated`] if not, and why.
    fn check(&self, name: &str, rules: &Rules, image: &Image) -> Result<(), NotSeated>;

    /// How long an agent of that name may search for a move with so many reveals to come, the move
    /// itself included: enough, nearly always. Without an answer there is nothing to search.
    ///
    /// It is told by no clock, and by nothing of the debate but these: when moves are told follows from
    /// it, and must tell nothing else.
    fn allotment(&self, name: &str, reveals_to_come: usize) -> Duration;

    /// Seats the agent with that name. Given the same, it plays the same.
    ///
    /// # Errors
    ///
    /// [`NotSeated`] if there is none.
    fn debater(&self, name: &str, seed: u64) -> Result<Box<dyn Player>, NotSeated>;

    /// Seats the classifier of debates of `pixels` pixels as a judge.
    ///
    /// # Errors
    ///
    /// [`NotSeated`] if there is none.
    fn judge(&self, pixels: u8) -> Result<Box<dyn Player>, NotSeated>;

    /// What debaters and judges ask in debates of `pixels` pixels over `image`.
    ///
    /// # Errors
    ///
    /// [`NotSeated`] if there is no classifier for these.
    fn evaluator(&self, pixels: u8, image: &Arc<Image>) -> Result<Box<dyn Evaluator>, NotSeated>;
}

/// What tells a classifier from others that does not come with the program.
///
/// ```
/// use pixel_debate_server::OwnClassifier;
///
/// let own = OwnClassifier { name: "letters-6".into(), hash: "0".repeat(64) };
/// assert_eq!(own.hash.len(), 64);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnClassifier {
    /// What it is called in records and standings.
    pub name: String,
    /// SHA-256 of its file, in hexadecimal: what it is told from others by.
    pub hash: String,
}

/// Why a roster does not seat somebody.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NotSeated {
    /// There is no such agent.
    #[error("no agent is named {name:?}")]
    NoSuchAgent {
        /// The name asked for.
        name: String,
    },
    /// It would search for longer than anybody gets.
    #[error("{rollouts} rollouts a move are more than this server gives")]
    TooManyRollouts {
        /// How many were asked for.
        rollouts: u32,
    },
    /// There is no classifier for so many pixels.
    #[error("no classifier is trained for {pixels} pixels")]
    NoClassifier {
        /// How many.
        pixels: u8,
    },
    /// The classifiers know other pixels.
    #[error("the classifiers are trained on nonzero pixels alone")]
    NonzeroAlone,
    /// The classifiers read other images.
    #[error("the classifiers read images of {SIDE}x{SIDE} pixels")]
    OtherSize,
    /// The classifier cannot read the image.
    #[error(transparent)]
    WrongSize(#[from] WrongSize),
}

/// Why a judge of the roster gives no logits.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoLogits {
    #[error(transparent)]
    NotSeated(#[from] NotSeated),
    #[error("a pixel outside of the image was revealed")]
    Outside,
    #[error(transparent)]
    Image(#[from] ImageError),
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    #[error("the classifier gave no logits")]
    Other,
}

/// What the classifier for `pixels` pixels says as a judge with that view: the logits in the order of the
/// labels. It is given an image with the evidence and nothing else.
pub(crate) fn logits(roster: &dyn Roster, pixels: u8, view: &View) -> Result<Vec<f32>, NoLogits> {
    let mut values = vec![0; usize::from(view.width) * usize::from(view.height)];
    for reveal in &view.evidence {
        let place =
            usize::from(reveal.pixel.y) * usize::from(view.width) + usize::from(reveal.pixel.x);
        *values.get_mut(place).ok_or(NoLogits::Outside)? = reveal.value;
    }
    let seen = Arc::new(Image::new(view.width, view.height, values)?);
    let mut evaluator = roster.evaluator(pixels, &seen)?;
    let asked = Asked { view, evaluator: &mut *evaluator, clock: Clock::unlimited() };
    match roster.judge(pixels)?.answer(asked)? {
        Answer::Verdict(Verdict::Logits { logits }) => Ok(logits),
        _ => Err(NoLogits::Other),
    }
}

/// The roster that comes with the program: the agents of `pixel-debate-agents`, and a trained
/// network for each number of pixels.
#[derive(Clone, Debug, Default)]
pub struct BuiltIn {
    classifiers: BTreeMap<u8, Judge>,
    own: BTreeMap<u8, OwnClassifier>,
}

impl BuiltIn {
    /// The rollouts a move that the paper gives its tree search (section 3.1), and the most that a
    /// client gets.
    pub const MAX_ROLLOUTS: u32 = 10_000;

    /// A roster with those judges, each with the number of pixels that it was trained for.
    pub fn new(classifiers: impl IntoIterator<Item = (u8, Judge)>) -> Self {
        Self { classifiers: classifiers.into_iter().collect(), own: BTreeMap::new() }
    }

    /// The same with a judge that does not come with the program, for debates of `pixels` pixels; its file has the
    /// hash `hash` (SHA-256, in hexadecimal).
    ///
    /// ```
    /// use pixel_debate_judge::Judge;
    /// use pixel_debate_server::{BuiltIn, Roster};
    ///
    /// let judge = Judge::shipped(4).expect("there is a judge for 4 pixels");
    /// let roster = BuiltIn::default().with(5, judge, "0".repeat(64));
    /// assert_eq!(roster.pixels(), [5]);
    /// assert_eq!(roster.own_classifier(5).map(|own| own.name.as_str()), Some("judge-4"));
    /// ```
    #[must_use]
    pub fn with(mut self, pixels: u8, judge: Judge, hash: String) -> Self {
        self.own.insert(pixels, OwnClassifier { name: judge.name().to_owned(), hash });
        self.classifiers.insert(pixels, judge);
        self
    }

    /// A roster with the judges that come with the program.
    pub fn shipped() -> Self {
        let judge = |pixels| Some((pixels, Judge::shipped(pixels)?));
        Self::new(SHIPPED_PIXELS.into_iter().filter_map(judge))
    }

    fn classifier(&self, pixels: u8) -> Result<&Judge, NotSeated> {
        self.classifiers.get(&pixels).ok_or(NotSeated::NoClassifier { pixels })
    }
}

impl Roster for BuiltIn {
    fn pixels(&self) -> Vec<u8> {
        self.classifiers.keys().copied().collect()
    }

    fn own_classifier(&self, pixels: u8) -> Option<&OwnClassifier> {
        self.own.get(&pixels)
    }

    fn max_rollouts(&self) -> u32 {
        Self::MAX_ROLLOUTS
    }

    fn check(&self, name: &str, rules: &Rules, image: &Image) -> Result<(), NotSeated> {
        if agent(name)? == AgentSpec::Random {
            Ok(())
        } else if !self.classifiers.contains_key(&rules.pixels) {
            Err(NotSeated::NoClassifier { pixels: rules.pixels })
        } else if rules.legal != LegalPixels::Nonzero {
            Err(NotSeated::NonzeroAlone)
        } else if (image.width(), image.height()) != (SIDE as u8, SIDE as u8) {
            Err(NotSeated::OtherSize)
        } else {
            Ok(())
        }
    }

    fn allotment(&self, name: &str, reveals_to_come: usize) -> Duration {
        // At least about six times what each takes. A short search takes some ten milliseconds, and a
        // busy machine may leave its thread without a core for longer than six times that.
        let base = Duration::from_millis(200);
        match agent(name) {
            Err(_) | Ok(AgentSpec::Random) => Duration::ZERO,
            Ok(AgentSpec::Greedy) => base,
            Ok(AgentSpec::Mcts { rollouts, value, .. }) => {
                let rollout = match value {
                    LeafValue::Outcome => Duration::from_micros(100),
                    LeafValue::Margin => Duration::from_micros(200),
                };
                base + rollout * rollouts
            }
            Ok(AgentSpec::Exact) => match reveals_to_come {
                0..=2 => Duration::from_millis(500),
                3 => Duration::from_secs(1),
                4 => Duration::from_secs(2),
                5 => Duration::from_secs(10),
                6 => Duration::from_secs(20),
                _ => Duration::from_mins(1),
            },
        }
    }

    fn debater(&self, name: &str, seed: u64) -> Result<Box<dyn Player>, NotSeated> {
        Ok(Box::new(AgentPlayer::new(agent(name)?, seed)))
    }

    fn judge(&self, pixels: u8) -> Result<Box<dyn Player>, NotSeated> {
        self.classifier(pixels)?;
        Ok(Box::new(Classifier))
    }

    fn evaluator(&self, pixels: u8, image: &Arc<Image>) -> Result<Box<dyn Evaluator>, NotSeated> {
        Ok(self.classifier(pixels)?.evaluator(Arc::clone(image))?)
    }
}

/// The agent with that name, if the server offers it.
fn agent(name: &str) -> Result<AgentSpec, NotSeated> {
    let agent = name.parse().map_err(|_| NotSeated::NoSuchAgent { name: name.into() })?;
    match agent {
        AgentSpec::Mcts { rollouts, .. } if rollouts > BuiltIn::MAX_ROLLOUTS => {
            Err(NotSeated::TooManyRollouts { rollouts })
        }
        agent => Ok(agent),
    }
}

#[cfg(test)]
mod tests {
    use pixel_debate_datasets::mnist;
    use pixel_debate_game::{Debate, Debater, Move, Pixel, Role, Rules, Seat};

    use super::*;

    fn image(index: usize) -> Arc<Image> {
        Arc::new(mnist::test().to_image(index))
    }

    #[test]
    fn the_classifier_judges_the_evidence_as_the_debaters_expect() {
        let roster = BuiltIn::shipped();
        assert_eq!(roster.pixels(), [4, 6]);
        let image = image(17);
        let pixels: Vec<Pixel> = image.nonzero().step_by(9).take(4).collect();
        let rules = Rules::paper(4, true, Role::Honest);
        let label = mnist::test().label(17);
        let mut debate = Debate::new(rules, Arc::clone(&image), label, Some(0), 10).unwrap();
        for (&pixel, by) in pixels.iter().zip([Debater::First, Debater::Second].into_iter().cycle())
        {
            debate.apply(Move::Reveal { by, pixel }).unwrap();
        }
        let expected =
            roster.evaluator(4, &image).unwrap().evaluate(&[pixels.into_iter().collect()]);
        let view = debate.view(Seat::Judge);
        assert_eq!(logits(&roster, 4, &view).unwrap(), expected[0]);
        assert!(logits(&roster, 5, &view).unwrap_err().to_string().contains("5 pixels"));
    }

    #[test]
    fn short_searches_have_room_on_a_busy_machine() {
        let roster = BuiltIn::shipped();
        for (name, ms) in [
            ("random", 0),
            ("greedy", 200),
            ("mcts:300", 230),
            ("mcts:10000", 1200),
            ("mcts:10000:margin", 2200),
        ] {
            for reveals_to_come in 0..=6 {
                let allotment = roster.allotment(name, reveals_to_come);
                assert_eq!(allotment, Duration::from_millis(ms), "{name}");
            }
        }
    }

    #[test]
    fn agents_play_alike_given_the_same_seed() {
        let roster = BuiltIn::shipped();
        let image = image(3);
        let rules = Rules::paper(6, false, Role::Honest);
        let label = mnist::test().label(3);
        let debate = Debate::new(rules, Arc::clone(&image), label, None, 10).unwrap();
        let view = debate.view(Seat::Debater(Debater::First));
        for name in ["random", "greedy", "mcts:50", "mcts:50:graph"] {
            let mut agents = [7, 7].map(|seed| roster.debater(name, seed).unwrap());
            let mut judge = roster.evaluator(6, &image).unwrap();
            let [one, other] = agents.each_mut().map(|agent| {
                let clock = Clock::unlimited();
                agent.answer(Asked { view: &view, evaluator: &mut *judge, clock }).unwrap()
            });
            assert_eq!(one, other, "{name}");
        }
    }

    #[test]
    fn other_agents_are_refused() {
        let roster = BuiltIn::shipped();
        let rules = Rules::paper(6, true, Role::Honest);
        for (name, reason) in [
            ("alphazero", "no agent is named \"alphazero\""),
            ("mcts:0", "no agent is named"),
            ("mcts:10001", "more than this server gives"),
            ("mcts:10001:graph", "more than this server gives"),
        ] {
            let refusal = roster.debater(name, 1).map(drop).unwrap_err();
            assert!(refusal.to_string().contains(reason), "{refusal}");
            assert_eq!(roster.check(name, &rules, &image(0)), Err(refusal));
        }
        let small = Arc::new(Image::new(4, 4, vec![1; 16]).unwrap());
        for (name, rules, image) in [
            ("greedy", rules, small.clone()),
            ("exact", Rules { pixels: 5, ..rules }, image(0)),
            ("mcts:9", Rules { legal: LegalPixels::Any, ..rules }, image(0)),
        ] {
            assert!(roster.check(name, &rules, &image).is_err());
            assert_eq!(roster.check("random", &rules, &image), Ok(()));
        }
        assert!(roster.evaluator(6, &small).is_err());
        assert!(roster.evaluator(5, &image(0)).is_err());
    }
}
