//! What is kept under a name: debates and judgments, each kind with names of its own.

use std::fmt;

/// Something in a store, by its kind and its name.
///
/// ```
/// use pixel_debate_store::Name;
///
/// assert_eq!(Name::Judgment("j1".into()).to_string(), "judgment \"j1\"");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Name {
    /// The debate of that name.
    Debate(String),
    /// The judgment of that name.
    Judgment(String),
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Debate(id) => write!(f, "debate {id:?}"),
            Self::Judgment(id) => write!(f, "judgment {id:?}"),
        }
    }
}

/// What has events, one after the other, and perhaps an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Debate,
    Judgment,
}

impl Kind {
    pub(crate) const ALL: [Self; 2] = [Self::Debate, Self::Judgment];

    /// The one of this kind with that name.
    pub(crate) fn named(self, id: impl Into<String>) -> Name {
        match self {
            Self::Debate => Name::Debate(id.into()),
            Self::Judgment => Name::Judgment(id.into()),
        }
    }

    /// The table that has its beginning and its end.
    pub(crate) fn table(self) -> &'static str {
        match self {
            Self::Debate => "debates",
            Self::Judgment => "judgments",
        }
    }
}

/// A name that is borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NameRef<'a> {
    pub(crate) kind: Kind,
    pub(crate) id: &'a str,
}

impl Name {
    pub(crate) fn parts(&self) -> NameRef<'_> {
        match self {
            Self::Debate(id) => NameRef { kind: Kind::Debate, id },
            Self::Judgment(id) => NameRef { kind: Kind::Judgment, id },
        }
    }
}

impl NameRef<'_> {
    pub(crate) fn owned(self) -> Name {
        self.kind.named(self.id)
    }
}
