//! What one judge has made of debates, for whoever has the key to its record.
//!
//! A judge who has answered may still be blind: its debate goes on until a whole panel has answered, or ends without
//! an outcome, and then the truth is not told. So a judgment is on a record when its debate has an outcome, and till
//! then nothing of it is.

use pixel_debate_game::Verdict;
use pixel_debate_protocol::{
    Accuracy, Calibration, DebateId, JudgeRecord, JudgeTotals, Judged, Refusal,
};
use pixel_debate_statistics::{Bin, Forecast, Rate};
use pixel_debate_store::{Damaged, JudgmentFinish, StoredDebate, StoredJudgment};
use tracing::error;

use super::Lobby;
use super::refusals::unavailable;
use crate::judgment::grade;
use crate::owner::Owner;
use crate::record::Restored;
use crate::results::{DebateResult, Grade};
use crate::stored::Unreadable;

/// How many judgments are read from the store at once.
const PAGE: u32 = 64;

/// How many such pages are read for one answer at most.
const PAGES: usize = JudgeTotals::MOST.div_ceil(PAGE as usize);

impl Lobby {
    /// Up to `most` judgments that are on somebody's record, the newest first, of those at places before `before`;
    /// with the totals where that is not given.
    pub(crate) async fn judge_record(
        &self,
        owner: &Owner,
        before: Option<u64>,
        most: usize,
    ) -> Result<JudgeRecord, Refusal> {
        let mut record = JudgeRecord { next: before, ..JudgeRecord::default() };
        let mut tally = before.is_none().then(Tally::default);
        let (mut after, mut full) = (before, false);
        for _ in 0..PAGES {
            let page = self.services.store.judgments_by(owner.as_str(), after, PAGE).await;
            let page = page.map_err(|error| unavailable(&error))?;
            let began_full = full;
            for stored in &page.items {
                full = full || record.judgments.len() == most;
                if full && tally.is_none() {
                    break;
                }
                match self.put(stored, full, &mut record, tally.as_mut()).await {
                    Ok(()) => {}
                    Err(Unreadable::Damaged(reason)) => {
                        error!(judgment = stored.judgment.id, reason, "a judgment is damaged");
                        record.damaged += u32::from(!full);
                    }
                    Err(Unreadable::Store(error)) => return Err(unavailable(&error)),
                }
                if !full {
                    record.next = Some(stored.place);
                }
            }
            let last = record.next.unwrap_or(0);
            let passed = |damaged: &&Damaged| !full || damaged.number > last;
            if !began_full {
                record.damaged += page.damaged.iter().filter(passed).count() as u32;
            }
            after = page.next;
            if !full {
                record.next = after;
            }
            if after.is_none() || (full && tally.is_none()) {
                break;
            }
        }
        record.totals = tally.map(|tally| tally.totals(after.is_some()));
        Ok(record)
    }

    /// Adds a judgment to a record and to what is counted, if its debate has an outcome.
    async fn put(
        &self,
        stored: &StoredJudgment,
        full: bool,
        record: &mut JudgeRecord,
        tally: Option<&mut Tally>,
    ) -> Result<(), Unreadable> {
        let Some(finish) = &stored.finish else { return Ok(()) };
        let Some(debate) = self.services.store.debate(&stored.judgment.debate).await? else {
            return Ok(());
        };
        let result = debate.result.as_ref().map(DebateResult::read).transpose()?;
        if !debate.ended || result.is_none_or(|result| result.outcome.is_none()) {
            return Ok(());
        }
        let grade = grade(finish)?;
        if !full {
            record.judgments.push(self.judged(stored, finish, &debate, grade).await?);
        }
        if let Some(tally) = tally {
            tally.add(grade);
        }
        Ok(())
    }

    /// What a record says of a judgment.
    async fn judged(
        &self,
        stored: &StoredJudgment,
        finish: &JudgmentFinish,
        debate: &StoredDebate,
        grade: Option<Grade>,
    ) -> Result<Judged, Unreadable> {
        let store = &self.services.store;
        let mut restored = Restored::new(debate, &store.events(&debate.debate.id, 0).await?)?;
        restored.judge(None, &store.judgment_events(&stored.judgment.id, 0).await?)?;
        let Restored { debate: over, judgments, times, terms, .. } = &restored;
        let [own] = &judgments[..] else {
            return Err(Unreadable::Damaged("it is not there".into()));
        };
        let outcome = over.outcome().ok_or_else(|| "its debate has no outcome".to_owned())?;
        let began = times.iter().map(|time| time.at_ms).next();
        let began = began.into_iter().chain(own.said.first().and_then(|said| said.at_ms)).min();
        let claims = *over.claims();
        let said = match own.judgment.verdict() {
            Some(Verdict::Label { label, .. }) => Some(*label),
            Some(Verdict::Logits { .. }) | None => None,
        };
        let labels = [Some(claims.honest), claims.liar, said].into_iter().flatten();
        Ok(Judged {
            debate: DebateId(debate.debate.id.clone()),
            recorded: terms.recording.is_some(),
            visibility: terms.setup.visibility,
            source: terms.background.source.clone(),
            names: terms.stage.names_of(labels, over.classes()),
            pixels: over.rules().pixels,
            among: if claims.liar.is_some() { 2 } else { over.classes() },
            claims,
            first: over.rules().first,
            outcome,
            beliefs: own.judgment.beliefs().to_vec(),
            verdict: own.judgment.verdict().cloned(),
            right: grade.map(|grade| grade.right),
            given: grade.and_then(|grade| grade.given),
            created_ms: debate.debate.created_ms,
            ended_ms: finish.ended_ms,
            took_ms: began.map(|began| finish.ended_ms.saturating_sub(began)),
        })
    }
}

/// What is counted of a judge's judgments.
#[derive(Debug, Default)]
struct Tally {
    judgments: u32,
    verdicts: u32,
    right: u32,
    /// What was given to the truth between two claims.
    forecasts: Vec<Forecast>,
    /// The log scores of that together.
    scores: f64,
}

impl Tally {
    fn add(&mut self, grade: Option<Grade>) {
        self.judgments += 1;
        let Some(grade) = grade else { return };
        self.verdicts += 1;
        self.right += u32::from(grade.right);
        if let (Some(given), Some(score)) = (grade.given.map(f64::from), grade.score()) {
            self.scores += score;
            // A verdict may be against what is held more probable, and of two that are alike it says which is believed.
            let truth_is_believed = given > 0.5 || (grade.right && given >= 0.5);
            let (probabilities, believed) =
                (vec![given, 1.0 - given], usize::from(!truth_is_believed));
            self.forecasts.push(Forecast { probabilities, truth: 0, believed });
        }
    }

    /// All of it; `more` says whether there are judgments that were not counted.
    fn totals(self, more: bool) -> JudgeTotals {
        let Self { judgments, verdicts, right, forecasts, scores } = self;
        let accuracy =
            (verdicts > 0).then(|| accuracy(&Rate::wilson(f64::from(right), verdicts as usize)));
        let scored = forecasts.len() as u32;
        let mean = |sum: f64| (scored > 0).then(|| sum / f64::from(scored));
        let calibration = Bin::curve(&forecasts).into_iter().map(|Bin { sure, right, .. }| {
            let of = right.of as u32;
            Calibration { sure, of, right: self::accuracy(&right) }
        });
        JudgeTotals {
            judgments,
            more,
            verdicts,
            right,
            accuracy,
            scored,
            brier: mean(forecasts.iter().map(Forecast::brier).sum()),
            score: mean(scores),
            calibration: calibration.collect(),
        }
    }
}

fn accuracy(Rate { rate, low, high, .. }: &Rate) -> Accuracy {
    Accuracy { rate: *rate, low: *low, high: *high }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_judge_is_scored_by_what_was_given_to_the_truth_between_two_claims() {
        let mut tally = Tally::default();
        for (right, given, among) in
            [(true, Some(0.75), 2), (false, Some(0.25), 2), (true, None, 2), (true, Some(0.5), 10)]
        {
            tally.add(Some(Grade { right, given, among }));
        }
        // Who gave up has judged nothing, and is told so.
        tally.add(None);
        let totals = tally.totals(false);
        assert_eq!((totals.judgments, totals.verdicts, totals.right, totals.scored), (5, 4, 3, 2));
        assert!((totals.brier.unwrap() - 0.625).abs() < 1e-9);
        assert!((totals.score.unwrap() - f64::midpoint(1.5_f64.log2(), -1.0)).abs() < 1e-9);
        // Twice 0.75 for the claim believed, once right and once wrong.
        let [bin] = &totals.calibration[..] else { panic!("{totals:?}") };
        assert_eq!((bin.sure, bin.of, bin.right.rate), (0.75, 2, 0.5));
        let Accuracy { rate, low, high } = totals.accuracy.unwrap();
        assert!(low < rate && rate < high && (rate - 0.75).abs() < 1e-9);
        assert_eq!(Tally::default().totals(false), JudgeTotals::default());
    }

    #[test]
    fn a_curve_is_of_the_claim_held_more_probable_whatever_the_verdict() {
        let mut tally = Tally::default();
        // Against the own belief in the truth; and of two claims that were alike, one and the other.
        for (right, given) in [(false, 0.75), (true, 0.5), (false, 0.5)] {
            tally.add(Some(Grade { right, given: Some(given), among: 2 }));
        }
        let curve = tally.totals(false).calibration;
        let bins: Vec<_> = curve.iter().map(|bin| (bin.sure, bin.of, bin.right.rate)).collect();
        assert_eq!(bins, [(0.5, 2, 0.5), (0.75, 1, 1.0)]);
    }
}
