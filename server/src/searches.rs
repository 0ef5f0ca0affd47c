//! The threads on which built-in debaters search, and what they keep between their moves.
//!
//! A search takes up to many seconds of a core. Searches run on threads of their own, which the system
//! gives less of a core than those of the network, in two *lanes*: short searches and long ones, so that
//! none waits for one that takes much longer than itself. In a lane the search that must be done first
//! is made first. What else the server thinks about, verdicts, analyses and pictures, has other threads
//! ([`Pool`](crate::pool::Pool)).
//!
//! What is kept between moves is bounded in bytes: the judges that were asked, by classifier and image,
//! and the search trees and strategies of the debaters. What there is no room for is made again: a judge
//! gives the same answers; a debater begins its search afresh, with a seed that follows from its own and
//! the number of reveals.

mod lane;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use pixel_debate_agents::{Choice, Clock};
use pixel_debate_game::{Debate, Debater, Image, Pixel, Seat};
use pixel_debate_judge::{Evaluator, Indifferent};
use pixel_debate_play::{Answer, Asked, Player};
use pixel_debate_protocol::DebateId;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::IteratorRandom;
use tokio::sync::oneshot;

use self::lane::Lane;
use crate::cache::Cache;
use crate::limits::Limits;
use crate::roster::Roster;
use crate::shares::{Creator, Share, Shares};

/// What a debater is taken to need beside its tree, in bytes.
const PLAYER: usize = 512;

/// The longest allotment of the searches that count as short.
const SHORT: Duration = Duration::from_millis(2500);

/// How many times as long as a short search takes by itself its allotment is, at least about: a lane is
/// given searches that fill it by that measure.
const SPARE: u32 = 6;

/// Before a move is told its search must have ended by a tenth of the time, but no more than this.
const MARGIN: Duration = Duration::from_millis(100);

/// After a move was told the next search begins by a tenth of the time later, but no more than this: how
/// soon the telling comes through must not depend on whether there is much or nothing to search.
const REST: Duration = Duration::from_millis(50);

/// The threads on which built-in debaters search, and what they keep.
pub(crate) struct Searches {
    short: Lane,
    long: Lane,
    short_shares: Shares,
    long_shares: Shares,
    keep: Arc<Keep>,
}

/// What is kept between moves.
struct Keep {
    roster: Arc<dyn Roster>,
    /// By the classifier's number of pixels and the image.
    judges: Cache<(u8, Arc<Image>), Box<dyn Evaluator>>,
    players: Cache<(DebateId, Debater), Box<dyn Player>>,
}

/// A built-in debater to be asked for a reveal.
#[derive(Debug)]
pub(crate) struct SearchRequest {
    pub(crate) id: DebateId,
    pub(crate) by: Debater,
    /// The agent's name.
    pub(crate) name: String,
    /// For an agent that begins here.
    pub(crate) seed: u64,
    pub(crate) debate: Debate,
    pub(crate) times: Times,
}

/// A debate's share of the threads of a lane, until this is dropped.
#[derive(Debug)]
pub(crate) struct Admission {
    long: bool,
    _share: Share,
}

impl Admission {
    /// Whether it is for long searches.
    pub(crate) fn is_long(&self) -> bool {
        self.long
    }
}

/// The times of a turn, which are known when it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Times {
    /// How long the search is given.
    pub(crate) allotment: Duration,
    /// When the search begins.
    pub(crate) begun: Instant,
    /// When the move is told.
    pub(crate) told: Instant,
    /// When the search must have ended.
    pub(crate) ended: Instant,
}

/// What a debater has chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) pixel: Pixel,
    /// Whether its search was stopped before it was done.
    pub(crate) cut_short: bool,
}

impl SearchRequest {
    /// The answer where there is no time for any: a legal pixel drawn by the seed.
    pub(crate) fn any(&self) -> Result<Chosen, String> {
        let mut random = StdRng::seed_from_u64(self.seed);
        let pixel = self.debate.legal_reveals().choose(&mut random);
        let pixel = pixel.ok_or("no legal pixel is left to reveal")?;
        Ok(Chosen { pixel, cut_short: true })
    }
}

impl Times {
    /// The times of a turn that begins at `begun`: by the debate's pace and allotment alone, so that
    /// nothing of the image, of the role or of how long the search takes is seen.
    pub(crate) fn new(begun: Instant, pace: Duration, allotment: Duration) -> Self {
        let period = pace.max(allotment);
        let searched = period.saturating_sub(MARGIN.min(period / 10));
        let rested = begun + REST.min(period / 10);
        Self { allotment, begun: rested, told: begun + period, ended: begun + searched }
    }
}

impl Searches {
    pub(crate) fn new(roster: Arc<dyn Roster>, limits: &Limits) -> Self {
        let keep = Keep {
            roster,
            judges: Cache::new(limits.judges_bytes),
            players: Cache::new(limits.searches_bytes),
        };
        Self {
            short: Lane::new("short-search", limits.threads, 1),
            long: Lane::new("long-search", limits.threads, 5),
            short_shares: Shares::new(limits.threads),
            long_shares: Shares::new(limits.threads),
            keep: Arc::new(keep),
        }
    }

    /// Waits for the share of the threads that a debate needs in which searches are given so long at the
    /// most, once in every `period`.
    pub(crate) async fn share(
        &self,
        creator: Creator,
        allotment: Duration,
        period: Duration,
    ) -> Admission {
        let long = allotment > SHORT;
        let share = if long {
            // A long search is alone with its thread.
            self.long_shares.share(creator, period, period).await
        } else {
            self.short_shares.share(creator, allotment / SPARE, period).await
        };
        Admission { long, _share: share }
    }

    /// Asks a built-in debater of a debate whose share is of the lane for long searches, or of the other.
    pub(crate) async fn choose(
        &self,
        question: SearchRequest,
        long: bool,
    ) -> Result<Chosen, String> {
        let keep = Arc::clone(&self.keep);
        let Times { allotment, ended, .. } = question.times;
        if allotment.is_zero() {
            return attempt(|| keep.choose(question));
        }
        let lane = if long { &self.long } else { &self.short };
        let (sender, answer) = oneshot::channel();
        lane.run(ended, move || {
            // Nobody waits any more when the debate has ended.
            if !sender.is_closed() {
                let _ = sender.send(attempt(|| keep.choose(question)));
            }
        });
        answer.await.unwrap_or_else(|_| Err("the search threads have ended".into()))
    }

    /// Lets go of what is kept for a debate.
    pub(crate) fn forget(&self, debate: &DebateId) {
        for by in [Debater::First, Debater::Second] {
            self.keep.players.take(&(debate.clone(), by));
        }
    }

    /// The bytes that are kept between moves: of judges, and of agents. They tell of the images, so that
    /// nobody outside is told them.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> (usize, usize) {
        (self.keep.judges.bytes(), self.keep.players.bytes())
    }
}

/// Does something that may panic: one search must not end the thread that others need.
fn attempt<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err("a search panicked".into()))
}

impl Keep {
    fn choose(&self, question: SearchRequest) -> Result<Chosen, String> {
        let SearchRequest { id, by, name, seed, debate, times, .. } = question;
        let seat = (id, by);
        let mut player = match self.players.take(&seat) {
            Some(player) => player,
            None => self.roster.debater(&name, seed).map_err(|error| error.to_string())?,
        };
        let view = debate.view(Seat::Debater(by));
        // Without an allotment there is nothing that takes time.
        let clock =
            if times.allotment.is_zero() { Clock::unlimited() } else { Clock::until(times.ended) };
        let answer = if player.asks_judge() {
            let key = (debate.rules().pixels, Arc::clone(debate.image()));
            let mut judge = match self.judges.take(&key) {
                Some(judge) => judge,
                None => self.roster.evaluator(key.0, &key.1).map_err(|error| error.to_string())?,
            };
            let answer = player.answer(Asked { view: &view, evaluator: &mut *judge, clock });
            let bytes = judge.bytes();
            self.judges.put(key, judge, bytes);
            answer
        } else {
            player.answer(Asked { view: &view, evaluator: &mut Indifferent, clock })
        };
        let bytes = player.bytes() + PLAYER;
        self.players.put(seat, player, bytes);
        match answer.map_err(|error| error.to_string())? {
            Answer::Reveal(Choice { pixel, cut_short, .. }) => Ok(Chosen { pixel, cut_short }),
            Answer::Verdict(_) => Err("a debater gave a verdict".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use pixel_debate_datasets::mnist;
    use pixel_debate_game::{Move, Role, Rules};

    use super::*;
    use crate::BuiltIn;

    fn debate(index: usize) -> Debate {
        let image = mnist::test().to_image(index);
        let label = mnist::test().label(index);
        let rules = Rules::paper(4, true, Role::Honest);
        Debate::new(rules, Arc::new(image), label, Some((label + 1) % 10), 10).unwrap()
    }

    fn searches(judges_bytes: usize, searches_bytes: usize) -> Searches {
        let limits = Limits { threads: 1, judges_bytes, searches_bytes, ..Limits::default() };
        Searches::new(Arc::new(BuiltIn::shipped()), &limits)
    }

    /// Plays debates over three images at once, and returns their reveals.
    async fn play(searches: &Searches, most: (usize, usize)) -> Vec<Vec<Pixel>> {
        let images = 3;
        let mut debates: Vec<Debate> = (0..images).map(debate).collect();
        for _ in 0..4 {
            for (number, debate) in debates.iter_mut().enumerate() {
                let by = debate.to_move().unwrap();
                let hour = Duration::from_hours(1);
                let question = SearchRequest {
                    id: DebateId(number.to_string()),
                    by,
                    name: "mcts:60".into(),
                    seed: 7 + debate.evidence().len() as u64,
                    debate: debate.clone(),
                    times: Times::new(Instant::now(), hour, SHORT),
                };
                let Chosen { pixel, cut_short } = searches.choose(question, false).await.unwrap();
                assert!(!cut_short);
                debate.apply(Move::Reveal { by, pixel }).unwrap();
                let (judges, agents) = searches.bytes();
                assert!(judges <= most.0 && agents <= most.1, "{judges} and {agents} bytes");
            }
        }
        let pixels = |debate: &Debate| debate.evidence().iter().map(|one| one.pixel).collect();
        debates.iter().map(pixels).collect()
    }

    #[tokio::test]
    async fn what_is_kept_stays_below_its_bounds_and_moves_do_not_depend_on_the_judges_kept() {
        let all = 1 << 30;
        let play = async |most: (usize, usize)| play(&searches(most.0, most.1), most).await;
        let roomy = searches(all, all);
        let moves = super::tests::play(&roomy, (all, all)).await;
        let (judges, agents) = roomy.bytes();
        assert!(judges > 3 << 20, "three judges are kept: {judges}");
        assert!(agents > 6 * PLAYER);
        for number in 0..3 {
            roomy.forget(&DebateId(number.to_string()));
        }
        assert_eq!(roomy.bytes(), (judges, 0));
        // Room for some judges and for none.
        for bytes in [judges / 2, 0] {
            assert_eq!(play((bytes, all)).await, moves);
        }
        // Where no tree is kept, the search begins afresh, and again the same way each time.
        assert_eq!(play((all, 0)).await, play((0, 0)).await);
    }

    #[test]
    fn the_times_of_a_turn_follow_from_pace_and_allotment() {
        let begun = Instant::now();
        let ms = Duration::from_millis;
        for (pace, allotment, rested, told, ended) in [
            (0, 0, 0, 0, 0),
            (1500, 0, 50, 1500, 1400),
            (0, 200, 20, 200, 180),
            (1500, 1200, 50, 1500, 1400),
            (1500, 20_000, 50, 20_000, 19_900),
        ] {
            let times = Times::new(begun, ms(pace), ms(allotment));
            assert_eq!(
                times,
                Times {
                    allotment: ms(allotment),
                    begun: begun + ms(rested),
                    told: begun + ms(told),
                    ended: begun + ms(ended),
                }
            );
        }
    }
}
