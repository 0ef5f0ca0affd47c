//! The debates of a run as a table that other programs read: Parquet, one row a debate.
//!
//! | column | type | what |
//! |---|---|---|
//! | `cell` | int | the cell, by its place in the manifest, from 0 |
//! | `image`, `label` | int | the image's number and its true label |
//! | `lie` | int? | the liar's claim, with precommit |
//! | `first` | string? | who made the first reveal, `honest` or `liar`; none where the judge was alone |
//! | `replicate`, `seed` | int, int? | |
//! | `winner` | string | `honest` or `liar` |
//! | `margin` | float? | the honest side's, if a debate was played |
//! | `believed` | int? | the label that the judge believed |
//! | `evidence` | bytes | x and y of each reveal, in order |
//! | `logits` | bytes? | ten little-endian floats of 32 bits |
//! | `blame` | int? | which reveal of the honest side threw the debate away, from 1; 0: lost from the start |

mod read;
mod write;

pub(crate) use read::read;
pub(crate) use write::to_bytes;

/// The columns.
const SCHEMA: &str = "
message debates {
    required int32 cell;
    required int32 image;
    required int32 label;
    optional int32 lie;
    optional binary first (string);
    required int32 replicate;
    optional int64 seed;
    required binary winner (string);
    optional float margin;
    optional int32 believed;
    required binary evidence;
    optional binary logits;
    optional int32 blame;
}";

#[cfg(test)]
mod tests {
    use pixel_debate_game::{Pixel, Role};

    use super::*;
    use crate::RunError;
    use crate::rows::{Blame, Row};

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
            logits: Some(std::array::from_fn(|label| label as f32 / 3.0 - 1.0)),
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

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("debates.parquet");
        for rows in [rows(), vec![Vec::new(); 2]] {
            let bytes = to_bytes(&rows);
            assert_eq!(bytes, to_bytes(&rows));
            std::fs::write(&file, bytes).unwrap();
            assert_eq!(read(&file, rows.len()).unwrap(), rows);
        }
    }

    #[test]
    fn a_damaged_table_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("debates.parquet");
        let bytes = to_bytes(&rows());
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
