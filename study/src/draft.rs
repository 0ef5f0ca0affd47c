//! A study's file with all that it names: texts, images, judges.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use pixel_debate_agents::solver::JudgeMark;
use pixel_debate_datasets::{Dataset, Split, mnist};
use pixel_debate_fields::{Places, Refusal, document};
use pixel_debate_judge::{Judge, SHIPPED_PIXELS};
use pixel_debate_play::Judging;
use pixel_debate_validation::check_dataset;

use crate::asked;
use crate::file::{Lies, Study};
use crate::files;
use crate::texts::Texts;

/// A study that is not frozen yet: every file that it names is read.
#[derive(Debug)]
pub struct Draft {
    pub(crate) study: Study,
    pub(crate) words: Words,
    /// Who may take part, if not anybody.
    pub(crate) asked: Option<BTreeSet<String>>,
    dataset: Cow<'static, Dataset>,
    /// By the number of pixels of the conditions.
    judges: BTreeMap<u8, Judge>,
}

/// A study's file and those of its texts, as they are written and as they are read.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    /// The study's file.
    pub(crate) file: String,
    /// The texts by language.
    pub(crate) texts: BTreeMap<String, Texts>,
    /// The files of the texts by their paths.
    pub(crate) files: BTreeMap<String, String>,
}

/// Why a study's file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// A file cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something in a file is not as it may be.
    #[error("{}: {refusal}", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// What, and where.
        refusal: Refusal,
    },
}

/// A file's text, of which no more is read than it may have.
pub(crate) fn read(path: &Path, most: usize) -> Result<String, DraftError> {
    let failed = |source| DraftError::File { path: path.to_owned(), source };
    let bytes = files::read(path, most).map_err(failed)?;
    // What is too long is refused by the reader of the text, be it cut within a letter or not.
    if bytes.len() > most {
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    String::from_utf8(bytes)
        .map_err(|error| failed(io::Error::new(io::ErrorKind::InvalidData, error)))
}

/// What is wrong with a file that the study's names at that path.
fn named(text: &str, path: &[&str], error: &DraftError, file: &Path) -> DraftError {
    let refusal = match document(text) {
        Ok(read) => Places { text, file: read.get_ref() }.refuse(path, error),
        Err(refusal) => refusal,
    };
    DraftError::Refused { path: file.to_owned(), refusal }
}

impl Words {
    /// Reads a study's file and the texts that it names, from the folder in which it stands.
    pub(crate) fn read(file: &Path) -> Result<(Study, Self), DraftError> {
        let refused = |path: &Path| {
            let path = path.to_owned();
            |refusal| DraftError::Refused { path, refusal }
        };
        let text = read(file, Study::MOST_BYTES)?;
        let study = Study::from_toml(&text).map_err(refused(file))?;
        let folder = file.parent().unwrap_or(Path::new(""));
        let (mut texts, mut files) = (BTreeMap::new(), BTreeMap::new());
        for (language, path) in &study.languages {
            let place = folder.join(path);
            // What is wrong with it is said with the line that names it, too.
            let named = |error| named(&text, &["languages", language], &error, file);
            let words = read(&place, Texts::MOST_BYTES).map_err(named)?;
            let read = Texts::from_toml(&words, &study);
            let read = read.map_err(refused(&place)).map_err(named)?;
            texts.insert(language.clone(), read);
            files.insert(path.clone(), words);
        }
        Ok((study, Self { file: text, texts, files }))
    }
}

impl Draft {
    /// Reads a study's file and all that it names.
    ///
    /// # Errors
    ///
    /// [`DraftError`] with the file and line of what cannot be used.
    pub fn open(file: &Path) -> Result<Self, DraftError> {
        let (study, words) = Words::read(file)?;
        let folder = file.parent().unwrap_or(Path::new(""));
        let refused = |refusal| DraftError::Refused { path: file.to_owned(), refusal };
        let (dataset, judges) = materials(&study, &words.file, folder).map_err(refused)?;
        let asked = match &study.recruits.only {
            None => None,
            Some(path) => {
                let place = folder.join(path);
                let list = read(&place, asked::MOST_BYTES).and_then(|text| {
                    asked::list(&text)
                        .map_err(|refusal| DraftError::Refused { path: place.clone(), refusal })
                });
                let at = ["recruits", "only"];
                Some(list.map_err(|error| named(&words.file, &at, &error, file))?)
            }
        };
        Ok(Self { study, words, asked, dataset, judges })
    }

    /// What the file says.
    pub fn study(&self) -> &Study {
        &self.study
    }

    /// The texts by language.
    pub fn texts(&self) -> &BTreeMap<String, Texts> {
        &self.words.texts
    }

    /// The images.
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// The judge of conditions with so many pixels, which one of the study's has.
    pub(crate) fn judge(&self, pixels: u8) -> &Judge {
        &self.judges[&pixels]
    }

    /// The judge of conditions with so many pixels, if one of the study's has them.
    pub fn judge_of(&self, pixels: u8) -> Option<&Judge> {
        self.judges.get(&pixels)
    }

    /// The judges by the number of pixels of the conditions.
    pub fn judges(&self) -> impl Iterator<Item = (u8, JudgeMark)> {
        self.judges.iter().map(|(pixels, judge)| {
            let (name, hash) = (judge.name().to_owned(), judge.hash());
            (*pixels, JudgeMark { name, hash })
        })
    }
}

type Materials = (Cow<'static, Dataset>, BTreeMap<u8, Judge>);

/// The images and judges that a study names.
fn materials(study: &Study, text: &str, folder: &Path) -> Result<Materials, Refusal> {
    let file = document(text)?;
    let places = Places { text, file: file.get_ref() };
    let dataset = if study.dataset == "mnist" {
        Cow::Borrowed(mnist::test())
    } else {
        let opened = Dataset::open(&folder.join(&study.dataset), Split::Test);
        Cow::Owned(opened.map_err(|error| {
            let name = &study.dataset;
            let reason = format!("`dataset` is {name:?} (it must be `mnist` or a folder): {error}");
            places.refuse(&["dataset"], reason)
        })?)
    };
    let unfit = check_dataset(&dataset);
    unfit.map_err(|error| places.refuse(&["dataset"], error))?;
    labels(study, &dataset, places)?;
    let mut judges = BTreeMap::new();
    for (at, condition) in study.conditions.iter().enumerate() {
        let pixels = condition.pixels;
        if judges.contains_key(&pixels) {
            continue;
        }
        let refuse = |reason: String| {
            // What a judge cannot do is said where its name stands, if it does.
            let at = at.to_string();
            let of_condition = ["conditions", &*at, "pixels"];
            let path: &[&str] = if file.get_ref().keys().any(|key| key.get_ref() == "judge") {
                &["judge"]
            } else {
                &of_condition
            };
            places.refuse(path, reason)
        };
        let judge = judge(&study.judge, pixels, folder).map_err(refuse)?;
        judge.check(&dataset).map_err(|error| refuse(error.to_string()))?;
        judges.insert(pixels, judge);
    }
    Ok((dataset, judges))
}

/// Whether the data set has the classes that are named.
fn labels(study: &Study, dataset: &Dataset, places: Places<'_>) -> Result<(), Refusal> {
    let (name, classes) = (dataset.name(), dataset.classes().len());
    let beyond = |label: &u8| usize::from(*label) >= classes;
    let allowed = |label: u8| {
        format!("names class {label}: {name} has classes 0 to {}", classes.saturating_sub(1))
    };
    if let Some(label) = study.images.classes.iter().flatten().find(|label| beyond(label)) {
        return Err(places.refuse(&["images", "classes"], format!("`classes` {}", allowed(*label))));
    }
    for (at, condition) in study.conditions.iter().enumerate() {
        let at = at.to_string();
        match condition.lies {
            Some(Lies::Label(label)) if beyond(&label) => {
                let reason = format!("`lies` {}", allowed(label));
                return Err(places.refuse(&["conditions", &at, "lies"], reason));
            }
            Some(_) if classes < 2 => {
                let reason = format!("{name} has one class alone: there is no lie to tell");
                return Err(places.refuse(&["dataset"], reason));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The judge of that name for so many pixels, or why there is none.
pub(crate) fn judge(name: &str, pixels: u8, folder: &Path) -> Result<Judge, String> {
    let shipped = match name {
        "shipped" => Some(pixels),
        name => SHIPPED_PIXELS.into_iter().find(|pixels| name == format!("judge-{pixels}")),
    };
    match shipped {
        Some(pixels) => Judge::shipped(pixels).ok_or_else(|| {
            format!(
                "`judge` is \"shipped\", and no judge for {pixels} pixels comes with the program: it must be \
                 \"judge-4\", \"judge-6\" or a file, or conditions have 4 or 6 `pixels`"
            )
        }),
        None => {
            Judge::read(&folder.join(name)).map_err(|error| format!("`judge` is {name:?}: {error}"))
        }
    }
}
