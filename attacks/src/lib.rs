//! How few pixels mislead a judge, and how far.
//!
//! A [`Plan`] says which images of a data set a judge is attacked on, and how; [`run`] attacks one after the other
//! and keeps what came of each in a folder. For every image and lie that is
//!
//! - the set of so many pixels after which the judge favours the lie most, by a consultant that lies, and whether it
//!   is proven that no set does so more, or that none makes the lie win;
//! - the least number of pixels with which a liar alone turns the judge;
//! - the least number with which it does so whatever an honest debater then reveals.
//!
//! | what | where |
//! |---|---|
//! | what is to be done | [`Plan`] |
//! | what came of one image | [`Attacked`], by [`attack`] |
//! | all images, in a folder that can be gone on with | [`run`] |
//! | rates and counts | [`Summary`] |
//! | positions that judges are held to | [`Suite`] |
//!
//! ```no_run
//! use pixel_debate_attacks::{Attack, Plan, run};
//! use pixel_debate_datasets::mnist;
//! use pixel_debate_judge::Judge;
//!
//! let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
//! let hash = judge.hash();
//! let plan = Plan::new("judge-6", &hash, &judge, mnist::test(), Attack::default(), 100, 1)?;
//! let summary = run(&plan, &judge, mnist::test(), "attack-6".as_ref(), 2, |_| ())?;
//! println!("{summary}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod attacked;
mod attacker;
mod folder;
mod image;
mod pictures;
mod plan;
mod robust;
mod run;
mod suite;
mod summary;
mod table;

pub use attacked::{Attacked, Revealed, Said, Smallest};
pub use folder::AttackError;
pub use image::attack;
pub use plan::{Attack, Plan, PlanError};
pub use run::{Progress, run};
pub use suite::{Answer, Position, Suite, SuiteError};
pub use summary::{Share, Sizes, Summary, Told};
