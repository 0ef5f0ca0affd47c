//! Who may take part, where a study has a list of them.
//!
//! The list says who people are, so the study's folder does not have it: it has a salted hash of each, by which whoever
//! comes is found on it.

use std::collections::BTreeSet;

use pixel_debate_fields::Refusal;

/// The longest list, in bytes.
pub(crate) const MOST_BYTES: usize = 1 << 24;
/// The most that one line has, in characters: as many as a link's parameter.
const MOST_LETTERS: usize = 200;
/// Letters of no width, by which two that look alike are not.
const UNSEEN: [char; 6] = ['\u{ad}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}'];

/// Reads a list: one on each line, without those that are blank or begin with `#`.
///
/// # Errors
///
/// [`Refusal`] with the line that nobody's link can have, or that is there twice.
pub(crate) fn list(text: &str) -> Result<BTreeSet<String>, Refusal> {
    if text.len() > MOST_BYTES {
        let reason = format!("the file has more than {MOST_BYTES} bytes, which is the most");
        return Err(Refusal::at("", 0..0, reason));
    }
    let mut all = BTreeSet::new();
    // Some programs begin a file with this mark, which is none of its letters.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut from = 0;
    for line in text.split('\n') {
        let span = from..from + line.len();
        from += line.len() + 1;
        let one = line.trim();
        if one.is_empty() || one.starts_with('#') {
            continue;
        }
        let letters = one.chars().count();
        let unseen = |letter: char| letter.is_control() || UNSEEN.contains(&letter);
        if letters > MOST_LETTERS || one.contains(unseen) {
            let reason = format!(
                "the line has {letters} characters: it must be one value of the first parameter, 1 to {MOST_LETTERS} \
                 characters, of which each is seen"
            );
            return Err(Refusal::at(text, span, reason));
        }
        if one.contains("{{") {
            let reason = format!("{one:?} stands for a value: it must be one");
            return Err(Refusal::at(text, span, reason));
        }
        if !all.insert(one.to_owned()) {
            let reason = format!("{one:?} is there twice: each once");
            return Err(Refusal::at(text, span, reason));
        }
    }
    if all.is_empty() {
        let reason =
            "the list is empty, so that nobody could take part: it must have one line at least";
        return Err(Refusal::at("", 0..0, reason));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_one_on_each_line_and_each_once() {
        let read = |text: &str| list(text).map_err(|error| error.to_string());
        let all = read("\u{feff}# asked in May\r\n  ann \n\nben\r\n").unwrap();
        assert_eq!(all.into_iter().collect::<Vec<_>>(), ["ann", "ben"]);
        for (text, wanted) in [
            ("ann\nben\nann\n", "line 3: \"ann\" is there twice"),
            ("# nobody\n", "the list is empty"),
            ("a\tb\n", "line 1: the line has 3 characters"),
            ("ann\nb\u{feff}en\n", "line 2: the line has 4 characters"),
            ("{{%PROLIFIC_PID%}}\n", "line 1: \"{{%PROLIFIC_PID%}}\" stands for a value"),
            (&"x".repeat(201), "the line has 201 characters: it must be one value"),
        ] {
            let refused = read(text).unwrap_err();
            assert!(refused.contains(wanted), "{refused}");
        }
    }
}
