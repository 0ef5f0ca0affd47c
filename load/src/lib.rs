//! The load tool: it plays thousands of debates at once against a server, over real sockets, and
//! checks every message against the rules.
//!
//! A `table` has three connections: two debaters that reveal pixels by a script, and a judge. Its
//! `record` replays the debate through the rules and compares what each seat is told with what it
//! should see. The tool can start the server itself, drop connections, and kill the
//! server at random moments: whatever anybody was told must still be true when it is back.
//!
//! The same tables can play through a `relay`, which passes frames on and does nothing else: the
//! measure of what the server's rules and store cost.
//!
//! A [`class()`] is a presenter and phones instead, which vote after each reveal and see to it that each of their votes
//! counts once.
//!
//! Beside them a crowd of debates between the server's own agents may be set up, and [`timing`] tries
//! what the times of such agents tell of their roles.
//!
//! | what | where |
//! |---|---|
//! | what is to be played, and against whom | [`Scenario`], [`Target`], [`Crowd`] |
//! | playing it, and what came out | [`run()`], [`LoadReport`], [`Percentiles`] |
//! | a class of phones | [`ClassPlan`], [`class()`], [`ClassReport`] |
//! | the measure of what rules and store cost | [`Relay`] |
//! | what times tell of roles | [`timing()`], [`study`], [`Findings`] |
//! | what simulated participants do in a study | [`rehearse`], [`Rehearsal`], [`Rehearsed`] |
//! | why there is no report | [`LoadError`] |
//!
//! ```
//! use std::time::Duration;
//!
//! use pixel_debate_load::{Scenario, Target, run};
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!
//! // A hundred debates of six pixels at once against a server that runs already, for ten seconds.
//! let scenario = Scenario {
//!     target: Target::Server("127.0.0.1:8080".parse()?),
//!     debates: 100,
//!     time: Duration::from_secs(10),
//!     pixels: 6,
//!     pace: None,
//!     drops: false,
//!     kills: 1,
//!     crowds: Vec::new(),
//!     seed: 1,
//! };
//! let refusal = run(scenario, |_| {}).await.unwrap_err();
//! assert_eq!(refusal.to_string(), "only a server that the tool starts itself can be killed");
//! # Ok(())
//! # }
//! ```

mod class;
mod connection;
mod counts;
mod crowd;
mod error;
mod process;
mod record;
mod rehearsal;
mod relay;
mod report;
mod run;
mod scenario;
mod table;
mod timing;

pub use class::{ClassPlan, ClassReport, class};
pub use crowd::{Crowd, CrowdReport};
pub use error::LoadError;
pub use rehearsal::{
    Behaviour, Ending, KeptReport, Rehearsal, RehearsalReport, Rehearsed, Skills, rehearse,
};
pub use relay::Relay;
pub use report::{LoadReport, Percentiles};
pub use run::run;
pub use scenario::{Scenario, Target};
pub use timing::{Findings, Pair, Sample, TimingPlan, TimingReport, study, timing};
