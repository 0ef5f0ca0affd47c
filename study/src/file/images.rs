//! Which images are judged.

use std::ops::Range;

use pixel_debate_fields::{Count, Field, Fields, Given, Number, Refusal, Source, Value, integer};
use pixel_debate_game::Role;
use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{InStudy, Name};

/// Which images are judged: those of the data set in an order drawn by the seed, from the first on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Images {
    /// How many, 1 to 10,000; 0 where the tiers say it.
    pub number: u64,
    /// Only images of these classes; of all, where nothing is said.
    pub classes: Option<Vec<u8>>,
    /// Groups of proven difficulty.
    pub tiers: Vec<Tier>,
    /// The condition for whose game difficulty is proven; the first debate, where nothing is said.
    pub proven_for: Option<String>,
    /// How many images are looked at for the tiers at most, 1 to 1,000,000.
    pub examine: u64,
}

/// Images of proven difficulty: under optimal play of the game that it is proven for, in every order in which that
/// is played. What is not said may be anything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// What it is called; no two of a study have the same name.
    pub name: String,
    /// How many images, 1 to 10,000.
    pub number: u64,
    /// Who wins.
    pub winner: Option<Role>,
    /// How many pixels the plan has by which the solver proves the win, whatever else is revealed, from and to: 0 to
    /// 128. An image whose proof answers the other side's reveals has no plan, and fits no range.
    pub plan: Option<[u8; 2]>,
    /// By how much the judge's logit of the winner's claim is above the other in the end, from and to: 0 to 1000.
    pub margin: Option<[f64; 2]>,
}

pub(super) const IMAGES: &[&str] = &["number", "classes", "proven_for", "examine"];
const TIER: &[&str] = &["name", "number", "winner", "plan", "margin"];
/// The most images of a study.
pub(super) type Some10000 = Count<1, 10_000>;

impl Images {
    pub(super) fn read(
        fields: &Fields<'_, '_, InStudy>,
        tiers: Vec<Tier>,
    ) -> Result<Self, Refusal> {
        let number: Option<Spanned<Some10000>> = fields.optional("number")?;
        let number = match (number, tiers.is_empty()) {
            (Some(number), true) => number.into_inner().get(),
            (Some(_), false) => {
                let reason =
                    "`number` of [images] and [[tiers]]: where there are tiers, each says how many";
                return Err(fields.refuse("number", reason));
            }
            (None, false) => 0,
            (None, true) => {
                let reason = "the study has no images: `number` in [images] must be a whole number from 1 \
                              to 10000, or there must be [[tiers]]";
                return Err(fields.refuse("number", reason));
            }
        };
        let examine: Option<Spanned<Count<1, 1_000_000>>> = fields.optional("examine")?;
        if examine.is_some() && tiers.is_empty() {
            let reason = "`examine` needs [[tiers]]: without them no image is examined";
            return Err(fields.refuse("examine", reason));
        }
        let proven_for: Option<Spanned<Name>> = fields.optional("proven_for")?;
        Ok(Self {
            number,
            classes: fields.optional::<Classes>("classes")?.map(|classes| classes.into_inner().0),
            tiers,
            proven_for: proven_for.map(|name| name.into_inner().into_inner()),
            examine: examine.map_or(2000, |count| count.into_inner().get()),
        })
    }
}

impl Tier {
    pub(super) fn read(
        source: Source<'_, InStudy>,
        span: Range<usize>,
        table: &DeTable<'_>,
    ) -> Result<Self, Refusal> {
        let fields = Fields::of(source, "[[tiers]]", span, table, TIER)?;
        let tier = Self {
            name: fields.required::<Name>("name")?.into_inner().into_inner(),
            number: fields.required::<Some10000>("number")?.into_inner().get(),
            winner: fields.optional("winner")?.map(Spanned::into_inner),
            plan: fields.optional::<Plans>("plan")?.map(|plan| plan.into_inner().0),
            margin: fields.optional::<Margins>("margin")?.map(|margin| margin.into_inner().0),
        };
        if tier.winner.is_none() && tier.plan.is_none() && tier.margin.is_none() {
            let reason = format!(
                "tier {:?} takes every image: it must have `winner`, `plan` or `margin`",
                tier.name
            );
            return Err(fields.refuse("", reason));
        }
        Ok(tier)
    }
}

/// Different labels.
struct Classes(Vec<u8>);

impl Value<InStudy> for Classes {
    fn allowed() -> String {
        "a list of different labels from 0 to 254".to_owned()
    }

    fn read(field: &Field<'_, InStudy>, value: &Given<'_>) -> Result<Self, Refusal> {
        let labels = |values: &[Given<'_>]| {
            let labels = values.iter().map(|value| integer(value.get_ref()));
            labels.collect::<Option<Vec<u8>>>()
        };
        let read = value.get_ref().as_array().and_then(|values| labels(values));
        let fits = |labels: &Vec<u8>| {
            let twice = |at: usize| labels[..at].contains(&labels[at]);
            !labels.is_empty()
                && labels.iter().all(|label| *label < u8::MAX)
                && !(0..labels.len()).any(twice)
        };
        let read = read.filter(fits);
        read.map(Self).ok_or_else(|| field.must_be(value, Self::allowed()))
    }
}

/// Two values, the first not above the second.
fn two<T: Value<InStudy>, N: PartialOrd>(
    field: &Field<'_, InStudy>,
    value: &Given<'_>,
    number: fn(T) -> N,
) -> Option<[N; 2]> {
    let DeValue::Array(values) = value.get_ref() else { return None };
    let [from, to] = &values[..] else { return None };
    let read = |value| T::read(field, value).ok().map(number);
    let two = [read(from)?, read(to)?];
    (two[0] <= two[1]).then_some(two)
}

/// From so many pixels to so many.
struct Plans([u8; 2]);

impl Value<InStudy> for Plans {
    fn allowed() -> String {
        "a list [A, B] of two whole numbers from 0 to 128, A not above B".to_owned()
    }

    fn read(field: &Field<'_, InStudy>, value: &Given<'_>) -> Result<Self, Refusal> {
        let read = two::<Count<0, 128>, _>(field, value, Count::byte);
        read.map(Self).ok_or_else(|| field.must_be(value, Self::allowed()))
    }
}

/// From such a margin to such a one.
struct Margins([f64; 2]);

impl Value<InStudy> for Margins {
    fn allowed() -> String {
        "a list [A, B] of two numbers from 0 to 1000, A not above B".to_owned()
    }

    fn read(field: &Field<'_, InStudy>, value: &Given<'_>) -> Result<Self, Refusal> {
        let read = two::<Number<0, 1000>, _>(field, value, Number::get);
        read.map(Self).ok_or_else(|| field.must_be(value, Self::allowed()))
    }
}
