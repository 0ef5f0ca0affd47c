//! Whether a judge and a dataset are for each other.

use pixel_debate_datasets::{Dataset, Labelling};
use pixel_debate_judge::{MOST_CLASSES, Provenance, Weights, network::SIDE};

/// A dataset that the network cannot judge.
///
/// ```
/// use pixel_debate_datasets::Dataset;
/// use pixel_debate_validation::check_dataset;
///
/// let small = Dataset::new("small", (4, 4), vec![9; 16], vec![0], vec!["cat".to_owned()])?;
/// assert_eq!(
///     check_dataset(&small).unwrap_err().to_string(),
///     "dataset small has images of 4×4 pixels: judges read images of 28×28 pixels (`resize` \
///      stretches them to that size)"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnfitDataset {
    /// There are more classes than the judge tells apart.
    #[error("dataset {name} has {classes} classes: the judge tells {most} labels apart")]
    Classes {
        /// The dataset.
        name: String,
        /// How many classes there are.
        classes: usize,
        /// How many labels the judge knows.
        most: usize,
    },
    /// Its images have another size.
    #[error(
        "dataset {name} has images of {width}×{height} pixels: judges read images of {SIDE}×{SIDE} \
         pixels (`resize` stretches them to that size)"
    )]
    Size {
        /// The dataset.
        name: String,
        /// Columns of an image.
        width: usize,
        /// Rows of an image.
        height: usize,
    },
    /// Its labels are not the judge's.
    #[error(
        "dataset {name} has the classes {classes}, and the labels of the judge are {judge}: a file \
         labels.toml in the dataset's folder must say which label each class has, as `cat = 3`"
    )]
    Labels {
        /// The dataset.
        name: String,
        /// Its classes in order.
        classes: String,
        /// The judge's.
        judge: String,
    },
}

/// Says whether a network can judge the images of a dataset, whatever their labels mean and however many there are.
///
/// ```
/// use pixel_debate_datasets::Dataset;
/// use pixel_debate_validation::check_dataset;
///
/// let small = Dataset::new("small", (4, 4), vec![9; 16], vec![0], vec!["cat".to_owned()])?;
/// assert!(check_dataset(&small).is_err());
/// # Ok::<(), pixel_debate_datasets::DatasetError>(())
/// ```
///
/// # Errors
///
/// If the images have not the network's size, or there are more classes than any network tells apart.
pub fn check_dataset(dataset: &Dataset) -> Result<(), UnfitDataset> {
    let (width, height) = (dataset.width(), dataset.height());
    if (width, height) != (SIDE, SIDE) {
        return Err(UnfitDataset::Size { name: dataset.name().to_owned(), width, height });
    }
    check_classes(MOST_CLASSES, dataset)
}

/// Whether there are no more classes than that.
pub(crate) fn check_classes(most: usize, dataset: &Dataset) -> Result<(), UnfitDataset> {
    let classes = dataset.classes().len();
    if classes <= most {
        return Ok(());
    }
    Err(UnfitDataset::Classes { name: dataset.name().to_owned(), classes, most })
}

/// Says whether a judge can judge the images of a dataset by its labels, of which it may know more.
///
/// Where the data say what their labels are, they are taken at their word. Where labels are but the order
/// of the folders' names, the judge must have been trained on the same classes.
///
/// ```
/// use std::fs;
///
/// use pixel_debate_datasets::{Dataset, Reading};
/// use pixel_debate_judge::Judge;
/// use pixel_debate_validation::{UnfitDataset, check_labels};
///
/// // A folder of pictures, whose labels are but the order of its names.
/// let dir = tempfile::tempdir()?;
/// for class in ["cat", "dog"] {
///     let folder = dir.path().join(class);
///     fs::create_dir(&folder)?;
///     fs::write(folder.join("1.pgm"), format!("P2\n28 28\n255\n{}", "9 ".repeat(784)))?;
/// }
/// let pets = Dataset::from_pictures("pets", dir.path(), Reading::default())?;
/// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
/// let refusal = check_labels(judge.weights(), &pets).unwrap_err();
/// assert!(matches!(refusal, UnfitDataset::Labels { .. }), "the judge knows digits: {refusal}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// As [`check_dataset`], and if the labels are not the judge's, or more.
pub fn check_labels(judge: &Weights, dataset: &Dataset) -> Result<(), UnfitDataset> {
    check_classes_of(judge.model.classes(), &judge.provenance, dataset)
}

/// The same of a judge that tells so many labels apart, of which `provenance` says where it comes from.
///
/// ```
/// use pixel_debate_datasets::mnist;
/// use pixel_debate_judge::Provenance;
/// use pixel_debate_validation::check_classes_of;
///
/// // MNIST says itself what its labels are.
/// let nothing = Provenance::default();
/// assert!(check_classes_of(10, &nothing, mnist::test()).is_ok());
/// let refusal = check_classes_of(3, &nothing, mnist::test()).unwrap_err();
/// assert_eq!(
///     refusal.to_string(),
///     "dataset mnist-test has 10 classes: the judge tells 3 labels apart"
/// );
/// ```
///
/// # Errors
///
/// As [`check_labels`].
pub fn check_classes_of(
    labels: usize,
    provenance: &Provenance,
    dataset: &Dataset,
) -> Result<(), UnfitDataset> {
    check_dataset(dataset)?;
    check_classes(labels, dataset)?;
    let known = provenance.classes();
    if dataset.labelling() == Labelling::Stated
        || known.as_deref() == Some(dataset.classes())
        || (known.is_none() && provenance.data() == Some(&dataset.hash()))
    {
        return Ok(());
    }
    Err(UnfitDataset::Labels {
        name: dataset.name().to_owned(),
        classes: dataset.classes().join(", "),
        judge: known.map_or("in no file".to_owned(), |classes| classes.join(", ")),
    })
}
