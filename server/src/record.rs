//! What the store keeps of a debate, and the debate that comes back of it.
//!
//! A debate is stored when it is set up, with all that is fixed from then on: its image and claims
//! as the transcript of a debate without events. Then every event is, with what it left of the
//! banks. What comes back went through [`Debate::apply`] again.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use pixel_debate_game::{Debate, Event, JudgmentEvent, Move, Transcript};
use pixel_debate_protocol::{Background, CloseReason, DebateId, EventTime, TimedJudgment};
use pixel_debate_store::{NewDebate, StoredDebate, StoredEvent};
use serde::{Deserialize, Serialize};

use crate::audience::Audience;
use crate::earlier;
use crate::judgment::RestoredJudgment;
use crate::owner::Owner;
use crate::recording::Recording;
use crate::results::DebateResult;
use crate::stage::Stage;
use crate::stored::json;
use crate::terms::Terms;

/// An event in the store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Entry {
    /// Something happened.
    Event {
        event: Event,
        /// What is left of the banks of the first and of the second debater, in milliseconds.
        bank_ms: [u32; 2],
        /// How long it took from the beginning of the turn, in milliseconds.
        took_ms: u32,
        /// When it happened, in milliseconds since 1970.
        at_ms: u64,
        /// Whether a built-in player's search was stopped for lack of time.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        cut_short: bool,
    },
    /// The debate ended without an outcome.
    Abandoned { reason: CloseReason, at_ms: u64 },
}

/// A debate that has come back from the store.
pub(crate) struct Restored {
    pub(crate) id: DebateId,
    pub(crate) debate: Debate,
    pub(crate) terms: Terms,
    /// What is left of the banks, in milliseconds; `None` before the first event.
    pub(crate) bank_ms: Option<[u32; 2]>,
    /// Why it ended without an outcome, if it has.
    pub(crate) abandoned: Option<CloseReason>,
    /// Who was in the class whose debate it is, where that has ended.
    pub(crate) audience: Option<Arc<Audience>>,
    /// What each outside judge has said.
    pub(crate) judgments: Vec<RestoredJudgment>,
    /// What the judge of a debate that ended before judgments were kept said that it believed.
    earlier: Vec<Option<f32>>,
    /// When its events happened.
    pub(crate) times: Vec<EventTime>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Secret {
    opening: Transcript,
    seeds: [u64; 2],
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recording: Option<Recording>,
    #[serde(default, skip_serializing_if = "Stage::is_usual")]
    stage: Arc<Stage>,
}

/// The time, in milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

impl Entry {
    /// The entry as the store keeps it.
    pub(crate) fn to_bytes(&self) -> Bytes {
        json(self)
    }
}

/// A debate that has not begun, as the store keeps it.
pub(crate) fn opening(id: &DebateId, debate: &Debate, terms: &Terms) -> NewDebate {
    let Terms { setup, background, seeds, recording, stage, locks, created_ms } = terms;
    let Background { source, players } = background;
    let opening = Transcript::of(debate, Some(source.clone()), players.clone());
    NewDebate {
        id: id.0.clone(),
        created_ms: *created_ms,
        setup: json(setup),
        secret: json(&Secret {
            opening,
            seeds: *seeds,
            recording: recording.clone(),
            stage: Arc::clone(stage),
        }),
        seats: json(locks),
    }
}

impl Restored {
    /// A debate in which nothing has happened.
    pub(crate) fn begun(id: DebateId, debate: Debate, terms: Terms) -> Self {
        Self {
            id,
            debate,
            terms,
            bank_ms: None,
            abandoned: None,
            audience: None,
            judgments: Vec::new(),
            earlier: Vec::new(),
            times: Vec::new(),
        }
    }

    /// The debate with those events, before any judgment. The error says what does not fit together.
    pub(crate) fn new(stored: &StoredDebate, events: &[StoredEvent]) -> Result<Self, String> {
        let NewDebate { id, created_ms, setup, secret, seats } = &stored.debate;
        let unread = |error: serde_json::Error| format!("it cannot be read: {error}");
        let setup = earlier::setup(setup).map_err(unread)?;
        let locks = serde_json::from_slice(seats).map_err(unread)?;
        let Secret { opening, seeds, recording, stage } =
            serde_json::from_slice(secret).map_err(unread)?;
        let mut debate = opening.replay().map_err(|error| error.to_string())?;
        let source = opening.source.ok_or("it does not say where its image comes from")?;
        let background = Background { source, players: opening.players };
        let created_ms = *created_ms;
        let terms = Terms { setup, background, seeds, recording, stage, locks, created_ms };
        let (mut last_bank, mut abandoned, mut times) = (None, None, Vec::new());
        for StoredEvent { seq, event } in events {
            let faulty = |error: String| format!("event {seq}: {error}");
            match serde_json::from_slice(event).map_err(|error| faulty(error.to_string()))? {
                Entry::Event { event, bank_ms, took_ms, at_ms, cut_short } => {
                    let again = debate.apply(Move::from(event.clone()));
                    let again = again.map_err(|illegal| faulty(illegal.to_string()))?;
                    if again != event {
                        return Err(faulty("it has another effect than is recorded".into()));
                    }
                    last_bank = Some(bank_ms);
                    times.push(EventTime { at_ms, took_ms, cut_short });
                }
                Entry::Abandoned { reason, .. } => abandoned = Some(reason),
            }
        }
        let result = stored.result.as_ref().map(DebateResult::read).transpose()?;
        let earlier = result.map(|result| result.earlier_beliefs).unwrap_or_default();
        let id = DebateId(id.clone());
        let (audience, judgments, bank_ms) = (None, Vec::new(), last_bank);
        Ok(Self { id, debate, terms, bank_ms, abandoned, audience, judgments, earlier, times })
    }

    /// Adds what the next of its outside judges has said, and whose record it is on. Where a debate ended before judgments
    /// were kept, that is what the debate itself has of it.
    pub(crate) fn judge(
        &mut self,
        owner: Option<Owner>,
        events: &[StoredEvent],
    ) -> Result<(), String> {
        let judgment = match (events, self.debate.outcome()) {
            ([], Some(_)) => RestoredJudgment { owner, ..self.earlier_judgment() },
            _ => RestoredJudgment::new(&self.debate.before_end(), owner, events)?,
        };
        self.judgments.push(judgment);
        Ok(())
    }

    /// What its one outside judge has said where there is no judgment: nothing, or it ended before judgments were kept.
    fn earlier_judgment(&self) -> RestoredJudgment {
        let mut earlier = RestoredJudgment::default();
        if self.terms.locks.outside_judges() != 1 {
            return earlier;
        }
        let believed = (0..).zip(&self.earlier);
        let believed = believed.filter_map(|(after, belief)| Some((after, (*belief)?)));
        let beliefs = believed.map(|(after, probability)| TimedJudgment {
            event: JudgmentEvent::Belief { after, probability },
            at_ms: None,
            took_ms: None,
        });
        let verdict = self.debate.verdict().cloned().map(|verdict| TimedJudgment {
            event: JudgmentEvent::Verdict { verdict },
            at_ms: self.times.last().map(|time| time.at_ms),
            took_ms: self.times.last().map(|time| time.took_ms),
        });
        for said in beliefs.chain(verdict) {
            earlier.judgment.recall(&said.event);
            earlier.said.push(said);
        }
        earlier
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use pixel_debate_game::{Debater, Image, ImageSource, Pixel, Players, Role, Rules, Verdict};
    use pixel_debate_protocol::Setup;

    use super::*;
    use crate::tokens::{Lock, Locks};

    fn set_up() -> (Debate, Terms) {
        let image = Arc::new(Image::new(3, 1, vec![0, 200, 90]).unwrap());
        let debate = Debate::new(Rules::paper(2, true, Role::Liar), image, 1, Some(4), 10).unwrap();
        let terms = Terms {
            setup: Setup { pixels: 2, ..Setup::default() },
            background: Background {
                source: ImageSource { dataset: "three".into(), index: 7 },
                players: Players::default(),
            },
            seeds: [u64::MAX, 2],
            recording: None,
            stage: Arc::default(),
            locks: Locks::default(),
            created_ms: 5,
        };
        (debate, terms)
    }

    fn event(debate: &mut Debate, by: Debater, pixel: Pixel, bank_ms: [u32; 2]) -> Bytes {
        let event = debate.apply(Move::Reveal { by, pixel }).unwrap();
        Entry::Event { event, bank_ms, took_ms: 3, at_ms: 8, cut_short: true }.to_bytes()
    }

    fn stored(debate: &Debate, terms: &Terms) -> StoredDebate {
        let debate = opening(&DebateId("d".into()), debate, terms);
        StoredDebate { place: 1, debate, last_seq: 0, ended: false, ended_ms: None, result: None }
    }

    #[test]
    fn a_debate_comes_back_as_it_was() {
        let (mut debate, terms) = set_up();
        let stored = stored(&debate, &terms);
        let restored = Restored::new(&stored, &[]).unwrap();
        assert_eq!((&restored.debate, restored.bank_ms), (&debate, None));

        let first = event(&mut debate, Debater::First, Pixel::new(1, 0), [5, 6]);
        let end = Entry::Abandoned { reason: CloseReason::NoVerdict, at_ms: 9 }.to_bytes();
        let events = [StoredEvent { seq: 1, event: first }, StoredEvent { seq: 2, event: end }];
        let restored = Restored::new(&stored, &events[..1]).unwrap();
        assert_eq!(restored.debate, debate);
        assert_eq!((restored.terms, restored.bank_ms), (terms, Some([5, 6])));
        assert_eq!(restored.abandoned, None);
        assert_eq!(restored.times, [EventTime { at_ms: 8, took_ms: 3, cut_short: true }]);
        let restored = Restored::new(&stored, &events).unwrap();
        assert_eq!(restored.abandoned, Some(CloseReason::NoVerdict));
    }

    #[test]
    fn a_verdict_of_before_there_were_explanations_comes_back() {
        let (mut debate, terms) = set_up();
        let stored = stored(&debate, &terms);
        let verdict = concat!(
            r#"{"type":"event","event":{"type":"verdict","#,
            r#""verdict":{"type":"label","label":4,"probability":0.5},"#,
            r#""outcome":{"winner":"liar","reason":"verdict"}},"#,
            r#""bank_ms":[0,0],"took_ms":1,"at_ms":2}"#
        );
        let events = [
            event(&mut debate, Debater::First, Pixel::new(1, 0), [0, 0]),
            event(&mut debate, Debater::Second, Pixel::new(2, 0), [0, 0]),
            Bytes::from_static(verdict.as_bytes()),
        ];
        let numbered = (1..).zip(events).map(|(seq, event)| StoredEvent { seq, event });
        let restored = Restored::new(&stored, &numbered.collect::<Vec<_>>()).unwrap();
        let verdict = Verdict::Label { label: 4, probability: Some(0.5), explanation: None };
        assert_eq!(restored.debate.verdict(), Some(&verdict));
    }

    #[test]
    fn a_debate_of_before_judgments_were_kept_has_its_judges() {
        let (mut debate, mut terms) = set_up();
        terms.locks.judge = Some(Lock::of("key"));
        let mut stored = stored(&debate, &terms);
        let mut events = vec![
            event(&mut debate, Debater::First, Pixel::new(1, 0), [0, 0]),
            event(&mut debate, Debater::Second, Pixel::new(2, 0), [0, 0]),
        ];
        let verdict = debate.apply(Move::Verdict(Verdict::label(4))).unwrap();
        let entry = Entry::Event {
            event: verdict,
            bank_ms: [0, 0],
            took_ms: 7,
            at_ms: 9,
            cut_short: false,
        };
        events.push(entry.to_bytes());
        let numbered = (1..).zip(events).map(|(seq, event)| StoredEvent { seq, event });
        let numbered: Vec<_> = numbered.collect();
        let result = r#"{"events":3,"pixels":2,"precommit":true,"visibility":"public",
            "judge_may_be_influenced":false,"players":{"honest":null,"liar":null,"judge":"outside"},
            "outcome":{"winner":"liar","reason":"verdict"},
            "grade":{"right":false,"given":null,"among":2},"beliefs":[0.5,null,0.75]}"#;
        stored.result = Some(result.into());
        let mut restored = Restored::new(&stored, &numbered).unwrap();
        let owner = Some(Owner::stored("whose".into()));
        restored.judge(owner.clone(), &[]).unwrap();
        let [judgment] = &restored.judgments[..] else { panic!("one judge") };
        assert_eq!(judgment.judgment.beliefs(), [Some(0.5), None, Some(0.75)]);
        assert_eq!(judgment.judgment.verdict(), Some(&Verdict::label(4)));
        let times: Vec<_> = judgment.said.iter().map(|said| (said.at_ms, said.took_ms)).collect();
        assert_eq!(times, [(None, None), (None, None), (Some(9), Some(7))]);
        assert_eq!(judgment.owner, owner);
        // Who has said nothing before the end of a debate under way has said nothing.
        let mut going_on = Restored::new(&stored, &numbered[..2]).unwrap();
        going_on.judge(None, &[]).unwrap();
        assert_eq!(going_on.judgments, [RestoredJudgment::default()]);
    }

    #[test]
    fn what_does_not_replay_is_refused_with_the_event() {
        let (debate, terms) = set_up();
        let stored = stored(&debate, &terms);
        let (mut other, _) = set_up();
        let one = event(&mut other, Debater::First, Pixel::new(1, 0), [0, 0]);
        let forged = String::from_utf8(one.to_vec()).unwrap().replace("200", "201");
        for (events, wrong) in [
            (vec![one.clone(), one], "event 2: the second debater is to move"),
            (vec![forged.into()], "event 1: it has another effect"),
            (vec![Bytes::from_static(b"{}")], "event 1: "),
        ] {
            let numbered = (1..).zip(events).map(|(seq, event)| StoredEvent { seq, event });
            let refusal = Restored::new(&stored, &numbered.collect::<Vec<_>>()).map(drop);
            assert!(refusal.clone().unwrap_err().starts_with(wrong), "{refusal:?}");
        }
    }
}
