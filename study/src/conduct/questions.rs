//! Whether questions are answered as they may be.

use std::collections::BTreeMap;

use pixel_debate_protocol::study::Given;
use pixel_debate_protocol::{Refusal, RefusalCode};

use crate::file::{Answer, Question};

/// Says what of the answers is not as it may be.
pub(super) fn check(
    questions: &[Question],
    answers: &BTreeMap<String, Given>,
) -> Result<(), Refusal> {
    if let Some(unknown) =
        answers.keys().find(|name| !questions.iter().any(|question| question.name == **name))
    {
        let names: Vec<&str> = questions.iter().map(|question| question.name.as_str()).collect();
        let shortened: String = unknown.chars().take(60).collect();
        return Err(refusal(
            format!("nobody asked {shortened:?}"),
            format!("answers to {}", names.join(", ")),
        ));
    }
    questions.iter().try_for_each(|question| match answers.get(&question.name) {
        None if question.required => {
            Err(refusal(format!("{:?} is not answered", question.name), "an answer".to_owned()))
        }
        None => Ok(()),
        Some(given) => one(question, given),
    })
}

fn one(question: &Question, given: &Given) -> Result<(), Refusal> {
    let wrong = |expected: String| {
        let found = match given {
            Given::Number(number) => number.to_string(),
            Given::Text(text) => {
                format!("the text {:?}", text.chars().take(60).collect::<String>())
            }
        };
        Err(refusal(format!("the answer to {:?} is {found}", question.name), expected))
    };
    match (&question.answer, given) {
        (Answer::Choice { options, .. }, Given::Text(text)) if options.contains(text) => Ok(()),
        (Answer::Choice { options, .. }, _) => wrong(format!("one of {}", options.join(", "))),
        (Answer::Scale { from, to }, Given::Number(number))
            if (*from..=*to).contains(&u64::from(*number)) =>
        {
            Ok(())
        }
        (Answer::Scale { from, to }, _) => wrong(format!("a whole number from {from} to {to}")),
        (Answer::Text { longest }, Given::Text(text))
            if fits(text, *longest, question.required) =>
        {
            Ok(())
        }
        (Answer::Text { longest }, _) => {
            let least = if question.required { "1 to" } else { "at most" };
            wrong(format!("{least} {longest} characters, and none of control but ends of lines"))
        }
    }
}

fn fits(text: &str, longest: u64, required: bool) -> bool {
    let control = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
    text.chars().count() as u64 <= longest
        && !text.contains(control)
        && !(required && text.trim().is_empty())
}

/// Whether somebody who answers so may not take part.
pub(super) fn screen_out(questions: &[Question], answers: &BTreeMap<String, Given>) -> bool {
    questions.iter().any(|question| match (&question.answer, answers.get(&question.name)) {
        (Answer::Choice { screen_out, .. }, Some(Given::Text(text))) => screen_out.contains(text),
        _ => false,
    })
}

fn refusal(message: String, expected: String) -> Refusal {
    Refusal::new(RefusalCode::Illegal, message, expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Vec<Question> {
        let question =
            |name: &str, answer, required| Question { name: name.into(), answer, required };
        let options = ["yes", "no"].map(str::to_owned).to_vec();
        vec![
            question("adult", Answer::Choice { options, screen_out: vec!["no".into()] }, true),
            question("trust", Answer::Scale { from: 1, to: 7 }, true),
            question("remarks", Answer::Text { longest: 5 }, false),
        ]
    }

    fn answers(pairs: &[(&str, Given)]) -> BTreeMap<String, Given> {
        pairs.iter().map(|(name, given)| ((*name).to_owned(), given.clone())).collect()
    }

    #[test]
    fn answers_are_taken_as_they_may_be_or_refused_by_name() {
        let text = |text: &str| Given::Text(text.into());
        let all = |adult: Given, trust: Given, remarks: Given| {
            check(&asked(), &answers(&[("adult", adult), ("trust", trust), ("remarks", remarks)]))
        };
        let number = Given::Number;
        assert_eq!(all(text("yes"), number(7), text("äöü\n5")), Ok(()));
        assert_eq!(
            check(&asked(), &answers(&[("adult", text("no")), ("trust", number(1))])),
            Ok(())
        );
        for (given, wrong, expected) in [
            (
                all(text("perhaps"), number(1), text("")),
                "\"adult\" is the text \"perhaps\"",
                "one of yes, no",
            ),
            (all(number(1), number(1), text("")), "\"adult\" is 1", "one of yes, no"),
            (all(text("yes"), number(0), text("")), "\"trust\" is 0", "from 1 to 7"),
            (all(text("yes"), text("7"), text("")), "\"trust\" is the text", "from 1 to 7"),
            (all(text("yes"), number(1), text("longer")), "\"remarks\"", "at most 5 characters"),
            (all(text("yes"), number(1), text("\u{7}")), "\"remarks\"", "none of control"),
            (
                check(&asked(), &answers(&[("adult", text("yes"))])),
                "\"trust\" is not answered",
                "an answer",
            ),
            (
                check(&asked(), &answers(&[("other", number(1))])),
                "nobody asked \"other\"",
                "adult, trust, remarks",
            ),
        ] {
            let refusal = given.unwrap_err();
            assert!(
                refusal.message.contains(wrong) && refusal.expected.contains(expected),
                "{refusal}"
            );
        }
    }

    #[test]
    fn one_option_screens_out() {
        let says =
            |adult: &str| screen_out(&asked(), &answers(&[("adult", Given::Text(adult.into()))]));
        assert!(says("no") && !says("yes"));
        assert!(!screen_out(&asked(), &BTreeMap::new()));
    }
}
