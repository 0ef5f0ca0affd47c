//! A condition in a sentence.

use std::fmt;

use super::{Condition, First, Lies, Play, Side};

impl Condition {
    /// What the condition is, in words.
    pub fn in_words(&self) -> String {
        let debaters = |honest: &dyn fmt::Display, liar: &dyn fmt::Display| {
            let (honest, liar) = (honest.to_string(), liar.to_string());
            if honest == liar { honest } else { format!("{honest} against {liar}") }
        };
        let live = if self.live().is_some() { ", live" } else { ", played beforehand" };
        let who = match &self.play {
            Play::Debate { honest, liar, first, .. } => {
                let first = match first {
                    First::Honest => "the honest side begins",
                    First::Liar => "the liar begins",
                    First::Balanced => "either begins",
                };
                format!(": {}, {first}{live}", debaters(honest, liar))
            }
            Play::Consultancy { honest, liar, side, .. } => {
                let side = match side {
                    Side::Honest => "for the truth",
                    Side::Liar => "for a lie",
                    Side::Balanced => "for either",
                    Side::Open => "for what it chooses",
                };
                format!(": {} argues {side}{live}", debaters(honest, liar))
            }
            Play::Alone {} => ": random pixels".to_owned(),
        };
        let lies = match self.lies {
            None => "every class is an answer".to_owned(),
            Some(Lies::Random) => "a random lie".to_owned(),
            Some(Lies::Strongest) => "the strongest lie".to_owned(),
            Some(Lies::Label(label)) => format!("the lie is {label}"),
        };
        let kind = self.kind();
        format!("{kind} of {} pixels{who}; {lies}", self.pixels)
    }
}
