//! What of a file can be refused before anything of it is computed.

use std::collections::{BTreeSet, HashMap};

use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, TensorProto};

use crate::error::OnnxError;

/// The most numbers of a shape that is written in the file.
const MOST_NUMBERS: u128 = 1 << 26;
/// The most operators.
const MOST_NODES: usize = 20_000;
/// How deep graphs may lie in each other.
const MOST_DEPTH: usize = 8;
/// A judge says the same of the same evidence.
const RANDOM: [&str; 6] = [
    "Bernoulli",
    "Multinomial",
    "RandomNormal",
    "RandomNormalLike",
    "RandomUniform",
    "RandomUniformLike",
];
/// What it takes cannot be known.
const ENDLESS: [&str; 1] = ["Loop"];

/// Refuses what is not known, random, without an end or in other files.
pub(crate) fn screen(model: &ModelProto, is_known: impl Fn(&str) -> bool) -> Result<(), OnnxError> {
    let Some(graph) = &model.graph else {
        return Err(OnnxError::NotOnnx("it has no graph".to_owned()));
    };
    let mut found = Found::default();
    found.graph(graph, 0)?;
    let unknown: Vec<&str> =
        found.operators.iter().copied().filter(|operator| !is_known(operator)).collect();
    if !unknown.is_empty() {
        return Err(OnnxError::Operators(format!(
            "it has operators that are not known here: {}",
            unknown.join(", ")
        )));
    }
    for (names, why) in [
        (
            &RANDOM[..],
            "its answers are drawn at random, and a judge says the same of the same evidence",
        ),
        (&ENDLESS[..], "nobody knows how long it takes"),
    ] {
        if let Some(name) = names.iter().find(|name| found.operators.contains(**name)) {
            return Err(OnnxError::Operators(format!("it has the operator {name}: {why}")));
        }
    }
    Ok(())
}

#[derive(Default)]
struct Found<'a> {
    operators: BTreeSet<&'a str>,
    nodes: usize,
}

impl<'a> Found<'a> {
    fn graph(&mut self, graph: &'a GraphProto, depth: usize) -> Result<(), OnnxError> {
        if depth > MOST_DEPTH {
            return Err(OnnxError::Operators(format!(
                "its graphs lie more than {MOST_DEPTH} deep in each other"
            )));
        }
        let mut constants: HashMap<&str, &TensorProto> = HashMap::new();
        for tensor in &graph.initializer {
            inside(tensor)?;
            constants.insert(&tensor.name, tensor);
        }
        for node in &graph.node {
            self.nodes += 1;
            if self.nodes > MOST_NODES {
                return Err(OnnxError::Operators(format!(
                    "it has more than {MOST_NODES} operators"
                )));
            }
            self.operators.insert(&node.op_type);
            for attribute in &node.attribute {
                let tensors = attribute.t.iter().chain(&attribute.tensors);
                tensors.clone().try_for_each(inside)?;
                if let ("Constant", Some(output)) = (&*node.op_type, node.output.first()) {
                    constants.extend(tensors.map(|tensor| (&**output, tensor)));
                }
                for graph in attribute.g.iter().chain(&attribute.graphs) {
                    self.graph(graph, depth + 1)?;
                }
            }
            is_small(node, &constants)?;
        }
        Ok(())
    }
}

/// Whether a tensor's numbers are in the file itself.
fn inside(tensor: &TensorProto) -> Result<(), OnnxError> {
    let place = tensor.external_data.iter().find(|entry| entry.key == "location");
    if tensor.data_location.unwrap_or(0) != 0 || !tensor.external_data.is_empty() {
        let place = place.map_or_else(String::new, |entry| entry.value.clone());
        return Err(OnnxError::External(place));
    }
    let mut numbers: u128 = 1;
    for size in &tensor.dims {
        let size = u128::try_from(*size).unwrap_or(u128::MAX);
        numbers = numbers.saturating_mul(size);
    }
    if numbers > MOST_NUMBERS {
        return Err(too_large(&tensor.name, numbers));
    }
    Ok(())
}

/// Whether what an operator makes larger by a shape that is written in the file stays small.
fn is_small(node: &NodeProto, constants: &HashMap<&str, &TensorProto>) -> Result<(), OnnxError> {
    let place = match &*node.op_type {
        "ConstantOfShape" => 0,
        "Expand" | "Tile" => 1,
        _ => return Ok(()),
    };
    let shape = node.input.get(place).and_then(|name| constants.get(&**name));
    let Some(shape) = shape else { return Ok(()) };
    let whole = |eight: &[u8]| i64::from_le_bytes(eight.try_into().unwrap_or_default());
    let raw = shape.raw_data.chunks_exact(8).map(whole);
    let sizes = shape.int64_data.iter().copied().chain(raw);
    let numbers = sizes.fold(1_u128, |numbers, size| {
        numbers.saturating_mul(u128::try_from(size.max(1)).unwrap_or(u128::MAX))
    });
    if numbers > MOST_NUMBERS { Err(too_large(&node.name, numbers)) } else { Ok(()) }
}

fn too_large(name: &str, numbers: u128) -> OnnxError {
    let name: String = name.chars().take(60).collect();
    OnnxError::Operators(format!(
        "{name:?} has {numbers} numbers: nothing in a judge has more than {MOST_NUMBERS}"
    ))
}
