//! The numbers of a report, as tables.

use maud::{Markup, html};
use pixel_debate_statistics::{Agreement, p_in_words};
use pixel_debate_study::allocation::Kind;

use super::table;
use crate::estimate::Estimate;
use crate::report::{Again, Beside, Bin, Compared, Course, Group, Measure, Report};

pub(super) fn all(report: &Report) -> Markup {
    let Report { groups, compared, beside, again, courses, .. } = report;
    let has_beliefs = groups.iter().any(|group| group.beliefs.is_some());
    html! {
        (accuracy(groups))
        @if compared.is_empty() {
            @if report.planned.conditions.len() > 1 {
                p { "No two conditions can be compared: it takes two participants and two images." }
            }
        } @else { (comparisons(compared)) }
        @if has_beliefs { (beliefs(groups)) } @else { p { "No belief was asked for, or none counts." } }
        (agreement(groups))
        @if !again.is_empty() { (again_table(again)) }
        @if !beside.is_empty() { (beside_table(beside)) }
        @if !courses.is_empty() { (course_table(courses)) }
    }
}

fn percent(estimate: Option<&Estimate>) -> String {
    let share = |share: f64| format!("{:.1}", 100.0 * share);
    estimate.map_or("none".to_owned(), |one| {
        format!("{} % ({} to {})", share(one.value), share(one.low), share(one.high))
    })
}

fn decimals(one: &Estimate) -> String {
    format!("{:.3} ({:.3} to {:.3})", one.value, one.low, one.high)
}

fn accuracy(groups: &[Group]) -> Markup {
    let row = |group: &Group| {
        let [verdicts, gave_up, timed_out, unanswered] = group.ended;
        let seconds = group.seconds.map_or("none".to_owned(), |one| {
            format!("{:.1} ({:.1} to {:.1})", one.median, one.quarter, one.three_quarters)
        });
        vec![
            group.name(),
            group.participants.to_string(),
            group.images.to_string(),
            group.judgments.to_string(),
            percent(group.accuracy.as_ref()),
            percent(group.accuracy_of_all.as_ref()),
            seconds,
            format!("{verdicts}, {gave_up}, {timed_out}, {unanswered}"),
        ]
    };
    html! {
        h2 { "How often judges are right" }
        p {
            "Accuracy is the share of right verdicts among all verdicts; of all, among all judgments, where whoever gave up \
             or was too late was not right. In brackets 95 % intervals by a bootstrap that draws participants and images, \
             which are crossed; it errs on the safe side. Where all are right or all wrong it is Wilson's, of as many units \
             as there are participants or images, whichever are fewer. Of one participant or one image an interval says \
             nothing of others. Seconds are the median of verdicts, in brackets the middle half."
        }
        (table(
            &["of", "participants", "images", "judgments", "accuracy", "of all", "seconds",
              "verdicts, gave up, too late, unanswered"],
            groups.iter().map(row),
        ))
    }
}

fn comparisons(compared: &[Compared]) -> Markup {
    let p = |p: Option<f64>| p.map_or("nothing varies".to_owned(), p_in_words);
    let row = |one: &Compared| {
        let number = |number: f64| match one.measure {
            Measure::Accuracy => format!("{:+.1} %", 100.0 * number),
            Measure::Brier => format!("{number:+.3}"),
        };
        let within = |low: f64, high: f64| format!("{} to {}", number(low), number(high));
        vec![
            match one.measure {
                Measure::Accuracy => "accuracy".to_owned(),
                Measure::Brier => "Brier".to_owned(),
            },
            one.tier.clone().unwrap_or_else(|| "all".to_owned()),
            format!("{} less {}", one.one, one.other),
            number(one.contrast.difference),
            within(one.interval.low, one.interval.high),
            within(one.safe.low, one.safe.high),
            p(one.p),
            p(one.corrected),
        ]
    };
    html! {
        h2 { "Conditions compared" }
        p {
            "Differences of means over judgments, with participants and images as crossed clusters. The interval and p are by \
             the two-way cluster-robust error, which is about right from some twenty of both on; the safe interval is that \
             of the crossed bootstrap, up to √3 times as long as need be. Corrected is p after Holm, over all pairs of \
             conditions with the same measure and tier. Of Brier's score less is better."
        }
        (table(
            &["measure", "tier", "conditions", "difference", "95 % interval", "safe interval", "p", "corrected"],
            compared.iter().map(row),
        ))
    }
}

fn beliefs(groups: &[Group]) -> Markup {
    let bin = |bin: &Bin| {
        format!("{:.0} %, {:.0} %, {}", 100.0 * bin.sure, 100.0 * bin.right.value, bin.right.of)
    };
    let row = |group: &Group| {
        let one = group.beliefs.as_ref()?;
        let curve: Vec<String> = one.curve.iter().map(bin).collect();
        let parts = one.parts;
        let parts = [parts.reliability, parts.resolution, parts.uncertainty, parts.within];
        Some(vec![
            group.name(),
            one.brier.of.to_string(),
            decimals(&one.brier),
            decimals(&one.log),
            format!("{:.3}", one.ece),
            parts.map(|part| format!("{part:.3}")).join(", "),
            curve.join("; "),
        ])
    };
    html! {
        h2 { "How good their beliefs are" }
        p {
            "Beliefs after the last reveal. Brier's score is the sum over both answers of the squared error, 0 to 2: who always \
             says ½ has 0.5. The logarithmic score is −ln of the right answer's probability, in nats: who says ½ has 0.693. \
             ECE is the expected calibration error over ten bins of the probability of the answer believed, and the curve has \
             for each bin how sure judges were, how often they were right, and how many beliefs these are. The parts are \
             Murphy's, of half the Brier score: reliability, less resolution, and uncertainty, and what is within bins."
        }
        (table(
            &["of", "beliefs", "Brier", "logarithmic", "ECE", "reliability, resolution, uncertainty, within",
              "sure, right, beliefs"],
            groups.iter().filter_map(row),
        ))
    }
}

fn alpha(agreement: Option<&Agreement>) -> String {
    agreement.map_or("none".to_owned(), |one| {
        format!(
            "{:.3} ({:.3} to {:.3}), {} of {}",
            one.alpha, one.interval.low, one.interval.high, one.values, one.units
        )
    })
}

fn agreement(groups: &[Group]) -> Markup {
    html! {
        h2 { "Whether judges agree" }
        p {
            "Krippendorff's alpha over those who judged the same item: 1 is perfect, 0 what chance gives. Verdicts are taken for \
             which of the item's two answers they are (for which class, if all are answers), whichever is right; beliefs after \
             the last reveal by their squared differences. In brackets 95 % intervals by the bootstrap over items; then values \
             and items. There is none where nobody judged the same as another, or all are alike."
        }
        (table(&["of", "verdicts", "beliefs"], groups.iter().map(|group| {
            vec![group.name(), alpha(group.agreement.as_ref()), alpha(group.belief_agreement.as_ref())]
        })))
    }
}

fn again_table(again: &[Again]) -> Markup {
    let row = |one: &Again| {
        vec![
            match one.kind {
                Kind::Flipped => "with the sides changed".to_owned(),
                _ => "unchanged".to_owned(),
            },
            one.condition.clone(),
            one.pairs.to_string(),
            percent(one.same.as_ref()),
            alpha(one.agreement.as_ref()),
            one.change.as_ref().map_or("none".to_owned(), decimals),
        ]
    };
    html! {
        h2 { "Whether judges agree with themselves" }
        p { "Main items that came again to the same participant: whether the verdict was the same, and how far the belief after \
             the last reveal was from the first time's." }
        (table(&["came again", "condition", "pairs", "same verdict", "alpha", "change of belief"],
            again.iter().map(row)))
    }
}

fn beside_table(beside: &[Beside]) -> Markup {
    let row = |one: &Beside| {
        vec![
            one.condition.clone(),
            one.judged.to_string(),
            percent(one.judges.as_ref()),
            percent(one.classifier.as_ref()),
            percent(one.difference.as_ref()),
            percent(one.alike.as_ref()),
        ]
    };
    let proven = |one: &Beside| {
        vec![
            one.condition.clone(),
            one.proven.to_string(),
            percent(one.judges_proven.as_ref()),
            percent(one.optimal.as_ref()),
            percent(one.where_honest_wins.as_ref()),
            percent(one.where_liar_wins.as_ref()),
        ]
    };
    html! {
        h2 { "Judges beside the built-in judge and optimal play" }
        p { "On the same items, each counted as often as it has a verdict. Alike is how often both are right or both wrong." }
        (table(&["condition", "verdicts", "judges", "built-in judge", "difference", "alike"],
            beside.iter().filter(|one| one.judged > 0).map(row)))
        @if beside.iter().any(|one| one.proven > 0) {
            p { "Of images whose game is proven: how often the honest side wins it before the built-in judge if both play as \
                 well as can be, and how often judges were right where it does, and where the liar does." }
            (table(&["condition", "verdicts", "judges", "honest side wins", "right where it does", "where the liar wins"],
                beside.iter().filter(|one| one.proven > 0).map(proven)))
        }
    }
}

fn course_table(courses: &[Course]) -> Markup {
    let rows = courses.iter().flat_map(|course| {
        course.steps.iter().map(|step| {
            vec![
                course.condition.clone(),
                step.after.to_string(),
                step.truth.of.to_string(),
                percent(Some(&step.truth)),
            ]
        })
    });
    html! {
        h2 { "How beliefs went on" }
        p { "How probable the right answer was to judges after so many reveals, on average." }
        (table(&["condition", "reveals", "beliefs", "probability of the right answer"], rows))
    }
}
