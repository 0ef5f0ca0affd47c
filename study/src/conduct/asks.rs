//! What of an item is asked when, and whether a verdict is as it may be.

use pixel_debate_game::{IllegalJudgment, JudgmentEvent, Verdict};
use pixel_debate_protocol::study::Part;
use pixel_debate_protocol::{Refusal, RefusalCode};

use super::trial::Trial;
use crate::file::{Belief, Explanation, Question, Study};

/// The questions of a part.
pub(super) fn asked(study: &Study, part: Part) -> &[Question] {
    match part {
        Part::Before => &study.before,
        Part::After => &study.after,
    }
}

/// Whether a belief is asked for now.
pub(super) fn asks_belief(study: &Study, trial: &Trial) -> bool {
    let due = match study.asks.belief {
        Belief::Each => trial.shown() > 0,
        Belief::End => trial.is_shown(),
        Belief::Never => false,
    };
    due && !trial.waits && !trial.is_believed() && trial.debate.claims().liar.is_some()
}

/// Whether the next pixel may be asked for now.
pub(super) fn asks_next(study: &Study, trial: &Trial) -> bool {
    !trial.is_shown() && !trial.waits && !asks_belief(study, trial)
}

/// Whether a verdict is asked for now.
pub(super) fn asks_verdict(study: &Study, trial: &Trial) -> bool {
    trial.is_shown() && !asks_belief(study, trial)
}

/// Whether what the study asks beside the answer is there, and nothing else.
pub(super) fn check_verdict(
    study: &Study,
    trial: &Trial,
    verdict: &Verdict,
) -> Result<(), Refusal> {
    let Verdict::Label { label, probability, explanation } = verdict else {
        return Err(illegal("a verdict of logits", "a label"));
    };
    match (study.asks.confidence, probability) {
        (true, None) => return Err(illegal("the confidence is missing", "confidence: 0 to 1")),
        (false, Some(_)) => {
            return Err(illegal("a confidence, which is not asked", "no confidence"));
        }
        _ => {}
    }
    // Whether it is against the belief is the game's to say, of a verdict without a reason.
    let plain = Verdict::Label { label: *label, probability: *probability, explanation: None };
    let against =
        match trial.judgment.check(&trial.debate, &JudgmentEvent::Verdict { verdict: plain }) {
            Err(refused @ IllegalJudgment::AgainstBelief { .. }) => Some(refused),
            _ => None,
        };
    if let (Some(refused), false) = (&against, study.asks.reason) {
        let expected = "a verdict for what was held more probable";
        return Err(Refusal::new(RefusalCode::AgainstBelief, refused.to_string(), expected));
    }
    let is_said = explanation.as_ref().is_some_and(|words| !words.trim().is_empty());
    match study.asks.explanation {
        Explanation::Required if !is_said => {
            Err(illegal("the explanation is missing", "explanation: why"))
        }
        Explanation::Never if explanation.is_some() && against.is_none() => {
            Err(illegal("an explanation, which is not asked", "no explanation"))
        }
        _ if against.is_some() && !is_said => {
            let refused = against.map_or_else(String::new, |refused| refused.to_string());
            let expected = "a verdict for what was held more probable, or an explanation";
            Err(Refusal::new(RefusalCode::AgainstBelief, refused, expected))
        }
        _ => Ok(()),
    }
}

pub(super) fn illegal(message: impl Into<String>, expected: impl Into<String>) -> Refusal {
    Refusal::new(RefusalCode::Illegal, message, expected)
}

pub(super) fn told(refused: &IllegalJudgment) -> Refusal {
    let code = match refused {
        IllegalJudgment::AgainstBelief { .. } => RefusalCode::AgainstBelief,
        _ => RefusalCode::Illegal,
    };
    Refusal::new(code, refused.to_string(), refused.expected())
}
