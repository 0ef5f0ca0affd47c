//! The tensors of one judge in a file, by their names.

use std::{collections::HashMap, fmt::Write};

use half::{bf16, f16};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use crate::{
    layer::Layer,
    model::{Ensemble, Kind, Model, Weights, member_prefix},
    network::{KERNEL, MOST_CLASSES, Network, Widths},
    perceptron::{INPUTS, Linear, MOST_UNITS, Mlp},
    provenance::{PLANES, PLANES_KEY, Provenance, TURNED_PLANES},
};

/// The metadata's key of the kind.
pub(super) const KIND_KEY: &str = "kind";
/// What the names of an ensemble's tensors begin with.
const MEMBERS: &str = "members.";
/// The greatest number that a layer may have. With none above it no logit can leave the range of `f32`, whatever is
/// revealed and however wide the layers are: 50, 3200, 12544 and 4096 of them at a time make less than 10³⁷.
pub(crate) const GREATEST: f32 = 1e6;
/// The most letters of a tensor's name that are told.
const MOST_LETTERS: usize = 60;
/// The most names that are told.
const MOST_NAMES: usize = 8;

/// How many members an ensemble's file has by the names of its tensors; 0 of another file.
pub(super) fn members(
    tensors: &SafeTensors<'_>,
    said: &HashMap<String, String>,
) -> Result<usize, String> {
    let mut names = tensors.names();
    names.sort_unstable();
    let declared = said.get(KIND_KEY).is_some_and(|kind| kind == Kind::Ensemble.name());
    let is_members = |name: &&&str| name.starts_with(MEMBERS);
    if !declared && !names.iter().any(|name| is_members(&name)) {
        return Ok(0);
    }
    if let Some(kind) = said.get(KIND_KEY).filter(|_| !declared) {
        let first = names.iter().find(is_members).copied().unwrap_or_default();
        return Err(format!(
            "its metadata say `{KIND_KEY}` = {:?}, and {} is an ensemble's tensor",
            cut(kind),
            quoted(first)
        ));
    }
    // A member has two tensors at least, so that there are no more members than names.
    let count = (0..names.len())
        .find(|number| {
            let prefix = member_prefix(*number);
            !names.iter().any(|name| name.starts_with(&prefix))
        })
        .unwrap_or_default();
    if !(2..=Ensemble::MOST).contains(&count) {
        return Err(format!(
            "it has the tensors of {count} members, from members.0 on: an ensemble has 2 to {}",
            Ensemble::MOST
        ));
    }
    let belongs = |name: &&str| (0..count).any(|number| name.starts_with(&member_prefix(number)));
    match names.iter().find(|name| !belongs(name)) {
        Some(name) => Err(format!(
            "it has a tensor {} beside those of its {count} members, members.0 to members.{}",
            quoted(name),
            count - 1
        )),
        None => Ok(count),
    }
}

/// The tensors of one judge: those whose names begin with a prefix.
pub(super) struct Tensors<'a> {
    all: &'a SafeTensors<'a>,
    prefix: &'a str,
    /// Without the prefix, in order.
    names: Vec<&'a str>,
}

impl<'a> Tensors<'a> {
    pub(super) fn new(all: &'a SafeTensors<'a>, prefix: &'a str) -> Self {
        let mut names: Vec<&str> =
            all.names().into_iter().filter_map(|name| name.strip_prefix(prefix)).collect();
        names.sort_unstable();
        Self { all, prefix, names }
    }

    /// Reads the judge, of which this is said.
    pub(super) fn read(&self, mut said: HashMap<String, String>) -> Result<Weights, String> {
        let declared = said.remove(KIND_KEY).map(|kind| declared(&kind)).transpose()?;
        let kind = declared.map_or_else(|| self.kind(), Ok)?;
        self.check_names(kind)?;
        let model: Model = match kind {
            Kind::Linear => self.linear()?.into(),
            Kind::Mlp => self.mlp()?.into(),
            _ => self.network(declared)?.into(),
        };
        let mut provenance = Provenance(said);
        provenance.fault(model.classes()).map_or(Ok(()), Err)?;
        let model = match provenance.0.get_mut(PLANES_KEY) {
            None => model,
            Some(planes) if planes == PLANES => model,
            Some(planes) if planes == TURNED_PLANES => {
                PLANES.clone_into(planes);
                model.turned()
            }
            Some(other) => {
                return Err(format!(
                    "its metadata say `{PLANES_KEY}` = {other:?}: it must be `{PLANES}` or `{TURNED_PLANES}`"
                ));
            }
        };
        Ok(Weights { model, provenance })
    }

    /// Which kind the judge is by what the tensors are called: of whatever widths if it has convolutions.
    fn kind(&self) -> Result<Kind, String> {
        let has = |layer: &str| {
            self.names.iter().any(|name| name.split('.').next().is_some_and(|first| first == layer))
        };
        if has("conv1") || has("conv2") {
            Ok(Kind::Convolutions)
        } else if has("fc") {
            Ok(Kind::Linear)
        } else if has("fc1") || has("fc2") {
            Ok(Kind::Mlp)
        } else {
            let mut names = String::new();
            for name in self.names.iter().take(MOST_NAMES) {
                let _ =
                    write!(names, "{}{}", if names.is_empty() { "" } else { ", " }, quoted(name));
            }
            let more = self.names.len().saturating_sub(MOST_NAMES);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let names = if names.is_empty() { "none".to_owned() } else { names };
            Err(format!("its tensors are of no kind of judge ({names}{more}): {KINDS}"))
        }
    }

    /// Whether there is a tensor that the kind has not.
    fn check_names(&self, kind: Kind) -> Result<(), String> {
        let layers: &[&str] = match kind {
            Kind::Linear => &["fc"],
            Kind::Mlp => &["fc1", "fc2"],
            _ => &["conv1", "conv2", "fc1", "fc2"],
        };
        let is_known = |name: &str| {
            name.split_once('.').is_some_and(|(layer, part)| {
                layers.contains(&layer) && ["weight", "bias"].contains(&part)
            })
        };
        match self.names.iter().find(|name| !is_known(name)) {
            Some(name) => {
                let name = quoted(name);
                Err(format!("it has a tensor {name} that the kind {kind} has not: {KINDS}"))
            }
            None => Ok(()),
        }
    }

    fn linear(&self) -> Result<Linear, String> {
        let [fc] = Linear::shapes(self.labels("fc.weight", INPUTS)?);
        Ok(Linear { fc: self.layer(&fc)? })
    }

    fn mlp(&self) -> Result<Mlp, String> {
        let units = self.width("fc1.weight", "units", &[INPUTS], MOST_UNITS)?;
        let [fc1, fc2] = Mlp::shapes(units, self.labels("fc2.weight", units)?);
        Ok(Mlp { fc1: self.layer(&fc1)?, fc2: self.layer(&fc2)? })
    }

    /// The network, of the paper's widths if that is declared.
    fn network(&self, declared: Option<Kind>) -> Result<Network, String> {
        let Widths { conv1, conv2, hidden } = Widths::MOST;
        let conv1 = self.width("conv1.weight", "channels", &[2, KERNEL, KERNEL], conv1)?;
        let conv2 = self.width("conv2.weight", "channels", &[conv1, KERNEL, KERNEL], conv2)?;
        let flat = Widths { conv1, conv2, hidden }.flat();
        let hidden = self.width("fc1.weight", "units", &[flat], hidden)?;
        let widths = Widths { conv1, conv2, hidden };
        if declared == Some(Kind::Paper) && widths != Widths::PAPER {
            let [paper, here] = [Widths::PAPER, widths]
                .map(|Widths { conv1, conv2, hidden }| format!("{conv1}, {conv2} and {hidden}"));
            return Err(format!(
                "its metadata say `{KIND_KEY}` = \"paper\", whose widths are {paper}, and it has {here}"
            ));
        }
        let [conv1, conv2, fc1, fc2] = widths.shapes(self.labels("fc2.weight", hidden)?);
        Ok(Network {
            conv1: self.layer(&conv1)?,
            conv2: self.layer(&conv2)?,
            fc1: self.layer(&fc1)?,
            fc2: self.layer(&fc2)?,
        })
    }

    /// How many labels the last layer has.
    fn labels(&self, name: &str, inputs: usize) -> Result<usize, String> {
        match *self.tensor(name)?.shape() {
            [labels, width] if width == inputs && (2..=MOST_CLASSES).contains(&labels) => {
                Ok(labels)
            }
            ref shape => Err(format!(
                "{name} has the shape {}, not [labels, {inputs}] with 2 to {MOST_CLASSES} labels",
                sides(shape)
            )),
        }
    }

    /// How many outputs a layer has whose other sides are given.
    fn width(
        &self,
        name: &str,
        outputs: &str,
        others: &[usize],
        most: usize,
    ) -> Result<usize, String> {
        match *self.tensor(name)?.shape() {
            [width, ref rest @ ..] if rest == others && (1..=most).contains(&width) => Ok(width),
            ref shape => {
                let others: Vec<String> = others.iter().map(ToString::to_string).collect();
                let others = others.join(", ");
                Err(format!(
                    "{name} has the shape {}, not [{outputs}, {others}] with 1 to {most} {outputs}",
                    sides(shape)
                ))
            }
        }
    }

    fn tensor(&self, name: &str) -> Result<TensorView<'a>, String> {
        let tensor = self.all.tensor(&format!("{}{name}", self.prefix));
        tensor.map_err(|_| format!("it has no tensor \"{name}\": {KINDS}"))
    }

    fn layer(&self, (name, shape): &(&str, Vec<usize>)) -> Result<Layer, String> {
        Ok(Layer {
            weight: self.numbers(&format!("{name}.weight"), shape)?,
            bias: self.numbers(&format!("{name}.bias"), &shape[..1])?,
        })
    }

    /// The numbers of a tensor of the given shape, all finite.
    fn numbers(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, String> {
        let tensor = self.tensor(name)?;
        if tensor.shape() != shape {
            return Err(format!("{name} has the shape {}, not {shape:?}", sides(tensor.shape())));
        }
        let data = tensor.data();
        let numbers: Vec<f32> = match tensor.dtype() {
            Dtype::F32 => {
                data.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
            }
            Dtype::F16 => {
                data.as_chunks().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect()
            }
            Dtype::BF16 => data
                .as_chunks()
                .0
                .iter()
                .map(|bytes| bf16::from_le_bytes(*bytes).to_f32())
                .collect(),
            // Rounded to the nearest number of 32 bits.
            Dtype::F64 => {
                data.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes) as f32).collect()
            }
            other => {
                return Err(format!("{name} is stored as {other:?}, not as F64, F32, F16 or BF16"));
            }
        };
        let fits = |number: f32| number.is_finite() && number.abs() <= GREATEST;
        match numbers.iter().position(|number| !fits(*number)) {
            Some(at) => {
                let number = numbers[at];
                Err(format!("number {at} of {name} is {number}: it must be within ±{GREATEST}"))
            }
            None => Ok(numbers),
        }
    }
}

/// The kind that is declared of one judge.
fn declared(kind: &str) -> Result<Kind, String> {
    match kind.parse() {
        // An ensemble's own tensors are told apart before.
        Ok(Kind::Ensemble) => Err(format!(
            "its metadata say `{KIND_KEY}` = \"ensemble\": no member is an ensemble itself"
        )),
        Ok(kind) => Ok(kind),
        Err(_) => Err(format!(
            "its metadata say `{KIND_KEY}` = {:?}: it must be one of `{}`",
            cut(kind),
            Kind::ALL.map(Kind::name).join("`, `")
        )),
    }
}

/// What there is to choose from, for whoever has named or shaped tensors otherwise.
const KINDS: &str = "each layer has a `.weight` and a `.bias`, and a `linear` has fc (labels × 1568), an `mlp` fc1 \
    (units × 1568) and fc2 (labels × units), `paper` conv1 (32 × 2 × 5 × 5), conv2 (64 × 32 × 5 × 5), fc1 (1024 × \
    3136) and fc2 (labels × 1024), `convolutions` the same of other widths, an `ensemble` all of each member after \
    `members.0.` and so on";

/// A name, cut if it is long.
fn cut(name: &str) -> String {
    let mut short: String = name.chars().take(MOST_LETTERS).collect();
    if short.len() < name.len() {
        short.push('…');
    }
    short
}

/// A name in quotes, with nothing unseen.
fn quoted(name: &str) -> String {
    format!("{:?}", cut(name))
}

/// A shape, cut if it has more sides than any layer.
fn sides(shape: &[usize]) -> String {
    match shape {
        [first @ .., _] if first.len() > 7 => format!("of {} sides", shape.len()),
        shape => format!("{shape:?}"),
    }
}
