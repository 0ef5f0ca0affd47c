//! Debates that are over and are judged again: their reveals come from the record.

use pixel_debate_game::{Debate, Event, Pixel};
use pixel_debate_protocol::{
    Background, DebateId, DebateRecord, Refusal, RefusalCode, Setup, Shows, Visibility,
};
use serde::{Deserialize, Serialize};

/// What is shown, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recording {
    /// The debate that was recorded.
    pub(crate) debate: DebateId,
    pub(crate) shows: Shows,
    /// Its reveals, in order.
    pub(crate) reveals: Vec<RecordedReveal>,
}

/// A reveal of a recorded debate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordedReveal {
    pub(crate) pixel: Pixel,
    /// How long it took from the beginning of the turn, in milliseconds.
    pub(crate) took_ms: u32,
}

/// A recorded debate as it was before its first reveal, with what stands behind it.
#[derive(Debug)]
pub(crate) struct Again {
    pub(crate) debate: Debate,
    pub(crate) background: Background,
    pub(crate) recording: Recording,
}

/// Takes what is judged again from its record. What the setup says must leave to the record what is the record's.
pub(crate) fn again(setup: &Setup, shows: Shows, record: &DebateRecord) -> Result<Again, Refusal> {
    check(setup)?;
    check_secrecy(setup.visibility, record.visibility)?;
    let of = &record.debate;
    let unfit = |what: &str, expected: &str| {
        Refusal::new(RefusalCode::Setup, format!("the debate {of} {what}"), expected.to_owned())
    };
    let transcript = &record.transcript;
    let replayed = transcript.replay().map_err(|error| {
        unfit(&format!("cannot be replayed: {error}"), "recorded.debate: another one")
    })?;
    let rules = *replayed.rules();
    let events = replayed.events().zip(&record.times);
    let reveals = events.filter_map(|(event, time)| match event {
        Event::Reveal { pixel, .. } => Some(RecordedReveal { pixel, took_ms: time.took_ms }),
        _ => None,
    });
    let reveals: Vec<_> = reveals.collect();
    if reveals.len() != usize::from(rules.pixels) {
        return Err(unfit(
            "ended before all pixels were revealed",
            "recorded.debate: one with all of its reveals",
        ));
    }
    let source = transcript.source.clone();
    let source = source.ok_or_else(|| {
        unfit("does not say where its image comes from", "recorded.debate: another one")
    })?;
    let (image, lie) = (replayed.image().clone(), replayed.claims().liar);
    let debate = Debate::new(rules, image, replayed.label(), lie, replayed.classes());
    let debate = debate.map_err(|error| {
        unfit(&format!("cannot be held again: {error}"), "recorded.debate: another one")
    })?;
    let background = Background { source, players: transcript.players.clone() };
    let recording = Recording { debate: of.clone(), shows, reveals };
    Ok(Again { debate, background, recording })
}

/// Whether what not everybody may see of the record is not shown to everybody.
fn check_secrecy(asked: Visibility, recorded: Visibility) -> Result<(), Refusal> {
    let (allowed, expected) = match recorded {
        Visibility::Public => return Ok(()),
        Visibility::Unlisted => (asked != Visibility::Public, "\"unlisted\" or \"private\""),
        Visibility::Private => (asked == Visibility::Private, "\"private\""),
    };
    if allowed {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::Setup,
        "more would be shown of the recorded debate than may be seen of it",
        format!("visibility: {expected}"),
    ))
}

/// Whether the setup says nothing of what is the record's, and who is to judge.
fn check(setup: &Setup) -> Result<(), Refusal> {
    let refuse = |message: String, expected: &str| {
        Err(Refusal::new(RefusalCode::Setup, message, expected.to_owned()))
    };
    let usual = Setup::default();
    let said = [
        ("image", setup.image != usual.image),
        ("pixels", setup.pixels != usual.pixels),
        ("precommit", setup.precommit != usual.precommit),
        ("lie", setup.lie != usual.lie),
        ("first", setup.first != usual.first),
        ("order", setup.order != usual.order),
        ("legal", setup.legal != usual.legal),
        ("honest", setup.honest != usual.honest),
        ("liar", setup.liar != usual.liar),
        ("clock", setup.clock != usual.clock),
    ];
    if let Some((field, _)) = said.into_iter().find(|(_, said)| *said) {
        return refuse(
            format!("{field:?} is the recorded debate's, and the setup says it anew"),
            &format!("a setup without {field:?}, or recorded: null"),
        );
    }
    if setup.judge.is_outside() {
        return Ok(());
    }
    refuse(
        "the classifier says of a recorded debate what it has said of it before".into(),
        "judge: \"outside\" or \"outside:NAME\"",
    )
}
