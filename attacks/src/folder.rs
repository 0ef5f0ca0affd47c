//! The folder in which the images' attacks are kept.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use pixel_debate_agents::solver::JudgeMark;
use pixel_debate_charts::ChartError;
use pixel_debate_datasets::Dataset;
use pixel_debate_game::Pixel;
use pixel_debate_judge::WrongSize;
use serde::{Serialize, de::DeserializeOwned};

use crate::{Attacked, Plan};

const PLAN: &str = "plan.json";
const LOCK: &str = "lock";
const SHARDS: &str = "images";

/// Why the attacks could not be made or kept.
#[derive(Debug, thiserror::Error)]
pub enum AttackError {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of the folder is not what was written there.
    #[error("{} is damaged: {fault}; move it away, and the same command makes it anew", path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        fault: String,
    },
    /// The folder holds something else.
    #[error("{} is not of these attacks: {difference}; choose another folder", path.display())]
    Other {
        /// The folder.
        path: PathBuf,
        /// In what it differs.
        difference: String,
    },
    /// Another process works on the folder.
    #[error("another process works on {}", path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// The judge cannot read the images.
    #[error(transparent)]
    Size(#[from] WrongSize),
    /// The table cannot be made.
    #[error("the table {name}: {source}")]
    Table {
        /// Which.
        name: &'static str,
        /// Why.
        source: parquet::errors::ParquetError,
    },
    /// A picture cannot be made.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// Threads cannot be started.
    #[error("the threads cannot be started: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// A folder that no other process works on.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    lock: File,
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = self.lock.unlock();
    }
}

impl Folder {
    /// Makes the folder, or opens that of an earlier attempt, which may have been at fewer images or more.
    pub(crate) fn open(path: &Path, plan: &Plan) -> Result<Self, AttackError> {
        check(path)?;
        let shards = path.join(SHARDS);
        fs::create_dir_all(&shards).map_err(|source| file(&shards, source))?;
        let lock = path.join(LOCK);
        let opened = OpenOptions::new().create(true).append(true).open(&lock);
        let opened = opened.map_err(|source| file(&lock, source))?;
        match opened.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(AttackError::Busy { path: path.to_owned() });
            }
            Err(TryLockError::Error(source)) => return Err(file(&lock, source)),
        }
        let folder = Self { path: path.to_owned(), lock: opened };
        let known = path.join(PLAN);
        if let Some(known) = read::<Plan>(&known)? {
            if let Some(difference) = difference(&known, plan) {
                return Err(AttackError::Other { path: path.to_owned(), difference });
            }
        } else if fs::read_dir(&shards).is_ok_and(|mut shards| shards.next().is_some()) {
            let difference = format!("it has images but no {PLAN}");
            return Err(AttackError::Other { path: path.to_owned(), difference });
        }
        folder.write(PLAN, &json(plan))?;
        Ok(folder)
    }

    fn shard(image: usize) -> String {
        format!("{SHARDS}/{image:05}.json")
    }

    /// What came of an image, if it was attacked.
    pub(crate) fn attacked(
        &self,
        plan: &Plan,
        dataset: &Dataset,
        image: usize,
    ) -> Result<Option<Attacked>, AttackError> {
        let path = self.path.join(Self::shard(image));
        let Some(attacked) = read::<Attacked>(&path)? else { return Ok(None) };
        let pixels: Vec<u8> = attacked.revealed.iter().map(|revealed| revealed.pixels).collect();
        if attacked.image != image || pixels != plan.attack.pixels {
            let fault = format!("it is about image {} with {pixels:?} pixels", attacked.image);
            return Err(AttackError::Damaged { path, fault });
        }
        if let Some(fault) = fault(plan, dataset, &attacked) {
            return Err(AttackError::Damaged { path, fault });
        }
        Ok(Some(attacked))
    }

    /// Keeps what came of an image.
    pub(crate) fn keep(&self, attacked: &Attacked) -> Result<(), AttackError> {
        self.write(&Self::shard(attacked.image), &json(attacked))
    }

    /// Writes a file, all of it or nothing.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), AttackError> {
        let path = self.path.join(name);
        let part = path.with_added_extension("part");
        let written = || -> io::Result<()> {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut file = File::create(&part)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&part, &path)
        };
        written().map_err(|source| file(&path, source))
    }
}

/// A folder with anything in it that is not of attacks, and no plan, is somebody else's.
fn check(path: &Path) -> Result<(), AttackError> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(file(path, source)),
    };
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let names: Vec<String> =
        names.collect::<io::Result<_>>().map_err(|source| file(path, source))?;
    let begun = [PLAN, LOCK, SHARDS];
    // What is being written has this ending until it is whole.
    let whole = |name: &str| name.strip_suffix(".part").unwrap_or(name).to_owned();
    let other = names.iter().find(|name| !begun.contains(&&*whole(name)));
    match other {
        Some(other) if !names.iter().any(|name| name == PLAN) => {
            let difference = format!("it has {other} and no {PLAN}");
            Err(AttackError::Other { path: path.to_owned(), difference })
        }
        _ => Ok(()),
    }
}

/// What is said of an image that no attack of the plan says, if anything is: all that follows takes it for granted.
fn fault(plan: &Plan, dataset: &Dataset, attacked: &Attacked) -> Option<String> {
    let label = dataset.label(attacked.image);
    if attacked.label != label {
        return Some(format!("its label is {}, and should be {label}", attacked.label));
    }
    let candidates = plan.candidates(&dataset.to_image(attacked.image));
    let is_set = |set: &[Pixel], size: u8| {
        let distinct: HashSet<&Pixel> = set.iter().collect();
        distinct.len() == set.len()
            && set.len() == usize::from(size)
            && set.iter().all(|pixel| candidates.contains(pixel))
    };
    let lies: BTreeSet<u8> = plan.lies(label).collect();
    for revealed in &attacked.revealed {
        let said = revealed.said.iter();
        let told: Vec<u8> = said.clone().filter_map(|said| said.lie).collect();
        if told.len() != lies.len() || told.iter().copied().collect::<BTreeSet<u8>>() != lies {
            return Some(format!("its lies are {told:?}, and should be {lies:?}"));
        }
        let unsound = said
            .clone()
            .find(|said| !said.margin.is_finite() || !is_set(&said.set, revealed.pixels));
        if let Some(said) = unsound {
            return Some(format!(
                "a set for lie {:?} is not {} of the image's pixels",
                said.lie, revealed.pixels
            ));
        }
    }
    let unsound = attacked.smallest.iter().find(|smallest| {
        !lies.contains(&smallest.lie)
            || smallest.size.is_some_and(|size| !is_set(&smallest.set, size))
    });
    unsound.map(|smallest| {
        format!("what is smallest for lie {} is no set of its pixels", smallest.lie)
    })
}

/// In what the plans differ but the number of images.
fn difference(known: &Plan, plan: &Plan) -> Option<String> {
    let Plan { version, judge, dataset, dataset_hash, columns, classes, seed, attack, .. } = known;
    let differ = |what: &str, was: &dyn std::fmt::Debug, is: &dyn std::fmt::Debug| {
        let (was, is) = (format!("{was:?}"), format!("{is:?}"));
        (was != is).then(|| format!("its {what} is {was}, not {is}"))
    };
    differ("version", version, &plan.version)
        .or_else(|| {
            let mark = |judge: &JudgeMark| format!("{} of hash {}", judge.name, judge.hash);
            let (was, is) = (mark(judge), mark(&plan.judge));
            (was != is).then(|| format!("its judge is {was}, not {is}"))
        })
        .or_else(|| {
            differ(
                "data set",
                &(dataset, dataset_hash, columns, classes),
                &(&plan.dataset, &plan.dataset_hash, plan.columns, plan.classes),
            )
        })
        .or_else(|| differ("seed", seed, &plan.seed))
        .or_else(|| differ("attack", attack, &plan.attack))
}

pub(crate) fn json<T: Serialize>(value: &T) -> Vec<u8> {
    let mut text =
        serde_json::to_vec_pretty(value).expect("numbers, words and lists can be written");
    text.push(b'\n');
    text
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, AttackError> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|fault| {
            AttackError::Damaged { path: path.to_owned(), fault: fault.to_string() }
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(file(path, source)),
    }
}

fn file(path: &Path, source: io::Error) -> AttackError {
    AttackError::File { path: path.to_owned(), source }
}
