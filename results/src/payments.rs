//! Who is to be paid what, and what is to become of each submission: for those who recruit.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::results::{Deed, Results};

use crate::columns::{self, Submitted};
use crate::dictionary::{DescribedTable, Dictionary};
use crate::error::{ExportError, csv_of};
use crate::folder;
use crate::money::{amount, rounded};
use crate::outcome::{Outcome, Pay};

/// The file of bonuses.
pub(crate) const BONUSES: &str = "bonuses.csv";

/// Whose bonuses have been paid before, by the first parameter of the link.
///
/// ```
/// use pixel_debate_results::Earlier;
///
/// let earlier = Earlier::read("5f01,1.20\n5f02,0.85\n")?.and(Earlier::read("5f03,2.00\n")?);
/// assert!(earlier.has("5f02") && !earlier.has("5f04"));
/// assert!(Earlier::read("5f01\n").is_err());
/// # Ok::<(), pixel_debate_results::ExportError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Earlier(BTreeSet<String>);

impl Earlier {
    /// Reads the text of a `bonuses.csv` that was written before.
    ///
    /// # Errors
    ///
    /// [`ExportError::Earlier`] with the first line that is no participant and an amount.
    pub fn read(text: &str) -> Result<Self, ExportError> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut names = BTreeSet::new();
        for (at, record) in reader.records().enumerate() {
            let fault = |found: String| ExportError::Earlier { line: at + 1, found };
            let record = record.map_err(|error| fault(error.to_string()))?;
            match record.iter().collect::<Vec<_>>()[..] {
                [name, amount] if !name.is_empty() && amount.parse::<f64>().is_ok() => {
                    names.insert(name.to_owned());
                }
                _ => {
                    let found: String = record.iter().collect::<Vec<_>>().join(",");
                    return Err(fault(format!("{:?}", found.chars().take(60).collect::<String>())));
                }
            }
        }
        Ok(Self(names))
    }

    /// These and those.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Whether a participant's bonus has been paid.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

/// What was written, in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// How many bonuses are in the file.
    pub bonuses: usize,
    /// What they come to, with the currency: `3.40 GBP`; nothing where the study has no bonus.
    pub total: Option<String>,
    /// How many bonuses have to be paid by hand.
    pub by_hand: usize,
    /// How many submissions there are of each outcome.
    pub outcomes: BTreeMap<Outcome, usize>,
}

/// Writes who is to be paid what into a folder that is not there yet.
///
/// | file | what |
/// |---|---|
/// | `bonuses.csv` | one line for each bonus, without a head: the first parameter of the link, and the amount |
/// | `submissions.csv` | everybody who came, with the link's parameters, the code, and what is to become of it |
/// | `dictionary.md` | the columns of the latter |
///
/// Whoever is in `earlier` has been paid, and is not in `bonuses.csv` once more.
///
/// # Errors
///
/// [`ExportError`] if the links have no parameter by which somebody could be paid, the folder is there already, or it cannot
/// be written.
pub fn payments(
    frozen: &Frozen,
    results: &Results,
    earlier: &Earlier,
    folder: &Path,
) -> Result<Settled, ExportError> {
    folder::check_absent(folder)?;
    let Written { bonuses, submissions, described, settled } =
        written(frozen, results, earlier)?.ok_or(ExportError::NoLink)?;
    let dictionary = Dictionary { study: frozen.hash().to_owned(), tables: vec![described] };
    let files =
        [bonuses, submissions, ("dictionary.md".to_owned(), dictionary.markdown().into_bytes())];
    folder::write(folder, &files)?;
    Ok(settled)
}

pub(crate) struct Written {
    pub(crate) bonuses: (String, Vec<u8>),
    pub(crate) submissions: (String, Vec<u8>),
    pub(crate) described: DescribedTable,
    settled: Settled,
}

/// The files. None, where no link says who somebody is.
pub(crate) fn written(
    frozen: &Frozen,
    results: &Results,
    earlier: &Earlier,
) -> Result<Option<Written>, ExportError> {
    let study = &frozen.plan().study;
    let Some(key) = study.recruits.parameters.first() else { return Ok(None) };
    let currency = study.bonus.as_ref().map(|bonus| bonus.currency.as_str());
    let closed = results.deviations.iter().any(|deviation| deviation.deed == Deed::Closed);
    let mut bonuses = Vec::new();
    let (mut total, mut by_hand, mut outcomes) = (0, 0, BTreeMap::new());
    let mut rows = Vec::new();
    for participant in &results.participants {
        let outcome = Outcome::of(participant, closed);
        let earned = currency.zip(participant.bonus).filter(|_| outcome == Outcome::Approve);
        let earned = earned.filter(|(currency, bonus)| rounded(*bonus, currency) > 0);
        let link = participant.parameters.get(key);
        let pay = match (earned, link) {
            (None, _) => Pay::Nothing,
            (Some(_), Some(link)) if earlier.has(link) => Pay::Before,
            (Some((currency, bonus)), Some(link)) if is_plain(link) => {
                bonuses.push([link.clone(), amount(bonus, currency)]);
                total += rounded(bonus, currency);
                Pay::Now
            }
            (Some(_), _) => Pay::ByHand,
        };
        by_hand += usize::from(pay == Pay::ByHand);
        *outcomes.entry(outcome).or_default() += 1;
        rows.push(Submitted { participant, outcome, pay });
    }
    let table = columns::marked(columns::submissions(frozen), results.rehearsal);
    let name = format!("{}.csv", table.name);
    let submissions = csv_of(&table, &rows)?;
    let described = DescribedTable::of(&table, vec![name.clone()], rows.len());
    let settled = Settled {
        bonuses: bonuses.len(),
        total: currency.map(|currency| {
            let total = u32::try_from(total).unwrap_or(u32::MAX);
            format!("{} {currency}", amount(total, currency))
        }),
        by_hand,
        outcomes,
    };
    let fault = |error: csv::Error| ExportError::Table { table: BONUSES, fault: error.to_string() };
    let mut file = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    for bonus in &bonuses {
        file.write_record(bonus).map_err(fault)?;
    }
    let bytes = file.into_inner().map_err(|error| fault(error.into_error().into()))?;
    Ok(Some(Written {
        bonuses: (BONUSES.to_owned(), bytes),
        submissions: (name, submissions),
        described,
        settled,
    }))
}

/// Whether a parameter is such that nobody's program takes it for anything else.
fn is_plain(link: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    link.starts_with(|letter: char| letter.is_ascii_alphanumeric()) && link.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_earlier_file_is_read_and_another_is_refused() {
        let earlier = Earlier::read("5f01,1.20\r\n5f02,0.85").unwrap();
        assert!(earlier.has("5f01") && earlier.has("5f02") && !earlier.has("1.20"));
        assert_eq!(Earlier::read("").unwrap(), Earlier::default());
        for (text, line) in [
            ("5f01,1.20\n5f02", 2),
            ("PROLIFIC_PID,amount\n", 1),
            ("5f01,1.20,GBP\n", 1),
            ("5f01,1.20\n5f02,2\n,3\n", 3),
        ] {
            let error = Earlier::read(text).unwrap_err();
            assert!(
                matches!(error, ExportError::Earlier { line: found, .. } if found == line),
                "{error}"
            );
        }
    }

    #[test]
    fn a_made_up_name_is_paid_by_nobodys_program() {
        for plain in ["5f01a9c3", "a-b_C"] {
            assert!(is_plain(plain));
        }
        for odd in ["=1+1", "-1", "a,b", "a b", "", "é", "a\"b"] {
            assert!(!is_plain(odd), "{odd}");
        }
    }
}
