//! One simulated participant, from the link to the end.

use std::sync::Arc;
use std::time::Duration;

use pixel_debate_protocol::RefusalCode;
use pixel_debate_protocol::study::{
    Answer, Asked, ItemScreen, Reply, Screen, Sheet, Stopped, StudyJoin,
};
use pixel_debate_study::items::{Item, Part};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use tokio::time::sleep;

use super::caller::{Caller, Told, Untold};
use super::scene::{Nature, Scene, WORDS};
use super::skill::{Mind, Purpose};
use super::trace::{Ending, Trace};
use super::watch::{After, Assigned, Watch};

/// How often it is asked whether a debater has moved, or the study goes on.
const ASKS: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(1)];

/// One simulated participant.
pub(super) struct Person {
    scene: Arc<Scene>,
    caller: Caller,
    watch: Watch,
    join: StudyJoin,
    random: ChaCha8Rng,
    /// Their number in the study, once they have one.
    number: u32,
    nature: Nature,
    /// What they make of the item of that number.
    mind: Option<(u32, Mind)>,
    /// The replies so far.
    replies: u32,
}

/// What went wrong with them.
struct Fault(String);

impl Person {
    pub(super) fn new(scene: Arc<Scene>, coming: u32) -> Self {
        let random = scene.chance.of(Purpose::Moments(coming));
        let of_caller = scene.chance.of(Purpose::Moments(coming | 1 << 31));
        let (parameters, language) = (scene.parameters(coming), scene.language(coming));
        let key = format!("rehearsal-key-{}-{coming}", scene.seed);
        Self {
            caller: Caller::new(scene.server, Arc::clone(&scene.tally), scene.steady, of_caller),
            watch: Watch::new(&scene.frozen, language.clone(), parameters.clone()),
            join: StudyJoin { parameters, language: Some(language), key: Some(key) },
            random,
            number: 0,
            nature: Nature { careless: false, screened_out: false, leaves: None, returns: None },
            mind: None,
            replies: 0,
            scene,
        }
    }

    /// Comes, and does all that a participant does.
    pub(super) async fn take_part(mut self) -> Trace {
        let ending = match self.come().await {
            Ok(ending) => ending,
            Err(Fault(fault)) => {
                self.scene.tally.error(fault);
                Ending::Failed
            }
        };
        self.watch.trace.ending = ending;
        self.watch.trace
    }

    async fn come(&mut self) -> Result<Ending, Fault> {
        // They do not come at the same moment.
        self.pause(&Screen::Paused {}).await;
        let joined = match self.caller.join(&self.join).await {
            Ok(joined) => joined,
            Err(Untold::Refused(refusal, _)) if refusal.code == RefusalCode::Busy => {
                return Ok(Ending::TurnedAway);
            }
            Err(untold) => return Err(fault("joining", untold)),
        };
        let sheet = &joined.value.sheet;
        if sheet.step > 0 || matches!(sheet.screen, Screen::Stopped(_)) {
            return Ok(Ending::CameBefore);
        }
        self.number = number(&sheet.participant)
            .ok_or_else(|| Fault(format!("a participant is called {:?}", sheet.participant)))?;
        self.nature = self.scene.nature(self.number, sheet.progress.of);
        self.see(joined.value.sheet, &joined.body, After::Asking);
        self.scene.tally.came();
        let ending = self.go_through().await;
        self.scene.tally.went();
        ending
    }

    async fn go_through(&mut self) -> Result<Ending, Fault> {
        loop {
            let Some(sheet) = self.watch.sheet().cloned() else {
                return Err(Fault("nothing is shown".to_owned()));
            };
            if let Screen::Stopped(stopped) = &sheet.screen {
                return Ok(self.ending(stopped));
            }
            if self.nature.returns.is_some_and(|after| self.replies >= after) {
                self.nature.returns = None;
                self.go_away_and_return(&sheet).await?;
                continue;
            }
            match self.answer(&sheet) {
                Ok(answer) => {
                    self.pause(&sheet.screen).await;
                    self.say(sheet.step, answer).await?;
                }
                Err(wait) => {
                    sleep(wait).await;
                    self.ask().await?;
                }
            }
        }
    }

    /// Thinks before answering, and waits until the next pixel may be shown.
    async fn pause(&mut self, screen: &Screen) {
        let pause = self.scene.behaviour.pause.mul_f64(self.random.random_range(0.0..2.0));
        let least = match screen {
            Screen::Item(item) => Duration::from_millis(item.next_ms.into()),
            _ => Duration::ZERO,
        };
        sleep(pause.max(least)).await;
    }

    /// What they say to what is shown, or how long they wait.
    fn answer(&mut self, sheet: &Sheet) -> Result<Answer, Duration> {
        match &sheet.screen {
            Screen::Consent { .. } if self.nature.leaves.is_some_and(|(item, _)| item == 0) => {
                Ok(Answer::Decline {})
            }
            Screen::Consent { version, .. } => Ok(Answer::Agree { version: version.clone() }),
            Screen::Questions(asked) => {
                let answers = self.scene.answers(asked, self.nature, &mut self.random);
                Ok(Answer::Questions { answers })
            }
            Screen::Instructions { .. } | Screen::Feedback(_) | Screen::Stopped(_) => {
                Ok(Answer::Continue {})
            }
            Screen::Item(item) => self.judge(item),
            Screen::Paused {} => Err(ASKS[1]),
        }
    }

    fn judge(&mut self, screen: &ItemScreen) -> Result<Answer, Duration> {
        let leaves = self.nature.leaves.is_some_and(|(item, pixels)| {
            item == screen.number && screen.shown.len() as u32 >= pixels.min(screen.pixels)
        });
        if leaves {
            return Ok(Answer::Leave {});
        }
        let first = screen.answers.first().map_or(0, |(label, _)| *label);
        match screen.asks {
            Asked::Wait {} => Err(ASKS[0]),
            Asked::Next {} => Ok(Answer::Next {}),
            Asked::Belief {} => {
                // Who cannot tell yet what they have before them holds both answers equally probable.
                let shown = screen.shown.len() as u32;
                let known = self.mind(screen.number);
                let of_first = known.map_or(0.5, |(label, mind)| {
                    let in_truth = mind.in_truth(shown, screen.pixels);
                    if label == first { in_truth } else { 1.0 - in_truth }
                });
                Ok(Answer::Belief { label: first, probability: of_first as f32 })
            }
            Asked::Verdict { confidence, explanation, explained, .. } => {
                let known = self.mind(screen.number);
                if known.is_none() {
                    self.scene.tally.error("an item cannot be told from others".to_owned());
                }
                let (label, mind) = known.unwrap_or((first, Mind::plain(true)));
                let wrong: Vec<u8> = screen.answers.iter().map(|(label, _)| *label).collect();
                let wrong: Vec<u8> = wrong.into_iter().filter(|other| *other != label).collect();
                let said = match wrong.get(self.random.random_range(0..wrong.len().max(1))) {
                    Some(wrong) if !mind.right => *wrong,
                    _ => label,
                };
                let explains = explained || (explanation && self.random.random::<bool>());
                Ok(Answer::Verdict {
                    label: said,
                    confidence: confidence.then(|| mind.sure() as f32),
                    explanation: explains.then(|| WORDS.to_owned()),
                })
            }
        }
    }

    /// What is right about the item before them, and what they make of it: as soon as it can be told from others.
    fn mind(&mut self, number: u32) -> Option<(u8, Mind)> {
        let scene = &self.scene;
        let seen = self.watch.item().filter(|item| item.number == number)?;
        let mut items =
            seen.is_one_of.iter().filter_map(|number| scene.frozen.items().nth(*number));
        let item = items.next()?;
        let same = |other: &Item| {
            let of = |item: &Item| (item.part == Part::Check, item.source.index, item.label);
            of(other) == of(item) && other.condition == item.condition
        };
        if !items.all(same) {
            return None;
        }
        if let Some((_, mind)) = self.mind.filter(|(known, _)| *known == number) {
            return Some((item.label, mind));
        }
        let mut random = scene.chance.of(Purpose::Item(self.number, number));
        let mind = match (item.part, &item.condition) {
            (Part::Check, _) | (_, None) => Mind::plain(!self.nature.careless),
            _ if self.nature.careless => Mind::draw(0.5, &mut random),
            (_, Some(condition)) => {
                let rate = scene.field.rate(condition, self.number, item.source.index);
                Mind::draw(rate, &mut random)
            }
        };
        self.mind = Some((number, mind));
        Some((item.label, mind))
    }

    /// Says something until it is kept.
    async fn say(&mut self, step: u32, answer: Answer) -> Result<(), Fault> {
        let is_belief = matches!(answer, Answer::Belief { .. });
        let reply = Reply { step, answer };
        let refused = match self.caller.reply(&reply).await {
            Ok(Told { value: sheet, body, tries, latency }) => {
                if tries == 1 {
                    self.scene.tally.acknowledged(latency, is_belief);
                } else {
                    self.scene.tally.resent.add();
                }
                self.kept(reply, true);
                self.see(sheet, &body, After::Reply);
                return Ok(());
            }
            Err(Untold::Refused(refusal, tries)) => (refusal, tries),
            Err(untold) => return Err(fault("a reply", untold)),
        };
        let may_be_over = self.watch.may_be_over(&self.scene.frozen);
        match refused {
            (refusal, tries) if refusal.code == RefusalCode::Stale && tries > 1 => {
                // It was kept, and nobody heard of it; or it came too late.
                self.scene.tally.resent.add();
                self.scene.tally.found.add();
                self.kept(reply, !may_be_over);
                let after = if may_be_over { After::Asking } else { After::Reply };
                self.ask_after(after).await
            }
            (refusal, _) if refusal.code == RefusalCode::Stale && may_be_over => self.ask().await,
            // It is interrupted, or has ended: what is shown says which.
            (refusal, _) if refusal.code == RefusalCode::Busy => self.ask().await,
            (refusal, _) => Err(Fault(format!("a reply was refused: {refusal}"))),
        }
    }

    fn kept(&mut self, reply: Reply, sure: bool) {
        self.watch.said(reply, sure);
        self.replies += 1;
        self.scene.tally.kept();
    }

    async fn ask(&mut self) -> Result<(), Fault> {
        self.ask_after(After::Asking).await
    }

    async fn ask_after(&mut self, after: After) -> Result<(), Fault> {
        let told = self.caller.sheet().await.map_err(|untold| fault("asking", untold))?;
        self.see(told.value, &told.body, after);
        Ok(())
    }

    /// Loses the connection, and comes back after a while: on the same device, or by the link on another. The old page
    /// then says its last word once more, which must change nothing.
    async fn go_away_and_return(&mut self, before: &Sheet) -> Result<(), Fault> {
        self.caller.close();
        self.pause(&Screen::Paused {}).await;
        self.scene.tally.returns.add();
        if self.random.random::<bool>() {
            let joined = self.caller.join(&self.join).await;
            let joined = joined.map_err(|untold| fault("coming back", untold))?;
            self.see(joined.value.sheet, &joined.body, After::Asking);
        } else {
            self.ask().await?;
        }
        let same =
            self.watch.sheet().is_some_and(|now| without_times(now) == without_times(before));
        if !same && !self.watch.may_be_over(&self.scene.frozen) && !waits(before) {
            self.scene.tally.error("whoever came back was shown something else".to_owned());
        }
        let Some(last) = self.watch.trace.said.last() else { return Ok(()) };
        let reply = Reply { step: last.step, answer: last.answer.clone() };
        self.scene.tally.twice.add();
        match self.caller.reply(&reply).await {
            Err(Untold::Refused(refusal, _)) if refusal.code == RefusalCode::Stale => Ok(()),
            Err(untold) => Err(fault("what was said twice", untold)),
            Ok(_) => Err(Fault("what was said twice was taken twice".to_owned())),
        }
    }

    fn see(&mut self, sheet: Sheet, body: &[u8], after: After) {
        self.scene.tally.sheets.add();
        if let Err(wrong) = self.watch.see(&self.scene.frozen, sheet, body, after) {
            self.scene.tally.error(wrong);
        }
    }

    fn ending(&self, stopped: &Stopped) -> Ending {
        match stopped {
            Stopped::Finished { .. } => {
                let items = Assigned::of(&self.scene.frozen.plan().study).items;
                let done = self.watch.sheet().is_some_and(|sheet| sheet.progress.done == items);
                if !done {
                    self.scene.tally.error("it ended before all items were done".to_owned());
                }
                Ending::Finished
            }
            Stopped::ScreenedOut { .. } => Ending::ScreenedOut,
            Stopped::Excluded { .. } => Ending::Excluded,
            Stopped::Left {} if self.nature.leaves.is_some_and(|(item, _)| item == 0) => {
                Ending::Declined
            }
            Stopped::Left {} => Ending::Left,
            Stopped::TooLate { .. } => Ending::TooLate,
            Stopped::Closed { .. } => Ending::Closed,
        }
    }
}

/// The number of a participant by their name.
fn number(name: &str) -> Option<u32> {
    name.strip_prefix('p')?.parse().ok()
}

fn waits(sheet: &Sheet) -> bool {
    matches!(&sheet.screen, Screen::Item(item) if item.asks == Asked::Wait {})
}

/// A sheet without what changes while time goes by.
fn without_times(sheet: &Sheet) -> Sheet {
    let mut sheet = sheet.clone();
    if let Screen::Item(item) = &mut sheet.screen {
        (item.next_ms, item.left_ms) = (0, None);
    }
    sheet
}

fn fault(doing: &str, untold: Untold) -> Fault {
    match untold {
        Untold::Refused(refusal, _) => Fault(format!("{doing} was refused: {refusal}")),
        Untold::Nothing(why) => Fault(format!("{doing}: {why}")),
    }
}
