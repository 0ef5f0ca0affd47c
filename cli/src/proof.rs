//! A line of `solve --json`: what `solve` writes, and `verify` reads.

use pixel_debate_agents::solver::Certificate;
use pixel_debate_game::{Pixel, Role};
use serde::{Deserialize, Serialize};

/// A solved game with its certificate. What stands beside the certificate is for programs that do not
/// read it, and says what it says.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    pub(crate) image: u64,
    pub(crate) label: u8,
    pub(crate) lie: Option<u8>,
    pub(crate) pixels: u8,
    pub(crate) first: Role,
    pub(crate) winner: Role,
    /// What both sides may reveal.
    pub(crate) variation: Vec<Pixel>,
    /// How many sets the solver has judged: a note, which nothing depends on.
    pub(crate) evaluations: u64,
    /// How long it took: likewise.
    pub(crate) seconds: f64,
    pub(crate) certificate: Certificate,
}

impl Line {
    /// Says which field is not what the certificate says, if one is.
    pub(crate) fn disagreement(&self) -> Option<String> {
        let Certificate { source, rules, claims, winner, .. } = &self.certificate;
        let lie = |lie: Option<u8>| lie.map_or("none".to_owned(), |lie| lie.to_string());
        let index = source.as_ref().map(|source| u64::from(source.index));
        let fields = [
            ("image", self.image.to_string(), index.map(|index| index.to_string())),
            ("label", self.label.to_string(), Some(claims.honest.to_string())),
            ("lie", lie(self.lie), Some(lie(claims.liar))),
            ("pixels", self.pixels.to_string(), Some(rules.pixels.to_string())),
            ("first", self.first.to_string(), Some(rules.first.to_string())),
            ("winner", self.winner.to_string(), Some(winner.to_string())),
        ];
        let wrong = fields.into_iter().find_map(|(field, line, certificate)| {
            let certificate = certificate.filter(|certificate| *certificate != line)?;
            Some(format!("{field}: the line says {line}, its certificate {certificate}"))
        });
        let seconds = (!self.seconds.is_finite() || self.seconds < 0.0)
            .then(|| format!("seconds: {} is no time", self.seconds));
        wrong.or(seconds)
    }
}
