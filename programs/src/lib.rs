//! Programs of somebody's own as judges and debaters, in any language, asked by pipes.
//!
//! A [`ProgramSpec`] says how a program is started. A [`ProgramJudge`] is a [`Judging`](pixel_debate_play::Judging)
//! like a network, a [`ProgramDebater`] sits where an agent sits. What both are told and have to answer is in
//! `docs/experiments.md`.
//!
//! A judge is told sets of revealed pixels and nothing else: no image's number, no label, no claim, no debater.
//!
//! Whatever a program does, crash or hang or answer nonsense, is a [`ProgramError`] of the debate that it was asked in:
//! a debater's as a player that has no answer, a judge's by [`failing`](pixel_debate_judge::failing).
//!
//! Each thread that asks has a process of its own, started when it first asks: an interpreter does one thing at a time,
//! and one process behind a lock would have all threads wait for it. They are ended with whatever asked them. On Unix a
//! process and all that it starts are one process group, in which a shell waits for the end of this program: by
//! whatever way it comes, Ctrl-C, a panic or a kill, the group is killed.
//!
//! ```no_run
//! use pixel_debate_programs::{ProgramJudge, ProgramSpec};
//! use pixel_debate_play::Judging;
//!
//! let command = ["python3", "judge.py"].map(str::to_owned).to_vec();
//! let judge = ProgramJudge::start(ProgramSpec::new(command, "examples"))?;
//! println!("{} {}", judge.name(), judge.version());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod debater;
mod error;
mod hello;
mod judge;
mod pool;
mod process;
mod spec;
mod words;

pub use debater::ProgramDebater;
pub use error::{Fault, ProgramError};
pub use hello::{Answers, Arrays, PROTOCOL};
pub use judge::ProgramJudge;
pub use pool::Note;
pub use spec::ProgramSpec;
