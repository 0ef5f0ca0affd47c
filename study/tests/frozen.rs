//! Freezing through the public interface: what is read again, and that nothing altered is.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use pixel_debate_game::Role;
use pixel_debate_study::allocation::{Kind, Presentation};
use pixel_debate_study::frozen::{FreezeError, Frozen, Planned, Remade, commitment};
use pixel_debate_study::items::{Item, Part, Shown, Unobserved};
use pixel_debate_study::{Draft, canonical};
use proptest::prelude::*;

const STUDY: &str = r#"# A study for tests.
name = "tested"
title = "Tested"
seed = 5577006791947779410

[[conditions]]
name = "debate"
kind = "debate"
pixels = 4
honest = "greedy"
liar = "random"

[[conditions]]
name = "live"
kind = "consultancy"
side = "liar"
pixels = 4
honest = "greedy"
live = true

[[conditions]]
name = "alone"
kind = "alone"
pixels = 4

[images]
number = 3

[assignment]
participants = 9
items = 2
practice = 4
checks = 1

[consent]
version = "1"

[recruits]
completion_code = "DONE-4711"

[languages]
en = "texts/english.toml"
"#;

const TEXTS: &str = r#"# Texts for tests.
title = "Digits"
consent = "You agree."
instructions = "Look at the pixels."
practice = "These are for practice."
thanks = "Thank you."

[conditions]
debate = "Two programs argue."
live = "A program argues, and may lie."
alone = "Nobody argues."
"#;

fn sources(folder: &Path) -> PathBuf {
    fs::create_dir_all(folder.join("texts")).unwrap();
    fs::write(folder.join("texts/english.toml"), TEXTS).unwrap();
    fs::write(folder.join("tested.toml"), STUDY).unwrap();
    folder.join("tested.toml")
}

/// The files of a frozen folder, by their names.
static FILES: LazyLock<Vec<(&str, Vec<u8>)>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let draft = Draft::open(&sources(folder.path())).unwrap();
    let items = draft.items(None, 1, &Unobserved).unwrap();
    let frozen = Frozen::new(&draft, items, "0.0.0", &mut rand::rng()).unwrap();
    let out = folder.path().join("out");
    frozen.write(&out).unwrap();
    let names = ["plan.json", "plan.sha256", "secret.json", "study.toml", "texts/english.toml"];
    names.map(|name| (name, fs::read(out.join(name)).unwrap())).to_vec()
});

/// The folder, with what `alter` makes of its files.
fn folder(alter: impl FnOnce(&mut Vec<(&str, Vec<u8>)>)) -> tempfile::TempDir {
    let mut files = FILES.clone();
    alter(&mut files);
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("texts")).unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn read(alter: impl FnOnce(&mut Vec<(&str, Vec<u8>)>)) -> Result<Frozen, String> {
    Frozen::read(folder(alter).path()).map_err(|error| error.to_string())
}

#[test]
fn what_is_frozen_is_read_again_and_says_all() {
    let frozen = read(|_| {}).unwrap();
    let (plan, study) = (frozen.plan(), frozen.study());
    assert_eq!(study.secrets.completion_code.as_deref(), Some("DONE-4711"));
    assert_eq!((plan.dataset.name.as_str(), plan.dataset.classes.len()), ("mnist-test", 10));
    assert_eq!(plan.texts["en"].conditions["alone"], "Nobody argues.");
    assert_eq!(plan.judges["4"].name, "judge-4");
    let count = |part| frozen.items().filter(|item| item.part == part).count();
    // Of a debate that either side begins there are two.
    assert_eq!((count(Part::Main), count(Part::Practice), count(Part::Check)), (12, 4, 1));
    for (salted, committed) in frozen.secret().items.iter().zip(&plan.items) {
        assert_eq!(commitment(&salted.salt, &salted.item).unwrap(), *committed);
    }
}

#[test]
fn the_plan_tells_no_answer_and_no_secret() {
    let plan = String::from_utf8(FILES[0].1.clone()).unwrap();
    for secret in
        ["5577006791947779410", "DONE-4711", "\"label\"", "\"source\"", "\"events\"", "\"index\""]
    {
        assert!(!plan.contains(secret), "{secret}");
    }
}

/// The same items under other salts have other commitments: else an image could be tried.
#[test]
fn each_freezing_has_salts_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let draft = Draft::open(&sources(folder.path())).unwrap();
    let items = draft.items(None, 1, &Unobserved).unwrap();
    let freeze = || Frozen::new(&draft, items.clone(), "0.0.0", &mut rand::rng()).unwrap();
    let (one, other) = (freeze(), freeze());
    assert_ne!(one.hash(), other.hash());
    assert!(one.plan().items.iter().all(|item| !other.plan().items.contains(item)));
    assert!(one.items().eq(other.items()));
    // And nobody has the same salt twice.
    let salts = one.secret().items.iter().map(|salted| String::from(salted.salt));
    let salts: std::collections::BTreeSet<String> = salts.collect();
    assert_eq!(salts.len(), items.len());
}

#[test]
fn what_is_frozen_is_not_written_over() {
    let folder = folder(|_| {});
    let frozen = Frozen::read(folder.path()).unwrap();
    let refused = frozen.write(folder.path()).unwrap_err().to_string();
    assert!(
        refused.ends_with("plan.json is there already: a frozen study is not written over"),
        "{refused}"
    );
}

#[cfg(unix)]
#[test]
fn what_tells_the_answers_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let frozen = read(|_| {}).unwrap();
    let folder = tempfile::tempdir().unwrap();
    frozen.write(folder.path()).unwrap();
    for name in ["secret.json", "study.toml"] {
        let mode = fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}");
    }
}

#[test]
fn what_does_not_fit_is_named() {
    let replace = |at: usize, from: &'static str, to: &'static str| {
        read(move |files| {
            let text = String::from_utf8(files[at].1.clone()).unwrap();
            assert!(text.contains(from), "{from}");
            files[at].1 = text.replacen(from, to, 1).into_bytes();
        })
        .unwrap_err()
    };
    let refused = replace(3, "# A study", "# Our study");
    assert!(
        refused.ends_with(
            "study.toml: it is not the file that was frozen: plan.json commits to another"
        ),
        "{refused}"
    );
    let refused = replace(4, "# Texts", "# Words");
    assert!(
        refused.ends_with(
            "texts/english.toml: it is not the file that was frozen: plan.json has another SHA-256"
        ),
        "{refused}"
    );
    let refused = replace(2, "\"label\":", "\"label\": ");
    assert!(
        refused
            .ends_with("secret.json is not in canonical form: it was altered since it was frozen"),
        "{refused}"
    );
    let refused = replace(0, "\"behaviour\":", "\"behavior\":");
    assert!(refused.contains("plan.json: unknown field `behavior`"), "{refused}");
    let refused = replace(1, "  plan.json", " *plan.json");
    assert!(
        refused.contains("plan.sha256: it should say that plan.json has the SHA-256 "),
        "{refused}"
    );
    let gone = folder(|_| {});
    fs::remove_file(gone.path().join("secret.json")).unwrap();
    let refused = Frozen::read(gone.path()).unwrap_err().to_string();
    assert!(refused.contains("secret.json cannot be read"), "{refused}");
}

/// The folder of somebody who alters the plan and writes its hash beside it.
fn forged(alter: impl FnOnce(&mut serde_json::Value, &mut serde_json::Value)) -> String {
    use sha2::{Digest, Sha256};

    read(|files| {
        let mut plan = serde_json::from_slice(&files[0].1).unwrap();
        let mut secret = serde_json::from_slice(&files[2].1).unwrap();
        alter(&mut plan, &mut secret);
        files[0].1 = canonical(&plan).unwrap();
        files[2].1 = canonical(&secret).unwrap();
        let digest = Sha256::digest(&files[0].1);
        let hash = digest.iter().fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
        files[1].1 = format!("{hash}  plan.json\n").into_bytes();
    })
    .unwrap_err()
}

#[test]
fn a_plan_with_another_hash_is_held_against_all_the_rest() {
    let refused = forged(|plan, _| plan["items"][0] = plan["items"][1].clone());
    assert!(
        refused.ends_with("secret.json: item 0 is not the one that plan.json commits to"),
        "{refused}"
    );
    let refused = forged(|plan, _| drop(plan["items"].as_array_mut().unwrap().pop()));
    assert!(
        refused.ends_with("secret.json: `items` has 17, and plan.json commits to 16"),
        "{refused}"
    );
    let refused = forged(|plan, _| plan["study"]["assignment"]["participants"] = 18.into());
    assert!(
        refused.ends_with("plan.json: `study` is not what study.toml and its texts give"),
        "{refused}"
    );
    let refused = forged(|plan, _| plan["texts"]["en"]["thanks"] = "Bye.".into());
    assert!(
        refused.ends_with("plan.json: `texts` is not what study.toml and its texts give"),
        "{refused}"
    );
    let refused = forged(|_, secret| secret["secrets"]["completion_code"] = "FREE".into());
    assert!(
        refused.ends_with(
            "secret.json: `secrets` is not what study.toml has, or plan.json commits to"
        ),
        "{refused}"
    );
    let refused = forged(|plan, _| plan["format"] = 2.into());
    assert!(refused.ends_with("plan.json is of format 2: this program reads 1"), "{refused}");
    // An item and its commitment go away together.
    let refused = forged(|plan, secret| {
        plan["items"].as_array_mut().unwrap().remove(0);
        secret["items"].as_array_mut().unwrap().remove(0);
    });
    assert!(refused.contains("secret.json: it has "), "{refused}");
    // A commitment is made to an item that lies.
    let lie = |what: &'static str, change: fn(&mut serde_json::Value)| {
        let refused = forged(|plan, secret| {
            let items = secret["items"].as_array_mut().unwrap();
            let is = |item: &serde_json::Value| item["item"]["shown"]["kind"] == what;
            let number = items.iter().position(is).unwrap();
            change(&mut items[number]["item"]);
            let salted = items[number].clone();
            let item: Item = serde_json::from_value(salted["item"].clone()).unwrap();
            let salt = serde_json::from_value(salted["salt"].clone()).unwrap();
            plan["items"][number] = commitment(&salt, &item).unwrap().into();
        });
        refused.rsplit_once("item ").unwrap().1.split_once(' ').unwrap().1.to_owned()
    };
    let answers = "is none of this study: its answers are not the right one and a lie";
    assert_eq!(
        lie("recorded", |item| item["label"] = ((item["label"].as_u64().unwrap() + 1) % 10).into()),
        answers
    );
    let shown = "is none of this study: what it shows is not in its image";
    let value = |item: &mut serde_json::Value| item["shown"]["pixels"][0]["value"] = 0.into();
    assert_eq!(lie("random", value), shown);
    let rules = "is none of this study: its condition has other rules";
    assert_eq!(lie("live", |item| item["shown"]["rules"]["pixels"] = 6.into()), rules);
    let refused = forged(|plan, secret| {
        let items = secret["items"].as_array_mut().unwrap();
        let number =
            items.iter().position(|item| item["item"]["shown"]["kind"] == "recorded").unwrap();
        items[number]["item"]["shown"]["events"][0]["value"] = 1.into();
        let salted = items[number].clone();
        let item: Item = serde_json::from_value(salted["item"].clone()).unwrap();
        let salt = serde_json::from_value(salted["salt"].clone()).unwrap();
        plan["items"][number] = commitment(&salt, &item).unwrap().into();
    });
    assert!(refused.contains(": event 1 is recorded as"), "{refused}");
}

/// Every presentation of the allocation is the item of its image in its condition, from its side.
#[test]
fn the_allocation_is_one_of_items() {
    let frozen = read(|_| {}).unwrap();
    let items: Vec<&Item> = frozen.items().collect();
    let sequences = frozen.sequences();
    assert_eq!(*sequences.allocation(), frozen.allocation());
    let names = ["debate", "live", "alone"];
    // Each number of the allocation is one image throughout.
    let mut images: BTreeMap<(Part, u32), u32> = BTreeMap::new();
    let mut shown_in_all = BTreeMap::<usize, usize>::new();
    for slot in 0..9 {
        let planned = sequences.slot(slot).unwrap();
        let shown = sequences.allocation().slot(slot).unwrap();
        assert_eq!((planned.len(), shown.len()), (4 + 2 + 1, 4 + 2 + 1));
        for (planned, shown) in planned.into_iter().zip(shown) {
            let Planned { item: number, kind, answers_swapped } = planned;
            let Presentation { item: at, condition, sides_swapped, .. } = *shown;
            assert_eq!((kind, answers_swapped), (shown.kind, shown.answers_swapped));
            let item = items[number];
            let part = match kind {
                Kind::Practice => Part::Practice,
                Kind::Main | Kind::Repeat | Kind::Flipped => Part::Main,
                Kind::Check => Part::Check,
            };
            assert_eq!(item.part, part);
            let name = names[condition as usize];
            assert_eq!(item.condition.as_deref(), Some(name));
            if part == Part::Main && name == "debate" {
                let first = if sides_swapped { Role::Liar } else { Role::Honest };
                assert_eq!(item.first, Some(first));
            }
            assert_eq!(*images.entry((part, at)).or_insert(item.source.index), item.source.index);
            *shown_in_all.entry(number).or_default() += 1;
        }
    }
    assert_eq!(sequences.slot(9), None);
    // 18 judgments of nine cells; of those of a debate one is shown from each side.
    for (number, item) in items.iter().enumerate() {
        let wanted = match (item.part, item.condition.as_deref()) {
            (Part::Main, Some("debate")) => 1,
            (Part::Main, _) => 2,
            _ => 9,
        };
        assert_eq!(shown_in_all.get(&number), Some(&wanted), "{item:?}");
    }
    // Images of main items are in the order of the data set.
    let main: Vec<u32> = (0..3).map(|at| images[&(Part::Main, at)]).collect();
    assert!(main.is_sorted(), "{main:?}");
    // Another seed has another allocation.
    let other = STUDY.replace("seed = 5577006791947779410", "seed = 5577006791947779411");
    let other = pixel_debate_study::file::Study::from_toml(&other).unwrap();
    assert_ne!(other.request().seed, frozen.study().request().seed);
}

/// The items of the folder, altered by somebody who commits to them.
fn with_items(alter: impl FnOnce(&mut Vec<Item>)) -> Result<Frozen, FreezeError> {
    static MADE: LazyLock<(Draft, Vec<Item>)> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        let draft = Draft::open(&sources(folder.path())).unwrap();
        let items = draft.items(None, 1, &Unobserved).unwrap();
        (draft, items)
    });
    let (draft, mut items) = (&MADE.0, MADE.1.clone());
    alter(&mut items);
    Frozen::new(draft, items, "0.0.0", &mut rand::rng())
}

#[test]
fn items_that_are_not_those_of_the_study_are_not_frozen() {
    assert!(with_items(|_| {}).is_ok());
    let refused = |alter: &dyn Fn(&mut Vec<Item>)| {
        let refused = with_items(|items| alter(items)).unwrap_err().to_string();
        // Without the number of the item, which is drawn.
        refused
            .split_once("none of this study: ")
            .map_or(refused.clone(), |(_, why)| why.to_owned())
    };
    let of = |condition: &'static str, part: Part| {
        move |item: &&mut Item| item.condition.as_deref() == Some(condition) && item.part == part
    };
    let one = |items: &mut Vec<Item>, condition, alter: &dyn Fn(&mut Item)| {
        alter(items.iter_mut().find(of(condition, Part::Main)).unwrap());
    };
    let doubled = |items: &mut Vec<Item>, condition: &'static str, part| {
        let item = items.iter_mut().find(of(condition, part)).unwrap().clone();
        *items.iter_mut().rfind(of(condition, part)).unwrap() = item;
    };
    let fewer = refused(&|items| drop(items.pop()));
    assert!(fewer.starts_with("it has ") && fewer.contains(", and the study has "), "{fewer}");
    // A report asks for the logits of both answers.
    for (logits, why) in [
        (vec![1.0], "its logits are not one of each label that a judge can tell apart"),
        (vec![1.0; 11], "it has not as many logits as others"),
        (vec![f32::NAN; 10], "its logits are no numbers"),
    ] {
        let said = refused(&|items| {
            one(items, "alone", &|item| {
                let Shown::Random { logits: given, .. } = &mut item.shown else {
                    panic!("{item:?}")
                };
                given.clone_from(&logits);
            });
        });
        assert_eq!(said, why);
    }
    assert_eq!(
        refused(&|items| one(items, "alone", &|item| item.claims.liar = Some(200))),
        "its answers are none that the built-in judge tells apart"
    );
    assert_eq!(
        refused(&|items| one(items, "alone", &|item| item.source.dataset = "other".into())),
        "its image is of another data set"
    );
    assert_eq!(
        refused(&|items| one(items, "live", &|item| item.first = Some(Role::Honest))),
        "in its condition that side does not begin, or argue"
    );
    assert_eq!(
        refused(&|items| one(items, "alone", &|item| item.tier = Some("easy".into()))),
        "the study has no such tier"
    );
    assert_eq!(
        refused(&|items| doubled(items, "live", Part::Main)),
        "another item shows its image in the same condition, from the same side"
    );
    assert_eq!(
        refused(&|items| doubled(items, "debate", Part::Practice)),
        "its image is that of another item, for practice or to see who attends"
    );
    assert_eq!(
        refused(&|items| one(items, "alone", &|item| item.source.index = 9_999)),
        "its main items show 4 images, and the study has 3"
    );
    assert_eq!(
        refused(&|items| one(items, "live", &|item| {
            let label =
                (0..10).find(|label| *label != item.label && Some(*label) != item.claims.liar);
            item.label = label.unwrap();
            item.claims.honest = item.label;
        })),
        "another item has its image with another tier, label or other pixels"
    );
    // Of a debate twice the same side, and none of the other.
    assert_eq!(
        refused(&|items| {
            let is_debate = |item: &&Item| {
                item.part == Part::Main && item.condition.as_deref() == Some("debate")
            };
            let honest =
                items.iter().filter(is_debate).find(|item| item.first == Some(Role::Honest));
            let honest = honest.unwrap().clone();
            let liar = items.iter_mut().find(|item| {
                is_debate(&&**item)
                    && item.source == honest.source
                    && item.first == Some(Role::Liar)
            });
            *liar.unwrap() = honest;
        }),
        "another item shows its image in the same condition, from the same side"
    );
    // Practice goes round the conditions: two of the first, one of each other.
    assert_eq!(
        refused(&|items| {
            let alone = items.iter_mut().find(of("alone", Part::Practice)).unwrap();
            let alone = alone.clone();
            let live = items.iter_mut().find(of("live", Part::Practice)).unwrap();
            *live = Item {
                source: pixel_debate_game::ImageSource { index: 9_999, ..alone.source.clone() },
                ..alone
            };
        }),
        "condition \"live\" has 0 practice items, and should have 1"
    );
}

#[test]
fn a_frozen_study_is_held_against_its_images_and_its_judge() {
    let folder = tempfile::tempdir().unwrap();
    let remade = read(|_| {}).unwrap().remake(&[folder.path()], 2).unwrap();
    // Of what is live the judge has said nothing.
    let silent = |item: &&Item| matches!(item.shown, Shown::Live { .. });
    let frozen = read(|_| {}).unwrap();
    let said = frozen.items().len() - frozen.items().filter(silent).count();
    assert_eq!((remade.images.unwrap(), remade.verdicts.unwrap()), (17, said));

    let refused = |alter: &dyn Fn(&mut Item) -> bool| {
        let frozen = with_items(|items| assert!(items.iter_mut().any(alter))).unwrap();
        frozen.remake(&[folder.path()], 1).unwrap_err().to_string()
    };
    // The image of a check is that of another number, and that of its own with another label.
    let is_check = |item: &Item| item.part == Part::Check;
    let other = refused(&|item| {
        if is_check(item) {
            item.source.index = 9_999;
        }
        is_check(item)
    });
    assert!(
        other.contains(" is said to be image 9999 of mnist-test, and has other pixels"),
        "{other}"
    );
    // A label that no debate is about.
    let is_alone =
        |item: &Item| item.part == Part::Practice && matches!(item.shown, Shown::Random { .. });
    let label = refused(&|item| {
        if is_alone(item) {
            (item.label, item.claims.liar) = ((item.label + 1) % 10, Some(item.label));
            item.claims.honest = item.label;
        }
        is_alone(item)
    });
    assert!(label.ends_with(", and has other pixels, or another label"), "{label}");
    let logits = refused(&|item| match &mut item.shown {
        Shown::Random { logits, .. } if !logits.is_empty() => {
            logits[0] += 0.001;
            true
        }
        _ => false,
    });
    assert!(logits.ends_with("the judge says something else than is recorded"), "{logits}");
}

/// A folder of MNIST's format with these images of MNIST.
fn write_images(folder: &Path, images: std::ops::Range<usize>) {
    let mnist = pixel_debate_datasets::mnist::test();
    fs::create_dir_all(folder).unwrap();
    let count = (images.len() as u32).to_be_bytes();
    let mut bytes = [&[0, 0, 8, 3], &count[..], &[0, 0, 0, 28, 0, 0, 0, 28]].concat();
    images.clone().for_each(|image| bytes.extend_from_slice(mnist.image(image)));
    fs::write(folder.join("t10k-images-idx3-ubyte"), bytes).unwrap();
    let labels = images.map(|image| mnist.label(image)).collect();
    let bytes = [vec![0, 0, 8, 1], count.to_vec(), labels].concat();
    fs::write(folder.join("t10k-labels-idx1-ubyte"), bytes).unwrap();
}

#[test]
fn what_is_not_beside_a_frozen_study_is_not_held_against_it() {
    let folder = tempfile::tempdir().unwrap();
    write_images(&folder.path().join("digits"), 0..60);
    let file = sources(folder.path());
    let judge = Path::new(env!("CARGO_MANIFEST_DIR")).join("../judge/weights");
    let judge = fs::read_dir(judge).unwrap().map(|file| file.unwrap().path());
    let weights = judge.filter(|path| path.extension().is_some_and(|end| end == "safetensors"));
    let weights: Vec<PathBuf> = weights.collect();
    let copy = |at: usize| fs::copy(&weights[at], folder.path().join("mine.safetensors")).unwrap();
    copy(0);
    let named = "dataset = \"digits\"\njudge = \"mine.safetensors\"\nseed =";
    fs::write(&file, STUDY.replacen("seed =", named, 1)).unwrap();
    let draft = Draft::open(&file).unwrap();
    let items = draft.items(None, 1, &Unobserved).unwrap();
    let frozen = Frozen::new(&draft, items, "0.0.0", &mut rand::rng()).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let remake = |folders: &[&Path]| {
        let Remade { images, verdicts } = frozen.remake(folders, 1).unwrap();
        (images.map_err(|why| why.to_string()), verdicts.map_err(|why| why.to_string()))
    };
    // Wherever it is among the folders.
    let (images, verdicts) = remake(&[elsewhere.path(), folder.path()]);
    assert!(images == Ok(17) && verdicts.is_ok(), "{images:?}, {verdicts:?}");
    let (images, verdicts) = remake(&[elsewhere.path()]);
    let (images, verdicts) = (images.unwrap_err(), verdicts.unwrap_err());
    assert!(images.starts_with("the data set \"digits\" is not beside the study: "), "{images}");
    let wanted = "the judge \"mine.safetensors\" is not beside the study: ";
    assert!(verdicts.starts_with(wanted), "{verdicts}");
    // Others of the same names are not taken for them.
    write_images(&folder.path().join("digits"), 1..61);
    copy(1);
    let (images, verdicts) = remake(&[folder.path()]);
    let (images, verdicts) = (images.unwrap_err(), verdicts.unwrap_err());
    assert!(images.contains("that is beside the study has the hash "), "{images}");
    assert!(
        verdicts.starts_with("the judge \"mine.safetensors\" for 4 pixels has the hash "),
        "{verdicts}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Any bit of any byte of any file.
    #[test]
    fn nothing_altered_is_read(file in 0..5_usize, at: prop::sample::Index, bit in 0..8_u32) {
        let refused = read(|files| {
            let at = at.index(files[file].1.len());
            files[file].1[at] ^= 1 << bit;
        });
        prop_assert!(refused.is_err());
    }

    /// Nor what is cut off, or has something after it.
    #[test]
    fn nothing_cut_off_or_lengthened_is_read(file in 0..5_usize, at: prop::sample::Index, byte: u8) {
        let cut = read(|files| {
            let at = at.index(files[file].1.len());
            files[file].1.truncate(at);
        });
        prop_assert!(cut.is_err());
        prop_assert!(read(|files| files[file].1.push(byte)).is_err());
    }
}
