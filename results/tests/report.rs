//! Reports through the public interface: skill that is known is found again, and numbers are those of other ways to
//! compute them.

mod simulated;

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use pixel_debate_results::{Estimate, Group, Measure, Report, report};
use pixel_debate_study::allocation::Kind;
use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::items::Item;
use pixel_debate_study::results::{
    Deed, Deviation, End, How, Judgment, Look, Participant, Peek, Results, State,
};
use simulated::{FROZEN, calibrated, changed, overconfident, simulate};

fn group<'a>(report: &'a Report, condition: Option<&str>, tier: Option<&str>) -> &'a Group {
    let is_it =
        |group: &&Group| group.condition.as_deref() == condition && group.tier.as_deref() == tier;
    report.groups.iter().find(is_it).unwrap()
}

fn holds(estimate: &Estimate, value: f64) -> bool {
    estimate.low <= value && value <= estimate.high
}

/// Of twenty intervals each one may miss, of 95 % that are on the safe side.
#[test]
fn skill_is_found_again_within_the_intervals() {
    let (mut held, mut narrow, mut differences) = (0, 0, 0);
    for seed in 0..20 {
        let report = Report::of(&FROZEN, &simulate(&FROZEN, calibrated, seed)).unwrap();
        for (condition, accuracy) in [("debate", 0.75), ("alone", 0.6)] {
            let group = group(&report, Some(condition), None);
            let found = group.accuracy.unwrap();
            held += usize::from(holds(&found, accuracy));
            narrow += usize::from(found.high - found.low < 0.3);
            let beliefs = group.beliefs.as_ref().unwrap();
            assert!(beliefs.ece < 0.15, "{beliefs:?}");
            // Of a calibrated judge the Brier score is 2 q (1 − q), on average over how sure the judge is.
            let wanted = if condition == "debate" { 1.0 / 3.0 } else { 71.0 / 150.0 };
            assert!((beliefs.brier.value - wanted).abs() < 0.08, "{condition}: {beliefs:?}");
        }
        let contrast = &report.compared[0];
        assert_eq!((&*contrast.one, &*contrast.other), ("debate", "alone"));
        differences += usize::from((contrast.safe.low..=contrast.safe.high).contains(&0.15));
    }
    assert!(held >= 37 && narrow == 40, "{held} of 40, {narrow} narrow");
    assert!(differences >= 18, "{differences} of 20");
}

#[test]
fn who_is_too_sure_is_found_out() {
    let report = Report::of(&FROZEN, &simulate(&FROZEN, overconfident, 1)).unwrap();
    let group = group(&report, None, None);
    assert!(holds(&group.accuracy.unwrap(), 2.0 / 3.0));
    let beliefs = group.beliefs.as_ref().unwrap();
    let [bin] = &beliefs.curve[..] else { panic!("all are equally sure") };
    assert!((bin.sure - 0.95).abs() < 1e-6 && holds(&bin.right, 2.0 / 3.0));
    assert!((beliefs.ece - (0.95 - bin.right.value)).abs() < 1e-9);
    assert!((beliefs.ece - 0.2833).abs() < 0.06, "{}", beliefs.ece);
}

/// The judgments that count, found here.
fn counted<'a>(
    frozen: &'a Frozen,
    results: &'a Results,
) -> Vec<(&'a Participant, &'a Judgment, &'a Item)> {
    let items: Vec<&Item> = frozen.items().collect();
    let withdrawn =
        |item: u32| results.deviations.iter().any(|one| one.deed == Deed::Withdrew { item });
    let mut counted = Vec::new();
    for participant in &results.participants {
        if participant.state != State::Finished {
            continue;
        }
        for judgment in &participant.judgments {
            if judgment.kind == Kind::Main && !withdrawn(judgment.item) {
                counted.push((participant, judgment, items[judgment.item as usize]));
            }
        }
    }
    counted
}

fn verdict(judgment: &Judgment) -> Option<u8> {
    match judgment.end.as_ref()?.how {
        How::Verdict { label, .. } => Some(label),
        _ => None,
    }
}

fn truth(judgment: &Judgment, item: &Item, after: u32) -> Option<f64> {
    let belief = judgment.beliefs.iter().find(|belief| belief.after == after)?;
    let p = f64::from(belief.probability);
    Some(if belief.label == item.label { p } else { 1.0 - p })
}

#[track_caller]
fn near(ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() < 1e-6, "{ours}, not {theirs}");
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    values.iter().sum::<f64>() / values.len() as f64
}

/// Alpha by the definition: pairs of values within units, against pairs of all.
fn alpha(units: &[Vec<f64>], distance: impl Fn(f64, f64) -> f64) -> f64 {
    let units: Vec<&Vec<f64>> = units.iter().filter(|unit| unit.len() > 1).collect();
    let all: Vec<f64> = units.iter().flat_map(|unit| unit.iter().copied()).collect();
    let pairs = |values: &[f64]| -> f64 {
        values.iter().flat_map(|a| values.iter().map(|b| distance(*a, *b))).sum()
    };
    let n = all.len() as f64;
    let observed: f64 =
        units.iter().map(|unit| pairs(unit) / (unit.len() as f64 - 1.0)).sum::<f64>() / n;
    1.0 - observed / (pairs(&all) / (n * (n - 1.0)))
}

#[test]
fn numbers_are_those_of_their_definitions() {
    let mut results = simulate(&FROZEN, calibrated, 3);
    results.participants[3].state = State::DroppedOut;
    results.participants[4].state = State::Excluded;
    let mains = counted(&FROZEN, &results);
    let item = mains[0].1.item;
    results.deviations =
        vec![Deviation { at: 0, deed: Deed::Withdrew { item }, reason: Some("a smudge".into()) }];
    let report = Report::of(&FROZEN, &results).unwrap();
    let all = counted(&FROZEN, &results);
    assert_eq!((report.flow.joined, report.flow.participants), (40, 38));
    assert!(!report.flow.ended);
    let all_of_it = Report::of(&FROZEN, &simulate(&FROZEN, calibrated, 3)).unwrap();
    assert!(all_of_it.flow.ended);
    let closed = Deviation { at: 0, deed: Deed::Closed, reason: None };
    let closed = Results { deviations: vec![closed], ..Results::default() };
    assert!(Report::of(&FROZEN, &closed).unwrap().flow.ended);
    assert_eq!((report.flow.judgments, report.flow.counted), (38 * 12, all.len()));
    assert!(all.len() < 38 * 12);
    for condition in [None, Some("debate"), Some("alone")] {
        for tier in [None, Some("clear"), Some("lost")] {
            let of = |(_, _, item): &&(&Participant, &Judgment, &Item)| {
                (condition.is_none() || item.condition.as_deref() == condition)
                    && (tier.is_none() || item.tier.as_deref() == tier)
            };
            let here: Vec<_> = all.iter().filter(of).copied().collect();
            compare(group(&report, condition, tier), &here);
        }
    }
    courses(&report, &all);
    beside(&report, &all);
    again(&report, &results);
}

fn compare(group: &Group, here: &[(&Participant, &Judgment, &Item)]) {
    assert_eq!(group.judgments, here.len());
    let correct = |(_, judgment, item): &(&Participant, &Judgment, &Item)| {
        verdict(judgment).map(|label| f64::from(u8::from(label == item.label)))
    };
    near(group.accuracy.unwrap().value, mean(here.iter().filter_map(correct)));
    let of_all = here.iter().map(|one| correct(one).unwrap_or(0.0));
    near(group.accuracy_of_all.unwrap().value, mean(of_all));
    let ended =
        |how: &How| here.iter().filter(|one| one.1.end.as_ref().unwrap().how == *how).count();
    let verdicts = here.iter().filter(|one| correct(one).is_some()).count();
    assert_eq!(group.ended, [verdicts, ended(&How::GaveUp), ended(&How::TimedOut), 0]);
    let last = |judgment: &Judgment, item: &Item| truth(judgment, item, 2).unwrap();
    let truths: Vec<f64> = here.iter().map(|one| last(one.1, one.2)).collect();
    let beliefs = group.beliefs.as_ref().unwrap();
    near(beliefs.brier.value, mean(truths.iter().map(|p| 2.0 * (1.0 - p).powi(2))));
    near(beliefs.log.value, mean(truths.iter().map(|p| -p.ln())));
    let mut bins: BTreeMap<u32, Vec<(f64, f64)>> = BTreeMap::new();
    for p in &truths {
        let sure = p.max(1.0 - p);
        let right = f64::from(u8::from(*p > 0.5));
        bins.entry((sure * 10.0).min(9.0) as u32).or_default().push((sure, right));
    }
    let off = |bin: &Vec<(f64, f64)>| {
        let of = |part: fn(&(f64, f64)) -> f64| mean(bin.iter().map(part));
        bin.len() as f64 * (of(|one| one.0) - of(|one| one.1)).abs()
    };
    near(beliefs.ece, bins.values().map(off).sum::<f64>() / truths.len() as f64);
    for (bin, ours) in bins.values().zip(&beliefs.curve) {
        near(ours.right.value, mean(bin.iter().map(|one| one.1)));
        assert_eq!(ours.right.of, bin.len());
    }
    let mut seconds: Vec<u64> = here
        .iter()
        .filter(|one| correct(one).is_some())
        .map(|one| one.1.end.as_ref().unwrap().at - one.1.started)
        .collect();
    seconds.sort_unstable();
    let middle = [(seconds.len() - 1) / 2, seconds.len() / 2].map(|at| seconds[at] as f64 / 1000.0);
    near(group.seconds.unwrap().median, f64::midpoint(middle[0], middle[1]));
    // Whether the greater of the two answers was chosen, and how probable it was held.
    let mut chosen: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    let mut believed = chosen.clone();
    for (_, judgment, item) in here {
        let greater = item.label.max(item.claims.liar.unwrap());
        if let Some(label) = verdict(judgment) {
            chosen.entry(judgment.item).or_default().push(f64::from(u8::from(label == greater)));
        }
        let truth = last(judgment, item);
        let p = if item.label == greater { truth } else { 1.0 - truth };
        believed.entry(judgment.item).or_default().push(p);
    }
    let units = |of: BTreeMap<u32, Vec<f64>>| of.into_values().collect::<Vec<_>>();
    let unequal = |a: f64, b: f64| f64::from(u8::from(a != b));
    near(group.agreement.unwrap().alpha, alpha(&units(chosen), unequal));
    let squared = |a: f64, b: f64| (a - b).powi(2);
    near(group.belief_agreement.unwrap().alpha, alpha(&units(believed), squared));
}

fn courses(report: &Report, all: &[(&Participant, &Judgment, &Item)]) {
    assert_eq!(report.courses.len(), 2);
    for course in &report.courses {
        let steps: Vec<u32> = course.steps.iter().map(|step| step.after).collect();
        assert_eq!(steps, [0, 1, 2]);
        for step in &course.steps {
            let here = all.iter().filter(|one| one.2.condition.as_ref() == Some(&course.condition));
            near(step.truth.value, mean(here.filter_map(|one| truth(one.1, one.2, step.after))));
        }
    }
}

fn beside(report: &Report, all: &[(&Participant, &Judgment, &Item)]) {
    assert_eq!(report.beside.len(), 2);
    for beside in &report.beside {
        let here: Vec<(f64, &Item)> = all
            .iter()
            .filter(|one| one.2.condition.as_ref() == Some(&beside.condition))
            .filter_map(|one| Some((f64::from(u8::from(verdict(one.1)? == one.2.label)), one.2)))
            .collect();
        let right = |item: &Item| f64::from(u8::from(item.judged_right().unwrap()));
        assert_eq!((beside.judged, beside.proven), (here.len(), here.len()));
        near(beside.judges.unwrap().value, mean(here.iter().map(|one| one.0)));
        near(beside.classifier.unwrap().value, mean(here.iter().map(|one| right(one.1))));
        near(beside.difference.unwrap().value, mean(here.iter().map(|one| one.0 - right(one.1))));
        let alike = |one: &(f64, &Item)| f64::from(u8::from(one.0 == right(one.1)));
        near(beside.alike.unwrap().value, mean(here.iter().map(alike)));
        // Each tier is proven for one winner in all orders.
        let wins = |item: &Item| item.tier.as_deref() == Some("clear");
        let share = mean(here.iter().map(|one| f64::from(u8::from(wins(one.1)))));
        near(beside.optimal.unwrap().value, share);
        let where_it =
            |honest: bool| mean(here.iter().filter(|one| wins(one.1) == honest).map(|one| one.0));
        near(beside.where_honest_wins.unwrap().value, where_it(true));
        near(beside.where_liar_wins.unwrap().value, where_it(false));
    }
}

fn again(report: &Report, results: &Results) {
    let items: Vec<&Item> = FROZEN.items().collect();
    // Nobody sits on a side where nobody argues.
    assert_eq!(report.again.len(), 3);
    let withdrawn = |judgment: &Judgment| {
        results.deviations.iter().any(|one| one.deed == Deed::Withdrew { item: judgment.item })
    };
    for again in &report.again {
        let (mut same, mut changes) = (Vec::new(), Vec::new());
        for participant in results.participants.iter().filter(|one| one.counts()) {
            for second in participant.judgments.iter().filter(|one| one.kind == again.kind) {
                let item = items[second.item as usize];
                let first = participant.judgments.iter().find(|first| {
                    first.kind == Kind::Main && items[first.item as usize].source == item.source
                });
                let first = first.unwrap();
                let is_other = item.condition.as_ref() != Some(&again.condition);
                if is_other || withdrawn(first) || withdrawn(second) {
                    continue;
                }
                changes
                    .push((truth(first, item, 2).unwrap() - truth(second, item, 2).unwrap()).abs());
                if let (Some(one), Some(other)) = (verdict(first), verdict(second)) {
                    same.push(f64::from(u8::from(one == other)));
                }
            }
        }
        assert_eq!(again.pairs, same.len());
        near(again.same.unwrap().value, mean(same.into_iter()));
        near(again.change.unwrap().value, mean(changes.into_iter()));
    }
}

/// The page of results, which is written and drawn.
fn page(frozen: &Frozen, results: &Results) -> (Report, String) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report");
    let found = report(frozen, results, &out).unwrap();
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(!page.contains("NaN") && !page.contains("inf "), "{page}");
    let read: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("report.json")).unwrap()).unwrap();
    assert_eq!(read["hash"], frozen.hash());
    for (at, _) in page.match_indices("figures/") {
        let name = page[at..].split(['.', '<']).next().unwrap();
        assert!(fs::read(out.join(format!("{name}.png"))).unwrap().starts_with(b"\x89PNG"));
        assert!(fs::read_to_string(out.join(format!("{name}.svg"))).unwrap().starts_with("<svg"));
    }
    (found, page)
}

#[test]
fn the_page_says_first_what_departed_from_the_plan() {
    let mut results = simulate(&FROZEN, calibrated, 1);
    results.participants[4].state = State::Excluded;
    results.participants[4].reason = Some("<b>too few</b> checks".to_owned());
    results.peeks =
        [Look::Accuracy, Look::Payments].map(|what| Peek { at: simulated::BEGIN, what }).to_vec();
    results.deviations = vec![Deviation {
        at: simulated::BEGIN,
        deed: Deed::Withdrew { item: 3 },
        reason: Some("a smudge".to_owned()),
    }];
    let (_, page) = page(&FROZEN, &results);
    let places: Vec<usize> = [
        "The study had not ended when this was written.",
        "looked at before the end, once: 2026-01-01T00:00:00.000Z",
        "was handed out to pay them before the end, once: 2026-01-01T00:00:00.000Z",
        "item 3 was withdrawn",
        "&lt;b&gt;too few&lt;/b&gt; checks",
        "1 of the planned participants are missing",
        "How often judges are right",
        "figures/accuracy.svg",
        "figures/calibration.svg",
        "figures/course.svg",
    ]
    .iter()
    .map(|wanted| page.find(wanted).unwrap_or_else(|| panic!("{wanted}: {page}")))
    .collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn a_report_of_a_rehearsal_says_so_wherever_it_is_read() {
    for rehearsal in [false, true] {
        let mut results = simulate(&FROZEN, calibrated, 1);
        results.rehearsal = rehearsal;
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("report");
        report(&FROZEN, &results, &out).unwrap();
        let json: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(out.join("report.json")).unwrap()).unwrap();
        assert_eq!(json["rehearsal"], rehearsal);
        let page = fs::read_to_string(out.join("report.html")).unwrap();
        assert_eq!(page.contains("Nothing here is a result."), rehearsal);
        assert_eq!(page.contains("<title>REHEARSAL, no results: "), rehearsal);
        for name in ["accuracy", "beside", "calibration", "course"] {
            let svg = fs::read_to_string(out.join(format!("figures/{name}.svg"))).unwrap();
            assert_eq!(
                svg.contains("REHEARSAL, no results: Simulated people"),
                rehearsal,
                "{name}"
            );
        }
    }
}

/// Agreement is about answers, and not about where they stood.
#[test]
fn agreement_is_the_same_wherever_answers_were_shown() {
    let results = simulate(&FROZEN, calibrated, 1);
    let found = Report::of(&FROZEN, &results).unwrap();
    let items: Vec<&Item> = FROZEN.items().collect();
    let mut swapped = results.clone();
    for judgment in swapped.participants.iter_mut().flat_map(|one| &mut one.judgments) {
        let claims = items[judgment.item as usize].claims;
        let other = |left| if left == claims.honest { claims.liar } else { Some(claims.honest) };
        judgment.left = judgment.left.and_then(other);
    }
    assert_ne!(swapped, results);
    let after = Report::of(&FROZEN, &swapped).unwrap();
    assert_eq!((&after.groups, &after.again), (&found.groups, &found.again));
    // Two who choose one answer, which each saw in another place, agree; of two places they would not.
    let alphas = |report: &Report| report.groups[0].agreement.unwrap().alpha;
    let mut alike = results;
    for judgment in alike.participants.iter_mut().flat_map(|one| &mut one.judgments) {
        let greater = |label: u8| {
            items[judgment.item as usize].claims.liar.map_or(label, |lie| lie.max(label))
        };
        let label = greater(items[judgment.item as usize].label);
        let label = if judgment.item.is_multiple_of(2) {
            label
        } else {
            items[judgment.item as usize].label
        };
        judgment.end = Some(End { at: judgment.started + 1, how: How::verdict(label) });
    }
    let agreed = Report::of(&FROZEN, &alike).unwrap();
    assert_eq!(alphas(&agreed), 1.0);
}

#[test]
fn of_nobody_there_is_nothing_to_report() {
    let (report, said) = page(&FROZEN, &Results::default());
    assert_eq!((report.flow.joined, report.flow.cells.least), (0, 0));
    assert!(said.contains("No judgment counts yet: there is nothing to report."));
    assert!(said.contains("40 of the planned participants are missing."));
    let mut results = simulate(&FROZEN, calibrated, 1);
    for participant in &mut results.participants {
        participant.state = State::Active;
    }
    let (_, said) = page(&FROZEN, &results);
    assert!(said.contains("40 came: 40 active"));
    assert!(said.contains("No judgment counts yet"));
}

#[test]
fn of_one_participant_nothing_is_compared() {
    let mut results = simulate(&FROZEN, calibrated, 1);
    results.participants.truncate(1);
    let (report, said) = page(&FROZEN, &results);
    assert!(report.compared.is_empty() && group(&report, None, None).accuracy.is_some());
    assert!(group(&report, None, None).agreement.is_none());
    assert!(said.contains("No two conditions can be compared"));
    assert!(said.contains("Of one participant or one image an interval says nothing of others."));
}

#[test]
fn of_those_who_gave_up_there_is_no_accuracy() {
    let mut results = simulate(&FROZEN, calibrated, 1);
    for judgment in results.participants.iter_mut().flat_map(|one| &mut one.judgments) {
        judgment.beliefs.clear();
        judgment.end = Some(End { at: 0, how: How::GaveUp });
    }
    let (report, said) = page(&FROZEN, &results);
    let all = group(&report, None, None);
    assert_eq!((all.accuracy, all.ended), (None, [0, 480, 0, 0]));
    let of_all = all.accuracy_of_all.unwrap();
    // None of twelve images, at the least.
    assert!(of_all.value == 0.0 && of_all.low == 0.0 && (of_all.high - 0.2425).abs() < 1e-3);
    assert!(said.contains("No belief was asked for, or none counts.") && said.contains("none"));
}

#[test]
fn without_beliefs_tiers_or_lies_there_is_what_there_is() {
    let plain = [
        ("[[tiers]]\nname = \"clear\"\nnumber = 6\nwinner = \"honest\"\n", ""),
        ("[[tiers]]\nname = \"lost\"\nnumber = 6\nwinner = \"liar\"\n", ""),
        ("examine = 400", "number = 12"),
        ("belief = \"each\"", "belief = \"never\""),
        ("[bonus]\nmost = 200\ncurrency = \"EUR\"\n", ""),
    ];
    let frozen = changed(&plain);
    let (report, said) = page(&frozen, &simulate(&frozen, calibrated, 1));
    assert_eq!(report.groups.len(), 3);
    assert!(report.groups.iter().all(|group| group.beliefs.is_none()));
    assert!(report.courses.is_empty() && report.beside.iter().all(|one| one.proven == 0));
    assert!(report.compared.iter().all(|one| one.measure == Measure::Accuracy));
    assert!(said.contains("No belief was asked for") && !said.contains("figures/course"));

    let mut open = plain.to_vec();
    open.push(("kind = \"alone\"\npixels = 2", "kind = \"alone\"\npixels = 2\nprecommit = false"));
    let frozen = changed(&open);
    let (report, said) = page(&frozen, &simulate(&frozen, calibrated, 1));
    let alone = group(&report, Some("alone"), None);
    assert!(holds(&alone.accuracy.unwrap(), 0.6) && alone.agreement.is_some());
    // Two answers and ten are no one scale.
    assert_eq!(group(&report, None, None).agreement, None);
    assert!(said.contains("How often judges are right"));

    let mut one = plain.to_vec();
    one.push((
        "[[conditions]]\nname = \"debate\"\nkind = \"debate\"\npixels = 2\nhonest = \"greedy\"\n",
        "",
    ));
    one.push(("items = 12", "items = 3"));
    one.push(("repeats = 0.1667\nflips = 0.1667\napart = 1", ""));
    let study = one.iter().fold(simulated::STUDY.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    let frozen = simulated::frozen(
        &study,
        &simulated::TEXTS.replace("debate = \"Two programs argue.\"\n", ""),
    );
    let (report, _) = page(&frozen, &simulate(&frozen, calibrated, 1));
    assert_eq!((report.groups.len(), report.compared.len()), (1, 0));
}

/// The intervals are by drawing, which is bounded.
#[test]
fn a_report_of_many_takes_seconds() {
    let frozen = changed(&[
        ("[[tiers]]\nname = \"clear\"\nnumber = 6\nwinner = \"honest\"\n", ""),
        ("[[tiers]]\nname = \"lost\"\nnumber = 6\nwinner = \"liar\"\n", ""),
        ("examine = 400", "number = 20"),
        ("participants = 40\nitems = 12", "participants = 300\nitems = 20"),
        ("repeats = 0.1667\nflips = 0.1667\napart = 1", ""),
    ]);
    let results = simulate(&frozen, calibrated, 1);
    let began = Instant::now();
    let report = Report::of(&frozen, &results).unwrap();
    assert_eq!(report.flow.counted, 6000);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}
