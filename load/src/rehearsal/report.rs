//! What came of a rehearsal.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::trace::Ending;
use crate::report::Percentiles;

/// What came of a rehearsal.
#[derive(Clone, Debug, Serialize)]
pub struct RehearsalReport {
    /// The study's title.
    pub title: String,
    /// The frozen plan's hash.
    pub hash: String,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// Who came, by how it ended for them.
    pub participants: BTreeMap<Ending, u64>,
    /// The most participants at once.
    pub at_once: u64,
    /// Replies that were kept.
    pub replies: u64,
    /// Replies a second.
    pub replies_per_second: f64,
    /// Replies that were sent again, for want of an answer.
    pub resent: u64,
    /// Of these, those that had been kept all the same.
    pub found: u64,
    /// Replies that were said a second time on purpose, and refused.
    pub twice: u64,
    /// Sheets that were checked.
    pub sheets: u64,
    /// Participants who went away and came back.
    pub returns: u64,
    /// Connections that broke while an answer was waited for.
    pub broken: u64,
    /// Times that the server was killed and started again.
    pub kills: u32,
    /// How long acknowledgements took, in milliseconds, of replies that were sent once.
    pub acknowledged: Percentiles,
    /// Of these, of beliefs alone.
    pub beliefs: Percentiles,
    /// What was refused, by the protocol's codes.
    pub refusals: BTreeMap<String, u64>,
    /// What the store has, where it was read.
    pub kept: Option<KeptReport>,
    /// What went wrong, and how often.
    pub errors: BTreeMap<String, u64>,
}

/// What the store has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct KeptReport {
    /// Participants.
    pub participants: u64,
    /// Replies that were looked for, and found once each.
    pub replies: u64,
    /// Whether all places are filled.
    pub complete: bool,
    /// Cells of the plan: images in conditions.
    pub cells: u64,
    /// How many judgments each will have.
    pub planned: u64,
    /// The fewest judgments that count, of one cell.
    pub least: u64,
    /// The most.
    pub most: u64,
}

impl fmt::Display for RehearsalReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<18} {}", "study", self.title)?;
        writeln!(f, "{:<18} {}", "hash", self.hash)?;
        let came: u64 = self.participants.values().sum();
        let ended: Vec<String> = self
            .participants
            .iter()
            .map(|(ending, count)| format!("{count} {}", ending.words()))
            .collect();
        let at_once = self.at_once;
        writeln!(f, "{:<18} {came}, {at_once} at once: {}", "participants", ended.join(", "))?;
        writeln!(
            f,
            "{:<18} {} in {:.1} s, {:.0} a second; {} screens checked",
            "replies", self.replies, self.seconds, self.replies_per_second, self.sheets
        )?;
        if self.returns > 0 {
            let (returns, twice) = (self.returns, self.twice);
            writeln!(f, "{:<18} {returns}; what {twice} said twice was refused", "came back")?;
        }
        if self.kills > 0 {
            writeln!(f, "{:<18} {} times", "server killed", self.kills)?;
        }
        if self.broken + self.resent > 0 {
            writeln!(
                f,
                "{:<18} {}; {} replies sent again, of which {} were kept before",
                "broken connections", self.broken, self.resent, self.found
            )?;
        }
        writeln!(f)?;
        writeln!(
            f,
            "{:<18} {:>9} {:>9} {:>9} {:>9}",
            "acknowledged in ms", "number", "p50", "p99", "max"
        )?;
        for (what, p) in [("replies", self.acknowledged), ("beliefs", self.beliefs)] {
            writeln!(
                f,
                "  {what:<16} {:>9} {:>9.2} {:>9.2} {:>9.2}",
                p.count, p.p50, p.p99, p.max
            )?;
        }
        writeln!(f)?;
        for (code, count) in &self.refusals {
            writeln!(f, "{:<18} {code} {count} times", "refused")?;
        }
        match &self.kept {
            Some(KeptReport { participants, replies, complete, cells, planned, least, most }) => {
                writeln!(
                    f,
                    "{:<18} {participants} participants; {replies} replies looked for, each there once",
                    "store"
                )?;
                let filled = if *complete { "all places filled" } else { "not all places filled" };
                let range =
                    if least == most { format!("{least}") } else { format!("{least} to {most}") };
                writeln!(
                    f,
                    "{:<18} {filled}; {cells} cells with {range} judgments each, {planned} planned",
                    "allocation"
                )?;
            }
            None => writeln!(
                f,
                "{:<18} not read: it is another server's, and has all that was said from now on",
                "store"
            )?,
        }
        write!(f, "{:<18} {}", "errors", self.errors.values().sum::<u64>())?;
        for (error, count) in &self.errors {
            write!(f, "\n{count:>8}  {error}")?;
        }
        Ok(())
    }
}
