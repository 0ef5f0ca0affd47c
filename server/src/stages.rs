//! What a server has for its debates to be held with, and which debates of its store these suit.

use std::collections::BTreeMap;
use std::sync::Arc;

use pixel_debate_datasets::{Dataset, mnist};
use pixel_debate_protocol::{DebateRecord, Player, Refusal, RefusalCode, Setup};

use crate::roster::Roster;
use crate::stage::{Data, Stage, other_data};
use crate::terms::Terms;

/// What a server has for its debates to be held with.
pub(crate) struct Stages {
    /// The data set's name.
    dataset: String,
    /// What its labels are called, in their order.
    classes: Vec<String>,
    data: Option<Data>,
    /// By the numbers of pixels for which there is a classifier.
    by_pixels: BTreeMap<u8, Arc<Stage>>,
    /// For debates of all other numbers of pixels.
    bare: Arc<Stage>,
}

impl Stages {
    pub(crate) fn new(dataset: &Dataset, roster: &dyn Roster) -> Self {
        let classes = dataset.classes().to_vec();
        let data = (dataset != mnist::test())
            .then(|| Data { hash: dataset.hash(), classes: classes.clone() });
        let stage = |pixels| {
            let classifier = roster.own_classifier(pixels).map(|own| own.hash.clone());
            (pixels, Arc::new(Stage { data: data.clone(), classifier }))
        };
        let by_pixels = roster.pixels().into_iter().map(stage).collect();
        let bare = Arc::new(Stage { data: data.clone(), classifier: None });
        Self { dataset: dataset.name().into(), classes, data, by_pixels, bare }
    }

    /// What a debate of so many pixels is held with.
    pub(crate) fn of(&self, pixels: u8) -> Arc<Stage> {
        Arc::clone(self.by_pixels.get(&pixels).unwrap_or(&self.bare))
    }

    /// Whether data are the server's own: by their hash, or where that is not kept by their name.
    pub(crate) fn has(&self, other_data: Option<&str>, dataset: Option<&str>) -> bool {
        let own = self.data.as_ref().map(|data| &*data.hash);
        own == other_data && (own.is_some() || dataset.is_none_or(|name| name == self.dataset))
    }

    /// Whether a debate is over the server's own data, with what their labels are called now.
    pub(crate) fn has_data_of(&self, terms: &Terms) -> bool {
        terms.stage.data == self.data
            && (self.data.is_some() || terms.background.source.dataset == self.dataset)
    }

    /// Whether the server's classifier is that of a debate of so many pixels, so that it has something to say of it.
    pub(crate) fn has_classifier_of(&self, terms: &Terms, pixels: u8) -> bool {
        let own = self.by_pixels.get(&pixels);
        self.has_data_of(terms) && own.is_some_and(|own| own.classifier == terms.stage.classifier)
    }

    /// The same of a debate that is over.
    pub(crate) fn has_classifier_of_record(&self, record: &DebateRecord) -> bool {
        let DebateRecord { transcript, data, .. } = record;
        let own = self.by_pixels.get(&transcript.rules.pixels);
        self.has_data_of_record(record)
            && own.zip(data.as_ref()).is_some_and(|(own, data)| own.classifier == data.classifier)
    }

    /// Whether a debate that is over was over the server's own data.
    pub(crate) fn has_data_of_record(
        &self,
        DebateRecord { transcript, data, .. }: &DebateRecord,
    ) -> bool {
        let dataset = transcript.source.as_ref().map(|source| &*source.dataset);
        data.as_ref().is_some_and(|data| self.has(other_data(data), dataset))
    }

    /// Whether a debate of so many pixels can go on here.
    ///
    /// # Errors
    ///
    /// [`Refusal`] where it is over other data, or a classifier is to be asked that is another one here.
    pub(crate) fn check(&self, terms: &Terms, pixels: u8) -> Result<(), Refusal> {
        let dataset = &terms.background.source.dataset;
        let refuse = |message: String, expected: &str| {
            Err(Refusal::new(RefusalCode::OtherData, message, expected))
        };
        if !self.has_data_of(terms) {
            return refuse(
                format!("the debate is over {dataset}, and this server has other data"),
                "the debate at a server that has its data, with the same names of labels: there it goes on",
            );
        }
        if asks_classifier(terms) && !self.has_classifier_of(terms, pixels) {
            return refuse(
                "the debate has a classifier that this server does not have".into(),
                "the debate at a server that has its classifier: there it goes on",
            );
        }
        Ok(())
    }

    /// What the labels of a debate are called, where the server calls its own otherwise.
    pub(crate) fn other_names(&self, terms: &Terms, classes: u8) -> Option<Vec<String>> {
        let names = terms.stage.names(classes);
        (names != self.classes).then_some(names)
    }

    /// The same stage, shared with all debates that are held with it.
    pub(crate) fn shared(&self, stage: Arc<Stage>, pixels: u8) -> Arc<Stage> {
        let own = self.of(pixels);
        if own == stage { own } else { stage }
    }
}

/// Whether somebody plays who asks the classifier.
fn asks_classifier(Terms { setup, recording, .. }: &Terms) -> bool {
    let Setup { honest, liar, judge, .. } = setup;
    let asks = |player: &Player| match player {
        Player::BuiltIn(name) => name != "random",
        Player::Outside { .. } => false,
    };
    asks(judge) || (recording.is_none() && (asks(honest) || asks(liar)))
}
