//! Why a frozen study is not written, or not read.

use std::io;
use std::path::PathBuf;

use pixel_debate_game::TranscriptError;

use crate::canonical::CanonicalError;
use crate::draft::DraftError;

/// Why a frozen study is not written, or not read.
#[derive(Debug, thiserror::Error)]
pub enum FrozenError {
    /// The study's file or one of its texts.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// A file cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("{} cannot be written: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is a frozen study already.
    #[error("{} is there already: a frozen study is not written over", path.display())]
    Exists {
        /// Its plan.
        path: PathBuf,
    },
    /// A file is longer than it can be.
    #[error("{} has more than {most} bytes, which none has that was frozen", path.display())]
    Long {
        /// The file.
        path: PathBuf,
        /// The most bytes.
        most: usize,
    },
    /// A file is not what it should be.
    #[error("{}: {source}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Why, and where.
        source: serde_json::Error,
    },
    /// A file says the right thing in other bytes.
    #[error("{} is not in canonical form: it was altered since it was frozen", path.display())]
    Form {
        /// The file.
        path: PathBuf,
    },
    /// Something has no canonical form.
    #[error("{}: {source}", path.display())]
    Canonical {
        /// The file.
        path: PathBuf,
        /// What.
        source: CanonicalError,
    },
    /// The format's version is another.
    #[error("{} is of format {format}: this program reads {}", path.display(), super::Plan::FORMAT)]
    Format {
        /// The file.
        path: PathBuf,
        /// The format found.
        format: u32,
    },
    /// The files do not belong together.
    #[error("{}: {misfit}", path.display())]
    Misfit {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        misfit: Misfit,
    },
}

/// Why a study is not frozen.
#[derive(Debug, thiserror::Error)]
pub enum FreezeError {
    /// The items are not those of the study.
    #[error(transparent)]
    Misfit(#[from] Misfit),
    /// Something of it has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
}

/// What of a frozen folder does not fit the rest.
#[derive(Debug, thiserror::Error)]
pub enum Misfit {
    /// The plan has another hash.
    #[error(
        "it should say that plan.json has the SHA-256 {hash}, as it has: one of the two was altered"
    )]
    Hash {
        /// The plan's.
        hash: String,
    },
    /// The commitment to the file is another.
    #[error("it is not the file that was frozen: plan.json commits to another")]
    File,
    /// A file of texts is another.
    #[error("it is not the file that was frozen: plan.json has another SHA-256")]
    Texts,
    /// The file says something else than the plan.
    #[error("`{field}` is not what study.toml and its texts give")]
    Plan {
        /// The plan's field.
        field: &'static str,
    },
    /// The secrets are not those of the file.
    #[error("`secrets` is not what study.toml has, or plan.json commits to")]
    Secrets,
    /// The list of who may take part is another.
    #[error("`asked` is not the list that plan.json commits to, or that study.toml says there is")]
    Asked,
    /// There are more or fewer items than commitments.
    #[error("`items` has {items}, and plan.json commits to {commitments}")]
    Count {
        /// The items.
        items: usize,
        /// The commitments.
        commitments: usize,
    },
    /// An item is another.
    #[error("item {number} is not the one that plan.json commits to")]
    Item {
        /// Its number, from 0.
        number: usize,
    },
    /// An item is no item of the study.
    #[error("item {number} is none of this study: {why}")]
    Foreign {
        /// Its number, from 0.
        number: usize,
        /// Why.
        why: &'static str,
    },
    /// The debate of an item cannot have been.
    #[error("item {number}: {source}")]
    Debate {
        /// Its number, from 0.
        number: usize,
        /// Why.
        source: Box<TranscriptError>,
    },
    /// A tier, or the whole study, is not about as many images as it should be.
    #[error("{} {found} images, and the study has {wanted}", match tier {
        Some(tier) => format!("its items of tier {tier:?} show"),
        None => "its main items show".to_owned(),
    })]
    Images {
        /// The tier, if there are any.
        tier: Option<String>,
        /// How many images there are.
        found: usize,
        /// How many there should be.
        wanted: usize,
    },
    /// Practice items, or attention checks, do not go round the conditions.
    #[error("condition {condition:?} has {found} {what}, and should have {wanted}")]
    InTurn {
        /// Which.
        what: &'static str,
        /// The condition.
        condition: String,
        /// How many there are.
        found: usize,
        /// How many there should be.
        wanted: usize,
    },
    /// There are not as many items as the study has.
    #[error("it has {found} {what}, and the study has {wanted}")]
    Parts {
        /// Items of which part.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there should be.
        wanted: usize,
    },
}
