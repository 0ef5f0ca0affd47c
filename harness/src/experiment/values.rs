//! What may stand in a field, type by type.

use pixel_debate_agents::AgentSpec;
use pixel_debate_fields::{Count, Given, OR_LIST, Value, integer, name_in, named, names_of};
use pixel_debate_game::{LegalPixels, Role};
use toml::de::DeValue;

use super::fields::{Field, Fields};
use super::{
    Aggregate, Axis, DebateOrder, DebaterChoice, ExperimentError, LiarSpec, Lies, NamedLies,
    PlotKind, ProgramFields, Protocol,
};
use crate::{Custom, DebaterSpec};

/// Lies by a rule.
const LIES: &[(&str, NamedLies)] = &[("all", NamedLies::All), ("random", NamedLies::Random)];

named!(Custom; Protocol:
    "judge_alone" => Protocol::JudgeAlone,
    "consultancy" => Protocol::Consultancy,
    "debate" => Protocol::Debate,
);
named!(Custom; Aggregate:
    "any" => Aggregate::Any,
    "mean_logit" => Aggregate::MeanLogit,
    "majority" => Aggregate::Majority,
);
named!(Custom; DebateOrder:
    "alternating" => DebateOrder::Alternating,
    "blocks" => DebateOrder::Blocks,
);
named!(Custom; PlotKind:
    "pixels" => PlotKind::Pixels,
    "rollouts" => PlotKind::Rollouts,
    "judges" => PlotKind::Judges,
    "confusion" => PlotKind::Confusion,
    "games" => PlotKind::Games,
    "blame" => PlotKind::Blame,
    "calibration" => PlotKind::Calibration,
);
named!(Custom; Role: "honest" => Role::Honest, "liar" => Role::Liar);
named!(Custom; LegalPixels: "nonzero" => LegalPixels::Nonzero, "any" => LegalPixels::Any);

impl Value<Custom> for [usize; 2] {
    fn allowed() -> String {
        "a list [A, B] of two whole numbers from 0, A below B".to_owned()
    }

    fn read(field: &Field<'_>, value: &Given<'_>) -> Result<Self, ExperimentError> {
        let numbers = |values: &[Given<'_>]| {
            let numbers = values.iter().map(|value| integer(value.get_ref()));
            numbers.collect::<Option<Vec<usize>>>()?.try_into().ok()
        };
        let read: Option<Self> = value.get_ref().as_array().and_then(|values| numbers(values));
        let read = read.filter(|[start, end]| start < end);
        read.ok_or_else(|| field.must_be(value, Self::allowed()))
    }
}

impl<T: Value<Custom> + PartialEq> Value<Custom> for Axis<T> {
    fn allowed() -> String {
        format!("{}{OR_LIST}", T::allowed())
    }

    fn read(field: &Field<'_>, value: &Given<'_>) -> Result<Self, ExperimentError> {
        let DeValue::Array(values) = value.get_ref() else {
            return T::read(&Field { is_axis: true, ..*field }, value).map(Axis::one);
        };
        let mut list = Vec::new();
        for value in values {
            let read = T::read(field, value)?;
            if list.contains(&read) {
                return Err(field.refuse(value, "has a list with the same value twice"));
            }
            list.push(read);
        }
        Axis::of(list).ok_or_else(|| field.must_be(value, Self::allowed()))
    }
}

impl Value<Custom> for DebaterChoice {
    fn allowed() -> String {
        // The error says it of any name that no agent has.
        let error =
            "".parse::<AgentSpec>().map_or_else(|error| error.to_string(), |_| String::new());
        let agents = error.split_once("it must be ").map_or(&*error, |(_, allowed)| allowed);
        format!("{agents}; or a program, {{ command = [\"PROGRAM\", ...] }}")
    }

    fn read(field: &Field<'_>, value: &Given<'_>) -> Result<Self, ExperimentError> {
        if let Some(program) = program(field, value)? {
            return Ok(program);
        }
        let read = value.get_ref().as_str().and_then(|name| debater(field, name));
        read.map(Self::Known).ok_or_else(|| field.must_be(value, Self::allowed() + &brought(field)))
    }
}

/// The program of a table, if it is a table.
fn program(field: &Field<'_>, value: &Given<'_>) -> Result<Option<DebaterChoice>, ExperimentError> {
    let known: Vec<&str> = ["command"].into_iter().chain(ProgramFields::OTHERS).collect();
    let Some(fields) = Fields::within(*field, value, &known)? else { return Ok(None) };
    let Some(program) = ProgramFields::read(&fields)? else {
        return Err(field.refuse(value, "has no `command`"));
    };
    if program.batch.is_some() {
        return Err(
            fields.refuse("batch", "`batch` is a judge's: a debater is asked for one pixel")
        );
    }
    Ok(Some(DebaterChoice::Program(program)))
}

/// The debater of that name: an agent, or one that was brought along.
fn debater(field: &Field<'_>, name: &str) -> Option<DebaterSpec> {
    let custom = || {
        let version = field.source.context.debater(name)?.version.clone();
        Some(DebaterSpec::Custom { name: name.to_owned(), version })
    };
    name.parse::<AgentSpec>().ok().map(DebaterSpec::Agent).or_else(custom)
}

/// The debaters that were brought along, as more that is allowed.
fn brought(field: &Field<'_>) -> String {
    let names: Vec<String> =
        field.source.context.debaters().map(|name| format!("`{name}`")).collect();
    if names.is_empty() { String::new() } else { format!("; or {}", names.join(", ")) }
}

impl Value<Custom> for LiarSpec {
    fn allowed() -> String {
        format!("{}; or `same`, the honest debater's agent", DebaterChoice::allowed())
    }

    fn read(field: &Field<'_>, value: &Given<'_>) -> Result<Self, ExperimentError> {
        let read = |name: &str| match name {
            "same" => Some(Self::Same),
            name => debater(field, name).map(DebaterChoice::Known).map(Self::Own),
        };
        if let Some(program) = program(field, value)? {
            return Ok(Self::Own(program));
        }
        let read = value.get_ref().as_str().and_then(read);
        read.ok_or_else(|| field.must_be(value, Self::allowed() + &brought(field)))
    }
}

impl Value<Custom> for Lies {
    fn allowed() -> String {
        format!("{}, or a list of different labels from 0 to 254", names_of(LIES))
    }

    fn read(field: &Field<'_>, value: &Given<'_>) -> Result<Self, ExperimentError> {
        if let DeValue::Array(values) = value.get_ref() {
            // Before any image is looked at: without a lie none has a debate.
            if values.is_empty() {
                return Err(field.must_be(value, Self::allowed()));
            }
            let labels = Axis::<Count<0, 254>>::read(field, value)?.map(Count::byte);
            return Ok(Self::Labels(labels.values().to_vec()));
        }
        let name = value.get_ref().as_str();
        let named = name.and_then(|name| name_in(LIES, name)).map(Self::Named);
        named.ok_or_else(|| field.must_be(value, Self::allowed()))
    }
}
