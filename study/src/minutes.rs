//! How long a study takes.

use crate::file::{Asks, Belief, Explanation, Study};

/// Seconds that a look at a new pixel takes, roughly.
const LOOK: f64 = 3.0;
/// Seconds that a belief takes, a verdict, a confidence, an explanation, a question.
const BELIEF: f64 = 5.0;
const VERDICT: f64 = 5.0;
const CONFIDENCE: f64 = 3.0;
const EXPLANATION: f64 = 25.0;
const QUESTION: f64 = 12.0;
/// Seconds for consent and instructions.
const READING: f64 = 120.0;
/// How many minutes participants need, by a guess that knows nothing of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Minutes {
    /// By what a look, a belief and a verdict usually take.
    pub usual: f64,
    /// At most, where items have a limit.
    pub most: Option<f64>,
}

impl Study {
    /// How long a participant needs for the whole.
    ///
    /// ```
    /// use pixel_debate_study::file::Study;
    ///
    /// # let text = "name = \"a\"\ntitle = \"A\"\nseed = 1\n[[conditions]]\nname = \"a\"\nkind = \"alone\"\npixels = 4\n\
    /// #     [images]\nnumber = 4\n[assignment]\nparticipants = 2\nitems = 2\n[consent]\nversion = \"1\"\n\
    /// #     [languages]\nen = \"en.toml\"\n";
    /// let study = Study::from_toml(text)?;
    /// // Two items of four pixels, with a belief after each.
    /// assert_eq!((study.minutes().usual * 60.0).round(), 120.0 + 2.0 * (4.0 * (3.0 + 5.0) + 5.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn minutes(&self) -> Minutes {
        let Asks { belief, confidence, explanation, .. } = self.asks;
        let pixels: Vec<u64> =
            self.conditions.iter().map(|condition| condition.pixels.into()).collect();
        let reveals = pixels.iter().sum::<u64>() as f64 / pixels.len().max(1) as f64;
        let beliefs = match belief {
            Belief::Each => reveals,
            Belief::End => 1.0,
            Belief::Never => 0.0,
        };
        let explained = if explanation == Explanation::Never { 0.0 } else { EXPLANATION };
        let look = LOOK.max(self.times.reveal_ms as f64 / 1000.0);
        let mut item = reveals * look + beliefs * BELIEF + VERDICT + explained;
        if confidence {
            item += CONFIDENCE;
        }
        let questions = self.questions().count() as f64;
        let rest = READING + questions * QUESTION;
        let limit = self.times.limit.map(|limit| limit as f64);
        let items = self.presentations() as f64;
        let usual = limit.map_or(item, |limit| item.min(limit));
        Minutes {
            usual: (rest + items * usual) / 60.0,
            most: limit.map(|limit| (rest + items * limit) / 60.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_bounds_the_time() {
        let study = |times: &str| {
            let text = format!(
                "name = \"a\"\ntitle = \"A\"\nseed = 1\n[[conditions]]\nname = \"a\"\nkind = \"alone\"\n\
                 pixels = 4\n[images]\nnumber = 4\n[assignment]\nparticipants = 2\nitems = 2\n[consent]\n\
                 version = \"1\"\n[languages]\nen = \"en.toml\"\n{times}"
            );
            Study::from_toml(&text).unwrap()
        };
        let Minutes { usual, most } = study("").minutes();
        assert!(most.is_none());
        let limited = study("[times]\nlimit = 20\n").minutes();
        assert!(limited.usual < usual && Some(limited.usual) == limited.most);
        let wide = study("[times]\nlimit = 600\n").minutes();
        assert!(wide.usual == usual && wide.most > Some(usual));
    }
}
