//! Who comes, and whether they may take part.

use std::ops::RangeInclusive;

use pixel_debate_protocol::Refusal;
use pixel_debate_protocol::study::{Status, StudyJoin};

use super::event::Beginning;
use super::log::{Event, Known};
use super::study::{Conduct, closed, illegal, name};

/// The most characters of a link's parameter.
const MOST_PARAMETER: usize = 200;
/// How many letters the key has by which whoever comes again is known without parameters.
const KEY_LETTERS: RangeInclusive<usize> = 16..=64;

/// Somebody who comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coming {
    /// They are new: the event that gives them a place, their name, and how they begin.
    New(Event, String, Beginning),
    /// They have been here, under this name.
    Again(String),
}

impl Conduct {
    /// What becomes of somebody who comes; `known` is by what they are known if they come again.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] if the link is not as it must be, whoever comes has been here otherwise, or there is no place.
    pub fn join(&self, join: &StudyJoin, known: Option<Known>) -> Result<Coming, Refusal> {
        let beginning = self.beginning(join)?;
        if let Some(known) = &known
            && let Some(at) = self.persons.get(&known.person)
        {
            let member = &self.members[*at];
            let same = member.known.as_ref() == Some(known) && member.erased.is_none();
            return if same {
                Ok(Coming::Again(member.name.clone()))
            } else {
                let message = "whoever this link is for has taken part already";
                Err(illegal(message, "one part each; the link of that part leads back to it"))
            };
        }
        match self.status() {
            Status::Open => {}
            Status::Full => {
                return Err(closed(
                    "all places are taken",
                    "another try later: one may become free",
                ));
            }
            Status::Paused => return Err(closed("the study is interrupted", "another try later")),
            Status::Closed => return Err(closed("the study has ended", "another study")),
        }
        let Some(place) = self.places.next() else {
            return Err(closed("all places are taken", "another try later: one may become free"));
        };
        let participant = name(self.members.len());
        let event = Event::Joined { participant: participant.clone(), place, known };
        Ok(Coming::New(event, participant, beginning))
    }

    /// How somebody begins who comes so.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] if the link is not as it must be.
    pub fn beginning(&self, join: &StudyJoin) -> Result<Beginning, Refusal> {
        let study = &self.frozen.plan().study;
        let named = &study.recruits.parameters;
        let listed =
            || if named.is_empty() { "no parameters".to_owned() } else { named.join(", ") };
        if let Some(unknown) = join.parameters.keys().find(|name| !named.contains(name)) {
            let shortened: String = unknown.chars().take(60).collect();
            return Err(illegal(format!("the link has a parameter {shortened:?}"), listed()));
        }
        if let Some(missing) = named
            .iter()
            .find(|name| study.recruits.required && !join.parameters.contains_key(*name))
        {
            return Err(illegal(format!("the link has no parameter {missing:?}"), listed()));
        }
        let fits = |value: &str| {
            (1..=MOST_PARAMETER).contains(&value.chars().count())
                && !value.chars().any(char::is_control)
        };
        if let Some((name, _)) = join.parameters.iter().find(|(_, value)| !fits(value)) {
            let message = format!("the link's parameter {name:?} cannot be kept");
            return Err(illegal(message, format!("1 to {MOST_PARAMETER} characters")));
        }
        // What those who recruit fill in, and have not.
        let is_open = |value: &str| value.contains("{{") || value.contains("}}");
        if let Some((name, value)) = join.parameters.iter().find(|(_, value)| is_open(value)) {
            let message =
                format!("the link's parameter {name:?} is {value:?}, which nobody has filled in");
            return Err(illegal(message, "a link in which it is filled in"));
        }
        let is_key = |key: &str| {
            let plain =
                |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-' || letter == b'_';
            KEY_LETTERS.contains(&key.len()) && key.bytes().all(plain)
        };
        if join.key.as_deref().is_some_and(|key| !is_key(key)) {
            let (least, most) = (KEY_LETTERS.start(), KEY_LETTERS.end());
            return Err(illegal(
                "the key cannot be one",
                format!("key: {least} to {most} letters, digits, `-` and `_`, drawn by chance"),
            ));
        }
        // Who rehearses has a link of nobody.
        let person = named.first().and_then(|name| join.parameters.get(name));
        if !self.rehearsed() && !self.frozen.may_take_part(person.map(String::as_str)) {
            let message = "whoever this link is for is not among those who were asked to take part";
            return Err(illegal(message, "the link of somebody who was asked"));
        }
        let language = join.language.clone().unwrap_or_else(|| study.language.clone());
        if !self.frozen.plan().texts.contains_key(&language) {
            let languages: Vec<&str> =
                self.frozen.plan().texts.keys().map(String::as_str).collect();
            let shortened: String = language.chars().take(60).collect();
            return Err(illegal(
                format!("there are no texts in {shortened:?}"),
                languages.join(", "),
            ));
        }
        Ok(Beginning { language, parameters: join.parameters.clone() })
    }
}
