//! A judge by what names it: a file, whatever is in it, or a program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pixel_debate_agents::solver::JudgeMark;
use pixel_debate_judge::{Judge, WeightsError};
use pixel_debate_play::Judging;
use pixel_debate_programs::{ProgramError, ProgramJudge, ProgramSpec};

use crate::ending::is_onnx;
use crate::manifest::{ANSWERS, VERSION};

/// A judge that was found by its file's name or its command.
///
/// ```no_run
/// use std::path::Path;
///
/// use pixel_debate_harness::FoundJudge;
///
/// // By the name's ending it is known what is in it.
/// let judge = FoundJudge::read(Path::new("mine.onnx"))?;
/// println!("{} with hash {}", judge.judging().name(), judge.mark().hash);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub enum FoundJudge {
    /// A network of ours, for which there is the engine.
    Network(Judge),
    /// Any other.
    Other {
        /// How it is asked.
        judging: Arc<dyn Judging>,
        /// What tells it from all others.
        mark: JudgeMark,
        /// What is said of where it comes from.
        about: BTreeMap<String, String>,
    },
}

/// Why a file is no judge.
#[derive(Debug, thiserror::Error)]
pub enum JudgeFileError {
    /// A file of ours is not what it may be.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// An ONNX file is not.
    #[cfg(feature = "onnx")]
    #[error("{}: {source}", path.display())]
    Onnx {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: pixel_debate_onnx::OnnxError,
    },
    /// It is an ONNX file, and nobody here reads them.
    #[error(
        "{} is an ONNX file, which this program was built without: build it with `cargo build --release --features \
         onnx`", path.display()
    )]
    NoOnnx {
        /// The file.
        path: PathBuf,
    },
}

impl FoundJudge {
    /// Reads a judge's file: ONNX if its name ends in `.onnx`, otherwise one of ours.
    ///
    /// # Errors
    ///
    /// [`JudgeFileError`] if it is no judge, or was built without what reads it.
    pub fn read(path: &Path) -> Result<Self, JudgeFileError> {
        if !is_onnx(path) {
            return Ok(Self::Network(Judge::read(path)?));
        }
        Self::read_onnx(path)
    }

    #[cfg(feature = "onnx")]
    fn read_onnx(path: &Path) -> Result<Self, JudgeFileError> {
        let refuse = |source| JudgeFileError::Onnx { path: path.to_owned(), source };
        let judge = pixel_debate_onnx::OnnxJudge::read(path).map_err(refuse)?;
        let mark = JudgeMark { name: judge.name().to_owned(), hash: judge.hash().to_owned() };
        let said = judge.provenance().0.clone().into_iter();
        let about = said.chain([("input".to_owned(), judge.input())]).collect();
        Ok(Self::Other { judging: Arc::new(judge), mark, about })
    }

    #[cfg(not(feature = "onnx"))]
    fn read_onnx(path: &Path) -> Result<Self, JudgeFileError> {
        // Whether it is there at all is said first.
        std::fs::File::open(path)
            .map_err(|source| WeightsError::Io { path: path.to_owned(), source })?;
        Err(JudgeFileError::NoOnnx { path: path.to_owned() })
    }

    /// Starts a program that is a judge.
    ///
    /// # Errors
    ///
    /// [`ProgramError`] if it does not start, or does not say what it is.
    pub fn start(spec: ProgramSpec) -> Result<Self, ProgramError> {
        Ok(ProgramJudge::start(spec)?.into())
    }

    /// How it is asked.
    pub fn judging(&self) -> &dyn Judging {
        match self {
            Self::Network(judge) => judge,
            Self::Other { judging, .. } => &**judging,
        }
    }

    /// What tells it from all others: the hash of a network or of its file, or the version that it declares.
    pub fn mark(&self) -> JudgeMark {
        match self {
            Self::Network(judge) => JudgeMark { name: judge.name().to_owned(), hash: judge.hash() },
            Self::Other { mark, .. } => mark.clone(),
        }
    }

    /// What is said of where it comes from.
    pub fn about(&self) -> BTreeMap<String, String> {
        match self {
            Self::Network(judge) => judge.provenance().0.clone().into_iter().collect(),
            Self::Other { about, .. } => about.clone(),
        }
    }

    /// The network, if it is one of ours.
    pub fn network(&self) -> Option<&Judge> {
        match self {
            Self::Network(judge) => Some(judge),
            Self::Other { .. } => None,
        }
    }
}

impl From<Judge> for FoundJudge {
    fn from(judge: Judge) -> Self {
        Self::Network(judge)
    }
}

impl From<ProgramJudge> for FoundJudge {
    fn from(judge: ProgramJudge) -> Self {
        let (name, hash) = (judge.name().to_owned(), format!("{VERSION}{}", judge.version()));
        let about = [
            ("command".to_owned(), judge.spec().to_string()),
            (ANSWERS.to_owned(), judge.answers().to_string()),
        ];
        let mark = JudgeMark { name, hash };
        Self::Other { judging: Arc::new(judge), mark, about: about.into() }
    }
}
