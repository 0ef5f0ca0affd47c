//! The parts of a dataset.

/// A part of a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// What a judge is trained on.
    Train,
    /// What it is measured on, and what is debated.
    Test,
}

impl Split {
    /// As a dataset's name has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "test",
        }
    }
}
