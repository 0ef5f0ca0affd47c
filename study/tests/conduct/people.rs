//! People who take part, and whoever keeps what they say.

use std::sync::Arc;

use pixel_debate_protocol::Refusal;
use pixel_debate_protocol::study::{
    Answer, Asked, Given, ItemScreen, Order, QuestionForm, Reply, Screen, Sheet, Stopped, StudyJoin,
};
use pixel_debate_study::conduct::log::{self, Known};
use pixel_debate_study::conduct::{Beginning, Coming, Conduct, Entry};
use pixel_debate_study::frozen::Frozen;

/// A study, and all of it that has been kept.
pub(crate) struct Kept {
    pub(crate) conduct: Conduct,
    pub(crate) log: Vec<log::Entry>,
    pub(crate) participants: Vec<(String, Beginning, Vec<Entry>)>,
    pub(crate) now_ms: u64,
}

impl Kept {
    pub(crate) fn new(frozen: &Arc<Frozen>) -> Self {
        Self {
            conduct: Conduct::new(Arc::clone(frozen)),
            log: Vec::new(),
            participants: Vec::new(),
            now_ms: 1_800_000_000_000,
        }
    }

    pub(crate) fn note(&mut self, event: log::Event) {
        let entry = log::Entry { at_ms: self.now_ms, event, order: None };
        self.log.push(entry.clone());
        self.conduct.apply(&entry).unwrap();
    }

    pub(crate) fn keep(&mut self, name: &str, entry: &Entry) {
        let kept = self.participants.iter_mut().find(|(participant, ..)| participant == name);
        kept.unwrap().2.push(entry.clone());
        self.conduct.take(name, entry).unwrap();
    }

    /// Whoever comes by a link for that person, in that visit.
    pub(crate) fn join(&mut self, person: &str, visit: &str) -> Result<String, Refusal> {
        let join = join(person, visit);
        let known = Known { person: person.into(), visit: format!("{person} {visit}") };
        match self.conduct.join(&join, Some(known))? {
            Coming::Again(name) => Ok(name),
            Coming::New(event, name, beginning) => {
                self.note(event);
                self.participants.push((name.clone(), beginning.clone(), Vec::new()));
                self.conduct.begin(&name, beginning);
                Ok(name)
            }
        }
    }

    /// What happens by itself, and then the sheet.
    pub(crate) fn sheet(&mut self, name: &str) -> Sheet {
        if let Some(event) = self.conduct.returns(name) {
            self.note(event);
        }
        while let Some(entry) = self.conduct.due_of(name, self.now_ms) {
            self.keep(name, &entry);
        }
        if let Some(event) = self.conduct.settled(name) {
            self.note(event);
        }
        self.conduct.sheet(name, self.now_ms).unwrap()
    }

    /// Says something to the sheet that is shown.
    pub(crate) fn say(&mut self, name: &str, answer: Answer) -> Result<Sheet, Refusal> {
        let step = self.sheet(name).step;
        let entry = self.conduct.answer(name, &Reply { step, answer }, self.now_ms)?;
        self.keep(name, &entry);
        Ok(self.sheet(name))
    }

    pub(crate) fn order(&mut self, order: &Order) -> Result<(), Refusal> {
        let event = self.conduct.order(order)?;
        if let log::Event::Erased { participant, .. } = &event {
            self.participants.retain(|(name, ..)| name != participant);
        }
        self.note(event);
        Ok(())
    }

    pub(crate) fn idle(&mut self) {
        for event in self.conduct.idle(self.now_ms) {
            self.note(event);
        }
    }

    /// The study again from what was kept.
    pub(crate) fn restored(&self) -> Conduct {
        let mut conduct = Conduct::new(Arc::clone(self.conduct.frozen()));
        for entry in &self.log {
            conduct.apply(entry).unwrap();
        }
        for (name, beginning, entries) in &self.participants {
            conduct.begin(name, beginning.clone());
            for entry in entries {
                conduct.take(name, entry).unwrap();
            }
        }
        conduct
    }

    /// Goes on as somebody who does what is asked, in the end or until `stop` says so.
    pub(crate) fn go_on(&mut self, name: &str, mut stop: impl FnMut(&Sheet) -> bool) -> Sheet {
        for _ in 0..1000 {
            let sheet = self.sheet(name);
            if stop(&sheet) || matches!(sheet.screen, Screen::Stopped(_) | Screen::Paused {}) {
                return sheet;
            }
            self.now_ms += 100;
            let answer = willing(self.conduct.frozen(), &sheet.screen);
            self.say(name, answer).unwrap();
        }
        panic!("no end");
    }
}

pub(crate) fn join(person: &str, visit: &str) -> StudyJoin {
    let parameters = [("PID", person), ("SESSION", visit)];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
    StudyJoin { parameters: parameters.into(), language: None, key: None }
}

/// The item that is shown: by its answers and pixels.
pub(crate) fn truth(frozen: &Frozen, screen: &ItemScreen) -> u8 {
    let answers: Vec<u8> = screen.answers.iter().map(|(label, _)| *label).collect();
    let is_it = |item: &&pixel_debate_study::items::Item| {
        let value = |x, y| item.image.value(pixel_debate_game::Pixel::new(x, y));
        answers.contains(&item.label)
            && item.claims.liar.is_none_or(|lie| answers.contains(&lie))
            && screen.shown.iter().all(|glance| value(glance.x, glance.y) == Some(glance.value))
    };
    frozen.items().find(is_it).unwrap().label
}

/// What somebody says who attends and does as asked.
pub(crate) fn willing(frozen: &Frozen, screen: &Screen) -> Answer {
    match screen {
        Screen::Consent { version, .. } => Answer::Agree { version: version.clone() },
        Screen::Questions(asked) => {
            let answers = asked.questions.iter().map(|question| {
                let given = match &question.form {
                    QuestionForm::Choice { options } => Given::Text(options[0].0.clone()),
                    QuestionForm::Scale { to, .. } => Given::Number(*to),
                    QuestionForm::Text { .. } => Given::Text("no".into()),
                };
                (question.name.clone(), given)
            });
            Answer::Questions { answers: answers.collect() }
        }
        Screen::Item(item) => match item.asks {
            Asked::Next {} | Asked::Wait {} => Answer::Next {},
            Asked::Belief {} => Answer::Belief { label: truth(frozen, item), probability: 0.8 },
            Asked::Verdict { confidence, explained, .. } => Answer::Verdict {
                label: truth(frozen, item),
                confidence: confidence.then_some(0.5),
                explanation: explained.then(|| "so".to_owned()),
            },
        },
        _ => Answer::Continue {},
    }
}

/// Whether that is the end of somebody who has done all.
pub(crate) fn is_finished(sheet: &Sheet) -> bool {
    matches!(sheet.screen, Screen::Stopped(Stopped::Finished { .. }))
}
