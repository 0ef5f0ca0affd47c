//! What two runs must share to be the same run.

use std::collections::{BTreeMap, HashMap};

use pixel_debate_datasets::Dataset;
use pixel_debate_judge::{
    Model, Trainable,
    choosers::{Choosers, FROM_KEY},
    masks::Masks,
};

use crate::settings::Settings;

/// Of a checkpoint whose run was told no more than what there was to tell at first: masks at random, from the first
/// batch.
const SIMPLE: &str = "pixel-debate training checkpoint 2";
/// Of one that says more, which older programs would pass over.
const FULL: &str = "pixel-debate training checkpoint 3";
/// Says which of them.
const FORMAT_KEY: &str = "format";
/// Says what kind of judge is trained, if not the paper's. A judge's file says it for itself.
const KIND_KEY: &str = "kind";
/// What a checkpoint says of its state and not of its run.
const STATE: [&str; 2] = ["batches", "round"];

/// Which run it is, by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    said: BTreeMap<String, String>,
}

/// In what two runs differ.
pub(crate) struct Difference {
    pub(crate) key: String,
    pub(crate) theirs: String,
    pub(crate) ours: String,
}

impl Identity {
    /// Of a run with these settings and images that begins with that judge, or a random one.
    pub(crate) fn new(settings: &Settings, dataset: &Dataset, start: Option<&Model>) -> Self {
        let Settings { masks: Masks { pixels, legal }, choosers, kind, seed, processor: _ } =
            settings;
        let simple = *choosers == Choosers::Chance && start.is_none() && *kind == Trainable::Paper;
        let always = [
            (FORMAT_KEY, if simple { SIMPLE } else { FULL }.to_owned()),
            ("pixels", pixels.to_string()),
            ("legal", legal.to_string()),
            ("seed", seed.to_string()),
            ("data", dataset.hash()),
        ];
        let from = start.map(|model| (FROM_KEY, model.hash()));
        let kind = (*kind != Trainable::Paper).then(|| (KIND_KEY, kind.to_string()));
        let said = always.into_iter().chain(choosers.keys()).chain(from).chain(kind);
        Self { said: said.map(|(key, value)| (key.to_owned(), value)).collect() }
    }

    /// The hash of the images.
    pub(crate) fn data(&self) -> &str {
        &self.said["data"]
    }

    /// What a checkpoint says of it.
    pub(crate) fn metadata(&self) -> HashMap<String, String> {
        self.said.clone().into_iter().collect()
    }

    /// What a judge's file says of it.
    pub(crate) fn provenance(&self) -> BTreeMap<String, String> {
        let mut said = self.said.clone();
        said.remove(FORMAT_KEY);
        said.remove(KIND_KEY);
        said
    }

    /// What a checkpoint with these metadata says otherwise, if anything: the format only where all that runs are
    /// told is the same.
    pub(crate) fn difference(&self, metadata: &HashMap<String, String>) -> Option<Difference> {
        let said = |of: Option<&String>| of.cloned().unwrap_or_default();
        let theirs = metadata.keys().filter(|key| !STATE.contains(&key.as_str()));
        let mut keys: Vec<&String> = self.said.keys().chain(theirs).collect();
        keys.sort_by_key(|key| (*key == FORMAT_KEY, *key));
        keys.dedup();
        let differs = keys.into_iter().find(|key| self.said.get(*key) != metadata.get(*key))?;
        Some(Difference {
            theirs: said(metadata.get(differs)),
            ours: said(self.said.get(differs)),
            key: differs.clone(),
        })
    }
}
