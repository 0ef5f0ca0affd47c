//! The script of a mixed-effects model.

use pixel_debate_study::frozen::Frozen;

const SCRIPT: &str = include_str!("model.R");

/// The script for a study: it knows its hash, and its conditions and tiers in their order.
pub(crate) fn script(frozen: &Frozen) -> String {
    let study = &frozen.plan().study;
    // Names are letters, digits, `-` and `_`: there is nothing in them that R would read otherwise.
    let list = |names: &mut dyn Iterator<Item = &String>| {
        let names: Vec<String> = names.map(|name| format!("\"{name}\"")).collect();
        format!("c({})", names.join(", "))
    };
    SCRIPT
        .replace("@HASH@", frozen.hash())
        .replace("@CONDITIONS@", &list(&mut study.conditions.iter().map(|one| &one.name)))
        .replace("@TIERS@", &list(&mut study.images.tiers.iter().map(|one| &one.name)))
}
