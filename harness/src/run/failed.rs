//! Shards that nobody could do.

use serde::{Deserialize, Serialize};

/// A shard that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// Its key.
    pub shard: String,
    /// The cell that it is of, in words.
    pub cell: String,
    /// The images' numbers.
    pub images: Vec<usize>,
    /// Why, with who tried.
    pub error: String,
}
