//! `pixel-debate load`: short forms of the long runs.

use serde_json::Value;

use crate::{failure, output};

/// The report of a run, in which nothing may have gone wrong.
fn report(options: &str) -> Value {
    let report: Value =
        serde_json::from_str(&output(&format!("load --json {options}"), "")).unwrap();
    assert_eq!(report["errors"], serde_json::json!({}), "{report:#}");
    assert!(report["moves"].as_u64() > Some(0), "{report:#}");
    report
}

#[test]
fn debates_go_by_the_rules_and_are_measured() {
    let report = report("--debates 20 --seconds 2 --unthrottled");
    assert!(report["finished"].as_u64() >= Some(20), "{report:#}");
    for whose in ["to_debater", "to_judge"] {
        let latency = &report[whose];
        // Each reveal reaches both. One counts when the first of the chairs hears of it: when the
        // measured time begins or ends, another chair may be as far behind as a debate is long.
        let (count, moves) =
            (latency["count"].as_u64().unwrap(), report["moves"].as_u64().unwrap());
        assert!(count.abs_diff(moves) <= 20 * 6, "{report:#}");
        assert!(
            latency["p50"].as_f64() > Some(0.0)
                && latency["p50"].as_f64() <= latency["p99"].as_f64()
        );
    }
    if cfg!(target_os = "linux") {
        assert!(report["memory_per_socket"].is_u64(), "{report:#}");
    }
}

#[test]
fn nothing_is_lost_when_the_server_is_killed_and_connections_drop() {
    let report = report("--debates 20 --seconds 8 --pace 100 --faults --kills 3");
    assert_eq!(report["kills"], 3);
    assert!(report["drops"].as_u64() > Some(0), "{report:#}");
    // Each kill cuts sixty connections; whose table is just then between two debates is chance.
    assert!(report["resumes"].as_u64() >= Some(60), "{report:#}");
}

#[test]
fn a_class_of_phones_votes_and_each_vote_counts_once_though_the_server_is_killed() {
    let said = output("load --json --class 30 --seconds 3 --pixels 4", "");
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["errors"], serde_json::json!({}), "{report:#}");
    let debates = report["debates"].as_u64().unwrap();
    assert!(
        debates > 0 && report["taken"]["count"].as_u64() == Some(30 * 4 * debates),
        "{report:#}"
    );
    let said = output("load --json --class 5 --seconds 5 --pixels 4 --kills 3", "");
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["errors"], serde_json::json!({}), "{report:#}");
    assert!(report["kills"] == 3 && report["resumes"].as_u64() >= Some(6), "{report:#}");
}

#[test]
fn a_relay_is_measured_in_the_same_way() {
    let report = report("--relay --debates 20 --seconds 1 --unthrottled --pixels 50");
    assert_eq!(report["relay"], true);
}

#[test]
fn what_cannot_be_played_is_said() {
    let (code, line) = failure("load --server http://127.0.0.1:1 --debates 1 --seconds 1", "");
    assert_eq!(code, 1);
    assert!(line.starts_with("error: table 0 of 1 could not connect"), "{line}");
    let (_, line) = failure("load --server https://127.0.0.1:1", "");
    assert!(line.contains("must be http://"), "{line}");
    let (code, line) = failure("load --server 127.0.0.1:1 --kills 1", "");
    assert_eq!(code, 2);
    assert!(line.contains("cannot be used with"), "{line}");
}

#[test]
fn a_crowd_of_built_in_debates_waits_and_disturbs_nobody() {
    let report = report("--debates 10 --seconds 3 --crowd 200=mcts:10000 --crowd 10=exact");
    let crowd = &report["crowd"];
    assert_eq!(crowd["debates"], 210);
    assert!(crowd["searches"].as_u64() > Some(0), "{report:#}");
    // More than there are shares for.
    assert!(crowd["waiting"].as_u64() > Some(100), "{report:#}");
    let (code, line) = failure("load --class 1001", "");
    assert_eq!(code, 2, "{line}");
    let (_, line) = failure("load --crowd mcts:100 --debates 1", "");
    assert!(line.contains("N=AGENT"), "{line}");
}

/// The short form of the study in docs/reliability.md: it runs and counts; what it finds is for the long form.
#[test]
fn what_times_tell_is_measured() {
    let report = output("timing --agents mcts:100,greedy --debates 8 --at-once 4 --json", "");
    let report: Value = serde_json::from_str(&report).unwrap();
    let pairs = report["pairs"].as_array().unwrap();
    assert_eq!(pairs.len(), 3, "{report:#}");
    for pair in pairs {
        assert_eq!(pair["findings"]["debates"], 8);
        // No move is told before its time, which is 60 ms for the one agent and 50 for the other.
        let least = if pair["first"] == "mcts:100" { 60.0 } else { 50.0 };
        assert!(pair["mean_ms"].as_f64() >= Some(least - 1.0), "{report:#}");
    }
    let chosen = "timing --agents greedy --against mcts:50,greedy --debates 4 --at-once 4 --json";
    let report: Value = serde_json::from_str(&output(chosen, "")).unwrap();
    let pairs = report["pairs"].as_array().unwrap();
    let met: Vec<_> = pairs.iter().map(|pair| [&pair["first"], &pair["second"]]).collect();
    assert_eq!(met, [["greedy", "mcts:50"], ["greedy", "greedy"]]);
}
