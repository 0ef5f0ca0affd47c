//! What came of a study as tables that other programs read.

use std::collections::BTreeMap;
use std::path::Path;

use pixel_debate_study::allocation::Kind;
use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::results::{Results, State};
use serde::Serialize;

use crate::columns::{self, Answered, Believed};
use crate::dictionary::{DescribedTable, Dictionary};
use crate::error::{ExportError, csv_of};
use crate::facts::{Facts, Judged};
use crate::folder;
use crate::payments::{self, Earlier};
use crate::report::Looked;
use crate::table::Table;

/// How a study is exported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExportOptions {
    /// Whether the parameters of participants' links are exported, which may say who they are. They are in any case
    /// where the study's `pseudonyms` is false. With this alone the files for payment are written.
    pub identify: bool,
}

/// What `study.json` says.
#[derive(Debug, Serialize)]
struct About<'a> {
    /// The study's name and title.
    name: &'a str,
    title: &'a str,
    /// The frozen plan's hash.
    hash: &'a str,
    /// The versions of the programs that froze the study, and that wrote this.
    frozen_by: &'a str,
    exported_by: &'static str,
    behaviour: u32,
    /// Whether it was a rehearsal: then nothing of it is a result.
    rehearsal: bool,
    /// Whether the parameters of links are in it.
    identified: bool,
    participants: Participants,
    judgments: Judgments,
    beliefs: usize,
    deviations: usize,
    /// When somebody looked before the end, and at what.
    peeks: Vec<Looked>,
}

#[derive(Debug, Serialize)]
struct Participants {
    planned: u64,
    joined: usize,
    counted: usize,
    erased: usize,
    states: BTreeMap<&'static str, usize>,
}

#[derive(Debug, Serialize)]
struct Judgments {
    /// Main ones of participants who are through.
    planned: u64,
    counted: usize,
    /// All that there are, by what they are for.
    kinds: BTreeMap<Kind, usize>,
}

/// Writes a study's tables into a folder that is not there yet, with what they are.
///
/// | file | what |
/// |---|---|
/// | `judgments`, `beliefs`, `participants`, `answers` | tables, each as `.csv` and as `.parquet` |
/// | `deviations.csv` | what departed from the plan |
/// | `bonuses.csv`, `submissions.csv` | with `identify`: who is to be paid what, as [`payments`](crate::payments()) has it |
/// | `study.json` | the plan's hash, the versions, counts, and when somebody peeked |
/// | `dictionary.md`, `dictionary.json` | every column: its type, unit, range and meaning |
///
/// # Errors
///
/// [`ExportError`] if the folder is there already, something cannot be written, or the results do not fit the study.
pub fn export(
    frozen: &Frozen,
    results: &Results,
    options: ExportOptions,
    folder: &Path,
) -> Result<(), ExportError> {
    folder::check_absent(folder)?;
    Ok(folder::write(folder, &files(frozen, results, options)?)?)
}

/// The files of an export, by their names.
fn files(
    frozen: &Frozen,
    results: &Results,
    options: ExportOptions,
) -> Result<Vec<(String, Vec<u8>)>, ExportError> {
    let facts = Facts::of(frozen, results)?;
    let identified = options.identify || !facts.study().privacy.pseudonyms;
    let mut files = Files {
        hash: frozen.hash(),
        rehearsal: results.rehearsal,
        written: Vec::new(),
        described: Vec::new(),
    };
    let mut by_person: Vec<Vec<&Judged<'_>>> = vec![Vec::new(); results.participants.len()];
    for judged in &facts.judged {
        by_person[judged.person].push(judged);
    }
    let people: Vec<_> = results.participants.iter().zip(by_person).collect();
    let beliefs = Believed::all(&facts.judged);
    files.table(columns::judgments(frozen), &facts.judged, true)?;
    files.table(columns::beliefs(frozen), &beliefs, true)?;
    files.table(columns::participants(frozen, identified), &people, true)?;
    files.table(columns::answers(frozen), &Answered::all(frozen, results), true)?;
    let deviations: Vec<_> = results.deviations.iter().collect();
    files.table(columns::deviations(frozen), &deviations, false)?;
    if options.identify
        && let Some(paid) = payments::written(frozen, results, &Earlier::default())?
    {
        files.written.extend([paid.bonuses, paid.submissions]);
        files.described.push(paid.described);
    }
    let about = about(&facts, identified, beliefs.len());
    let Files { mut written, described, .. } = files;
    let dictionary = Dictionary { study: frozen.hash().to_owned(), tables: described };
    written.push(("study.json".to_owned(), json(&about)));
    written.push(("dictionary.json".to_owned(), json(&dictionary)));
    written.push(("dictionary.md".to_owned(), dictionary.markdown().into_bytes()));
    Ok(written)
}

struct Files<'a> {
    hash: &'a str,
    rehearsal: bool,
    written: Vec<(String, Vec<u8>)>,
    described: Vec<DescribedTable>,
}

impl Files<'_> {
    fn table<R>(&mut self, table: Table<R>, rows: &[R], parquet: bool) -> Result<(), ExportError> {
        let table = &columns::marked(table, self.rehearsal);
        let fault = |fault: String| ExportError::Table { table: table.name, fault };
        let mut names = vec![format!("{}.csv", table.name)];
        let csv = csv_of(table, rows)?;
        self.written.push((names[0].clone(), csv));
        if parquet {
            let metadata = [("pixel_debate.study", self.hash.to_owned())];
            let bytes = table.parquet(&metadata, rows).map_err(|error| fault(error.to_string()))?;
            names.push(format!("{}.parquet", table.name));
            self.written.push((names[1].clone(), bytes));
        }
        self.described.push(DescribedTable::of(table, names, rows.len()));
        Ok(())
    }
}

fn about<'a>(facts: &Facts<'a>, identified: bool, beliefs: usize) -> About<'a> {
    let (plan, results) = (facts.frozen.plan(), facts.results);
    let study = &plan.study;
    let mut states: BTreeMap<&'static str, usize> =
        State::ALL.map(|state| (state.name(), 0)).into_iter().collect();
    for participant in &results.participants {
        *states.entry(participant.state.name()).or_default() += 1;
    }
    let mut kinds = BTreeMap::new();
    for judged in &facts.judged {
        *kinds.entry(judged.judgment.kind).or_default() += 1;
    }
    About {
        name: &study.name,
        title: &study.title,
        hash: facts.frozen.hash(),
        frozen_by: &plan.version,
        exported_by: env!("CARGO_PKG_VERSION"),
        behaviour: plan.behaviour,
        rehearsal: results.rehearsal,
        identified,
        participants: Participants {
            planned: study.assignment.participants,
            joined: results.participants.len(),
            counted: results.participants.iter().filter(|one| one.counts()).count(),
            erased: results.participants.iter().filter(|one| one.erased).count(),
            states,
        },
        judgments: Judgments {
            planned: study.assignment.participants * study.assignment.items,
            counted: facts.counted().count(),
            kinds,
        },
        beliefs,
        deviations: results.deviations.len(),
        peeks: results.peeks.iter().map(Looked::of).collect(),
    }
}

/// A value as JSON that people can read.
pub(crate) fn json<T: Serialize>(value: &T) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).expect("it is plain data");
    bytes.push(b'\n');
    bytes
}
