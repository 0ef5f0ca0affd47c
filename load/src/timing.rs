//! What the times at which built-in debaters move tell of their roles.
//!
//! A judge from outside notes when it hears of each move, in debates in which the same agent sits in the
//! same place over the same image with the same claims, once as the honest debater and once as the liar.
//! Then it is tried to tell the one from the other by the times alone ([`study`]).

mod study;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use pixel_debate_game::Role;
use pixel_debate_protocol::{ClientMessage, Created, Player, Request, ServerMessage, Setup, Told};
use serde::Serialize;
use tokio::time::{Instant, timeout};

use crate::connection::{Connection, Lost};
use crate::error::LoadError;
use crate::process::Process;
use crate::scenario::Target;

pub use study::{Findings, Sample, study};

/// What is to be tried.
#[derive(Clone, Debug)]
pub struct TimingPlan {
    /// Against whom.
    pub target: Target,
    /// The pairs of agents that meet: who sits first, and who second.
    pub pairs: Vec<[String; 2]>,
    /// The debates of each pair of agents: two over each image, one by either role.
    pub debates: u32,
    /// How many pixels are revealed.
    pub pixels: u8,
    /// The pace of the debates, in milliseconds.
    pub pace_ms: u32,
    /// Debates at once.
    pub at_once: usize,
    /// What the study's chance depends on.
    pub seed: u64,
}

/// What was found of one pair of agents.
#[derive(Clone, Debug, Serialize)]
pub struct Pair {
    /// Who sits first.
    pub first: String,
    /// Who sits second.
    pub second: String,
    /// The mean time from turn to turn, in milliseconds.
    pub mean_ms: f64,
    /// What the times tell.
    pub findings: Findings,
    /// The times themselves, for whoever wants to try another classifier: the two debates over an image
    /// stand one after the other.
    pub samples: Vec<[Sample; 2]>,
}

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub struct TimingReport {
    /// How many pixels were revealed.
    pub pixels: u8,
    /// The pace in milliseconds.
    pub pace_ms: u32,
    /// Debates at once.
    pub at_once: usize,
    /// Of each pair.
    pub pairs: Vec<Pair>,
}

/// How long nothing may happen in a debate: it may wait for its share of the threads.
const STUCK: Duration = Duration::from_hours(1);

/// How many images the data set that is tried must have at least.
const IMAGES: u32 = 10_000;

/// Plays the debates and says what their times tell.
///
/// # Errors
///
/// [`LoadError`] if the server cannot be started or reached, or a debate does not go as planned.
pub async fn timing(
    plan: TimingPlan,
    mut progress: impl FnMut(&str),
) -> Result<TimingReport, LoadError> {
    let (process, address) = match plan.target.clone() {
        Target::Server(address) => (None, address),
        Target::Program { program, arguments, listen, .. } => {
            let process = Process::start(program, arguments, listen).await?;
            let address = process.address();
            (Some(process), address)
        }
    };
    let plan = Arc::new(plan);
    let mut pairs = Vec::new();
    for [first, second] in &plan.pairs {
        progress(&format!("{first} against {second}"));
        let images = (0..plan.debates / 2).map(|image| {
            let (plan, first, second) = (Arc::clone(&plan), first.clone(), second.clone());
            // Images that no other pair has, as far as there are enough.
            let index = (pairs.len() as u32 * (plan.debates / 2) + image) % IMAGES;
            async move { both_roles(address, &plan, [&first, &second], index).await }
        });
        let images: Vec<_> = images.collect();
        let played: Vec<Result<[Sample; 2], String>> =
            stream::iter(images).buffered(plan.at_once).collect().await;
        let mut samples = Vec::new();
        for image in played {
            samples.push(image.map_err(LoadError::Timing)?);
        }
        let (first, second) = (first.clone(), second.clone());
        let gaps = samples.iter().flatten().flat_map(|sample| &sample.gaps_ms);
        let mean_ms = gaps.clone().sum::<f64>() / gaps.count().max(1) as f64;
        let findings = study(&samples, plan.seed);
        pairs.push(Pair { first, second, mean_ms, findings, samples });
    }
    if let Some(process) = process {
        process.stop().await;
    }
    let TimingPlan { pixels, pace_ms, at_once, .. } = *plan;
    Ok(TimingReport { pixels, pace_ms, at_once, pairs })
}

/// Two debates over one image with the same claims: in one the first debater is honest, in the other the
/// liar. Which is played first differs from image to image, for the server may remember the image.
async fn both_roles(
    server: SocketAddr,
    plan: &TimingPlan,
    agents: [&str; 2],
    image: u32,
) -> Result<[Sample; 2], String> {
    let mut connection = Connection::open(server, None).await.map_err(|lost| lost.to_string())?;
    let [first, second] = agents.map(|name| Player::BuiltIn(name.into()));
    let honest = Setup {
        image: Some(image),
        pixels: plan.pixels,
        pace_ms: plan.pace_ms,
        judge: Player::outside(),
        honest: first.clone(),
        liar: second.clone(),
        first: Some(Role::Honest),
        ..Setup::default()
    };
    let liar = Setup { honest: second, liar: first, first: Some(Role::Liar), ..honest.clone() };
    let mut setups = [honest, liar];
    // Every second pair fixes the classifier: both orders are in either half.
    if image / 2 % 2 == 1 {
        setups.reverse();
    }
    let [one, other] = setups;
    let (one, lie) = play(&mut connection, one).await?;
    let (other, _) = play(&mut connection, Setup { lie: Some(lie), ..other }).await?;
    Ok([one, other])
}

/// Judges a debate, and returns its times and the liar's label.
async fn play(connection: &mut Connection, setup: Setup) -> Result<(Sample, u8), String> {
    let lost = |lost: Lost| lost.to_string();
    let pixels = u32::from(setup.pixels);
    connection.say(&request(ClientMessage::Create(setup))).await.map_err(lost)?;
    let Created { debate, tokens, .. } = loop {
        match hear(connection).await? {
            ServerMessage::Created(created) => break created,
            ServerMessage::Error(refusal) => return Err(format!("create: {refusal}")),
            _ => {}
        }
    };
    let token = tokens.judge.ok_or("there is no token for the judge")?;
    let take =
        ClientMessage::Take { debate: debate.clone(), token, opinions: false, judge_key: None };
    connection.say(&request(take)).await.map_err(lost)?;
    let (mut claims, mut began, mut gaps_ms) = (None, None, Vec::new());
    loop {
        match hear(connection).await? {
            ServerMessage::Snapshot(snapshot) if snapshot.debate == debate => {
                claims = Some(snapshot.view.claims);
                if snapshot.turn.is_some() {
                    began = Some(Instant::now());
                }
            }
            ServerMessage::Turn { debate: of, .. } if of == debate => {
                began = Some(Instant::now());
            }
            ServerMessage::Event(Told { debate: of, seq, ending, .. }) if of == debate => {
                let now = Instant::now();
                if let Some(ending) = ending {
                    let claims = claims.ok_or("there was no snapshot")?;
                    let honest_first = ending.truth.first == Role::Honest;
                    let lie = if honest_first { claims.second } else { claims.first };
                    let lie = lie.ok_or("a claim is not told")?;
                    let label = if honest_first { claims.first } else { claims.second };
                    let label = label.ok_or("a claim is not told")?;
                    return Ok((Sample { first_is_honest: honest_first, label, gaps_ms }, lie));
                }
                if let Some(began) = began.replace(now) {
                    gaps_ms.push((now - began).as_secs_f64() * 1e3);
                }
                if seq == pixels {
                    let label = claims.and_then(|claims| claims.first).ok_or("no claim")?;
                    let verdict = ClientMessage::Verdict {
                        debate: debate.clone(),
                        label: Some(label),
                        probability: None,
                        explanation: None,
                        logits: None,
                    };
                    connection.say(&request(verdict)).await.map_err(lost)?;
                }
            }
            ServerMessage::Error(refusal) => return Err(refusal.to_string()),
            ServerMessage::Closed { debate: of, reason } if of == debate => {
                return Err(format!("closed: {reason:?}"));
            }
            _ => {}
        }
    }
}

fn request(message: ClientMessage) -> Request {
    Request { id: None, message }
}

async fn hear(connection: &mut Connection) -> Result<ServerMessage, String> {
    match timeout(STUCK, connection.hear()).await {
        Ok(heard) => heard.map_err(|lost| lost.to_string()),
        Err(_) => Err("nothing happens".into()),
    }
}

impl fmt::Display for TimingReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pixels, pace_ms, at_once, pairs } = self;
        writeln!(f, "{pixels} pixels, pace {pace_ms} ms, {at_once} debates at once")?;
        writeln!(f)?;
        writeln!(
            f,
            "{:<12} {:<12} {:>7} {:>9} {:>22} {:>7} {:>6} {:>11} {:>6}",
            "first",
            "second",
            "debates",
            "mean ms",
            "told apart, % (95 %)",
            "bits",
            "p",
            "label, bits",
            "p"
        )?;
        for Pair { first, second, mean_ms, findings, .. } in pairs {
            let Findings { debates, accuracy, least, most, bits, p, label_bits, label_p, .. } =
                findings;
            writeln!(
                f,
                "{first:<12} {second:<12} {debates:>7} {mean_ms:>9.1} {:>8.1} ({:>4.1} to {:>4.1}) \
                 {bits:>7.3} {p:>6.3} {label_bits:>11.3} {label_p:>6.3}",
                accuracy * 100.0,
                least * 100.0,
                most * 100.0
            )?;
        }
        Ok(())
    }
}
