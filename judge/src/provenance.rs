//! Where a judge comes from: what its file says beside the numbers.

use std::collections::HashMap;

use pixel_debate_game::{LegalPixels, Rules};

use crate::network::DIGITS;

/// Where a judge comes from, as far as its file says so: free text by key.
///
/// Judges trained by `pixel-debate judge train` have `pixels` (K), `legal`, `seed`, `batches`, `data`
/// (SHA-256 of the training data), `classes` (a line each, by label), `planes` (`mask value`),
/// `accuracy` (on the test set, with its interval) and `program`.
///
/// ```
/// use pixel_debate_game::LegalPixels;
/// use pixel_debate_judge::Provenance;
///
/// // A file need not say anything.
/// let silent = Provenance::default();
/// assert_eq!((silent.pixels(), silent.classes(), silent.data()), (None, None, None));
/// assert_eq!(silent.legal(), LegalPixels::Nonzero);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance(pub HashMap<String, String>);

impl Provenance {
    /// The number of revealed pixels that the judge was trained for.
    ///
    /// ```
    /// use pixel_debate_judge::Provenance;
    ///
    /// let provenance = Provenance([("pixels".to_owned(), "4".to_owned())].into());
    /// assert_eq!(provenance.pixels(), Some(4));
    /// ```
    pub fn pixels(&self) -> Option<usize> {
        self.0.get(PIXELS_KEY)?.parse().ok()
    }

    /// What the labels mean, by label, as far as that is known: the file says it, or that the judge
    /// was trained on MNIST.
    ///
    /// ```
    /// use pixel_debate_judge::{CLASSES_KEY, MNIST_TRAIN, Provenance};
    ///
    /// let mnist = Provenance([("data".to_owned(), MNIST_TRAIN.to_owned())].into());
    /// assert_eq!(mnist.classes().expect("ten digits")[7], "7");
    ///
    /// let said = Provenance::of_classes(&["cat".into(), "dog".into()]);
    /// let provenance = Provenance([(CLASSES_KEY.to_owned(), said)].into());
    /// assert_eq!(provenance.classes(), Some(vec!["cat".into(), "dog".into()]));
    /// ```
    pub fn classes(&self) -> Option<Vec<String>> {
        if let Some(classes) = self.0.get(CLASSES_KEY) {
            return Some(classes.lines().map(str::to_owned).collect());
        }
        let mnist = self.data() == Some(MNIST_TRAIN);
        mnist.then(|| (0..DIGITS).map(|digit| digit.to_string()).collect())
    }

    /// What the judge was trained on: the SHA-256 of all pixels followed by all labels, in hexadecimal.
    ///
    /// ```
    /// use pixel_debate_judge::{Judge, MNIST_TRAIN};
    ///
    /// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
    /// assert_eq!(judge.provenance().data(), Some(MNIST_TRAIN));
    /// ```
    pub fn data(&self) -> Option<&str> {
        self.0.get(DATA_KEY).map(String::as_str)
    }

    /// Which pixels were shown in training: those that are not black, unless the file says otherwise.
    ///
    /// ```
    /// use pixel_debate_game::LegalPixels;
    /// use pixel_debate_judge::Provenance;
    ///
    /// let provenance = Provenance([("legal".to_owned(), "any".to_owned())].into());
    /// assert_eq!(provenance.legal(), LegalPixels::Any);
    /// ```
    pub fn legal(&self) -> LegalPixels {
        match self.0.get(LEGAL_KEY).map(String::as_str) {
            Some("any") => LegalPixels::Any,
            _ => LegalPixels::Nonzero,
        }
    }

    /// How often the judge was right when it was measured, in words: `59.9 % (...) on mnist-test`.
    ///
    /// ```
    /// use pixel_debate_judge::Judge;
    ///
    /// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
    /// let accuracy = judge.provenance().accuracy().expect("it was measured");
    /// assert!(accuracy.contains(" %") && accuracy.ends_with(" on mnist-test"), "{accuracy}");
    /// ```
    pub fn accuracy(&self) -> Option<&str> {
        self.0.get(ACCURACY_KEY).map(String::as_str)
    }

    /// What is wrong with what a file says, if something is that debates depend on, of a network with so many
    /// labels.
    pub(crate) fn fault(&self, labels: usize) -> Option<String> {
        let must_be = |key: &str, said: &str, allowed: &str| {
            Some(format!("its metadata say `{key}` = {said:?}: it must be {allowed}"))
        };
        let said = |key: &str| self.0.get(key).map(String::as_str);
        let most = usize::from(Rules::MAX_PIXELS);
        if let Some(pixels) = said(PIXELS_KEY)
            && !self.pixels().is_some_and(|pixels| (1..=most).contains(&pixels))
        {
            return must_be(PIXELS_KEY, pixels, &format!("a whole number from 1 to {most}"));
        }
        if let Some(legal) = said(LEGAL_KEY).filter(|legal| !["nonzero", "any"].contains(legal)) {
            return must_be(LEGAL_KEY, legal, "`nonzero` or `any`");
        }
        let is_temperature =
            |said: &str| said.parse().is_ok_and(|said: f64| said.is_finite() && said > 0.0);
        if let Some(temperature) = said(TEMPERATURE_KEY).filter(|said| !is_temperature(said)) {
            return must_be(TEMPERATURE_KEY, temperature, "a number above 0");
        }
        let classes = said(CLASSES_KEY)?;
        let sound = (1..=labels).contains(&classes.lines().count())
            && classes.lines().all(|name| !name.trim().is_empty() && !name.contains(is_unseen));
        if sound {
            return None;
        }
        let allowed = format!(
            "1 to {labels} names, a line each, of what can be seen: what the labels from 0 mean"
        );
        must_be(CLASSES_KEY, classes, &allowed)
    }

    /// The classes of a dataset as a file's metadata have them, by the key [`CLASSES_KEY`].
    ///
    /// ```
    /// use pixel_debate_judge::Provenance;
    ///
    /// assert_eq!(Provenance::of_classes(&["cat".into(), "dog".into()]), "cat\ndog");
    /// ```
    pub fn of_classes(classes: &[String]) -> String {
        classes.join("\n")
    }
}

/// The metadata's key of the classes.
pub const CLASSES_KEY: &str = "classes";
/// The metadata's key of the input planes.
pub const PLANES_KEY: &str = "planes";
/// The metadata's key of the number of pixels.
const PIXELS_KEY: &str = "pixels";
/// The metadata's key of the pixels that were shown in training.
const LEGAL_KEY: &str = "legal";
/// The metadata's key of the training data.
const DATA_KEY: &str = "data";
/// What debates and measurements depend on of what a file says.
pub(crate) const KEYS_OF_DEBATES: [&str; 4] = [PIXELS_KEY, LEGAL_KEY, DATA_KEY, CLASSES_KEY];
/// The metadata's key of the temperature by which the last layer was divided.
pub const TEMPERATURE_KEY: &str = "temperature";
/// The metadata's key of what the judge knows.
const ACCURACY_KEY: &str = "accuracy";
/// The planes of all judges in memory, and of files that do not say.
pub const PLANES: &str = "mask value";
/// The planes of a file that are turned when it is read.
pub(crate) const TURNED_PLANES: &str = "value mask";

/// The hash of MNIST's training images and labels: what [`Provenance::data`] is of a judge of MNIST's.
pub const MNIST_TRAIN: &str = "edc0d1098aa497be14ace79ddd5171e5a3dcf9c4d196c015389203eb3ba1f59b";

/// Whether a character of a name says something to a terminal, or turns the order of what is seen.
fn is_unseen(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
