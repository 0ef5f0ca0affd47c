//! What a judge makes of several sets of pixels.

use std::ops::Index;
use std::slice::ChunksExact;

/// A judge's logits: sets × labels, a row a set.
///
/// ```
/// use pixel_debate_judge::Logits;
///
/// // Of two sets of pixels, by a judge that tells three labels apart.
/// let logits = Logits::of(3, [[0.5, -1.0, 0.0], [2.0, 1.0, 4.0]]);
/// assert_eq!((logits.len(), logits.classes()), (2, 3));
/// assert_eq!(logits[1], [2.0, 1.0, 4.0]);
/// assert!(logits.rows().all(|row| row.len() == 3));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Logits {
    classes: usize,
    numbers: Vec<f32>,
}

impl Logits {
    /// Of no set yet, by a judge that tells so many labels apart.
    ///
    /// ```
    /// use pixel_debate_judge::Logits;
    ///
    /// let mut logits = Logits::new(2);
    /// assert!(logits.is_empty());
    /// logits.push(&[0.5, -1.0]);
    /// assert_eq!(logits, Logits::of(2, [[0.5, -1.0]]));
    /// ```
    ///
    /// # Panics
    ///
    /// If that is no label at all.
    pub fn new(classes: usize) -> Self {
        assert!(classes > 0, "a judge has labels");
        Self { classes, numbers: Vec::new() }
    }

    /// With these rows.
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new), and as [`push`](Self::push).
    pub fn of<R: AsRef<[f32]>>(classes: usize, rows: impl IntoIterator<Item = R>) -> Self {
        let mut logits = Self::new(classes);
        rows.into_iter().for_each(|row| logits.push(row.as_ref()));
        logits
    }

    /// Nothing but zeros, for so many sets: a judge that finds all alike.
    ///
    /// ```
    /// use pixel_debate_judge::Logits;
    ///
    /// assert_eq!(Logits::zeros(2, 1), Logits::of(2, [[0.0, 0.0]]));
    /// ```
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new).
    pub fn zeros(classes: usize, sets: usize) -> Self {
        let mut logits = Self::new(classes);
        logits.numbers.resize(sets * classes, 0.0);
        logits
    }

    /// Adds a row.
    ///
    /// # Panics
    ///
    /// If it has not one number a label.
    pub fn push(&mut self, row: &[f32]) {
        assert_eq!(row.len(), self.classes, "one logit a label");
        self.numbers.extend_from_slice(row);
    }

    /// Adds a row of zeros, to be filled.
    ///
    /// ```
    /// use pixel_debate_judge::Logits;
    ///
    /// let mut logits = Logits::new(2);
    /// logits.push_zeros()[1] = 3.0;
    /// assert_eq!(logits[0], [0.0, 3.0]);
    /// ```
    pub fn push_zeros(&mut self) -> &mut [f32] {
        let from = self.numbers.len();
        self.numbers.resize(from + self.classes, 0.0);
        &mut self.numbers[from..]
    }

    /// Adds the rows of another.
    ///
    /// ```
    /// use pixel_debate_judge::Logits;
    ///
    /// let mut logits = Logits::of(1, [[1.0]]);
    /// logits.append(&Logits::of(1, [[2.0]]));
    /// assert_eq!(logits.numbers(), [1.0, 2.0]);
    /// ```
    ///
    /// # Panics
    ///
    /// If it has another number of labels.
    pub fn append(&mut self, other: &Self) {
        assert_eq!(other.classes, self.classes, "logits of the same labels");
        self.numbers.extend_from_slice(&other.numbers);
    }

    /// How many sets there are.
    pub fn len(&self) -> usize {
        self.numbers.len() / self.classes
    }

    /// Whether there is no set.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// How many labels there are, at least one.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The rows in the order of the sets.
    pub fn rows(&self) -> ChunksExact<'_, f32> {
        self.numbers.chunks_exact(self.classes)
    }

    /// All numbers, row after row.
    pub fn numbers(&self) -> &[f32] {
        &self.numbers
    }

    /// The same for whoever keeps them: of a single set, its row.
    ///
    /// ```
    /// use pixel_debate_judge::Logits;
    ///
    /// assert_eq!(Logits::of(2, [[0.5, 1.0]]).into_numbers(), [0.5, 1.0]);
    /// ```
    pub fn into_numbers(self) -> Vec<f32> {
        self.numbers
    }
}

impl Index<usize> for Logits {
    type Output = [f32];

    fn index(&self, set: usize) -> &[f32] {
        &self.numbers[set * self.classes..][..self.classes]
    }
}

/// The mean of what several judges say of the same sets, rounded once.
///
/// # Panics
///
/// If there is none, or they are of different labels or numbers of sets.
pub(crate) fn mean(said: &[Logits]) -> Logits {
    let first = &said[0];
    let alike = |one: &Logits| (one.classes, one.numbers.len());
    assert!(said.iter().all(|one| alike(one) == alike(first)), "logits of the same sets");
    let sum = |at: usize| said.iter().map(|one| f64::from(one.numbers[at])).sum::<f64>();
    let numbers = (0..first.numbers.len()).map(|at| (sum(at) / said.len() as f64) as f32);
    Logits { classes: first.classes, numbers: numbers.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "one logit a label")]
    fn a_row_of_another_width_is_refused() {
        Logits::new(3).push(&[1.0, 2.0]);
    }

    #[test]
    #[should_panic(expected = "logits of the same labels")]
    fn logits_of_other_labels_are_not_mixed() {
        Logits::new(3).append(&Logits::zeros(2, 3));
    }
}
