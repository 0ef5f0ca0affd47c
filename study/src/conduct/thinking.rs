//! The moves of debaters that think while a participant waits.

use pixel_debate_agents::Clock;
use pixel_debate_game::{Pixel, Seat};
use pixel_debate_play::{AgentPlayer, Answer, Asked, Judging, NoAnswer, Player};

use super::trial::Thought;

impl Thought {
    /// The move: which pixel is revealed next. It takes as long as the agent thinks, and no longer than `clock` says.
    ///
    /// # Errors
    ///
    /// [`NoAnswer`] if there is none, and why.
    pub fn think(&self, judge: &dyn Judging, clock: Clock) -> Result<Pixel, NoAnswer> {
        let by = self.debate.to_move().ok_or_else(|| NoAnswer::because("nobody is to move"))?;
        let mut evaluator = judge
            .asked_about(self.debate.image(), self.debate.classes())
            .map_err(|error| NoAnswer::because(error.to_string()))?;
        let view = self.debate.view(Seat::Debater(by));
        let mut player = AgentPlayer::new(self.agent, self.seed);
        match player.answer(Asked { view: &view, evaluator: &mut *evaluator, clock })? {
            Answer::Reveal(choice) => Ok(choice.pixel),
            Answer::Verdict(_) => Err(NoAnswer::because("a debater gives no verdict")),
        }
    }
}
