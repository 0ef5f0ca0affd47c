//! A class of phones that vote, over real sockets, and whether each vote was counted once.
//!
//! A presenter leads one debate after another. Each phone votes within a short time of each reveal, and how long it
//! takes until the server has taken the vote is measured. When the truth is told each phone works out its points from
//! the votes that it was told are taken, and compares: a vote that is lost, changed or counted twice is an error.

mod person;
mod report;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use hdrhistogram::Histogram;
use pixel_debate_protocol::{ClientMessage, Player, Round};
use pixel_debate_statistics::Bonus;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};

use self::person::{Answer, Person};
pub use self::report::ClassReport;
use crate::error::LoadError;
use crate::process::Process;
use crate::report::Percentiles;
use crate::scenario::Target;

/// How long everybody in a class may take for one debate.
const PATIENCE: Duration = Duration::from_mins(2);

/// What a vote is worth at a server.
const VOTE: Bonus = Bonus { least: 0, most: 100 };

/// The longest time until a vote is taken that is told apart from longer ones, in microseconds.
const LONGEST_US: u64 = 120_000_000;

/// A class of phones.
#[derive(Clone, Debug)]
pub struct ClassPlan {
    /// Against whom.
    pub target: Target,
    /// How many phones: at most as many members as the server lets into a class.
    pub phones: u32,
    /// For how long the presenter brings on debates.
    pub time: Duration,
    /// How many pixels are revealed in each.
    pub pixels: u8,
    /// Within which time of a reveal all phones vote.
    pub within: Duration,
    /// How often the server is killed at random moments and started again; only where the tool has started it.
    pub kills: u32,
    /// What the votes and the random moments depend on.
    pub seed: u64,
}

/// What all phones count together.
struct Counts {
    taken: Histogram<u64>,
    resumes: u64,
    errors: Vec<String>,
}

/// Has a class of phones vote, and says how long that took and what went wrong.
///
/// ```
/// use std::time::Duration;
///
/// use pixel_debate_load::{ClassPlan, Target, class};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
///
/// // Thirty phones at a server that runs already, each of which votes within a tenth of a second.
/// let plan = ClassPlan {
///     target: Target::Server("127.0.0.1:8080".parse()?),
///     phones: 30,
///     time: Duration::from_secs(60),
///     pixels: 6,
///     within: Duration::from_millis(100),
///     kills: 1,
///     seed: 1,
/// };
/// let refusal = class(plan).await.unwrap_err();
/// assert_eq!(refusal.to_string(), "only a server that the tool starts itself can be killed");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`LoadError`] where nothing could be measured; what goes wrong with votes is in the report.
pub async fn class(plan: ClassPlan) -> Result<ClassReport, LoadError> {
    let own = matches!(plan.target, Target::Program { relay: false, .. });
    if plan.kills > 0 && !own {
        return Err(LoadError::Scenario("only a server that the tool starts itself can be killed"));
    }
    let (process, address) = match plan.target.clone() {
        Target::Server(address) => (None, address),
        Target::Program { program, arguments, listen, .. } => {
            let process = Process::start(program, arguments, listen).await?;
            let address = process.address();
            (Some(process), address)
        }
    };
    let failed = |why: String| LoadError::Class(why);
    let mut presenter = Person::presents(address).await.map_err(failed)?;
    let code = presenter.code();
    let taken = Histogram::new_with_bounds(1, LONGEST_US, 3)
        .map_err(|_| LoadError::Scenario("the histogram cannot be made"))?;
    let counts = Mutex::new(Counts { taken, resumes: 0, errors: Vec::new() });
    let counts = Arc::new(counts);
    let mut phones = Vec::new();
    for number in 0..plan.phones {
        let mut random = StdRng::seed_from_u64(plan.seed ^ (u64::from(number) << 32));
        let name = format!("Phone {number}");
        let person = Person::joins(address, &code, name, &mut random).await.map_err(failed)?;
        let work = phone(person, random, plan.clone(), Arc::clone(&counts));
        phones.push(tokio::spawn(work));
    }
    let killing = process.map(|process| tokio::spawn(kill(process, plan.clone())));
    let began = Instant::now();
    let mut debates = 0;
    let mut led = Ok(());
    while led.is_ok() && (debates == 0 || began.elapsed() < plan.time) {
        let debate = timeout(PATIENCE, lead(&mut presenter, &plan, debates + 1)).await;
        led = debate.unwrap_or_else(|_| Err("a debate does not come to its end".into()));
        debates += u32::from(led.is_ok());
    }
    let seconds = began.elapsed().as_secs_f64();
    if let Err(why) = led {
        counts.lock().await.errors.push(format!("the presenter: {why}"));
    } else {
        // Phones count the last debate before the class ends.
        sleep(Duration::from_millis(500)).await;
        let _ =
            presenter.ask(ClientMessage::Dismiss { class: code, token: presenter.token() }).await;
    }
    let ended = timeout(PATIENCE, join_all(phones)).await.is_ok();
    let (mut kills, mut memory) = (0, None);
    if let Some(killing) = killing
        && let Ok((process, times)) = killing.await
    {
        (kills, memory) = (times, process.most_memory());
        process.stop().await;
    }
    let mut counts = counts.lock().await;
    if !ended {
        counts.errors.push("a phone does not hear that the class has ended".into());
    }
    let errors = std::mem::take(&mut counts.errors);
    Ok(ClassReport {
        phones: plan.phones,
        within_ms: plan.within.as_secs_f64() * 1e3,
        debates,
        seconds,
        taken: Percentiles::of(&counts.taken),
        resumes: counts.resumes + presenter.resumes(),
        kills,
        most_memory: memory,
        errors: report::counted(errors),
    })
}

/// Kills the server so often within the time, at random moments.
async fn kill(mut process: Process, plan: ClassPlan) -> (Process, u32) {
    let mut random = StdRng::seed_from_u64(plan.seed);
    let mut moments: Vec<f64> = (0..plan.kills).map(|_| random.random()).collect();
    moments.sort_by(f64::total_cmp);
    let (began, mut kills) = (Instant::now(), 0);
    for moment in moments {
        tokio::time::sleep_until(began + plan.time.mul_f64(moment)).await;
        if process.kill_and_start().await.is_err() {
            break;
        }
        kills += 1;
    }
    (process, kills)
}

/// Leads the debate with that number to its end.
async fn lead(presenter: &mut Person, plan: &ClassPlan, number: u32) -> Result<(), String> {
    let members = |known: &person::Known| known.attendance().map_or(0, |all| all.members.len());
    presenter.until(|known| members(known) == plan.phones as usize).await?;
    let agent = || Player::BuiltIn("greedy".into());
    let (class, token) = (presenter.code(), presenter.token());
    let round = Round {
        class,
        token,
        pixels: plan.pixels,
        image: None,
        lie: None,
        first: None,
        honest: agent(),
        liar: agent(),
        debaters: None,
    };
    while presenter.known().number() < number {
        // Where the server was killed in between it may have the debate already, and says so.
        if let Answer::Refused(refusal) = presenter.ask(ClientMessage::Round(round.clone())).await?
            && presenter.known().number() < number
        {
            sleep(Duration::from_millis(100)).await;
            presenter.attend().await?;
            if presenter.known().number() < number {
                return Err(format!("no next debate: {refusal}"));
            }
        }
    }
    presenter.sit().await?;
    for seq in 1..=u32::from(plan.pixels) + 1 {
        while presenter.known().seq < seq {
            // A server that was killed after it was asked is asked again.
            let resumed = presenter.resumes();
            presenter.next(seq).await?;
            presenter.until_or_resumed(resumed, |known| known.seq >= seq).await?;
        }
        if seq <= u32::from(plan.pixels) {
            presenter.until(|known| known.voted() == plan.phones).await?;
        }
    }
    presenter.until(|known| known.is_counted(number)).await
}

/// Votes until the class ends.
async fn phone(
    mut person: Person,
    mut random: StdRng,
    plan: ClassPlan,
    counts: Arc<Mutex<Counts>>,
) {
    let mut number = 0;
    let why = loop {
        number += 1;
        match vote(&mut person, &mut random, &plan, number, &counts).await {
            Ok(true) => {}
            Ok(false) => break None,
            Err(why) => break Some(why),
        }
    };
    let mut counts = counts.lock().await;
    counts.resumes += person.resumes();
    counts.errors.extend(why);
}

/// Votes in the debate with that number; `false` where the class ends instead.
async fn vote(
    person: &mut Person,
    random: &mut StdRng,
    plan: &ClassPlan,
    number: u32,
    counts: &Mutex<Counts>,
) -> Result<bool, String> {
    person.until(|known| known.ended || known.number() >= number).await?;
    if person.known().ended {
        return Ok(false);
    }
    person.sit().await?;
    let mut votes = Vec::new();
    for after in 1..=u32::from(plan.pixels) {
        person.until(|known| known.seq >= after).await?;
        sleep(plan.within.mul_f64(random.random())).await;
        let probability = f32::from(random.random_range(0..=20_u8)) / 20.0;
        let (began, resumed) = (Instant::now(), person.resumes());
        match person.vote(after, probability).await? {
            // It was taken before the connection was lost.
            Answer::Refused(refusal) if person.resumes() == resumed => {
                return Err(format!("a vote is refused: {refusal}"));
            }
            Answer::Refused(_) | Answer::Done => {}
        }
        if person.resumes() == resumed {
            let took = began.elapsed().as_micros() as u64;
            counts.lock().await.taken.saturating_record(took);
        }
        votes.push(probability);
    }
    person.until(|known| known.is_counted(number) && known.first_is_right.is_some()).await?;
    let truth = person.known().first_is_right == Some(true);
    let own = votes.iter().map(|vote| VOTE.pay(f64::from(*vote), truth).unwrap_or(0)).sum::<u32>();
    let told = person.known().points();
    if told == Some(own) {
        return Ok(true);
    }
    Err(format!("votes that are worth {own} points were counted as {told:?}"))
}
