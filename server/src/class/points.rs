//! What the votes in a debate are worth, once the truth is told.

use pixel_debate_statistics::Bonus;

/// What a vote is worth: by the quadratic score, on average most for whoever says what it believes.
const VOTE: Bonus = Bonus { least: 0, most: 100 };

/// The points of each member by the number of its place, for what each has held probable after each of so many reveals;
/// none of those who had no part in the debate.
///
/// Each vote after a reveal counts by itself, and one that was not given is worth nothing. A debater has as many as if
/// it had made every vote as probable as its claim was to those who voted at the end, on average: none where the debate
/// was not judged, or nobody voted.
pub(super) fn points(
    votes: &[&[Option<f32>]],
    revealed: u32,
    debaters: [Option<u16>; 2],
    members: usize,
    first_is_right: bool,
    judged: bool,
) -> Vec<Option<u32>> {
    let worth = |vote: f32| VOTE.pay(vote.into(), first_is_right).unwrap_or(0);
    let of = |place: usize| votes.get(place).copied().unwrap_or_default();
    let seat_of =
        |place: usize| debaters.iter().position(|debater| debater.map(usize::from) == Some(place));
    let last = revealed as usize;
    let at_last: Vec<f32> = (0..members)
        .filter(|place| seat_of(*place).is_none())
        .filter_map(|place| *of(place).get(last)?)
        .collect();
    let mean = at_last.iter().sum::<f32>() / at_last.len() as f32;
    let persuaded = |seat: usize| {
        let belief = if seat == 0 { mean } else { 1.0 - mean };
        let whole = f64::from(revealed) * 100.0 * f64::from(belief);
        if judged && !at_last.is_empty() { whole.round() as u32 } else { 0 }
    };
    let points = |place: usize| {
        if let Some(seat) = seat_of(place) {
            return Some(persuaded(seat));
        }
        let mut votes = of(place).iter().skip(1).take(last).flatten().peekable();
        votes.peek()?;
        Some(votes.map(|vote| worth(*vote)).sum())
    };
    (0..members).map(points).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    fn points(
        revealed: u32,
        votes: &[Vec<Option<f32>>],
        debaters: [Option<u16>; 2],
        members: usize,
        (first_is_right, judged): (bool, bool),
    ) -> Vec<Option<u32>> {
        let votes: Vec<_> = votes.iter().map(Vec::as_slice).collect();
        super::points(&votes, revealed, debaters, members, first_is_right, judged)
    }

    #[test]
    fn each_vote_counts_by_itself_and_a_missing_one_for_nothing() {
        let votes = vec![
            vec![Some(1.0), Some(0.5), Some(1.0)],
            vec![None, None, Some(0.9)],
            vec![Some(1.0)],
        ];
        // What is said before the first reveal is worth nothing, and who says nothing else had no part.
        assert_eq!(
            points(2, &votes, [None; 2], 4, (true, true)),
            [Some(175), Some(99), None, None]
        );
        assert_eq!(
            points(2, &votes, [None; 2], 4, (false, true)),
            [Some(75), Some(19), None, None]
        );
    }

    #[test]
    fn a_debater_has_what_the_others_believed_at_the_end() {
        let votes =
            vec![vec![None, Some(1.0), Some(0.5)], vec![], vec![None, None, Some(0.75)], vec![]];
        let debaters = [Some(1), Some(3)];
        let [ann, first, ben, second] = points(2, &votes, debaters, 4, (true, true))[..] else {
            panic!("four members")
        };
        assert_eq!((ann, ben), (Some(175), Some(94)));
        // Five eighths of 200, and three.
        assert_eq!((first, second), (Some(125), Some(75)));
        assert_eq!(points(2, &votes, debaters, 4, (true, false))[1], Some(0));
        assert_eq!(points(2, &[], debaters, 4, (true, true)), [None, Some(0), None, Some(0)]);
    }

    proptest! {
        #[test]
        fn nobody_gains_by_what_others_vote(
            own in prop::collection::vec(prop::option::of(0.0f32..=1.0), 0..9),
            others in prop::collection::vec(prop::collection::vec(prop::option::of(0.0f32..=1.0), 0..9), 0..5),
            revealed in 0u32..9,
            truth: bool,
        ) {
            let alone = points(revealed, std::slice::from_ref(&own), [None; 2], 1, (truth, true));
            let votes: Vec<_> = std::iter::once(own).chain(others).collect();
            let all = points(revealed, &votes, [None; 2], votes.len(), (truth, true));
            prop_assert_eq!(alone[0], all[0]);
            prop_assert!(all.iter().flatten().all(|points| *points <= 100 * revealed));
        }
    }
}
