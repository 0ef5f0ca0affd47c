//! Rules about several fields at once.

use std::collections::BTreeSet;

use pixel_debate_fields::{Places, Refusal};

use pixel_debate_game::Role;

use super::{Assignment, Belief, CheckBy, Condition, Kind, Lies, Study};

/// How far a share may be from a whole number of items: four digits of a share are enough for any.
const WHOLE: f64 = 0.02;

/// What of a study cannot be together.
pub(super) fn check(study: &Study, places: Places<'_>) -> Result<(), Refusal> {
    names(study, places)?;
    proofs(study, places)?;
    balance(study, places)?;
    shares(study, places)?;
    // Whatever else there were: what is read can be allocated.
    if let Err(refusal) = study.request().check() {
        return Err(places.refuse(&["assignment"], refusal));
    }
    let Assignment { checks, checks_needed, .. } = study.assignment;
    if checks_needed > checks {
        let reason = format!(
            "`checks_needed` is {checks_needed}: it must be a whole number from 0 to {checks}, the \
             attention checks that there are"
        );
        return Err(places.refuse(&["assignment", "checks_needed"], reason));
    }
    let checked = study.conditions.iter().take(usize::try_from(checks).unwrap_or(usize::MAX));
    let most = checked.map(|condition| condition.pixels).max().unwrap_or_default();
    let Assignment { check_by, check_pixels, .. } = study.assignment;
    if checks > 0 && check_by == CheckBy::Evidence && check_pixels <= most {
        let reason = format!(
            "`check_pixels` is {check_pixels}: an attention check shows the {most} pixels of a condition as any other \
             item does, and must show more in the end; otherwise `check_by` must be \"words\""
        );
        return Err(places.refuse(&["assignment", "check_pixels"], reason));
    }
    if study.bonus.is_some() && study.asks.belief == Belief::Never {
        let reason = "[bonus] is paid by beliefs, and `belief` in [asks] is \"never\": it must be \"each\" \
                      or \"end\"";
        return Err(places.refuse(&["bonus"], reason));
    }
    if !study.languages.contains_key(&study.language) {
        let known: Vec<&str> = study.languages.keys().map(String::as_str).collect();
        let reason = format!(
            "`language` is {:?}: it must be one of [languages]: {}",
            study.language,
            known.join(", ")
        );
        return Err(places.refuse(&["language"], reason));
    }
    Ok(())
}

fn names(study: &Study, places: Places<'_>) -> Result<(), Refusal> {
    if study.conditions.is_empty() {
        let reason = "the file has no [[conditions]]: it must have one at least";
        return Err(places.refuse(&["conditions"], reason));
    }
    // Files and columns whose names differ in case alone are one in many places.
    let twice = |names: &mut dyn Iterator<Item = &String>| {
        let mut seen = BTreeSet::new();
        let mut names = names.enumerate();
        names.find(|(_, name)| !seen.insert(name.to_ascii_lowercase())).map(|(at, _)| at)
    };
    let refuse = |list: &str, at: usize, name: &str| {
        let reason =
            format!("`name` is {name:?}, as another of the study is called: each needs its own");
        Err(places.refuse(&[list, &at.to_string(), "name"], reason))
    };
    if let Some(at) = twice(&mut study.conditions.iter().map(|condition| &condition.name)) {
        return refuse("conditions", at, &study.conditions[at].name);
    }
    if let Some(at) = twice(&mut study.images.tiers.iter().map(|tier| &tier.name)) {
        return refuse("tiers", at, &study.images.tiers[at].name);
    }
    if let Some(at) = twice(&mut study.questions().map(|question| &question.name)) {
        let before = study.before.len();
        let (list, place) = if at < before { ("before", at) } else { ("after", at - before) };
        return refuse(
            list,
            place,
            study.questions().nth(at).map_or("", |question| &question.name),
        );
    }
    Ok(())
}

/// What is proven needs a game that it is proven for.
fn proofs(study: &Study, places: Places<'_>) -> Result<(), Refusal> {
    let debates: Vec<&str> = study
        .conditions
        .iter()
        .filter(|condition| condition.kind() == Kind::Debate)
        .map(|condition| &*condition.name)
        .collect();
    if let Some(name) = &study.images.proven_for {
        let path = ["images", "proven_for"];
        if !debates.contains(&&**name) {
            let there = if debates.is_empty() { "none".to_owned() } else { debates.join(", ") };
            let reason = format!(
                "`proven_for` is {name:?}: it must name a condition of kind \"debate\", of which there is {there}"
            );
            return Err(places.refuse(&path, reason));
        }
        if !study.is_proven() {
            let reason =
                "`proven_for` needs [[tiers]] or `lies = \"strongest\"`: nothing else is proven";
            return Err(places.refuse(&path, reason));
        }
    }
    if !study.is_proven() {
        return Ok(());
    }
    let Some(game) = study.proven_for() else {
        let what = if study.images.tiers.is_empty() { "conditions" } else { "tiers" };
        let reason = "difficulty and strongest lies are proven for the game of a condition of kind \
                      \"debate\", and there is none";
        return Err(places.refuse(&[what], reason));
    };
    for (at, tier) in study.images.tiers.iter().enumerate() {
        let most = longest_plan(game, tier.winner);
        if let Some([from, to]) = tier.plan.filter(|[from, _]| *from > most) {
            let reason = format!(
                "`plan` is [{from}, {to}]: it must begin with {most} at most, for whoever wins the game of condition \
                 {:?} reveals no more of its {} pixels in every order in which it is played",
                game.name, game.pixels
            );
            return Err(places.refuse(&["tiers", &at.to_string(), "plan"], reason));
        }
    }
    // The strongest lie is a lie of that game.
    let strongest = |lies: Option<Lies>| lies == Some(Lies::Strongest);
    let asked = study.conditions.iter().position(|condition| strongest(condition.lies));
    if let Some(at) = asked.filter(|_| !game.precommit) {
        let reason = format!(
            "`lies` is \"strongest\": it is found by the game of condition {:?}, in which no lie is told \
             (`precommit = false`); name another by `proven_for` in [images]",
            game.name
        );
        return Err(places.refuse(&["conditions", &at.to_string(), "lies"], reason));
    }
    Ok(())
}

/// The most pixels that a plan of the winner's can have in every order in which the game is played: those that it reveals.
fn longest_plan(game: &Condition, winner: Option<Role>) -> u8 {
    let (least, most) = (game.pixels / 2, game.pixels.div_ceil(2));
    let revealed = |first: &Role| match winner {
        Some(winner) if winner != *first => least,
        _ => most,
    };
    game.sides().iter().map(revealed).min().unwrap_or(most)
}

/// Every cell gets the same number of judgments.
fn balance(study: &Study, places: Places<'_>) -> Result<(), Refusal> {
    let Assignment { participants, items, .. } = study.assignment;
    let (images, cells) = (study.images_in_all(), study.cells());
    if images > 10_000 {
        let reason = format!("the tiers have {images} images: a study has 10000 at most");
        return Err(places.refuse(&["tiers"], reason));
    }
    if items > images {
        let reason = format!(
            "`items` is {items}: it must be a whole number from 1 to {}, for nobody judges one of the \
             {images} images twice",
            images.min(200)
        );
        return Err(places.refuse(&["assignment", "items"], reason));
    }
    if (participants * items).is_multiple_of(cells) {
        return Ok(());
    }
    let step = cells / gcd(items, cells);
    let (below, above) = (participants / step * step, participants.div_ceil(step) * step);
    let nearest: Vec<String> = [below, above]
        .into_iter()
        .filter(|count| (1..=10_000).contains(count))
        .map(|count| count.to_string())
        .collect();
    let conditions = study.conditions.len();
    let plural = if conditions == 1 { "" } else { "s" };
    let advice = if nearest.is_empty() {
        let fits = |items: &u64| (participants * items).is_multiple_of(cells);
        let fits = (1..=images.min(200)).filter(fits).min_by_key(|other| other.abs_diff(items));
        fits.map_or_else(
            || "take fewer images or conditions".to_owned(),
            |fits| format!("`items` must be another, {fits} for example"),
        )
    } else {
        format!("with {items} items it must be a multiple of {step}: {}", nearest.join(" or "))
    };
    let reason = format!(
        "`participants` is {participants}: {participants} participants with {items} items each are {} \
         judgments, which {cells} cells ({images} images in {conditions} condition{plural}) cannot share \
         evenly; {advice}",
        participants * items
    );
    Err(places.refuse(&["assignment", "participants"], reason))
}

/// Shares of items are whole numbers of items.
fn shares(study: &Study, places: Places<'_>) -> Result<(), Refusal> {
    let Assignment { items, repeats, flips, apart, .. } = study.assignment;
    for (name, share) in [("repeats", repeats), ("flips", flips)] {
        let count = share * items as f64;
        if (count - count.round()).abs() > WHOLE {
            let near = |count: f64| format!("{:.4} ({count} of {items})", count / items as f64);
            let reason = format!(
                "`{name}` is {share}, which is {count:.2} of {items} items: it must be a whole number of \
                 them, {} or {}",
                near(count.floor()),
                near(count.ceil())
            );
            return Err(places.refuse(&["assignment", name], reason));
        }
    }
    let again = study.repeats() + study.flips();
    if again == 0 {
        return Ok(());
    }
    if apart >= items {
        let reason = format!(
            "`apart` is {apart}, and there are {items} items: it must be less, so that one can come again \
             so much later"
        );
        return Err(places.refuse(&["assignment", "apart"], reason));
    }
    let request = study.request();
    if study.flips() > 0 && request.least_two_sided() == 0 {
        let reason = format!(
            "`flips` is {flips}, and no participant need have an item with two sides: it must be 0, or more \
             conditions have `first = \"balanced\"` or `side = \"balanced\"`, or there are more `items`"
        );
        return Err(places.refuse(&["assignment", "flips"], reason));
    }
    let most = u64::from(request.most_again());
    if again > most {
        let (field, of) = if study.flips() > 0 && request.least_two_sided() < request.each {
            let of = format!(
                "of the {items} items of a participant {} at least are in conditions with two sides, and \
                 `apart`, {apart}, of these may come too late to come again with the sides changed",
                request.least_two_sided()
            );
            ("flips", of)
        } else {
            let of =
                format!("of {items} items the last `apart`, {apart}, come too late to come again");
            (if study.repeats() > 0 { "repeats" } else { "flips" }, of)
        };
        let reason = format!(
            "`repeats` and `flips` are {again} items together: it must be {most} at most, for {of}"
        );
        return Err(places.refuse(&["assignment", field], reason));
    }
    Ok(())
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
