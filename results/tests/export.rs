//! Exports through the public interface, read again by other means.

mod simulated;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use parquet::file::reader::SerializedFileReader;
use parquet::record::Field;
use pixel_debate_results::{ExportError, ExportOptions, export};
use pixel_debate_study::allocation::Kind;
use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::items::Item;
use pixel_debate_study::results::{Deed, Deviation, End, How, Look, Peek, Results, State};
use serde_json::Value;
use simulated::{FROZEN, calibrated, changed, simulate};

/// A study in which something of each kind has happened.
fn eventful() -> (Frozen, Results) {
    let frozen = FROZEN.clone();
    let mut results = simulate(&frozen, calibrated, 1);
    results.participants[3].state = State::DroppedOut;
    results.participants[3].judgments.truncate(5);
    results.participants[3].judgments[4].end = None;
    results.participants[4].state = State::Excluded;
    results.participants[4].reason = Some("=failed the checks".to_owned());
    results.participants[5].erased = true;
    results.participants[5].judgments.clear();
    results.participants[5].answers.clear();
    results.participants[5].parameters.clear();
    results.participants[5].consent = None;
    let item = results.participants[0].judgments.iter().find(|one| one.kind == Kind::Main);
    let item = item.unwrap().item;
    let deeds = [
        Deed::Paused,
        Deed::Resumed,
        Deed::Withdrew { item },
        Deed::Excluded { participant: "p0005".to_owned() },
        Deed::Erased { participant: "p0006".to_owned() },
        Deed::Closed,
    ];
    results.deviations = (0..)
        .zip(deeds)
        .map(|(at, deed)| Deviation {
            at: simulated::BEGIN + at * 1000,
            deed,
            reason: (at > 1).then(|| format!("-reason, {at}")),
        })
        .collect();
    results.peeks = vec![Peek { at: simulated::BEGIN + 5000, what: Look::Results }];
    (frozen, results)
}

type Table = Vec<BTreeMap<String, String>>;

fn table(folder: &Path, name: &str) -> Table {
    let mut reader = csv::Reader::from_path(folder.join(format!("{name}.csv"))).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn json(folder: &Path, name: &str) -> Value {
    serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap()
}

#[test]
fn every_column_is_as_the_dictionary_says() {
    let (frozen, results) = eventful();
    let folder = tempfile::tempdir().unwrap();
    for (name, identify) in [("plain", false), ("identified", true)] {
        let out = folder.path().join(name);
        export(&frozen, &results, ExportOptions { identify }, &out).unwrap();
        let dictionary = json(&out, "dictionary.json");
        let markdown = fs::read_to_string(out.join("dictionary.md")).unwrap();
        let tables = dictionary["tables"].as_array().unwrap();
        assert_eq!(tables.len(), if identify { 6 } else { 5 });
        for described in tables {
            let name = described["name"].as_str().unwrap();
            assert!(markdown.contains(&format!("\n## {name}\n")));
            let rows = table(&out, name);
            assert_eq!(described["rows"], rows.len(), "{name}");
            assert!(!rows.is_empty(), "{name}");
            let columns = described["columns"].as_array().unwrap();
            for column in columns {
                held(column, &rows);
                let name = column["name"].as_str().unwrap();
                let said = column["meaning"].as_str().unwrap().replace('|', "\\|");
                assert!(said.len() > 3 && markdown.contains(&said), "{name}");
                assert!(markdown.contains(&format!("\n| `{name}` | ")), "{name}");
            }
            let names: Vec<&str> =
                columns.iter().map(|column| column["name"].as_str().unwrap()).collect();
            let head = fs::read_to_string(out.join(format!("{name}.csv"))).unwrap();
            assert_eq!(head.split_once("\r\n").unwrap().0, names.join(","));
        }
        let text = fs::read_to_string(out.join("participants.csv")).unwrap();
        assert_eq!(text.contains("5f0001"), identify);
        assert_eq!(json(&out, "study.json")["identified"], identify);
    }
}

/// Holds all values of a column to what is said of it, and what is said to the values: something is missing where it may
/// be, and each word is used or the study's.
fn held(column: &Value, rows: &Table) {
    let name = column["name"].as_str().unwrap();
    let missing = column.get("missing").is_some();
    let values: Vec<&str> = rows.iter().map(|row| &*row[name]).collect();
    assert!(missing || values.iter().all(|value| !value.is_empty()), "{name}");
    for value in values.iter().filter(|value| !value.is_empty()) {
        match column["type"].as_str().unwrap() {
            "truth" => assert!(["TRUE", "FALSE"].contains(value), "{name}: {value}"),
            "whole" => drop(value.parse::<i64>().unwrap()),
            "number" => assert!(value.parse::<f64>().unwrap().is_finite(), "{name}: {value}"),
            "time" => assert!(value.len() == 24 && value.ends_with('Z'), "{name}: {value}"),
            "word" => assert!(!value.starts_with(['=', '+', '-', '@', '\'']), "{name}: {value}"),
            "free_text" => assert!(!value.starts_with(['=', '+', '-', '@', '\t']), "{value}"),
            other => panic!("{name} is of type {other}"),
        }
        if let Some(least) = column.get("least") {
            assert!(value.parse::<f64>().unwrap() >= least.as_f64().unwrap(), "{name}: {value}");
        }
        if let Some(most) = column.get("most") {
            assert!(value.parse::<f64>().unwrap() <= most.as_f64().unwrap(), "{name}: {value}");
        }
        if let Some(words) = column.get("values") {
            assert!(words.as_array().unwrap().iter().any(|word| word == value), "{name}: {value}");
        }
    }
}

/// Each cell of the judgments, computed here from the plan and the results.
#[test]
fn judgments_are_what_was_judged() {
    let (frozen, results) = eventful();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    export(&frozen, &results, ExportOptions::default(), &out).unwrap();
    let rows = table(&out, "judgments");
    let items: Vec<&Item> = frozen.items().collect();
    let withdrawn = results.deviations.iter().find_map(|deviation| match deviation.deed {
        Deed::Withdrew { item } => Some(item),
        _ => None,
    });
    let all = results.participants.iter().flat_map(|participant| {
        participant.judgments.iter().map(move |judgment| (participant, judgment))
    });
    let mut counted = 0;
    assert_eq!(rows.len(), all.clone().count());
    for (row, (participant, judgment)) in rows.iter().zip(all) {
        let item = items[judgment.item as usize];
        let is = |column: &str, wanted: &str| {
            let truth = ["true", "false"].contains(&wanted);
            let wanted = if truth { wanted.to_uppercase() } else { wanted.to_owned() };
            assert_eq!(row[column], wanted, "{column}: {row:?}");
        };
        is("study", frozen.hash());
        is("participant", &participant.name);
        is("position", &judgment.position.to_string());
        is("item", &judgment.item.to_string());
        is("image", &item.source.index.to_string());
        is("label", &item.label.to_string());
        is("lie", &item.claims.liar.unwrap().to_string());
        is("condition", item.condition.as_deref().unwrap_or(""));
        is("condition_kind", item.condition.as_deref().unwrap_or(""));
        is("tier", item.tier.as_deref().unwrap_or(""));
        is("first", &item.first.map_or(String::new(), |first| first.to_string()));
        is("honest_left", &(judgment.left == Some(item.label)).to_string());
        is("reveals_planned", &item.reveals().to_string());
        let (verdict, ended, at) = match &judgment.end {
            Some(End { at, how: How::Verdict { label, .. } }) => {
                (Some(*label), "verdict", Some(*at))
            }
            Some(End { at, how: How::GaveUp }) => (None, "gave_up", Some(*at)),
            Some(End { at, how: How::TimedOut }) => (None, "timed_out", Some(*at)),
            _ => (None, "", None),
        };
        is("ended_by", ended);
        is("gave_up", &(ended == "gave_up").to_string());
        is("timed_out", &(ended == "timed_out").to_string());
        is("verdict", &verdict.map_or(String::new(), |label| label.to_string()));
        is("correct", &verdict.map_or(String::new(), |label| (label == item.label).to_string()));
        let seconds = at.map(|at| (at - judgment.started) as f64 / 1000.0);
        is("seconds", &seconds.map_or(String::new(), |seconds| seconds.to_string()));
        is("ended_ms", &at.map_or(String::new(), |at| at.to_string()));
        let counts = judgment.kind == Kind::Main
            && participant.state == State::Finished
            && Some(judgment.item) != withdrawn;
        is("counted", &counts.to_string());
        assert_eq!(row["not_counted"].is_empty(), counts);
        counted += usize::from(counts);
        let said = judgment.beliefs.last().unwrap();
        let truth: f64 = row["belief_truth"].parse().unwrap();
        let other = if said.label == item.label { truth } else { 1.0 - truth };
        assert!((other - f64::from(said.probability)).abs() < 1e-6);
        if let Some(right) = item.judged_right() {
            is("classifier_correct", &right.to_string());
            let probability: f64 = row["classifier_probability"].parse().unwrap();
            assert!(probability == 0.5 || right == (probability > 0.5), "{row:?}");
        }
        if item.condition.as_deref() == Some("debate") && item.tier.is_some() {
            let games = &item.proof.as_ref().unwrap().games;
            let game = games.iter().find(|game| Some(game.first) == item.first).unwrap();
            is("optimal_winner", &game.winner.to_string());
            let margin: f64 = row["optimal_margin"].parse().unwrap();
            assert!((margin.abs() - f64::from(game.margin)).abs() < 1e-6);
            assert_eq!(margin > 0.0, row["tier"] == "clear");
        }
        if let Ok(position) = row["repeat_of"].parse::<u32>() {
            let main = participant.judgments.iter().find(|one| one.position == position).unwrap();
            assert_eq!(items[main.item as usize].source, item.source);
            let same = main.item == judgment.item;
            let flips = item.first.is_some() && judgment.kind == Kind::Flipped;
            assert_eq!(same, !flips, "{row:?}");
        } else {
            assert!(![Kind::Repeat, Kind::Flipped].contains(&judgment.kind), "{row:?}");
        }
    }
    assert_eq!(json(&out, "study.json")["judgments"]["counted"], counted);
    assert_eq!(json(&out, "study.json")["judgments"]["planned"], 480);
    assert_eq!(json(&out, "study.json")["peeks"][0]["at"], "2026-01-01T00:00:05.000Z");
    assert_eq!(json(&out, "study.json")["peeks"][0]["what"], "results");
}

#[test]
fn free_text_is_no_formula_and_parquet_has_it_as_it_was() {
    let (frozen, results) = eventful();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    export(&frozen, &results, ExportOptions::default(), &out).unwrap();
    let answers = table(&out, "answers");
    let remarks = answers.iter().find(|row| row["question"] == "remarks").unwrap();
    assert_eq!(remarks["text"], "'=SUM(1, 2)\nnothing, \"really\"");
    let bytes = fs::read(out.join("answers.parquet")).unwrap();
    let written = b"=SUM(1, 2)\nnothing, \"really\"";
    let found = bytes.windows(written.len()).position(|part| part == written).unwrap();
    assert_ne!(bytes[found - 1], b'\'');
    // Of whoever's words were removed nothing is left but the name.
    let of = |row: &&BTreeMap<String, String>| row["participant"] == "p0006";
    assert!(table(&out, "judgments").iter().all(|row| !of(&row)));
    assert!(
        answers.iter().filter(of).all(|row| row["text"].is_empty() && row["number"].is_empty())
    );
    assert_eq!(table(&out, "participants").iter().find(of).unwrap()["state"], "erased");
}

#[test]
fn each_row_of_a_rehearsal_says_so() {
    let folder = tempfile::tempdir().unwrap();
    for rehearsal in [false, true] {
        let (frozen, mut results) = eventful();
        results.rehearsal = rehearsal;
        let out = folder.path().join(rehearsal.to_string());
        export(&frozen, &results, ExportOptions { identify: true }, &out).unwrap();
        let mark = if rehearsal { "TRUE" } else { "FALSE" };
        for name in ["judgments", "beliefs", "participants", "answers", "deviations", "submissions"]
        {
            let rows = table(&out, name);
            assert!(!rows.is_empty() && rows.iter().all(|row| row["rehearsal"] == mark), "{name}");
        }
        assert_eq!(json(&out, "study.json")["rehearsal"], rehearsal);
    }
}

/// The numbers of a column, of a table's CSV and of its Parquet.
fn numbers(folder: &Path, table: &str, column: &str) -> [Vec<Option<f64>>; 2] {
    let of_csv = self::table(folder, table)
        .iter()
        .map(|row| (!row[column].is_empty()).then(|| row[column].parse().unwrap()))
        .collect();
    let file = fs::File::open(folder.join(format!("{table}.parquet"))).unwrap();
    let of_parquet = SerializedFileReader::new(file).unwrap().into_iter().map(|row| {
        let row = row.unwrap();
        let found = row.get_column_iter().find(|(name, _)| *name == column).unwrap().1;
        match found {
            Field::Double(number) => Some(*number),
            Field::Null => None,
            other => panic!("{other}"),
        }
    });
    [of_csv, of_parquet.collect()]
}

/// As the page gives them: percents of either answer, of which one is kept.
#[test]
fn what_was_believed_comes_out_as_it_was_given() {
    let frozen = FROZEN.clone();
    let mut results = simulate(&frozen, calibrated, 1);
    let items: Vec<&Item> = frozen.items().collect();
    let (mut percents, mut given) = ((1..100_u32).cycle(), Vec::new());
    for judgment in results.participants.iter_mut().flat_map(|one| &mut one.judgments) {
        let item = items[judgment.item as usize];
        for belief in &mut judgment.beliefs {
            let percent = percents.next().unwrap();
            let said = percent as f32 / 100.0;
            let of_the_other = percent.is_multiple_of(2);
            belief.probability = if of_the_other { 1.0 - said } else { said };
            let kept = if of_the_other { 100 - percent } else { percent };
            let truth = if belief.label == item.label { kept } else { 100 - kept };
            given.push([kept, truth].map(|percent| f64::from(percent) / 100.0));
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    export(&frozen, &results, ExportOptions::default(), &out).unwrap();
    for (at, name) in [(0, "belief"), (1, "belief_truth")] {
        let wanted: Vec<_> = given.iter().map(|both| Some(both[at])).collect();
        for found in numbers(&out, "beliefs", name) {
            assert_eq!(found, wanted, "{name}");
        }
    }
    let [of_csv, of_parquet] = numbers(&out, "judgments", "belief_truth");
    let two_decimals = |number: f64| (number * 100.0).round() / 100.0 == number;
    assert!(of_csv.iter().flatten().copied().all(two_decimals));
    assert_eq!(of_csv, of_parquet);
}

#[test]
fn a_study_without_pseudonyms_has_parameters_in_its_export() {
    let frozen = changed(&[
        ("[languages]", "[privacy]\npseudonyms = false\n[languages]"),
        ("[[tiers]]\nname = \"clear\"\nnumber = 6\nwinner = \"honest\"\n", ""),
        ("[[tiers]]\nname = \"lost\"\nnumber = 6\nwinner = \"liar\"\n", ""),
        ("examine = 400", "number = 2"),
        ("items = 12", "items = 2"),
        ("repeats = 0.1667\nflips = 0.1667\napart = 1", ""),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let results = simulate(&frozen, calibrated, 1);
    export(&frozen, &results, ExportOptions::default(), &out).unwrap();
    let text = fs::read_to_string(out.join("participants.csv")).unwrap();
    assert!(text.contains("link_PROLIFIC_PID") && text.contains("5f0001"));
}

#[test]
fn nothing_is_written_over_and_what_cannot_be_is_refused() {
    let (frozen, results) = eventful();
    let folder = tempfile::tempdir().unwrap();
    let here = export(&frozen, &results, ExportOptions::default(), folder.path()).unwrap_err();
    assert!(here.to_string().ends_with("is there already: nothing is written over"), "{here}");
    let refused = |change: &dyn Fn(&mut Results), wanted: &str| {
        let mut results = results.clone();
        change(&mut results);
        let out = folder.path().join("out");
        let error = export(&frozen, &results, ExportOptions::default(), &out).unwrap_err();
        assert!(matches!(error, ExportError::Unfit(_)), "{error}");
        assert!(error.to_string().contains(wanted), "{error}");
        assert!(!out.exists());
    };
    let first = |results: &mut Results| results.participants[0].judgments[0].clone();
    refused(&|all| all.participants[1].name = "p0001".into(), "two participants \"p0001\"");
    refused(
        &|all| all.participants[0].judgments[0].item = 9999,
        "the judgment 1 of participant \"p0001\": there is no item 9999: the plan has",
    );
    refused(&|all| all.participants[0].judgments[0].kind = Kind::Main, "is not for that");
    refused(&|all| all.participants[0].judgments[1].position = 1, "it does not come after");
    refused(
        &|all| all.participants[0].judgments[0].beliefs[0].probability = 1.5,
        "a belief of 1.5: it must be from 0 to 1",
    );
    refused(&|all| all.participants[0].judgments[0].beliefs[0].after = 3, "after 3 reveals");
    refused(&|all| all.participants[0].judgments[0].beliefs[0].after = 1, "two beliefs after 1");
    refused(
        &|all| {
            let mut judgment = first(all);
            judgment.end = Some(End { at: 0, how: How::verdict(200) });
            all.participants[0].judgments[0] = judgment;
        },
        "label 200 is none of the answers",
    );
    refused(
        &|all| all.deviations[2].deed = Deed::Withdrew { item: 9999 },
        "item 9999 is withdrawn, and the plan has",
    );
}
