//! The pixel debate as pure rules: no I/O, no clock and no randomness of its own.
//!
//! Two debaters see an image and argue about its label by revealing single pixels to a judge who
//! sees nothing else (Irving, Christiano, Amodei, "AI safety via debate", section 3.1).
//! [`Debate::apply`] is the only way in which a debate changes; [`Debate::view`] is the only source
//! of what a seat may be told; a [`Transcript`] replays a whole debate and checks it.
//!
//! | what | where |
//! |---|---|
//! | a debate, what is tried in it and what has happened | [`Debate`], [`Move`], [`Event`] |
//! | what it is about | [`Image`], [`Pixel`], [`Claims`] |
//! | how it is played | [`Rules`], [`TurnOrder`], [`LegalPixels`] |
//! | who takes part | [`Role`], [`Debater`], [`Seat`] |
//! | what the judge sees and answers | [`Evidence`], [`Verdict`] |
//! | what one judge says of a debate, and how several decide | [`Judgment`], [`JudgmentEvent`], [`PanelRule`] |
//! | who wins by the judge's logits | [`honest_wins`], [`honest_margin`], [`believed_label`] |
//! | what a seat may be told | [`View`], [`ViewEvent`], [`Sight`] |
//! | the record of a debate | [`Transcript`] |
//! | why something is refused | [`SetupError`], [`IllegalMove`], [`IllegalJudgment`], [`TranscriptError`], [`ImageError`], [`ViewError`] |
//! | which bytes the program computes | [`BEHAVIOUR`] |
//!
//! ```
//! use std::sync::Arc;
//!
//! use pixel_debate_game::{Debate, Debater, Image, Move, Pixel, Role, Rules, Seat, Verdict};
//!
//! // A 3x1 image of class 1, which the liar passes off as class 0.
//! let image = Arc::new(Image::new(3, 1, vec![0, 200, 90])?);
//! let rules = Rules::paper(2, true, Role::Liar);
//! let mut debate = Debate::new(rules, image, 1, Some(0), 10)?;
//!
//! debate.apply(Move::Reveal { by: Debater::First, pixel: Pixel::new(2, 0) })?;
//! let refusal =
//!     debate.apply(Move::Reveal { by: Debater::Second, pixel: Pixel::new(0, 0) }).unwrap_err();
//! assert_eq!(refusal.to_string(), "pixel (0, 0) is zero: only a nonzero pixel may be revealed");
//! debate.apply(Move::Reveal { by: Debater::Second, pixel: Pixel::new(1, 0) })?;
//!
//! // The judge knows who claims what, and not who is honest.
//! let view = debate.view(Seat::Judge);
//! assert_eq!((view.claims.first, view.claims.second), (Some(0), Some(1)));
//! assert!(view.image.is_none() && view.truth.is_none());
//!
//! debate.apply(Move::Verdict(Verdict::label(1)))?;
//! assert_eq!(debate.outcome().map(|outcome| outcome.winner), Some(Role::Honest));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod behaviour;
mod claims;
mod debate;
mod event;
mod evidence;
mod illegal;
mod image;
mod judgment;
mod panel;
mod pixel;
mod rules;
mod seats;
mod transcript;
mod verdict;
mod view;

pub use behaviour::BEHAVIOUR;
pub use claims::{Claims, SeatClaims};
pub use debate::{Debate, SetupError};
pub use event::{Event, ForfeitReason, Move};
pub use evidence::{Evidence, Reveal};
pub use illegal::IllegalMove;
pub use image::{Image, ImageError};
pub use judgment::{IllegalJudgment, Judgment, JudgmentEnd, JudgmentEvent};
pub use panel::PanelRule;
pub use pixel::Pixel;
pub use rules::{LegalPixels, Rules, RulesError, TurnOrder};
pub use seats::{Debater, Role, Seat, UnknownName};
pub use transcript::{ImageSource, Players, Transcript, TranscriptError};
pub use verdict::{Outcome, OutcomeReason, Verdict, believed_label, honest_margin, honest_wins};
pub use view::{Sight, Truth, View, ViewError, ViewEvent, ViewRules};
