//! Text by strangers, as others are shown it.

use pixel_debate_game::Verdict;
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer};
use unicode_normalization::{UnicodeNormalization, is_nfc};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// The most marks that stand on one letter, those that it is composed with among them: no letter of a living
/// script has more.
const MARKS: usize = 3;

/// Whether a mark stands on no letter, or more stand on one than may: they would grow into the lines
/// around the text.
pub(crate) fn is_stacked(text: &str) -> bool {
    let (mut letters, mut marks) = (false, 0);
    text.nfd().any(|letter| {
        let mark = match letter.general_category() {
            GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark => Some(marks + 1),
            // These have a place of their own beside the letter.
            GeneralCategory::SpacingMark => Some(0),
            _ => None,
        };
        letters = if mark.is_some() { letters } else { !letter.is_whitespace() };
        marks = mark.unwrap_or(0);
        mark.is_some_and(|marks| !letters || marks > MARKS)
    })
}

/// Whether a character is seen where it stands: two names that look alike are to be alike, as far as
/// that goes, and none may change how the text around it is shown.
pub(crate) fn is_shown(letter: char) -> bool {
    let seen = !matches!(
        letter.general_category(),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::Surrogate
            | GeneralCategory::PrivateUse
            | GeneralCategory::Unassigned
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::SpaceSeparator
    );
    // The letters and marks among what Unicode has as ignorable, the blank pattern of Braille, what stands for
    // an object that is not there, and what fills a place without being seen.
    let blank = matches!(
        letter,
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{2800}' | '\u{3164}' | '\u{2d7f}' | '\u{1107f}' | '\u{16fe4}' | '\u{1d159}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fffc}' | '\u{e0100}'..='\u{e01ef}'
    );
    seen && !blank
}

/// Whether a text is a name of at most so many characters.
pub(crate) fn is_name(name: &str, most: usize) -> bool {
    let length = name.chars().count();
    let spaced = name.starts_with(' ') || name.ends_with(' ') || name.contains("  ");
    let shown = name.chars().all(|letter| letter == ' ' || is_shown(letter));
    (1..=most).contains(&length) && !spaced && shown && is_nfc(name) && !is_stacked(name)
}

/// Reads why a judge decided so. Whoever gives a reason gives one that can be read.
pub(crate) fn explanation<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let written = |letter: char| !letter.is_control() || matches!(letter, '\n' | '\r' | '\t');
    if text.chars().any(is_shown) && text.chars().all(written) && !is_stacked(&text) {
        return Ok(Some(text));
    }
    let allowed = format!(
        "null, or up to {} characters with one at least that can be seen, no control characters but line \
         ends and tabs, no accent without a letter and at most {MARKS} on one",
        Verdict::MAX_EXPLANATION
    );
    Err(Error::invalid_value(Unexpected::Str(&text), &&*allowed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_can_be_read() {
        let read = |text: &str| explanation(serde_json::Value::from(text)).is_ok();
        for text in [
            "two holes",
            "one\nloop\r\n\tand a bar",
            "\u{5e9}\u{5b8}\u{200d}",
            "Nguy\u{1ec5}n \u{1f642}",
        ] {
            assert!(read(text), "{text:?}");
        }
        for text in
            ["", " \n", "\u{200b}", "\u{2800}", "a\u{0}", "\u{1b}[31mred", "\u{85}a", "\u{301}"]
        {
            assert!(!read(text), "{text:?}");
        }
        assert!(read(&"x\u{301}".repeat(900)));
        assert!(!read(&format!("x{}", "\u{301}".repeat(4))));
        assert_eq!(explanation(serde_json::Value::Null).unwrap(), None);
    }
}
