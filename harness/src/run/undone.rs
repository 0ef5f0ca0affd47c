//! What is left to do of a run, for whoever does it.

use std::collections::HashMap;

use pixel_debate_play::PlayError;

use super::{Failed, Folder, Observer, RunError, log::Log, shard};
use crate::Job;
use crate::plan::{RunPlan, Shard};
use crate::rows::Row;
use crate::work::Depth;

/// The shards of a run whose folder is open, and which of them are missing. A shard goes by its key.
pub struct Undone<'a> {
    plan: &'a RunPlan,
    folder: &'a Folder,
    log: &'a Log<'a>,
    observer: &'a dyn Observer,
    /// The missing ones' places in the plan, in the order in which they are to be done.
    missing: Vec<usize>,
    /// All shards by key.
    places: HashMap<&'a str, usize>,
}

/// The result of a shard that somebody has done, which is what it may be.
#[must_use]
pub struct Sound<'a> {
    undone: &'a Undone<'a>,
    shard: &'a Shard,
    rows: Vec<Row>,
}

/// What is wrong with the bytes of a shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unsound(String);

impl Sound<'_> {
    /// Keeps it. A shard that was there is replaced.
    ///
    /// # Errors
    ///
    /// [`RunError`] if it cannot be written.
    pub fn keep(&self) -> Result<(), RunError> {
        self.undone.keep_rows(self.shard, &self.rows)
    }
}

impl<'a> Undone<'a> {
    /// Looks for what is missing in the folder, and tells the observer of what is not.
    pub(super) fn of(
        plan: &'a RunPlan,
        folder: &'a Folder,
        log: &'a Log<'a>,
        observer: &'a dyn Observer,
    ) -> Result<Self, RunError> {
        let mut missing = Vec::new();
        for (place, shard) in plan.shards.iter().enumerate() {
            plan.check_time()?;
            match folder.shard(&shard.key)? {
                Some(rows) => {
                    let fault = plan.fault(shard, &rows, Depth::Judged);
                    plan.check_time()?;
                    fault.map_err(|fault| folder.damaged_shard(&shard.key, fault))?;
                    observer.done(shard.cell, &rows, true);
                }
                None => missing.push(place),
            }
        }
        let places = plan.shards.iter().enumerate();
        let places = places.map(|(place, shard)| (&*shard.key, place)).collect();
        Ok(Self { plan, folder, log, observer, missing, places })
    }

    /// The missing shards, in order.
    pub(super) fn missing(&self) -> impl ExactSizeIterator<Item = &'a Shard> {
        self.missing.iter().map(|place| &self.plan.shards[*place])
    }

    /// The keys of all shards that were missing when the folder was opened, in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &'a str> {
        self.missing().map(|shard| &*shard.key)
    }

    /// A name of this run in this folder, the same until it is finished: 32 hexadecimal digits, drawn
    /// at random.
    ///
    /// # Errors
    ///
    /// [`RunError`] if it cannot be kept.
    pub fn id(&self) -> Result<String, RunError> {
        self.folder.id()
    }

    /// The shard as work for somebody else; none where no shard has that key.
    pub fn job(&self, key: &str) -> Option<Job> {
        self.shard(key).map(|shard| self.plan.job(shard))
    }

    /// Does a shard here, and gives its bytes without keeping them; none where no shard has that key.
    ///
    /// # Errors
    ///
    /// [`PlayError`] if a debate cannot be played.
    pub fn do_here(&self, key: &str) -> Result<Option<Vec<u8>>, PlayError> {
        let Some(shard) = self.shard(key) else { return Ok(None) };
        Ok(Some(shard::to_bytes(key, &self.rows(shard)?)))
    }

    /// Does a shard here and keeps it. Where no shard has that key, nothing is done.
    ///
    /// # Errors
    ///
    /// [`RunError`] if a debate cannot be played, or what was played cannot be kept.
    pub fn do_and_keep(&self, key: &str) -> Result<(), RunError> {
        self.shard(key).map_or(Ok(()), |shard| self.work_shard(shard))
    }

    /// The bytes of a shard, ready to be [kept](Sound::keep).
    ///
    /// # Errors
    ///
    /// [`Unsound`] if they are no result of that shard, or no shard has that key.
    pub fn sound(&self, key: &str, bytes: &[u8]) -> Result<Sound<'_>, Unsound> {
        let Some(shard) = self.shard(key) else {
            return Err(Unsound("it is a shard of another run".to_owned()));
        };
        let rows = shard::from_bytes(key, bytes).map_err(|fault| Unsound(fault.to_owned()))?;
        self.plan.fault(shard, &rows, Depth::Judged).map_err(Unsound)?;
        Ok(Sound { undone: self, shard, rows })
    }

    /// The failure of a shard, to be told at the end; none where no shard has that key.
    pub fn failed(&self, key: &str, error: String) -> Option<Failed> {
        let shard = self.shard(key)?;
        let cell = self.plan.manifest().cells[shard.cell].to_string();
        let images = self.plan.images[shard.images.clone()].to_vec();
        Some(Failed { shard: key.to_owned(), cell, images, error })
    }

    /// Writes a line into the run's log: `what` is a JSON object.
    ///
    /// # Errors
    ///
    /// [`RunError`] if it cannot be written.
    pub fn note(&self, what: serde_json::Value) -> Result<(), RunError> {
        self.log.line(what)
    }

    pub(super) fn work_shard(&self, shard: &Shard) -> Result<(), RunError> {
        let rows = self.rows(shard)?;
        // What was found out while the run was stopped may be anything.
        self.plan.check_time()?;
        self.keep_rows(shard, &rows)
    }

    /// Does a shard here and keeps it. What somebody's own player has spoilt is told, and no reason to end.
    pub(super) fn try_shard(&self, shard: &Shard) -> Result<Option<Failed>, RunError> {
        match self.work_shard(shard) {
            Ok(()) => Ok(None),
            Err(RunError::Play(error))
                if self.plan.is_custom(shard.cell) && self.plan.check_time().is_ok() =>
            {
                Ok(self.failed(&shard.key, error.to_string()))
            }
            Err(error) => Err(error),
        }
    }

    fn shard(&self, key: &str) -> Option<&'a Shard> {
        self.places.get(key).map(|place| &self.plan.shards[*place])
    }

    fn keep_rows(&self, shard: &Shard, rows: &[Row]) -> Result<(), RunError> {
        self.folder.keep_shard(&shard.key, rows)?;
        self.observer.done(shard.cell, rows, false);
        Ok(())
    }

    fn rows(&self, shard: &Shard) -> Result<Vec<Row>, PlayError> {
        let work = self.plan.work(shard.cell);
        let mut rows = Vec::new();
        for image in &self.plan.images[shard.images.clone()] {
            rows.extend(work.rows(*image)?);
        }
        Ok(rows)
    }
}
