//! The judges that an experiment needs and that are not there.

use pixel_debate_harness::experiment::Missing;

use crate::failure::Failure;

/// Trains them, one after the other; each is whole or not there.
#[cfg(feature = "train")]
pub(super) fn make(missing: &[Missing], threads: usize) -> Result<(), Failure> {
    use std::io::Write;

    use crate::commands::judge::Recipe;

    for judge in missing {
        // Whoever does not see it has the trainer's own lines.
        let _ = writeln!(std::io::stderr(), "{}", judge.command());
        if let Some(folder) = judge.file.parent() {
            let path = folder.to_owned();
            std::fs::create_dir_all(folder).map_err(|source| Failure::File { path, source })?;
        }
        Recipe::of(judge, threads)?.train()?;
    }
    Ok(())
}

/// Leaves it to the plan to say how each is made.
#[cfg(not(feature = "train"))]
#[expect(clippy::unnecessary_wraps, reason = "it is called as where it can be done")]
pub(super) fn make(_: &[Missing], _: usize) -> Result<(), Failure> {
    Ok(())
}
