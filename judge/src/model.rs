//! What a judge computes: one of several kinds, or several of them together.

use std::{convert::Infallible, fmt, str::FromStr, sync::Arc};

use sha2::{Digest, Sha256};

use crate::{
    layer::Layer,
    network::{KERNEL, Network, Widths},
    perceptron::{INPUTS, Linear, Mlp},
    provenance::{KEYS_OF_DEBATES, Provenance},
};

/// What kind of judge it is.
///
/// ```
/// use pixel_debate_judge::{Judge, Kind};
///
/// assert_eq!(Judge::shipped(6).expect("there is one").model().kind(), Kind::Paper);
/// assert_eq!("mlp".parse(), Ok(Kind::Mlp));
/// assert_eq!(Kind::Convolutions.to_string(), "convolutions");
/// assert_eq!(
///     "cnn".parse::<Kind>().unwrap_err().to_string(),
///     "there is no kind of judge \"cnn\": the kinds are paper, linear, mlp, convolutions, ensemble"
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The paper's network.
    Paper,
    /// One layer.
    Linear,
    /// One hidden layer.
    Mlp,
    /// The paper's network with other widths.
    Convolutions,
    /// The mean of several judges' logits.
    Ensemble,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Paper, Self::Linear, Self::Mlp, Self::Convolutions, Self::Ensemble];

    /// Its name in files and options.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Linear => "linear",
            Self::Mlp => "mlp",
            Self::Convolutions => "convolutions",
            Self::Ensemble => "ensemble",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A word that is no [`Kind`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no kind of judge {given:?}: the kinds are {}", Kind::ALL.map(Kind::name).join(", "))]
pub struct UnknownKind {
    given: String,
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(given: &str) -> Result<Self, UnknownKind> {
        let known = Self::ALL.into_iter().find(|kind| kind.name() == given);
        known.ok_or_else(|| UnknownKind { given: given.to_owned() })
    }
}

/// The numbers of a judge, by which it computes. A clone shares them.
///
/// ```
/// use std::sync::Arc;
///
/// use pixel_debate_judge::{Kind, Layer, Linear, Model, dense::planes, perceptron::INPUTS};
///
/// // Two labels: the first is the more likely the brighter the first pixel is.
/// let mut fc = Layer { weight: vec![0.0; 2 * INPUTS], bias: vec![0.0, 0.5] };
/// fc.weight[28 * 28] = 1.0;
/// let model = Model::from(Linear { fc });
/// assert_eq!((model.kind(), model.classes()), (Kind::Linear, 2));
/// assert_eq!(model.logits(&[planes([(0, 0, 255)])])[0], [1.0, 0.5]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Model {
    /// The paper's network, of whatever widths.
    Convolutions(Arc<Network>),
    /// One layer.
    Linear(Arc<Linear>),
    /// One hidden layer.
    Mlp(Arc<Mlp>),
    /// The mean of several judges' logits.
    Ensemble(Arc<Ensemble>),
}

/// A layer of a model as its file has it.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedLayer<'a> {
    /// What it is called, without `.weight` and `.bias`: `fc1`, or of an ensemble's second member
    /// `members.1.fc1`.
    pub name: String,
    /// The shape of its weights.
    pub shape: Vec<usize>,
    /// Its numbers.
    pub layer: &'a Layer,
}

impl Model {
    /// What kind it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Convolutions(network) if network.widths() == Widths::PAPER => Kind::Paper,
            Self::Convolutions(_) => Kind::Convolutions,
            Self::Linear(_) => Kind::Linear,
            Self::Mlp(_) => Kind::Mlp,
            Self::Ensemble(_) => Kind::Ensemble,
        }
    }

    /// How many labels it tells apart.
    pub fn classes(&self) -> usize {
        match self {
            Self::Convolutions(network) => network.classes(),
            Self::Linear(linear) => linear.classes(),
            Self::Mlp(mlp) => mlp.classes(),
            Self::Ensemble(ensemble) => ensemble.classes(),
        }
    }

    /// The network, if it has convolutions: the paper's, or one of other widths.
    pub fn network(&self) -> Option<&Arc<Network>> {
        match self {
            Self::Convolutions(network) => Some(network),
            _ => None,
        }
    }

    /// Its layers in the order in which they compute, an ensemble's member by member.
    ///
    /// ```
    /// use pixel_debate_judge::Judge;
    ///
    /// let judge = Judge::shipped(6).expect("there is one");
    /// let names: Vec<String> = judge.model().layers().into_iter().map(|layer| layer.name).collect();
    /// assert_eq!(names, ["conv1", "conv2", "fc1", "fc2"]);
    /// ```
    pub fn layers(&self) -> Vec<NamedLayer<'_>> {
        fn named<'a, const N: usize>(
            shapes: [(&'static str, Vec<usize>); N],
            layers: [&'a Layer; N],
        ) -> Vec<NamedLayer<'a>> {
            let each = shapes.into_iter().zip(layers);
            each.map(|((name, shape), layer)| NamedLayer { name: name.to_owned(), shape, layer })
                .collect()
        }
        match self {
            Self::Convolutions(network) => {
                named(network.widths().shapes(network.classes()), network.layers())
            }
            Self::Linear(linear) => named(Linear::shapes(linear.classes()), [&linear.fc]),
            Self::Mlp(mlp) => named(Mlp::shapes(mlp.units(), mlp.classes()), [&mlp.fc1, &mlp.fc2]),
            Self::Ensemble(ensemble) => {
                let members = ensemble.members.iter().enumerate();
                members
                    .flat_map(|(number, member)| {
                        let prefix = member_prefix(number);
                        member.model.layers().into_iter().map(move |layer| NamedLayer {
                            name: format!("{prefix}{}", layer.name),
                            ..layer
                        })
                    })
                    .collect()
            }
        }
    }

    /// The judge that makes of values as a mask, and of the mask as values, what this one makes of each as it is.
    ///
    /// ```
    /// use pixel_debate_judge::Judge;
    /// use pixel_debate_judge::dense::planes;
    ///
    /// let judge = Judge::shipped(6).expect("there is one");
    /// let mut input = planes([(14, 9, 100)]);
    /// let said = judge.model().logits(&[input]);
    /// input.rotate_left(28 * 28);
    /// let turned = judge.model().turned();
    /// assert_ne!(judge.model().logits(&[input]), said);
    /// let again = turned.logits(&[input]);
    /// assert!(again[0].iter().zip(&said[0]).all(|(one, other)| (one - other).abs() < 1e-5));
    /// assert_eq!(&turned.turned(), judge.model());
    /// ```
    #[must_use]
    pub fn turned(&self) -> Self {
        match self {
            Self::Convolutions(network) => {
                let conv1 = turned(&network.conv1, KERNEL * KERNEL);
                Network { conv1, ..Network::clone(network) }.into()
            }
            Self::Linear(linear) => Linear { fc: turned(&linear.fc, INPUTS / 2) }.into(),
            Self::Mlp(mlp) => {
                Mlp { fc1: turned(&mlp.fc1, INPUTS / 2), fc2: mlp.fc2.clone() }.into()
            }
            Self::Ensemble(ensemble) => {
                let turned = |member: &Model| Ok::<_, Infallible>(member.turned());
                let Ok(turned) = ensemble.with_models(turned);
                turned.into()
            }
        }
    }

    /// A SHA-256, in hexadecimal, that tells judges apart whatever their files are called and say.
    ///
    /// Of the paper's network it is that of all numbers as little-endian `f32`, layer by layer, weights before
    /// biases. Of another kind it is that of the kind's name and, layer by layer, the shape as little-endian 64-bit
    /// numbers before the numbers; of an ensemble, that of the name and its members' hashes in their order.
    ///
    /// ```
    /// use pixel_debate_judge::Judge;
    ///
    /// let [four, six] = [4, 6].map(|pixels| Judge::shipped(pixels).expect("there is one"));
    /// assert_ne!(four.hash(), six.hash());
    /// // A copy under another name is the same judge.
    /// let copy = Judge::from_bytes("copy", &six.to_bytes())?;
    /// assert_eq!(copy.model().hash(), six.model().hash());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn hash(&self) -> String {
        let kind = self.kind();
        let mut hash = Sha256::new();
        if kind != Kind::Paper {
            hash.update(kind.name());
        }
        if let Self::Ensemble(ensemble) = self {
            ensemble.members.iter().for_each(|member| hash.update(member.model.hash()));
        } else {
            for NamedLayer { shape, layer, .. } in self.layers() {
                if kind != Kind::Paper {
                    for side in shape {
                        hash.update((side as u64).to_le_bytes());
                    }
                }
                for number in layer.weight.iter().chain(&layer.bias) {
                    hash.update(number.to_le_bytes());
                }
            }
        }
        let digest = hash.finalize();
        let nibbles = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        nibbles.filter_map(|nibble| char::from_digit(nibble.into(), 16)).collect()
    }
}

/// The first layer with its input planes exchanged, of which an output has two of `size` numbers.
fn turned(layer: &Layer, size: usize) -> Layer {
    let mut turned = layer.clone();
    turned.weight.chunks_exact_mut(2 * size).for_each(|planes| planes.rotate_left(size));
    turned
}

/// What the names of an ensemble's member begin with in its file.
pub(crate) fn member_prefix(number: usize) -> String {
    format!("members.{number}.")
}

impl From<Arc<Network>> for Model {
    fn from(network: Arc<Network>) -> Self {
        Self::Convolutions(network)
    }
}

impl From<Network> for Model {
    fn from(network: Network) -> Self {
        Arc::new(network).into()
    }
}

impl From<Linear> for Model {
    fn from(linear: Linear) -> Self {
        Self::Linear(Arc::new(linear))
    }
}

impl From<Mlp> for Model {
    fn from(mlp: Mlp) -> Self {
        Self::Mlp(Arc::new(mlp))
    }
}

impl From<Ensemble> for Model {
    fn from(ensemble: Ensemble) -> Self {
        Self::Ensemble(Arc::new(ensemble))
    }
}

/// What a judge computes and where it comes from.
///
/// ```
/// use pixel_debate_judge::{Judge, Precision, Weights};
///
/// let judge = Judge::shipped(4).expect("there is a judge for 4 pixels");
/// let bytes = judge.weights().to_bytes(Precision::Single)?;
/// assert_eq!(&Weights::from_bytes("again", &bytes)?, judge.weights());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// The numbers, shared by all that ask them.
    pub model: Model,
    /// What its file says of it.
    pub provenance: Provenance,
}

/// Several judges that say the mean of what each says.
///
/// ```
/// use pixel_debate_judge::{Ensemble, Judge, Kind, Weights};
///
/// let members = [4, 6].map(|pixels| Judge::shipped(pixels).expect("there is one").weights().clone());
/// let ensemble = Ensemble::new(members.into())?;
/// let provenance = ensemble.common();
/// let judge = Judge::new("both", Weights { model: ensemble.into(), provenance });
/// assert_eq!((judge.model().kind(), judge.classes()), (Kind::Ensemble, 10));
/// // They were trained for different numbers of pixels, and on the same images.
/// assert_eq!(judge.provenance().pixels(), None);
/// assert!(judge.provenance().data().is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Ensemble {
    members: Vec<Weights>,
}

impl Ensemble {
    /// The most members.
    pub const MOST: usize = 16;

    /// Of these members, 2 to [`MOST`](Self::MOST), in their order.
    ///
    /// ```
    /// use pixel_debate_judge::{Ensemble, Judge};
    ///
    /// let alone = Judge::shipped(4).expect("there is one").weights().clone();
    /// assert_eq!(
    ///     Ensemble::new(vec![alone]).unwrap_err().to_string(),
    ///     "an ensemble has 2 to 16 members, not 1"
    /// );
    /// ```
    ///
    /// # Errors
    ///
    /// [`UnfitMembers`] if they are too few or too many, one is an ensemble itself, or they do not tell the same
    /// labels apart.
    pub fn new(members: Vec<Weights>) -> Result<Self, UnfitMembers> {
        let count = members.len();
        if !(2..=Self::MOST).contains(&count) {
            return Err(UnfitMembers::Count { count });
        }
        let labels = members[0].model.classes();
        for (member, weights) in members.iter().enumerate() {
            let theirs = weights.model.classes();
            if weights.model.kind() == Kind::Ensemble {
                return Err(UnfitMembers::Nested { member });
            }
            if theirs != labels {
                return Err(UnfitMembers::Labels { member, labels: theirs, first: labels });
            }
        }
        let mut said = members.iter().enumerate();
        let mut said = said.by_ref().filter_map(|(at, one)| Some((at, one.provenance.classes()?)));
        if let Some((first, classes)) = said.next()
            && let Some((member, _)) = said.find(|(_, theirs)| *theirs != classes)
        {
            return Err(UnfitMembers::Classes { member, first });
        }
        Ok(Self { members })
    }

    /// Its members, each with where it comes from.
    pub fn members(&self) -> &[Weights] {
        &self.members
    }

    /// How many labels it tells apart, as each of its members does.
    pub fn classes(&self) -> usize {
        self.members[0].model.classes()
    }

    /// Each member's numbers changed in a way that keeps its labels.
    pub(crate) fn with_models<E>(
        &self,
        change: impl Fn(&Model) -> Result<Model, E>,
    ) -> Result<Self, E> {
        let changed = self.members.iter().map(|member| {
            let provenance = member.provenance.clone();
            Ok(Weights { model: change(&member.model)?, provenance })
        });
        Ok(Self { members: changed.collect::<Result<_, E>>()? })
    }

    /// What all members' files say alike of what debates depend on: the number of pixels, which are legal, the
    /// data, the classes.
    pub fn common(&self) -> Provenance {
        let said = |member: &Weights, key: &str| member.provenance.0.get(key).cloned();
        let common = KEYS_OF_DEBATES.into_iter().filter_map(|key| {
            let value = said(&self.members[0], key)?;
            let agreed = self.members.iter().all(|one| said(one, key).as_ref() == Some(&value));
            agreed.then(|| (key.to_owned(), value))
        });
        Provenance(common.collect())
    }
}

/// Why judges are no [`Ensemble`]. Members are numbered from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnfitMembers {
    /// They are too few, or too many.
    #[error("an ensemble has 2 to {} members, not {count}", Ensemble::MOST)]
    Count {
        /// How many there are.
        count: usize,
    },
    /// One has members itself: a mean of means is another function than the mean of all.
    #[error("member {member} is an ensemble itself: name its members instead")]
    Nested {
        /// Which.
        member: usize,
    },
    /// One has another number of labels.
    #[error("member {member} tells {labels} labels apart, and member 0 tells {first}")]
    Labels {
        /// Which.
        member: usize,
        /// How many it has.
        labels: usize,
        /// How many the first has.
        first: usize,
    },
    /// The labels mean something else to one.
    #[error("the labels of member {member} have other names than those of member {first}")]
    Classes {
        /// Which.
        member: usize,
        /// The first that names its labels.
        first: usize,
    },
}
