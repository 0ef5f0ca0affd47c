//! Attacks on parts of digits that are small enough to try everything, and the folder that they are kept in.

use std::fs;
use std::path::Path;

use pixel_debate_attacks::{
    Attack, AttackError, Attacked, Plan, Said, Smallest, Suite, SuiteError, attack, run,
};
use pixel_debate_datasets::{Dataset, mnist};
use pixel_debate_game::{Claims, Pixel, Role, honest_margin, honest_wins};
use pixel_debate_judge::{Evaluator, Judge, PixelSet};

/// Digits of which every so manieth lit pixel is left, nine to eleven of them; every other one with a wrong label, so
/// that lies are believed now and then.
fn cut(images: usize) -> Dataset {
    let whole = mnist::test();
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    for image in 0..images {
        let mut values = whole.image(image).to_vec();
        let lit: Vec<usize> = (0..values.len()).filter(|at| values[*at] > 0).collect();
        let kept = 9 + image % 3;
        let step = lit.len() / kept;
        for (number, at) in lit.iter().enumerate() {
            if number % step != 0 || number / step >= kept {
                values[*at] = 0;
            }
        }
        pixels.extend(values);
        labels.push((whole.label(image) + 3 * (image % 2) as u8) % 10);
    }
    let classes = (0..10).map(|digit| digit.to_string()).collect();
    Dataset::new("cut", (28, 28), pixels, labels, classes).unwrap()
}

fn how() -> Attack {
    Attack { pixels: vec![2, 3], smallest: 4, answers: vec![1, 2], beam: 2, ..Attack::default() }
}

fn plan(judge: &Judge, dataset: &Dataset, how: Attack, images: usize) -> Plan {
    Plan::new(judge.name(), &judge.hash(), judge, dataset, how, images, 3).unwrap()
}

fn choose(candidates: &[Pixel], pixels: usize) -> Vec<PixelSet> {
    if pixels == 0 {
        return vec![PixelSet::default()];
    }
    let later = |(index, pixel): (usize, &Pixel)| {
        let (rest, pixel) = (&candidates[index + 1..], *pixel);
        choose(rest, pixels - 1).into_iter().map(move |set| set.with(pixel))
    };
    candidates.iter().enumerate().flat_map(later).collect()
}

/// One image's judge, asked for everything.
struct Everything<'a> {
    evaluator: Box<dyn Evaluator + 'a>,
    candidates: Vec<Pixel>,
    label: u8,
}

impl Everything<'_> {
    fn logits(&mut self, set: PixelSet) -> Vec<f32> {
        self.evaluator.evaluate(&[set]).into_numbers()
    }

    fn greatest(&mut self, pixels: u8, lie: Option<u8>) -> f32 {
        let sign = if lie.is_some() { -1.0 } else { 1.0 };
        let claims = Claims { honest: self.label, liar: lie };
        let sets = choose(&self.candidates, pixels.into());
        let logits = self.evaluator.evaluate(&sets);
        let margins = logits.rows().map(|logits| sign * honest_margin(logits, &claims));
        margins.fold(f32::NEG_INFINITY, f32::max)
    }

    /// The least number of pixels with which the liar wins, whatever the answers, by the definition.
    fn smallest(&mut self, lie: u8, answers: u8, most: u8) -> Option<u8> {
        let claims = Claims { honest: self.label, liar: Some(lie) };
        let candidates = self.candidates.clone();
        (1..=most).find(|size| {
            choose(&candidates, usize::from(*size)).into_iter().any(|set| {
                let free: Vec<Pixel> =
                    candidates.iter().copied().filter(|one| !set.contains(*one)).collect();
                choose(&free, answers.into()).into_iter().all(|answer| {
                    let all = answer.pixels().iter().fold(set.clone(), |set, one| set.with(*one));
                    !honest_wins(&self.logits(all), &claims)
                })
            })
        })
    }
}

#[test]
fn what_is_said_of_an_image_is_so_by_trying_everything() {
    let dataset = cut(6);
    let judge = Judge::shipped(4).unwrap();
    let plan = plan(&judge, &dataset, how(), 6);
    let (mut known, mut none) = ([0; 3], 0);
    for image in &plan.images {
        let attacked = attack(&plan, &judge, &dataset, *image).unwrap();
        let picture = std::sync::Arc::new(dataset.to_image(*image));
        let candidates: Vec<Pixel> = picture.nonzero().collect();
        assert_eq!(usize::from(attacked.candidates), candidates.len());
        let evaluator = judge.evaluator(picture).unwrap();
        let mut everything = Everything { evaluator, candidates, label: attacked.label };
        for revealed in &attacked.revealed {
            assert_eq!(revealed.said.len(), 10);
            for Said { lie, margin, is_greatest, winner, set } in &revealed.said {
                let greatest = everything.greatest(revealed.pixels, *lie);
                assert!(*is_greatest && *margin == greatest, "{margin}, not {greatest}");
                assert_eq!(set.len(), usize::from(revealed.pixels));
                let honest = if lie.is_some() { greatest < 0.0 } else { greatest > 0.0 };
                assert_eq!(*winner, Some(if honest { Role::Honest } else { Role::Liar }));
            }
        }
        assert_eq!(attacked.smallest.len(), 3 * 9);
        for Smallest { lie, answers, size, at_least, .. } in &attacked.smallest {
            let expected = everything.smallest(*lie, *answers, 4);
            assert_eq!(*size, expected, "image {image}, lie {lie}, {answers} answers");
            assert_eq!(*at_least, expected.unwrap_or(5));
            known[usize::from(*answers)] += usize::from(expected.is_some());
            none += usize::from(expected.is_none());
        }
    }
    assert!(known.into_iter().all(|known| known > 5) && none > 5, "{known:?}, {none}");
}

/// Sets that are found without trying all of them are what they are said to be, and no smaller ones are ruled out.
#[test]
fn what_is_not_enumerated_is_open() {
    let dataset = cut(3);
    let judge = Judge::shipped(4).unwrap();
    let how = Attack { sets: 0, sets_for_a_win: 0, sets_to_answer: 0, ..how() };
    let plan = plan(&judge, &dataset, how, 3);
    let mut found = 0;
    for image in &plan.images {
        let attacked = attack(&plan, &judge, &dataset, *image).unwrap();
        let picture = std::sync::Arc::new(dataset.to_image(*image));
        let candidates: Vec<Pixel> = picture.nonzero().collect();
        let evaluator = judge.evaluator(picture).unwrap();
        let mut everything = Everything { evaluator, candidates, label: attacked.label };
        for said in attacked.revealed.iter().flat_map(|revealed| &revealed.said) {
            assert!(!said.is_greatest);
            let side = if said.lie.is_some() { Role::Liar } else { Role::Honest };
            assert!(said.winner.is_none_or(|winner| winner == side));
        }
        for smallest in attacked.smallest.iter().filter(|smallest| smallest.answers > 0) {
            assert_eq!(smallest.at_least, 1);
            let Some(size) = smallest.size else { continue };
            let least = everything.smallest(smallest.lie, smallest.answers, size);
            assert!(least.is_some_and(|least| least <= size), "{least:?} beside {size}");
            found += 1;
        }
    }
    assert!(found > 5, "{found}");
}

/// All that does not depend on how long things took.
fn timeless(folder: &Path) -> Vec<Attacked> {
    let mut files: Vec<_> =
        fs::read_dir(folder.join("images")).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let read = |path| {
        let mut attacked: Attacked = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        attacked.seconds = 0.0;
        attacked.revealed.iter_mut().for_each(|revealed| revealed.seconds = 0.0);
        attacked
    };
    files.into_iter().map(read).collect()
}

#[test]
fn a_folder_is_gone_on_with_and_comes_to_the_same() {
    let dataset = cut(6);
    let judge = Judge::shipped(4).unwrap();
    let folders = tempfile::tempdir().unwrap();
    let [whole, parts] = ["whole", "parts"].map(|name| folders.path().join(name));
    let all = plan(&judge, &dataset, how(), 5);
    let summary = run(&all, &judge, &dataset, &whole, 1, |_| ()).unwrap();
    // Two images, then one of them is lost, then all.
    run(&plan(&judge, &dataset, how(), 2), &judge, &dataset, &parts, 1, |_| ()).unwrap();
    fs::remove_file(parts.join(format!("images/{:05}.json", all.images[1]))).unwrap();
    fs::write(parts.join(format!("images/{:05}.json.part", all.images[2])), "{").unwrap();
    assert_eq!(run(&all, &judge, &dataset, &parts, 2, |_| ()).unwrap(), summary);
    fs::remove_file(parts.join(format!("images/{:05}.json.part", all.images[2]))).ok();
    assert_eq!(timeless(&parts), timeless(&whole));
    for name in
        ["summary.json", "summary.txt", "plots/hardest.svg", "plots/smallest.png", "plan.json"]
    {
        let [one, other] = [&whole, &parts].map(|folder| fs::read(folder.join(name)).unwrap());
        assert!(one == other, "{name}");
    }
    for name in ["attacks.parquet", "smallest.parquet"] {
        assert!(fs::read(whole.join(name)).unwrap().starts_with(b"PAR1"), "{name}");
    }
    let told = summary.to_string();
    for words in [
        "judge-4 attacked on 5 images of cut",
        "2 pixels, by the best consultant",
        "greatest margin proven   45 of 45 lies",
        "one honest reveal answers",
    ] {
        assert!(told.contains(words), "{words:?} is not in {told}");
    }
}

fn first_label(attacked: &serde_json::Value) -> u64 {
    attacked["label"].as_u64().unwrap()
}

#[test]
fn what_is_another_folders_or_damaged_is_refused_by_name() {
    let dataset = cut(3);
    let judge = Judge::shipped(4).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let few = Attack { pixels: vec![1], smallest: 1, answers: vec![], ..how() };
    let first = plan(&judge, &dataset, few.clone(), 1);
    run(&first, &judge, &dataset, folder.path(), 1, |_| ()).unwrap();
    let other = plan(&judge, &dataset, Attack { beam: 3, ..few }, 1);
    let refused = run(&other, &judge, &dataset, folder.path(), 1, |_| ()).unwrap_err();
    assert!(matches!(refused, AttackError::Other { .. }), "{refused}");
    assert!(refused.to_string().contains("beam: 3"), "{refused}");
    let shard = folder.path().join(format!("images/{:05}.json", first.images[0]));
    // What no attack comes to is not believed, for pictures and tables are made of it.
    let sound: serde_json::Value = serde_json::from_slice(&fs::read(&shard).unwrap()).unwrap();
    let set = "/revealed/0/said/1/set";
    for (place, value) in [
        ("/label", serde_json::json!((first_label(&sound) + 1) % 10)),
        ("/revealed/0/said/1/lie", sound["revealed"][0]["said"][2]["lie"].clone()),
        ("/revealed/0/said/1/lie", serde_json::json!(77)),
        (set, serde_json::json!([])),
        (set, serde_json::json!([[0, 0]])),
        (set, serde_json::json!([[255, 255]])),
    ] {
        let mut altered = sound.clone();
        *altered.pointer_mut(place).unwrap() = value;
        fs::write(&shard, altered.to_string()).unwrap();
        let refused = run(&first, &judge, &dataset, folder.path(), 1, |_| ()).unwrap_err();
        assert!(matches!(refused, AttackError::Damaged { .. }), "{place}: {refused}");
    }
    fs::write(&shard, sound.to_string()).unwrap();
    run(&first, &judge, &dataset, folder.path(), 1, |_| ()).unwrap();
    fs::write(&shard, "{}").unwrap();
    let refused = run(&first, &judge, &dataset, folder.path(), 1, |_| ()).unwrap_err();
    let AttackError::Damaged { path, .. } = &refused else { panic!("{refused}") };
    assert_eq!(*path, shard);
}

#[test]
fn what_cannot_be_planned_is_refused_with_what_can() {
    let dataset = cut(3);
    let judge = Judge::shipped(4).unwrap();
    let refusal = |how: Attack, images| {
        Plan::new("judge", "hash", &judge, &dataset, how, images, 3).unwrap_err().to_string()
    };
    for (how, images, words) in [
        (how(), 4, "images is 4: it must be 1 to 3, the images of cut with 6 legal pixels or more"),
        (how(), 0, "images is 0: it must be 1 to 3"),
        (Attack { pixels: vec![4, 2], ..how() }, 1, "pixels is [4, 2]: it must be"),
        (Attack { pixels: vec![17], ..how() }, 1, "from 1 to 16"),
        (Attack { pixels: vec![10], ..how() }, 3, "it must be 1 to 2, the images of cut with 10"),
        (Attack { smallest: 9, ..how() }, 1, "smallest is 9: it must be 0 to 8"),
        (Attack { answers: vec![3], ..how() }, 1, "answers is [3]"),
        (Attack { beam: 0, ..how() }, 1, "beam is 0"),
        (Attack { seconds_an_image: Some(0), ..how() }, 1, "seconds_an_image is 0"),
    ] {
        let said = refusal(how, images);
        assert!(said.contains(words), "{said}, not {words}");
    }
}

#[test]
fn a_suite_holds_a_judge_to_the_truth_and_names_where_it_is_wrong() {
    let dataset = cut(6);
    let [four, six] = [4, 6].map(|pixels| Judge::shipped(pixels).unwrap());
    let how = Attack { pixels: vec![4], smallest: 0, answers: vec![], ..how() };
    let suite = Suite::make(plan(&four, &dataset, how, 6), &four, &dataset, |_| ()).unwrap();
    let rights = suite.positions.iter().filter(|position| position.right).count();
    assert!(rights > 0 && rights < suite.positions.len(), "{rights} of {}", suite.positions.len());
    let text = serde_json::to_string(&suite).unwrap();
    assert_eq!(serde_json::from_str::<Suite>(&text).unwrap(), suite);
    // The judge that it was taken from answers as it did.
    for answer in suite.ask(&four, &dataset).unwrap() {
        assert_eq!((answer.right, answer.margin), (answer.position.right, answer.position.margin));
        let certificate = &answer.position.certificate;
        assert_eq!(certificate.is_some(), answer.right, "a proof of each win");
        let Some(certificate) = certificate else { continue };
        let picture = std::sync::Arc::new(dataset.to_image(answer.position.image));
        let mut judge = four.evaluator(picture).unwrap();
        assert!(certificate.verify(&mut |sets| judge.evaluate(sets), &mut |_| ()).is_ok());
    }
    // Another judge answers for itself.
    let other = suite.ask(&six, &dataset).unwrap();
    assert!(other.iter().any(|answer| answer.margin != answer.position.margin));
    let refused = suite.ask(&six, &cut(5)).unwrap_err();
    assert!(matches!(refused, SuiteError::Dataset { .. }), "{refused}");
    let mut wrong = suite.clone();
    wrong.positions[0].lie = wrong.positions[0].label;
    let refused = wrong.ask(&four, &dataset).unwrap_err().to_string();
    assert!(refused.starts_with("position 0 of the suite: label "), "{refused}");
}
