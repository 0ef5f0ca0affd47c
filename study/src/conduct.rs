//! A frozen study as it is conducted: who comes, what they are shown, what they say, what becomes of it.
//!
//! [`Conduct`] is the study, a [`Session`] one participant's way through it. Both are values that change by events
//! alone: [`log::Event`] of the study, [`Event`] of a participant. Whoever runs a study keeps each event before having
//! it applied, so that the events alone make the study again, to the last answer, whenever it was stopped.
//!
//! | what | where |
//! |---|---|
//! | the study: places and people | [`Conduct`], `study.rs` |
//! | who comes | [`Coming`], `joining.rs` |
//! | what time does | `times.rs` |
//! | what the researcher orders | `orders.rs` |
//! | a participant as the study knows them | [`Member`] |
//! | their way from the consent to the end | [`Session`], `session.rs` |
//! | one item before them | [`Trial`](Thought), `trial.rs` |
//! | what they are shown where they are | `screens.rs` |
//! | what the researcher sees | `standing.rs` |
//! | what has come of it | `results.rs` |
//! | what is kept | [`event`](Event), [`log`] |

mod asks;
mod event;
mod joining;
pub mod log;
mod member;
mod orders;
mod questions;
mod results;
mod screens;
mod session;
mod standing;
mod study;
mod thinking;
mod times;
mod trial;

pub use event::{Beginning, Entry, Event};
pub use joining::Coming;
pub use member::{Member, MemberState};
pub use session::{Ending, Session};
pub use study::{Conduct, Unfit};
pub use times::TIME_IS_OVER;
pub use trial::{BeliefAt, Judged, JudgedEnd, NoTrial, Thought};
