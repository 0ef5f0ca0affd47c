//! The debates of one cell over one image.

mod blame;
mod solved;
mod sound;

use pixel_debate_datasets::Dataset;
use pixel_debate_game::{
    Claims, Move, Pixel, Role, Seat, TurnOrder, Verdict, believed_label, honest_margin,
};
use pixel_debate_judge::failing;
use pixel_debate_judge::masks::{Masks, measuring_rng};
use pixel_debate_play::{
    AgentPlayer, Answer, Asked, Judging, NoAnswer, PlayError, Player, Seats, Series, Setup, Stall,
    agent_seed,
};
use rand::{SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;

use crate::cell::Play;
use crate::experiment::{Lies, NamedLies, Protocol};
use crate::rows::Row;
use crate::{Custom, DebaterSpec};
pub(crate) use sound::Depth;

/// What the debates of a cell need.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Work<'a> {
    pub(crate) dataset: &'a Dataset,
    pub(crate) judge: &'a dyn Judging,
    /// Whom debaters ask, if it is not the judge.
    pub(crate) asked: Option<&'a dyn Judging>,
    pub(crate) play: &'a Play,
    /// Who was brought along.
    pub(crate) custom: &'a Custom,
}

/// What sets a debate apart from the others over its image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    replicate: u16,
    seed: Option<u64>,
    lie: Option<u8>,
    first: Option<Role>,
}

impl Work<'_> {
    /// All debates over an image: by replicate, then seed, lie and order. They depend on nothing
    /// but the cell and the image.
    pub(crate) fn rows(&self, image: usize) -> Result<Vec<Row>, PlayError> {
        // What failed before was another's.
        failing::take();
        let rows = self.rows_if_judged(image);
        let Some(why) = failing::take() else { return rows };
        let what = match rows {
            Err(PlayError::Stopped { what }) => what,
            _ => format!("image {image}"),
        };
        Err(PlayError::no_judge(what, why))
    }

    /// The same, which are worth nothing if the judge has failed meanwhile.
    fn rows_if_judged(&self, image: usize) -> Result<Vec<Row>, PlayError> {
        if self.play.solved {
            return self.solved(image);
        }
        let mut rows = Vec::new();
        for (replicate, seeds) in (0_u16..).zip(&self.play.seeds) {
            for seed in seeds {
                match self.play.protocol {
                    Protocol::JudgeAlone => rows.extend(self.judge_alone(image, *seed)?),
                    Protocol::Consultancy | Protocol::Debate => {
                        rows.extend(self.debates(image, *seed)?);
                    }
                }
                let new = rows.iter_mut().rev().take_while(|row| row.seed.is_none());
                new.for_each(|row| (row.replicate, row.seed) = (replicate, Some(*seed)));
            }
        }
        Ok(rows)
    }

    /// What sets the debates over an image apart, in the order of their rows.
    fn keys(&self, image: usize) -> Vec<Key> {
        let seeds: Vec<(u16, Option<u64>)> = if self.play.solved {
            vec![(0, None)]
        } else {
            let replicates = (0_u16..).zip(&self.play.seeds);
            replicates
                .flat_map(|(number, seeds)| seeds.iter().map(move |seed| (number, Some(*seed))))
                .collect()
        };
        let first: Vec<Option<Role>> = match self.play.protocol {
            Protocol::JudgeAlone => vec![None],
            Protocol::Consultancy | Protocol::Debate => {
                self.play.first.iter().copied().map(Some).collect()
            }
        };
        let mut keys = Vec::new();
        for (replicate, seed) in seeds {
            for lie in self.lies(image) {
                keys.extend(first.iter().map(|first| Key { replicate, seed, lie, first: *first }));
            }
        }
        keys
    }

    /// What the liar claims in each of the debates over an image.
    fn lies(&self, image: usize) -> Vec<Option<u8>> {
        let label = self.dataset.label(image);
        let wrong = (0..self.dataset.classes().len() as u8).filter(|lie| *lie != label);
        match &self.play.lies {
            None => vec![None],
            Some(Lies::Named(NamedLies::All)) => wrong.map(Some).collect(),
            Some(Lies::Named(NamedLies::Random)) => {
                // The same in every replicate, which differ by their seeds.
                let seed = self.play.seeds.first().and_then(|seeds| seeds.first());
                let mut rng = ChaCha8Rng::seed_from_u64(*seed.unwrap_or(&0));
                rng.set_stream(image as u64);
                vec![wrong.collect::<Vec<_>>().choose(&mut rng).copied()]
            }
            Some(Lies::Labels(labels)) => {
                labels.iter().filter(|lie| **lie != label).map(|lie| Some(*lie)).collect()
            }
        }
    }

    /// The judge's word on random pixels, once for each lie.
    fn judge_alone(&self, image: usize, seed: u64) -> Result<Vec<Row>, PlayError> {
        let evidence = self.mask(image, seed);
        let verdict = self.said(image, &evidence)?;
        let label = self.dataset.label(image);
        let rows = self.lies(image).into_iter().map(|lie| {
            let claims = Claims { honest: label, liar: lie };
            Row { evidence: evidence.clone(), ..row(image, claims, None, &verdict) }
        });
        Ok(rows.collect())
    }

    /// The random pixels of an image.
    fn mask(&self, image: usize, seed: u64) -> Vec<Pixel> {
        let masks = Masks { pixels: self.play.pixels.into(), legal: self.play.legal };
        let mask = masks.draw(self.dataset.image(image), &mut measuring_rng(seed, image));
        let side = self.dataset.width();
        mask.into_iter().map(|at| Pixel::new((at % side) as u8, (at / side) as u8)).collect()
    }

    /// What the judge says of these pixels of an image, of which nobody claims anything.
    fn said(&self, image: usize, pixels: &[Pixel]) -> Result<Verdict, PlayError> {
        let series = self.series(0);
        let setup = Setup { image, lie: None, first: Role::Honest };
        let mut debate = Series { order: TurnOrder::Alone, ..series }.open(&setup)?;
        for pixel in pixels {
            let by = debate.to_move().expect("as many are drawn as are revealed");
            let reveal = Move::Reveal { by, pixel: *pixel };
            debate.apply(reveal).expect("legal pixels are drawn, each once");
        }
        let mut evaluator = self.judge.asked_about(debate.image(), debate.classes())?;
        let (view, clock) = (debate.view(Seat::Judge), self.custom.clock());
        let asked = Asked { view: &view, evaluator: &mut *evaluator, clock };
        let answer = self.judge.player().answer(asked);
        let what = || format!("image {image}, judge alone");
        if clock.is_over() {
            return Err(PlayError::Stopped { what: what() });
        }
        let stall = |source| PlayError::Stall { what: what(), source };
        match answer.map_err(|source| stall(Stall::NoAnswer { role: None, source }))? {
            Answer::Verdict(verdict) => {
                let judged = debate.apply(Move::Verdict(verdict.clone()));
                judged.map_err(|source| stall(Stall::Illegal { role: None, source }))?;
                Ok(verdict)
            }
            Answer::Reveal(_) => Err(stall(Stall::NotItsMove { role: None })),
        }
    }

    fn debates(&self, image: usize, seed: u64) -> Result<Vec<Row>, PlayError> {
        let series = self.series(seed);
        let mut rows = Vec::new();
        for lie in self.lies(image) {
            for first in &self.play.first {
                let setup = Setup { image, lie, first: *first };
                let mut seated = self.player(setup.first, seed, &setup)?;
                let mut opponent = self.player(setup.first.other(), seed, &setup)?;
                let mut judge = self.judge.player();
                let seats =
                    Seats { first: &mut *seated, second: &mut *opponent, judge: &mut *judge };
                let debate = series.play_between(&setup, seats, |_, _, _| {})?;
                let Some(verdict) = debate.verdict() else {
                    unreachable!("a series ends each debate with a verdict");
                };
                let mut row = row(image, *debate.claims(), Some(*first), verdict);
                row.evidence = debate.evidence().iter().map(|reveal| reveal.pixel).collect();
                if self.play.blame && row.winner == Role::Liar {
                    row.blame = Some(self.blame(&setup, &debate)?);
                }
                rows.push(row);
            }
        }
        Ok(rows)
    }

    /// The debates of that seed.
    fn series(&self, seed: u64) -> Series<'_> {
        let Play { pixels, order, legal, .. } = *self.play;
        let order = order.unwrap_or(TurnOrder::Alternating);
        let (dataset, judge, clock) = (self.dataset, self.judge, self.custom.clock());
        Series { dataset, judge, debaters_ask: self.asked, pixels, order, legal, seed, clock }
    }

    /// Who sits in the seat of that role in one of the debates.
    fn player(&self, role: Role, seed: u64, setup: &Setup) -> Result<Box<dyn Player>, PlayError> {
        let debater = match role {
            Role::Honest => &self.play.honest,
            Role::Liar => &self.play.liar,
        };
        let seed = agent_seed(seed, setup, role);
        let seated = match debater {
            Some(DebaterSpec::Agent(agent)) => {
                return Ok(Box::new(AgentPlayer::new(*agent, seed)));
            }
            Some(DebaterSpec::Custom { name, version }) => {
                let brought =
                    self.custom.debater(name).filter(|brought| brought.version == *version);
                let gone =
                    || NoAnswer::because(format!("nobody has brought {name}@{version} along"));
                brought.ok_or_else(gone).and_then(|brought| brought.what.player(role, seed))
            }
            None => Err(NoAnswer::because("the cell has no such debater")),
        };
        seated.map_err(|source| {
            if self.custom.clock().is_over() {
                return PlayError::Stopped { what: setup.to_string() };
            }
            let source = Stall::NoAnswer { role: Some(role), source };
            PlayError::Stall { what: setup.to_string(), source }
        })
    }
}

/// The row of a verdict; what it has of its place in the run is yet to be filled in.
fn row(image: usize, claims: Claims, first: Option<Role>, verdict: &Verdict) -> Row {
    match verdict {
        Verdict::Logits { logits } => row_of_logits(image, claims, first, logits),
        // Equal claims are the liar's, and so is a label that nobody claims.
        Verdict::Label { label, .. } => {
            let winner = if *label == claims.honest { Role::Honest } else { Role::Liar };
            Row { believed: Some(*label), ..unplayed(image, claims, first, winner) }
        }
    }
}

fn row_of_logits(image: usize, claims: Claims, first: Option<Role>, logits: &[f32]) -> Row {
    let margin = honest_margin(logits, &claims);
    let winner = if margin > 0.0 { Role::Honest } else { Role::Liar };
    Row {
        margin: Some(margin),
        believed: Some(believed_label(logits, &claims)),
        logits: Some(logits.to_vec()),
        ..unplayed(image, claims, first, winner)
    }
}

/// The row of a debate of which no more is known than who wins.
fn unplayed(image: usize, claims: Claims, first: Option<Role>, winner: Role) -> Row {
    Row {
        image: image as u32,
        label: claims.honest,
        lie: claims.liar,
        first,
        replicate: 0,
        seed: None,
        winner,
        margin: None,
        believed: None,
        evidence: Vec::new(),
        logits: None,
        blame: None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::RunPlan;

    #[test]
    fn who_debates_does_not_change_a_random_lie() {
        let text = r#"
            title = "Random lies"
            [images]
            dataset = "mnist"
            random = 50
            [[grid]]
            name = "grid"
            protocol = "debate"
            pixels = 4
            lies = "random"
            seed = 7
            seeds = 3
            replicates = 2
            honest = ["mcts:10", "exact"]
            liar = ["mcts:10", "exact"]
        "#;
        let plan = RunPlan::new(text, Path::new(""), None).unwrap();
        let cells = &plan.manifest().cells;
        assert_eq!(cells.len(), 4);
        for image in 0..50 {
            let lies = cells.iter().map(|cell| {
                let (dataset, custom) = (plan.dataset(), &Custom::default());
                let (_, judge) = plan.networks().next().expect("a network");
                Work { dataset, judge, asked: None, play: &cell.play, custom }.lies(image)
            });
            let lies: Vec<_> = lies.collect();
            assert!(lies.iter().all(|lie| *lie == lies[0] && lie.len() == 1), "{image}: {lies:?}");
        }
    }
}
