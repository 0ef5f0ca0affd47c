//! What a run is, as it is written beside its results.

use std::collections::BTreeMap;

use pixel_debate_agents::solver::JudgeMark;
use pixel_debate_play::LeftOut;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Cell;
use crate::hex;

/// A run as it is run: nothing that the results depend on is left out, every default is written
/// out, and but for the [`Program`] nothing is in it that they do not depend on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of the folder's format: [`Manifest::FORMAT`].
    pub format: u32,
    /// The program that wrote the folder last.
    pub program: Program,
    /// What debates come to: [`BEHAVIOUR`](pixel_debate_game::BEHAVIOUR).
    pub behaviour: u32,
    /// The processor's instructions with which the judge computed: its
    /// [`Instructions`](pixel_debate_judge::kernels::Instructions).
    pub instructions: String,
    /// What the experiment is called.
    pub title: String,
    /// What it is about.
    pub about: String,
    /// Where the images come from.
    pub dataset: DataMark,
    /// How they were chosen, in words.
    pub selection: String,
    /// Their numbers in the order of the run, separated by spaces.
    pub images: String,
    /// Images that were chosen and that no debate can be about.
    pub left_out: Vec<LeftOut>,
    /// How many images were to be looked at, as was planned beforehand.
    pub looks: Looks,
    /// What the paper leaves open and how it is here.
    pub conventions: Vec<String>,
    /// The judges, each once, with what their files say of them.
    pub judges: Vec<JudgeOrigin>,
    /// What is done with them.
    pub cells: Vec<Cell>,
    /// Grids whose cells are compared, two and two.
    pub comparisons: Vec<ComparisonMark>,
    /// Pictures beyond that of all rates.
    pub plots: Vec<PlotMark>,
}

/// A program, by what it was built from. Results do not depend on it as long as the behaviour is the
/// same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Its version.
    pub version: String,
    /// The commit of its sources, in hexadecimal; `unknown` where it was not built from a repository.
    pub commit: String,
    /// Whether the sources differed from that commit; not known where that is not.
    pub dirty: Option<bool>,
}

/// Which dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataMark {
    /// Its name.
    pub name: String,
    /// [`Dataset::hash`](pixel_debate_datasets::Dataset::hash).
    pub hash: String,
    /// The names of its classes.
    pub classes: Vec<String>,
}

/// The numbers of images at which the results are looked at. Who looks more often finds more that is
/// chance, so they are stated beforehand, and corrected for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Looks {
    /// As the experiment's file has them, in increasing order; without any, the whole file is the one
    /// look.
    pub planned: Vec<usize>,
    /// Whether this is one of them.
    pub is_planned: bool,
}

/// A judge and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgeOrigin {
    /// Its name.
    pub name: String,
    /// The network's hash.
    pub hash: String,
    /// What its file says.
    pub provenance: BTreeMap<String, String>,
}

/// Two grids that are compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComparisonMark {
    /// One grid.
    pub a: String,
    /// The other.
    pub b: String,
    /// Whether the experiment is made for this comparison, as was said beforehand.
    pub primary: bool,
}

/// A picture that a report has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlotMark {
    /// The file's name without ending.
    pub name: String,
    /// What it shows.
    pub kind: crate::experiment::PlotKind,
    /// The grids that it shows.
    pub grids: Vec<String>,
}

/// What the mark of a judge that was brought along begins with, where a network has its hash.
pub(crate) const VERSION: &str = "version ";
/// What such a judge declares of its answers: `logits`, `probabilities`, or anything else.
pub(crate) const ANSWERS: &str = "answers";

impl Manifest {
    /// The version of the folder's format that this program writes and reads.
    pub const FORMAT: u32 = 2;

    /// What the paper leaves open and how it is here.
    pub(crate) fn conventions() -> Vec<String> {
        [
            "search: maximise Q + U, U = c P sqrt(sum N) / (1 + N), c = 1, P = 1 / legal pixels",
            "search: a rollout goes to the last pixel; its end counts 1 for the winner and 0 for \
             the loser, with `:margin` the judge's probability",
            "search: an untried move has Q = 0; ties are broken at random",
            "search: what lies below the moves played is kept and counts towards the next rollouts",
            "verdict: equal logits are the liar's",
            "several seeds: by `majority` the honest side wins if it wins more than half, by \
             `mean_logit` if the mean of its margins is above 0; where both are given the first is the \
             result and the other stands beside it",
            "tests: two-sided, corrected after Holm over all tests of the report and after Bonferroni \
             for the planned looks",
        ]
        .map(str::to_owned)
        .to_vec()
    }

    /// Whether what a judge says are logits, by which it can be scored: those of a network are, and those of
    /// one that was brought along if it has declared so. Of these several may have the same version, so that
    /// only the name tells them apart.
    pub(crate) fn gives_probabilities(&self, judge: &JudgeMark) -> bool {
        if !judge.hash.starts_with(VERSION) {
            return true;
        }
        let same =
            |origin: &&JudgeOrigin| (&origin.name, &origin.hash) == (&judge.name, &judge.hash);
        let origin = self.judges.iter().find(same);
        let answers = origin.and_then(|origin| origin.provenance.get(ANSWERS));
        answers.is_some_and(|answers| ["logits", "probabilities"].contains(&answers.as_str()))
    }

    /// The images' numbers, in the order of the run.
    pub fn image_numbers(&self) -> Vec<usize> {
        self.images.split_whitespace().filter_map(|number| number.parse().ok()).collect()
    }

    /// SHA-256, in hexadecimal, of the manifest as JSON with sorted keys, without blanks and without
    /// `program`: what a table of debates says that it belongs to.
    ///
    /// # Panics
    ///
    /// Never: a manifest is plain data.
    pub fn hash(&self) -> String {
        let mut value = serde_json::to_value(self).expect("a manifest is plain data");
        if let Some(fields) = value.as_object_mut() {
            fields.remove("program");
        }
        value.sort_all_objects();
        hex(&Sha256::digest(value.to_string()))
    }
}

impl Program {
    /// This library's version, of a commit that nobody has told.
    pub fn unknown() -> Self {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Self { version, commit: "unknown".to_owned(), dirty: None }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use pixel_debate_judge::Judge;

    use super::*;
    use crate::{Custom, RunPlan};

    #[test]
    fn each_judge_is_scored_by_what_it_has_declared_itself_whatever_the_order() {
        let declared = [
            ("net", Some("logits")),
            ("sure", Some("probabilities")),
            ("named", Some("labels")),
            ("plain", Some("undeclared")),
            ("silent", None),
        ];
        let mut custom = Custom::default();
        for (name, answers) in declared {
            let about = answers.map(|answers| (ANSWERS.to_owned(), answers.to_owned()));
            let judge = Arc::new(Judge::shipped(4).unwrap());
            // All of one version.
            custom.add_judge(name, "1", about, judge).unwrap();
        }
        for judges in [
            r#"["net", "plain", "sure", "named", "shipped", "silent"]"#,
            r#"["silent", "shipped", "plain", "named", "net", "sure"]"#,
        ] {
            let file = format!(
                "title = \"t\"\n[images]\ndataset = \"mnist\"\nrange = [0, 1]\n[[grid]]\nname = \"alone\"\n\
                 protocol = \"judge_alone\"\npixels = 4\njudge = {judges}\n"
            );
            let plan = RunPlan::with(&file, Path::new(""), None, custom.clone()).unwrap();
            let manifest = plan.manifest();
            assert_eq!(manifest.judges.len(), 6);
            for cell in &manifest.cells {
                let judge = &cell.play.judge;
                let scored = ["net", "sure", "judge-4"].contains(&&*judge.name);
                assert_eq!(
                    manifest.gives_probabilities(judge),
                    scored,
                    "{} in {judges}",
                    judge.name
                );
            }
        }
    }
}
