//! Certificates held against the dataset that they name.

use std::borrow::Cow;

use pixel_debate_agents::solver::Certificate;
use pixel_debate_datasets::{Dataset, mnist};

/// The datasets at hand.
pub(super) struct Data {
    named: Option<Cow<'static, Dataset>>,
}

/// What came of it.
pub(super) enum Held {
    /// The image, its number and its label are the dataset's.
    Yes,
    /// The dataset is not at hand, and here is why.
    Unknown(String),
}

impl Data {
    /// The dataset that was named, beside the program's own.
    pub(super) fn new(named: Option<Cow<'static, Dataset>>) -> Self {
        Self { named }
    }

    /// Holds a certificate against its dataset: the field that differs, and how.
    pub(super) fn hold(&self, certificate: &Certificate) -> Result<Held, String> {
        let Some(source) = &certificate.source else {
            return Ok(Held::Unknown("it names no dataset".to_owned()));
        };
        let Some(dataset) = self.called(&source.dataset) else {
            let known =
                self.named.iter().map(|dataset| dataset.name()).chain([mnist::test().name()]);
            let known: Vec<&str> = known.collect();
            return Ok(Held::Unknown(format!(
                "{:?} is not at hand, but {}: name its folder with --data DIR",
                source.dataset,
                known.join(" and ")
            )));
        };
        let (name, index) = (dataset.name(), source.index as usize);
        if index >= dataset.len() {
            let last = dataset.len().saturating_sub(1);
            return Err(format!("source.index: {name} has images 0 to {last}, and no {index}"));
        }
        if certificate.image != dataset.to_image(index) {
            return Err(format!("image: it is not image {index} of {name}"));
        }
        let (honest, label) = (certificate.claims.honest, dataset.label(index));
        if honest != label {
            return Err(format!(
                "claims.honest: the label of image {index} of {name} is {label}, not {honest}"
            ));
        }
        let (lie, classes) = (certificate.claims.liar, dataset.classes().len());
        if let Some(lie) = lie.filter(|lie| usize::from(*lie) >= classes) {
            return Err(format!("claims.liar: {lie} is none of the {classes} classes of {name}"));
        }
        Ok(Held::Yes)
    }

    fn called(&self, name: &str) -> Option<&Dataset> {
        let named = self.named.as_deref().filter(|dataset| dataset.name() == name);
        named.or_else(|| Some(mnist::test()).filter(|dataset| dataset.name() == name))
    }
}
