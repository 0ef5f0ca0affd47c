//! A proof of who wins, that can be checked without the search.

use std::collections::HashSet;
use std::sync::Arc;

use pixel_debate_game::{Claims, Debate, Image, ImageSource, Pixel, Role, Rules, honest_margin};
use pixel_debate_judge::{CLASSES, PixelSet};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use super::{Game, Strategy};

/// Which judge a certificate is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgeMark {
    /// The judge's name.
    pub name: String,
    /// The SHA-256 of its numbers, in hexadecimal: [`Network::hash`](pixel_debate_judge::Network::hash).
    pub hash: String,
}

/// A debate, who wins it by optimal play, and how.
///
/// As text it is one JSON object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// The version of the format: [`Certificate::VERSION`].
    pub version: u32,
    /// The judge.
    pub judge: JudgeMark,
    /// Where the image comes from, if from a data set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<ImageSource>,
    /// The rules.
    pub rules: Rules,
    /// The whole image.
    pub image: Image,
    /// What the debaters argue for.
    pub claims: Claims,
    /// Who wins.
    pub winner: Role,
    /// How, whatever the other side reveals.
    pub strategy: Strategy,
}

/// A certificate that is not about a debate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The version is another.
    #[error(
        "certificate of version {version}: this program reads version {}",
        Certificate::VERSION
    )]
    Version {
        /// The version given.
        version: u32,
    },
    /// The debate cannot be set up.
    #[error(transparent)]
    Setup(#[from] pixel_debate_game::SetupError),
    /// The strategy names a pixel that may not be revealed.
    #[error("the strategy reveals {pixel}, which is no legal pixel of the image")]
    Pixel {
        /// The pixel named.
        pixel: Pixel,
    },
}

/// Why a certificate proves nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Flaw {
    /// It is not about a debate.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The strategy has nothing for a position that it leads to.
    #[error("the strategy does not say what the {winner} side reveals after {}", list(after))]
    Silent {
        /// Who is said to win.
        winner: Role,
        /// What is revealed there.
        after: PixelSet,
    },
    /// A reveal is made twice, or a plan has more pixels than the winner has turns.
    #[error("the {winner} side cannot reveal what the strategy says after {}", list(after))]
    Impossible {
        /// Who is said to win.
        winner: Role,
        /// What is revealed there.
        after: PixelSet,
    },
    /// A set that the strategy leads to is lost.
    #[error(
        "the {winner} side does not win by {}: the judge's margin for it is {margin}",
        list(set)
    )]
    Lost {
        /// Who is said to win.
        winner: Role,
        /// The complete set.
        set: PixelSet,
        /// By how much the judge favours the winner: not above zero.
        margin: f32,
    },
}

/// What was checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verified {
    /// Complete sets that the judge was asked about.
    pub sets: u64,
    /// Those of them that it gave to the other side by less than [`Certificate::ROUNDING`].
    pub within_rounding: u64,
}

fn list(set: &PixelSet) -> String {
    if set.pixels().is_empty() {
        return "nothing".to_owned();
    }
    set.pixels().iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

impl Certificate {
    /// The version of the format that this program writes and reads.
    pub const VERSION: u32 = 1;

    /// Two implementations of one judge differ by rounding errors below this, so that a set as near
    /// to a tie may go to either side. Such sets are accepted, and counted.
    pub const ROUNDING: f32 = 1e-4;

    /// Complete sets that the judge is asked about at once.
    const BATCH: usize = 1024;

    /// Checks the proof by what `judge` says of complete sets, ten logits each; nothing else is
    /// trusted. `progress` is told now and then what was checked so far.
    ///
    /// Every way that the debate can go while the winner follows the strategy is tried, and every
    /// complete set that it can end with is judged.
    pub fn verify(
        &self,
        judge: &mut dyn FnMut(&[PixelSet]) -> Vec<[f32; CLASSES]>,
        progress: &mut dyn FnMut(Verified),
    ) -> Result<Verified, Flaw> {
        let game = self.game()?;
        let Strategy { plans, moves, answers } = &self.strategy;
        let mut check = Check {
            certificate: self,
            game: &game,
            plans: plans.iter().map(|plan| (&plan.after, &*plan.reveal)).collect(),
            moves: moves.iter().map(|found| (&found.after, found.reveal)).collect(),
            answers: answers.iter().map(|answers| (&answers.after, &*answers.reveal)).collect(),
            judge,
            progress,
            seen: FxHashSet::default(),
            batch: Vec::new(),
            verified: Verified::default(),
        };
        check.position(&PixelSet::default())?;
        check.flush()?;
        Ok(check.verified)
    }

    /// The game that the certificate is about.
    fn game(&self) -> Result<Game, CertificateError> {
        if self.version != Self::VERSION {
            return Err(CertificateError::Version { version: self.version });
        }
        let Claims { honest, liar } = self.claims;
        let image = Arc::new(self.image.clone());
        let debate = Debate::new(self.rules, image, honest, liar, CLASSES as u8)?;
        let game = Game::of(&debate);
        let legal: HashSet<Pixel> = game.candidates.iter().copied().collect();
        let Strategy { plans, moves, answers } = &self.strategy;
        let plans = plans.iter().flat_map(|plan| &plan.reveal);
        let moves = moves.iter().map(|found| &found.reveal);
        let answers = answers.iter().flat_map(|answers| &answers.reveal);
        match plans.chain(moves).chain(answers).find(|pixel| !legal.contains(pixel)) {
            Some(pixel) => Err(CertificateError::Pixel { pixel: *pixel }),
            None => Ok(game),
        }
    }
}

/// One verification.
struct Check<'a> {
    certificate: &'a Certificate,
    game: &'a Game,
    plans: FxHashMap<&'a PixelSet, &'a [Pixel]>,
    moves: FxHashMap<&'a PixelSet, Pixel>,
    answers: FxHashMap<&'a PixelSet, &'a [Pixel]>,
    judge: &'a mut dyn FnMut(&[PixelSet]) -> Vec<[f32; CLASSES]>,
    progress: &'a mut dyn FnMut(Verified),
    /// Positions that were checked, or are being checked.
    seen: FxHashSet<PixelSet>,
    /// Complete sets that wait to be judged.
    batch: Vec<PixelSet>,
    verified: Verified,
}

impl Check<'_> {
    fn silent(&self, after: &PixelSet) -> Flaw {
        Flaw::Silent { winner: self.certificate.winner, after: after.clone() }
    }

    fn impossible(&self, after: &PixelSet) -> Flaw {
        Flaw::Impossible { winner: self.certificate.winner, after: after.clone() }
    }

    /// Checks that the winner wins after `revealed`.
    fn position(&mut self, revealed: &PixelSet) -> Result<(), Flaw> {
        if !self.seen.insert(revealed.clone()) {
            return Ok(());
        }
        let winner = self.certificate.winner;
        let turns = &self.game.turns[revealed.pixels().len()..];
        if turns.is_empty() {
            return self.complete(revealed.clone());
        }
        if let Some(plan) = self.plans.get(revealed) {
            let own = turns.iter().filter(|turn| **turn == winner).count();
            let with: PixelSet = revealed.pixels().iter().chain(*plan).copied().collect();
            if with.pixels().len() - revealed.pixels().len() > own {
                return Err(self.impossible(revealed));
            }
            let missing = self.game.turns.len() - with.pixels().len();
            return self.completions(&with, 0, missing);
        }
        if turns[0] == winner {
            let Some(reveal) = self.moves.get(revealed).copied() else {
                return Err(self.silent(revealed));
            };
            if revealed.contains(reveal) {
                return Err(self.impossible(revealed));
            }
            return self.position(&revealed.with(reveal));
        }
        if turns.len() == 2
            && turns[1] == winner
            && let Some(answers) = self.answers.get(revealed).copied()
        {
            return self.answers(revealed, answers);
        }
        for candidate in self.free(revealed) {
            self.position(&revealed.with(candidate))?;
        }
        Ok(())
    }

    fn free(&self, revealed: &PixelSet) -> Vec<Pixel> {
        let candidates = self.game.candidates.iter().copied();
        candidates.filter(|candidate| !revealed.contains(*candidate)).collect()
    }

    /// Checks all complete sets that hold `with` and `missing` candidates from number `from` on.
    fn completions(&mut self, with: &PixelSet, from: usize, missing: usize) -> Result<(), Flaw> {
        if missing == 0 {
            return self.complete(with.clone());
        }
        for index in from..self.game.candidates.len() {
            let candidate = self.game.candidates[index];
            if !with.contains(candidate) {
                self.completions(&with.with(candidate), index + 1, missing - 1)?;
            }
        }
        Ok(())
    }

    /// Checks that to each last reveal of the other side one of the answers wins.
    fn answers(&mut self, revealed: &PixelSet, answers: &[Pixel]) -> Result<(), Flaw> {
        // With a pixel that is revealed already, the sets would not be complete ones.
        if answers.iter().any(|answer| revealed.contains(*answer)) {
            return Err(self.impossible(revealed));
        }
        // The other side's reveals that no answer wins against so far, each with the answer that
        // comes nearest to it.
        let mut open: Vec<(Pixel, Option<(f32, Pixel)>)> =
            self.free(revealed).into_iter().map(|reveal| (reveal, None)).collect();
        for answer in answers {
            let asked = open.iter_mut().filter(|(reveal, _)| reveal != answer);
            let (sets, nearest): (Vec<PixelSet>, Vec<_>) = asked
                .map(|(reveal, nearest)| (revealed.with(*reveal).with(*answer), nearest))
                .unzip();
            for (nearest, margin) in nearest.into_iter().zip(self.margins(&sets)) {
                if nearest.is_none_or(|(best, _)| best.is_nan() || margin > best) {
                    *nearest = Some((margin, *answer));
                }
            }
            open.retain(|(_, nearest)| !nearest.is_some_and(|(margin, _)| margin > 0.0));
            if open.is_empty() {
                return Ok(());
            }
        }
        for (reveal, nearest) in open {
            let after = revealed.with(reveal);
            let Some((margin, answer)) = nearest else { return Err(self.silent(&after)) };
            self.accept(margin, || after.with(answer))?;
        }
        Ok(())
    }

    fn complete(&mut self, set: PixelSet) -> Result<(), Flaw> {
        self.batch.push(set);
        if self.batch.len() == Certificate::BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Flaw> {
        let sets = std::mem::take(&mut self.batch);
        let margins = self.margins(&sets);
        for (set, margin) in sets.iter().zip(margins) {
            self.accept(margin, || set.clone())?;
        }
        Ok(())
    }

    /// By how much the judge favours the winner.
    fn margins(&mut self, sets: &[PixelSet]) -> Vec<f32> {
        let Certificate { claims, winner, .. } = self.certificate;
        let sign = if *winner == Role::Honest { 1.0 } else { -1.0 };
        let margins = (self.judge)(sets).into_iter().map(|logits| {
            let margin = sign * honest_margin(&logits, claims);
            // A tie is the liar's.
            if margin == 0.0 && *winner == Role::Liar { f32::MIN_POSITIVE } else { margin }
        });
        let margins: Vec<f32> = margins.collect();
        self.verified.sets += sets.len() as u64;
        (self.progress)(self.verified);
        margins
    }

    fn accept(&mut self, margin: f32, set: impl FnOnce() -> PixelSet) -> Result<(), Flaw> {
        if margin > 0.0 {
            return Ok(());
        }
        if margin > -Certificate::ROUNDING {
            self.verified.within_rounding += 1;
            return Ok(());
        }
        Err(Flaw::Lost { winner: self.certificate.winner, set: set(), margin })
    }
}
