//! Judgments: one row each, practice and checks included.

use pixel_debate_game::Role;
use pixel_debate_study::allocation::Kind as Shown;
use pixel_debate_study::file::{Condition, Kind as Play};
use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::results::{End, How};

use super::{conditions, one_of, states, study, tiers};
use crate::facts::{Judged, NOT_COUNTED, as_said};
use crate::table::{Column, Kind, Range, Table, time};

/// The table of a frozen study's judgments.
pub(crate) fn judgments<'a>(frozen: &Frozen) -> Table<Judged<'a>> {
    let columns = [who(frozen), what(frozen), shown(frozen), said(frozen), when(), beside()];
    Table {
        name: "judgments",
        row: "a judgment: what one participant made of one presentation of an item",
        columns: columns.into_iter().flatten().collect(),
    }
}

fn who<'a>(frozen: &Frozen) -> Vec<Column<Judged<'a>>> {
    let reasons = NOT_COUNTED.map(|(word, why)| format!("`{word}`: {why}"));
    vec![
        study(frozen.hash()),
        Column::new(
            "participant",
            Kind::Word,
            "the participant's name in the study, which says nothing of the person",
            |row: &Judged<'_>| row.participant.name.clone(),
        ),
        Column::new(
            "state",
            Kind::Word,
            "what has become of the participant",
            |row: &Judged<'_>| super::state(row.participant),
        )
        .within(states()),
        Column::new(
            "counted",
            Kind::Truth,
            "whether the judgment counts: a main item that has ended and was not withdrawn, by a participant who is \
             through and was not excluded. All numbers of the report are of these alone",
            |row: &Judged<'_>| row.counts(),
        ),
        Column::new(
            "not_counted",
            Kind::Word,
            format!(
                "why it does not count, all reasons with a blank between them. {}",
                reasons.join("; ")
            ),
            |row: &Judged<'_>| (!row.not_counted.is_empty()).then(|| row.not_counted.join(" ")),
        )
        .missing("it counts"),
    ]
}

fn what<'a>(frozen: &Frozen) -> Vec<Column<Judged<'a>>> {
    let study = &frozen.plan().study;
    let (names, kinds): (Vec<String>, Vec<&'static str>) = study
        .conditions
        .iter()
        .map(|condition: &Condition| (condition.name.clone(), play(condition.kind())))
        .unzip();
    let classes = frozen.plan().dataset.classes.len().saturating_sub(1) as f64;
    vec![
        Column::new("condition", Kind::Word, "the item's condition", move |row: &Judged<'_>| {
            row.condition.and_then(|condition| names.get(condition).cloned())
        })
        .within(conditions(study)),
        Column::new(
            "condition_kind",
            Kind::Word,
            "`debate`: two debaters; `consultancy`: one adviser; `alone`: random pixels",
            move |row: &Judged<'_>| row.condition.and_then(|condition| kinds.get(condition).copied()),
        )
        .within(one_of(["debate", "consultancy", "alone"])),
        Column::new(
            "tier",
            Kind::Word,
            "the image's tier of proven difficulty",
            |row: &Judged<'_>| row.tier().map(str::to_owned),
        )
        .within(tiers(study))
        .missing("the study has no tiers, or it is practice or an attention check"),
        Column::new("item", Kind::Whole, "the item's number in the plan, from 0", |row: &Judged<'_>| {
            row.judgment.item
        })
        .within(Range::Between(0.0, frozen.items().len().saturating_sub(1) as f64)),
        Column::new(
            "image",
            Kind::Whole,
            "the image's number in the data set, from 0: the same in all conditions",
            |row: &Judged<'_>| row.item.source.index,
        )
        .within(Range::From(0.0)),
        Column::new("label", Kind::Whole, "the right answer", |row: &Judged<'_>| row.item.label)
            .within(Range::Between(0.0, classes)),
        Column::new("lie", Kind::Whole, "the other answer", |row: &Judged<'_>| {
            row.item.claims.liar
        })
        .within(Range::Between(0.0, classes))
        .missing("every class is an answer"),
        Column::new(
            "first",
            Kind::Word,
            "who begins the debate, or for which answer the adviser argues: `honest` for the right one, `liar` for the \
             lie",
            |row: &Judged<'_>| row.item.first.map(role),
        )
        .within(one_of(["honest", "liar"]))
        .missing("nobody argues"),
    ]
}

fn shown<'a>(frozen: &Frozen) -> Vec<Column<Judged<'a>>> {
    let study = &frozen.plan().study;
    vec![
        Column::new(
            "honest_left",
            Kind::Truth,
            "whether the right answer was shown on the left, or first",
            |row: &Judged<'_>| {
                let left = row.judgment.left.filter(|_| row.item.claims.liar.is_some());
                left.map(|left| left == row.item.label)
            },
        )
        .missing("the answers had no sides"),
        Column::new(
            "position",
            Kind::Whole,
            "which of the participant's presentations it was",
            |row: &Judged<'_>| row.judgment.position,
        )
        .within(Range::From(1.0)),
        Column::new(
            "kind",
            Kind::Word,
            "what it was for: `practice`; `main`, what the study is about; `repeat`, a main item once more; `flipped`, \
             one once more with the sides changed; `check`, an attention check",
            |row: &Judged<'_>| kind(row.judgment.kind),
        )
        .within(one_of(["practice", "main", "repeat", "flipped", "check"])),
        Column::new(
            "repeat_of",
            Kind::Whole,
            "the position of the participant's main item that came again",
            |row: &Judged<'_>| row.repeat_of,
        )
        .within(Range::From(1.0))
        .missing("it is not one that came again"),
        Column::new("reveals", Kind::Whole, "how many reveals were shown", |row: &Judged<'_>| {
            row.judgment.reveals.len() as u64
        })
        .unit("reveals")
        .within(Range::From(0.0)),
        Column::new(
            "reveals_planned",
            Kind::Whole,
            "how many reveals the item has",
            |row: &Judged<'_>| row.item.reveals() as u64,
        )
        .unit("reveals")
        .within(Range::Between(
            1.0,
            study
                .conditions
                .iter()
                .map(|condition| condition.pixels)
                .max()
                .unwrap_or(0)
                .into(),
        )),
    ]
}

fn said<'a>(frozen: &Frozen) -> Vec<Column<Judged<'a>>> {
    let classes = frozen.plan().dataset.classes.len().saturating_sub(1) as f64;
    let no_verdict = "it ended without a verdict, or has not";
    let how = |row: &Judged<'_>| row.judgment.end.as_ref().map(|end| end.how.name());
    vec![
        Column::new(
            "belief_truth",
            Kind::Number,
            "the belief after the last reveal: how probable the right answer was to the participant. Beliefs after each \
             reveal are in the table of beliefs. Krippendorff's alpha of beliefs is by squared differences, of how probable \
             the greater of `label` and `lie` was",
            |row: &Judged<'_>| row.last_truth(),
        )
        .share()
        .missing("none was given after the last reveal, or of more than two answers another's"),
        Column::new("ended_by", Kind::Word, "how it ended", how)
            .within(one_of(["verdict", "gave_up", "timed_out", "unanswered"]))
            .missing("it has not"),
        Column::new("verdict", Kind::Whole, "the answer that was chosen, wherever it was shown. Krippendorff's alpha in the report is nominal, the item being \
             the unit, of whether it is the greater of `label` and `lie` (of more than two answers of the label itself): neither \
             the place of an answer nor which is right is in it", |row: &Judged<'_>| {
            row.verdict()
        })
        .within(Range::Between(0.0, classes))
        .missing(no_verdict),
        Column::new(
            "correct",
            Kind::Truth,
            "whether the verdict is the right answer",
            |row: &Judged<'_>| row.correct(),
        )
        .missing(no_verdict),
        Column::new(
            "confidence",
            Kind::Number,
            "how sure the participant was of the verdict",
            |row: &Judged<'_>| match &row.judgment.end {
                Some(End { how: How::Verdict { confidence, .. }, .. }) => confidence.map(as_said),
                _ => None,
            },
        )
        .share()
        .missing("it was not asked, or there is no verdict"),
        Column::new(
            "explanation",
            Kind::FreeText,
            "why, in the participant's words",
            |row: &Judged<'_>| match &row.judgment.end {
                Some(End { how: How::Verdict { explanation, .. }, .. }) => explanation.clone(),
                _ => None,
            },
        )
        .missing("none was given"),
        Column::new("gave_up", Kind::Truth, "whether the participant gave up", move |row| {
            how(row) == Some("gave_up")
        }),
        Column::new("timed_out", Kind::Truth, "whether the item's time was over", move |row| {
            how(row) == Some("timed_out")
        }),
    ]
}

fn when<'a>() -> Vec<Column<Judged<'a>>> {
    let ended = |row: &Judged<'_>| row.judgment.end.as_ref().map(|end| end.at);
    vec![
        Column::new(
            "started",
            Kind::Time,
            "when the first screen was shown",
            |row: &Judged<'_>| time(row.judgment.started),
        )
        .unit("ISO 8601, UTC"),
        Column::new("started_ms", Kind::Whole, "the same", |row: &Judged<'_>| row.judgment.started)
            .unit("milliseconds since 1970")
            .within(Range::From(0.0)),
        Column::new("ended", Kind::Time, "when it ended", move |row: &Judged<'_>| {
            ended(row).map(time)
        })
        .unit("ISO 8601, UTC")
        .missing("it has not"),
        Column::new("ended_ms", Kind::Whole, "the same", ended)
            .unit("milliseconds since 1970")
            .within(Range::From(0.0))
            .missing("it has not"),
        Column::new(
            "seconds",
            Kind::Number,
            "from the first screen to the end; 0 where a clock was set back between",
            |row: &Judged<'_>| row.seconds(),
        )
        .unit("seconds")
        .within(Range::From(0.0))
        .missing("it has not ended"),
    ]
}

fn beside<'a>() -> Vec<Column<Judged<'a>>> {
    vec![
        Column::new(
            "classifier_correct",
            Kind::Truth,
            "whether the built-in judge is right, of the same pixels and answers",
            |row: &Judged<'_>| row.classifier.map(|classifier| classifier.right),
        )
        .missing("it has not judged the item: a live debate"),
        Column::new(
            "classifier_probability",
            Kind::Number,
            "the probability that the built-in judge gives the right answer, by softmax over the answers that there are",
            |row: &Judged<'_>| row.classifier.and_then(|classifier| classifier.truth),
        )
        .share()
        .missing("it has not judged the item, or the debate ended without it"),
        Column::new(
            "optimal_winner",
            Kind::Word,
            "who wins before the built-in judge if both sides play as well as can be: of a debate in the order in which \
             it was played, else in every order",
            |row: &Judged<'_>| row.optimal.map(|optimal| role(optimal.winner)),
        )
        .within(one_of(["honest", "liar"]))
        .missing("nothing is proven of the image, or it depends on who begins"),
        Column::new(
            "optimal_margin",
            Kind::Number,
            "by how much the built-in judge's logit of the right answer is above the other's then: below 0 where the \
             lie wins. Where there is no order, the mean over the orders",
            |row: &Judged<'_>| row.optimal.map(|optimal| optimal.margin),
        )
        .unit("logits")
        .missing("as with optimal_winner"),
    ]
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Honest => "honest",
        Role::Liar => "liar",
    }
}

fn play(kind: Play) -> &'static str {
    match kind {
        Play::Debate => "debate",
        Play::Consultancy => "consultancy",
        Play::Alone => "alone",
    }
}

pub(super) fn kind(kind: Shown) -> &'static str {
    match kind {
        Shown::Practice => "practice",
        Shown::Main => "main",
        Shown::Repeat => "repeat",
        Shown::Flipped => "flipped",
        Shown::Check => "check",
    }
}
