//! What was said and shown, held against what the store has.

use std::collections::{BTreeMap, BTreeSet};

use pixel_debate_protocol::study::{Answer, Given};
use pixel_debate_study::allocation::{Kind, Left};
use pixel_debate_study::conduct::{
    Conduct, Ending as Way, Judged, JudgedEnd, Member, MemberState, Session,
};
use pixel_debate_study::frozen::Planned;
use pixel_debate_study::items::{Item, Part};

use super::report::KeptReport;
use super::trace::{Ending, Seen, Trace};
use super::watch::NEAR;

/// A cell: the image's number, and the condition.
type Cell = (u32, String);

/// Holds what was said and shown against what the store has; `wrong` is told what does not fit.
pub(super) fn hold(
    conduct: &Conduct,
    traces: &[Trace],
    mut wrong: impl FnMut(String),
) -> KeptReport {
    let mut report = KeptReport {
        participants: conduct.members().len() as u64,
        complete: conduct.places().is_complete(),
        planned: conduct.frozen().plan().study.judgments_of_a_cell(),
        ..KeptReport::default()
    };
    let mut names = BTreeSet::new();
    for trace in traces {
        let Some(name) = &trace.participant else { continue };
        if !names.insert(name.as_str()) {
            wrong("two participants have one name".to_owned());
        }
        match conduct.member(name) {
            None => wrong("a participant is not in the store".to_owned()),
            Some(member) => match participant(conduct, trace, member) {
                Ok(replies) => report.replies += replies,
                Err(why) => wrong(format!("the store: {why}")),
            },
        }
    }
    // Whoever did not hear the answer has come a second time as the same.
    if names.len() != conduct.members().len() {
        wrong("the store has participants who never came".to_owned());
    }
    cells(conduct, &mut report, &mut wrong);
    report
}

/// Of one participant: how many replies were found.
fn participant(conduct: &Conduct, trace: &Trace, member: &Member) -> Result<u64, String> {
    let session = member.session().ok_or("a participant has not begun")?;
    let beginning = member.beginning().ok_or("a participant has not begun")?;
    must(beginning.parameters == trace.parameters, || "a link's parameters are others".to_owned())?;
    let steps = trace.said.iter().map(|said| said.step).collect::<BTreeSet<_>>();
    must(steps.len() == trace.said.len(), || "a step was answered twice".to_owned())?;
    let sure = trace.said.iter().filter(|said| said.sure).count() as u32;
    let unsure = trace.said.len() as u32 - sure;
    // Each reply is one event, and there are no others but those that were seen to happen by themselves.
    let events = session.steps();
    let wanted = sure + trace.by_itself..=sure + trace.by_itself + unsure;
    must(wanted.contains(&events), || {
        let all = wanted.end();
        format!("{events} of {all} events of a participant are there")
    })?;
    words(session, trace)?;
    items(conduct, session, trace, member)?;
    ending(trace, session, member)?;
    Ok(sure.into())
}

/// What was agreed to, and answered to questions.
fn words(session: &Session, trace: &Trace) -> Result<(), String> {
    let mut answers: BTreeMap<String, Given> = BTreeMap::new();
    let mut agreed = None;
    for said in &trace.said {
        match &said.answer {
            Answer::Agree { version } => agreed = Some(version.as_str()),
            Answer::Questions { answers: given } => answers.extend(given.clone()),
            _ => {}
        }
    }
    must(session.agreed().map(|(version, _)| version) == agreed, || {
        "an agreement is not as it was said".to_owned()
    })?;
    must(*session.answers() == answers, || {
        "answers to questions are not as they were said".to_owned()
    })
}

/// The items: each as the plan has it for that place, and judged as was said.
fn items(
    conduct: &Conduct,
    session: &Session,
    trace: &Trace,
    member: &Member,
) -> Result<(), String> {
    let planned = conduct.frozen().sequences().slot(member.place().slot).unwrap_or_default();
    for (at, seen) in trace.items.iter().enumerate() {
        let planned = planned.get(at).ok_or("more items were shown than are planned")?;
        must(seen.is_one_of.contains(&planned.item), || {
            format!("item {} was another than the plan has", seen.number)
        })?;
        let item = item(conduct, *planned)?;
        let honest_first = seen.answers.first() == Some(&item.claims.honest);
        let in_place = if conduct.frozen().plan().study.assignment.balance_answers {
            honest_first != planned.answers_swapped
        } else {
            seen.answers.is_sorted()
        };
        must(item.claims.liar.is_none() || in_place, || {
            format!("the answers of item {} were in other places than planned", seen.number)
        })?;
    }
    for (at, judged) in session.judged().iter().enumerate() {
        must(planned.get(at) == Some(&judged.planned), || {
            "an item is not the planned one".to_owned()
        })?;
        let Some(seen) = trace.items.get(at) else {
            must(judged.end == JudgedEnd::Skipped, || "an item was never shown".to_owned())?;
            continue;
        };
        as_said(item(conduct, judged.planned)?, judged, seen)?;
    }
    Ok(())
}

fn item(conduct: &Conduct, planned: Planned) -> Result<&Item, String> {
    let item = conduct.frozen().items().nth(planned.item);
    item.ok_or_else(|| "an item is not in the plan".to_owned())
}

fn as_said(item: &Item, judged: &Judged, seen: &Seen) -> Result<(), String> {
    let number = seen.number;
    let first_claim = item.claims.of(item.first_role());
    let is_first = seen.answers.first().copied() == first_claim;
    let said = seen
        .beliefs
        .iter()
        .map(|(after, of_first)| (*after, if is_first { *of_first } else { 1.0 - *of_first }));
    let same = judged.beliefs.len() == seen.beliefs.len()
        && judged.beliefs.iter().zip(said).all(|(kept, (after, probability))| {
            kept.after == after && (kept.probability - probability).abs() < NEAR
        });
    must(same, || format!("the beliefs about item {number} are not those that were said"))?;
    let shown = judged.shown.iter().map(|(pixel, _)| (pixel.x, pixel.y));
    must(shown.eq(seen.shown.iter().map(|glance| (glance.x, glance.y))), || {
        format!("other pixels of item {number} were shown")
    })?;
    let kept = match &judged.end {
        JudgedEnd::Verdict { label, confidence, explanation } => {
            Some((*label, *confidence, explanation.clone()))
        }
        _ => None,
    };
    must(kept == seen.verdict, || {
        format!("the verdict on item {number} is not the one that was said")
    })
}

/// How it ended, for the participant and for the study.
fn ending(trace: &Trace, session: &Session, member: &Member) -> Result<(), String> {
    let left = match member.state() {
        MemberState::Left { left, .. } => Some(*left),
        MemberState::Finished | MemberState::Active => None,
    };
    let is_finished = *member.state() == MemberState::Finished;
    let fits = match trace.ending {
        Ending::Finished => session.ending() == Some(Way::Finished) && is_finished,
        Ending::Excluded => left == Some(Left::Excluded),
        Ending::ScreenedOut => left == Some(Left::ScreenedOut),
        Ending::Declined => {
            session.ending() == Some(Way::Declined) && left == Some(Left::DroppedOut)
        }
        Ending::Left => session.ending() == Some(Way::Left) && left == Some(Left::DroppedOut),
        Ending::TooLate => left == Some(Left::DroppedOut),
        Ending::Closed | Ending::Failed | Ending::TurnedAway | Ending::CameBefore => true,
    };
    must(fits, || format!("whoever {} is {:?}", trace.ending.words(), member.state()))
}

/// The cells as those who count have filled them, held against the plan of their places.
fn cells(conduct: &Conduct, report: &mut KeptReport, wrong: &mut impl FnMut(String)) {
    let frozen = conduct.frozen();
    let items: Vec<&Item> = frozen.items().collect();
    let cell =
        |item: &Item| -> Cell { (item.source.index, item.condition.clone().unwrap_or_default()) };
    let main = items.iter().filter(|item| item.part == Part::Main);
    let empty: BTreeMap<Cell, u64> = main.map(|item| (cell(item), 0)).collect();
    let mut wanted = empty.clone();
    let sequences = frozen.sequences();
    for slot in conduct.places().finished() {
        let planned = sequences.slot(slot).unwrap_or_default();
        for planned in planned.iter().filter(|planned| planned.kind == Kind::Main) {
            let Some(item) = items.get(planned.item) else { continue };
            *wanted.entry(cell(item)).or_default() += 1;
        }
    }
    let mut filled = empty;
    for (_, _, item) in conduct.counted() {
        *filled.entry(cell(item)).or_default() += 1;
    }
    if filled != wanted {
        wrong("cells are not filled as the plan has it".to_owned());
    }
    report.cells = filled.len() as u64;
    report.least = filled.values().copied().min().unwrap_or_default();
    report.most = filled.values().copied().max().unwrap_or_default();
    if report.complete && (report.least, report.most) != (report.planned, report.planned) {
        wrong("all places are filled, and not all cells are as often as planned".to_owned());
    }
}

fn must(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}
