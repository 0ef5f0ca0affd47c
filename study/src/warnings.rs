//! What speaks against a study that can be done all the same.

mod words;

use pixel_debate_game::Role;
use pixel_debate_validation::doubt;

use crate::draft::Draft;
use crate::file::{Condition, Feedback, First, Lies, Play, Side, Study};
use crate::items::{Chosen, Item, Part};

/// Seeds below this are soon tried.
const GUESSABLE: u64 = 1 << 40;
/// The seeds of the examples that come with the program.
const EXAMPLES: [u64; 2] = [6_129_484_611_666_145_821, 3_081_729_456_120_973_348];
/// Fewer judgments of a cell are an anecdote.
const FEW: u64 = 3;

/// The languages that the page's own words are in, such as those on its buttons.
const PAGE_SPEAKS: [&str; 2] = ["de", "en"];

/// Something that speaks against a study, though it can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// The seed can be guessed, and with it all items.
    Seed,
    /// A debater reveals more pixels than the other.
    OddPixels {
        /// The condition.
        condition: String,
    },
    /// Always the same side begins, or argues, so that participants may learn who.
    OneSide {
        /// The condition.
        condition: String,
        /// The side.
        side: Role,
        /// Whether it argues alone.
        alone: bool,
    },
    /// Sides are not balanced, so that of two debates of an image the one in which the honest side begins, or argues,
    /// is shown alone.
    OtherSide {
        /// The condition.
        condition: String,
    },
    /// Where the adviser chose its side, it chose the same of every image.
    OpenOneSided {
        /// The condition.
        condition: String,
        /// The side.
        side: Role,
    },
    /// Conditions tell lies by different rules, so that they differ by more than by who shows pixels.
    Lies,
    /// Each participant judges more items in some conditions than in others.
    UnevenConditions {
        /// Items of each.
        items: u64,
        /// Conditions.
        conditions: u64,
    },
    /// Sides and answers cannot be shown in either place equally often within a cell.
    OddCells {
        /// Judgments of a cell.
        judgments: u64,
    },
    /// There are few judgments in a cell.
    FewJudgments {
        /// Judgments of a cell.
        judgments: u64,
    },
    /// A tier cannot be filled.
    Tier {
        /// The tier.
        tier: String,
        /// How many images it is to have.
        wanted: u64,
        /// How many it has.
        found: u64,
        /// How many images were examined.
        examined: u64,
    },
    /// What comes again is known by then.
    ToldBefore,
    /// Nothing finds who does not attend.
    NoChecks,
    /// The seed is that of an example, which anybody has.
    ExampleSeed,
    /// There is one condition, which is compared with none.
    OneCondition,
    /// A bonus or codes are there, and nothing says who somebody is.
    PaidUnknown,
    /// Whoever comes twice under other names could learn the answers the first time.
    Scouts,
    /// Fewer are on the list of who may take part than there are places.
    FewAsked {
        /// How many are.
        asked: u64,
        /// How many places there are.
        places: u64,
    },
    /// Some may be excluded, and there is no code for them.
    NoExcludedCode,
    /// Some may find no place, or the study ended, and there is no code for them.
    NoClosedCode,
    /// Some are screened out, and there is no code for them.
    NoScreenOutCode,
    /// Participants come from somewhere, and there is no code for them to return with.
    NoCompletionCode,
    /// What participants say is kept for ever.
    KeptForEver,
    /// The page's own words are not there in a language.
    Language {
        /// The language.
        language: String,
    },
    /// A judge was made for something else.
    Judge {
        /// How many pixels the condition has.
        pixels: u8,
        /// What speaks against it.
        doubt: String,
    },
}

impl Draft {
    /// What speaks against the study, by its images and, once they are made, by its items.
    pub fn warnings(&self, chosen: &Chosen, items: Option<&[Item]>) -> Vec<Warning> {
        let study = self.study();
        let mut warnings = Vec::new();
        if study.secrets.seed < GUESSABLE {
            warnings.push(Warning::Seed);
        }
        if EXAMPLES.contains(&study.secrets.seed) {
            warnings.push(Warning::ExampleSeed);
        }
        warnings.extend(study.conditions.iter().flat_map(of_condition));
        let lies: Vec<Lies> =
            study.conditions.iter().filter_map(|condition| condition.lies).collect();
        if lies.windows(2).any(|two| two[0] != two[1]) {
            warnings.push(Warning::Lies);
        }
        warnings.extend(balance(study));
        let short = chosen.tiers.iter().filter(|tier| tier.found < tier.wanted);
        warnings.extend(short.map(|tier| Warning::Tier {
            tier: tier.name.clone(),
            wanted: tier.wanted,
            found: tier.found,
            examined: chosen.examined,
        }));
        warnings.extend(people(study));
        let asked = self.asked.as_ref().map(|asked| asked.len() as u64);
        let places = study.assignment.participants;
        warnings.extend(
            asked.filter(|asked| *asked < places).map(|asked| Warning::FewAsked { asked, places }),
        );
        for (pixels, _) in self.judges() {
            let found = doubt(self.judge(pixels).weights(), pixels.into());
            warnings.extend(found.map(|doubt| Warning::Judge { pixels, doubt: doubt.to_string() }));
        }
        warnings.extend(items.into_iter().flat_map(|items| open_sides(study, items)));
        warnings
    }
}

fn of_condition(condition: &Condition) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let name = || condition.name.clone();
    match condition.play {
        Play::Debate { first, .. } => {
            if !condition.pixels.is_multiple_of(2) {
                warnings.push(Warning::OddPixels { condition: name() });
            }
            let side = match first {
                First::Honest => Some(Role::Honest),
                First::Liar => Some(Role::Liar),
                First::Balanced => None,
            };
            warnings.extend(side.map(|side| Warning::OneSide {
                condition: name(),
                side,
                alone: false,
            }));
        }
        Play::Consultancy { side, .. } => {
            let side = match side {
                Side::Honest => Some(Role::Honest),
                Side::Liar => Some(Role::Liar),
                Side::Balanced | Side::Open => None,
            };
            warnings.extend(side.map(|side| Warning::OneSide {
                condition: name(),
                side,
                alone: true,
            }));
        }
        Play::Alone {} => {}
    }
    warnings
}

fn balance(study: &Study) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if study.conditions.len() == 1 {
        warnings.push(Warning::OneCondition);
    }
    if !study.assignment.balance_sides {
        let both = study.conditions.iter().filter(|condition| condition.debates_of_an_image() > 1);
        warnings.extend(both.map(|of| Warning::OtherSide { condition: of.name.clone() }));
    }
    let (items, conditions) = (study.assignment.items, study.conditions.len() as u64);
    if !items.is_multiple_of(conditions) {
        warnings.push(Warning::UnevenConditions { items, conditions });
    }
    let judgments = study.judgments_of_a_cell();
    let counterbalanced = study.assignment.balance_sides
        || study.assignment.balance_answers
        || study.conditions.iter().any(|condition| condition.debates_of_an_image() > 1);
    if counterbalanced && !judgments.is_multiple_of(2) {
        warnings.push(Warning::OddCells { judgments });
    }
    if judgments < FEW {
        warnings.push(Warning::FewJudgments { judgments });
    }
    warnings
}

fn people(study: &Study) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if study.asks.feedback == Feedback::Item && study.repeats() + study.flips() > 0 {
        warnings.push(Warning::ToldBefore);
    }
    if study.assignment.checks == 0 || study.assignment.checks_needed == 0 {
        warnings.push(Warning::NoChecks);
    }
    let recruited = !study.recruits.parameters.is_empty();
    let codes = &study.secrets;
    let returns = codes.completion_code.is_some() || codes.screen_out_code.is_some();
    if !recruited && (study.bonus.is_some() || returns) {
        warnings.push(Warning::PaidUnknown);
    }
    // Who must say who they are, and is told apart by it, comes once.
    if study.asks.feedback == Feedback::Item && !study.recruits.required {
        warnings.push(Warning::Scouts);
    }
    if recruited && codes.completion_code.is_some() {
        if codes.excluded_code.is_none() {
            warnings.push(Warning::NoExcludedCode);
        }
        if codes.closed_code.is_none() {
            warnings.push(Warning::NoClosedCode);
        }
    }
    if recruited && study.secrets.completion_code.is_none() {
        warnings.push(Warning::NoCompletionCode);
    }
    if recruited && study.screens_out() && study.secrets.screen_out_code.is_none() {
        warnings.push(Warning::NoScreenOutCode);
    }
    if study.privacy.keep_days.is_none() {
        warnings.push(Warning::KeptForEver);
    }
    let is_spoken = |language: &&String| {
        let (base, _) = language.split_once('-').unwrap_or((language, ""));
        PAGE_SPEAKS.contains(&base)
    };
    let unspoken = study.languages.keys().filter(|language| !is_spoken(language));
    warnings.extend(unspoken.map(|language| Warning::Language { language: language.clone() }));
    warnings
}

/// Conditions whose adviser chose the same side of every image.
fn open_sides(study: &Study, items: &[Item]) -> Vec<Warning> {
    let open = study.conditions.iter().filter(|condition| condition.is_open());
    let one_sided = |condition: &Condition| {
        let mut sides = items
            .iter()
            .filter(|item| {
                item.part == Part::Main && item.condition.as_ref() == Some(&condition.name)
            })
            .filter_map(|item| item.first);
        let side = sides.next()?;
        sides
            .all(|other| other == side)
            .then(|| Warning::OpenOneSided { condition: condition.name.clone(), side })
    };
    open.filter_map(one_sided).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn study(change: &[(&str, &str)]) -> Study {
        let mut text = r#"
name = "a"
title = "A"
seed = 5577006791947779410
[[conditions]]
name = "debate"
kind = "debate"
pixels = 4
honest = "greedy"
first = "balanced"
[[conditions]]
name = "adviser"
kind = "consultancy"
side = "balanced"
pixels = 4
honest = "greedy"
[images]
number = 4
[assignment]
participants = 8
items = 4
checks = 1
repeats = 0
[asks]
feedback = "never"
[[before]]
name = "age"
kind = "choice"
options = ["young", "old"]
screen_out = ["young"]
[consent]
version = "1"
[recruits]
parameters = ["PROLIFIC_PID"]
completion_code = "C1"
screen_out_code = "C2"
excluded_code = "C3"
closed_code = "C4"
[languages]
en = "en.toml"
[privacy]
keep_days = 30
"#
        .to_owned();
        for (from, to) in change {
            assert!(text.contains(from), "{from}");
            text = text.replacen(from, to, 1);
        }
        Study::from_toml(&text).unwrap()
    }

    fn told(change: &[(&str, &str)]) -> Vec<String> {
        let study = study(change);
        let of_conditions = study.conditions.iter().flat_map(of_condition);
        let all = of_conditions.chain(balance(&study)).chain(people(&study));
        all.map(|warning| warning.to_string()).collect()
    }

    #[test]
    fn a_sound_study_has_nothing_to_be_warned_of_and_each_flaw_has() {
        assert_eq!(told(&[]), [""; 0]);
        for (from, to, wanted) in [
            ("pixels = 4", "pixels = 5", "condition \"debate\" has an odd number of pixels"),
            (
                "first = \"balanced\"",
                "first = \"liar\"",
                "in condition \"debate\" always the liar side begins",
            ),
            (
                "side = \"balanced\"",
                "side = \"honest\"",
                "in condition \"adviser\" always the honest side argues",
            ),
            (
                "participants = 8\nitems = 4",
                "participants = 16\nitems = 3",
                "3 items are not equally many in each of 2",
            ),
            (
                "side = \"balanced\"\npixels = 4\nhonest = \"greedy\"\n[images]\nnumber = 4\n[assignment]",
                "side = \"open\"\npixels = 4\nhonest = \"greedy\"\n[images]\nnumber = 4\n[assignment]\n\
                 balance_sides = false",
                "`balance_sides` is false, and condition \"debate\" is balanced",
            ),
            ("participants = 8", "participants = 10", "each cell has 5 judgments, an odd number"),
            ("participants = 8", "participants = 4", "each cell has 2 judgments alone"),
            (
                "repeats = 0\n[asks]\nfeedback = \"never\"",
                "repeats = 0.25\n[asks]\nfeedback = \"item\"",
                "their answers are known by then",
            ),
            ("checks = 1", "checks = 0", "no attention check excludes anybody"),
            ("completion_code = \"C1\"", "", "nobody can prove that they have finished"),
            ("screen_out_code = \"C2\"", "", "no `screen_out_code` for them"),
            ("keep_days = 30", "", "what participants say is kept for ever"),
            (
                "excluded_code = \"C3\"",
                "",
                "no `excluded_code`: whoever fails the attention checks",
            ),
            ("closed_code = \"C4\"", "", "no `closed_code`: whoever finds all places taken"),
            ("parameters = [\"PROLIFIC_PID\"]", "", "nothing says who is to be paid"),
        ] {
            let told = told(&[(from, to)]);
            assert_eq!(told.len(), 1, "{to}: {told:?}");
            assert!(told[0].contains(wanted), "{to}: {told:?}");
        }
    }
}
