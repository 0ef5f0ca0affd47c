//! Whether a judge can judge images by their labels.

use std::collections::HashMap;

use pixel_debate_datasets::{Dataset, Reading, mnist};
use pixel_debate_judge::{CLASSES_KEY, Judge, Provenance, Weights};
use pixel_debate_validation::{UnfitDataset, check_labels};

#[test]
fn labels_by_order_need_a_judge_of_the_same_classes() {
    let dir = tempfile::tempdir().unwrap();
    for class in ["cat", "dog"] {
        std::fs::create_dir_all(dir.path().join(class)).unwrap();
        let picture = [b"P5 28 28 255\n", &[99; 784][..]].concat();
        std::fs::write(dir.path().join(class).join("x.pgm"), picture).unwrap();
    }
    let pets = Dataset::from_pictures("pets", dir.path(), Reading::default()).unwrap();
    let model = Judge::shipped(6).unwrap().model().clone();
    let judge = |provenance| Weights { model: model.clone(), provenance };
    let says =
        |key: &str, value: &str| judge(Provenance(HashMap::from([(key.into(), value.into())])));
    assert_eq!(check_labels(&says(CLASSES_KEY, "cat\ndog"), &pets), Ok(()));
    assert_eq!(check_labels(&says("data", &pets.hash()), &pets), Ok(()));
    let trained_on_mnist = Judge::shipped(6).unwrap().weights().clone();
    assert_eq!(trained_on_mnist.provenance.classes().unwrap().concat(), "0123456789");
    let silent = judge(Provenance::default());
    for judge in [says(CLASSES_KEY, "dog\ncat"), silent, trained_on_mnist] {
        let refused = check_labels(&judge, &pets).unwrap_err();
        assert!(matches!(refused, UnfitDataset::Labels { .. }), "{refused}");
    }
    // Data that say their labels are taken at their word.
    assert_eq!(check_labels(&says(CLASSES_KEY, "cat\ndog"), mnist::test()), Ok(()));
}
