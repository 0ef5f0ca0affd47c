//! What is said against judges' files.

use std::collections::HashMap;

use pixel_debate_judge::{
    CLASSES_KEY, Judge, Network, PLANES_KEY, Provenance, SHIPPED_PIXELS, Weights,
};
use pixel_debate_validation::{Doubt, doubt};

/// The weights of the judge for so many pixels.
fn shipped(pixels: u8) -> Weights {
    Judge::shipped(pixels).unwrap().weights().clone()
}

/// The network of the judge for 4 pixels, of which nothing is known but this.
fn stating(key: &str, value: &str) -> Weights {
    let provenance = Provenance(HashMap::from([(key.to_owned(), value.to_owned())]));
    Weights { provenance, ..shipped(4) }
}

/// Exchanges the input planes.
fn turn_planes(weights: &mut Weights) {
    weights.model = weights.model.turned();
}

#[test]
fn planes_in_another_order_are_doubted() {
    assert_eq!(doubt(&stating(PLANES_KEY, "mask value"), 4), None);
    let mut turned = shipped(4);
    turned.provenance = Provenance::default();
    turn_planes(&mut turned);
    let said = doubt(&turned, 4);
    assert!(matches!(said, Some(Doubt::Planes { pixels: 4, .. })), "{said:?}");
    for pixels in SHIPPED_PIXELS {
        assert_eq!(doubt(&shipped(pixels), pixels.into()), None);
    }
}

#[test]
fn a_judge_that_knows_no_digits_or_less_than_it_says_is_doubted() {
    let mut weights = shipped(4);
    let mut network = Network::clone(weights.model.network().unwrap());
    network.fc1.weight.reverse();
    weights.model = network.into();
    weights.provenance = Provenance::default();
    let said = doubt(&weights, 4).unwrap();
    assert!(matches!(said, Doubt::Chance { .. }), "{said}");
    assert!(said.to_string().contains("and chance about 10 %"), "{said}");
    // Of other images than digits it may well know nothing.
    weights.provenance.0.insert(CLASSES_KEY.into(), "boot\ncoat".into());
    assert_eq!(doubt(&weights, 4), None);
    let mut boasting = shipped(4);
    let says = "85.00 % (95 % interval 84.00 to 86.00, n = 10000) on mnist-test";
    boasting.provenance.0.insert("accuracy".into(), says.into());
    let said = doubt(&boasting, 4).unwrap();
    assert!(said.to_string().ends_with("and its file says 85 %"), "{said}");
}

/// The judges of the experiments, of which the weaker ones have hardly more to lose by other planes.
#[test]
fn the_planes_of_weak_judges_are_doubted_too() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../experiments/judges");
    for name in ["judge-6-500", "judge-6-2000", "any-6-8000"] {
        let mut weights = Weights::read(&folder.join(format!("{name}.safetensors"))).unwrap();
        assert_eq!(doubt(&weights, 6), None, "{name}");
        turn_planes(&mut weights);
        let doubt = doubt(&weights, 6);
        assert!(matches!(doubt, Some(Doubt::Planes { pixels: 6, .. })), "{name}: {doubt:?}");
    }
}

#[test]
fn a_judge_that_is_never_sure_is_not_right() {
    let mut weights = shipped(4);
    let mut network = Network::clone(weights.model.network().unwrap());
    for layer in [&mut network.conv1, &mut network.conv2, &mut network.fc1, &mut network.fc2] {
        layer.weight.fill(0.0);
        layer.bias.fill(0.0);
    }
    weights.model = network.into();
    assert_eq!(doubt(&weights, 4), Some(Doubt::Chance { pixels: 4, right: 0.0 }));
}

#[test]
fn an_accuracy_is_held_against_what_the_judge_knows() {
    for accuracy in ["lots", "59.9", "101 % on mnist-test", "-1 % on mnist-test", "NaN %", ""] {
        let doubt = doubt(&stating("accuracy", accuracy), 4).unwrap().to_string();
        let wanted = format!("the judge's file says `accuracy` = {accuracy:?}, which is not held");
        assert!(doubt.starts_with(&wanted), "{doubt}");
    }
    // Of other images there is nothing to hold it against.
    assert_eq!(doubt(&stating("accuracy", "99 % on fashion-mnist-test"), 4), None);
    let doubt = doubt(&stating("accuracy", "66 % on mnist-test"), 4).unwrap();
    assert!(matches!(doubt, Doubt::Worse { stated: 0.66, .. }), "{doubt}");
}
