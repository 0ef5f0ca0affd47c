//! One form of bytes for each value: JSON by RFC 8785.

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The greatest whole number that every reader of JSON tells from its neighbours.
const MOST: u64 = (1 << 53) - 1;

/// Why a value has no canonical form.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// A whole number is beyond what JSON's readers have in common.
    #[error("{number} is no number of canonical JSON: whole numbers go from -{MOST} to {MOST}")]
    Number {
        /// The number.
        number: serde_json::Number,
    },
    /// It cannot be written as JSON.
    #[error("it cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// The canonical form of a value: its JSON without blanks, with sorted keys and numbers as ECMAScript writes them.
///
/// ```
/// use pixel_debate_study::canonical;
///
/// let value = serde_json::json!({"b": 1e3, "a": ["é", 0.10]});
/// assert_eq!(canonical(&value)?, r#"{"a":["é",0.1],"b":1000}"#.as_bytes());
/// assert!(canonical(&(1_u64 << 53)).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`CanonicalError`] if it has whole numbers that are no numbers of RFC 7493, or is no JSON.
pub fn canonical<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    let value = serde_json::to_value(value)?;
    check(&value)?;
    Ok(serde_json_canonicalizer::to_vec(&value)?)
}

/// Whether all whole numbers are such that every reader reads the same.
fn check(value: &Value) -> Result<(), CanonicalError> {
    match value {
        Value::Array(values) => values.iter().try_for_each(check),
        Value::Object(fields) => fields.values().try_for_each(check),
        Value::Number(number) => {
            let size = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
            match size {
                Some(size) if size > MOST => Err(CanonicalError::Number { number: number.clone() }),
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// SHA-256 in hexadecimal.
pub(crate) fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes as two digits each.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |number: u8| char::from_digit(u32::from(number), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(value: &Value) -> String {
        String::from_utf8(canonical(value).unwrap()).unwrap()
    }

    /// The table of appendix B of the RFC, but for what is no number of JSON.
    #[test]
    fn numbers_are_those_of_the_rfc() {
        for (bits, wanted) in [
            (0x0000_0000_0000_0000_u64, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] {
            assert_eq!(text(&Value::from(f64::from_bits(bits))), wanted, "{bits:x}");
        }
    }

    /// Sections 3.2.2 and 3.2.3 of the RFC.
    #[test]
    fn text_and_order_are_those_of_the_rfc() {
        let value: Value = serde_json::from_str(
            r#"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
                "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#,
        )
        .unwrap();
        let wanted = "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
                      \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
        assert_eq!(text(&value), wanted);
        let value: Value = serde_json::from_str(
            r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
                "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#,
        )
        .unwrap();
        // By UTF-16, where the emoji begins with D83D and so comes before FB33.
        let order =
            ["Carriage Return", "One", "Control", "Latin Small", "Euro Sign", "Emoji", "Hebrew"];
        let text = text(&value);
        let places: Vec<usize> = order.iter().map(|name| text.find(name).unwrap()).collect();
        assert!(places.is_sorted(), "{text}");
    }

    #[test]
    fn whole_numbers_that_readers_confuse_have_no_form() {
        for number in [MOST, MOST - 1, 0] {
            assert_eq!(canonical(&number).unwrap(), number.to_string().into_bytes());
        }
        let refusal = canonical(&vec![(MOST + 1,)]).unwrap_err().to_string();
        assert!(
            refusal.starts_with("9007199254740992 is no number of canonical JSON"),
            "{refusal}"
        );
        assert!(canonical(&-(MOST as i64 + 1)).is_err());
    }

    proptest! {
        /// What is read again has the same form, and a number the same bits.
        #[test]
        fn the_form_of_what_is_read_again_is_the_same(bits: u64, single: u32) {
            for number in [f64::from_bits(bits), f64::from(f32::from_bits(single))] {
                prop_assume!(number.is_finite());
                let form = canonical(&number).unwrap();
                // A whole number without a fraction is read as such, and has no other digits.
                let read: f64 = serde_json::from_slice(&form).unwrap();
                prop_assert_eq!(read, number);
                prop_assert_eq!(serde_json_canonicalizer::to_vec(&read).unwrap(), form);
            }
        }
    }
}
