//! What may stand in a field, type by type.

use pixel_debate_agents::AgentSpec;
use pixel_debate_game::{LegalPixels, Role};
use toml::de::DeValue;

use super::counts::{Count, integer};
use super::fields::{Field, Given, OR_LIST, Value};
use super::{
    Aggregate, Axis, DebateOrder, ExperimentError, LiarSpec, Lies, NamedLies, PlotKind, Protocol,
};
use crate::DebaterSpec;

/// A type with few values, each with a name.
trait Named: Copy + 'static {
    /// All of them.
    const NAMES: &'static [(&'static str, Self)];
}

impl Named for Protocol {
    const NAMES: &'static [(&'static str, Self)] = &[
        ("judge_alone", Self::JudgeAlone),
        ("consultancy", Self::Consultancy),
        ("debate", Self::Debate),
    ];
}

impl Named for Aggregate {
    const NAMES: &'static [(&'static str, Self)] =
        &[("any", Self::Any), ("mean_logit", Self::MeanLogit), ("majority", Self::Majority)];
}

impl Named for DebateOrder {
    const NAMES: &'static [(&'static str, Self)] =
        &[("alternating", Self::Alternating), ("blocks", Self::Blocks)];
}

impl Named for PlotKind {
    const NAMES: &'static [(&'static str, Self)] = &[
        ("pixels", Self::Pixels),
        ("rollouts", Self::Rollouts),
        ("judges", Self::Judges),
        ("confusion", Self::Confusion),
        ("games", Self::Games),
        ("blame", Self::Blame),
        ("calibration", Self::Calibration),
    ];
}

impl Named for Role {
    const NAMES: &'static [(&'static str, Self)] =
        &[("honest", Self::Honest), ("liar", Self::Liar)];
}

impl Named for LegalPixels {
    const NAMES: &'static [(&'static str, Self)] =
        &[("nonzero", Self::Nonzero), ("any", Self::Any)];
}

impl Named for NamedLies {
    const NAMES: &'static [(&'static str, Self)] = &[("all", Self::All), ("random", Self::Random)];
}

/// The value of that name.
fn named<T: Named>(value: &DeValue<'_>) -> Option<T> {
    let name = value.as_str()?;
    T::NAMES.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

/// "`a`, `b` or `c`".
fn names<T: Named>() -> String {
    let names: Vec<String> = T::NAMES.iter().map(|(name, _)| format!("{name:?}")).collect();
    match &names[..] {
        [all @ .., last] if !all.is_empty() => format!("{} or {last}", all.join(", ")),
        _ => names.concat(),
    }
}

impl<T: Named> Value for T {
    fn allowed() -> String {
        names::<T>()
    }

    fn read(field: &Field<'_>, value: &Given<'_>) -> Result<Self, ExperimentError> {
        named(value.get_ref()).ok_or_else(|| field.must_be(value, Self::allowed()))
    }
}

macro_rules! integers {
    ($($type:ty: $allowed:literal),*) => {$(
        impl Value for $type {
            fn allowed() -> String {
                $allowed.to_owned()
            }

            fn read(field: &Field<'_>, value: &Given<'_>) -> Result<Self, ExperimentError> {
                integer(value.get_ref()).ok_or_else(|| field.must_be(value, Self::allowed()))
            }
        }
    )*};
}

integers! {
    u64: "a whole number from 0 to 9223372036854775807",
    usize: "a whole number from 0 to 9223372036854775807"
}

impl Value for bool {
    fn allowed() -> String {
        "true or false".to_owned()
    }

    fn read(field: &Field<'_>, value: &Given<'_>) -> Result<Self, ExperimentError> {
        value.get_ref().as_bool().ok_or_else(|| field.must_be(value, Self::allowed()))
    }
}

impl Value for String {
    fn allowed() -> String {
        "text in quotes".to_owned()
    }

    fn read(field: &Field<'_>, value: &Given<'_>) -> Result<Self, ExperimentError> {
        let text = value.get_ref().as_str().map(str::to_owned);
        text.ok_or_else(|| field.must_be(value, Self::allowed()))
    }
}

impl<T: Value> Value for Vec<T> {
    fn allowed() -> String {
        format!("a list, of which each must be {}", T::allowed())
    }

    fn read(field: &Field<'_>, value: &Given<'_>) -> Result<Self, ExperimentError> {
        let DeValue::Array(values) = value.get_ref() else {
            return Err(field.must_be(value, Self::allowed()));
        };
        values.iter().map(|value| T::read(field, value)).collect()
    }
}

impl Value for [usize; 2] {
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

impl<T: Value + PartialEq> Value for Axis<T> {
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

impl Value for DebaterSpec {
    fn allowed() -> String {
        // The error says it of any name that no agent has.
        let error =
            "".parse::<AgentSpec>().map_or_else(|error| error.to_string(), |_| String::new());
        error.split_once("it must be ").map_or(error.clone(), |(_, allowed)| allowed.to_owned())
    }

    fn read(field: &Field<'_>, value: &Given<'_>) -> Result<Self, ExperimentError> {
        let read = value.get_ref().as_str().and_then(|name| debater(field, name));
        read.ok_or_else(|| field.must_be(value, Self::allowed() + &brought(field)))
    }
}

/// The debater of that name: an agent, or one that was brought along.
fn debater(field: &Field<'_>, name: &str) -> Option<DebaterSpec> {
    let custom = || {
        let version = field.source.custom.debater(name)?.version.clone();
        Some(DebaterSpec::Custom { name: name.to_owned(), version })
    };
    name.parse::<AgentSpec>().ok().map(DebaterSpec::Agent).or_else(custom)
}

/// The debaters that were brought along, as more that is allowed.
fn brought(field: &Field<'_>) -> String {
    let names: Vec<String> =
        field.source.custom.debaters().map(|name| format!("`{name}`")).collect();
    if names.is_empty() { String::new() } else { format!("; or {}", names.join(", ")) }
}

impl Value for LiarSpec {
    fn allowed() -> String {
        format!("{}; or `same`, the honest debater's agent", DebaterSpec::allowed())
    }

    fn read(field: &Field<'_>, value: &Given<'_>) -> Result<Self, ExperimentError> {
        let read = |name: &str| match name {
            "same" => Some(Self::Same),
            name => debater(field, name).map(Self::Own),
        };
        let read = value.get_ref().as_str().and_then(read);
        read.ok_or_else(|| field.must_be(value, Self::allowed() + &brought(field)))
    }
}

impl Value for Lies {
    fn allowed() -> String {
        format!("{}, or a list of different labels from 0 to 9", names::<NamedLies>())
    }

    fn read(field: &Field<'_>, value: &Given<'_>) -> Result<Self, ExperimentError> {
        if let DeValue::Array(values) = value.get_ref() {
            // Before any image is looked at: without a lie none has a debate.
            if values.is_empty() {
                return Err(field.must_be(value, Self::allowed()));
            }
            let labels = Axis::<Count<0, 9>>::read(field, value)?.map(Count::byte);
            return Ok(Self::Labels(labels.values().to_vec()));
        }
        let named = named(value.get_ref()).map(Self::Named);
        named.ok_or_else(|| field.must_be(value, Self::allowed()))
    }
}
