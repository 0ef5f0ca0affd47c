//! The debates of a run as a table that other programs read: Parquet, one row a debate.
//!
//! The columns and what they hold are [`COLUMNS`]. The file's metadata have them too, as JSON under
//! `pixel_debate.columns`, beside the version of the schema (`pixel_debate.schema`) and the hash of the
//! manifest that the cells are in (`pixel_debate.manifest`, [`Manifest::hash`](crate::Manifest::hash)).

mod read;
mod write;

use pixel_debate_game::Role;

use crate::plan::RunPlan;
use crate::rows::Row;
pub(crate) use read::{Table, read};
pub(crate) use write::to_bytes;

/// What a table says of a debate's reveals beyond their places. It follows from image and rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reveals {
    /// What the image has there.
    pub(crate) values: Vec<i32>,
    /// Who revealed it; nobody where the judge was alone.
    pub(crate) by: Vec<Option<Role>>,
}

impl Reveals {
    /// Those of a row that is one of the cell's.
    pub(crate) fn of(plan: &RunPlan, cell: usize, row: &Row) -> Self {
        Self { values: write::values(plan, row), by: write::revealers(plan, cell, row) }
    }

    /// What is wrong with those of a cell's rows, if anything.
    pub(crate) fn fault(
        plan: &RunPlan,
        cell: usize,
        rows: &[Row],
        reveals: &[Self],
    ) -> Result<(), String> {
        for (number, (row, found)) in rows.iter().zip(reveals).enumerate() {
            let Self { values, by } = Self::of(plan, cell, row);
            let fault = if found.values != values {
                format!(
                    "the values of its evidence are {:?}, and should be {values:?}",
                    found.values
                )
            } else if found.by != by {
                let found = &found.by;
                format!("its evidence is revealed by {found:?}, and should be by {by:?}")
            } else {
                continue;
            };
            let (number, of, image) = (number + 1, rows.len(), row.image);
            return Err(format!("debate {number} of {of}, over image {image}: {fault}"));
        }
        Ok(())
    }
}

/// The version of the schema.
const VERSION: &str = "2";
/// The key of the version in the file's metadata.
const SCHEMA_VERSION: &str = "pixel_debate.schema";
/// The key of the manifest's hash.
const MANIFEST: &str = "pixel_debate.manifest";

/// The columns.
const SCHEMA: &str = "
message debates {
    required int32 cell (integer(32, false));
    required int32 image (integer(32, false));
    required int32 label (integer(8, false));
    optional int32 lie (integer(8, false));
    optional binary first (string);
    required int32 replicate (integer(16, false));
    optional int64 seed (integer(64, false));
    required binary winner (string);
    optional float margin;
    optional int32 believed (integer(8, false));
    required group evidence (list) {
        repeated group list {
            required group element {
                required int32 x (integer(8, false));
                required int32 y (integer(8, false));
                required int32 value (integer(8, false));
                optional binary by (string);
            }
        }
    }
    optional group logits (list) {
        repeated group list {
            required float element;
        }
    }
    optional int32 blame (integer(8, false));
}";

/// What each column holds.
const COLUMNS: [(&str, &str); 13] = [
    ("cell", "the cell, by its place in the manifest, from 0"),
    ("image", "the image's number in the dataset, from 0"),
    ("label", "its true label, which the honest side claims"),
    ("lie", "the liar's claim; null without precommit"),
    (
        "first",
        "who made the first reveal, in a consultancy every one: honest or liar; null where the judge \
         was alone",
    ),
    ("replicate", "which of the replicates, from 0"),
    ("seed", "what all that was random depended on; null where nothing was"),
    ("winner", "honest or liar; of a solved debate who wins by optimal play"),
    (
        "margin",
        "the honest side's logit less its greatest rival's at the end; null where nothing was played",
    ),
    ("believed", "the label that the judge believed; null where nothing was played"),
    (
        "evidence",
        "the reveals in order: column x and row y from the top left, value 0 to 255, and by whom, \
         honest or liar, null where the judge was alone; of a solved debate one line of optimal play, \
         or nothing",
    ),
    ("logits", "the judge's logits at the end, one a label; null where nothing was played"),
    (
        "blame",
        "which reveal of the honest side threw the debate away, from 1; 0 where it was lost from the \
         start; null where that was not asked or it won",
    ),
];

#[cfg(test)]
mod tests {
    use pixel_debate_game::Pixel;

    use super::*;
    use crate::RunError;
    use crate::rows::Blame;

    fn rows() -> Vec<Vec<Row>> {
        let played = Row {
            image: 9_999,
            label: 7,
            lie: Some(8),
            first: Some(Role::Liar),
            replicate: 2,
            seed: Some(u64::MAX),
            winner: Role::Liar,
            margin: Some(-1.5e-7),
            believed: Some(8),
            evidence: vec![Pixel::new(27, 0), Pixel::new(3, 14)],
            logits: Some((0..10).map(|label| label as f32 / 3.0 - 1.0).collect()),
            blame: Some(Blame::Reveal(2)),
        };
        let proven = Row {
            lie: None,
            first: None,
            seed: None,
            winner: Role::Honest,
            margin: None,
            believed: None,
            evidence: Vec::new(),
            logits: None,
            blame: None,
            ..played.clone()
        };
        let start = Row { blame: Some(Blame::Start), ..played.clone() };
        vec![vec![played.clone(), proven.clone()], Vec::new(), vec![proven, start, played]]
    }

    /// A plan of three cells.
    fn plan() -> RunPlan {
        let text = "title = \"Three\"\n[images]\ndataset = \"mnist\"\nlist = [9999]\n[[grid]]\n\
                    name = \"alone\"\nprotocol = \"judge_alone\"\njudge = \"judge-4\"\npixels = \
                    [2, 4, 6]\n";
        RunPlan::new(text, std::path::Path::new(""), None).unwrap()
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("debates.parquet");
        let plan = plan();
        let manifest = plan.manifest().hash();
        for rows in [rows(), vec![Vec::new(); 3]] {
            let bytes = to_bytes(&plan, &rows);
            assert_eq!(bytes, to_bytes(&plan, &rows));
            std::fs::write(&file, bytes).unwrap();
            let reveals = rows
                .iter()
                .enumerate()
                .map(|(cell, rows)| rows.iter().map(|row| Reveals::of(&plan, cell, row)).collect());
            let table = Table { manifest: manifest.clone(), reveals: reveals.collect(), rows };
            assert_eq!(read(&file, 3).unwrap(), table);
        }
    }

    #[test]
    fn a_table_of_which_a_byte_is_another_is_read_or_refused() {
        let plan = plan();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("debates.parquet");
        let bytes = to_bytes(&plan, &rows());
        let mut contradictions = 0;
        // Of all bytes those that take seconds.
        for at in (0..bytes.len()).step_by(5) {
            for other in [0x7f, bytes[at] ^ 1] {
                let mut bytes = bytes.clone();
                bytes[at] = other;
                std::fs::write(&file, &bytes).unwrap();
                if let Err(error) = read(&file, 3) {
                    let error = error.to_string();
                    assert!(error.contains("debates.parquet"), "{error}");
                    contradictions += usize::from(error.contains("contradict"));
                }
            }
        }
        // Else the library has learnt to look, and need not be watched.
        assert!(contradictions > 0);
    }

    #[test]
    fn a_damaged_table_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("debates.parquet");
        let bytes = to_bytes(&plan(), &rows());
        for damaged in [&bytes[..bytes.len() / 2], b"", b"PAR1 and no more PAR1"] {
            std::fs::write(&file, damaged).unwrap();
            let error = read(&file, 3).unwrap_err();
            assert!(matches!(error, RunError::Damaged { .. }), "{error}");
            assert!(error.to_string().contains("debates.parquet"), "{error}");
        }
        // Fewer cells than the table has rows of.
        std::fs::write(&file, bytes).unwrap();
        assert!(matches!(read(&file, 1), Err(RunError::Damaged { .. })));
    }
}
