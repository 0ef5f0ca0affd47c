//! Warnings in words.

use std::fmt;

use super::Warning;

impl fmt::Display for Warning {
    // One arm a warning.
    #[allow(clippy::too_many_lines)]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seed => write!(
                f,
                "the seed is a small number: whoever guesses it can compute every item and answer; take a \
                 random one up to 9223372036854775807"
            ),
            Self::OddPixels { condition } => {
                write!(
                    f,
                    "condition {condition:?} has an odd number of pixels: the debater that begins reveals one more"
                )
            }
            Self::OneSide { condition, side, alone } => {
                let does = if *alone { "argues" } else { "begins" };
                write!(
                    f,
                    "in condition {condition:?} always the {side} side {does}: participants may learn it"
                )
            }
            Self::OtherSide { condition } => write!(
                f,
                "`balance_sides` is false, and condition {condition:?} is balanced: main items show the honest side \
                 alone, the other only where one comes again with the sides changed"
            ),
            Self::OpenOneSided { condition, side } => write!(
                f,
                "in condition {condition:?} the adviser chose the {side} side of every image: it is as good as \
                 assigned"
            ),
            Self::Lies => write!(
                f,
                "conditions have different `lies`, and so differ in more than in who shows pixels"
            ),
            Self::UnevenConditions { items, conditions } => write!(
                f,
                "{items} items are not equally many in each of {conditions} conditions: no participant judges in \
                 all equally often"
            ),
            Self::OddCells { judgments } => write!(
                f,
                "each cell has {judgments} judgments, an odd number: sides and places cannot be balanced within it"
            ),
            Self::FewJudgments { judgments } => {
                let plural = if *judgments == 1 { "" } else { "s" };
                write!(f, "each cell has {judgments} judgment{plural} alone")
            }
            Self::Tier { tier, wanted, found, examined } => write!(
                f,
                "tier {tier:?} has {found} of its {wanted} images after {examined} were examined: the study cannot \
                 be frozen"
            ),
            Self::ToldBefore => write!(
                f,
                "`feedback` is \"item\", and items come again: their answers are known by then"
            ),
            Self::NoChecks => write!(f, "no attention check excludes anybody"),
            Self::ExampleSeed => write!(
                f,
                "the seed is that of an example, which anybody has: whoever takes it can compute every item and \
                 answer; take a random one up to 9223372036854775807"
            ),
            Self::OneCondition => {
                write!(f, "there is one condition: there is none with which it is compared")
            }
            Self::PaidUnknown => write!(
                f,
                "[bonus] or codes are there, and [recruits] has no `parameters`: nothing says who is to be paid"
            ),
            Self::Scouts => write!(
                f,
                "`feedback` is \"item\", and nothing says who somebody is: whoever comes twice under other names has \
                 learnt the answers; let [recruits] have `parameters` that are required, and `only`"
            ),
            Self::FewAsked { asked, places } => write!(
                f,
                "`only` in [recruits] lists {asked}, and there are {places} places: they cannot all be filled"
            ),
            Self::NoExcludedCode => write!(
                f,
                "[recruits] has no `excluded_code`: whoever fails the attention checks, or is excluded by the \
                 researcher, has no code to return with"
            ),
            Self::NoClosedCode => write!(
                f,
                "[recruits] has no `closed_code`: whoever finds all places taken, or the study ended, has no code to \
                 return with"
            ),
            Self::NoCompletionCode => {
                write!(
                    f,
                    "[recruits] has `parameters` and no `completion_code`: nobody can prove that they have finished"
                )
            }
            Self::NoScreenOutCode => {
                write!(f, "some are screened out, and [recruits] has no `screen_out_code` for them")
            }
            Self::KeptForEver => {
                write!(f, "[privacy] has no `keep_days`: what participants say is kept for ever")
            }
            Self::Language { language } => write!(
                f,
                "[languages] has {language:?}, and the page's own words, such as those on its buttons, are in English \
                 and German alone: whoever reads {language:?} is shown English ones"
            ),
            Self::Judge { pixels, doubt } => write!(f, "the judge of {pixels} pixels: {doubt}"),
        }
    }
}
