//! A report, carried out.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use atomic_write_file::AtomicWriteFile;
use pixel_debate_harness::{JudgeOrigin, Manifest, Observer, RunPlan};

use crate::alone::Alone;
use crate::error::AssessmentError;
use crate::report::{Asked, Report, report};
use crate::settings::Settings;
use crate::{charts, page, table};

/// Asks the judges of a plan, has the debates played, on so many threads, and writes the report into the folder. Judges
/// are asked alone on the threads of rayon's pool. What is there of the same report is used: debates that were played
/// are not played again. But for what the report says of time, it is a function of the settings and the judges alone.
///
/// # Errors
///
/// [`AssessmentError`] if the folder is another report's, cannot be read or written, or a judge does not answer.
pub fn assess(
    settings: &Settings,
    plan: &RunPlan,
    folder: &Path,
    threads: usize,
    observer: &dyn Observer,
) -> Result<Report, AssessmentError> {
    let manifest = plan.manifest();
    check_distinct(&manifest.judges)?;
    check_folder(folder)?;
    let finished = plan.run(&folder.join("debates"), threads, observer)?;
    let images = manifest.image_numbers();
    let ask = |origin: &JudgeOrigin| {
        let cell = cells_of(manifest, origin).next()?;
        Some(Alone::of(plan.judging(cell), plan.dataset(), &images, settings.seed))
    };
    let alone: Vec<Alone> = manifest.judges.iter().filter_map(ask).collect::<Result<_, _>>()?;
    let asked: Vec<Asked<'_>> = manifest
        .judges
        .iter()
        .zip(&alone)
        .map(|(origin, alone)| Asked {
            name: &origin.name,
            hash: &origin.hash,
            provenance: &origin.provenance,
            alone,
            cells: cells_of(manifest, origin).collect(),
        })
        .collect();
    let report = report(settings, manifest, &finished, &asked);
    let costs: Vec<Duration> =
        alone.iter().map(|alone| alone.time / alone.evaluations().max(1) as u32).collect();
    write(folder, &report, &finished, &costs, &asked)?;
    Ok(report)
}

/// The cells of a judge, by their places.
fn cells_of<'a>(
    manifest: &'a Manifest,
    origin: &'a JudgeOrigin,
) -> impl Iterator<Item = usize> + 'a {
    let of_judge = |place: &usize| {
        let mark = &manifest.cells[*place].play.judge;
        (&mark.name, &mark.hash) == (&origin.name, &origin.hash)
    };
    (0..manifest.cells.len()).filter(of_judge)
}

/// What a report's folder has in it.
const PARTS: [&str; 5] = ["debates", "plots", "report.html", "report.json", "alone.parquet"];

/// A folder with anything else is somebody else's.
fn check_folder(folder: &Path) -> Result<(), AssessmentError> {
    let io = |source| AssessmentError::Io { path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(io(error)),
    };
    for entry in entries {
        let name = entry.map_err(io)?.file_name().to_string_lossy().into_owned();
        // What is being written has a name of its own until it is whole.
        if !PARTS.contains(&&*name) && !name.starts_with('.') {
            return Err(AssessmentError::Elsewhere { folder: folder.to_owned(), what: name });
        }
    }
    Ok(())
}

/// Whoever names a judge twice means another.
fn check_distinct(judges: &[JudgeOrigin]) -> Result<(), AssessmentError> {
    for (place, judge) in judges.iter().enumerate() {
        if let Some(other) = judges[..place].iter().find(|other| other.hash == judge.hash) {
            let (one, other, hash) = (other.name.clone(), judge.name.clone(), judge.hash.clone());
            return Err(AssessmentError::Twice { one, other, hash });
        }
    }
    Ok(())
}

/// Writes the files of a report, each whole or not at all.
fn write(
    folder: &Path,
    report: &Report,
    finished: &pixel_debate_harness::Finished,
    costs: &[Duration],
    asked: &[Asked<'_>],
) -> Result<(), AssessmentError> {
    let mut json = serde_json::to_vec_pretty(report).expect("a report is plain data");
    json.push(b'\n');
    let mut files = Vec::new();
    let mut pictures = Vec::new();
    for (name, chart) in charts::of(report) {
        let drawn = chart.draw(&name)?;
        files.push((format!("plots/{name}.png"), drawn.png));
        files.push((format!("plots/{name}.svg"), drawn.svg.clone().into_bytes()));
        pictures.push((name, drawn.svg));
    }
    files.push(("alone.parquet".to_owned(), table::bytes(report, asked)));
    files.push(("report.json".to_owned(), json));
    // Last: whoever finds it finds all of it.
    files.push((
        "report.html".to_owned(),
        page::page(report, finished, costs, &pictures).into_bytes(),
    ));
    let plots = folder.join("plots");
    fs::create_dir_all(&plots).map_err(|source| AssessmentError::Io { path: plots, source })?;
    for (name, bytes) in files {
        let path = folder.join(name);
        let written = || {
            let mut file = AtomicWriteFile::open(&path)?;
            file.write_all(&bytes)?;
            file.commit()
        };
        written().map_err(|source| AssessmentError::Io { path: path.clone(), source })?;
    }
    Ok(())
}
