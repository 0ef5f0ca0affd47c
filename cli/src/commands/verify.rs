//! `pixel-debate verify`: certificates of `solve`, held against their data and checked by the judge
//! alone.

mod held;
mod pass;
mod progress;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::HumanCount;
use pixel_debate_agents::solver::{Certificate, Verified};
use pixel_debate_game::{LegalPixels, Role, TurnOrder};
use pixel_debate_judge::Judge;

use crate::failure::Failure;
use crate::input::{Line, Lines};
use crate::options::{DataOption, JudgeOption, ThreadsOption};
use crate::proof;
use held::{Data, Held};
use pass::{Judging, Pass};
use progress::Teller;

/// Check certificates that `solve --json` has written
///
/// Each line is held against the dataset that it names: the image's number, its pixels, its label. What
/// stands beside the certificate must be what it says, the variation a way in which its strategy can
/// go; only `evaluations` and `seconds` are notes, which nothing depends on. Then every way that the
/// debate can go while the winner follows the strategy is tried, and every set of pixels that it can end
/// with is judged. The solver is not used.
///
/// A line that does not hold is told with its number and the field, and the next is checked. Blank lines are
/// passed over. The exit status is 0 only if all others hold.
#[derive(Args)]
pub(crate) struct Verify {
    /// The file, one certificate a line; standard input if none is named
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// What judges the sets
    #[arg(long, value_enum, default_value_t = Pass::Plain)]
    pass: Pass,
    /// Accept certificates whose dataset is not at hand: their images and labels are not checked
    #[arg(long)]
    allow_unknown_data: bool,
    #[command(flatten)]
    judge: JudgeOption,
    #[command(flatten)]
    data: DataOption,
    #[command(flatten)]
    threads: ThreadsOption,
}

/// The longest line, in bytes: a certificate of six pixels has a few million at most.
const LONGEST: usize = 64 << 20;

/// What the certificates are checked with.
struct Checker<'a> {
    options: &'a Verify,
    data: Data,
    /// The judges that were asked for, by the number of pixels.
    judges: BTreeMap<u8, Judge>,
}

/// A certificate that holds.
struct Proof {
    winner: Role,
    verified: Verified,
    /// Why it was not held against its dataset, if it was not.
    unheld: Option<String>,
}

/// Why a line is not proven, or nothing can be.
enum Unproven {
    /// The line does not hold, and here is why.
    Line(String),
    /// A fault that is the same for all lines.
    Program(Failure),
}

impl From<String> for Unproven {
    fn from(fault: String) -> Self {
        Self::Line(fault)
    }
}

impl Verify {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let pool = self.threads.pool()?;
        let input: Box<dyn BufRead> = match &self.file {
            Some(path) => Box::new(BufReader::new(open(path)?)),
            None => Box::new(io::stdin().lock()),
        };
        let data = Data::new(self.data.named()?);
        let mut checker = Checker { options: &self, data, judges: BTreeMap::new() };
        let mut lines = Lines::new(input, LONGEST);
        let (mut read, mut refuted) = (0, 0);
        while let Some(line) = lines.next().map_err(Failure::Input)? {
            // As editors leave them at the end of a file, and people between two parts of one.
            if line.bytes.is_some_and(|bytes| bytes.trim_ascii().is_empty()) {
                continue;
            }
            read += 1;
            let (game, result) = pool.install(|| checker.check(&line))?;
            refuted += usize::from(result.is_err());
            tell(line.number, game.as_deref(), &result)?;
        }
        match (read, refuted) {
            // What was to write certificates may have failed.
            (0, _) => Err(Failure::NoCertificate),
            (_, 0) => Ok(()),
            (_, count) => Err(Failure::Refuted { count, of: read }),
        }
    }
}

fn open(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|source| Failure::File { path: path.to_owned(), source })
}

/// What a line is about, if that can be read, and whether it holds.
type Checked = (Option<String>, Result<Proof, String>);

impl Checker<'_> {
    /// Checks one line. An error is one of the judge's file, which is the same for all lines.
    fn check(&mut self, line: &Line<'_>) -> Result<Checked, Failure> {
        let Some(bytes) = line.bytes else {
            return Ok((None, Err(format!("it is longer than {LONGEST} bytes"))));
        };
        let read = match read(bytes) {
            Ok(read) => read,
            Err(fault) => return Ok((None, Err(fault))),
        };
        let result = match self.check_read(line.number, &read) {
            Ok(proof) => Ok(proof),
            Err(Unproven::Line(fault)) => Err(fault),
            Err(Unproven::Program(failure)) => return Err(failure),
        };
        Ok((Some(game(&read.certificate)), result))
    }

    fn check_read(&mut self, number: usize, line: &proof::Line) -> Result<Proof, Unproven> {
        if let Some(disagreement) = line.disagreement() {
            return Err(Unproven::Line(disagreement));
        }
        let certificate = &line.certificate;
        certificate.game().map_err(|error| error.to_string())?;
        let held = self.data.hold(certificate);
        let pass = self.options.pass;
        let allowed = self.options.allow_unknown_data;
        let judge = self.judge_of(certificate)?;
        let unheld = match held? {
            Held::Yes => None,
            Held::Unknown(why) if allowed => Some(why),
            Held::Unknown(why) => {
                return Err(format!("source.dataset: not held against a dataset: {why}").into());
            }
        };
        // With fewer labels than the judge tells apart it would be another debate, with fewer rivals.
        let (classes, labels) = (usize::from(certificate.classes), judge.classes());
        if classes != labels {
            return Err(format!(
                "classes: it is about {classes} labels, and the judge tells {labels} apart"
            )
            .into());
        }
        let judging = Judging::new(pass, judge, certificate);
        let judging = judging.map_err(|error| format!("image: {error}"))?;
        certificate
            .check_variation(&line.variation, &mut |sets| judging.logits(sets))
            .map_err(|deviation| format!("variation: {deviation}"))?;
        let mut teller = Teller::new(number);
        let verified = certificate
            .verify(&mut |sets| judging.logits(sets), &mut |progress| teller.tell(progress))
            .map_err(|flaw| flaw.to_string())?;
        Ok(Proof { winner: certificate.winner, verified, unheld })
    }

    /// The judge named, or the program's own for that certificate's number of pixels.
    fn judge_of(&mut self, certificate: &Certificate) -> Result<&Judge, Unproven> {
        let pixels = certificate.rules.pixels;
        let judge = match self.judges.entry(pixels) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => {
                let judge = self.options.judge.open(pixels).map_err(|error| match error {
                    Failure::NoJudge { .. } => Unproven::Line(format!("rules.pixels: {error}")),
                    error => Unproven::Program(error),
                })?;
                entry.insert(judge)
            }
        };
        let mark = &certificate.judge;
        if judge.hash() != mark.hash {
            return Err(Unproven::Line(format!(
                "judge.hash: the certificate is about another judge than {}: name its file with \
                 --judge FILE",
                judge.name()
            )));
        }
        if judge.name() != mark.name {
            let (here, there) = (judge.name(), &mark.name);
            return Err(Unproven::Line(format!(
                "judge.name: the judge of that hash is {here:?}, not {there:?}"
            )));
        }
        Ok(judge)
    }
}

/// A line, or what is wrong with it: the field, by its path, and what it may hold.
fn read(bytes: &[u8]) -> Result<proof::Line, String> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let fault = of_one_line(error.inner());
        // The whole line has no path.
        if path == "." { fault } else { format!("{path}: {fault}") }
    })?;
    deserializer.end().map_err(|error| of_one_line(&error))?;
    Ok(read)
}

/// What is wrong with a line that cannot be read. The line is told by its number in the input, and
/// here would always be the first.
fn of_one_line(error: &serde_json::Error) -> String {
    let fault = error.to_string();
    let (fault, column) = fault.split_once(" at line 1 column ").unwrap_or((&fault, ""));
    let fault = in_words(fault);
    if column.is_empty() { fault } else { format!("{fault}, at column {column}") }
}

/// A fault whose last word is a type as who wrote the line knows it.
fn in_words(fault: &str) -> String {
    let words = [
        ("u8", "a whole number from 0 to 255"),
        ("u16", "a whole number from 0 to 65535"),
        ("u32", "a whole number from 0 to 4294967295"),
        ("u64", "a whole number from 0 to 18446744073709551615"),
        ("f64", "a number"),
        ("a sequence", "a list"),
        ("a tuple of size 2", "a list of two numbers"),
    ];
    let Some((given, expected)) = fault.split_once(", expected ") else { return fault.to_owned() };
    if given.starts_with("unknown field") {
        let known = expected.trim_start_matches("one of ");
        return format!("{given}: the fields are {known}");
    }
    let known = words.iter().find(|(name, _)| *name == expected).map(|(_, words)| *words);
    let expected =
        known.unwrap_or(if expected.starts_with("struct ") { "an object" } else { expected });
    format!("{given}: it must be {expected}")
}

/// What a certificate is about, all rules included that are not the paper's.
fn game(certificate: &Certificate) -> String {
    let (claims, rules) = (certificate.claims, certificate.rules);
    let lie = claims.liar.map_or("any other label".to_owned(), |lie| lie.to_string());
    let image = certificate.source.as_ref().map_or("an image".to_owned(), |source| {
        format!("image {} of {}", source.index, source.dataset)
    });
    let (truth, pixels, first) = (claims.honest, rules.pixels, rules.first);
    let order = match rules.order {
        TurnOrder::Alternating => "",
        TurnOrder::Blocks => ", in blocks",
        TurnOrder::Alone => " and alone",
    };
    let legal = match rules.legal {
        LegalPixels::Nonzero => "",
        LegalPixels::Any => ", black pixels too",
    };
    format!("{image}, {pixels} pixels, {truth} against {lie}, {first} first{order}{legal}")
}

/// Says how the check of a line went.
fn tell(number: usize, game: Option<&str>, result: &Result<Proof, String>) -> io::Result<()> {
    let mut output = io::stdout().lock();
    match (game, result) {
        (None, Err(fault)) => writeln!(output, "line {number}: no certificate: {fault}"),
        (Some(game), Err(fault)) => writeln!(output, "line {number}: {game}: not proven: {fault}"),
        (game, Ok(Proof { winner, verified, unheld })) => {
            let Verified { sets, within_rounding } = verified;
            let game = game.unwrap_or_default();
            let (sets, near) = (HumanCount(*sets), HumanCount(*within_rounding));
            write!(output, "{game}: the {winner} side wins; {sets} sets judged")?;
            if *within_rounding > 0 {
                write!(output, ", {near} of them as near to a tie as rounding errors")?;
            }
            if let Some(why) = unheld {
                write!(output, "; NOT held against a dataset: {why}")?;
            }
            writeln!(output)
        }
    }
}
