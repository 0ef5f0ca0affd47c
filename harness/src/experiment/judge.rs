//! The judges that an experiment names.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use pixel_debate_fields::{Count, Given, Value};
use pixel_debate_game::LegalPixels;
use pixel_debate_judge::Provenance;

use super::fields::{Field, Fields};
use super::{ExperimentError, Pixels, ProgramFields};
use crate::Custom;
use crate::ending::is_onnx;

/// A judge, and how to make it if it is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgeSpec {
    /// `shipped`, `judge-4`, `judge-6`, or a file, relative to the experiment's, in which `{pixels}`
    /// stands for the number of pixels.
    pub name: String,
    /// How it is trained.
    pub train: Option<Training>,
    /// The program that it is, instead of anything with a name.
    pub program: Option<ProgramFields>,
}

/// How a judge is trained: the options of `pixel-debate judge train`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Training {
    /// How many pixels it sees.
    pub pixels: u8,
    /// How many batches.
    pub batches: u64,
    /// What all that is random depends on.
    pub seed: u64,
    /// Which pixels it sees.
    pub legal: LegalPixels,
    /// The folder of the dataset, relative to the experiment's file.
    pub data: String,
}

/// A judge's file that an experiment needs and that is not there, with how to make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The file.
    pub file: PathBuf,
    /// How it is trained.
    pub train: Training,
    /// The folder of the training images.
    pub data: PathBuf,
}

/// The most batches.
const MOST_BATCHES: u64 = i64::MAX as u64;

impl JudgeSpec {
    /// The judge of that name.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), train: None, program: None }
    }
}

impl Missing {
    /// The command that makes it.
    pub fn command(&self) -> String {
        let Training { pixels, batches, seed, legal, .. } = &self.train;
        let mut command = format!("pixel-debate judge train --pixels {pixels}");
        if *legal != LegalPixels::Nonzero {
            // Memory takes all that is written.
            let _ = write!(command, " --legal {legal}");
        }
        let (data, file) = (self.data.display(), self.file.display());
        let _ = write!(command, " --batches {batches} --seed {seed} --data {data} --out {file}");
        command
    }
}

impl Training {
    /// What a judge's file would say that differs from this, if anything; `data` is the training
    /// images' hash.
    pub(crate) fn difference(&self, provenance: &Provenance, data: &str) -> Option<String> {
        let asked = [
            ("pixels", self.pixels.to_string()),
            ("batches", self.batches.to_string()),
            ("seed", self.seed.to_string()),
            ("legal", self.legal.to_string()),
            ("data", data.to_owned()),
        ];
        // The first judges were trained before any but the nonzero pixels could be.
        let said = |key| match provenance.0.get(key) {
            None if key == "legal" => Some("nonzero"),
            said => said.map(String::as_str),
        };
        asked.into_iter().find_map(|(key, asked)| match said(key) {
            Some(said) if *said == asked => None,
            Some(said) => Some(format!(
                "it was trained with {key} = {said}, and the experiment asks for {asked}"
            )),
            None => Some(format!(
                "it does not say with what {key} it was trained, and the experiment asks for {asked}"
            )),
        })
    }

    /// The folder of the training images.
    pub(crate) fn data(&self, folder: &Path) -> PathBuf {
        folder.join(&self.data)
    }
}

impl Value<Custom> for Training {
    fn allowed() -> String {
        "{ pixels = K, batches = N, data = \"FOLDER\" }, with `seed` and `legal` if need be"
            .to_owned()
    }

    fn read(field: &Field<'_>, value: &Given<'_>) -> Result<Self, ExperimentError> {
        let known = ["pixels", "batches", "seed", "legal", "data"];
        let Some(fields) = Fields::within(*field, value, &known)? else {
            return Err(field.must_be(value, Self::allowed()));
        };
        Ok(Self {
            pixels: fields.required::<Pixels>("pixels")?.into_inner().byte(),
            batches: fields.required::<Count<1, MOST_BATCHES>>("batches")?.into_inner().get(),
            seed: fields.or("seed", 1)?.into_inner(),
            legal: fields.or("legal", LegalPixels::Nonzero)?.into_inner(),
            data: fields.required("data")?.into_inner(),
        })
    }
}

impl Value<Custom> for JudgeSpec {
    fn allowed() -> String {
        "\"shipped\", \"judge-4\", \"judge-6\", a file, { file = \"FILE\", train = { ... } }, or \
         { command = [\"PROGRAM\", ...] }"
            .to_owned()
    }

    fn read(field: &Field<'_>, value: &Given<'_>) -> Result<Self, ExperimentError> {
        if let Some(name) = value.get_ref().as_str() {
            return Ok(Self::named(name));
        }
        let known: Vec<&str> =
            ["file", "train", "command"].into_iter().chain(ProgramFields::OTHERS).collect();
        let Some(fields) = Fields::within(*field, value, &known)? else {
            return Err(field.must_be(value, Self::allowed()));
        };
        let file: Option<toml::Spanned<String>> = fields.optional("file")?;
        let train: Option<toml::Spanned<Training>> = fields.optional("train")?;
        let has_command = fields.names().any(|name| name == "command");
        match (file, train, has_command) {
            (Some(_), _, true) => {
                // What is wrong with the command itself is said first.
                ProgramFields::read(&fields)?;
                Err(fields
                    .refuse("command", "`command` beside `file`: a judge is one or the other"))
            }
            (None, Some(_), true) => {
                Err(fields
                    .refuse("train", "`train` beside `command`: a program is not trained here"))
            }
            (None, None, true) => {
                let program = ProgramFields::read(&fields)?;
                Ok(Self { program, ..Self::named(String::new()) })
            }
            (None, _, false) => Err(field.refuse(value, "has neither `file` nor `command`")),
            (Some(file), Some(_), false) if is_onnx(Path::new(file.get_ref())) => Err(fields
                .refuse("train", "`train` of an ONNX file: such a judge is trained elsewhere")),
            (Some(file), train, false) => {
                // It refuses what is a program's.
                let program = ProgramFields::read(&fields)?;
                let (name, train) = (file.into_inner(), train.map(toml::Spanned::into_inner));
                Ok(Self { name, train, program })
            }
        }
    }
}
