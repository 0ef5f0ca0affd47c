//! What the store keeps of a judgment: a stream of what one judge has said, beside that of the debate.

use bytes::Bytes;
use pixel_debate_game::{Debate, Judgment, JudgmentEnd, JudgmentEvent};
use pixel_debate_protocol::{DebateId, TimedJudgment};
use pixel_debate_store::{JudgmentFinish, NewJudgment, Store, StoredEvent, StoredJudgment};
use serde::{Deserialize, Serialize};

use crate::owner::Owner;
use crate::results::Grade;
use crate::stored::{Unreadable, json};

/// What came of a judgment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JudgmentResult {
    /// How good the verdict is, if there is one.
    grade: Option<Grade>,
    /// What the judge believed on the way.
    beliefs: Vec<Option<f32>>,
}

/// A judgment that has come back from the store.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RestoredJudgment {
    pub(crate) judgment: Judgment,
    /// Everything in it.
    pub(crate) said: Vec<TimedJudgment>,
    /// Whose record it is on.
    pub(crate) owner: Option<Owner>,
}

/// The name of the judgment by the judge with that number.
pub(crate) fn name(debate: &DebateId, judge: u16) -> String {
    format!("{debate}.{judge}")
}

/// The number of the judge whose judgment has that name.
pub(crate) fn number(name: &str) -> Option<u16> {
    name.rsplit_once('.')?.1.parse().ok()
}

/// A judgment in which nothing is said yet, on that record if on any.
pub(crate) fn opening(
    debate: &DebateId,
    judge: u16,
    owner: Option<Owner>,
    created_ms: u64,
) -> NewJudgment {
    NewJudgment {
        id: name(debate, judge),
        debate: debate.0.clone(),
        judge: owner.map(|owner| owner.as_str().into()),
        created_ms,
        ..NewJudgment::default()
    }
}

/// What is said, as the store keeps it.
pub(crate) fn entry(said: &TimedJudgment) -> Bytes {
    json(said)
}

/// What the store keeps of a judgment of that debate when it ends; nothing before.
pub(crate) fn finish(
    judgment: &Judgment,
    debate: &Debate,
    ended_ms: u64,
) -> Option<JudgmentFinish> {
    let grade = match judgment.end()? {
        JudgmentEnd::Verdict(verdict) => Some(Grade::of(verdict, debate)),
        JudgmentEnd::GaveUp | JudgmentEnd::Unanswered => None,
    };
    let result = JudgmentResult { grade, beliefs: judgment.beliefs().to_vec() };
    Some(JudgmentFinish { result: json(&result), ended_ms })
}

/// How good the verdict of a judgment is that has ended so; nothing where it has none. The error says why it cannot be
/// read.
pub(crate) fn grade(finish: &JudgmentFinish) -> Result<Option<Grade>, String> {
    let result: Result<JudgmentResult, _> = serde_json::from_slice(&finish.result);
    result.map(|result| result.grade).map_err(|error| format!("a judgment's result: {error}"))
}

/// The end of a judgment that its debate has left unanswered, with what the store keeps of it then.
pub(crate) fn unanswered(judgment: &Judgment, ended_ms: u64) -> (Bytes, JudgmentFinish) {
    let said =
        TimedJudgment { event: JudgmentEvent::Unanswered, at_ms: Some(ended_ms), took_ms: Some(0) };
    let result = JudgmentResult { grade: None, beliefs: judgment.beliefs().to_vec() };
    (entry(&said), JudgmentFinish { result: json(&result), ended_ms })
}

/// Ends a judgment in the store that its debate, which has ended, has left unanswered.
pub(crate) async fn leave_unanswered(
    store: &Store,
    stored: &StoredJudgment,
    now_ms: u64,
) -> Result<(), Unreadable> {
    let id = &stored.judgment.id;
    let mut judgment = Judgment::default();
    for StoredEvent { seq, event } in store.judgment_events(id, 0).await? {
        let said: TimedJudgment = serde_json::from_slice(&event)
            .map_err(|error| format!("a judgment's event {seq}: {error}"))?;
        judgment.recall(&said.event);
    }
    let (entry, finish) = unanswered(&judgment, now_ms);
    Ok(store.append_judgment(id, stored.last_seq + 1, entry, Some(finish)).await?)
}

impl RestoredJudgment {
    /// The judgment of a debate that stood so when the last of it was said, on that record if on any. The error says
    /// what does not fit together.
    pub(crate) fn new(
        debate: &Debate,
        owner: Option<Owner>,
        events: &[StoredEvent],
    ) -> Result<Self, String> {
        let mut restored = Self { owner, ..Self::default() };
        for StoredEvent { seq, event } in events {
            let faulty =
                |error: &dyn std::fmt::Display| format!("a judgment's event {seq}: {error}");
            let said: TimedJudgment =
                serde_json::from_slice(event).map_err(|error| faulty(&error))?;
            let taken = restored.judgment.apply(debate, &said.event);
            taken.map_err(|illegal| faulty(&illegal))?;
            restored.said.push(said);
        }
        Ok(restored)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use pixel_debate_game::{Debater, Image, Move, Pixel, Role, Rules, Verdict};

    use super::*;

    fn debate() -> Debate {
        let image = Arc::new(Image::new(3, 1, vec![0, 200, 90]).unwrap());
        let mut debate =
            Debate::new(Rules::paper(1, true, Role::Liar), image, 7, Some(1), 10).unwrap();
        let pixel = Pixel::new(1, 0);
        debate.apply(Move::Reveal { by: Debater::First, pixel }).unwrap();
        debate
    }

    fn said(event: JudgmentEvent) -> TimedJudgment {
        TimedJudgment { event, at_ms: Some(1_764_230_400_000), took_ms: Some(12) }
    }

    #[test]
    fn a_judgment_comes_back_as_it_was() {
        let all = [
            said(JudgmentEvent::Belief { after: 1, probability: 0.25 }),
            said(JudgmentEvent::Verdict { verdict: Verdict::label(7) }),
        ];
        let stored = (1..).zip(&all).map(|(seq, said)| StoredEvent { seq, event: entry(said) });
        let stored: Vec<_> = stored.collect();
        let restored = RestoredJudgment::new(&debate(), None, &stored).unwrap();
        assert_eq!(restored.said, all);
        assert_eq!(restored.judgment.beliefs(), [None, Some(0.25)]);
        assert_eq!(restored.judgment.verdict(), Some(&Verdict::label(7)));
        let finish = finish(&restored.judgment, &debate(), 3).unwrap();
        let result = r#"{"grade":{"right":true,"given":null,"among":2},"beliefs":[null,0.25]}"#;
        assert_eq!((finish.result.as_ref(), finish.ended_ms), (result.as_bytes(), 3));
        assert_eq!(grade(&finish).unwrap().map(|grade| grade.right), Some(true));
        let (_, silent) = unanswered(&Judgment::default(), 3);
        assert_eq!(grade(&silent).unwrap(), None);
        assert!(grade(&JudgmentFinish::default()).is_err());
    }

    #[test]
    fn what_no_judge_can_have_said_is_refused_with_the_event() {
        let belief = entry(&said(JudgmentEvent::Belief { after: 1, probability: 0.25 }));
        for (events, wrong) in [
            (vec![belief.clone(), belief.clone()], "a judgment's event 2: the belief after 1"),
            (vec![belief, Bytes::from_static(b"{}")], "a judgment's event 2: missing field"),
        ] {
            let stored = (1..).zip(events).map(|(seq, event)| StoredEvent { seq, event });
            let refusal = RestoredJudgment::new(&debate(), None, &stored.collect::<Vec<_>>());
            let refusal = refusal.map(drop).unwrap_err();
            assert!(refusal.starts_with(wrong), "{refusal}");
        }
    }
}
