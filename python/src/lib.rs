//! The pixel debate for Python: `pixel_debate._native`.
//!
//! Everything that a researcher calls from Python is here or in the typed modules above it, `pixel_debate/`.
//! What the border promises:
//!
//! - searches and evaluations run without the interpreter's lock, and stop within a second of Ctrl-C
//!   ([`interrupt`]);
//! - arrays are checked and copied before the lock is let go ([`arrays`]);
//! - errors are Python exceptions with the sentences of the Rust errors ([`errors`]);
//! - whoever writes a judge or a debater in Python has it asked where ours are ([`own`], [`players`]).

mod agent;
mod arrays;
mod calling;
mod certificate;
mod dataset;
mod debate;
mod errors;
mod figure;
mod forking;
mod interrupt;
mod judge;
mod numbers;
mod own;
mod players;
mod playing;
mod rules;
mod running;
mod solver;
mod vector;
mod view;

use pyo3::prelude::*;

#[pymodule]
mod _native {
    #[pymodule_export]
    use crate::{
        agent::{Agent, Choice},
        certificate::{Certificate, verify},
        dataset::{Dataset, load},
        debate::Debate,
        errors::{
            DatasetError, Error, Flaw, IllegalMove, JudgeError, PlayerError, RunError, SetupError,
            TranscriptError,
        },
        figure::{dots, lines},
        forking::before_fork,
        judge::{Judge, accuracy},
        players::{asks_judge, is_asked},
        playing::{agent_seed, begin, play, rate, reveal},
        rules::Rules,
        running::run,
        solver::{Analysis, Optimal, Solution, analyse, optimal, solve},
        vector::Debates,
        view::View,
    };
}
