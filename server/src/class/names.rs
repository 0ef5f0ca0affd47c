//! Names of members: no two that are taken for each other.

use pixel_debate_protocol::Join;
use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

/// The name, or where one of the others is taken for it, that with a number: never longer than a name may be.
pub(super) fn unlike<'a>(name: &str, others: impl Iterator<Item = &'a str>) -> String {
    let others: Vec<_> = others.map(looks).collect();
    let taken = |name: &str| {
        let own = looks(name);
        others.iter().any(|other| own.iter().zip(other).any(|(own, other)| own == other))
    };
    if !taken(name) {
        return name.to_owned();
    }
    let mut numbered = (2u32..).map(|number| with(name, number));
    // There are no more names than members.
    numbered.find(|name| !taken(name)).unwrap_or_default()
}

/// What somebody takes a name for who reads it: as it is written, and in small letters. `Ian` and `lan` are the same
/// in the first way, `IAN` and `ian` in the second.
fn looks(name: &str) -> [String; 2] {
    let look = |name: &str| {
        let plain: String = name.nfkc().collect();
        skeleton(&plain).collect::<String>().to_lowercase()
    };
    [look(name), look(&name.nfkc().collect::<String>().to_lowercase())]
}

/// The name with that number behind it, of which as much is left out as has to be.
fn with(name: &str, number: u32) -> String {
    let number = format!(" {number}");
    let room = Join::NAME_LENGTH - number.len();
    // A letter is left out with the marks on it.
    let mut kept: Vec<char> = name.chars().take(room).collect();
    let is_mark = |letter: char| unicode_normalization::char::is_combining_mark(letter);
    if name.chars().nth(room).is_some_and(is_mark) {
        while kept.pop().is_some_and(is_mark) {}
    }
    let kept: String = kept.into_iter().collect();
    format!("{}{number}", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_that_are_taken_for_each_other_get_a_number() {
        for (name, other) in [
            ("ann", "Ann"),
            // Cyrillic letters, a Greek one, wide and mathematical ones.
            ("Аnn", "Ann"),
            ("аnn", "Ann"),
            ("νera", "vera"),
            ("Ａｎｎ", "Ann"),
            ("𝐀nn", "Ann"),
            ("Annl", "AnnI"),
            ("Bemd", "Bernd"),
            ("BOB", "b0b"),
        ] {
            let got = unlike(name, [other].into_iter());
            assert_eq!(got, format!("{name} 2"), "{name} beside {other}");
        }
        for (name, other) in [("Ann", "Anna"), ("Ann 2", "Ann"), ("Zoë", "Zoe"), ("王", "玉")] {
            assert_eq!(unlike(name, [other].into_iter()), name);
        }
        assert_eq!(unlike("Ann", ["ann", "Ann 2"].into_iter()), "Ann 3");
    }

    #[test]
    fn a_long_name_makes_room_for_its_number() {
        let long = "n".repeat(Join::NAME_LENGTH);
        let second = unlike(&long, [&*long].into_iter());
        assert_eq!(second, format!("{} 2", "n".repeat(22)));
        // Neither a mark alone nor a letter without its mark is left.
        let marked = format!("{}q\u{323}n", "n".repeat(21));
        assert_eq!(with(&marked, 2), format!("{} 2", "n".repeat(21)));
        let spaced = format!("{} {}", "n".repeat(21), "nn");
        assert_eq!(with(&spaced, 2), format!("{} 2", "n".repeat(21)));
    }

    proptest! {
        #[test]
        fn no_two_are_taken_for_each_other(names in prop::collection::vec("[aAаn0OoIl]{1,3}|n{24}", 0..40)) {
            let mut all: Vec<String> = Vec::new();
            for name in names {
                let name = unlike(&name, all.iter().map(String::as_str));
                prop_assert!(name.chars().count() <= Join::NAME_LENGTH);
                all.push(name);
            }
            for way in 0..2 {
                let looks: std::collections::HashSet<_> =
                    all.iter().map(|name| looks(name)[way].clone()).collect();
                prop_assert_eq!(looks.len(), all.len());
            }
        }
    }
}
