//! What participants are paid by their answers.

use pixel_debate_fields::{Count, Field, Fields, Given, Refusal, Source, Value};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::InStudy;

/// A bonus by the quadratic score of the last belief of each main item, whose mean is paid: from `least` where all
/// are wrong for sure, to `most` where all are right for sure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bonus {
    /// The least, in hundredths of the currency, 0 to 100,000.
    pub least: u64,
    /// The most, in hundredths of the currency, 1 to 100,000.
    pub most: u64,
    /// The currency's three letters, `EUR` for example.
    pub currency: String,
}

const BONUS: &[&str] = &["least", "most", "currency"];

impl Bonus {
    pub(super) fn read(
        file: &Fields<'_, '_, InStudy>,
        source: Source<'_, InStudy>,
    ) -> Result<Option<Self>, Refusal> {
        if !file.names().any(|name| name == "bonus") {
            return Ok(None);
        }
        let (span, table) = file.table("bonus")?;
        let fields = Fields::of(source, "[bonus]", span, table, BONUS)?;
        let least: Option<Spanned<Count<0, 100_000>>> = fields.optional("least")?;
        let least = least.map_or(0, |least| least.into_inner().get());
        let most = fields.required::<Count<1, 100_000>>("most")?.into_inner().get();
        if most <= least {
            let reason = format!(
                "`most` is {most}: it must be a whole number from {} to 100000, above `least`",
                least + 1
            );
            return Err(fields.refuse("most", reason));
        }
        let currency = fields.required::<Currency>("currency")?.into_inner().0;
        Ok(Some(Self { least, most, currency }))
    }
}

struct Currency(String);

impl Value<InStudy> for Currency {
    fn allowed() -> String {
        "three capital letters, \"EUR\" for example".to_owned()
    }

    fn read(field: &Field<'_, InStudy>, value: &Given<'_>) -> Result<Self, Refusal> {
        let is_one =
            |text: &&str| text.len() == 3 && text.bytes().all(|letter| letter.is_ascii_uppercase());
        let text = value.get_ref().as_str().filter(is_one);
        text.map(|text| Self(text.to_owned())).ok_or_else(|| field.must_be(value, Self::allowed()))
    }
}
