//! A judge on the disk.

use std::io::{self, Write};
use std::path::Path;

use atomic_write_file::AtomicWriteFile;
use pixel_debate_judge::Weights;

use crate::failure::Failure;

/// Writes a judge in the smallest format in which no digit is lost.
pub(super) fn write(weights: &Weights, out: &Path) -> Result<(), Failure> {
    let bytes = weights.to_bytes(weights.exact_precision()).map_err(io::Error::other);
    bytes
        .and_then(|bytes| write_whole(out, &bytes))
        .map_err(|source| Failure::Write { path: out.to_owned(), source })
}

/// Writes a file such that after any interruption it is whole or what it was before: there is never
/// half a judge. What it returns from is on the disk.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = AtomicWriteFile::open(path)?;
    file.write_all(bytes)?;
    file.commit()
}
