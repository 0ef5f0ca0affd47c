//! Amounts of money as those who pay read them.

/// Currencies of which nothing is less than one, by ISO 4217.
const WHOLE: [&str; 16] = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV",
    "XAF", "XOF", "XPF",
];

/// Those that have thousandths.
const THOUSANDTHS: [&str; 7] = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

/// How many hundredths of the currency can be paid of so many: of some there are only whole ones, and a half is rounded up,
/// as the page shows it.
pub(crate) fn rounded(hundredths: u32, currency: &str) -> u64 {
    let hundredths = u64::from(hundredths);
    if WHOLE.contains(&currency) { (hundredths + 50) / 100 * 100 } else { hundredths }
}

/// An amount with as many decimals as the currency has, and a point before them.
pub(crate) fn amount(hundredths: u32, currency: &str) -> String {
    let paid = rounded(hundredths, currency);
    let whole = paid / 100;
    if WHOLE.contains(&currency) {
        whole.to_string()
    } else if THOUSANDTHS.contains(&currency) {
        format!("{whole}.{:02}0", paid % 100)
    } else {
        format!("{whole}.{:02}", paid % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_the_decimals_of_its_currency() {
        for (hundredths, currency, wanted) in [
            (125, "GBP", "1.25"),
            (5, "EUR", "0.05"),
            (100_000, "USD", "1000.00"),
            (125, "KWD", "1.250"),
            (149, "JPY", "1"),
            (150, "JPY", "2"),
            (49, "JPY", "0"),
        ] {
            assert_eq!(amount(hundredths, currency), wanted, "{hundredths} {currency}");
        }
        assert_eq!((rounded(49, "JPY"), rounded(49, "GBP")), (0, 49));
    }
}
