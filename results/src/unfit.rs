//! Results that cannot be those of a study.

/// Why results cannot be those of a study.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Unfit {
    /// Two participants have one name.
    #[error("there are two participants {name:?}: each has a name of their own")]
    TwoOfOneName {
        /// The name.
        name: String,
    },
    /// An item is withdrawn that there is not.
    #[error("item {item} is withdrawn, and the plan has {items}, from 0")]
    Withdrawn {
        /// The number.
        item: u32,
        /// How many there are.
        items: usize,
    },
    /// Something of a judgment cannot be.
    #[error("the judgment {position} of participant {participant:?}: {fault}")]
    Judgment {
        /// The participant's name.
        participant: String,
        /// Which of their presentations it is.
        position: u32,
        /// What cannot be.
        fault: Fault,
    },
}

/// What of a judgment cannot be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Fault {
    /// It does not come after the one before.
    #[error("it does not come after the one before it, which is {before}")]
    Order {
        /// The position of the one before.
        before: u32,
    },
    /// There is no such item.
    #[error("there is no item {item}: the plan has {items}, from 0")]
    NoItem {
        /// The number.
        item: u32,
        /// How many there are.
        items: usize,
    },
    /// The item is for something else.
    #[error(
        "item {item} is not for that: practice, main items and attention checks are different ones"
    )]
    OtherPart {
        /// The number.
        item: u32,
    },
    /// A label is none of the item's answers.
    #[error("label {label} is none of the answers of item {item}")]
    NoAnswer {
        /// The label.
        label: u8,
        /// The item's number.
        item: u32,
    },
    /// Something that goes from 0 to 1 does not.
    #[error("a {what} of {value}: it must be from 0 to 1")]
    NoShare {
        /// A belief or a confidence.
        what: &'static str,
        /// What it is.
        value: f32,
    },
    /// A belief after more reveals than there are.
    #[error("a belief after {after} reveals, of which item {item} has {reveals}")]
    TooLate {
        /// After how many.
        after: u32,
        /// The item's number.
        item: u32,
        /// How many it has.
        reveals: usize,
    },
    /// A belief that was said before.
    #[error("two beliefs after {after} reveals")]
    Twice {
        /// After how many.
        after: u32,
    },
}
