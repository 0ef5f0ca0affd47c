//! Files that mean no good: each is read or refused, and nothing panics.

use pixel_debate_judge::{Model, Precision, Weights, Widths};
use proptest::prelude::*;

use crate::models::{ensemble, linear, mlp, network, silent};

/// Small judges of each kind, as files.
fn files() -> Vec<Vec<u8>> {
    let slim = Widths { conv1: 2, conv2: 1, hidden: 3 };
    let both = vec![mlp(2, 2, 1).into(), network(slim, 2, 2).into()];
    let models: [Model; 4] = [
        linear(2, 3).into(),
        mlp(3, 2, 4).into(),
        network(slim, 2, 5).into(),
        ensemble(both).into(),
    ];
    models.into_iter().map(|model| silent(model).to_bytes(Precision::Half).unwrap()).collect()
}

/// Reads a file with this header, as long as it says, over so many bytes of numbers.
fn with_header(header: &str, data: usize) -> Result<Weights, String> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.resize(bytes.len() + data, 0);
    Weights::from_bytes("FILE", &bytes).map_err(|error| error.to_string())
}

#[test]
fn headers_that_promise_too_much_are_refused() {
    let long = u64::MAX.to_le_bytes();
    let refused = Weights::from_bytes("FILE", &long).unwrap_err().to_string();
    assert_eq!(refused, "judge FILE is not a sound safetensors file: header too large");
    let empty = with_header("{}", 0).unwrap_err();
    assert!(empty.contains("its tensors are of no kind of judge (none): each layer"), "{empty}");
    // Sides whose product is nothing, and sides beyond counting.
    let shape = "[0,18446744073709551615]";
    let nothing =
        format!(r#"{{"fc.weight":{{"dtype":"F32","shape":{shape},"data_offsets":[0,0]}}}}"#);
    let refused = with_header(&nothing, 0).unwrap_err();
    assert!(refused.starts_with("judge FILE "), "{refused}");
    let sides = "[1,1,1,1,1,1,1,1,1,1]";
    let many = format!(r#"{{"fc.weight":{{"dtype":"F32","shape":{sides},"data_offsets":[0,4]}}}}"#);
    let refused = with_header(&many, 4).unwrap_err();
    assert!(
        refused.contains("fc.weight has the shape of 10 sides, not [labels, 1568]"),
        "{refused}"
    );
    let name = "a".repeat(100_000);
    let long = format!(r#"{{"{name}":{{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}}}"#);
    assert!(with_header(&long, 4).unwrap_err().len() < 1000);
    let members: Vec<String> = (0..5000)
        .map(|at| {
            format!(r#""members.{at}.fc.bias":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#)
        })
        .collect();
    let refused = with_header(&format!("{{{}}}", members.join(",")), 0).unwrap_err();
    assert!(refused.contains("an ensemble has 2 to 16"), "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn random_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let refused = Weights::from_bytes("FILE", &bytes);
        prop_assert!(refused.unwrap_err().to_string().starts_with("judge FILE "));
    }

    /// Whatever is changed in a header or after it, the file is a judge or refused.
    #[test]
    fn changed_files_are_read_or_refused(
        file in any::<prop::sample::Index>(),
        header in prop::collection::vec((8..600_usize, any::<u8>()), 0..4),
        digits in prop::collection::vec((any::<prop::sample::Index>(), b'0'..=b'9'), 0..4),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        length in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut files = files();
        let mut bytes = files.swap_remove(file.index(files.len()));
        let end = 8 + u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize;
        // Numbers in the header stay numbers, and are others.
        let numbers: Vec<usize> = (8..end).filter(|at| bytes[*at].is_ascii_digit()).collect();
        for (at, digit) in digits {
            bytes[numbers[at.index(numbers.len())]] = digit;
        }
        for (at, value) in header {
            bytes[at.min(end - 1)] = value;
        }
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(length) = length {
            bytes.truncate(length.index(bytes.len()));
        }
        match Weights::from_bytes("FILE", &bytes) {
            Ok(weights) => {
                let layers = weights.model.layers();
                let all = layers.iter().flat_map(|one| one.layer.weight.iter().chain(&one.layer.bias));
                prop_assert!(all.into_iter().all(|number| number.abs() <= 1e6));
                prop_assert!((2..=255).contains(&weights.model.classes()));
            }
            Err(error) => prop_assert!(error.to_string().starts_with("judge FILE "), "{}", error),
        }
    }
}
