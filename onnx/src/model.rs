//! A file as something that can be run.

use std::sync::Arc;

use tract_onnx::Onnx;
use tract_onnx::data_resolver::ModelDataResolver;
use tract_onnx::pb::{
    GraphProto, ModelProto, ValueInfoProto, tensor_proto, tensor_shape_proto, type_proto,
};
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::DimLike;

use crate::error::OnnxError;
use crate::layout::Layout;
use crate::panics::quietly;
use crate::screen::screen;

/// Sets that are computed at once, where the file leaves it open.
const BATCH: usize = 64;
/// The most sets that a file may want at once.
const MOST_BATCH: usize = 4096;
/// The most numbers that anything in a model may have while it is computed.
const MOST_NUMBERS: usize = 1 << 26;

type Plan = Arc<TypedSimplePlan>;

/// A model, ready to be run.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) layout: Layout,
    pub(crate) labels: usize,
    /// For one set, if the file allows it.
    one: Option<Plan>,
    /// For several.
    several: Plan,
    pub(crate) batch: usize,
}

/// Tensors in other files are not read.
struct Nowhere;

impl ModelDataResolver for Nowhere {
    fn read_bytes_from_path(
        &self,
        _: &mut Vec<u8>,
        path: &std::path::Path,
        _: usize,
        _: Option<usize>,
    ) -> TractResult<()> {
        tract_onnx::tract_core::internal::bail!("{} is another file", path.display())
    }
}

impl Model {
    /// The model of a file's bytes, with the file's metadata.
    pub(crate) fn of(bytes: &[u8]) -> Result<(Self, Vec<(String, String)>), OnnxError> {
        let framework =
            Onnx { provider: Arc::new(Nowhere), ..tract_onnx::onnx() }.with_ignore_value_info(true);
        let read = quietly(|| framework.proto_model_for_read(&mut &*bytes));
        let file = read
            .map_err(OnnxError::NotOnnx)?
            .map_err(|error| OnnxError::NotOnnx(last_cause(&error)))?;
        screen(&file, |operator| framework.op_register.0.contains_key(operator))?;
        let Some(graph) = &file.graph else { unreachable!("a file without was refused") };
        let (layout, fixed) = input(graph)?;
        let output = output(graph)?;
        let batch = fixed.unwrap_or(BATCH);
        let plan = |batch: usize| -> Result<(Plan, usize), OnnxError> {
            quietly(|| planned(&framework, &file, &layout, batch, &output))
                .map_err(OnnxError::Uncomputable)?
        };
        let (several, labels) = plan(batch)?;
        let one = if fixed.is_none() { Some(plan(1)?.0) } else { None };
        let metadata = file.metadata_props.into_iter().map(|entry| (entry.key, entry.value));
        let metadata = metadata.collect();
        Ok((Self { layout, labels, one, several, batch }, metadata))
    }

    /// The scores of so many sets, whose numbers follow one another.
    pub(crate) fn run(&self, mut numbers: Vec<f32>, sets: usize) -> Result<Vec<f32>, String> {
        let (plan, batch) = match &self.one {
            Some(one) if sets == 1 => (one, 1),
            _ => (&self.several, self.batch),
        };
        numbers.resize(batch * self.layout.numbers(), 0.0);
        let shape: Vec<usize> =
            [batch].into_iter().chain(self.layout.sizes.iter().copied()).collect();
        let ran = quietly(|| -> TractResult<Vec<f32>> {
            let input = Tensor::from_shape(&shape, &numbers)?;
            let outputs = plan.run(tvec!(input.into()))?;
            let scores = outputs[0].to_plain_array_view::<f32>()?;
            Ok(scores.iter().copied().collect())
        });
        let mut scores = ran?.map_err(|error| last_cause(&error))?;
        if scores.len() != batch * self.labels {
            let (have, want) = (scores.len(), batch * self.labels);
            return Err(format!("it has given {have} numbers instead of {want}"));
        }
        scores.truncate(sets * self.labels);
        Ok(scores)
    }
}

/// What went wrong, at the root.
fn last_cause(error: &TractError) -> String {
    let text = format!("{error:#}");
    let short: String = text.chars().take(300).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

/// The one input that is to be filled, and the number of sets that it wants at once, if it is fixed.
fn input(graph: &GraphProto) -> Result<(Layout, Option<usize>), OnnxError> {
    let given = |input: &&ValueInfoProto| !graph.initializer.iter().any(|it| it.name == input.name);
    let inputs: Vec<&ValueInfoProto> = graph.input.iter().filter(given).collect();
    let [input] = inputs[..] else {
        let names: Vec<&str> = inputs.iter().map(|input| &*input.name).collect();
        return Err(OnnxError::Input(format!(
            "it has {} inputs ({})",
            names.len(),
            names.join(", ")
        )));
    };
    let refuse = |what: String| OnnxError::Input(format!("its input {:?} is {what}", input.name));
    let Some((kind, sizes)) = tensor(input) else {
        return Err(refuse("no tensor of a known shape".to_owned()));
    };
    let in_words = || in_words(&sizes);
    if kind != tensor_proto::DataType::Float as i32 {
        return Err(refuse(format!("of type {}", type_name(kind))));
    }
    let [batch, rest @ ..] = &sizes[..] else { return Err(refuse("a single number".to_owned())) };
    let known: Option<Vec<usize>> = rest.iter().copied().collect();
    let layout = known.and_then(|sizes| Layout::of(&sizes)).ok_or_else(|| refuse(in_words()))?;
    match batch {
        Some(batch) if !(1..=MOST_BATCH).contains(batch) => Err(OnnxError::Input(format!(
            "its input {:?} wants {batch} sets at once, and {MOST_BATCH} are the most",
            input.name
        ))),
        batch => Ok((layout, *batch)),
    }
}

/// The name of the one output that has scores.
fn output(graph: &GraphProto) -> Result<String, OnnxError> {
    let is_float = |output: &&ValueInfoProto| {
        tensor(output).is_none_or(|(kind, _)| kind == tensor_proto::DataType::Float as i32)
    };
    let outputs: Vec<&ValueInfoProto> = graph.output.iter().filter(is_float).collect();
    let [output] = outputs[..] else {
        let names: Vec<&str> = graph.output.iter().map(|output| &*output.name).collect();
        return Err(OnnxError::Output(format!(
            "of its outputs ({}) {} are of floats",
            names.join(", "),
            outputs.len()
        )));
    };
    let is_given = graph.node.iter().any(|node| node.output.contains(&output.name));
    if !is_given {
        return Err(OnnxError::Output(format!("nothing gives its output {:?}", output.name)));
    }
    Ok(output.name.clone())
}

/// A tensor's type and sizes, those that are not fixed left open.
fn tensor(value: &ValueInfoProto) -> Option<(i32, Vec<Option<usize>>)> {
    let type_proto::Value::TensorType(tensor) = value.r#type.as_ref()?.value.as_ref()?;
    let sizes = tensor.shape.as_ref()?.dim.iter().map(|size| match &size.value {
        Some(tensor_shape_proto::dimension::Value::DimValue(size)) => usize::try_from(*size).ok(),
        _ => None,
    });
    Some((tensor.elem_type, sizes.collect()))
}

fn in_words(sizes: &[Option<usize>]) -> String {
    let sizes = sizes.iter().map(|size| size.map_or("n".to_owned(), |size| size.to_string()));
    sizes.collect::<Vec<_>>().join(" × ")
}

fn type_name(kind: i32) -> String {
    tensor_proto::DataType::try_from(kind)
        .map_or_else(|_| format!("number {kind}"), |kind| format!("{kind:?}").to_lowercase())
}

/// The model for so many sets at once, and how many labels it has.
fn planned(
    framework: &Onnx,
    file: &ModelProto,
    layout: &Layout,
    batch: usize,
    output: &str,
) -> Result<(Plan, usize), OnnxError> {
    let uncomputable = |error: TractError| OnnxError::Uncomputable(last_cause(&error));
    let shape: Vec<usize> = [batch].into_iter().chain(layout.sizes.iter().copied()).collect();
    let parsed = framework.parse(file, None).map_err(uncomputable)?;
    if let Some(name) = parsed.unresolved_inputs.first() {
        return Err(OnnxError::Uncomputable(format!("nothing gives {name:?}, which it needs")));
    }
    let outlet = *parsed
        .outlets_by_name
        .get(output)
        .ok_or_else(|| OnnxError::Uncomputable(format!("nothing gives its output {output:?}")))?;
    let mut model = parsed.model;
    model.select_output_outlets(&[outlet]).map_err(uncomputable)?;
    let fact = InferenceFact::dt_shape(f32::datum_type(), &shape);
    let model = model.with_input_fact(0, fact).and_then(InferenceModelExt::into_typed);
    let model = model.map_err(uncomputable)?;
    for node in model.nodes() {
        for output in &node.outputs {
            let sizes = output.fact.shape.as_concrete().unwrap_or(&[]);
            let numbers = sizes.iter().fold(1_usize, |all, size| all.saturating_mul(*size));
            if numbers > MOST_NUMBERS {
                return Err(OnnxError::Uncomputable(format!(
                    "{:?} has {numbers} numbers, and nothing may have more than {MOST_NUMBERS}",
                    node.name
                )));
            }
        }
    }
    let fact = model.output_fact(0).map_err(uncomputable)?;
    let sizes: Vec<Option<usize>> = fact.shape.iter().map(|size| size.to_usize().ok()).collect();
    let refuse = || {
        OnnxError::Output(format!(
            "its output {output:?} is {:?} {}",
            fact.datum_type,
            in_words(&sizes)
        ))
    };
    let labels = match sizes[..] {
        [Some(sets), Some(labels)] if sets == batch && (2..=255).contains(&labels) => labels,
        _ => return Err(refuse()),
    };
    if fact.datum_type != f32::datum_type() {
        return Err(refuse());
    }
    let plan = model.into_optimized().and_then(TypedModel::into_runnable).map_err(uncomputable)?;
    Ok((plan, labels))
}
