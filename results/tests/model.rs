//! The script of the mixed-effects model, run by R where that is at hand with lme4; and what Python then reads.

mod simulated;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use pixel_debate_results::{ExportOptions, export, report};
use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::items::Item;
use pixel_debate_study::results::{End, How, Results};
use simulated::{FROZEN, calibrated, changed, simulate};

/// Whether there is an R that can fit such a model.
fn has_r() -> bool {
    let lme4 = Command::new("Rscript").args(["-e", "library(lme4)"]).output();
    let has = lme4.is_ok_and(|output| output.status.success());
    if !has {
        println!("there is no Rscript with lme4: the model is not fitted");
    }
    has
}

/// Exports and reports the results, and runs the report's script on the export.
fn run(folder: &Path, frozen: &Frozen, results: &Results) -> Output {
    export(frozen, results, ExportOptions::default(), &folder.join("export")).unwrap();
    report(frozen, results, &folder.join("report")).unwrap();
    let mut command = Command::new("Rscript");
    let paths = ["report/model.R", "export", "model.csv"].map(|name| folder.join(name));
    command.args(paths).output().unwrap()
}

/// The rows of the coefficients: effect, term, estimate, error.
fn coefficients(folder: &Path) -> Vec<(String, String, f64, Option<f64>)> {
    let mut reader = csv::Reader::from_path(folder.join("model.csv")).unwrap();
    let rows = reader.deserialize().map(|row| {
        let (effect, term, estimate, error, _, _, _): (
            String,
            String,
            f64,
            Option<f64>,
            Option<f64>,
            Option<f64>,
            String,
        ) = row.unwrap();
        (effect, term, estimate, error)
    });
    rows.collect()
}

#[test]
fn the_model_finds_the_conditions_difference() {
    if !has_r() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &FROZEN, &simulate(&FROZEN, calibrated, 1));
    let said = String::from_utf8_lossy(&[&*output.stdout, &output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("verdicts by 40 participants on 12 images"), "{said}");
    // The condition's effect is the same for all.
    for kind in ["maximal", "uncorrelated", "participant slopes", "image slopes"] {
        assert!(
            said.contains(&format!("Not used: the model whose random effects are {kind}, for ")),
            "{said}"
        );
    }
    let formula = "correct ~ condition * tier + (1 | participant) + (1 | image)";
    assert!(said.contains(&format!("Random effects are intercepts: {formula}\n")), "{said}");
    let rows = coefficients(folder.path());
    let terms: Vec<&str> = rows.iter().map(|row| &*row.1).collect();
    let wanted = [
        "(Intercept)",
        "conditionalone",
        "tierlost",
        "conditionalone:tierlost",
        "participant",
        "image",
    ];
    assert_eq!(terms, wanted, "{said}");
    // Right in three of four debates, and in six of ten images alone: on the scale of log odds.
    let odds = |p: f64| (p / (1.0 - p)).ln();
    for (row, wanted) in rows.iter().zip([odds(0.75), odds(0.6) - odds(0.75), 0.0, 0.0]) {
        let error = row.3.unwrap();
        assert!((row.2 - wanted).abs() < 3.0 * error && error < 0.6, "{row:?}");
    }
}

/// A number by which participants or images differ.
type Number = fn(usize, &Item) -> usize;

/// Every other participant, or every image of an even number, is right in nine debates of ten and wrong in nine of ten alone,
/// and the others the other way round.
fn apart(results: &mut Results, of: Number) {
    let items: Vec<&Item> = FROZEN.items().collect();
    for (person, participant) in results.participants.iter_mut().enumerate() {
        for (at, judgment) in participant.judgments.iter_mut().enumerate() {
            let item = items[judgment.item as usize];
            let debate = item.condition.as_deref() == Some("debate");
            let good = of(person, item).is_multiple_of(2) == debate;
            // One of ten is otherwise.
            let right = good != (person * 7 + at * 3).is_multiple_of(10);
            let label = if right { item.label } else { item.claims.liar.unwrap_or(0) };
            judgment.end = Some(End { at: judgment.started + 9000, how: How::verdict(label) });
        }
    }
}

#[test]
fn the_model_has_slopes_where_the_conditions_effect_differs() {
    if !has_r() {
        return;
    }
    let cases: [(Number, &str); 2] = [
        (|person, _| person, "participant:conditionalone"),
        (|_, item| item.source.index as usize, "image:conditionalone"),
    ];
    for (of, slope) in cases {
        let folder = tempfile::tempdir().unwrap();
        let mut results = simulate(&FROZEN, calibrated, 1);
        apart(&mut results, of);
        let output = run(folder.path(), &FROZEN, &results);
        let said =
            String::from_utf8_lossy(&[&*output.stdout, &output.stderr].concat()).into_owned();
        assert!(output.status.success(), "{said}");
        let rows = coefficients(folder.path());
        let found = rows.iter().find(|row| row.0 == "random_sd" && row.1 == slope);
        let found = found.unwrap_or_else(|| panic!("{slope}: {said}"));
        // From -2.2 to 2.2 and back again, on the scale of log odds.
        assert!(found.2 > 2.0, "{found:?}");
        assert!(!said.contains("Random effects are intercepts"), "{said}");
    }
}

#[test]
fn the_model_leaves_out_what_does_not_vary_and_says_where_there_is_none() {
    if !has_r() {
        return;
    }
    let frozen = changed(&[
        ("[[tiers]]\nname = \"clear\"\nnumber = 6\nwinner = \"honest\"\n", ""),
        ("[[tiers]]\nname = \"lost\"\nnumber = 6\nwinner = \"liar\"\n", ""),
        ("examine = 400", "number = 12"),
    ]);
    let results = simulate(&frozen, calibrated, 1);
    let terms = |results: &Results| {
        let folder = tempfile::tempdir().unwrap();
        let output = run(folder.path(), &frozen, results);
        let said =
            String::from_utf8_lossy(&[&*output.stdout, &output.stderr].concat()).into_owned();
        assert!(output.status.success(), "{said}");
        let terms = folder.path().join("model.csv").exists().then(|| {
            // Slopes may be among them by chance, and have names of two parts.
            let terms = coefficients(folder.path()).into_iter().map(|row| row.1);
            terms.filter(|term| !term.contains(':')).collect::<Vec<_>>()
        });
        (terms.unwrap_or_default(), said)
    };
    let (all, _) = terms(&results);
    assert_eq!(all, ["(Intercept)", "conditionalone", "participant", "image"]);
    let mut one = results.clone();
    one.participants.truncate(1);
    assert_eq!(terms(&one).0, ["(Intercept)", "conditionalone", "image"]);
    let mut none = results;
    for judgment in none.participants.iter_mut().flat_map(|one| &mut one.judgments) {
        judgment.end = Some(End { at: 0, how: How::GaveUp });
    }
    for results in [none, Results::default()] {
        let (terms, said) = terms(&results);
        assert!(terms.is_empty() && said.contains("there is no model of that"), "{said}");
    }
}

/// The script is for its study alone, and has nothing left to be filled in.
#[test]
fn the_script_knows_its_study() {
    let folder = tempfile::tempdir().unwrap();
    report(&FROZEN, &Results::default(), &folder.path().join("report")).unwrap();
    let script = fs::read_to_string(folder.path().join("report/model.R")).unwrap();
    assert!(script.contains(&format!("study <- \"{}\"", FROZEN.hash())) && !script.contains('@'));
    assert!(script.contains("conditions <- c(\"debate\", \"alone\")"));
    assert!(script.contains("tiers <- c(\"clear\", \"lost\")"));
}

/// An export and a report that stay, for `read_export.py`, which reads them by other programs and computes the numbers
/// again.
#[test]
fn an_export_and_a_report_are_left_for_other_programs() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("simulated");
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    let results = simulate(&FROZEN, calibrated, 1);
    export(&FROZEN, &results, ExportOptions { identify: true }, &folder.join("export")).unwrap();
    report(&FROZEN, &results, &folder.join("report")).unwrap();
    assert!(folder.join("export/judgments.parquet").exists());
}
