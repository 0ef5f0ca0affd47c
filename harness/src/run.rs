//! A run: a plan carried out in a folder that survives anything.
//!
//! | in the folder | what |
//! |---|---|
//! | `manifest.json` | the run as it is run |
//! | `shards/` | the debates done so far; gone when all are |
//! | `debates.parquet` | one row a debate |
//! | `sample.parquet` | those of the run's first ten images, to hold later runs against |
//! | `summary.json` | the rates with their intervals |
//! | `report.html`, `plots/` | the same to look at |
//! | `failed.json` | shards that nobody could do, if there are any: the table has gaps, and the same command tries them again |
//! | `log.jsonl` | when it was worked on, by whom and for how long |
//!
//! Whatever happens, a file is whole or not there: it is written under another name, forced to the
//! disk and renamed. All but the log is a function of the experiment alone, byte for byte, whoever
//! stopped the run and however often, and whoever did its shards: any number of threads here, or
//! others elsewhere ([`RunPlan::run_by`]).

mod compare;
mod error;
mod failed;
mod folder;
mod log;
mod same;
pub(crate) mod shard;
mod threads;
mod undone;

use std::path::Path;

use pixel_debate_programs::Note;
use serde_json::json;

pub use compare::{Agreement, compare};
pub use error::RunError;
pub use failed::Failed;
use folder::Folder;
pub use undone::{Sound, Undone, Unsound};

use crate::plan::RunPlan;
use crate::report;
use crate::rows::Row;
use crate::work::Depth;

/// What a run tells of itself while it is under way, from any thread.
pub trait Observer: Sync {
    /// Debates of that cell are done; `before`: by an earlier attempt.
    fn done(&self, cell: usize, rows: &[Row], before: bool);
}

/// Who does a run's shards, as its log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Workers {
    /// So many threads of this process.
    Threads(usize),
    /// Other machines, by these NATS servers.
    Machines(String),
}

/// What a run has left in its folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// All debates, by cell, and in it by image, in the order of the run.
    pub rows: Vec<Vec<Row>>,
    /// Shards whose debates are not among them.
    pub failed: Vec<Failed>,
    /// Whether all was there before.
    pub was_finished: bool,
}

impl RunPlan {
    /// Carries the plan out in that folder, on so many threads. What is there of an earlier attempt
    /// is used. Where somebody's own judge or debater fails, all other debates are played.
    ///
    /// # Errors
    ///
    /// [`RunError`] if the folder is another run's or somebody else's at the moment, cannot be read or written, or a
    /// debate of ours cannot be played. What was done is kept, and the same call goes on.
    pub fn run(
        &self,
        folder: &Path,
        threads: usize,
        observer: &dyn Observer,
    ) -> Result<Finished, RunError> {
        let threads = threads.max(1);
        self.run_by(&Workers::Threads(threads), folder, observer, |undone| undone.work(threads))
    }

    /// Carries the plan out in that folder: `work` has all shards done that are not, and tells of
    /// those that cannot be.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run), and what `work` returns.
    pub fn run_by<E: From<RunError> + std::fmt::Display>(
        &self,
        workers: &Workers,
        folder: &Path,
        observer: &dyn Observer,
        work: impl FnOnce(&Undone<'_>) -> Result<Vec<Failed>, E>,
    ) -> Result<Finished, E> {
        let folder = Folder::open(folder, self)?;
        if let Some(rows) = folder.table(self)? {
            let failed = Vec::new();
            self.finish(&folder, &rows, &failed)?;
            return Ok(Finished { rows, failed, was_finished: true });
        }
        let log = folder.log(workers, &self.manifest().program)?;
        let undone = Undone::of(self, &folder, &log, observer)?;
        let worked = work(&undone);
        for Note { program, what, stderr, stderr_bytes } in self.programs.close() {
            log.line(json!({ "program": program, "ended": what, "stderr": stderr, "stderr_bytes": stderr_bytes }))?;
        }
        match &worked {
            Ok(failed) if failed.is_empty() => log.close("finished")?,
            Ok(failed) => log.close(&format!("{} shards failed", failed.len()))?,
            Err(error) => log.close(&error.to_string())?,
        }
        let failed = worked?;
        let rows = self.rows(&folder, &failed)?;
        folder.keep_table(self, &rows, &failed)?;
        self.finish(&folder, &rows, &failed)?;
        Ok(Finished { rows, failed, was_finished: false })
    }

    /// Writes the report; where nothing failed, the shards are needed no longer.
    fn finish(
        &self,
        folder: &Folder,
        rows: &[Vec<Row>],
        failed: &[Failed],
    ) -> Result<(), RunError> {
        let time = || self.check_time().map_err(RunError::from);
        folder.report(report::files(self.manifest(), &self.dataset, rows, failed, &time)?)?;
        if failed.is_empty() {
            folder.clear(self.shards.iter().map(|shard| &*shard.key))?;
        }
        Ok(())
    }

    /// All rows, by cell, from the shards that have not failed.
    fn rows(&self, folder: &Folder, failed: &[Failed]) -> Result<Vec<Vec<Row>>, RunError> {
        let mut rows: Vec<Vec<Row>> = vec![Vec::new(); self.manifest().cells.len()];
        let failed: std::collections::HashSet<&str> =
            failed.iter().map(|failed| &*failed.shard).collect();
        for shard in self.shards.iter().filter(|shard| !failed.contains(&*shard.key)) {
            let found = folder.shard(&shard.key)?;
            let found = found.ok_or_else(|| folder.vanished(&shard.key))?;
            let fault = self.fault(shard, &found, Depth::Replayed);
            self.check_time()?;
            fault.map_err(|fault| folder.damaged_shard(&shard.key, fault))?;
            rows[shard.cell].extend(found);
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use pixel_debate_game::Role;

    use super::*;
    use crate::rows::Blame;

    const FILE: &str = r#"
title = "Small"
[images]
dataset = "mnist"
list = [5, 3]
[[grid]]
name = "alone"
protocol = "judge_alone"
pixels = [4, 6]
"#;

    struct Nobody;

    impl Observer for Nobody {
        fn done(&self, _: usize, _: &[Row], _: bool) {}
    }

    fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file() && !path.ends_with("log.jsonl"))
            .map(|path| (path.display().to_string(), std::fs::read(path).unwrap()))
            .map(|(path, bytes)| (path.rsplit('/').next().unwrap().to_owned(), bytes))
            .collect();
        files.sort();
        files
    }

    /// What is done to rows, and what is said of it.
    type Alteration = (fn(&mut Vec<Row>), &'static str);

    /// Sets a logit that is not the greatest, and what follows from the logits.
    fn set_logit(row: &mut Row, to: f32) {
        let logits = row.logits.as_mut().unwrap();
        let least = (0..10).min_by(|a, b| logits[*a].total_cmp(&logits[*b])).unwrap();
        logits[least] = to;
    }

    /// Has a shard done as somebody far away would.
    fn far_away(plan: &RunPlan, undone: &Undone<'_>, key: &str) -> Vec<u8> {
        let job = serde_json::to_vec(&undone.job(key).unwrap()).unwrap();
        let job: crate::Job = serde_json::from_slice(&job).unwrap();
        assert_eq!(job.key(), key);
        let judge = |hash: &str| plan.networks().find(|(mark, _)| mark.hash == hash).unwrap().1;
        let asked = job.play.debaters_ask.as_ref().map(|mark| judge(&mark.hash));
        let rows = job.rows(plan.dataset(), judge(&job.play.judge.hash), asked, &|| true);
        let rows = rows.unwrap().unwrap();
        job.to_bytes(&rows)
    }

    #[test]
    fn whoever_does_the_shards_the_folder_is_the_same() {
        let plan = RunPlan::new(FILE, Path::new(""), None).unwrap();
        let folders: [_; 2] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
        let [here, there] = folders.each_ref().map(tempfile::TempDir::path);
        plan.run(here, 2, &Nobody).unwrap();
        let machines = Workers::Machines("one:4222".to_owned());

        // One of two fails: the table has a gap, and says so.
        let finished = plan.run_by(&machines, there, &Nobody, |undone| {
            let keys: Vec<&str> = undone.keys().collect();
            assert_eq!(undone.id()?, undone.id()?);
            undone.sound(keys[0], &far_away(&plan, undone, keys[0])).unwrap().keep()?;
            Ok::<_, RunError>(vec![undone.failed(keys[1], "no <luck>".to_owned()).unwrap()])
        });
        let finished = finished.unwrap();
        assert_eq!((finished.rows[0].len(), finished.rows[1].len()), (2, 0));
        assert_eq!(finished.failed[0].images, [5, 3]);
        let report = std::fs::read_to_string(there.join("report.html")).unwrap();
        assert!(report.contains("What failed") && report.contains("no &lt;luck&gt;"), "{report}");
        assert!(there.join("failed.json").exists() && there.join("debates.parquet").exists());

        // The same command tries again, wherever.
        let finished = plan.run_by(&machines, there, &Nobody, |undone| {
            let keys: Vec<&str> = undone.keys().collect();
            let [key] = keys[..] else { panic!("{keys:?}") };
            undone.sound(key, &far_away(&plan, undone, key)).unwrap().keep()?;
            Ok::<_, RunError>(Vec::new())
        });
        assert!(!finished.unwrap().was_finished);
        assert_eq!(files(there), files(here));
        assert!(!there.join("shards").exists());
        // A sample that is gone, or is another, is written again.
        std::fs::remove_file(there.join("sample.parquet")).unwrap();
        assert!(plan.run(there, 1, &Nobody).unwrap().was_finished);
        assert_eq!(files(there), files(here));
        std::fs::write(there.join("sample.parquet"), "another").unwrap();
        assert!(plan.run(there, 1, &Nobody).unwrap().was_finished);
        assert_eq!(files(there), files(here));
        let log = std::fs::read_to_string(there.join("log.jsonl")).unwrap();
        assert!(log.contains(r#""end":"1 shards failed","nats":"one:4222""#), "{log}");
    }

    #[test]
    fn what_is_no_result_of_a_shard_is_not_kept() {
        let plan = RunPlan::new(FILE, Path::new(""), None).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let machines = Workers::Machines("one:4222".to_owned());
        let kept = plan.run_by(&machines, folder.path(), &Nobody, |undone| {
            let keys: Vec<&str> = undone.keys().collect();
            let sound = far_away(&plan, undone, keys[0]);
            let refused = |key: &str, bytes: &[u8]| {
                undone.sound(key, bytes).map(drop).unwrap_err().to_string()
            };
            let mut damaged = sound.clone();
            *damaged.last_mut().unwrap() ^= 1;
            assert!(refused(keys[0], &damaged).contains("its checksum is not that"));
            assert!(refused(keys[0], &sound[..50]).contains("cut short"));
            assert!(refused(keys[1], &sound).contains("a shard of another run"));
            assert!(refused("abc", &sound).contains("a shard of another run"));
            let job = undone.job(keys[0]).unwrap();
            let (_, judge) = plan.networks().next().unwrap();
            let rows = job.rows(plan.dataset(), judge, None, &|| true).unwrap().unwrap();
            let wrong: [Alteration; 22] = [
                (|rows| rows.clear(), "it has 0 debates, and its images have 2"),
                (|rows| drop(rows.pop()), "it has 1 debates, and its images have 2"),
                (|rows| rows.push(rows[0].clone()), "it has 3 debates, and its images have 2"),
                (|rows| rows.reverse(), "debate 1 of 2, over image 5: its image is 3"),
                (|rows| rows[1] = rows[0].clone(), "over image 3: its image is 5"),
                (|rows| rows[0].image = 60_000, "its image is 60000, and should be 5"),
                (|rows| rows[0].label ^= 1, "its label is 0, and should be 1"),
                (|rows| rows[1].seed = Some(2), "its seed is Some(2), and should be Some(1)"),
                (|rows| rows[1].replicate = 1, "its replicate is 1, and should be 0"),
                (|rows| rows[1].lie = Some(9), "its lie is Some(9), and should be None"),
                (|rows| rows[1].first = Some(Role::Liar), "its first is Some(Liar)"),
                (|rows| rows[1].believed = Some(10), "its believed is Some(10), and should be"),
                (|rows| rows[1].evidence[0].y = 28, "its evidence is [Pixel"),
                (|rows| rows[1].evidence.truncate(3), "its evidence is [Pixel"),
                (|rows| rows[1].evidence.reverse(), "its evidence is [Pixel"),
                (|rows| rows[1].winner = rows[1].winner.other(), "its winner is "),
                (|rows| rows[1].margin = Some(9.0), "its margin is Some("),
                (|rows| rows[1].margin = None, "its margin is None"),
                (|rows| rows[1].logits = None, "there are no logits of a debate that was played"),
                (|rows| set_logit(&mut rows[1], f32::NAN), "a logit is NaN"),
                (|rows| set_logit(&mut rows[1], -30.0), "its logits is ["),
                (|rows| rows[1].blame = Some(Blame::Start), "nothing asks what lost it"),
            ];
            for (alter, fault) in wrong {
                let mut rows = rows.clone();
                alter(&mut rows);
                let refusal = refused(keys[0], &job.to_bytes(&rows));
                assert!(refusal.contains(fault), "{fault}: {refusal}");
            }
            assert_eq!(undone.keys().len(), 2);
            Err::<Vec<Failed>, _>(RunError::Busy { path: folder.path().to_owned() })
        });
        kept.unwrap_err();
        let shards = std::fs::read_dir(folder.path().join("shards")).unwrap();
        assert_eq!(shards.count(), 0);
    }
}
