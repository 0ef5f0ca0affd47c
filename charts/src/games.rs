//! Debates as pictures: the paper's figure 4.

use pixel_debate_figure::Figure;
use pixel_debate_game::{Debate, Seat, View};

/// Debates below each other, two in a row, each as its debaters and as its judge see it.
#[derive(Debug)]
pub struct Games {
    /// What is written above.
    pub title: String,
    /// What is written below that.
    pub note: String,
    /// The debates, which have ended.
    pub debates: Vec<Debate>,
}

impl Games {
    pub(super) fn figure(&self) -> Figure {
        // After the outcome a judge's view has the truth beside what the judge saw.
        let views: Vec<View> = self.debates.iter().map(|debate| debate.view(Seat::Judge)).collect();
        Figure::sheet(&self.title, &self.note, &views, 2)
    }
}
