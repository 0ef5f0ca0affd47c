//! A study before anybody comes: simulated participants of known skill go through it by the protocol of the browser's
//! page, over connections of their own, and all that they are told is checked.
//!
//! They know the frozen folder with its secrets, so they tell each item by what is shown of it, and are right as often as
//! they are meant to be. Whoever has no answer says the same once more, as the page does. Afterwards all that was
//! acknowledged is held against the store: [`Rehearsed::hold`].
//!
//! | what | where |
//! |---|---|
//! | from the first who comes to the report | [`rehearse`], `run.rs` |
//! | one participant | `person.rs` |
//! | what they may be shown | `watch.rs`, `recognition.rs` |
//! | how good they are, and how sure | [`Skills`], `skill.rs` |
//! | how they behave otherwise | [`Behaviour`], `scene.rs` |
//! | connections, and asking again | `line.rs`, `caller.rs` |
//! | what they said and saw, held against the store | `trace.rs`, `hold.rs` |
//! | what came of it | [`RehearsalReport`], `report.rs`, `tally.rs` |

mod caller;
mod hold;
mod line;
mod person;
mod recognition;
mod report;
mod run;
mod scene;
mod skill;
mod tally;
mod trace;
mod watch;

pub use report::{KeptReport, RehearsalReport};
pub use run::{Rehearsal, Rehearsed, rehearse};
pub use scene::Behaviour;
pub use skill::Skills;
pub use trace::Ending;
