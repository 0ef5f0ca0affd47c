//! Whether rows that came from a disk or from another machine are the debates that they should be.

use std::sync::Arc;

use pixel_debate_game::{
    Claims, Debate, Move, Pixel, Role, Verdict, believed_label, honest_margin,
};
use pixel_debate_play::{PlayError, Setup};

use super::{Key, Work};
use crate::experiment::Protocol;
use crate::rows::{Blame, Row};

/// How far rows are looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// All but what only the judge can say.
    Replayed,
    /// The judge is asked for its logits again as well.
    Judged,
}

impl Work<'_> {
    /// What is wrong with rows that should be all debates over these images, in order; nothing, if
    /// they are. Each is replayed by the rules. Who wins a solved debate is not proven again. Once the time is
    /// over that is wrong, whatever they are.
    pub(crate) fn fault(&self, images: &[usize], rows: &[Row], depth: Depth) -> Result<(), String> {
        let expected =
            images.iter().flat_map(|image| self.keys(*image).into_iter().map(|key| (*image, key)));
        let expected: Vec<(usize, Key)> = expected.collect();
        if rows.len() != expected.len() {
            let (have, want) = (rows.len(), expected.len());
            return Err(format!("it has {have} debates, and its images have {want}"));
        }
        for (number, (row, (image, key))) in rows.iter().zip(expected).enumerate() {
            if self.custom.clock().is_over() {
                return Err("there was no time to look at it".to_owned());
            }
            self.row_fault(image, key, row, depth).map_err(|fault| {
                format!("debate {} of {}, over image {image}: {fault}", number + 1, rows.len())
            })?;
        }
        Ok(())
    }

    fn row_fault(&self, image: usize, key: Key, row: &Row, depth: Depth) -> Result<(), String> {
        let Row { replicate, seed, lie, first, .. } = *row;
        differs("image", row.image as usize, image)?;
        differs("label", row.label, self.dataset.label(image))?;
        differs("replicate", replicate, key.replicate)?;
        differs("seed", seed, key.seed)?;
        differs("lie", lie, key.lie)?;
        differs("first", first, key.first)?;
        self.blame_fault(row)?;
        let Some(logits) = &row.logits else {
            let nothing = row.margin.is_none() && row.believed.is_none() && row.evidence.is_empty();
            return match row.believed {
                Some(label) if self.judge.decides() && row.margin.is_none() => {
                    self.replay_fault(image, key, row, Verdict::label(label))
                }
                _ if self.play.solved && nothing => Ok(()),
                _ => Err("there are no logits of a debate that was played".to_owned()),
            };
        };
        if let Some(logit) = logits.iter().find(|logit| !logit.is_finite()) {
            return Err(format!("a logit is {logit}"));
        }
        let (have, classes) = (logits.len(), usize::from(self.judge.classes(self.dataset)));
        if have != classes {
            return Err(format!(
                "it has {have} logits of a judge that tells {classes} labels apart"
            ));
        }
        let claims = Claims { honest: row.label, liar: lie };
        let margin = honest_margin(logits, &claims);
        if row.margin.map(f32::to_bits) != Some(margin.to_bits()) {
            return Err(format!("its margin is {:?}, and should be {margin}", row.margin));
        }
        differs("believed", row.believed, Some(believed_label(logits, &claims)))?;
        let verdict = Verdict::Logits { logits: logits.clone() };
        self.replay_fault(image, key, row, verdict)?;
        if depth == Depth::Judged && self.judge.repeats() {
            let said = self.logits(image, &row.evidence).map_err(|error| error.to_string())?;
            let same = |(is, should): (&f32, &f32)| is.to_bits() == should.to_bits();
            if said.len() != have || !logits.iter().zip(&said).all(same) {
                return Err(format!("its logits is {logits:?}, and should be {said:?}"));
            }
        }
        Ok(())
    }

    /// What the judge says of these pixels of an image, asked again.
    fn logits(&self, image: usize, pixels: &[Pixel]) -> Result<Vec<f32>, PlayError> {
        let image = Arc::new(self.dataset.to_image(image));
        let mut judge = self.judge.asked_about(&image, self.judge.classes(self.dataset))?;
        Ok(judge.evaluate(&[pixels.iter().copied().collect()]).into_numbers())
    }

    /// What is wrong with who won, by the rules, if the judge says this of the evidence.
    fn replay_fault(
        &self,
        image: usize,
        key: Key,
        row: &Row,
        verdict: Verdict,
    ) -> Result<(), String> {
        let Key { seed, lie, first, .. } = key;
        match (self.play.protocol, first) {
            (Protocol::JudgeAlone, _) | (_, None) => {
                let mask = self.mask(image, seed.unwrap_or_default());
                differs("evidence", &row.evidence, &mask)?;
                let claims = Claims { honest: row.label, liar: lie };
                let by = super::row(image, claims, None, &verdict);
                differs("winner", row.winner, by.winner)
            }
            (Protocol::Consultancy | Protocol::Debate, Some(first)) => {
                let setup = Setup { image, lie, first };
                let debate = self.series(seed.unwrap_or_default()).open(&setup);
                let debate = debate.map_err(|error| error.to_string())?;
                let winner = replayed(debate, &row.evidence, verdict)?;
                differs("winner", row.winner, winner)
            }
        }
    }

    fn blame_fault(&self, row: &Row) -> Result<(), String> {
        let asked = self.play.blame && !self.play.solved && row.winner == Role::Liar;
        match row.blame {
            None if asked => Err("what lost it is missing".to_owned()),
            Some(_) if !asked => Err("nothing asks what lost it".to_owned()),
            Some(Blame::Reveal(number)) if !(1..=self.play.pixels).contains(&number) => {
                Err(format!("it was lost by reveal {number} of {}", self.play.pixels))
            }
            _ => Ok(()),
        }
    }
}

/// The winner of a debate in which these pixels are revealed and the judge says this.
fn replayed(mut debate: Debate, evidence: &[Pixel], verdict: Verdict) -> Result<Role, String> {
    for pixel in evidence {
        let by = debate.to_move().ok_or("more is revealed than the rules allow")?;
        let reveal = Move::Reveal { by, pixel: *pixel };
        debate.apply(reveal).map_err(|error| error.to_string())?;
    }
    if debate.to_move().is_some() {
        let (have, want) = (evidence.len(), debate.rules().pixels);
        return Err(format!("{have} pixels are revealed, and the rules want {want}"));
    }
    debate.apply(Move::Verdict(verdict)).map_err(|error| error.to_string())?;
    debate.outcome().map(|outcome| outcome.winner).ok_or_else(|| "it has no end".to_owned())
}

/// A value that should be another.
fn differs<T: PartialEq + Copy + std::fmt::Debug>(
    what: &str,
    is: T,
    should: T,
) -> Result<(), String> {
    if is == should {
        return Ok(());
    }
    Err(format!("its {what} is {is:?}, and should be {should:?}"))
}
