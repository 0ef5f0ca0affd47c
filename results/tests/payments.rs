//! Who is to be paid what, through the public interface.

mod simulated;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use pixel_debate_results::{Earlier, ExportError, ExportOptions, Outcome, export, payments};
use pixel_debate_study::results::{Deed, Deviation, Participant, Results, State};
use simulated::{BEGIN, FROZEN, changed};

/// One of each kind; who is through has earned something.
fn people() -> Results {
    let one = |number: u32, state, link: &str, bonus: Option<u32>| Participant {
        parameters: BTreeMap::from([("PROLIFIC_PID".to_owned(), link.to_owned())]),
        bonus,
        code: (state == State::Finished).then(|| "DONE-4711".to_owned()),
        reason: (state == State::Excluded).then(|| "too few checks".to_owned()),
        ..Participant::new(format!("p{number:04}"), state, BEGIN)
    };
    let erased = Participant {
        erased: true,
        parameters: BTreeMap::new(),
        ..one(7, State::Excluded, "", Some(10))
    };
    Results {
        participants: vec![
            one(1, State::Finished, "5f01", Some(125)),
            one(2, State::Finished, "5f02", Some(5)),
            one(3, State::Finished, "5f03", Some(0)),
            one(4, State::Finished, "=cmd|'/c calc'!A1", Some(80)),
            one(5, State::Excluded, "5f05", Some(200)),
            one(6, State::Active, "5f06", None),
            erased,
            one(8, State::ScreenedOut, "5f08", None),
            one(9, State::DroppedOut, "5f09", None),
        ],
        ..Results::default()
    }
}

fn rows(folder: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(folder.join("submissions.csv")).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn column(rows: &[BTreeMap<String, String>], name: &str) -> Vec<String> {
    rows.iter().map(|row| row[name].clone()).collect()
}

#[test]
fn bonuses_are_those_of_whom_is_to_be_approved_and_nobody_is_paid_twice() {
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = ["week-1", "week-2"].map(|name| folder.path().join(name));
    let mut results = people();
    let settled = payments(&FROZEN, &results, &Earlier::default(), &first).unwrap();
    let written = fs::read_to_string(first.join("bonuses.csv")).unwrap();
    assert_eq!(written, "5f01,1.25\n5f02,0.05\n");
    assert_eq!((settled.bonuses, settled.total.as_deref()), (2, Some("1.30 EUR")));
    assert_eq!(settled.by_hand, 1);
    let rows = rows(&first);
    assert_eq!(
        column(&rows, "outcome"),
        [
            "approve", "approve", "approve", "approve", "reject", "wait", "decide", "return",
            "return"
        ]
    );
    assert_eq!(
        column(&rows, "pay"),
        ["now", "now", "nothing", "by_hand", "nothing", "nothing", "nothing", "nothing", "nothing"]
    );
    assert_eq!(column(&rows, "bonus")[..5], ["1.25", "0.05", "0.00", "0.80", "2.00"]);
    assert_eq!(column(&rows, "PROLIFIC_PID")[3], "'=cmd|'/c calc'!A1");
    assert_eq!(column(&rows, "code")[0], "DONE-4711");
    assert_eq!((&*rows[4]["code"], &*rows[4]["reason"]), ("", "too few checks"));
    let dictionary = fs::read_to_string(first.join("dictionary.md")).unwrap();
    for name in rows[0].keys() {
        assert!(dictionary.contains(&format!("\n| `{name}` | ")), "{name}");
    }

    // A week later one more is through, and the study is ended.
    results.participants[5].state = State::Finished;
    results.participants[5].bonus = Some(60);
    let closed = Deviation { at: BEGIN, deed: Deed::Closed, reason: None };
    results.deviations.push(closed);
    results.participants.push(Participant::new("p0010", State::Active, BEGIN));
    let earlier = Earlier::read(&written).unwrap();
    let settled = payments(&FROZEN, &results, &earlier, &second).unwrap();
    assert_eq!(fs::read_to_string(second.join("bonuses.csv")).unwrap(), "5f06,0.60\n");
    assert_eq!(column(&self::rows(&second), "pay")[..3], ["before", "before", "nothing"]);
    assert_eq!((settled.outcomes[&Outcome::Approve], settled.outcomes[&Outcome::Return]), (5, 3));
    assert!(!settled.outcomes.contains_key(&Outcome::Wait));
}

#[test]
fn who_is_to_be_paid_is_in_no_export_but_one_that_identifies() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let open = changed(&[("[languages]", "[privacy]\npseudonyms = false\n[languages]")]);
    for (name, frozen, identify) in
        [("plain", &*FROZEN, false), ("named", &*FROZEN, true), ("open", &open, false)]
    {
        export(frozen, &people(), ExportOptions { identify }, &at(name)).unwrap();
        for file in ["bonuses.csv", "submissions.csv"] {
            assert_eq!(at(name).join(file).exists(), identify, "{name} {file}");
        }
    }
    let bonuses = fs::read_to_string(at("named/bonuses.csv")).unwrap();
    assert_eq!(bonuses, "5f01,1.25\n5f02,0.05\n");
}

#[test]
fn without_a_link_or_a_bonus_nobody_is_paid_and_it_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let unnamed = changed(&[("parameters = [\"PROLIFIC_PID\"]", "")]);
    let error = payments(&unnamed, &people(), &Earlier::default(), &at("unnamed")).unwrap_err();
    assert!(matches!(error, ExportError::NoLink) && !at("unnamed").exists(), "{error}");
    export(&unnamed, &people(), ExportOptions { identify: true }, &at("export")).unwrap();
    assert!(!at("export/bonuses.csv").exists());
    let unpaid = changed(&[("[bonus]\nmost = 200\ncurrency = \"EUR\"", "")]);
    let settled = payments(&unpaid, &people(), &Earlier::default(), &at("unpaid")).unwrap();
    assert_eq!((settled.bonuses, settled.total), (0, None));
    assert_eq!(fs::read_to_string(at("unpaid/bonuses.csv")).unwrap(), "");
    assert_eq!(rows(&at("unpaid")).len(), 9);
}
