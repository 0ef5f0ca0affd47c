//! A program as a debater.

use std::sync::Arc;

use pixel_debate_agents::Choice;
use pixel_debate_game::{Pixel, View};
use pixel_debate_play::{Answer as Move, Asked, NoAnswer, Player};
use serde::{Deserialize, Serialize};

use crate::error::{Fault, ProgramError};
use crate::hello::{Part, in_line};
use crate::pool::{Note, Pool};
use crate::process::Process;
use crate::spec::ProgramSpec;
use crate::words::quoted;

/// The most bytes of an answer.
const MOST_BYTES: usize = 1 << 12;

/// A debater that is a program: told its view of the debate, it answers a pixel.
///
/// Any of its processes may be asked for any of its moves, so it is to keep nothing of a debate from one question to
/// the next: its view has all that has happened.
#[derive(Debug, Clone)]
pub struct ProgramDebater(Arc<Pool>);

impl ProgramDebater {
    /// Starts the program, and hears what it is.
    ///
    /// # Errors
    ///
    /// [`ProgramError`] if it cannot be started, or does not say what it is.
    pub fn start(spec: ProgramSpec) -> Result<Self, ProgramError> {
        Ok(Self(Arc::new(Pool::start(spec, Part::Debater)?)))
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.0.hello.name
    }

    /// The version that it declares.
    pub fn version(&self) -> &str {
        &self.0.hello.version
    }

    /// How it is started.
    pub fn spec(&self) -> &ProgramSpec {
        self.0.spec()
    }

    /// The debater in its seat; all that is random about it is drawn from the seed.
    pub fn player(&self, seed: u64) -> Box<dyn Player> {
        Box::new(Seated { program: self.clone(), seed })
    }

    /// Ends all processes that nobody asks at the moment, and tells what they have written to standard error.
    pub fn close(&self) -> Vec<Note> {
        self.0.close()
    }
}

struct Seated {
    program: ProgramDebater,
    seed: u64,
}

/// A question.
#[derive(Serialize)]
#[serde(tag = "type", rename = "debater")]
struct Told<'a> {
    id: u64,
    seed: u64,
    view: &'a View,
}

/// An answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    id: u64,
    #[serde(default)]
    pixel: Option<Pixel>,
    #[serde(default)]
    error: Option<String>,
}

impl Player for Seated {
    fn answer(&mut self, asked: Asked<'_>) -> Result<Move, NoAnswer> {
        let pixel = self.program.0.with(|process| self.pixel(process, asked.view));
        pixel.map(|pixel| Move::Reveal(Choice::unproven(pixel))).map_err(NoAnswer::because)
    }

    fn asks_judge(&self) -> bool {
        false
    }
}

impl Seated {
    fn pixel(&self, process: &mut Process, view: &View) -> Result<Pixel, Fault> {
        process.asked += 1;
        let id = process.asked;
        let told = Told { id, seed: self.seed, view };
        let mut line = serde_json::to_vec(&told).expect("a view is plain data");
        line.push(b'\n');
        let deadline = process.ask(line)?;
        let line = process.line(MOST_BYTES, deadline)?;
        let wrong = |why: String| {
            Fault::NoAnswer(format!(
                "it must answer a line {{\"id\": {id}, \"pixel\": [x, y]}}, and has answered {}: {why}",
                quoted(&line)
            ))
        };
        let answer: Answer =
            serde_json::from_slice(&line).map_err(|error| wrong(in_line(&error.to_string())))?;
        if answer.id != id {
            return Err(wrong(format!("`id` is {}", answer.id)));
        }
        match (answer.pixel, answer.error) {
            (Some(pixel), None) => Ok(pixel),
            (None, Some(error)) => Err(Fault::Declined(quoted(error.as_bytes()))),
            (None, None) => Err(wrong("it has neither `pixel` nor `error`".to_owned())),
            (Some(_), Some(_)) => Err(wrong("it has both `pixel` and `error`".to_owned())),
        }
    }
}
