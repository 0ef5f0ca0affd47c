//! A shard as work that needs no plan: what a run gives to somebody else to do.

use pixel_debate_datasets::Dataset;
use pixel_debate_judge::Judge;
use pixel_debate_play::{Judging, PlayError};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Custom;
use crate::cell::Play;
use crate::hex;
use crate::rows::Row;
use crate::run::shard;
use crate::work::Work;

/// All that the debates of a shard depend on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// The version of the folder's format, [`Manifest::FORMAT`](crate::Manifest::FORMAT).
    pub format: u32,
    /// What the program's debates come to: [`BEHAVIOUR`](pixel_debate_game::BEHAVIOUR).
    pub behaviour: u32,
    /// The processor's instructions with which the judge computes.
    pub instructions: String,
    /// [`Dataset::hash`] of the images.
    pub dataset: String,
    /// What is played; the judge's hash is in it.
    pub play: Play,
    /// The images' numbers.
    pub images: Vec<usize>,
}

impl Job {
    /// The shard's key, 32 letters: a hash of all that the job says.
    ///
    /// # Panics
    ///
    /// Never: numbers and texts can be written.
    pub fn key(&self) -> String {
        let content = serde_json::to_vec(self).expect("numbers and texts can be written");
        hex(&Sha256::digest(content)[..16])
    }

    /// Seconds that the work takes on one core, roughly; so many classes have the images.
    pub fn seconds(&self, classes: usize) -> f64 {
        self.images.len() as f64 * self.play.seconds(classes)
    }

    /// Plays all debates. Before each image `go_on` is asked; if it says no, there is no result.
    ///
    /// The rows are a function of the job alone. That `dataset`, `judge` and whom debaters ask instead, `asked`, are
    /// those of the job, and the process's [`Instructions`](pixel_debate_judge::kernels::Instructions) and behaviour too, is
    /// for the caller to see to.
    ///
    /// # Errors
    ///
    /// [`PlayError`] if a debate cannot be played.
    pub fn rows(
        &self,
        dataset: &Dataset,
        judge: &Judge,
        asked: Option<&Judge>,
        go_on: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<Row>>, PlayError> {
        judge.check(dataset)?;
        asked.map_or(Ok(()), |asked| asked.check(dataset))?;
        let asked = asked.map(|asked| asked as &dyn Judging);
        let custom = Custom::default();
        let work = Work { dataset, judge, asked, play: &self.play, custom: &custom };
        let mut rows = Vec::new();
        for image in self.images.iter().copied() {
            if image >= dataset.len() {
                let (dataset, len) = (dataset.name().to_owned(), dataset.len());
                return Err(PlayError::NoSuchImage { image, dataset, len });
            }
            if !go_on() {
                return Ok(None);
            }
            rows.extend(work.rows(image)?);
        }
        Ok(Some(rows))
    }

    /// The shard as bytes, with its key and a checksum, when these are its debates.
    pub fn to_bytes(&self, rows: &[Row]) -> Vec<u8> {
        shard::to_bytes(&self.key(), rows)
    }
}
