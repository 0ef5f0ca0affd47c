//! Labels of class folders: by their names, by a map that says so, or else by their order.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::{DatasetError, Fault};

/// The file beside the class folders that says which label each has.
pub(crate) const MAP: &str = "labels.toml";
/// The longest name of a class, in characters.
const LONGEST: usize = 200;
/// The longest map that is read, in bytes.
const MAP_BYTES: u64 = 1 << 20;

/// Where labels come from.
///
/// ```
/// use pixel_debate_datasets::{Labelling, mnist};
///
/// assert_eq!(mnist::test().labelling(), Labelling::Stated);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Labelling {
    /// The data say them: an IDX file of labels, folders that are called `0` to `9`, or a map.
    Stated,
    /// They are the places of the classes in the order of their names, which means nothing to a
    /// judge that was not trained on the same classes.
    ByOrder,
}

/// The classes of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Classes {
    /// The names, by label.
    pub(crate) names: Vec<String>,
    /// The label of each folder.
    pub(crate) labels: BTreeMap<String, u8>,
    pub(crate) labelling: Labelling,
}

impl Classes {
    /// The classes of the folders of these names, of which all parts of a dataset have their
    /// labels: by the map in `dir`, if there is one.
    pub(crate) fn of(dir: &Path, folders: &BTreeSet<String>) -> Result<Self, DatasetError> {
        let at_dir = |fault: Fault| fault.of(dir.display());
        check_names(folders).map_err(at_dir)?;
        let path = dir.join(MAP);
        let map = match path.symlink_metadata() {
            Ok(_) => read_map(&path)?,
            Err(_) => return Self::by_name(folders).map_err(at_dir),
        };
        Self::by_map(&map, folders).map_err(|fault| fault.of(path.display()))
    }

    fn by_name(folders: &BTreeSet<String>) -> Result<Self, Fault> {
        let digit = |name: &String| number(name)?.parse::<u8>().ok().filter(|digit| *digit < 10);
        let digits: Option<Vec<u8>> = folders.iter().map(digit).collect();
        if let Some(digits) = digits {
            let mut labels = BTreeMap::new();
            for (name, label) in folders.iter().zip(digits) {
                insert(&mut labels, name, label)?;
            }
            return Ok(Self { names: ten_digits(), labels, labelling: Labelling::Stated });
        }
        if folders.len() > usize::from(u8::MAX) {
            return Err(Fault::Classes { classes: folders.len() });
        }
        let mut names: Vec<String> = folders.iter().cloned().collect();
        names.sort_by(|a, b| by_number(a, b));
        for pair in names.windows(2) {
            if number(&pair[0]).is_some() && number(&pair[0]) == number(&pair[1]) {
                let [first, second] = [&pair[0], &pair[1]].map(Clone::clone);
                return Err(Fault::SameClass { first, second });
            }
        }
        let labels = names.iter().cloned().zip(0..).collect();
        Ok(Self { names, labels, labelling: Labelling::ByOrder })
    }

    fn by_map(map: &BTreeMap<String, u8>, folders: &BTreeSet<String>) -> Result<Self, Fault> {
        if let Some(name) = folders.iter().find(|name| !map.contains_key(*name)) {
            return Err(Fault::Unmapped { name: name.clone() });
        }
        if let Some(name) = map.keys().find(|name| !folders.contains(*name)) {
            return Err(Fault::NoSuchClass { name: name.clone() });
        }
        let mut labels = BTreeMap::new();
        for (name, label) in map {
            insert(&mut labels, name, *label)?;
        }
        // Ten labels are there, or as many as are named, whichever have a folder: a liar may claim any.
        let greatest = labels.values().max().copied().unwrap_or_default();
        let mut names = numbered(ten_digits().len().max(usize::from(greatest) + 1));
        for (name, label) in map {
            names[usize::from(*label)].clone_from(name);
        }
        Ok(Self { names, labels, labelling: Labelling::Stated })
    }
}

/// Gives a folder its label, which no other may have.
fn insert(labels: &mut BTreeMap<String, u8>, name: &str, label: u8) -> Result<(), Fault> {
    if let Some((other, _)) = labels.iter().find(|(_, known)| **known == label) {
        return Err(Fault::SameLabel { label, first: other.clone(), second: name.to_owned() });
    }
    labels.insert(name.to_owned(), label);
    Ok(())
}

/// Whether folders of these names can be told apart, everywhere and by everybody.
fn check_names(folders: &BTreeSet<String>) -> Result<(), Fault> {
    let mut folded: BTreeMap<String, &String> = BTreeMap::new();
    for name in folders {
        let invisible = |letter: char| letter.is_control() || is_mark(letter);
        let is_short = (1..=LONGEST).contains(&name.chars().count());
        if !is_short || name.trim() != name || name.chars().any(invisible) {
            return Err(Fault::ClassName { name: name.clone() });
        }
        if let Some(other) = folded.insert(name.to_lowercase(), name) {
            return Err(Fault::SameClass { first: other.clone(), second: name.clone() });
        }
    }
    Ok(())
}

/// Whether a character is not to be seen, or turns the order of what is.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fffd}')
}

/// The digits of a name that is a number, without zeros before it.
fn number(name: &str) -> Option<&str> {
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = name.trim_start_matches('0');
    Some(if digits.is_empty() { "0" } else { digits })
}

/// Numbers by their values and before all other names.
fn by_number(a: &str, b: &str) -> Ordering {
    match (number(a), number(b)) {
        (Some(x), Some(y)) => x.len().cmp(&y.len()).then(x.cmp(y)).then(a.cmp(b)),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

/// The labels that a map's file gives to classes, each one that a judge can have.
fn read_map(path: &Path) -> Result<BTreeMap<String, u8>, DatasetError> {
    let io = |source| DatasetError::Io { path: path.into(), source };
    let fault = |fault: Fault| fault.of(path.display());
    let metadata = path.metadata().map_err(io)?;
    if !metadata.is_file() {
        return Err(fault(Fault::NotAFile));
    }
    if metadata.len() > MAP_BYTES {
        return Err(fault(Fault::Map("it has more than a million bytes".into())));
    }
    let text = fs::read_to_string(path).map_err(io)?;
    let table = text.parse::<toml::Table>();
    let table = table.map_err(|error| fault(Fault::Map(error.to_string().trim().to_owned())))?;
    let mut map = BTreeMap::new();
    for (name, value) in table {
        let label = value.as_integer().and_then(|label| u8::try_from(label).ok());
        let Some(label) = label.filter(|label| *label < u8::MAX) else {
            return Err(fault(Fault::MapLabel { name, value: in_words(&value) }));
        };
        map.insert(name, label);
    }
    Ok(map)
}

/// A value of a map, as an error names it.
fn in_words(value: &toml::Value) -> String {
    match value {
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => format!("{number:?}"),
        toml::Value::String(text) => format!("{text:?}"),
        toml::Value::Boolean(value) => value.to_string(),
        toml::Value::Datetime(_) => "a date".to_owned(),
        toml::Value::Array(_) => "a list".to_owned(),
        toml::Value::Table(_) => "a table".to_owned(),
    }
}

/// The names of the ten classes.
pub(crate) fn ten_digits() -> Vec<String> {
    numbered(10)
}

/// Classes that are called by their labels.
pub(crate) fn numbered(classes: usize) -> Vec<String> {
    (0..classes).map(|label| label.to_string()).collect()
}

/// What the map in a folder of files calls all classes, by label; `None` if there is no map.
pub(crate) fn stated(dir: &Path) -> Result<Option<Vec<String>>, DatasetError> {
    let path = dir.join(MAP);
    if path.symlink_metadata().is_err() {
        return Ok(None);
    }
    let map = read_map(&path)?;
    let at_map = |fault: Fault| fault.of(path.display());
    check_names(&map.keys().cloned().collect()).map_err(at_map)?;
    let mut labels = BTreeMap::new();
    for (name, label) in &map {
        insert(&mut labels, name, *label).map_err(at_map)?;
    }
    let named: BTreeMap<u8, String> =
        labels.into_iter().map(|(name, label)| (label, name)).collect();
    let greatest = named.keys().last().copied().unwrap_or_default();
    match (0..=greatest).find(|label| !named.contains_key(label)) {
        Some(label) => Err(at_map(Fault::Gap { label, greatest })),
        None => Ok(Some(named.into_values().collect())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str], map: Option<&str>) -> Result<Classes, String> {
        let dir = tempfile::tempdir().unwrap();
        if let Some(map) = map {
            fs::write(dir.path().join(MAP), map).unwrap();
        }
        let folders = names.iter().map(ToString::to_string).collect();
        let place = dir.path().display().to_string();
        Classes::of(dir.path(), &folders).map_err(|error| error.to_string().replace(&place, "DIR"))
    }

    fn refusal(names: &[&str], map: Option<&str>) -> String {
        of(names, map).unwrap_err()
    }

    #[test]
    fn folders_named_by_digits_have_these_labels_whichever_are_missing() {
        let cases: [&[(&str, u8)]; 4] = [
            &[("9", 9)],
            &[("1", 1), ("2", 2), ("7", 7), ("9", 9)],
            &[("0", 0), ("01", 1), ("008", 8)],
            &[("0", 0), ("9", 9)],
        ];
        for case in cases {
            let names: Vec<&str> = case.iter().map(|(name, _)| *name).collect();
            let classes = of(&names, None).unwrap();
            assert_eq!(classes.names, ten_digits());
            assert_eq!(classes.labelling, Labelling::Stated);
            for (name, label) in case {
                assert_eq!(classes.labels[*name], *label, "{name}");
            }
        }
    }

    #[test]
    fn other_names_are_in_order_numbers_by_value() {
        let cases: [(&[&str], &[&str]); 4] = [
            (&["1", "10", "2"], &["1", "2", "10"]),
            (&["007", "10", "9"], &["007", "9", "10"]),
            (&["dog", "10", "cat", "9"], &["9", "10", "cat", "dog"]),
            (&["99999999999999999999999", "3"], &["3", "99999999999999999999999"]),
        ];
        for (names, order) in cases {
            let classes = of(names, None).unwrap();
            assert_eq!(classes.names, order);
            assert_eq!(classes.labelling, Labelling::ByOrder);
            for (label, name) in (0..).zip(order) {
                assert_eq!(classes.labels[*name], label);
            }
        }
    }

    #[test]
    fn a_map_says_which_label_each_folder_has() {
        let classes = of(&["1", "10", "two words"], Some("1 = 1\n10 = 0\n\"two words\" = 3\n"));
        let classes = classes.unwrap();
        let ten = ["10", "1", "2", "two words", "4", "5", "6", "7", "8", "9"];
        assert_eq!(classes.names, ten);
        assert_eq!(classes.labelling, Labelling::Stated);
        assert_eq!([classes.labels["1"], classes.labels["10"]], [1, 0]);
        // More than ten, where one is named.
        let names = of(&["1", "10"], Some("1 = 1\n10 = 12\n")).unwrap().names;
        assert_eq!((names.len(), &*names[11], &*names[12]), (13, "11", "10"));
        let allowed = "a label is a whole number from 0 to 254";
        let no_label =
            |value: &str| format!("DIR/labels.toml: the label of \"two\" is {value}: {allowed}");
        for (map, wanted) in [
            (
                "one = 1",
                "DIR/labels.toml: it does not say which label the folder \"two\" has: every folder \
                 has one, from 0 to 254"
                    .to_owned(),
            ),
            (
                "one = 1\ntwo = 2\nsix = 6",
                "DIR/labels.toml: it names \"six\", and there is no such folder".to_owned(),
            ),
            (
                "one = 1\ntwo = 1",
                "DIR/labels.toml: \"one\" and \"two\" would both have the label 1".to_owned(),
            ),
            ("one = 1\ntwo = 255", no_label("255")),
            ("one = 1\ntwo = -1", no_label("-1")),
            ("one = 1\ntwo = 2.0", no_label("2.0")),
            ("one = 1\ntwo = \"2\"", no_label("\"2\"")),
            ("one = 1\ntwo = [2]", no_label("a list")),
            (
                "one = 1\ntwo",
                "DIR/labels.toml: not a map of labels, as `cat = 0`: TOML parse error at line 2"
                    .to_owned(),
            ),
        ] {
            let refused = refusal(&["one", "two"], Some(map));
            assert!(refused.starts_with(&wanted), "{refused}");
        }
    }

    #[test]
    fn names_that_cannot_be_told_apart_are_refused() {
        for (names, wanted) in [
            (&["1", "01"][..], "DIR: \"01\" and \"1\" would both have the label 1"),
            (
                &["010", "10", "x"],
                "DIR: the folders \"010\" and \"10\" are one class by their names",
            ),
            (&["Cat", "cat"], "DIR: the folders \"Cat\" and \"cat\" are one class by their names"),
            (&["1", "1 "], "DIR: a class cannot be called \"1 \": "),
            (&["a\u{202e}b"], "DIR: a class cannot be called \"a\\u{202e}b\": "),
            (&["a\nb"], "DIR: a class cannot be called \"a\\nb\": "),
        ] {
            let refused = refusal(names, None);
            assert!(refused.starts_with(wanted), "{refused}");
        }
        let many: Vec<String> = (0..256).map(|class| class.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(
            refusal(&many, None),
            "DIR: 256 subfolders, one a class: there may be 255 at most"
        );
    }
}
