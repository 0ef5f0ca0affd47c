//! A player that asks a judge of its own.

use pixel_debate_judge::Evaluator;

use crate::player::{Answer, Asked, NoAnswer, Player};

/// A player to whom this evaluator is lent, whatever is lent to the others.
pub(crate) struct Apart<'a> {
    pub(crate) player: &'a mut dyn Player,
    pub(crate) evaluator: &'a mut dyn Evaluator,
}

impl Player for Apart<'_> {
    fn answer(&mut self, asked: Asked<'_>) -> Result<Answer, NoAnswer> {
        self.player.answer(Asked { evaluator: &mut *self.evaluator, ..asked })
    }

    fn asks_judge(&self) -> bool {
        self.player.asks_judge()
    }

    fn bytes(&self) -> usize {
        self.player.bytes()
    }
}
