//! What has been revealed.

use serde::{Deserialize, Serialize};

use crate::{Debater, Pixel};

/// One pixel shown to the judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reveal {
    /// Who revealed it.
    pub by: Debater,
    /// Where it is.
    pub pixel: Pixel,
    /// Its value in the image, 0 to 255. Nobody can lie about it.
    pub value: u8,
}

/// The pixels revealed so far, in order: all of the image that the judge ever sees.
///
/// Serialises as the list of its [`Reveal`]s.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Evidence {
    reveals: Vec<Reveal>,
}

impl Evidence {
    /// The number of pixels revealed.
    ///
    /// ```
    /// use pixel_debate_game::Evidence;
    ///
    /// let json = r#"[{"by": "first", "pixel": [12, 7], "value": 253}]"#;
    /// let evidence: Evidence = serde_json::from_str(json)?;
    /// assert_eq!(evidence.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn len(&self) -> usize {
        self.reveals.len()
    }

    /// Whether nothing has been revealed.
    pub fn is_empty(&self) -> bool {
        self.reveals.is_empty()
    }

    /// Whether that pixel has been revealed.
    ///
    /// ```
    /// use pixel_debate_game::{Evidence, Pixel};
    ///
    /// let json = r#"[{"by": "first", "pixel": [12, 7], "value": 253}]"#;
    /// let evidence: Evidence = serde_json::from_str(json)?;
    /// assert!(evidence.contains(Pixel::new(12, 7)));
    /// assert!(!evidence.contains(Pixel::new(7, 12)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn contains(&self, pixel: Pixel) -> bool {
        self.reveals.iter().any(|reveal| reveal.pixel == pixel)
    }

    /// The first `reveals` of them, or all where there are not so many.
    ///
    /// A debate is gone through again by its beginnings:
    ///
    /// ```
    /// use pixel_debate_game::Evidence;
    ///
    /// # let json = r#"[{"by": "first", "pixel": [12, 7], "value": 253},
    /// #     {"by": "second", "pixel": [3, 4], "value": 99}]"#;
    /// let evidence: Evidence = serde_json::from_str(json)?;
    /// let steps: Vec<Evidence> = (0..=evidence.len()).map(|step| evidence.first(step)).collect();
    /// assert!(steps[0].is_empty());
    /// assert_eq!(steps.last(), Some(&evidence));
    /// assert_eq!(evidence.first(99), evidence);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn first(&self, reveals: usize) -> Self {
        Self { reveals: self.reveals[..reveals.min(self.reveals.len())].to_vec() }
    }

    /// The reveals, in order.
    ///
    /// ```
    /// use pixel_debate_game::{Debater, Evidence};
    ///
    /// # let json = r#"[{"by": "first", "pixel": [12, 7], "value": 253},
    /// #     {"by": "second", "pixel": [3, 4], "value": 99}]"#;
    /// let evidence: Evidence = serde_json::from_str(json)?;
    /// let second = evidence.iter().filter(|reveal| reveal.by == Debater::Second);
    /// assert!(second.map(|reveal| reveal.value).eq([99]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn iter(&self) -> std::slice::Iter<'_, Reveal> {
        self.reveals.iter()
    }

    pub(crate) fn push(&mut self, reveal: Reveal) {
        self.reveals.push(reveal);
    }
}

impl<'a> IntoIterator for &'a Evidence {
    type Item = &'a Reveal;
    type IntoIter = std::slice::Iter<'a, Reveal>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
