//! Whether the run in a folder is the one that is asked for.

use serde::Deserialize;

use crate::Cell;
use crate::manifest::{ANSWERS, JudgeOrigin, Manifest, VERSION};

/// The manifest of those bytes, or why it is none of this version's.
pub(super) fn manifest_of(bytes: &[u8]) -> Result<Manifest, String> {
    let unreadable = |error| format!("its manifest cannot be read: {error}");
    let Head { format } = serde_json::from_slice(bytes).map_err(unreadable)?;
    if format != Manifest::FORMAT {
        return Err(format!(
            "it is of format {format}, which another version of the program wrote, and this one's is {}",
            Manifest::FORMAT
        ));
    }
    serde_json::from_slice(bytes).map_err(unreadable)
}

/// The part of a manifest that every version reads.
#[derive(Deserialize)]
struct Head {
    format: u32,
}

/// How many images each cell has.
pub(super) fn counts(manifest: &Manifest) -> Vec<usize> {
    manifest.cells.iter().map(|cell| cell.images).collect()
}

/// Says why a run that is there is not the one that is asked for, where that has other debates. How they are counted and
/// shown may differ; how many images there are too, but for a finished run there are no fewer now.
pub(super) fn check(known: &Manifest, asked: &Manifest, is_finished: bool) -> Result<(), String> {
    let Manifest { program, behaviour, instructions, dataset, cells, .. } = known;
    if *behaviour != asked.behaviour {
        return Err(format!(
            "its debates are those of behaviour {behaviour}, and this program has behaviour {}, which \
             plays otherwise. A program of commit {} goes on with it",
            asked.behaviour, program.commit
        ));
    }
    if *instructions != asked.instructions {
        return Err(format!(
            "its judge computed with {instructions}, and this process computes with {}, which rounds \
             otherwise. `--instructions {instructions}` goes on with it, on a processor that has \
             them",
            asked.instructions
        ));
    }
    if dataset != &asked.dataset {
        return Err("its images are others".to_owned());
    }
    if !cells.iter().map(|cell| &cell.play).eq(asked.cells.iter().map(|cell| &cell.play)) {
        return Err(difference(cells, &asked.cells));
    }
    for judge in asked.judges.iter().filter(|judge| judge.hash.starts_with(VERSION)) {
        let same = |there: &&JudgeOrigin| (&there.name, &there.hash) == (&judge.name, &judge.hash);
        let there = known.judges.iter().find(same);
        let [before, now] =
            [there, Some(judge)].map(|judge| judge.and_then(|judge| judge.provenance.get(ANSWERS)));
        if before != now {
            let [before, now] =
                [before, now].map(|answers| answers.map_or("undeclared", |it| &**it));
            return Err(format!(
                "its judge {} declared of its answers \"{before}\", and now declares \"{now}\"",
                judge.name
            ));
        }
    }
    if is_finished && counts(asked).iter().zip(counts(known)).any(|(now, before)| *now < before) {
        let before = known.image_numbers().len();
        return Err(format!("it is finished with {before} images: ask for no fewer"));
    }
    let (one, two) = (known.image_numbers(), asked.image_numbers());
    if !one.starts_with(&two) && !two.starts_with(&one) {
        return Err("its images are others".to_owned());
    }
    Ok(())
}

/// What differs between the cells of a run that is there and one that is asked for.
fn difference(there: &[Cell], asked: &[Cell]) -> String {
    let count = format!("it has {} cells, and {} are asked for", there.len(), asked.len());
    if there.len() != asked.len() {
        return count;
    }
    let pair = there.iter().zip(asked).find(|(there, asked)| there.play != asked.play);
    let Some((there, asked)) = pair else { return count };
    let (judge, wanted) = (&there.play.judge, &asked.play.judge);
    if judge.name == wanted.name && judge.hash != wanted.hash {
        let (name, hash) = (&judge.name, &judge.hash);
        return format!("its judge {name} is {hash}, and {} is asked for", wanted.hash);
    }
    format!(
        "it has the cell \"{there}\" where \"{asked}\" is asked for, or its lies, orders or seeds are others"
    )
}
