//! Judges and debaters that whoever calls this library brings along: an experiment names them beside ours.
//!
//! What they are is not known here, so each says a version of itself, which is part of the run as much as a
//! network's hash is: a folder that one version has begun is not gone on with by another.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use pixel_debate_agents::{AgentSpec, Clock};
use pixel_debate_game::Role;
use pixel_debate_judge::SHIPPED_PIXELS;
use pixel_debate_play::{Judging, NoAnswer, Player};

/// A debater of somebody's own.
///
/// ```
/// use pixel_debate_agents::AgentSpec;
/// use pixel_debate_game::Role;
/// use pixel_debate_harness::CustomDebater;
/// use pixel_debate_play::{AgentPlayer, NoAnswer, Player};
///
/// /// Debates as `greedy` does.
/// #[derive(Debug)]
/// struct Imitator;
///
/// impl CustomDebater for Imitator {
///     fn player(&self, _: Role, seed: u64) -> Result<Box<dyn Player>, NoAnswer> {
///         Ok(Box::new(AgentPlayer::new(AgentSpec::Greedy, seed)))
///     }
/// }
/// # assert!(Imitator.player(Role::Liar, 1)?.asks_judge());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait CustomDebater: fmt::Debug + Send + Sync {
    /// The debater at the beginning of a debate, in which it has that role; all that is random about it is drawn from
    /// the seed.
    ///
    /// # Errors
    ///
    /// [`NoAnswer`] if it does not take part.
    fn player(&self, role: Role, seed: u64) -> Result<Box<dyn Player>, NoAnswer>;
}

/// What somebody has brought, with the version that it declares.
#[derive(Debug)]
pub(crate) struct Brought<T: ?Sized> {
    pub(crate) version: String,
    /// What is written down of it beside its version.
    pub(crate) about: BTreeMap<String, String>,
    pub(crate) what: Arc<T>,
}

/// The judges and the debaters that an experiment may name beside ours.
///
/// ```
/// use std::path::Path;
/// use std::sync::Arc;
///
/// use pixel_debate_harness::{Custom, RunPlan};
/// use pixel_debate_judge::Judge;
///
/// let mut custom = Custom::default();
/// // A judge of ours may stand for somebody's own.
/// let four = Judge::shipped(4).expect("there is a judge for 4 pixels");
/// custom.add_judge("mine", "3", [], Arc::new(four.clone()))?;
/// let refusal = custom.add_judge("judge-6", "1", [], Arc::new(four)).unwrap_err();
/// assert!(refusal.to_string().starts_with("the name \"judge-6\" is taken"));
///
/// let file = r#"
///     title = "Mine"
///     [images]
///     dataset = "mnist"
///     random = 5
///     [[grid]]
///     name = "alone"
///     protocol = "judge_alone"
///     pixels = 6
///     judge = ["mine", "shipped"]
/// "#;
/// let plan = RunPlan::with(file, Path::new(""), None, custom)?;
/// assert_eq!(plan.manifest().judges[0].hash, "version 3");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Custom {
    judges: BTreeMap<String, Brought<dyn Judging>>,
    debaters: BTreeMap<String, Brought<dyn CustomDebater>>,
    is_stopped: Option<fn() -> bool>,
}

/// A judge or a debater that no experiment could name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CustomError {
    /// The name could be mistaken.
    #[error(
        "the name {0:?}: it must be of 1 to 60 letters, digits, `-` and `_`, as an experiment's file has it"
    )]
    Name(String),
    /// There is one of that name.
    #[error("the name {0:?} is taken by one of the program's own: choose another")]
    Taken(String),
    /// The version says nothing.
    #[error(
        "the version of {0:?}: it must be a line of 1 to 200 characters, by which results of one version \
         are told from those of another"
    )]
    Version(String),
}

impl Custom {
    /// The longest name, in characters.
    const MOST_NAME: usize = 60;
    /// The longest version, in characters.
    const MOST_VERSION: usize = 200;

    /// Lets experiments name a judge. `about` is what the manifest says of it beside its version; its
    /// probabilities are scored if it has `answers` = `logits` or `probabilities` (of which it gives the
    /// logarithms). One of the same name is replaced.
    ///
    /// # Errors
    ///
    /// [`CustomError`] if the name or the version cannot be used.
    pub fn add_judge(
        &mut self,
        name: &str,
        version: &str,
        about: impl IntoIterator<Item = (String, String)>,
        judge: Arc<dyn Judging>,
    ) -> Result<(), CustomError> {
        Self::check_judge(name, version)?;
        self.judges.insert(name.to_owned(), Brought::new(version, about, judge));
        Ok(())
    }

    /// Says whether a judge may be called that.
    pub(crate) fn check_judge(name: &str, version: &str) -> Result<(), CustomError> {
        check(name, version)?;
        let ours = SHIPPED_PIXELS.map(|pixels| format!("judge-{pixels}"));
        if name == "shipped" || ours.iter().any(|our| our == name) {
            return Err(CustomError::Taken(name.to_owned()));
        }
        Ok(())
    }

    /// Lets experiments name a debater; the rest is as of [`add_judge`](Self::add_judge).
    ///
    /// # Errors
    ///
    /// [`CustomError`] if the name or the version cannot be used.
    pub fn add_debater(
        &mut self,
        name: &str,
        version: &str,
        debater: Arc<dyn CustomDebater>,
    ) -> Result<(), CustomError> {
        check(name, version)?;
        if name == "same" || name.parse::<AgentSpec>().is_ok() {
            return Err(CustomError::Taken(name.to_owned()));
        }
        self.debaters.insert(name.to_owned(), Brought::new(version, [], debater));
        Ok(())
    }

    /// Ends whatever is under way once `is_stopped` says so. It is asked many times a millisecond, on the
    /// thread that plays.
    pub fn stop_when(&mut self, is_stopped: fn() -> bool) {
        self.is_stopped = Some(is_stopped);
    }

    pub(crate) fn judge(&self, name: &str) -> Option<&Brought<dyn Judging>> {
        self.judges.get(name)
    }

    pub(crate) fn debater(&self, name: &str) -> Option<&Brought<dyn CustomDebater>> {
        self.debaters.get(name)
    }

    /// The judges' names.
    pub(crate) fn judges(&self) -> impl Iterator<Item = &str> {
        self.judges.keys().map(String::as_str)
    }

    /// The debaters' names.
    pub(crate) fn debaters(&self) -> impl Iterator<Item = &str> {
        self.debaters.keys().map(String::as_str)
    }

    pub(crate) fn clock(&self) -> Clock {
        let clock = Clock::unlimited();
        self.is_stopped.map_or(clock, |is_stopped| clock.unless(is_stopped))
    }
}

impl<T: ?Sized> Clone for Brought<T> {
    fn clone(&self) -> Self {
        Self {
            version: self.version.clone(),
            about: self.about.clone(),
            what: Arc::clone(&self.what),
        }
    }
}

impl<T: ?Sized> Brought<T> {
    fn new(version: &str, about: impl IntoIterator<Item = (String, String)>, what: Arc<T>) -> Self {
        Self { version: version.to_owned(), about: about.into_iter().collect(), what }
    }
}

fn check(name: &str, version: &str) -> Result<(), CustomError> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    if name.is_empty() || name.len() > Custom::MOST_NAME || !name.chars().all(plain) {
        return Err(CustomError::Name(name.to_owned()));
    }
    let length = version.chars().count();
    if version.trim().is_empty()
        || length > Custom::MOST_VERSION
        || version.chars().any(char::is_control)
    {
        return Err(CustomError::Version(name.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use pixel_debate_judge::Judge;

    use super::*;

    #[derive(Debug)]
    struct Nobody;

    impl CustomDebater for Nobody {
        fn player(&self, _: Role, _: u64) -> Result<Box<dyn Player>, NoAnswer> {
            Err(NoAnswer::because("nobody is there"))
        }
    }

    #[test]
    fn names_that_could_be_mistaken_are_refused() {
        let mut custom = Custom::default();
        let mut judge = |name: &str, version: &str| {
            custom.add_judge(name, version, [], Arc::new(Judge::shipped(4).unwrap()))
        };
        assert_eq!(judge("mine_2-b", "1"), Ok(()));
        assert_eq!(judge("shipped", "1"), Err(CustomError::Taken("shipped".into())));
        for name in ["", "a b", "mine.safetensors", "a@b", "ä", &"a".repeat(61)] {
            assert_eq!(judge(name, "1"), Err(CustomError::Name(name.into())), "{name}");
        }
        for version in ["", " ", "1\n2", &"1".repeat(201)] {
            assert_eq!(judge("mine", version), Err(CustomError::Version("mine".into())));
        }
        let mut debater = |name: &str| custom.add_debater(name, "1", Arc::new(Nobody));
        assert_eq!(debater("mine"), Ok(()));
        for name in ["greedy", "exact", "same", "random"] {
            assert_eq!(debater(name), Err(CustomError::Taken(name.into())));
        }
    }
}
