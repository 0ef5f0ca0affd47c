//! The folder of a run.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::{Failed, RunError, Workers, log::Log, same, shard};
use crate::manifest::{Manifest, Program};
use crate::parquet::{Reveals, Table};
use crate::plan::{RunPlan, Shard};
use crate::rows::Row;
use crate::work::Depth;

/// The folder of a run, which no other process works on.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Locked.
    log: File,
}

impl Drop for Folder {
    /// A process that is being started may have a copy of the handle till it runs its program: a lock that was only
    /// closed here would last as long. Where it cannot be given back at once, closing does it.
    fn drop(&mut self) {
        let _ = self.log.unlock();
    }
}

impl Folder {
    /// Makes the folder, or opens that of an earlier attempt at the same run.
    pub(super) fn open(path: &Path, plan: &RunPlan) -> Result<Self, RunError> {
        let manifest = plan.manifest();
        fs::create_dir_all(path).map_err(|source| RunError::io(path, source))?;
        let file = path.join(MANIFEST);
        let known = read(&file)?;
        if known.is_none() && !is_empty(path)? {
            let difference = "it has files but no manifest".to_owned();
            return Err(RunError::OtherRun { path: path.to_owned(), difference });
        }
        let log = path.join(LOG);
        let opened = OpenOptions::new().create(true).append(true).open(&log);
        let opened = opened.map_err(|source| RunError::io(&log, source))?;
        match opened.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(RunError::Busy { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(RunError::io(&log, source)),
        }
        let folder = Self { path: path.to_owned(), log: opened };
        if let Some(known) = &known {
            let is_finished = folder.is_finished();
            let known = same::manifest_of(known)
                .and_then(|known| same::check(&known, manifest, is_finished).map(|()| known));
            let known = known.map_err(|difference| folder.other_run(difference))?;
            if is_finished && same::counts(&known) != same::counts(manifest) {
                folder.take_apart(&known, plan)?;
            }
        }
        let text = manifest.to_text();
        if known.is_none_or(|known| known != text.as_bytes()) {
            write(&file, text.as_bytes())?;
        }
        let shards = path.join(SHARDS);
        fs::create_dir_all(&shards).map_err(|source| RunError::io(&shards, source))?;
        Ok(folder)
    }

    fn other_run(&self, difference: String) -> RunError {
        RunError::OtherRun { path: self.path.clone(), difference }
    }

    /// Makes of a run that was finished with fewer images one that was stopped: shards of its table.
    /// The manifest is still that of the finished run, so that if this is interrupted it happens
    /// again, or has happened.
    fn take_apart(&self, known: &Manifest, plan: &RunPlan) -> Result<(), RunError> {
        let table = self.path.join(TABLE);
        let Table { rows, reveals, .. } = crate::parquet::read(&table, known.cells.len())?;
        for (cell, (rows, reveals)) in rows.iter().zip(&reveals).enumerate() {
            let fault = Reveals::fault(plan, cell, rows, reveals);
            fault.map_err(|fault| RunError::damaged(&table, format!("cell {cell}: {fault}")))?;
        }
        let mut rows: Vec<HashMap<usize, Vec<Row>>> = rows.into_iter().map(by_image).collect();
        let shards = self.path.join(SHARDS);
        fs::create_dir_all(&shards).map_err(|source| RunError::io(&shards, source))?;
        let whole = |shard: &&Shard| shard.images.end <= known.cells[shard.cell].images;
        for shard in plan.shards.iter().filter(whole) {
            let images = plan.images[shard.images.clone()].iter();
            let rows: Vec<Row> =
                images.filter_map(|image| rows[shard.cell].remove(image)).flatten().collect();
            let fault = plan.fault(shard, &rows, Depth::Judged);
            plan.check_time()?;
            fault.map_err(|fault| RunError::damaged(&table, fault))?;
            self.keep_shard(&shard.key, &rows)?;
        }
        // Before the manifest says that there are more.
        let removed = fs::remove_file(&table).and_then(|()| File::open(&self.path)?.sync_all());
        removed.map_err(|source| RunError::io(&table, source))
    }

    pub(super) fn log<'a>(
        &self,
        workers: &'a Workers,
        program: &Program,
    ) -> Result<Log<'a>, RunError> {
        let path = self.path.join(LOG);
        let file = self.log.try_clone().map_err(|source| RunError::io(&path, source))?;
        Log::open(path, file, workers, program)
    }

    /// Whether all debates are in the table.
    fn is_finished(&self) -> bool {
        self.path.join(TABLE).exists() && !self.path.join(FAILED).exists()
    }

    /// The run's name among others: drawn when it is first asked for, and kept with the shards.
    pub(super) fn id(&self) -> Result<String, RunError> {
        let path = self.path.join(SHARDS).join(ID);
        if let Some(bytes) = read(&path)? {
            return match String::from_utf8(bytes) {
                Ok(id) if id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                    Ok(id)
                }
                _ => Err(RunError::damaged(path, "it is no run's name")),
            };
        }
        let id = format!("{:032x}", rand::random::<u128>());
        write(&path, id.as_bytes())?;
        Ok(id)
    }

    fn shard_path(&self, key: &str) -> PathBuf {
        self.path.join(SHARDS).join(key)
    }

    /// The rows of a shard, if it is there.
    pub(super) fn shard(&self, key: &str) -> Result<Option<Vec<Row>>, RunError> {
        let path = self.shard_path(key);
        let Some(bytes) = read(&path)? else { return Ok(None) };
        let rows = shard::from_bytes(key, &bytes);
        rows.map(Some).map_err(|fault| RunError::damaged(path, fault))
    }

    pub(super) fn keep_shard(&self, key: &str, rows: &[Row]) -> Result<(), RunError> {
        write(&self.shard_path(key), &shard::to_bytes(key, rows))
    }

    /// What is to be said of a shard whose contents are wrong.
    pub(super) fn damaged_shard(&self, key: &str, fault: String) -> RunError {
        RunError::damaged(self.shard_path(key), fault)
    }

    /// What is to be said where a shard that was there is no longer.
    pub(super) fn vanished(&self, key: &str) -> RunError {
        let gone = io::Error::new(ErrorKind::NotFound, "it was there and is no longer");
        RunError::io(self.shard_path(key), gone)
    }

    /// The rows of a run whose debates are all done.
    pub(super) fn table(&self, plan: &RunPlan) -> Result<Option<Vec<Vec<Row>>>, RunError> {
        if !self.is_finished() {
            return Ok(None);
        }
        let path = self.path.join(TABLE);
        let manifest = plan.manifest();
        let table = crate::parquet::read(&path, manifest.cells.len())?;
        for (number, (cell, rows)) in manifest.cells.iter().zip(&table.rows).enumerate() {
            plan.check_time()?;
            let work = plan.work(number);
            let fault = work
                .fault(&plan.images[..cell.images], rows, Depth::Judged)
                .and_then(|()| Reveals::fault(plan, number, rows, &table.reveals[number]));
            plan.check_time()?;
            fault.map_err(|fault| RunError::damaged(&path, format!("cell {number}: {fault}")))?;
        }
        if table.manifest == manifest.hash() {
            self.keep_sample(plan, &table.rows)?;
        } else {
            // The same debates, counted or shown otherwise.
            self.keep_table(plan, &table.rows, &[])?;
        }
        Ok(Some(table.rows))
    }

    /// Writes the table, and beside it which shards are not in it.
    pub(super) fn keep_table(
        &self,
        plan: &RunPlan,
        rows: &[Vec<Row>],
        failed: &[Failed],
    ) -> Result<(), RunError> {
        let gaps = self.path.join(FAILED);
        // A table with gaps never stands alone: it would be taken for whole.
        if !failed.is_empty() {
            let mut text = serde_json::to_vec_pretty(failed).expect("failures are plain data");
            text.push(b'\n');
            write(&gaps, &text)?;
        }
        self.keep_sample(plan, rows)?;
        write(&self.path.join(TABLE), &crate::parquet::to_bytes(plan, rows))?;
        if failed.is_empty() { remove(gaps) } else { Ok(()) }
    }

    /// Writes the debates of the first images by themselves, unless they are there.
    fn keep_sample(&self, plan: &RunPlan, rows: &[Vec<Row>]) -> Result<(), RunError> {
        let sampled: HashSet<u32> =
            plan.images.iter().take(SAMPLE).map(|image| *image as u32).collect();
        let sample: Vec<Vec<Row>> = rows
            .iter()
            .map(|rows| rows.iter().filter(|row| sampled.contains(&row.image)).cloned().collect())
            .collect();
        let (path, sample) =
            (self.path.join(SAMPLE_TABLE), crate::parquet::to_bytes(plan, &sample));
        if fs::read(&path).is_ok_and(|kept| kept == sample) {
            return Ok(());
        }
        write(&path, &sample)
    }

    /// Writes the report's files.
    pub(super) fn report(&self, report: Vec<(String, Vec<u8>)>) -> Result<(), RunError> {
        for (name, bytes) in report {
            let path = self.path.join(name);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(|source| RunError::io(folder, source))?;
            }
            write(&path, &bytes)?;
        }
        Ok(())
    }

    /// Does away with these shards.
    pub(super) fn clear<'a>(&self, keys: impl Iterator<Item = &'a str>) -> Result<(), RunError> {
        for key in keys {
            remove(self.shard_path(key))?;
        }
        let shards = self.path.join(SHARDS);
        remove(shards.join(ID))?;
        for entry in fs::read_dir(&shards).map_err(|source| RunError::io(&shards, source))? {
            let path = entry.map_err(|source| RunError::io(&shards, source))?.path();
            if path.extension().is_some_and(|ending| ending == PART) {
                remove(path)?;
            }
        }
        // Shards of more images than this run has are kept.
        match fs::remove_dir(&shards) {
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => Ok(()),
            result => unless_missing(shards, result),
        }
    }
}

/// The rows of a cell, by image.
fn by_image(rows: Vec<Row>) -> HashMap<usize, Vec<Row>> {
    let mut images: HashMap<usize, Vec<Row>> = HashMap::new();
    for row in rows {
        images.entry(row.image as usize).or_default().push(row);
    }
    images
}

impl Manifest {
    /// As it is written.
    fn to_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a manifest is plain data");
        text.push('\n');
        text
    }
}

fn is_empty(path: &Path) -> Result<bool, RunError> {
    let mut entries = fs::read_dir(path).map_err(|source| RunError::io(path, source))?;
    // What a process that was killed before it wrote its manifest has left.
    Ok(entries.all(|entry| {
        entry.is_ok_and(|entry| {
            let name = entry.file_name();
            name == LOG || Path::new(&name).extension().is_some_and(|ending| ending == PART)
        })
    }))
}

/// The ending of a file that is being written.
const PART: &str = "part";
const LOG: &str = "log.jsonl";
const SHARDS: &str = "shards";
pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const TABLE: &str = "debates.parquet";
/// The debates of the first images.
pub(super) const SAMPLE_TABLE: &str = "sample.parquet";
/// Images whose debates are kept apart as well.
const SAMPLE: usize = 10;
const FAILED: &str = "failed.json";
/// The file with the run's name, among the shards.
const ID: &str = "run";

/// Removes a file, if it is there.
fn remove(path: PathBuf) -> Result<(), RunError> {
    let removed = fs::remove_file(&path);
    unless_missing(path, removed)
}

fn unless_missing(path: PathBuf, result: io::Result<()>) -> Result<(), RunError> {
    match result {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(RunError::io(path, error)),
        _ => Ok(()),
    }
}

/// What is in a file, if it is there.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, RunError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(RunError::io(path, source)),
    }
}

/// Writes a file such that after any interruption it is whole or not there.
fn write(path: &Path, bytes: &[u8]) -> Result<(), RunError> {
    let part = path.with_added_extension(PART);
    let written = || -> io::Result<()> {
        let mut file = File::create(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&part, path)?;
        // The name is on the disk only when its folder is.
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    written().map_err(|source| {
        // It may be large, and the disk full.
        let _ = fs::remove_file(&part);
        RunError::io(path, source)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use pixel_debate_datasets::Dataset;
    use pixel_debate_game::Role;

    use super::*;
    use crate::Observer;

    /// Counts the debates that were done by an earlier attempt, and now.
    #[derive(Default)]
    struct Counts([AtomicUsize; 2]);

    impl Observer for Counts {
        fn done(&self, _: usize, rows: &[Row], before: bool) {
            self.0[usize::from(!before)].fetch_add(rows.len(), Ordering::Relaxed);
        }
    }

    /// As a process has one that was begun and does not run its program yet.
    #[test]
    fn a_copy_of_the_handle_keeps_no_lock() {
        let (plan, path) = (plan("[5]"), tempfile::tempdir().unwrap());
        let folder = Folder::open(path.path(), &plan).unwrap();
        let _copy = folder.log.try_clone().unwrap();
        assert!(matches!(Folder::open(path.path(), &plan), Err(RunError::Busy { .. })));
        drop(folder);
        Folder::open(path.path(), &plan).unwrap();
    }

    /// A judge alone, with each image a shard.
    fn plan(images: &str) -> RunPlan {
        let file = format!(
            "title = \"Small\"\n[images]\ndataset = \"mnist\"\nlist = {images}\n\
             [[grid]]\nname = \"alone\"\nprotocol = \"judge_alone\"\npixels = [4, 6]\n"
        );
        by_image_alone(RunPlan::new(&file, Path::new("."), None).unwrap())
    }

    /// The plan with each image of a cell a shard.
    fn by_image_alone(mut plan: RunPlan) -> RunPlan {
        let one = |cell, image| Shard { cell, images: image..image + 1, key: String::new() };
        let shards = plan.shards.iter();
        let mut shards: Vec<Shard> = shards
            .flat_map(|shard| shard.images.clone().map(|image| one(shard.cell, image)))
            .collect();
        for shard in &mut shards {
            shard.key = plan.job(shard).key();
        }
        plan.shards = shards;
        plan
    }

    #[test]
    fn a_finished_run_grows_by_what_is_new_alone() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let run = |images| {
            let counts = Counts::default();
            plan(images).run(folder, 1, &counts).map(|_| counts.0.map(AtomicUsize::into_inner))
        };
        assert_eq!(run("[5, 3]").unwrap(), [0, 4]);
        assert_eq!(run("[5, 3, 9]").unwrap(), [4, 2]);
        assert_eq!(run("[5, 3, 9]").unwrap(), [0, 0]);
        let error = run("[5, 3]").unwrap_err().to_string();
        assert!(error.contains("it is finished with 3 images: ask for no fewer"), "{error}");
        let error = run("[5, 4, 9, 1]").unwrap_err().to_string();
        assert!(error.contains("its images are others"), "{error}");
        // Interrupted while it was taken apart: the manifest is the finished run's still.
        let grown = plan("[5, 3, 9, 1]");
        let known = plan("[5, 3, 9]");
        Folder::open(folder, &known).unwrap().take_apart(known.manifest(), &grown).unwrap();
        assert_eq!(run("[5, 3, 9, 1]").unwrap(), [6, 2]);
    }

    #[test]
    fn a_run_goes_on_only_with_the_instructions_and_the_behaviour_that_it_was_begun_with() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let plan = plan("[5, 3]");
        plan.run(folder, 1, &Counts::default()).unwrap();
        let file = folder.join(MANIFEST);
        let own = fs::read_to_string(&file).unwrap();
        let instructions = format!("\"instructions\": \"{}\"", plan.manifest().instructions);
        let behaviour = format!("\"behaviour\": {}", plan.manifest().behaviour);
        for (field, other, wanted) in [
            (
                &instructions,
                "\"instructions\": \"others\"",
                "`--instructions others` goes on with it",
            ),
            (&behaviour, "\"behaviour\": 0", "its debates are those of behaviour 0"),
        ] {
            let changed = own.replacen(&**field, other, 1);
            assert_ne!(changed, own);
            fs::write(&file, &changed).unwrap();
            let before = fs::read(folder.join(TABLE)).unwrap();
            let error = plan.run(folder, 1, &Counts::default()).unwrap_err().to_string();
            assert!(error.contains(wanted), "{error}");
            assert_eq!(fs::read_to_string(&file).unwrap(), changed);
            assert_eq!(fs::read(folder.join(TABLE)).unwrap(), before);
        }
        fs::write(&file, &own).unwrap();
        plan.run(folder, 1, &Counts::default()).unwrap();
    }

    #[test]
    fn a_shard_that_was_altered_under_a_sound_checksum_is_found() {
        let plan = plan("[5, 3]");
        let shard = &plan.shards[0];
        let whole = {
            let folder = tempfile::tempdir().unwrap();
            let finished = plan.run(folder.path(), 1, &Counts::default()).unwrap();
            finished.rows[shard.cell][..1].to_vec()
        };
        let with = |change: fn(&mut Row)| {
            let mut rows = whole.clone();
            change(&mut rows[0]);
            rows
        };
        let other_winner = with(|row| row.winner = row.winner.other());
        let other_margin = with(|row| row.margin = row.margin.map(|margin| margin + 1.0));
        let other_image = with(|row| row.image += 1);
        let other_pixel = with(|row| row.evidence.swap(0, 1));
        let fewer_pixels = with(|row| row.evidence.truncate(1));
        let twice = [&whole[..], &whole[..]].concat();
        for rows in [vec![], twice, other_winner, other_margin, other_image, fewer_pixels] {
            let folder = tempfile::tempdir().unwrap();
            Folder::open(folder.path(), &plan).unwrap().keep_shard(&shard.key, &rows).unwrap();
            let error = plan.run(folder.path(), 1, &Counts::default()).unwrap_err().to_string();
            assert!(error.contains(&shard.key), "{error}");
            // Nothing is made of it.
            assert!(!folder.path().join(TABLE).exists());
        }
        // The order of the pixels is found where a mask is drawn again: in the finished table.
        let mut rows = vec![vec![]; plan.manifest().cells.len()];
        rows[shard.cell] = other_pixel;
        assert!(plan.fault(shard, &rows[shard.cell], Depth::Replayed).is_err());
    }

    #[test]
    fn a_finished_table_that_was_altered_is_found() {
        let text = |order: &str| {
            format!(
                "title = \"Small\"\n[images]\ndataset = \"mnist\"\nlist = [5]\n[[grid]]\nname = \
                 \"debate\"\nprotocol = \"debate\"\npixels = 4\nlies = [3]\nhonest = \"greedy\"\n\
                 liar = \"greedy\"\norder = \"{order}\"\n"
            )
        };
        let new = |text: &str| by_image_alone(RunPlan::new(text, Path::new("."), None).unwrap());
        let plan = new(&text("alternating"));
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let rows = plan.run(folder, 1, &Counts::default()).unwrap().rows;
        // Other logits, with all that follows from them.
        let mut lost = rows.clone();
        for row in &mut lost[0] {
            let logits = row.logits.as_mut().unwrap();
            let (truth, lie) = (usize::from(row.label), usize::from(row.lie.unwrap()));
            logits.swap(truth, lie);
            row.margin = row.margin.map(|margin| -margin);
            row.winner = row.winner.other();
            row.believed = Some(if row.winner == Role::Honest { truth } else { lie } as u8);
        }
        let mut faint = new(&text("alternating"));
        let pixels = faint.dataset.image(5).iter().map(|value| (*value).min(1)).collect();
        let black = vec![0; 5 * 784];
        let pixels = [black, pixels].concat();
        let names = faint.dataset.classes().to_vec();
        let dataset = Dataset::new("faint", (28, 28), pixels, vec![1; 6], names).unwrap();
        faint.dataset = std::borrow::Cow::Owned(dataset);
        let blocks = new(&text("blocks"));
        let tables = [
            (crate::parquet::to_bytes(&plan, &lost), "its logits is ["),
            (
                crate::parquet::to_bytes(&faint, &rows),
                "the values of its evidence are [1, 1, 1, 1]",
            ),
            (
                crate::parquet::to_bytes(&blocks, &rows),
                "its evidence is revealed by [Some(Honest), Some(Honest), Some(Liar), Some(Liar)], and \
                 should be by [Some(Honest), Some(Liar), ",
            ),
        ];
        // As it is, and as a run of more images takes it apart.
        let grown = new(&text("alternating").replace("[5]", "[5, 3]"));
        for (table, wanted) in tables {
            fs::write(folder.join(TABLE), &table).unwrap();
            for plan in [&plan, &grown] {
                let error = plan.run(folder, 1, &Counts::default()).unwrap_err().to_string();
                assert!(error.contains(TABLE) && error.contains(wanted), "{error}");
                assert_eq!(fs::read(folder.join(TABLE)).unwrap(), table);
            }
        }
        fs::write(folder.join(TABLE), crate::parquet::to_bytes(&plan, &rows)).unwrap();
        plan.run(folder, 1, &Counts::default()).unwrap();
        grown.run(folder, 1, &Counts::default()).unwrap();
    }
}
