//! `pixel-debate verify`.

use pixel_debate_datasets::mnist;
use serde_json::{Value, json};

use crate::solve::SMALL;
use crate::{failure, output, run};

fn line() -> String {
    output(&format!("{SMALL} --lie 7 --json"), "")
}

/// The same line with some of its fields changed, by their places.
fn changed(line: &str, changes: &[(&str, Value)]) -> String {
    let mut value: Value = serde_json::from_str(line).unwrap();
    for (place, new) in changes {
        let (parent, field) = place.rsplit_once('/').unwrap();
        value.pointer_mut(parent).unwrap()[field] = new.clone();
    }
    value.to_string()
}

/// The verdicts on these lines, and the last line of the error, or nothing if all hold.
fn verdicts(arguments: &str, input: &str) -> (Vec<String>, String) {
    let result = run(&format!("verify {arguments}"), input);
    let error = String::from_utf8(result.stderr).unwrap();
    let error = error.lines().last().unwrap_or_default().to_owned();
    assert_eq!(result.status.code(), Some(i32::from(!error.is_empty())), "{error}");
    let verdicts = String::from_utf8(result.stdout).unwrap();
    (verdicts.lines().map(str::to_owned).collect(), error)
}

/// A folder with one image, every third lit pixel of a 1: no more, so that the dense judge is quick.
/// It is said to be a 4, so that either side wins some games.
fn dataset() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut pixels = mnist::test().image(2827).to_vec();
    let lit = pixels.iter_mut().filter(|value| **value > 0).enumerate();
    lit.filter(|(number, _)| number % 3 != 0).for_each(|(_, value)| *value = 0);
    let images = [&[0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28], &*pixels].concat();
    std::fs::write(dir.path().join("t10k-images-idx3-ubyte"), images).unwrap();
    let labels = [0, 0, 8, 1, 0, 0, 0, 1, 4];
    std::fs::write(dir.path().join("t10k-labels-idx1-ubyte"), labels).unwrap();
    dir
}

#[test]
fn all_games_of_an_image_are_proven() {
    let dir = dataset();
    let arguments = "solve --image 0 --pixels 4 --lie all --first both --json --data";
    let lines = output(&format!("{arguments} {}", dir.path().display()), "");
    let mut expected = Vec::new();
    for lie in (0..10).filter(|lie| *lie != 4) {
        expected.extend(
            ["honest", "liar"].map(|first| format!("4 pixels, 4 against {lie}, {first} first")),
        );
    }
    assert_eq!(lines.lines().count(), 18);
    let data = format!("--data {}", dir.path().display());
    let verdicts = output(&format!("verify {data}"), &lines);
    // The engine comes to the same, by as many sets.
    assert_eq!(output(&format!("verify --pass engine {data}"), &lines), verdicts);
    assert_eq!(verdicts.lines().count(), 18);
    let mut winners = [0; 2];
    for ((line, verdict), game) in lines.lines().zip(verdicts.lines()).zip(expected) {
        let line: Value = serde_json::from_str(line).unwrap();
        let winner = line["winner"].as_str().unwrap();
        winners[usize::from(winner == "liar")] += 1;
        let proven = format!(", {game}: the {winner} side wins; ");
        assert!(verdict.starts_with("image 0 of ") && verdict.contains(&proven), "{verdict}");
        // Beside the winner no number stands that could be taken for a margin.
        assert!(verdict.contains(" sets judged") && !verdict.contains("wins, by"), "{verdict}");
        let sets = verdict.split("wins; ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
        let digits = sets.replace(',', "");
        assert!(digits.parse::<u64>().unwrap() > 0, "{verdict}");
        assert_eq!(sets.contains(','), digits.len() > 3, "{verdict}");
    }
    assert!(winners[0] > 0 && winners[1] > 0, "{verdicts}");
}

#[test]
fn a_file_is_read_and_threads_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("certificates.jsonl");
    let free = output(&format!("{SMALL} --json"), "");
    std::fs::write(&file, &free).unwrap();
    let verdict = output(&format!("verify {} --threads 1", file.display()), "");
    assert!(
        verdict.starts_with(
            "image 2827 of mnist-test, 4 pixels, 1 against any other label, honest first: the "
        ),
        "{verdict}"
    );
    assert_eq!(output("verify --threads 2", &free), verdict);
}

/// Fields that are changed, and how the line is then refused.
type Case = (Vec<(&'static str, Value)>, &'static str);

/// What stands beside the certificate.
fn beside_the_certificate(good: &str) -> Vec<Case> {
    let value: Value = serde_json::from_str(good).unwrap();
    let variation = value["variation"].as_array().unwrap().clone();
    let with = |place: usize, pixel: &Value| {
        let mut variation = variation.clone();
        variation[place] = pixel.clone();
        Value::from(variation)
    };
    let (shorter, twice) = (Value::from(&variation[..3]), with(3, &variation[0]));
    let reversed: Vec<Value> = variation.iter().rev().cloned().collect();
    let (black, nowhere) = (with(1, &json!([0, 0])), with(1, &json!([28, 3])));
    let variation_is = "variation: ";
    vec![
        (vec![("/image", json!(17))], "image: the line says 17, its certificate 2827"),
        (vec![("/label", json!(7))], "label: the line says 7, its certificate 1"),
        (vec![("/lie", json!(8))], "lie: the line says 8, its certificate 7"),
        (vec![("/lie", Value::Null)], "lie: the line says none, its certificate 7"),
        (vec![("/pixels", json!(6))], "pixels: the line says 6, its certificate 4"),
        (vec![("/first", json!("liar"))], "first: the line says liar, its certificate honest"),
        (vec![("/winner", json!("liar"))], "winner: the line says liar, its certificate honest"),
        (vec![("/seconds", json!(-1.0))], "seconds: -1 is no time"),
        (vec![("/variation", shorter)], "variation: 3 pixels, where 4 are revealed"),
        (vec![("/variation", twice)], variation_is),
        (vec![("/variation", reversed.into())], variation_is),
        (vec![("/variation", black)], "variation: (0, 0) may not be revealed there"),
        (vec![("/variation", nowhere)], "variation: (28, 3) may not be revealed there"),
    ]
}

/// What stands in the certificate, with what stands beside it changed likewise where that is not enough.
fn in_it() -> Vec<Case> {
    // One pixel of the image a little brighter.
    let mut image = mnist::test().image(2827).to_vec();
    let place = image.iter().position(|value| *value > 0).unwrap();
    image[place] ^= 1;
    let brighter = base64(&image);
    let claims = ("/certificate/claims/honest", "/certificate/claims/liar");
    let (no_image, variation_is) = ("image: it is not image ", "variation: ");
    vec![
        (vec![("/certificate/version", json!(2))], "certificate of version 2: this program reads"),
        (
            vec![("/certificate/classes", json!(8))],
            "classes: it is about 8 labels, and the judge tells 10 apart",
        ),
        (
            vec![("/certificate/classes", json!(255))],
            "classes: it is about 255 labels, and the judge tells 10 apart",
        ),
        (vec![("/certificate/classes", json!(7))], "the lie 7 is not one of the 7 classes"),
        (
            vec![("/certificate/judge/name", json!("judge-6"))],
            "judge.name: the judge of that hash is",
        ),
        (
            vec![("/certificate/judge/hash", json!("00"))],
            "judge.hash: the certificate is about anoth",
        ),
        (
            vec![("/certificate/source", Value::Null)],
            "source.dataset: not held against a dataset: it",
        ),
        (
            vec![("/certificate/source/dataset", json!("nonsense"))],
            "source.dataset: not held against a dataset: \"nonsense\" is not at hand, but mnist-test",
        ),
        (
            vec![("/certificate/source/index", json!(17))],
            "image: the line says 2827, its certificate",
        ),
        (vec![("/certificate/source/index", json!(17)), ("/image", json!(17))], no_image),
        (
            vec![("/certificate/source/index", json!(10_000)), ("/image", json!(10_000))],
            "source.index: mnist-test has images 0 to 9999, and no 10000",
        ),
        (
            vec![("/certificate/rules/pixels", json!(6))],
            "pixels: the line says 4, its certificate 6",
        ),
        (
            vec![("/certificate/rules/pixels", json!(5)), ("/pixels", json!(5))],
            "rules.pixels: no judge for 5 pixels comes with the program",
        ),
        (
            vec![("/certificate/rules/pixels", json!(6)), ("/pixels", json!(6))],
            "judge.hash: the certificate is about another judge than judge-6",
        ),
        (vec![("/certificate/rules/precommit", json!(false))], "the rules say no precommit"),
        (vec![("/certificate/rules/first", json!("liar"))], "first: the line says honest, its cer"),
        (vec![("/certificate/image/pixels", json!(brighter))], no_image),
        (
            vec![("/certificate/image", json!({"width": 3, "height": 2, "pixels": "CQkJCQkJ"}))],
            "the strategy reveals (",
        ),
        (
            vec![(claims.0, json!(7)), (claims.1, json!(1))],
            "label: the line says 1, its certificate 7",
        ),
        (
            vec![
                (claims.0, json!(7)),
                (claims.1, json!(1)),
                ("/label", json!(7)),
                ("/lie", json!(1)),
                ("/winner", json!("liar")),
                ("/certificate/winner", json!("liar")),
            ],
            "claims.honest: the label of image 2827 of mnist-test is 1, not 7",
        ),
        (vec![(claims.1, json!(8))], "lie: the line says 7, its certificate 8"),
        (vec![(claims.1, json!(1)), ("/lie", json!(1))], "the lie 1 is the true label"),
        (
            vec![("/certificate/winner", json!("liar"))],
            "winner: the line says honest, its certific",
        ),
        (vec![("/certificate/strategy", json!({}))], variation_is),
        (
            vec![("/certificate/strategy", json!({"plans": [{"after": [], "reveal": [[0, 0]]}]}))],
            "the strategy reveals (0, 0), which is no legal pixel of the image",
        ),
    ]
}

/// Every field of a line and of its certificate, each changed as somebody might who wants something
/// else to be believed.
#[test]
fn a_field_that_was_changed_is_named() {
    let good = line();
    let cases: Vec<Case> = beside_the_certificate(&good).into_iter().chain(in_it()).collect();
    let input: Vec<String> = cases.iter().map(|(changes, _)| changed(&good, changes)).collect();
    let (told, error) = verdicts("", &input.join("\n"));
    assert_eq!(told.len(), cases.len());
    for (number, (told, (changes, wanted))) in (1..).zip(told.iter().zip(&cases)) {
        let begins = told.starts_with(&format!("line {number}: "));
        assert!(begins && told.contains(&format!(": not proven: {wanted}")), "{changes:?}: {told}");
    }
    assert_eq!(error, format!("error: {0} of {0} certificates do not hold", cases.len()));

    // A line with something more, or a number that is none, is no line of `solve --json` at all.
    let parts = ["", "judge", "source", "rules", "image", "claims", "strategy"];
    let more = parts.map(|part| format!("/certificate/{part}/more").replace("//", "/"));
    let more = more.map(|place| changed(&good, &[(&place, json!(1))]));
    let (told, _) = verdicts("", &more.join("\n"));
    assert!(
        told.iter().all(
            |told| told.contains(": no certificate: ") && told.contains("unknown field `more`")
        ),
        "{told:?}"
    );
    let number = |most: &str| format!("it must be a whole number from 0 to {most}");
    let (byte, most) = (number("255"), number("18446744073709551615"));
    let strategy = |list: &str, after: Value, reveal: Value| {
        ("/certificate/strategy", json!({ list: [{ "after": after, "reveal": reveal }] }))
    };
    let twice = strategy("plans", json!([]), json!([[9, 9], [9, 9]]));
    for (change, wanted) in [
        (
            ("/evaluations", json!("many")),
            format!("evaluations: invalid type: string \"many\": {most}, at column "),
        ),
        (
            ("/seconds", json!("long")),
            "seconds: invalid type: string \"long\": it must be a n".into(),
        ),
        (("/pixels", json!(300)), format!("pixels: invalid value: integer `300`: {byte}")),
        (
            ("/certificate/rules/pixels", json!("four")),
            format!("certificate.rules.pixels: invalid type: string \"four\": {byte}"),
        ),
        (
            ("/certificate/claims/honest", json!(-1)),
            format!("certificate.claims.honest: invalid value: integer `-1`: {byte}"),
        ),
        (
            ("/certificate/winner", json!("nobody")),
            "certificate.winner: unknown variant `nobody`: it must be `honest` or `liar`".into(),
        ),
        (
            ("/certificate/strategy", json!(7)),
            "certificate.strategy: invalid type: integer `7`".into(),
        ),
        (
            strategy("moves", json!("none"), json!([9, 9])),
            "certificate.strategy.moves[0].after: ".into(),
        ),
        (
            twice,
            "certificate.strategy: `reveal` of entry 0 of `plans` names (9, 9) twice: each".into(),
        ),
    ] {
        let (told, _) = verdicts("", &changed(&good, &[change]));
        let wanted = format!("line 1: no certificate: {wanted}");
        assert!(told[0].starts_with(&wanted), "{wanted}: {told:?}");
    }
    let (told, _) = verdicts("", &format!("{} 7", good.trim_end()));
    assert!(told[0].starts_with("line 1: no certificate: trailing characters"), "{told:?}");
}

/// As the certificate has an image.
fn base64(pixels: &[u8]) -> String {
    let image = pixel_debate_game::Image::new(28, 28, pixels.to_vec()).unwrap();
    serde_json::to_value(image).unwrap()["pixels"].as_str().unwrap().to_owned()
}

#[test]
fn what_does_not_hold_is_told_and_the_rest_is_checked() {
    let good = line();
    let both = json!("liar");
    let liar = changed(&good, &[("/winner", both.clone()), ("/certificate/winner", both)]);
    let twice =
        json!({"moves": [{"after": [], "reveal": [9, 9]}, {"after": [], "reveal": [9, 9]}]});
    let twice = changed(&good, &[("/certificate/strategy", twice)]);
    let input = [&*liar, "", "no JSON", "{}", "\u{fe}", &twice, good.trim_end()].join("\n");
    let (told, error) = verdicts("", &input);
    let wins =
        "image 2827 of mnist-test, 4 pixels, 1 against 7, honest first: the honest side wins; ";
    for (told, wanted) in told.iter().zip([
        "line 1: image 2827 of mnist-test, 4 pixels, 1 against 7, honest first: not proven: variation: ",
        "line 3: no certificate: expected ",
        "line 4: no certificate: missing field `image`",
        "line 5: no certificate: expected value",
        "line 6: no certificate: certificate.strategy: the strategy has two entries for the position after \
         nothing",
        wins,
    ]) {
        assert!(told.starts_with(wanted), "{told}");
    }
    assert_eq!((told.len(), &*error), (6, "error: 5 of 6 certificates do not hold"));
    let (_, error) = verdicts("", &liar);
    assert_eq!(error, "error: 1 of 1 certificates does not hold");
}

#[test]
fn unknown_data_are_accepted_only_if_that_is_asked_for_and_told() {
    let dir = dataset();
    let data = format!("--data {}", dir.path().display());
    let line = output(&format!("solve --image 0 --pixels 4 --lie 7 --json {data}"), "");
    let (told, _) = verdicts("", &line);
    assert!(
        told[0].contains(": not proven: source.dataset: not held against a dataset: "),
        "{told:?}"
    );
    let (told, error) = verdicts("--allow-unknown-data", &line);
    assert!(
        told[0].contains(" sets judged; NOT held against a dataset: ") && error.is_empty(),
        "{told:?}"
    );
    let (told, error) = verdicts(&data, &line);
    assert!(!told[0].contains("NOT held") && error.is_empty(), "{told:?}");
    // Another folder of the same name has other images.
    let other = dir.path().join("x").join(dir.path().file_name().unwrap());
    std::fs::create_dir_all(&other).unwrap();
    for file in ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"] {
        let mut bytes = std::fs::read(dir.path().join(file)).unwrap();
        *bytes.last_mut().unwrap() ^= u8::from(file.contains("labels"));
        std::fs::write(other.join(file), bytes).unwrap();
    }
    let (told, _) = verdicts(&format!("--data {}", other.display()), &line);
    assert!(told[0].contains(": not proven: claims.honest: the label of image 0 of "), "{told:?}");
}

#[test]
fn nothing_to_check_is_an_error() {
    let (code, error) = failure("verify", "");
    assert_eq!((code, &*error), (1, "error: the input has no certificate"));
    let (code, error) = failure("verify", "\n \t\r\n\n");
    assert_eq!((code, &*error), (1, "error: the input has no certificate"));
    // Around one that holds they change nothing.
    let verdict = output("verify", &line());
    assert_eq!(output("verify", &format!("\n  \r\n{}\n\n", line())), verdict);
    let (code, error) = failure("verify missing.jsonl", "");
    assert!(error.starts_with("error: missing.jsonl cannot be read: No such file"), "{error}");
    assert_eq!(code, 1);
    let (code, error) = failure("verify --judge missing", &line());
    assert!(error.starts_with("error: judge missing: No such file or directory"), "{error}");
    assert_eq!(code, 1);
    let (code, _) = failure("verify --threads 0", "");
    assert_eq!(code, 2);
}
