//! Certificates checked: every way that the debate can go while the winner follows the strategy.

use pixel_debate_game::{Pixel, Role, honest_margin};
use pixel_debate_judge::{Logits, PixelSet};
use rustc_hash::FxHashSet;

use super::{Book, Certificate, CertificateError, Flaw, Game, Step};

/// What was checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verified {
    /// Complete sets that the judge was asked about.
    pub sets: u64,
    /// Those of them that it gave to the other side by less than [`Certificate::ROUNDING`].
    pub within_rounding: u64,
}

/// How far a check is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Complete sets that the judge was asked about, or need not be asked about any more.
    pub done: u64,
    /// Of how many at most.
    pub of: u64,
}

impl Certificate {
    /// Complete sets that the judge is asked about at once.
    const BATCH: usize = 4096;

    /// Checks the proof by what `judge` says of complete sets, a logit a label; nothing else is
    /// trusted. `progress` is told after each batch how far the check is.
    ///
    /// Every way that the debate can go while the winner follows the strategy is tried, and every
    /// complete set that it can end with is judged. The way is walked twice, first without the
    /// judge: what is not about a debate, or has no end, is found out before it is asked.
    ///
    /// # Errors
    ///
    /// [`Flaw`] that the certificate does not hold for, the first that is found.
    pub fn verify(
        &self,
        judge: &mut dyn FnMut(&[PixelSet]) -> Logits,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Verified, Flaw> {
        let game = self.game()?;
        let book = self.strategy.book().map_err(CertificateError::from)?;
        let mut count = Walk::new(self, &game, &book, Count { candidates: &game, sets: 0 });
        count.position(&PixelSet::default())?;
        let of = count.ends.sets;
        let ends = Ends {
            certificate: self,
            judge,
            progress,
            batch: Vec::new(),
            verified: Verified::default(),
            spared: 0,
            of,
        };
        let mut walk = Walk::new(self, &game, &book, ends);
        walk.position(&PixelSet::default())?;
        walk.ends.flush()?;
        Ok(walk.ends.verified)
    }

    /// By how much the judge favours the winner, by its logits of each set.
    pub(super) fn margins(&self, logits: &Logits) -> Result<Vec<f32>, CertificateError> {
        let (classes, judge) = (self.classes, logits.classes());
        if judge < classes.into() {
            return Err(CertificateError::Classes { classes, judge });
        }
        let sign = if self.winner == Role::Honest { 1.0 } else { -1.0 };
        let margin = |logits: &[f32]| {
            let margin = sign * honest_margin(&logits[..classes.into()], &self.claims);
            // A tie is the liar's.
            if margin == 0.0 && self.winner == Role::Liar { f32::MIN_POSITIVE } else { margin }
        };
        Ok(logits.rows().map(margin).collect())
    }
}

/// What is done with the ends of a walk.
trait End {
    /// The debate ends with this set.
    fn complete(&mut self, set: PixelSet) -> Result<(), Flaw>;

    /// It ends with any complete set that holds these pixels.
    fn completions(&mut self, with: &PixelSet, game: &Game) -> Result<(), Flaw>;

    /// The other side reveals one of `free`, and the winner the first answer that wins.
    fn answers(
        &mut self,
        revealed: &PixelSet,
        free: Vec<Pixel>,
        answers: &[Pixel],
    ) -> Result<(), Flaw>;
}

/// All positions that the strategy leads to, each once.
struct Walk<'a, E> {
    certificate: &'a Certificate,
    game: &'a Game,
    book: &'a Book<'a>,
    /// Positions that were walked through, or are being.
    seen: FxHashSet<PixelSet>,
    ends: E,
}

impl<'a, E: End> Walk<'a, E> {
    fn new(certificate: &'a Certificate, game: &'a Game, book: &'a Book<'a>, ends: E) -> Self {
        Self { certificate, game, book, seen: FxHashSet::default(), ends }
    }

    fn impossible(&self, after: &PixelSet) -> Flaw {
        Flaw::Impossible { winner: self.certificate.winner, after: after.clone() }
    }

    /// Walks on from `revealed`, as the player of the strategy does.
    fn position(&mut self, revealed: &PixelSet) -> Result<(), Flaw> {
        if !self.seen.insert(revealed.clone()) {
            return Ok(());
        }
        let winner = self.certificate.winner;
        let turns = &self.game.turns[revealed.pixels().len()..];
        match self.book.step(revealed, turns, winner) {
            Step::Over => self.ends.complete(revealed.clone()),
            Step::Plan(plan) => {
                let own = turns.iter().filter(|turn| **turn == winner).count();
                let with: PixelSet = revealed.pixels().iter().chain(plan).copied().collect();
                if with.pixels().len() - revealed.pixels().len() > own {
                    return Err(self.impossible(revealed));
                }
                self.ends.completions(&with, self.game)
            }
            Step::Silent => Err(Flaw::Silent { winner, after: revealed.clone() }),
            Step::Move(reveal) if revealed.contains(reveal) => Err(self.impossible(revealed)),
            Step::Move(reveal) => self.position(&revealed.with(reveal)),
            // With a pixel that is revealed already, the sets would not be complete ones.
            Step::Answers(answers) if answers.iter().any(|answer| revealed.contains(*answer)) => {
                Err(self.impossible(revealed))
            }
            Step::Answers(answers) => self.ends.answers(revealed, self.free(revealed), answers),
            // The other side has all the turns that are left.
            Step::Any if !turns.contains(&winner) => self.ends.completions(revealed, self.game),
            Step::Any => {
                let mut free = self.free(revealed).into_iter();
                free.try_for_each(|candidate| self.position(&revealed.with(candidate)))
            }
        }
    }

    fn free(&self, revealed: &PixelSet) -> Vec<Pixel> {
        let candidates = self.game.candidates.iter().copied();
        candidates.filter(|candidate| !revealed.contains(*candidate)).collect()
    }
}

/// Counts the sets that are to be judged at most.
struct Count<'a> {
    candidates: &'a Game,
    sets: u64,
}

impl Count<'_> {
    fn add(&mut self, sets: u64) -> Result<(), Flaw> {
        self.sets = self.sets.saturating_add(sets);
        if self.sets > Certificate::MOST_SETS {
            return Err(Flaw::TooMany { sets: self.sets });
        }
        Ok(())
    }
}

impl End for Count<'_> {
    fn complete(&mut self, _: PixelSet) -> Result<(), Flaw> {
        self.add(1)
    }

    fn completions(&mut self, with: &PixelSet, game: &Game) -> Result<(), Flaw> {
        let held = with.pixels().len();
        self.add(choose(self.candidates.candidates.len() - held, game.turns.len() - held))
    }

    fn answers(&mut self, _: &PixelSet, free: Vec<Pixel>, answers: &[Pixel]) -> Result<(), Flaw> {
        self.add(free.len() as u64 * answers.len() as u64)
    }
}

/// In how many ways some of `all` things can be chosen, or `u64::MAX` if in more.
fn choose(all: usize, some: usize) -> u64 {
    let mut ways: u128 = 1;
    for chosen in 0..some.min(all.saturating_sub(some)) {
        ways = ways * (all - chosen) as u128 / (chosen + 1) as u128;
        if ways > u128::from(u64::MAX) {
            return u64::MAX;
        }
    }
    ways as u64
}

/// Has the judge say who wins.
struct Ends<'a> {
    certificate: &'a Certificate,
    judge: &'a mut dyn FnMut(&[PixelSet]) -> Logits,
    progress: &'a mut dyn FnMut(Progress),
    /// Complete sets that wait to be judged.
    batch: Vec<PixelSet>,
    verified: Verified,
    /// Sets that need not be judged, since an earlier answer has won.
    spared: u64,
    of: u64,
}

impl Ends<'_> {
    fn flush(&mut self) -> Result<(), Flaw> {
        let sets = std::mem::take(&mut self.batch);
        let margins = self.margins(&sets)?;
        for (set, margin) in sets.iter().zip(margins) {
            self.accept(margin, || set.clone())?;
        }
        Ok(())
    }

    /// Judges all completions with candidates from number `from` on.
    fn complete_with(
        &mut self,
        with: &PixelSet,
        game: &Game,
        from: usize,
        missing: usize,
    ) -> Result<(), Flaw> {
        if missing == 0 {
            return self.complete(with.clone());
        }
        for index in from..game.candidates.len() {
            let candidate = game.candidates[index];
            if !with.contains(candidate) {
                self.complete_with(&with.with(candidate), game, index + 1, missing - 1)?;
            }
        }
        Ok(())
    }

    /// By how much the judge favours the winner.
    fn margins(&mut self, sets: &[PixelSet]) -> Result<Vec<f32>, CertificateError> {
        let logits = (self.judge)(sets);
        let margins = self.certificate.margins(&logits)?;
        self.verified.sets += sets.len() as u64;
        (self.progress)(Progress { done: self.verified.sets + self.spared, of: self.of });
        Ok(margins)
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

impl End for Ends<'_> {
    fn complete(&mut self, set: PixelSet) -> Result<(), Flaw> {
        self.batch.push(set);
        if self.batch.len() == Certificate::BATCH { self.flush() } else { Ok(()) }
    }

    fn completions(&mut self, with: &PixelSet, game: &Game) -> Result<(), Flaw> {
        self.complete_with(with, game, 0, game.turns.len() - with.pixels().len())
    }

    fn answers(
        &mut self,
        revealed: &PixelSet,
        free: Vec<Pixel>,
        answers: &[Pixel],
    ) -> Result<(), Flaw> {
        let most = free.len() as u64 * answers.len() as u64;
        let before = self.verified.sets;
        // The other side's reveals that no answer wins against so far, each with the answer that
        // comes nearest to it.
        let mut open: Vec<(Pixel, Option<(f32, Pixel)>)> =
            free.into_iter().map(|reveal| (reveal, None)).collect();
        for answer in answers {
            let asked = open.iter_mut().filter(|(reveal, _)| reveal != answer);
            let (sets, nearest): (Vec<PixelSet>, Vec<_>) = asked
                .map(|(reveal, nearest)| (revealed.with(*reveal).with(*answer), nearest))
                .unzip();
            for (nearest, margin) in nearest.into_iter().zip(self.margins(&sets)?) {
                if nearest.is_none_or(|(best, _)| best.is_nan() || margin > best) {
                    *nearest = Some((margin, *answer));
                }
            }
            open.retain(|(_, nearest)| !nearest.is_some_and(|(margin, _)| margin > 0.0));
            if open.is_empty() {
                break;
            }
        }
        self.spared += most.saturating_sub(self.verified.sets - before);
        for (reveal, nearest) in open {
            let after = revealed.with(reveal);
            let winner = self.certificate.winner;
            let Some((margin, answer)) = nearest else {
                return Err(Flaw::Silent { winner, after });
            };
            self.accept(margin, || after.with(answer))?;
        }
        Ok(())
    }
}
