//! The document's tables of an experiment's fields, held against what reads them.

use std::fs;
use std::path::Path;

use pixel_debate_harness::RunPlan;

/// A file in which every kind of table is, and at the end of each the place for one more field.
const FILE: &str = r#"
title = "Small"
@file@
[images]
dataset = "mnist"
random = 3
@images@
[[grid]]
name = "one"
protocol = "debate"
pixels = 6
honest = "mcts:5"
liar = "same"
seeds = 2
@grid@
[grid.judge]
file = "judges/judge-6-500.safetensors"
@judge@
[grid.judge.train]
pixels = 6
batches = 500
data = "../datasets/data/mnist"
@train@
[[grid]]
name = "other"
protocol = "debate"
pixels = 6
honest = "greedy"
liar = "greedy"
[[compare]]
a = "one"
b = "other"
@compare@
[[plot]]
name = "games"
kind = "games"
@plot@
"#;

/// The places of the file, by the headings of the document.
const PLACES: [(&str, &str); 7] = [
    ("### The file", "@file@"),
    ("### `[images]`", "@images@"),
    ("### `[[grid]]`", "@grid@"),
    ("### `judge` as a table", "@judge@"),
    ("### `train` of a judge", "@train@"),
    ("### `[[compare]]`", "@compare@"),
    ("### `[[plot]]`", "@plot@"),
];

/// A field as the document has it.
struct Documented<'a> {
    name: &'a str,
    values: &'a str,
    default: &'a str,
}

/// The table below a heading.
fn documented<'a>(document: &'a str, heading: &str) -> Vec<Documented<'a>> {
    let (_, below) = document.split_once(&format!("\n{heading}\n")).expect(heading);
    let table = below.split("\n#").next().unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [name, values, default, what] = cells[..] else { panic!("{row}") };
        assert!(cells.iter().all(|cell| !cell.is_empty()) && !what.is_empty(), "{row}");
        Documented { name: name.trim_matches('`'), values, default }
    })
    .collect()
}

/// The file with this line at a place, in place of the field's own if it has one there.
fn with(place: &str, name: &str, line: &str) -> String {
    let (grids, judge) = FILE.split_once("[grid.judge]").unwrap();
    let (_, rest) = judge.split_once("[[grid]]").unwrap();
    let file = match place {
        "@judge@" | "@train@" => FILE.to_owned(),
        // To hold a judge against its training takes a while, and no two tables say who judges.
        _ => format!("{grids}[[grid]]{rest}"),
    };
    let (before, after) = file.split_once(place).unwrap();
    let start = before.rfind("\n[").map_or(0, |start| start + 1);
    let (others, table) = before.split_at(start);
    let kept = table.lines().filter(|had| !had.starts_with(&format!("{name} = ")));
    let text = format!("{others}{}\n{line}\n{after}", kept.collect::<Vec<_>>().join("\n"));
    PLACES.iter().fold(text, |text, (_, place)| text.replace(place, ""))
}

fn plan(text: &str) -> Result<RunPlan, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../experiments");
    RunPlan::new(text, &folder, None).map_err(|refusal| refusal.to_string())
}

#[test]
fn the_document_has_every_field_that_is_read_and_no_other() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/experiments.md");
    let document = fs::read_to_string(path).unwrap();
    let whole = plan(&with("@file@", "none", "")).unwrap();
    for (heading, place) in PLACES {
        let fields = documented(&document, heading);
        let refusal = plan(&with(place, "nonsense", "nonsense = 1")).unwrap_err();
        let known = refusal.split(" has ").nth(1).expect(&refusal).split(", ");
        let known: Vec<&str> = known.map(|name| name.trim_matches('`')).collect();
        let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
        assert_eq!(names, known, "{heading}");
        for Documented { name, values, default } in fields {
            if values.starts_with("table") {
                continue;
            }
            // What is allowed is said of a value that never is.
            let refusal = plan(&with(place, name, &format!("{name} = 1979-05-27"))).unwrap_err();
            for value in refusal.split('"').skip(1).step_by(2) {
                let is_there = values.contains(&format!("\"{value}\""));
                assert!(is_there, "{heading}, {name}: {value}");
            }
            let is_axis = refusal.ends_with(", or a list of different ones");
            assert_eq!(
                is_axis,
                values.ends_with("; may be a list"),
                "{heading}, {name}: {refusal}"
            );
            // A default that is written down is what the reader takes without the field.
            let code = default.strip_prefix('`').and_then(|code| code.strip_suffix('`'));
            if let Some(code) = code.filter(|code| !code.contains('`')) {
                let [without, said] = [String::new(), format!("{name} = {code}")]
                    .map(|line| plan(&with(place, name, &line)));
                let manifest = |plan: Result<RunPlan, String>| plan.unwrap().manifest().clone();
                assert_eq!(manifest(said), manifest(without), "{heading}, {name}");
            }
            let without = plan(&with(place, name, ""));
            let is_missed = without.as_ref().is_err_and(|why| why.contains(&format!("`{name}`")));
            let is_wanted = default.starts_with("required");
            let one_of = default.starts_with("one of");
            assert!(is_missed == is_wanted || one_of, "{heading}, {name}: {without:?}");
            assert!(is_wanted || one_of || without.is_ok(), "{heading}, {name}: {without:?}");
        }
    }
    assert_eq!(whole.manifest().cells.len(), 2);
}
