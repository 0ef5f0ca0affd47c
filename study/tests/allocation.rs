//! The allocation, counted anew by plain means: whether it keeps what it promises.

use std::collections::BTreeMap;

use pixel_debate_study::allocation::{Allocation, Kind, Presentation, Refusal, Request};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

/// How often each thing occurs; things that do not occur at all must be named.
fn counts<K: Ord>(named: impl Iterator<Item = K>, seen: impl Iterator<Item = K>) -> Vec<u32> {
    let mut counts: BTreeMap<K, u32> = named.map(|name| (name, 0)).collect();
    for one in seen {
        *counts.get_mut(&one).unwrap_or_else(|| panic!("something that nobody named")) += 1;
    }
    counts.into_values().collect()
}

fn apart(counts: &[u32]) -> u32 {
    counts.iter().max().unwrap_or(&0) - counts.iter().min().unwrap_or(&0)
}

fn tier_of(image: u32, request: &Request) -> u32 {
    let mut end = 0;
    let ends = request.tiers.iter().map(|images| {
        end += images;
        end
    });
    ends.take_while(|end| *end <= image).count() as u32
}

fn has_two_sides(condition: u32, request: &Request) -> bool {
    !request.one_sided.contains(&condition)
}

fn mains(slot: &[Presentation]) -> Vec<Presentation> {
    slot.iter().copied().filter(|shown| shown.kind == Kind::Main).collect()
}

fn number(slot: &[Presentation], kind: Kind) -> u32 {
    slot.iter().filter(|shown| shown.kind == kind).count() as u32
}

/// Within one slot: numbers, images, conditions, tiers, what comes first, again and between.
fn check_slot(slot: &[Presentation], request: &Request) {
    let mains = mains(slot);
    for (kind, count) in [
        (Kind::Practice, request.practice),
        (Kind::Main, request.each),
        (Kind::Repeat, request.repeats),
        (Kind::Flipped, request.flipped),
        (Kind::Check, request.checks),
    ] {
        assert_eq!(number(slot, kind), count, "{kind:?} in {slot:?}");
    }
    let images: u32 = request.tiers.iter().sum();
    let each_image = counts(0..images, mains.iter().map(|shown| shown.item));
    assert!(each_image.iter().all(|count| *count <= 1), "an image twice: {slot:?}");
    let conditions = || 0..request.conditions;
    assert!(apart(&counts(conditions(), mains.iter().map(|shown| shown.condition))) <= 1);
    for (tier, of) in (0..).zip(&request.tiers) {
        let have = mains.iter().filter(|shown| tier_of(shown.item, request) == tier);
        let conditions_of_tier = counts(conditions(), have.clone().map(|shown| shown.condition));
        assert!(apart(&conditions_of_tier) <= 2);
        let share = f64::from(request.each * of) / f64::from(images);
        assert!((f64::from(have.count() as u32) - share).abs() < 1.0, "tier {tier}");
    }
    for condition in conditions() {
        let of = mains.iter().filter(|shown| shown.condition == condition);
        if request.balance_sides && has_two_sides(condition, request) {
            assert!(
                apart(&counts([false, true].into_iter(), of.clone().map(|one| one.sides_swapped)))
                    <= 1
            );
        }
        if request.balance_answers {
            assert!(
                apart(&counts([false, true].into_iter(), of.map(|one| one.answers_swapped))) <= 1
            );
        }
    }
    assert!(slot.iter().take(request.practice as usize).all(|shown| shown.kind == Kind::Practice));
    let extra = |kind: Kind, count| {
        let items = slot.iter().filter(move |shown| shown.kind == kind).map(|shown| shown.item);
        assert!(counts(0..count, items).iter().all(|count| *count == 1));
    };
    extra(Kind::Practice, request.practice);
    extra(Kind::Check, request.checks);
    for shown in slot {
        let expected = match shown.kind {
            Kind::Practice | Kind::Check => shown.item % request.conditions,
            _ => shown.condition,
        };
        assert_eq!(shown.condition, expected);
        let has_sides = has_two_sides(expected, request);
        assert!(
            !shown.sides_swapped
                || has_sides && !matches!(shown.kind, Kind::Practice | Kind::Check),
            "{shown:?}"
        );
        assert!(shown.kind != Kind::Flipped || has_sides, "{shown:?} has no other side");
    }
    for (at, copy) in slot.iter().enumerate() {
        if !matches!(copy.kind, Kind::Repeat | Kind::Flipped) {
            continue;
        }
        let again = |shown: &Presentation| {
            shown.item == copy.item && shown.kind != Kind::Check && shown.kind != Kind::Practice
        };
        let first = slot.iter().position(again).expect("the copy at least");
        assert_eq!(slot[first].kind, Kind::Main, "{slot:?}");
        assert!(at - first > request.apart as usize, "{at} comes after {first}");
        assert_eq!(slot.iter().filter(|shown| again(shown)).count(), 2, "once more, and only once");
        let sides_swapped = slot[first].sides_swapped ^ (copy.kind == Kind::Flipped);
        assert_eq!(*copy, Presentation { kind: copy.kind, sides_swapped, ..slot[first] });
    }
    // Between two checks there is at least what fits in half a part, and as much before and after.
    let places: Vec<usize> = (0..slot.len()).filter(|at| slot[*at].kind == Kind::Check).collect();
    let others = (slot.len() - request.practice as usize) as u32 - request.checks;
    for pair in places.windows(2) {
        assert!((pair[1] - pair[0]) as u32 >= others / (2 * request.checks), "{places:?}");
    }
}

/// Over all slots: cells, sides, places of answers, positions.
fn check_all(slots: &[&[Presentation]], request: &Request) {
    let images: u32 = request.tiers.iter().sum();
    let mains: Vec<Vec<Presentation>> = slots.iter().map(|slot| mains(slot)).collect();
    let all = || mains.iter().flatten();
    let cells = || {
        (0..images)
            .flat_map(|image| (0..request.conditions).map(move |condition| (image, condition)))
    };
    let often = request.participants * request.each / images / request.conditions;
    let seen = counts(cells(), all().map(|shown| (shown.item, shown.condition)));
    assert!(seen.iter().all(|count| *count == often), "{seen:?}, not {often} each");

    let both = [false, true];
    for (image, condition) in cells() {
        let here =
            || all().filter(move |shown| (shown.item, shown.condition) == (image, condition));
        let two_sided = has_two_sides(condition, request);
        if request.balance_sides && two_sided {
            assert!(apart(&counts(both.into_iter(), here().map(|shown| shown.sides_swapped))) <= 1);
        }
        if request.balance_answers {
            assert!(
                apart(&counts(both.into_iter(), here().map(|shown| shown.answers_swapped))) <= 1
            );
        }
        if request.balance_sides && two_sided && request.balance_answers {
            let four = both.into_iter().flat_map(|one| both.map(|other| (one, other)));
            assert!(
                apart(&counts(
                    four,
                    here().map(|shown| (shown.sides_swapped, shown.answers_swapped))
                )) <= 1
            );
        }
    }
    let tiers = request.tiers.len() as u32;
    for condition in 0..request.conditions {
        let at = |position: usize| {
            mains
                .iter()
                .map(move |slot| slot[position])
                .filter(move |shown| shown.condition == condition)
        };
        let positions = || 0..request.each as usize;
        let each: Vec<u32> = positions().map(|position| at(position).count() as u32).collect();
        assert!(apart(&each) <= 1, "condition {condition} over positions: {each:?}");
        for tier in 0..tiers {
            let of_tier = |position| {
                at(position).filter(|shown| tier_of(shown.item, request) == tier).count() as u32
            };
            let each: Vec<u32> = positions().map(of_tier).collect();
            assert!(
                apart(&each) <= 2,
                "condition {condition}, tier {tier} over positions: {each:?}"
            );
        }
    }
    for (swapped, balanced) in [
        (all().any(|one| one.sides_swapped), request.balance_sides),
        (all().any(|one| one.answers_swapped), request.balance_answers),
    ] {
        assert!(!swapped || balanced, "what is not to be balanced never changes");
    }
    let of_kind = |kind: Kind| {
        slots.iter().flat_map(|slot| slot.iter()).filter(move |shown| shown.kind == kind)
    };
    let conditions_of =
        |kind| counts(0..request.conditions, of_kind(kind).map(|shown| shown.condition));
    // A condition in one more early place than another has at most one more of each slot colour.
    let repeats = conditions_of(Kind::Repeat);
    assert!(apart(&repeats) <= request.repeats, "{repeats:?} come again");
    // Where some have one side, which of the others come again with the sides changed is in part left to chance.
    if request.one_sided.is_empty() {
        let flipped = conditions_of(Kind::Flipped);
        assert!(apart(&flipped) <= request.repeats + request.flipped, "{flipped:?} come again");
    }
    // Practice items and checks have the answers in both places.
    for (kind, number) in [(Kind::Practice, request.practice), (Kind::Check, request.checks)] {
        for item in 0..number {
            let of = of_kind(kind).filter(|shown| shown.item == item);
            let places = counts(both.into_iter(), of.map(|shown| shown.answers_swapped));
            let balanced = if request.balance_answers { number } else { request.participants };
            assert!(apart(&places) <= balanced, "{places:?} of {kind:?} {item}");
        }
    }
}

fn check(request: &Request) {
    let allocation = Allocation::of(request).expect("it can be allocated");
    let slots: Vec<&[Presentation]> =
        (0..allocation.slots()).map(|slot| allocation.slot(slot).unwrap()).collect();
    assert_eq!(
        (slots.len() as u32, allocation.slot(request.participants)),
        (request.participants, None)
    );
    for slot in &slots {
        check_slot(slot, request);
    }
    check_all(&slots, request);
}

fn gcd(one: u32, other: u32) -> u32 {
    if other == 0 { one } else { gcd(other, one % other) }
}

/// How many items in conditions with two sides a slot has, if those with one come first in each round.
fn least_two_sided(each: u32, conditions: u32, one_sided: u32) -> u32 {
    (0..each).filter(|item| item % conditions >= one_sided).count() as u32
}

/// Any request that works.
fn requests() -> impl Strategy<Value = Request> {
    let shape = (prop::collection::vec(1_u32..9, 1..4), 1_u32..5, any::<(u8, u8)>(), 1_u32..4);
    let extras = (0_u32..4, 0_u32..4, 0_u32..4, 0_u32..4, 0_u32..6);
    (shape, extras, any::<(bool, bool, u64)>()).prop_map(
        |(
            (tiers, conditions, (part, one_sided), times),
            (practice, checks, repeats, flipped, apart),
            (sides, answers, seed),
        )| {
            let images: u32 = tiers.iter().sum();
            let each = 1 + u32::from(part) % images;
            let cells = images * conditions;
            let apart = apart.min(each - 1);
            let one_sided: Vec<u32> =
                (0..conditions).filter(|condition| one_sided >> condition & 1 == 1).collect();
            let flippable = least_two_sided(each, conditions, one_sided.len() as u32);
            let flipped = flipped.min(flippable.saturating_sub(apart));
            let repeats =
                if flipped > 0 { repeats.min(flippable - apart - flipped) } else { repeats };
            let repeats = repeats.min(each - apart);
            Request {
                participants: cells / gcd(cells, each) * times,
                tiers,
                conditions,
                one_sided,
                each,
                practice,
                checks,
                repeats,
                flipped,
                apart,
                balance_sides: sides,
                balance_answers: answers,
                seed,
            }
        },
    )
}

proptest! {
    #[test]
    fn any_allocation_keeps_its_promises(request in requests()) {
        check(&request);
    }

    #[test]
    fn a_seed_always_says_the_same_and_another_something_else(request in requests(), other: u64) {
        let allocation = Allocation::of(&request).expect("it can be allocated");
        prop_assert_eq!(&Allocation::of(&request).expect("again"), &allocation);
        prop_assume!(other != request.seed && request.participants > 20 && request.each > 4);
        prop_assert_ne!(Allocation::of(&Request { seed: other, ..request }).expect("another"), allocation);
    }

    /// What is refused as uneven is so, and the numbers that are named are the nearest that are not.
    #[test]
    fn uneven_requests_are_refused_with_the_nearest_numbers(request in requests(), participants in 1_u32..200, each in 1_u32..20) {
        let images: u32 = request.tiers.iter().sum();
        let each = each.min(images);
        let request = Request { participants, each, repeats: 0, flipped: 0, ..request };
        let cells = images * request.conditions;
        let fits = |participants: u32, each: u32| (participants * each).is_multiple_of(cells);
        match Allocation::of(&request) {
            Ok(_) => prop_assert!(fits(participants, each)),
            Err(Refusal::Uneven { nearest_participants, nearest_each, .. }) => {
                prop_assert!(!fits(participants, each));
                let nearest = |fits: &dyn Fn(u32) -> bool, from: u32, most: u32| -> Vec<u32> {
                    let below = (1..from).rev().find(|number| fits(*number));
                    below.into_iter().chain((from + 1..=most).find(|number| fits(*number))).collect()
                };
                prop_assert_eq!(nearest_participants, nearest(&|number| fits(number, each), participants, 10_000));
                prop_assert_eq!(nearest_each, nearest(&|number| fits(participants, number), each, images.min(200)));
            }
            Err(other) => prop_assert!(false, "{}", other),
        }
    }
}

const EXAMPLE: Request = Request {
    participants: 40,
    tiers: Vec::new(),
    conditions: 3,
    one_sided: Vec::new(),
    each: 12,
    practice: 2,
    checks: 2,
    repeats: 1,
    flipped: 1,
    apart: 3,
    balance_sides: true,
    balance_answers: true,
    seed: 19,
};

fn example() -> Request {
    Request { tiers: vec![24, 16], ..EXAMPLE }
}

#[test]
fn numbers_out_of_range_are_refused_by_name() {
    let refusals = [
        (Request { participants: 0, ..example() }, "participants is 0: it must be from 1 to 10000"),
        (
            Request { participants: 10_001, ..example() },
            "participants is 10001: it must be from 1 to 10000",
        ),
        (EXAMPLE, "tiers is 0: it must be from 1 to 100"),
        (Request { tiers: vec![1; 101], ..EXAMPLE }, "tiers is 101: it must be from 1 to 100"),
        (Request { tiers: vec![24, 0], ..EXAMPLE }, "tiers[1] is 0: it must be from 1 to 10000"),
        (
            Request { tiers: vec![9000, 9000], ..EXAMPLE },
            "images is 18000: it must be from 1 to 10000",
        ),
        (Request { conditions: 0, ..example() }, "conditions is 0: it must be from 1 to 100"),
        (
            Request { one_sided: vec![0, 1, 2, 0], ..example() },
            "one_sided is 4: it must be from 0 to 3",
        ),
        (
            Request { one_sided: vec![2, 3], ..example() },
            "one_sided[1] is 3: it must be from 0 to 2",
        ),
        (
            // Eight of twelve items have two sides, and three of these may be the last.
            Request { one_sided: vec![2], flipped: 5, ..example() },
            "repeats + flipped is 6: it must be from 0 to 5",
        ),
        (
            Request { one_sided: vec![0, 1, 2], repeats: 0, ..example() },
            "repeats + flipped is 1: it must be from 0 to 0",
        ),
        (Request { each: 41, ..example() }, "each is 41: it must be from 1 to 40"),
        (
            Request { each: 201, tiers: vec![500], ..EXAMPLE },
            "each is 201: it must be from 1 to 200",
        ),
        (Request { practice: 101, ..example() }, "practice is 101: it must be from 0 to 100"),
        (
            Request { checks: u32::MAX, ..example() },
            "checks is 4294967295: it must be from 0 to 100",
        ),
        (Request { apart: 12, ..example() }, "apart is 12: it must be from 0 to 11"),
        (Request { repeats: 9, ..example() }, "repeats + flipped is 10: it must be from 0 to 9"),
        (
            Request { repeats: u32::MAX, ..example() },
            "repeats + flipped is 4294967295: it must be from 0 to 9",
        ),
        (
            Request { participants: 41, ..example() },
            "41 participants with 12 items each are 492 main items, which 40 images in 3 conditions cannot share \
             evenly: with 12 items each, participants may be 40 or 50; with 41 participants, no other number of \
             items is",
        ),
        (
            Request { each: 10, ..example() },
            "40 participants with 10 items each are 400 main items, which 40 images in 3 conditions cannot share \
             evenly: with 10 items each, participants may be 36 or 48; with 40 participants, items each may be 9 or 12",
        ),
    ];
    for (request, words) in refusals {
        assert_eq!(request.check().unwrap_err().to_string(), words);
    }
    // Nothing comes again: nothing needs to be apart.
    let none = Request { apart: 99, repeats: 0, flipped: 0, ..example() };
    assert_eq!(none.check(), Ok(()));
    check(&none);
}

/// On every machine and with every version of every library: a frozen study is what it was. When this changes,
/// studies that are under way change with it.
#[test]
fn the_allocation_of_a_seed_is_fixed() {
    let allocation = Allocation::of(&example()).unwrap();
    let slots: Vec<_> = (0..40).map(|slot| allocation.slot(slot).unwrap()).collect();
    let bytes = serde_json::to_vec(&slots).unwrap();
    let digest = Sha256::digest(bytes);
    assert_eq!(digest[..8], [0xd3, 0x0f, 0xae, 0x66, 0x69, 0x59, 0x3f, 0xa7]);
}

/// As many as there can be, and no more of one condition than of another by much.
#[test]
fn what_has_one_side_alone_never_comes_again_with_the_sides_changed() {
    let request =
        Request { participants: 400, one_sided: vec![2, 2], repeats: 1, flipped: 4, ..example() };
    check(&request);
    let allocation = Allocation::of(&request).unwrap();
    let shown = (0..400).flat_map(|slot| allocation.slot(slot).unwrap());
    let flipped = shown.filter(|shown| shown.kind == Kind::Flipped).map(|shown| shown.condition);
    let each = counts(0..3, flipped);
    assert!(each[2] == 0 && apart(&each[..2]) < 80, "{each:?}");
}

/// Who sees one image is no reason to see another: of pairs of images none is shown together much more often than
/// chance has it.
#[test]
fn images_are_mixed() {
    let request = Request { participants: 400, tiers: vec![40], each: 9, ..EXAMPLE };
    let allocation = Allocation::of(&request).unwrap();
    let mut together = vec![0_u32; 40 * 40];
    for slot in 0..400 {
        let mains = mains(allocation.slot(slot).unwrap());
        for (one, other) in mains.iter().flat_map(|one| mains.iter().map(move |other| (one, other)))
        {
            together[(one.item * 40 + other.item) as usize] += 1;
        }
    }
    // 400 · 9 · 8 pairs in order over 40 · 39: eighteen on average.
    let pairs = (0..1600).filter(|at| at / 40 != at % 40).map(|at| together[at]);
    let (least, most) = (pairs.clone().min().unwrap(), pairs.max().unwrap());
    assert!(least >= 3 && most <= 40, "{least} to {most}");
}

/// The largest study that is promised.
#[test]
fn ten_thousand_participants_with_a_hundred_items_each() {
    let request = Request {
        participants: 10_000,
        tiers: vec![300, 200],
        conditions: 4,
        each: 100,
        repeats: 5,
        flipped: 5,
        apart: 10,
        ..EXAMPLE
    };
    let allocation = Allocation::of(&request).unwrap();
    assert!(allocation.cells(0..10_000).iter().all(|count| *count == 500));
    for slot in 0..10_000 {
        check_slot(allocation.slot(slot).unwrap(), &request);
    }
}
