//! What a study's server and its pages say to each other, over HTTP.
//!
//! A participant joins with `POST /api/study/participants` and a [`StudyJoin`], and has a token from then on, the link by
//! which they come back. `GET /api/study/me` with it shows the [`Sheet`] where they stopped; `POST /api/study/me` takes
//! a [`Reply`] to it and answers with the next. A reply names the step that it is about, so that one that is sent
//! twice, or from an old tab, changes nothing. The researcher's token opens `GET /api/study/standing`, which is a
//! [`Standing`], `POST /api/study/orders`, which takes an [`Order`], and `POST /api/study/export`, which takes an [`Export`] and
//! answers with what has come of the study.
//!
//! ```
//! use pixel_debate_protocol::study::{Answer, Reply};
//!
//! let reply = Reply::parse(br#"{"step": 7, "type": "belief", "label": 3, "probability": 0.8}"#)?;
//! assert_eq!(reply, Reply { step: 7, answer: Answer::Belief { label: 3, probability: 0.8 } });
//!
//! let refusal = Reply::parse(br#"{"step": 7, "type": "belief", "label": 3}"#).unwrap_err();
//! assert!(refusal.message.contains("probability"), "{refusal}");
//! # Ok::<(), pixel_debate_protocol::Refusal>(())
//! ```

mod answer;
mod export;
mod orders;
mod screen;
mod standing;
mod wire;

pub use answer::{Answer, Given, Reply, StudyJoin};
pub use export::Export;
pub use orders::{Order, SentOrder};
pub use screen::{
    Asked, Feedback, Glance, ItemScreen, Part, Payment, Progress, Question, QuestionForm,
    Questions, Screen, Sheet, Status, Stopped, StudyJoined, StudyOffer, ToldItem,
};
pub use standing::{
    CellCount, ConditionRate, ItemCount, ItemPart, Peeked, Place, Standing, StudyMember,
};
