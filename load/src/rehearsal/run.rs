//! A rehearsal from the first who comes to the report.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use pixel_debate_protocol::study::Status;
use pixel_debate_study::conduct::Conduct;
use pixel_debate_study::frozen::Frozen;
use rand::RngExt;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep, timeout};

use super::caller::{Caller, Untold};
use super::hold::hold;
use super::person::Person;
use super::report::RehearsalReport;
use super::scene::{Behaviour, Scene, replies};
use super::skill::{Chance, Field, Purpose};
use super::tally::Tally;
use super::trace::{Ending, Trace};
use crate::error::LoadError;
use crate::process::Process;
use crate::report::Percentiles;
use crate::scenario::Target;

/// How long whoever found no place waits before trying again, if nobody goes meanwhile.
const AGAIN: Duration = Duration::from_secs(5);

/// How often it is said how it goes.
const SAYS: Duration = Duration::from_secs(5);

/// Over which part of the replies to come the kills are spread: fewer may come than were reckoned with.
const KILLED_DURING: f64 = 0.9;

/// What is to be rehearsed, and against whom.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    /// Against whom: a server of the study, and no relay.
    pub target: Target,
    /// The most who come: fewer do if all places are filled.
    pub participants: u32,
    /// How many are at it at once, at most.
    pub at_once: u32,
    /// How they behave.
    pub behaviour: Behaviour,
    /// How often the server is killed at random moments and started again; only where the tool has started it.
    pub kills: u32,
    /// What all chance depends on.
    pub seed: u64,
}

/// A study that has been rehearsed.
#[derive(Debug)]
pub struct Rehearsed {
    report: RehearsalReport,
    traces: Vec<Trace>,
}

impl Rehearsed {
    /// What came of it.
    pub fn report(&self) -> &RehearsalReport {
        &self.report
    }

    /// Holds all that was said and shown against the study as its store has it, which nobody else has taken part in:
    /// no answer may be lost or there twice, nobody may have been shown another item than the plan has for their place,
    /// and the cells must be filled as planned. What is not so is an error of the report.
    pub fn hold(&mut self, conduct: &Conduct) {
        let errors = &mut self.report.errors;
        let kept = hold(conduct, &self.traces, |wrong| *errors.entry(wrong).or_default() += 1);
        self.report.kept = Some(kept);
    }
}

/// What those who send people share.
struct Doors {
    scene: Arc<Scene>,
    most: u32,
    came: AtomicU32,
    traces: Mutex<Vec<Trace>>,
}

/// Rehearses a frozen study: simulated participants come until all places are filled, or as many have come as shall.
/// `progress` is told what happens, in words.
///
/// # Errors
///
/// [`LoadError`] if the server cannot be started or reached, or has another study or no rehearsal. What goes wrong with participants
/// is in the report.
pub async fn rehearse(
    frozen: Arc<Frozen>,
    rehearsal: Rehearsal,
    mut progress: impl FnMut(&str),
) -> Result<Rehearsed, LoadError> {
    let Rehearsal { target, participants, at_once, behaviour, kills, seed } = rehearsal;
    if kills > 0 && matches!(target, Target::Server(_)) {
        return Err(LoadError::Scenario("only a server that the tool starts itself can be killed"));
    }
    allow_files(at_once)?;
    let (mut process, server) = match target {
        Target::Server(address) => (None, address),
        Target::Program { program, arguments, listen, .. } => {
            let process = Process::start(program, arguments, listen).await?;
            let address = process.address();
            (Some(process), address)
        }
    };
    let tally = Tally::new().ok_or(LoadError::Scenario("the histograms cannot be made"))?;
    let (tally, chance) = (Arc::new(tally), Chance::new(seed));
    let scene = Arc::new(Scene {
        field: Field::new(&behaviour.skills, chance),
        steady: process.is_some() && kills == 0,
        tally: Arc::clone(&tally),
        frozen: Arc::clone(&frozen),
        server,
        behaviour,
        chance,
        seed,
    });
    is_of(&scene).await?;
    let begin = Instant::now();
    let doors = Arc::new(Doors {
        scene: Arc::clone(&scene),
        most: participants,
        came: AtomicU32::new(0),
        traces: Mutex::default(),
    });
    let mut senders = JoinSet::new();
    for _ in 0..at_once.min(participants) {
        senders.spawn(send(Arc::clone(&doors)));
    }
    let places = frozen.plan().study.assignment.participants.min(participants.into());
    let reckoned = places * replies(&frozen);
    let mut killed = 0;
    {
        let mut killing =
            std::pin::pin!(kill(process.as_mut(), kills, reckoned, &scene, &mut killed));
        let (mut is_killing, mut says) = (true, interval(SAYS));
        says.tick().await;
        loop {
            tokio::select! {
                joined = senders.join_next() => if joined.is_none() { break },
                done = &mut killing, if is_killing => {
                    done?;
                    is_killing = false;
                }
                _ = says.tick() => {
                    let said = *tally.replies.borrow();
                    let inside = tally.inside();
                    progress(&format!("{inside} at it, {said} of some {reckoned} replies"));
                }
            }
        }
    }
    let seconds = begin.elapsed().as_secs_f64();
    if let Some(process) = process {
        process.stop().await;
    }
    let traces = std::mem::take(&mut *doors.traces.lock().await);
    Ok(Rehearsed { report: report(&scene, &traces, seconds, killed), traces })
}

fn report(scene: &Scene, traces: &[Trace], seconds: f64, kills: u32) -> RehearsalReport {
    let (frozen, tally) = (&scene.frozen, &scene.tally);
    let [all, beliefs] = tally.latencies();
    let replies = *tally.replies.borrow();
    let mut report = RehearsalReport {
        title: frozen.plan().study.title.clone(),
        hash: frozen.hash().to_owned(),
        seconds,
        participants: BTreeMap::new(),
        at_once: tally.most_inside().into(),
        replies,
        replies_per_second: replies as f64 / seconds.max(1e-9),
        resent: tally.resent.get(),
        found: tally.found.get(),
        twice: tally.twice.get(),
        sheets: tally.sheets.get(),
        returns: tally.returns.get(),
        broken: tally.broken.get(),
        kills,
        acknowledged: Percentiles::of(&all),
        beliefs: Percentiles::of(&beliefs),
        refusals: tally.refusals(),
        kept: None,
        errors: tally.errors(),
    };
    for trace in traces {
        *report.participants.entry(trace.ending).or_default() += 1;
    }
    report
}

/// Whether the server has this study.
async fn is_of(scene: &Scene) -> Result<(), LoadError> {
    let random = scene.chance.of(Purpose::Moments(u32::MAX));
    let mut caller = Caller::new(scene.server, Arc::clone(&scene.tally), false, random);
    let offer = caller.offer().await.map_err(|untold| match untold {
        Untold::Refused(refusal, _) => LoadError::Study(refusal.to_string()),
        Untold::Nothing(why) => LoadError::Study(why),
    })?;
    if offer.value.hash != scene.frozen.hash() {
        let why = format!("it has another, with the hash {}", offer.value.hash);
        return Err(LoadError::Study(why));
    }
    if !offer.value.rehearsal {
        let why = "it serves the study itself, and not a rehearsal (`study serve --rehearsal`)";
        return Err(LoadError::Study(why.to_owned()));
    }
    match offer.value.status {
        Status::Open => Ok(()),
        Status::Full => Err(LoadError::Study("all its places are taken".to_owned())),
        Status::Paused => Err(LoadError::Study("it is interrupted".to_owned())),
        Status::Closed => Err(LoadError::Study("it has ended".to_owned())),
    }
}

/// Sends one after the other.
async fn send(doors: Arc<Doors>) {
    loop {
        let coming = doors.came.fetch_add(1, Ordering::Relaxed) + 1;
        if coming > doors.most {
            return;
        }
        let trace = loop {
            // Who finds nobody inside, and no place, will find none: nobody is there who could leave one. Whoever got
            // in meanwhile is followed by others the same way.
            let is_alone = doors.scene.tally.inside() == 0;
            let trace = Person::new(Arc::clone(&doors.scene), coming).take_part().await;
            if trace.ending != Ending::TurnedAway {
                break trace;
            }
            if is_alone {
                return;
            }
            let _ = timeout(AGAIN, doors.scene.tally.someone_went()).await;
        };
        doors.traces.lock().await.push(trace);
    }
}

/// Kills the server as often as asked for, after numbers of replies that nobody can foresee, and starts it again.
async fn kill(
    process: Option<&mut Process>,
    kills: u32,
    reckoned: u64,
    scene: &Scene,
    killed: &mut u32,
) -> Result<(), LoadError> {
    let Some(process) = process else { return Ok(()) };
    let mut random = scene.chance.of(Purpose::Kills);
    let most = (reckoned as f64 * KILLED_DURING) as u64;
    let mut moments: Vec<u64> = (0..kills).map(|_| random.random_range(0..=most)).collect();
    moments.sort_unstable();
    let mut replies = scene.tally.replies.subscribe();
    for moment in moments {
        if replies.wait_for(|count| *count >= moment).await.is_err() {
            return Ok(());
        }
        sleep(Duration::from_micros(random.random_range(0..20_000))).await;
        process.kill_and_start().await?;
        *killed += 1;
    }
    Ok(())
}

/// Raises the limit of open files, for this process and those that it starts.
fn allow_files(at_once: u32) -> Result<(), LoadError> {
    // A connection each, and some for everything else.
    let need = u64::from(at_once) + 200;
    let have = rlimit::increase_nofile_limit(need.max(1 << 16)).unwrap_or(0);
    if have < need { Err(LoadError::Files { need, have }) } else { Ok(()) }
}
