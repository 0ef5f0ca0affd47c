//! The sequences of presentations.

use serde::{Deserialize, Serialize};

use super::colouring::{Groups, colour, groups};
use super::draws::Draws;
use super::images::{Seen, images};
use super::request::Request;

/// What a presentation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// To practise.
    Practice,
    /// What the study is about.
    Main,
    /// A main item of the same participant once more.
    Repeat,
    /// A main item of the same participant once more, with the sides changed.
    Flipped,
    /// An item with a known answer.
    Check,
}

/// One item as one participant is shown it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presentation {
    /// What it is for.
    pub kind: Kind,
    /// The image, by its number among those of all tiers; of practice items and of checks the number among these.
    pub item: u32,
    /// The condition, by its number. Practice item 0 is of condition 0, the next of the next, and so on in turn; and so are
    /// checks.
    pub condition: u32,
    /// Whether the debaters have changed sides: who would sit second sits first. What has one side alone never has,
    /// nor have practice items and checks, each of which has its side once and for all.
    pub sides_swapped: bool,
    /// Whether the answers have changed places: what would be shown on the right is shown on the left.
    pub answers_swapped: bool,
}

/// A main item with all that is known of it.
struct Item {
    seen: Seen,
    condition: u32,
    sides: bool,
    answers: bool,
    position: u32,
    /// Whether it comes again, and as what.
    again: Option<Kind>,
}

/// The presentations of all slots, one slot after the other, all equally long.
pub(super) fn sequences(request: &Request) -> Vec<Presentation> {
    let mut slots: Vec<Vec<Item>> = Vec::new();
    slots.resize_with(request.participants as usize, Vec::new);
    for item in items(request) {
        slots[item.seen.slot as usize].push(item);
    }
    let mut draws = Draws::new(request.seed, 2);
    // Whose turn it is to have one condition where another has the next.
    let mut turns: Vec<u32> = (0..request.participants).collect();
    draws.shuffle(&mut turns);
    let slot = |(mut items, turn): (Vec<Item>, u32)| {
        items.sort_by_key(|item| item.position);
        let mut sequence = main(&items, request, &mut draws);
        insert_checks(&mut sequence, request, turn, &mut draws);
        let practice =
            (0..request.practice).map(|place| extra(Kind::Practice, place, turn, request));
        practice.chain(sequence).collect::<Vec<_>>()
    };
    slots.into_iter().zip(turns).flat_map(slot).collect()
}

/// The main items of all slots: condition, sides, places of answers, order and which come again are one even
/// colouring each, of what was there before.
fn items(request: &Request) -> Vec<Item> {
    let seen = images(request);
    let Request { conditions, each, .. } = *request;
    let mut draws = Draws::new(request.seed, 3);

    let slot_tier: Vec<_> = seen.iter().map(|one| [one.slot, one.tier]).collect();
    let image: Vec<_> = seen.iter().map(|one| [one.image]).collect();
    let condition = even(&slot_tier, &image, conditions, &mut draws);
    let condition: Vec<u32> = condition.into_iter().map(u32::from).collect();

    let all = || seen.iter().zip(&condition);
    let slot_condition: Vec<_> = all().map(|(one, condition)| [one.slot, *condition]).collect();
    let cell: Vec<_> = all().map(|(one, condition)| [one.image * conditions + condition]).collect();
    let sides = even(&slot_condition, &cell, 2, &mut draws);

    let with_sides = || sides.iter().map(|side| u32::from(*side));
    let slot_side: Vec<_> =
        slot_condition.iter().zip(with_sides()).map(|(of, side)| [of[0], of[1], side]).collect();
    let cell_side: Vec<_> = cell.iter().zip(with_sides()).map(|(of, side)| [of[0], side]).collect();
    let answers = even(&slot_side, &cell_side, 2, &mut draws);

    let slot: Vec<_> = seen.iter().map(|one| [one.slot]).collect();
    let condition_tier: Vec<_> = all().map(|(one, condition)| [*condition, one.tier]).collect();
    let position = even(&slot, &condition_tier, each, &mut draws);

    let again = come_again(request, &seen, &condition, &position, &mut draws);
    let item = |at: usize| Item {
        seen: seen[at],
        condition: condition[at],
        sides: request.balance_sides && request.has_two_sides(condition[at]) && sides[at] == 1,
        answers: request.balance_answers && answers[at] == 1,
        position: u32::from(position[at]),
        again: again[at],
    };
    (0..seen.len()).map(item).collect()
}

/// Colours that are even on both kinds of keys.
fn even<const A: usize, const B: usize>(
    left: &[[u32; A]],
    right: &[[u32; B]],
    colours: u32,
    draws: &mut Draws,
) -> Vec<u16> {
    let sides: [Groups; 2] = [groups(left, colours, draws), groups(right, colours, draws)];
    colour(&sides[0], &sides[1], colours, draws)
}

/// Which main items come again, of those that have room after them: as many in every slot, evenly over conditions
/// and, as far as these have been early, over images.
fn come_again(
    request: &Request,
    seen: &[Seen],
    condition: &[u32],
    position: &[u16],
    draws: &mut Draws,
) -> Vec<Option<Kind>> {
    let mut again = vec![None; seen.len()];
    if request.repeats + request.flipped == 0 {
        return again;
    }
    let room = request.each - request.apart;
    let early: Vec<usize> = (0..seen.len()).filter(|at| u32::from(position[*at]) < room).collect();
    // Each slot has one item of each colour, as there are as many of these as items of a slot to choose from.
    let choose = |from: &[usize], colours: u32, draws: &mut Draws| {
        let slot: Vec<_> = from.iter().map(|at| [seen[*at].slot]).collect();
        let cell: Vec<_> = from.iter().map(|at| [condition[*at], seen[*at].image]).collect();
        even(&slot, &cell, colours, draws)
    };
    if request.repeats > 0 {
        for (at, colour) in early.iter().zip(choose(&early, room, draws)) {
            again[*at] = (u32::from(colour) < request.repeats).then_some(Kind::Repeat);
        }
    }
    if request.flipped > 0 {
        let most = request.most_again() - request.repeats;
        let flippable = |at: &usize| again[*at].is_none() && request.has_two_sides(condition[*at]);
        let mut flippable: Vec<usize> = early.into_iter().filter(flippable).collect();
        // As many of every slot as there are in each at least, whichever.
        draws.shuffle(&mut flippable);
        let mut taken = vec![0; request.participants as usize];
        flippable.retain(|at| {
            let taken = &mut taken[seen[*at].slot as usize];
            *taken += 1;
            *taken <= most
        });
        for (at, colour) in flippable.iter().zip(choose(&flippable, most, draws)) {
            if u32::from(colour) < request.flipped {
                again[*at] = Some(Kind::Flipped);
            }
        }
    }
    again
}

/// The main items of a slot in their order, with those that come again put in anywhere far enough after.
fn main(items: &[Item], request: &Request, draws: &mut Draws) -> Vec<Presentation> {
    let shown = |item: &Item| Presentation {
        kind: Kind::Main,
        item: item.seen.image,
        condition: item.condition,
        sides_swapped: item.sides,
        answers_swapped: item.answers,
    };
    let mut after: Vec<Vec<Presentation>> = vec![Vec::new(); items.len()];
    for (position, item) in items.iter().enumerate() {
        let Some(kind) = item.again else { continue };
        let least = position + request.apart as usize;
        let sides_swapped = item.sides ^ (kind == Kind::Flipped);
        let copy = Presentation { kind, sides_swapped, ..shown(item) };
        after[least + draws.place(items.len() - least)].push(copy);
    }
    let with_copies = |(item, mut copies): (&Item, Vec<Presentation>)| {
        draws.shuffle(&mut copies);
        std::iter::once(shown(item)).chain(copies)
    };
    items.iter().zip(after).flat_map(with_copies).collect()
}

/// Puts one check into the middle half of each of as many equal parts as there are checks.
fn insert_checks(
    sequence: &mut Vec<Presentation>,
    request: &Request,
    turn: u32,
    draws: &mut Draws,
) {
    let (length, checks) = (sequence.len(), request.checks as usize);
    // From the last to the first, so that places before are as they were.
    for part in (0..checks).rev() {
        let [from, to] =
            [4 * part + 1, 4 * part + 3].map(|quarter| quarter * length / (4 * checks));
        let place = from + draws.place(to - from + 1);
        sequence.insert(place, extra(Kind::Check, part as u32, turn, request));
    }
}

/// The practice item or check that comes at that place of its kind: which it is changes from one slot to the next, and
/// places of answers from one place to the next, and for each item from one slot that has it there to another.
fn extra(kind: Kind, place: u32, turn: u32, request: &Request) -> Presentation {
    let count = if kind == Kind::Practice { request.practice } else { request.checks };
    let item = (place + turn) % count;
    Presentation {
        kind,
        item,
        condition: item % request.conditions,
        sides_swapped: false,
        answers_swapped: request.balance_answers && (turn / count + place) % 2 == 1,
    }
}
