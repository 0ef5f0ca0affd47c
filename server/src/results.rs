//! What is kept of a debate that has ended, so that nobody has to replay it to list or to count it.

use bytes::Bytes;
use pixel_debate_game::{
    Claims, Debate, ImageSource, Outcome, OutcomeReason, Players, Verdict, honest_margin,
    honest_wins,
};
use pixel_debate_protocol::{DebateId, Phase, Summary, Visibility};
use pixel_debate_store::Finish;
use serde::{Deserialize, Serialize};
use serde_json::from_value;

use crate::earlier;
use crate::terms::Terms;

/// What came of a debate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct DebateResult {
    /// The number of events.
    events: u32,
    pixels: u8,
    precommit: bool,
    pub(crate) visibility: Visibility,
    pub(crate) judge_may_be_influenced: bool,
    pub(crate) players: Players,
    /// None where it ended without one.
    pub(crate) outcome: Option<Outcome>,
    /// How good the verdict was, where there was one.
    grade: Option<Grade>,
    /// How good the judges' own verdicts were where they were a panel, in the order of their seats: those that the store
    /// had when the debate ended. None where one judged, and where it ended before these were kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    panel: Vec<Grade>,
    /// What the judge said on the way that it believed of the first debater's claim, where it ended before judgments were
    /// kept.
    #[serde(rename = "beliefs", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) earlier_beliefs: Vec<Option<f32>>,
    /// When it ended, in milliseconds since 1970, and where its image comes from: none where it ended
    /// before these were kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ended_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<ImageSource>,
    /// The hash of its data, where they are not the program's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data: Option<String>,
    /// The recorded debate that was judged again, if it was one: then it says nothing more of the debaters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) recorded: Option<DebateId>,
    /// Whether a built-in debater's search was stopped before it was done: then the debate says little of
    /// the agent whose name it has.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) cut_short: bool,
}

/// How good a verdict was.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Grade {
    /// Whether it was for the truth.
    pub(crate) right: bool,
    /// How probable the judge held the truth, if that is known.
    pub(crate) given: Option<f32>,
    /// Between how many labels it decided.
    pub(crate) among: u8,
}

impl DebateResult {
    pub(crate) fn of(
        debate: &Debate,
        terms: &Terms,
        panel: Vec<Grade>,
        ended_ms: Option<u64>,
        cut_short: bool,
    ) -> Self {
        Self {
            events: debate.events().count() as u32,
            pixels: debate.rules().pixels,
            precommit: debate.rules().precommit,
            visibility: terms.setup.visibility,
            judge_may_be_influenced: terms.setup.judge_may_be_influenced,
            players: terms.background.players.clone(),
            outcome: debate.outcome(),
            grade: debate.verdict().map(|verdict| Grade::of(verdict, debate)),
            panel,
            earlier_beliefs: Vec::new(),
            ended_ms,
            source: Some(terms.background.source.clone()),
            data: terms.stage.other_data().map(str::to_owned),
            recorded: terms.recording.as_ref().map(|recording| recording.debate.clone()),
            cut_short,
        }
    }

    /// What its data are told by: the hash where they are not the program's own, and the name where that is kept.
    pub(crate) fn data(&self) -> (Option<&str>, Option<&str>) {
        (self.data.as_deref(), self.source.as_ref().map(|source| &*source.dataset))
    }

    /// As the store has it; the error says why it cannot be read.
    pub(crate) fn read(bytes: &Bytes) -> Result<Self, String> {
        earlier::result(bytes).and_then(from_value).map_err(|error| format!("its result: {error}"))
    }

    /// What a list says of the debate, which was set up at that time; nothing where it had no
    /// outcome.
    pub(crate) fn summary(self, debate: DebateId, created_ms: u64) -> Option<Summary> {
        self.outcome?;
        Some(Summary {
            debate,
            phase: Phase::Over,
            seq: self.events,
            pixels: self.pixels,
            precommit: self.precommit,
            visibility: self.visibility,
            judge_may_be_influenced: self.judge_may_be_influenced,
            recorded: self.recorded.is_some(),
            created_ms,
            ended_ms: self.ended_ms,
            outcome: self.outcome,
            players: Some(self.players),
            image: self.source,
        })
    }

    /// Whether it is counted where everybody sees it: it has an outcome, is not private, both
    /// debaters came, and no search was cut short.
    pub(crate) fn counts(&self) -> bool {
        self.would_count() && !self.cut_short
    }

    /// Whether it is not counted for that alone that a search was cut short.
    pub(crate) fn is_left_out(&self) -> bool {
        self.would_count() && self.cut_short
    }

    fn would_count(&self) -> bool {
        let came = |outcome: Outcome| outcome.reason != OutcomeReason::Absent;
        self.visibility != Visibility::Private && self.outcome.is_some_and(came)
    }

    /// How good each verdict was that a judge gave: of a panel its judges' own, not what they have decided together.
    pub(crate) fn verdicts(&self) -> impl Iterator<Item = Grade> + '_ {
        let alone = self.grade.filter(|_| self.panel.is_empty());
        alone.into_iter().chain(self.panel.iter().copied())
    }

    /// Whether its verdicts are counted as well: of judges who were told nothing but evidence.
    pub(crate) fn counts_for_its_judge(&self) -> bool {
        self.counts() && !self.judge_may_be_influenced
    }
}

impl Grade {
    /// Less than one in a million counts as that: the logarithm of 0 is no number.
    const LEAST: f64 = 1e-6;

    pub(crate) fn of(verdict: &Verdict, debate: &Debate) -> Self {
        let claims = debate.claims();
        let among = if claims.liar.is_some() { 2 } else { debate.classes() };
        let (right, given) = match verdict {
            Verdict::Label { label, probability, .. } => {
                let right = *label == debate.label();
                let rest = |sure: f32| (among == 2).then_some(1.0 - sure);
                (right, probability.and_then(|sure| if right { Some(sure) } else { rest(sure) }))
            }
            Verdict::Logits { logits } => {
                (honest_wins(logits, claims), Some(truth_by(logits, *claims)))
            }
        };
        Self { right, given, among }
    }

    /// The logarithm to base 2 of what was given to the truth, over that of a guess, between two
    /// claims: among more labels more can be scored, and the mean of both would say nothing.
    pub(crate) fn score(self) -> Option<f64> {
        let given = self.given.filter(|_| self.among == 2)?;
        Some((2.0 * f64::from(given).max(Self::LEAST)).log2())
    }
}

/// The probability that logits give to the truth, among the claims or, without a lie, all labels.
fn truth_by(logits: &[f32], claims: Claims) -> f32 {
    if claims.liar.is_some() {
        return 1.0 / (1.0 + (-honest_margin(logits, &claims)).exp());
    }
    let truth = logits[usize::from(claims.honest)];
    1.0 / logits.iter().map(|logit| (logit - truth).exp()).sum::<f32>()
}

/// What the store keeps when a debate ends.
pub(crate) fn finish(
    debate: &Debate,
    terms: &Terms,
    panel: Vec<Grade>,
    ended_ms: u64,
    cut_short: bool,
) -> Finish {
    let result = DebateResult::of(debate, terms, panel, Some(ended_ms), cut_short);
    let source = &terms.background.source;
    // What is not counted is not looked for either.
    let compared = result.verdicts().next().is_some() && result.counts_for_its_judge();
    let data = terms.stage.other_data();
    let topic = compared.then(|| topic(source, data, *debate.claims(), debate.rules().pixels));
    let result = serde_json::to_vec(&result).expect("plain data with string keys").into();
    Finish { topic, result, ended_ms }
}

/// What a judge is asked, in short: the same for debates over the same image with the same claims
/// and number of pixels. Data that are not the program's own go by their hash, for others may have the same name.
pub(crate) fn topic(
    source: &ImageSource,
    other_data: Option<&str>,
    claims: Claims,
    pixels: u8,
) -> String {
    let ImageSource { dataset, index } = source;
    let dataset = other_data.unwrap_or(dataset);
    let lie = claims.liar.map_or_else(|| "-".into(), |lie| lie.to_string());
    format!("{dataset} {index} {} {lie} {pixels}", claims.honest)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use pixel_debate_game::{Debater, Image, Move, Pixel, Role, Rules};

    use super::*;

    fn judged(lie: Option<u8>, verdict: Verdict) -> Debate {
        let image = Arc::new(Image::new(2, 1, vec![9, 8]).unwrap());
        let rules = Rules::paper(1, lie.is_some(), Role::Honest);
        let mut debate = Debate::new(rules, image, 1, lie, 4).unwrap();
        debate.apply(Move::Reveal { by: Debater::First, pixel: Pixel::new(0, 0) }).unwrap();
        debate.apply(Move::Verdict(verdict)).unwrap();
        debate
    }

    fn grade(lie: Option<u8>, verdict: Verdict) -> Grade {
        Grade::of(&verdict.clone(), &judged(lie, verdict))
    }

    fn label(label: u8, probability: Option<f32>) -> Verdict {
        Verdict::Label { label, probability, explanation: None }
    }

    #[test]
    fn a_verdict_is_scored_by_what_it_gave_to_the_truth() {
        for (lie, verdict, right, score) in [
            (Some(3), label(1, Some(1.0)), true, Some(1.0)),
            (Some(3), label(1, Some(0.5)), true, Some(0.0)),
            (Some(3), label(3, Some(0.75)), false, Some(-1.0)),
            (Some(3), label(3, Some(1.0)), false, Some(2e-6_f64.log2())),
            (Some(3), label(1, None), true, None),
            (None, label(1, Some(0.5)), true, None),
            (None, label(2, Some(0.5)), false, None),
            (Some(3), Verdict::Logits { logits: vec![9.0, 1.0, 9.0, 1.0] }, false, Some(0.0)),
            (None, Verdict::Logits { logits: vec![2.0; 4] }, false, None),
        ] {
            let grade = grade(lie, verdict.clone());
            assert_eq!(grade.right, right, "{verdict:?}");
            match (grade.score(), score) {
                (Some(got), Some(score)) => {
                    assert!((got - score).abs() < 1e-4, "{verdict:?} {got}");
                }
                (got, score) => assert_eq!(got, score, "{verdict:?}"),
            }
        }
        let sure = grade(Some(3), Verdict::Logits { logits: vec![0.0, 90.0, 0.0, -90.0] });
        assert_eq!((sure.right, sure.score()), (true, Some(1.0)));
        let fooled = grade(Some(0), Verdict::Logits { logits: vec![90.0, -90.0, 0.0, 0.0] });
        assert!(!fooled.right && fooled.score().unwrap().is_finite());
        // Among four labels nobody knows what a label's probability left to the truth.
        assert_eq!(grade(None, Verdict::Logits { logits: vec![2.0; 4] }).given, Some(0.25));
        assert_eq!(grade(None, label(1, Some(0.5))).given, Some(0.5));
        assert_eq!(grade(None, label(2, Some(0.5))).given, None);
    }

    #[test]
    fn results_of_version_2_say_the_same() {
        let stored = r#"{"events":5,"pixels":4,"precommit":true,"private":true,
            "players":{"honest":"row","liar":"outside:\u202eEve ","judge":"outside:Ada"},
            "outcome":{"winner":"liar","reason":"verdict"},
            "grade":{"right":false,"given":0.25,"among":2},"beliefs":[0.5,null]}"#;
        let read = DebateResult::read(&stored.into()).unwrap();
        assert_eq!((read.visibility, read.judge_may_be_influenced), (Visibility::Private, true));
        assert_eq!(read.players.liar.as_deref(), Some("outside:\u{202e}Eve "));
        assert_eq!((read.ended_ms, read.earlier_beliefs.len()), (None, 2));
        assert_eq!(read.verdicts().count(), 1);
        // What is written today is read as it is.
        let again = serde_json::to_vec(&read).unwrap();
        assert_eq!(DebateResult::read(&again.into()).unwrap(), read);
    }
}
