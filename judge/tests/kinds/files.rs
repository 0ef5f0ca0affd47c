//! Files of each kind: what is read again, what is recognised, what is refused.

use std::collections::HashMap;
use std::sync::LazyLock;

use half::{bf16, f16};
use pixel_debate_judge::{Ensemble, Judge, Kind, Model, Precision, Provenance, Weights, Widths};
use proptest::prelude::*;
use safetensors::{Dtype, tensor::TensorView};

use crate::models::{ensemble, linear, mlp, network, of_each_kind, silent};

/// A file as somebody else's program writes it: of this model's tensors, renamed or left out, and numbers of
/// this type.
fn file(
    model: &Model,
    dtype: Dtype,
    name: impl Fn(&str) -> Option<String>,
    said: &[(&str, &str)],
) -> Vec<u8> {
    let encode = |number: &f32| match dtype {
        Dtype::F64 => f64::from(*number).to_le_bytes().to_vec(),
        Dtype::F16 => f16::from_f32(*number).to_le_bytes().to_vec(),
        Dtype::BF16 => bf16::from_f32(*number).to_le_bytes().to_vec(),
        _ => number.to_le_bytes().to_vec(),
    };
    let mut tensors = Vec::new();
    for layer in model.layers() {
        let parts = [
            ("weight", layer.shape.clone(), &layer.layer.weight),
            ("bias", vec![layer.shape[0]], &layer.layer.bias),
        ];
        for (part, shape, numbers) in parts {
            if let Some(name) = name(&format!("{}.{part}", layer.name)) {
                tensors.push((name, shape, numbers.iter().flat_map(encode).collect::<Vec<u8>>()));
            }
        }
    }
    let views = tensors.iter().map(|(name, shape, bytes)| {
        (name.clone(), TensorView::new(dtype, shape.clone(), bytes).unwrap())
    });
    let said = said.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let said: HashMap<String, String> = said.collect();
    safetensors::serialize(views, (!said.is_empty()).then_some(said)).unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "as those that leave a tensor out")]
fn as_it_is(name: &str) -> Option<String> {
    Some(name.to_owned())
}

fn refusal(bytes: &[u8]) -> String {
    let refused = Weights::from_bytes("FILE", bytes).unwrap_err().to_string();
    refused.strip_prefix("judge FILE cannot be used: ").unwrap().to_owned()
}

#[test]
fn each_kind_is_read_as_it_was_written() {
    for labels in [2, 10, 47, 255] {
        for model in of_each_kind(labels) {
            let mut weights = silent(model);
            weights.provenance.0.insert("pixels".into(), "6".into());
            weights.provenance.0.insert("made by".into(), "hand".into());
            let bytes = weights.to_bytes(Precision::Single).unwrap();
            assert_eq!(Weights::from_bytes("FILE", &bytes).unwrap(), weights);
            let judge = Judge::from_bytes("FILE", &bytes).unwrap();
            assert_eq!((judge.classes(), judge.hash()), (labels, weights.model.hash()));
        }
    }
}

#[test]
fn files_that_say_nothing_are_recognised_in_each_precision() {
    for model in of_each_kind(3) {
        for dtype in [Dtype::F64, Dtype::F32, Dtype::F16, Dtype::BF16] {
            let read = Weights::from_bytes("FILE", &file(&model, dtype, as_it_is, &[])).unwrap();
            assert_eq!((read.model.kind(), read.model.classes()), (model.kind(), 3));
            assert_eq!(read.provenance, Provenance::default());
            if matches!(dtype, Dtype::F64 | Dtype::F32) {
                assert_eq!(read.model, model);
            }
        }
    }
}

#[test]
fn a_member_is_described_beside_its_tensors() {
    let mut members = vec![silent(linear(2, 1)), silent(mlp(4, 2, 2))];
    members[0].provenance.0.insert("pixels".into(), "4".into());
    members[1].provenance.0.insert("pixels".into(), "6".into());
    members[1].provenance.0.insert("name".into(), "second".into());
    let weights = silent(Ensemble::new(members).unwrap());
    let bytes = weights.to_bytes(Precision::Single).unwrap();
    assert_eq!(Weights::from_bytes("FILE", &bytes).unwrap(), weights);
    let said = [("members.1.planes", "value mask"), ("kind", "ensemble")];
    let read = Weights::from_bytes("FILE", &file(&weights.model, Dtype::F32, as_it_is, &said));
    let Model::Ensemble(read) = read.unwrap().model else { panic!("an ensemble") };
    let Model::Ensemble(written) = &weights.model else { panic!("an ensemble") };
    assert_eq!(read.members()[0].model, written.members()[0].model);
    assert_eq!(read.members()[1].model, written.members()[1].model.turned());
    assert_eq!(read.members()[1].provenance.0["planes"], "mask value");
}

#[test]
fn judges_of_other_kinds_or_numbers_have_other_hashes() {
    let mut models = of_each_kind(4);
    models.extend([linear(4, 99).into(), mlp(101, 4, 8).into()]);
    let swapped = vec![mlp(3, 4, 1).into(), linear(4, 1).into()];
    models.push(ensemble(swapped.clone()).into());
    models.push(ensemble(swapped.into_iter().rev().collect()).into());
    let mut hashes: Vec<String> = models.iter().map(Model::hash).collect();
    assert!(hashes.iter().all(|hash| hash.len() == 64));
    hashes.sort();
    hashes.dedup();
    assert_eq!(hashes.len(), models.len());
    // Those of the shipped judges are on record: certificates and manifests name them.
    let shipped = [4, 6].map(|pixels| Judge::shipped(pixels).unwrap().hash());
    assert_eq!(shipped, SHIPPED);
}

const SHIPPED: [&str; 2] = [
    "40c30448f442d31b3925ca522e86568e399443984148ae699a77b85e3c3ae447",
    "8d37254dcd53d48cd584645ee182bfb196a45d9e464f0c56a26d70a1f4202bcb",
];

#[test]
fn what_is_of_no_kind_is_told_with_what_each_kind_has() {
    let model: Model = linear(10, 1).into();
    let renamed =
        |from: &'static str, to: &'static str| move |name: &str| Some(name.replace(from, to));
    let kinds = ": each layer has a `.weight` and a `.bias`, and a `linear` has fc (labels × 1568), an `mlp` fc1 \
                 (units × 1568) and fc2 (labels × units), `paper` conv1 (32 × 2 × 5 × 5), conv2 (64 × 32 × 5 × 5), \
                 fc1 (1024 × 3136) and fc2 (labels × 1024), `convolutions` the same of other widths, an `ensemble` \
                 all of each member after `members.0.` and so on";
    for (bytes, fault) in [
        (
            file(&model, Dtype::F32, renamed("fc", "classifier"), &[]),
            "its tensors are of no kind of judge (\"classifier.bias\", \"classifier.weight\")",
        ),
        (
            file(&model, Dtype::F32, renamed("bias", "offset"), &[]),
            "it has a tensor \"fc.offset\" that the kind linear has not",
        ),
        (
            file(
                &model,
                Dtype::F32,
                |name| (!name.ends_with("bias")).then(|| name.to_owned()),
                &[],
            ),
            "it has no tensor \"fc.bias\"",
        ),
        (
            file(&model, Dtype::F32, as_it_is, &[("kind", "mlp")]),
            "it has a tensor \"fc.bias\" that the kind mlp has not",
        ),
    ] {
        assert_eq!(refusal(&bytes), format!("{fault}{kinds}"));
    }
    let small: Model = network(Widths::SMALL, 10, 1).into();
    assert_eq!(
        refusal(&file(&small, Dtype::F32, as_it_is, &[("kind", "paper")])),
        "its metadata say `kind` = \"paper\", whose widths are 32, 64 and 1024, and it has 16, 32 and 512"
    );
    assert_eq!(
        refusal(&file(&small, Dtype::F32, as_it_is, &[("kind", "cnn")])),
        "its metadata say `kind` = \"cnn\": it must be one of `paper`, `linear`, `mlp`, `convolutions`, `ensemble`"
    );
}

#[test]
fn wider_layers_than_any_judge_has_are_refused() {
    let wide: Model = mlp(4097, 2, 1).into();
    assert_eq!(
        refusal(&file(&wide, Dtype::F16, as_it_is, &[])),
        "fc1.weight has the shape [4097, 1568], not [units, 1568] with 1 to 4096 units"
    );
    let wide: Model = network(Widths { conv1: 129, conv2: 1, hidden: 1 }, 2, 1).into();
    assert_eq!(
        refusal(&file(&wide, Dtype::F16, as_it_is, &[])),
        "conv1.weight has the shape [129, 2, 5, 5], not [channels, 2, 5, 5] with 1 to 128 channels"
    );
    let wide: Model = linear(256, 1).into();
    assert_eq!(
        refusal(&file(&wide, Dtype::F16, as_it_is, &[])),
        "fc.weight has the shape [256, 1568], not [labels, 1568] with 2 to 255 labels"
    );
}

#[test]
fn ensembles_that_do_not_fit_together_are_refused() {
    let pair: Model = ensemble(vec![linear(2, 1).into(), linear(2, 2).into()]).into();
    let only_first = |name: &str| name.starts_with("members.0").then(|| name.to_owned());
    assert_eq!(
        refusal(&file(&pair, Dtype::F32, only_first, &[])),
        "it has the tensors of 1 members, from members.0 on: an ensemble has 2 to 16"
    );
    let gap = |name: &str| Some(name.replace("members.1", "members.2"));
    assert_eq!(
        refusal(&file(&pair, Dtype::F32, gap, &[])),
        "it has the tensors of 1 members, from members.0 on: an ensemble has 2 to 16"
    );
    let beside = |name: &str| Some(name.replace("members.1.fc.bias", "fc.bias"));
    assert_eq!(
        refusal(&file(&pair, Dtype::F32, beside, &[])),
        "it has a tensor \"fc.bias\" beside those of its 2 members, members.0 to members.1"
    );
    assert_eq!(
        refusal(&file(&pair, Dtype::F32, as_it_is, &[("kind", "linear")])),
        "its metadata say `kind` = \"linear\", and \"members.0.fc.bias\" is an ensemble's tensor"
    );
    assert_eq!(
        refusal(&file(&pair, Dtype::F32, as_it_is, &[("members.1.kind", "ensemble")])),
        "members.1: its metadata say `kind` = \"ensemble\": no member is an ensemble itself"
    );
    let nested = |name: &str| Some(name.replace("members.1.", "members.1.members.0."));
    assert!(
        refusal(&file(&pair, Dtype::F32, nested, &[]))
            .starts_with("members.1: its tensors are of no kind of judge (\"members.0.fc.bias\"")
    );
    let inner = ensemble(vec![linear(2, 1).into(), linear(2, 2).into()]);
    let nested = Ensemble::new(vec![silent(linear(2, 1)), silent(inner)]).unwrap_err();
    assert_eq!(nested.to_string(), "member 1 is an ensemble itself: name its members instead");
    let other = Ensemble::new(vec![silent(linear(2, 1)), silent(linear(3, 1))]).unwrap_err();
    assert_eq!(other.to_string(), "member 1 tells 3 labels apart, and member 0 tells 2");
    let many = Ensemble::new(vec![silent(linear(2, 1)); 17]).unwrap_err();
    assert_eq!(many.to_string(), "an ensemble has 2 to 16 members, not 17");
    let named = |names: &str| {
        let mut member = silent(linear(2, 1));
        member.provenance.0.insert("classes".into(), names.into());
        member
    };
    let other = Ensemble::new(vec![silent(linear(2, 1)), named("cat\ndog"), named("dog\ncat")]);
    assert_eq!(
        other.unwrap_err().to_string(),
        "the labels of member 2 have other names than those of member 1"
    );
}

static MODELS: LazyLock<Vec<Model>> = LazyLock::new(|| of_each_kind(3));

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The last layer alone differs, and by the temperature.
    #[test]
    fn a_temperature_divides_the_logits(exponent in -3_i32..4, kind in any::<prop::sample::Index>()) {
        let before = silent(kind.get(&MODELS).clone());
        let temperature = 2_f64.powi(exponent);
        let after = before.with_temperature(temperature).unwrap();
        prop_assert_eq!(after.model.kind(), before.model.kind());
        prop_assert_eq!(&after.provenance.0["temperature"], &temperature.to_string());
        let input = [pixel_debate_judge::dense::planes([(9, 14, 200), (10, 20, 90)])];
        let [before, after] = [&before, &after].map(|weights| weights.model.logits(&input));
        for (before, after) in before[0].iter().zip(&after[0]) {
            prop_assert_eq!((f64::from(*before) / temperature) as f32, *after);
        }
    }
}

#[test]
fn temperatures_that_are_none_are_refused() {
    let weights = silent(linear(2, 1));
    for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let refused = weights.with_temperature(wrong).unwrap_err().to_string();
        assert!(refused.ends_with(": it must be a number above 0"), "{refused}");
    }
    let refused = weights.with_temperature(1e-12).unwrap_err().to_string();
    assert!(refused.contains("it must be within ±1000000"), "{refused}");
    assert_eq!(Kind::ALL.map(|kind| kind.to_string().parse()), Kind::ALL.map(Ok));
}
