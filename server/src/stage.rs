//! What a debate is held with beside its rules: the data, what their labels are called, and the classifier.
//!
//! A debate is kept with its own image, so that it can be replayed at any server. What its labels mean, which classifier was
//! asked and whether another one would have anything to say of it follow from the stage that is kept with it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use pixel_debate_datasets::mnist;
use pixel_debate_game::ImageSource;
use pixel_debate_protocol::DebateData;
use serde::{Deserialize, Serialize};

/// What tells the program's own images from others.
static OWN: LazyLock<String> = LazyLock::new(|| mnist::test().hash());

/// What a debate is held with. By default, and so in stores of before others could be hosted: the program's own images,
/// before its own classifier.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stage {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<Data>,
    /// The hash of the classifier's file for debates of so many pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) classifier: Option<String>,
}

/// Data that are not the program's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Data {
    /// That of the data set.
    pub(crate) hash: String,
    /// What the labels are called, in their order.
    pub(crate) classes: Vec<String>,
}

impl Stage {
    pub(crate) fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// The hash of the data, if they are not the program's own.
    pub(crate) fn other_data(&self) -> Option<&str> {
        self.data.as_ref().map(|data| &*data.hash)
    }

    /// What the labels are called of a debate that has so many. Of data of which nothing was kept they have their numbers,
    /// which are also the names of the program's own classes.
    pub(crate) fn names(&self, classes: u8) -> Vec<String> {
        let numbers = || (0..classes).map(|label| label.to_string()).collect();
        self.data.as_ref().map_or_else(numbers, |data| data.classes.clone())
    }

    /// What those of some labels are.
    pub(crate) fn names_of(
        &self,
        labels: impl IntoIterator<Item = u8>,
        classes: u8,
    ) -> BTreeMap<u8, String> {
        let all = self.names(classes);
        let labels: BTreeSet<u8> = labels.into_iter().collect();
        let name = |label: u8| all.get(usize::from(label)).map(|name| (label, name.clone()));
        labels.into_iter().filter_map(name).collect()
    }

    /// What is told of it with the record of a debate over that image.
    pub(crate) fn told(&self, source: &ImageSource, classes: u8) -> DebateData {
        let own = || (source.dataset == mnist::test().name()).then(|| OWN.clone());
        DebateData {
            hash: self.other_data().map(str::to_owned).or_else(own),
            classes: self.names(classes),
            classifier: self.classifier.clone(),
        }
    }
}

/// The hash of data that are told so, if they are not the program's own.
pub(crate) fn other_data(told: &DebateData) -> Option<&str> {
    told.hash.as_deref().filter(|hash| *hash != *OWN)
}

#[cfg(test)]
mod tests {
    use serde_json::{from_str, to_string};

    use super::*;

    #[test]
    fn the_usual_stage_is_that_of_stores_of_before() {
        let usual = Stage::default();
        assert_eq!((to_string(&usual).unwrap(), usual.is_usual()), ("{}".into(), true));
        assert_eq!(from_str::<Stage>("{}").unwrap(), usual);
        assert_eq!(usual.names(3), ["0", "1", "2"]);
        let source = |dataset: &str| ImageSource { dataset: dataset.into(), index: 0 };
        let told = usual.told(&source("mnist-test"), 10);
        assert_eq!((told.hash.as_ref(), other_data(&told)), (Some(&*OWN), None));
        // Of other data of before nothing is known.
        assert_eq!(usual.told(&source("scene"), 3).hash, None);
    }

    #[test]
    fn labels_are_called_as_their_data_call_them() {
        let names = ["cat", "dog", "x"].map(String::from).to_vec();
        let data = Data { hash: "h".into(), classes: names.clone() };
        let stage = Stage { data: Some(data), classifier: Some("f".into()) };
        assert_eq!(from_str::<Stage>(&to_string(&stage).unwrap()).unwrap(), stage);
        let source = ImageSource { dataset: "pets".into(), index: 0 };
        let told = stage.told(&source, 3);
        assert_eq!((other_data(&told), &told.classes), (Some("h"), &names));
        let some = [(0, "cat"), (2, "x")].map(|(label, name)| (label, name.to_owned()));
        assert_eq!(stage.names_of([2, 0, 2, 9], 3), BTreeMap::from(some));
    }
}
