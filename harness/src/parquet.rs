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
