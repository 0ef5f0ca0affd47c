//! The judges that an experiment names.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use pixel_debate_fields::{Count, Given, Value, named};
use pixel_debate_game::LegalPixels;
use pixel_debate_judge::choosers::{Choosers, FROM_KEY, MASKS_KEY};
use pixel_debate_judge::{Judge, SHIPPED_PIXELS, Trainable};

use super::choosers::{ROUNDS, choosers};
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
    /// Who chooses them.
    pub choosers: Choosers,
    /// What kind of judge.
    pub kind: Trainable,
    /// What training begins with, if not with random numbers: `judge-4`, `judge-6`, or a file, relative to the
    /// experiment's.
    pub from: Option<String>,
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
    /// What training begins with, if not with random numbers: `judge-4`, `judge-6`, or a file.
    pub from: Option<String>,
}

/// What an experiment and a command call it if nobody but chance chooses the masks.
const CHANCE: &str = "random";
/// What is said of a judge whose training began with random numbers.
const NOTHING: &str = "nothing";
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
        let Training { pixels, batches, seed, legal, choosers, kind, .. } = &self.train;
        let mut command = format!("pixel-debate judge train --pixels {pixels}");
        if *legal != LegalPixels::Nonzero {
            // Memory takes all that is written.
            let _ = write!(command, " --legal {legal}");
        }
        if *kind != Trainable::Paper {
            let _ = write!(command, " --kind {kind}");
        }
        for (key, value) in choosers.keys() {
            let _ = write!(command, " --{} {value}", key.replace('_', "-"));
        }
        if let Some(from) = &self.from {
            let _ = write!(command, " --from {from}");
        }
        let (data, file) = (self.data.display(), self.file.display());
        let _ = write!(command, " --batches {batches} --seed {seed} --data {data} --out {file}");
        command
    }
}

impl Training {
    /// What a judge's file would say that differs from this, if anything; `data` is the training
    /// images' hash, and `from` that of the judge that training begins with.
    pub(crate) fn difference(
        &self,
        judge: &Judge,
        data: &str,
        from: Option<String>,
    ) -> Option<String> {
        if Trainable::of(judge.model()) != Some(self.kind) {
            let (is, asked) = (judge.model().kind(), self.kind);
            return Some(format!("it is of kind {is}, and the experiment asks for {asked}"));
        }
        let provenance = judge.provenance();
        let choosers = self.choosers.keys();
        let chance = choosers.is_empty().then(|| (MASKS_KEY, CHANCE.to_owned()));
        let from = (FROM_KEY, from.unwrap_or_else(|| NOTHING.to_owned()));
        let asked = [
            ("pixels", self.pixels.to_string()),
            ("batches", self.batches.to_string()),
            ("seed", self.seed.to_string()),
            ("legal", self.legal.to_string()),
            ("data", data.to_owned()),
        ];
        // The first judges were trained before any but random masks of nonzero pixels could be.
        let said = |key| match provenance.0.get(key) {
            None if key == "legal" => Some("nonzero"),
            None if key == MASKS_KEY => Some(CHANCE),
            None if key == FROM_KEY => Some(NOTHING),
            said => said.map(String::as_str),
        };
        asked.into_iter().chain(chance).chain(choosers).chain([from]).find_map(|(key, asked)| match said(key) {
            Some(said) if *said == asked => None,
            Some(said) => Some(format!(
                "it was trained with {key} = {said}, and the experiment asks for {asked}"
            )),
            None => Some(format!(
                "it does not say with what {key} it was trained, and the experiment asks for {asked}"
            )),
        })
    }

    /// What training begins with, if not with random numbers: a name or a file.
    pub(crate) fn from(&self, folder: &Path) -> Option<String> {
        let from = self.from.as_ref()?;
        let shipped = SHIPPED_PIXELS.iter().any(|pixels| *from == format!("judge-{pixels}"));
        Some(if shipped { from.clone() } else { folder.join(from).display().to_string() })
    }

    /// The folder of the training images.
    pub(crate) fn data(&self, folder: &Path) -> PathBuf {
        folder.join(&self.data)
    }
}

named!(Custom; Trainable:
    "paper" => Trainable::Paper,
    "linear" => Trainable::Linear,
    "mlp" => Trainable::Mlp,
    "small" => Trainable::Small,
    "large" => Trainable::Large,
);

impl Value<Custom> for Training {
    fn allowed() -> String {
        "{ pixels = K, batches = N, data = \"FOLDER\" }, with `seed`, `legal`, `kind`, `from` and `masks` if need be"
            .to_owned()
    }

    fn read(field: &Field<'_>, value: &Given<'_>) -> Result<Self, ExperimentError> {
        let known: Vec<&str> =
            ["pixels", "batches", "seed", "legal", "kind", "from", "data", MASKS_KEY]
                .into_iter()
                .chain(ROUNDS)
                .collect();
        let Some(fields) = Fields::within(*field, value, &known)? else {
            return Err(field.must_be(value, Self::allowed()));
        };
        Ok(Self {
            pixels: fields.required::<Pixels>("pixels")?.into_inner().byte(),
            batches: fields.required::<Count<1, MOST_BATCHES>>("batches")?.into_inner().get(),
            seed: fields.or("seed", 1)?.into_inner(),
            legal: fields.or("legal", LegalPixels::Nonzero)?.into_inner(),
            choosers: choosers(&fields)?,
            kind: fields.or("kind", Trainable::Paper)?.into_inner(),
            from: fields.optional("from")?.map(toml::Spanned::into_inner),
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
