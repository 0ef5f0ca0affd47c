//! Who can be seated: the debaters and the classifiers that the server runs itself.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use pixel_debate_agents::{Agent, AgentSpec, LeafValue};
use pixel_debate_game::{Evidence, Image, LegalPixels, Rules};
use pixel_debate_judge::network::SIDE;
use pixel_debate_judge::{Evaluator, Judge, PixelSet, SHIPPED_PIXELS};

/// The debaters and the classifiers of a server.
///
/// What thinks may take long and block: the server lets it, on threads set aside for that.
/// Failures are sentences, for clients or for the log.
pub trait Players: Send + Sync + 'static {
    /// The numbers of pixels for which there is a classifier, in ascending order.
    fn pixels(&self) -> Vec<u8>;

    /// The most rollouts a move that [`debater`](Self::debater) gives a tree search.
    fn max_rollouts(&self) -> u32;

    /// Whether [`debater`](Self::debater) seats an agent with that name in a debate by these rules
    /// over an image of that size; if not, why. This must not take long.
    fn check(&self, name: &str, rules: &Rules, image: &Image) -> Result<(), String>;

    /// How long an agent of that name may search for a move with so many reveals to come, the move
    /// itself included: enough, nearly always. Without an answer there is nothing to search.
    ///
    /// It is told by no clock, and by nothing of the debate but these: when moves are told follows from
    /// it, and must tell nothing else.
    fn allotment(&self, name: &str, reveals_to_come: usize) -> Duration;

    /// The logits of the classifier for `pixels` pixels, in the order of the labels: one for each
    /// class of the data set, or more.
    fn logits(&self, pixels: u8, evidence: &Evidence) -> Result<Vec<f32>, String>;

    /// Makes the agent with that name. Given the same, it plays the same.
    fn debater(&self, name: &str, seed: u64) -> Result<Box<dyn Agent>, String>;

    /// The judge that agents ask in debates of `pixels` pixels over `image`.
    fn evaluator(&self, pixels: u8, image: &Arc<Image>) -> Result<Box<dyn Evaluator>, String>;
}

/// The players that come with the program: the agents of `pixel-debate-agents`, and a trained
/// network for each number of pixels.
#[derive(Clone, Debug)]
pub struct BuiltIn {
    classifiers: BTreeMap<u8, Judge>,
}

impl BuiltIn {
    /// The rollouts a move that the paper gives its tree search (section 3.1), and the most that a
    /// client gets.
    pub const MAX_ROLLOUTS: u32 = 10_000;

    /// Players with those judges, each with the number of pixels that it was trained for.
    pub fn new(classifiers: impl IntoIterator<Item = (u8, Judge)>) -> Self {
        Self { classifiers: classifiers.into_iter().collect() }
    }

    /// Players with the judges that come with the program.
    pub fn shipped() -> Self {
        let judge = |pixels| Some((pixels, Judge::shipped(pixels)?));
        Self::new(SHIPPED_PIXELS.into_iter().filter_map(judge))
    }
}

impl Players for BuiltIn {
    fn pixels(&self) -> Vec<u8> {
        self.classifiers.keys().copied().collect()
    }

    fn max_rollouts(&self) -> u32 {
        Self::MAX_ROLLOUTS
    }

    fn check(&self, name: &str, rules: &Rules, image: &Image) -> Result<(), String> {
        if agent(name)? == AgentSpec::Random {
            Ok(())
        } else if !self.classifiers.contains_key(&rules.pixels) {
            Err(format!("no classifier is trained for {} pixels", rules.pixels))
        } else if rules.legal != LegalPixels::Nonzero {
            Err("the classifiers are trained on nonzero pixels alone".into())
        } else if (image.width(), image.height()) != (SIDE as u8, SIDE as u8) {
            Err(format!("the classifiers read images of {SIDE}x{SIDE} pixels"))
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

    fn logits(&self, pixels: u8, evidence: &Evidence) -> Result<Vec<f32>, String> {
        // The classifier is given an image with the evidence and nothing else.
        let mut values = vec![0; SIDE * SIDE];
        for reveal in evidence {
            let place = usize::from(reveal.pixel.y) * SIDE + usize::from(reveal.pixel.x);
            *values.get_mut(place).ok_or("a pixel outside of what the classifier reads")? =
                reveal.value;
        }
        let seen = Image::new(SIDE as u8, SIDE as u8, values).map_err(|error| error.to_string())?;
        let set: PixelSet = evidence.iter().map(|reveal| reveal.pixel).collect();
        let logits = self.evaluator(pixels, &Arc::new(seen))?.evaluate(&[set]);
        Ok(logits.concat())
    }

    fn debater(&self, name: &str, seed: u64) -> Result<Box<dyn Agent>, String> {
        Ok(agent(name)?.build(seed))
    }

    fn evaluator(&self, pixels: u8, image: &Arc<Image>) -> Result<Box<dyn Evaluator>, String> {
        let judge = self
            .classifiers
            .get(&pixels)
            .ok_or_else(|| format!("no classifier is trained for {pixels} pixels"))?;
        judge.evaluator(Arc::clone(image)).map_err(|error| error.to_string())
    }
}

/// The agent with that name, if the server offers it.
fn agent(name: &str) -> Result<AgentSpec, String> {
    let agent = name.parse().map_err(|_| format!("no agent is named {name:?}"))?;
    match agent {
        AgentSpec::Mcts { rollouts, .. } if rollouts > BuiltIn::MAX_ROLLOUTS => {
            Err(format!("{rollouts} rollouts a move are more than this server gives"))
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
        let players = BuiltIn::shipped();
        assert_eq!(players.pixels(), [4, 6]);
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
            players.evaluator(4, &image).unwrap().evaluate(&[pixels.into_iter().collect()]);
        assert_eq!(players.logits(4, debate.evidence()).unwrap(), expected[0]);
        assert!(players.logits(5, debate.evidence()).unwrap_err().contains("5 pixels"));
    }

    #[test]
    fn short_searches_have_room_on_a_busy_machine() {
        let players = BuiltIn::shipped();
        for (name, ms) in [
            ("random", 0),
            ("greedy", 200),
            ("mcts:300", 230),
            ("mcts:10000", 1200),
            ("mcts:10000:margin", 2200),
        ] {
            for reveals_to_come in 0..=6 {
                let allotment = players.allotment(name, reveals_to_come);
                assert_eq!(allotment, Duration::from_millis(ms), "{name}");
            }
        }
    }

    #[test]
    fn agents_play_alike_given_the_same_seed() {
        let players = BuiltIn::shipped();
        let image = image(3);
        let rules = Rules::paper(6, false, Role::Honest);
        let label = mnist::test().label(3);
        let debate = Debate::new(rules, Arc::clone(&image), label, None, 10).unwrap();
        let view = debate.view(Seat::Debater(Debater::First));
        let clock = pixel_debate_agents::Clock::unlimited();
        for name in ["random", "greedy", "mcts:50", "mcts:50:graph"] {
            let mut agents = [7, 7].map(|seed| players.debater(name, seed).unwrap());
            let mut judge = players.evaluator(6, &image).unwrap();
            let [one, other] =
                agents.each_mut().map(|agent| agent.choose(&view, &mut *judge, clock).unwrap());
            assert_eq!(one, other, "{name}");
        }
    }

    #[test]
    fn other_agents_are_refused() {
        let players = BuiltIn::shipped();
        let rules = Rules::paper(6, true, Role::Honest);
        for (name, reason) in [
            ("alphazero", "no agent is named \"alphazero\""),
            ("mcts:0", "no agent is named"),
            ("mcts:10001", "more than this server gives"),
            ("mcts:10001:graph", "more than this server gives"),
        ] {
            let refusal = players.debater(name, 1).map(drop).unwrap_err();
            assert!(refusal.contains(reason), "{refusal}");
            assert_eq!(players.check(name, &rules, &image(0)), Err(refusal));
        }
        let small = Arc::new(Image::new(4, 4, vec![1; 16]).unwrap());
        for (name, rules, image) in [
            ("greedy", rules, small.clone()),
            ("exact", Rules { pixels: 5, ..rules }, image(0)),
            ("mcts:9", Rules { legal: LegalPixels::Any, ..rules }, image(0)),
        ] {
            assert!(players.check(name, &rules, &image).is_err());
            assert_eq!(players.check("random", &rules, &image), Ok(()));
        }
        assert!(players.evaluator(6, &small).is_err());
        assert!(players.evaluator(5, &image(0)).is_err());
    }
}
