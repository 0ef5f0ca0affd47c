//! Whether a participant is shown what they may be shown, and nothing else.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use pixel_debate_protocol::study::{
    Answer, Asked, Feedback, ItemScreen, Reply, Screen, Sheet, Stopped, ToldItem,
};
use pixel_debate_study::file::Feedback as Told;
use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::items::Item;

use super::recognition::recognize;
use super::trace::{Ending, Said, Seen, Trace};

/// How near a probability comes back.
pub(super) const NEAR: f32 = 1e-6;

/// Watches all that a participant is told.
pub(super) struct Watch {
    language: String,
    /// How many items they are shown.
    items: u32,
    sheet: Option<Sheet>,
    pub(super) trace: Trace,
    /// When the first pixel of the item before them was shown.
    begun: Option<Instant>,
}

/// What came before a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// A reply that was kept.
    Reply,
    /// Asking for it.
    Asking,
}

impl Watch {
    pub(super) fn new(
        frozen: &Frozen,
        language: String,
        parameters: BTreeMap<String, String>,
    ) -> Self {
        let study = &frozen.plan().study;
        let Assigned { items, .. } = Assigned::of(study);
        let trace = Trace {
            parameters,
            participant: None,
            said: Vec::new(),
            by_itself: 0,
            items: Vec::new(),
            ending: Ending::Failed,
        };
        Self { language, items, sheet: None, trace, begun: None }
    }

    /// What is shown now.
    pub(super) fn sheet(&self) -> Option<&Sheet> {
        self.sheet.as_ref()
    }

    /// The item before them.
    pub(super) fn item(&self) -> Option<&Seen> {
        self.trace.items.last()
    }

    /// Whether the time for the item before them may be over.
    pub(super) fn may_be_over(&self, frozen: &Frozen) -> bool {
        let limit = frozen.plan().study.times.limit.map(Duration::from_secs);
        limit.zip(self.begun).is_some_and(|(limit, begun)| begun.elapsed() >= limit)
    }

    /// Takes down that something was said, and is kept, or may be.
    pub(super) fn said(&mut self, reply: Reply, sure: bool) {
        let Reply { step, answer } = reply;
        if let (true, Some(item)) = (sure, self.trace.items.last_mut()) {
            match &answer {
                Answer::Belief { label, probability } => {
                    let is_first = item.answers.first() == Some(label);
                    let of_first = if is_first { *probability } else { 1.0 - *probability };
                    item.beliefs.push((item.shown.len() as u32, of_first));
                }
                Answer::Verdict { label, confidence, explanation } => {
                    item.verdict = Some((*label, *confidence, explanation.clone()));
                }
                _ => {}
            }
        }
        self.trace.said.push(Said { step, answer, sure });
    }

    /// Takes down what is shown.
    ///
    /// # Errors
    ///
    /// What should not be shown, or otherwise.
    pub(super) fn see(
        &mut self,
        frozen: &Frozen,
        sheet: Sheet,
        body: &[u8],
        after: After,
    ) -> Result<(), String> {
        let seen = self.check(frozen, &sheet, after).and_then(|()| codes(frozen, &sheet, body));
        let before = self.sheet.as_ref().map_or(0, |before| before.step);
        let replies = u32::from(after == After::Reply);
        self.trace.by_itself += sheet.step.saturating_sub(before + replies);
        self.trace.participant = Some(sheet.participant.clone());
        let seen = match &sheet.screen {
            Screen::Item(screen) => seen.and(self.see_item(frozen, screen)),
            Screen::Feedback(feedback) => {
                seen.and(self.see_feedback(frozen, feedback, sheet.progress.done))
            }
            _ => seen,
        };
        if !matches!(sheet.screen, Screen::Item(_)) {
            self.begun = None;
        }
        self.sheet = Some(sheet);
        seen
    }

    /// What holds of every sheet.
    fn check(&self, frozen: &Frozen, sheet: &Sheet, after: After) -> Result<(), String> {
        let texts = frozen.plan().texts.get(&self.language);
        must(sheet.hash == frozen.hash(), || "a sheet has the hash of another plan".to_owned())?;
        let is_titled = texts.is_some_and(|texts| texts.title == sheet.title);
        must(is_titled && sheet.language == self.language, || {
            "a sheet is in another language, or has another title".to_owned()
        })?;
        let progress = sheet.progress;
        must(progress.of == self.items && progress.done <= progress.of, || {
            format!("a sheet says {} of {} items", progress.done, progress.of)
        })?;
        let Some(before) = &self.sheet else {
            return must(progress.done == 0, || "whoever joins has done something".to_owned());
        };
        must(before.participant == sheet.participant, || "a sheet is another's".to_owned())?;
        let replies = u32::from(after == After::Reply);
        let grown = sheet.step.checked_sub(before.step + replies);
        // A debater that thinks has moved, or a time was over.
        let waits = matches!(&before.screen, Screen::Item(item) if item.asks == Asked::Wait {});
        let most = u32::from(waits || self.may_be_over(frozen));
        must(grown.is_some_and(|grown| grown <= most), || {
            format!("after step {} comes step {}", before.step, sheet.step)
        })?;
        let grown = progress.done.checked_sub(before.progress.done);
        must(grown.is_some_and(|grown| grown <= replies.max(most)), || {
            format!("after {} items done come {}", before.progress.done, progress.done)
        })
    }

    fn see_item(&mut self, frozen: &Frozen, screen: &ItemScreen) -> Result<(), String> {
        let labels: Vec<u8> = screen.answers.iter().map(|(label, _)| *label).collect();
        let is_new = self.item().is_none_or(|item| item.number != screen.number);
        if is_new {
            self.begun = None;
            self.trace.items.push(Seen {
                number: screen.number,
                is_one_of: recognize(frozen, &self.language, screen, None),
                answers: labels.clone(),
                shown: Vec::new(),
                beliefs: Vec::new(),
                verdict: None,
            });
        }
        if self.begun.is_none() && !screen.shown.is_empty() {
            self.begun = Some(Instant::now());
        }
        let numbers = self.trace.items.len() as u32;
        let Some(item) = self.trace.items.last_mut() else { return Ok(()) };
        let (before, now) = (item.shown.len(), screen.shown.len());
        let might_be = recognize(frozen, &self.language, screen, Some(&item.is_one_of));
        let follows = now <= before + 1 && screen.shown.starts_with(&item.shown);
        item.shown.clone_from(&screen.shown);
        item.is_one_of = might_be;
        must(numbers == screen.number, || {
            format!("item {} comes at place {numbers}", screen.number)
        })?;
        must(follows && !(is_new && now > 0) && now <= screen.pixels as usize, || {
            format!("after {before} pixels {now} are shown, or others than before")
        })?;
        must(labels == item.answers, || "the answers have changed their places".to_owned())?;
        must(!item.is_one_of.is_empty(), || "what is shown is in no item of the plan".to_owned())?;
        let same = |(one, other): (&(u32, f32), &(u32, f32))| {
            one.0 == other.0 && (one.1 - other.1).abs() < NEAR
        };
        let beliefs = &screen.beliefs;
        let are_his =
            beliefs.len() == item.beliefs.len() && beliefs.iter().zip(&item.beliefs).all(same);
        must(are_his, || "the beliefs on the screen are not those that were said".to_owned())?;
        let is_shown = now == screen.pixels as usize;
        must(is_shown || !matches!(screen.asks, Asked::Verdict { .. }), || {
            "a verdict is asked for before all is shown".to_owned()
        })
    }

    /// What was right is told when the plan says, of what has been judged, and rightly.
    fn see_feedback(&self, frozen: &Frozen, feedback: &Feedback, done: u32) -> Result<(), String> {
        let assigned = Assigned::of(&frozen.plan().study);
        let asks = &frozen.plan().study.asks;
        let at_once = |number: u32| number <= assigned.practice || asks.feedback == Told::Item;
        let on_all = asks.feedback == Told::End && done == self.items;
        let may_be_told = |number: u32| {
            if on_all { number > assigned.practice } else { number == done && at_once(number) }
        };
        let in_order = feedback.items.windows(2).all(|two| two[0].number < two[1].number);
        must(in_order && feedback.items.iter().all(|item| may_be_told(item.number)), || {
            "it is told what was right of items of which it may not be".to_owned()
        })?;
        feedback.items.iter().try_for_each(|told| self.see_told(frozen, told))
    }

    fn see_told(&self, frozen: &Frozen, told: &ToldItem) -> Result<(), String> {
        let classes = &frozen.plan().dataset.classes;
        let name = |label: u8| classes.get(usize::from(label));
        let seen = self.trace.items.iter().find(|item| item.number == told.number);
        let seen = seen.ok_or_else(|| format!("item {} was never shown", told.number))?;
        let items = seen.is_one_of.iter().filter_map(|number| frozen.items().nth(*number));
        let mut is_true = false;
        for item in items {
            let belief = seen.beliefs.last().map(|(_, of_first)| in_truth(seen, item, *of_first));
            is_true |= name(item.label) == Some(&told.truth)
                && match (belief, told.belief) {
                    (None, None) => true,
                    (Some(said), Some(told)) => (said - told).abs() < NEAR,
                    _ => false,
                };
        }
        let verdict = seen.verdict.as_ref().and_then(|(label, ..)| name(*label));
        must(is_true && verdict == told.verdict.as_ref(), || {
            format!("what is told of item {} is not so", told.number)
        })
    }
}

/// How many items a participant is shown, and how many of them are for practice.
pub(super) struct Assigned {
    pub(super) items: u32,
    pub(super) practice: u32,
}

impl Assigned {
    pub(super) fn of(study: &pixel_debate_study::file::Study) -> Self {
        let assignment = &study.assignment;
        let again = study.repeats() + study.flips();
        let items = assignment.items + assignment.practice + assignment.checks + again;
        Self { items: items as u32, practice: assignment.practice as u32 }
    }
}

/// A belief about the first answer, as one about what is right.
fn in_truth(seen: &Seen, item: &Item, of_first: f32) -> f32 {
    if seen.answers.first() == Some(&item.label) { of_first } else { 1.0 - of_first }
}

/// The codes are told to those who are through, each to whom it is for.
fn codes(frozen: &Frozen, sheet: &Sheet, body: &[u8]) -> Result<(), String> {
    let secrets = &frozen.secret().secrets;
    let has = |code: &Option<String>| {
        code.as_ref().is_some_and(|code| {
            body.windows(code.len().max(1)).any(|window| window == code.as_bytes())
        })
    };
    let nobody = [false; 4];
    let to = match &sheet.screen {
        Screen::Stopped(Stopped::Finished { code, .. }) => {
            must(*code == secrets.completion_code, || "the completion code is another".to_owned())?;
            [true, false, false, false]
        }
        Screen::Stopped(Stopped::ScreenedOut { code, .. }) => {
            must(*code == secrets.screen_out_code, || "the code is another".to_owned())?;
            [false, true, false, false]
        }
        Screen::Stopped(Stopped::Excluded { code }) => {
            must(*code == secrets.excluded_code, || "the code is another".to_owned())?;
            [false, false, true, false]
        }
        Screen::Stopped(Stopped::TooLate { code } | Stopped::Closed { code }) => {
            must(*code == secrets.closed_code, || "the code is another".to_owned())?;
            [false, false, false, true]
        }
        _ => nobody,
    };
    let all = [
        (&secrets.completion_code, "of those who have finished"),
        (&secrets.screen_out_code, "of those who are screened out"),
        (&secrets.excluded_code, "of those who are excluded"),
        (&secrets.closed_code, "of those who find no place"),
    ];
    // Of two ends that have the same code either may be told it.
    let mine = |code: &Option<String>| all.iter().zip(to).any(|((of, _), is)| is && *of == code);
    let told = all.iter().find(|(code, _)| has(code) && !mine(code));
    told.map_or(Ok(()), |(_, whose)| Err(format!("the code {whose} is told to another")))
}

fn must(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}
