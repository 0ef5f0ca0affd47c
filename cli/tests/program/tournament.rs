//! `pixel-debate tournament`.

use serde_json::Value;

use crate::{failure, output};

#[test]
fn ratings_do_not_depend_on_the_threads() {
    let arguments = "tournament greedy random mcts:5 --images 6 --pixels 4 --seed 2";
    let table = output(arguments, "");
    assert!(table.starts_with("Elo                     honest                      liar\ngreedy "));
    assert!(
        table.contains(
            "72 debates over 6 images of mnist-test, 4 pixels, judge-4: the first in the random order of \
             seed 2."
        ),
        "{table}"
    );
    let json = |threads| output(&format!("{arguments} --json --threads {threads}"), "");
    let one = json(1);
    assert_eq!(one, json(3));
    let one: Value = serde_json::from_str(&one).unwrap();
    assert_eq!(one["games"].as_array().unwrap().len(), 72);
    assert_eq!(one["images"].as_array().unwrap().len(), 6);
    assert_eq!(one["games"][0]["image"], one["images"][0]);
    let sum: f64 = one["ratings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rating| rating["honest"].as_f64().unwrap() + rating["liar"].as_f64().unwrap())
        .sum();
    assert!(sum.abs() < 1e-6);
    let gauntlet = output(&format!("{arguments} --gauntlet"), "");
    assert!(gauntlet.contains("48 debates over 6 images"), "{gauntlet}");
}

#[test]
fn a_sequential_test_stops_early() {
    let arguments = "tournament greedy random --images 100 --pixels 4 --sprt 0,100";
    let text = output(arguments, "");
    assert!(text.contains("greedy is stronger than random by 100 points, not 0: LLR "), "{text}");
    assert!(!text.contains("over 100 images"), "{text}");
    let (_, error) = failure("tournament greedy random exact --sprt 0,10", "");
    assert_eq!(error, "error: --sprt compares two agents, and 3 are named");
    let (_, error) = failure("tournament greedy greedy", "");
    assert_eq!(error, "error: greedy takes part twice: name each agent once");
    let (_, error) = failure("tournament greedy random --sprt 10,0", "");
    assert!(error.contains("it must be two numbers, the first below: 0,30"), "{error}");
}
