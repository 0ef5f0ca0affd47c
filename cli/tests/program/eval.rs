//! `pixel-debate eval`.

use serde_json::Value;

use crate::output;

const ARGUMENTS: &str =
    "eval --images 3..6 --pixels 4 --precommit --honest mcts:3 --liar random --seed 2";

#[test]
fn every_lie_is_played_in_both_orders() {
    let one: Value =
        serde_json::from_str(&output(&format!("{ARGUMENTS} --threads 1 --json"), "")).unwrap();
    let three: Value =
        serde_json::from_str(&output(&format!("{ARGUMENTS} --threads 3 --json"), "")).unwrap();
    assert_eq!(one, three);
    let debates = one["debates"].as_array().unwrap();
    assert_eq!(debates.len(), 3 * 9 * 2);
    let lost = |image: u64, first: &str| {
        debates.iter().any(|debate| {
            debate["image"] == image && debate["first"] == first && debate["winner"] == "liar"
        })
    };
    let won = (3..6).filter(|image| !lost(*image, "liar")).count();
    let rate = &one["honest_wins"]["liar_first"]["images"];
    assert_eq!(rate["of"], 3);
    assert!((rate["rate"].as_f64().unwrap() - won as f64 / 3.0).abs() < 1e-9);
    assert!(rate["low"].as_f64() < rate["high"].as_f64());
}

#[test]
fn the_table_has_a_line_for_each_order_and_one_for_both() {
    let table = output(ARGUMENTS, "");
    assert!(table.starts_with("Images 3..6 of mnist-test, 4 pixels, precommit with every lie.\n"));
    for line in ["honest side   images won", "honest first  ", "liar first    ", "mean          "] {
        assert!(table.lines().any(|had| had.starts_with(line)), "{table}");
    }
    assert!(table.contains("n = 3 images"), "{table}");
    let free = output("eval --images 3..5 --pixels 4 --honest random --liar random", "");
    assert!(free.contains("no precommit") && !free.contains("images won"), "{free}");
}
