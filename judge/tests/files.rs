//! Judges' files: what is read, and what is refused by the tensor's name.

use std::collections::HashMap;

use half::{bf16, f16};
use pixel_debate_datasets::mnist;
use pixel_debate_judge::{
    CLASSES_KEY, Judge, Network, PLANES_KEY, Precision, Provenance, Weights, Widths,
};
use proptest::prelude::*;
use safetensors::{Dtype, tensor::TensorView};

/// A file of the shipped judge whose tensors are changed: their numbers as bytes, shape and type.
type Tensor = (String, Dtype, Vec<usize>, Vec<u8>);

fn tensors() -> Vec<Tensor> {
    let judge = Judge::shipped(4).unwrap();
    let network = judge.network().unwrap();
    let bytes = |numbers: &[f32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    let mut tensors = Vec::new();
    for ((name, shape), layer) in Widths::PAPER.shapes(10).into_iter().zip(network.layers()) {
        let (weight, bias) = (bytes(&layer.weight), bytes(&layer.bias));
        tensors.push((format!("{name}.weight"), Dtype::F32, shape.clone(), weight));
        tensors.push((format!("{name}.bias"), Dtype::F32, shape[..1].to_vec(), bias));
    }
    tensors
}

fn file(tensors: &[Tensor], metadata: Option<HashMap<String, String>>) -> Vec<u8> {
    let views: Vec<_> = tensors
        .iter()
        .map(|(name, dtype, shape, bytes)| {
            (name.clone(), TensorView::new(*dtype, shape.clone(), bytes).unwrap())
        })
        .collect();
    safetensors::serialize(views, metadata).unwrap()
}

fn refusal(change: impl FnOnce(&mut Vec<Tensor>)) -> String {
    let mut tensors = tensors();
    change(&mut tensors);
    Weights::from_bytes("FILE", &file(&tensors, None)).unwrap_err().to_string()
}

#[test]
fn wrong_tensors_are_refused_by_name() {
    let not = "judge FILE cannot be used: ";
    let set = |at: usize, number: f32| {
        move |tensors: &mut Vec<Tensor>| {
            tensors[4].3[4 * at..4 * at + 4].copy_from_slice(&number.to_le_bytes());
        }
    };
    assert_eq!(
        refusal(set(7, f32::NAN)),
        format!("{not}number 7 of fc1.weight is NaN: it must be within ±1000000")
    );
    assert_eq!(
        refusal(set(0, f32::NEG_INFINITY)),
        format!("{not}number 0 of fc1.weight is -inf: it must be within ±1000000")
    );
    assert_eq!(
        refusal(set(3, 2e6)),
        format!("{not}number 3 of fc1.weight is 2000000: it must be within ±1000000")
    );
    let shape = refusal(|tensors| tensors[0].2 = vec![32, 5, 5, 2]);
    assert_eq!(
        shape,
        format!(
            "{not}conv1.weight has the shape [32, 5, 5, 2], not [channels, 2, 5, 5] with 1 to 128 channels"
        )
    );
    let kind = refusal(|tensors| tensors[7].1 = Dtype::I32);
    assert_eq!(kind, format!("{not}fc2.bias is stored as I32, not as F64, F32, F16 or BF16"));
    let kinds =
        ": each layer has a `.weight` and a `.bias`, and a `linear` has fc (labels × 1568), ";
    let missing = refusal(|tensors| drop(tensors.remove(3)));
    assert!(
        missing.starts_with(&format!("{not}it has no tensor \"conv2.bias\"{kinds}")),
        "{missing}"
    );
    let more =
        refusal(|tensors| tensors.push(("fc3.weight".into(), Dtype::F32, vec![1], vec![0; 4])));
    let wanted = "it has a tensor \"fc3.weight\" that the kind convolutions has not";
    assert!(more.starts_with(&format!("{not}{wanted}{kinds}")), "{more}");
}

/// The shipped judge with so many labels, all of which but the first ten have weights of 0.
fn of_labels(labels: usize) -> Vec<Tensor> {
    let mut tensors = tensors();
    for tensor in &mut tensors[6..] {
        let row = tensor.3.len() / 10;
        tensor.3.resize(labels * row, 0);
        tensor.2[0] = labels;
    }
    tensors
}

#[test]
fn judges_tell_2_to_255_labels_apart() {
    for labels in [2, 10, 47, 255] {
        let read = Weights::from_bytes("FILE", &file(&of_labels(labels), None)).unwrap();
        assert_eq!(read.model.classes(), labels);
    }
    for labels in [0, 1, 256] {
        let refused = Weights::from_bytes("FILE", &file(&of_labels(labels), None)).unwrap_err();
        let wanted = format!(
            "judge FILE cannot be used: fc2.weight has the shape [{labels}, 1024], not [labels, \
             1024] with 2 to 255 labels"
        );
        assert_eq!(refused.to_string(), wanted);
    }
}

/// The shipped judge as it is read from a file with its numbers of that type.
fn convert<const N: usize>(dtype: Dtype, bytes: fn(f32) -> [u8; N]) -> Network {
    let mut tensors = tensors();
    for (_, kind, _, data) in &mut tensors {
        let numbers = data.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
        (*kind, *data) = (dtype, numbers.flat_map(bytes).collect());
    }
    let read = Weights::from_bytes("FILE", &file(&tensors, None)).unwrap();
    Network::clone(read.model.network().unwrap())
}

#[test]
fn numbers_of_each_precision_are_read() {
    let shipped = Judge::shipped(4).unwrap();
    assert_eq!(
        convert(Dtype::F64, |number| f64::from(number).to_le_bytes()),
        **shipped.network().unwrap()
    );
    assert_eq!(
        convert(Dtype::F16, |number| f16::from_f32(number).to_le_bytes()),
        **shipped.network().unwrap()
    );
    let rough = convert(Dtype::BF16, |number| bf16::from_f32(number).to_le_bytes());
    let [exact, rough] =
        [&**shipped.network().unwrap(), &rough].map(|network| network.conv1.weight[9]);
    assert!((exact - rough).abs() <= exact.abs() / 128.0);
}

#[test]
fn a_file_longer_than_any_judge_is_refused_unread() {
    let file = tempfile::NamedTempFile::new().unwrap();
    // A hole: nothing is written.
    file.as_file().set_len(1 << 40).unwrap();
    let error = Weights::read(file.path()).unwrap_err().to_string();
    assert!(error.contains("it is longer than 1073741824 bytes"), "{error}");
    let error = Weights::read(std::path::Path::new("/")).unwrap_err().to_string();
    assert_eq!(error, "judge /: not a file");
}

fn with(metadata: &[(&str, &str)], turned: bool) -> Vec<u8> {
    let metadata = metadata.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let mut tensors = tensors();
    if turned {
        tensors[0].3.chunks_exact_mut(4 * 50).for_each(|planes| planes.rotate_left(4 * 25));
    }
    file(&tensors, Some(metadata.collect()))
}

#[test]
fn planes_are_turned_if_the_file_says_so() {
    let shipped = Judge::shipped(4).unwrap();
    let read = |metadata: &[(&str, &str)], turned| {
        Weights::from_bytes("FILE", &with(metadata, turned)).map_err(|error| error.to_string())
    };
    for (planes, turned) in [("mask value", false), ("value mask", true)] {
        let read = read(&[(PLANES_KEY, planes)], turned).unwrap();
        assert_eq!(read.model, *shipped.model());
        assert_eq!(read.provenance.0[PLANES_KEY], "mask value");
    }
    assert!(
        read(&[(PLANES_KEY, "RGB")], false)
            .unwrap_err()
            .ends_with("must be `mask value` or `value mask`")
    );
}

#[test]
fn metadata_that_cannot_be_read_are_named() {
    let read = |key: &str, value: &str| {
        Weights::from_bytes("FILE", &with(&[(key, value)], false))
            .map_err(|error| error.to_string())
    };
    let number = "it must be a whole number from 1 to 128";
    let names =
        "it must be 1 to 10 names, a line each, of what can be seen: what the labels from 0 mean";
    let eleven = ["x"; 11].join("\n");
    for (key, value, allowed) in [
        ("pixels", "six", number),
        ("pixels", "0", number),
        ("pixels", "129", number),
        ("pixels", "-4", number),
        ("pixels", "", number),
        ("legal", "all", "it must be `nonzero` or `any`"),
        (CLASSES_KEY, "", names),
        (CLASSES_KEY, "cat\n\ndog", names),
        (CLASSES_KEY, &eleven, names),
        (CLASSES_KEY, "cat\n\u{1b}[2Jdog", names),
        (CLASSES_KEY, "cat\n\u{202e}dog", names),
    ] {
        let refused = read(key, value).unwrap_err();
        let wanted =
            format!("judge FILE cannot be used: its metadata say `{key}` = {value:?}: {allowed}");
        assert_eq!(refused, wanted);
    }
    for (key, value) in [("pixels", "128"), ("legal", "any"), (CLASSES_KEY, "cat\ndog")] {
        read(key, value).unwrap();
    }
}

/// The hash by which a judge of MNIST is known is that of MNIST's training set.
#[test]
fn the_training_set_is_known_by_its_hash() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../datasets/data/mnist");
    let hash = mnist::train(&folder).unwrap().hash();
    assert_eq!(Judge::shipped(6).unwrap().provenance().data(), Some(&*hash));
    let provenance = Provenance(HashMap::from([("data".into(), hash)]));
    assert!(provenance.classes().is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Whatever is changed in a file, it is a judge or refused.
    #[test]
    fn a_damaged_file_is_read_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        header in prop::collection::vec((0..900_usize, any::<u8>()), 0..4),
        length in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = Judge::shipped(4).unwrap().weights().to_bytes(Precision::Half).unwrap();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        for (at, value) in header {
            bytes[at] = value;
        }
        if let Some(length) = length {
            bytes.truncate(length.index(bytes.len()));
        }
        match Weights::from_bytes("FILE", &bytes) {
            Ok(weights) => {
                let layers = weights.model.layers();
                let mut numbers =
                    layers.iter().flat_map(|one| one.layer.weight.iter().chain(&one.layer.bias));
                prop_assert!(numbers.all(|number| number.abs() <= 1e6));
            }
            Err(error) => prop_assert!(error.to_string().starts_with("judge FILE "), "{}", error),
        }
    }
}
